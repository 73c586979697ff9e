"""What a scanner meant when the computer's keyboard was set to another script: it presses keys, and the layout makes characters of them.

Scanners are set up for the US layout; offices in Moscow, Paris or Cairo are not. Whole texts are turned back, and the result is asked about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

_US = r"`1234567890-=qwertyuiop[]\asdfghjkl;'zxcvbnm,./"
_US_SHIFTED = r'~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'

_LAYOUTS: dict[str, tuple[str, str]] = {
    "Russian": (
        r"ё1234567890-=йцукенгшщзхъ\фывапролджэячсмитьбю.",
        r'Ё!"№;%:?*()_+ЙЦУКЕНГШЩЗХЪ/ФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,',
    ),
    "French": (
        "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!",
        "~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§",
    ),
    # Some keys of this layout make two characters: lam and an alef. Parted by blanks, the rows can be read beside a keyboard.
    "Arabic": (
        r"ذ 1 2 3 4 5 6 7 8 9 0 - = ض ص ث ق ف غ ع ه خ ح ج د \ ش س ي ب ل ا ت ن م ك ط ئ ء ؤ ر لا ى ة و ز ظ",
        'ّ ! @ # $ % ^ & * ) ( _ + َ ً ُ ٌ لإ إ ‘ ÷ × ؛ < > | ِ ٍ ] [ لأ أ ـ ، / : " ~ ْ { } لآ آ ’ , . ؟',
    ),
}
"""What each key makes, in the order of `_US`, alone and with shift."""


def _keys(row: str) -> Sequence[str]:
    return row.split() if " " in row else row


def _table(plain: str, shifted: str) -> Mapping[str, str]:
    return {**dict(zip(_keys(shifted), _US_SHIFTED, strict=True)), **dict(zip(_keys(plain), _US, strict=True))}


def _pattern(table: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(made) for made in sorted(table, key=len, reverse=True)))


_TABLES = {name: _table(*rows) for name, rows in _LAYOUTS.items()}
_PATTERNS = {name: _pattern(table) for name, table in _TABLES.items()}


def retyped(text: str) -> Iterator[tuple[str, str]]:
    """The layouts that could have made a text, by name, with what a scanner meant by it."""
    for name, table in _TABLES.items():
        made = _PATTERNS[name].findall(text)
        if "".join(made) == text:
            yield name, "".join(table[one] for one in made)


def typed(text: str, name: str) -> str:
    """What a layout makes of the keys of a text in US layout; other characters stay."""
    keys = {key: made for made, key in _TABLES[name].items()}
    return "".join(keys.get(character, character) for character in text)
