"""The text of a mark: its canonical form, its prefix, its code points.

Two marks are compared in canonical form; what stands on the metal is kept beside it. The form follows the *Finding a
weapon by its marks* design: NFKC, upper case, digits by value, look-alikes of other scripts as Latin, separators gone.
"""

import functools
import re
import unicodedata

import disarm
import numpy as np
import numpy.typing as npt

STAR = "★"
"""The star as a character of a mark, however it was typed."""

_STARS = frozenset("*★☆⋆⭐✦✧✩✪✫✬✭✮✯✰✱✲✳✴✵✶✷✸✹∗٭")
# Punctuation that makers do use as characters of a mark; all other punctuation only separates.
_KEPT_PUNCTUATION = frozenset("?\\&@%")
# Letters and symbols by category that show nothing or stand for an apostrophe or a prolonged stroke.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u0640")
# Strokes and dots that Unicode counts as mathematics: fraction slash, minus, operators.
_SEPARATING_SYMBOLS = frozenset("|~\u2044\u2215\u2212\u2219\u22c5")
_HAN_ZERO = "〇"
_LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DROPPED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp", "Sk"))


def canonical(text: str) -> str:
    """Return the form in which marks are compared; it may be empty.

    NFKC, upper case, every digit by its value, letters of other scripts that look like a Latin capital as that capital
    (UTS 39 data), accents on such letters and all separators dropped. `О` (Cyrillic) becomes `O`; `O` never becomes `0`,
    and a letter without a Latin twin (`Ж`, `甲`) stays. Idempotent.
    """
    if text.isascii():
        return text.upper().translate(_ASCII)
    return _canonical_unicode(text)


@functools.lru_cache(maxsize=65536)
def _canonical_unicode(text: str) -> str:
    current = _once(text)
    # Dropping a character can bring together two that compose (Hangul), so repeat until nothing changes.
    while (following := _once(current)) != current:
        current = following
    return current


def _once(text: str) -> str:
    # The numero sign announces a serial; NFKC would make the letters NO of it.
    upper = unicodedata.normalize("NFKC", text.replace("№", "")).upper()
    return unicodedata.normalize("NFKC", upper).translate(_CHARACTERS)


def latin_twin(char: str) -> str | None:
    """Return the Latin capital that a letter of another script looks like, or None.

    Look-alike data is UTS 39's, through `disarm`. A letter counts only when its Latin and its Cyrillic look-alike are
    look-alikes of each other too: `В` and `Ь` both resemble `B` somewhere in that data, only `В` is its twin, so that two
    letters of one alphabet never become the same character.
    """
    if not unicodedata.category(char).startswith("L") or unicodedata.name(char, "").startswith("LATIN"):
        return None
    latin = disarm.normalize_confusables(char)
    if latin not in _LATIN:
        return None
    cyrillic = disarm.normalize_confusables(latin, target_script="cyrillic")
    if disarm.normalize_confusables(char, target_script="cyrillic") == cyrillic:
        return latin
    no_cyrillic_twin = cyrillic == latin and not unicodedata.name(char, "").startswith("CYRILLIC")
    unchanged = disarm.normalize_confusables(char, target_script="cyrillic") == char
    return latin if no_cyrillic_twin and unchanged else None


def _fold(char: str) -> str:
    """Return what one NFKC upper-case character becomes: itself, another one, or nothing."""
    if char in _STARS:
        return STAR
    digit = 0 if char == _HAN_ZERO else unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if _separates(char):
        return ""
    return latin_twin(char) or _without_accent(char)


def _separates(char: str) -> bool:
    category = unicodedata.category(char)
    if category.startswith("P"):
        return char not in _KEPT_PUNCTUATION
    modifier = category == "Lm" and 0x02B0 <= ord(char) <= 0x02FF
    return category in _DROPPED_CATEGORIES or modifier or char in _INVISIBLE or char in _SEPARATING_SYMBOLS


def _without_accent(char: str) -> str:
    # Й keeps its breve: И has no Latin twin, and the two are different letters; É, Ё and İ lose theirs.
    base = unicodedata.normalize("NFD", char)[0]
    if base == char:
        return char
    plain = base if base in _LATIN else latin_twin(base)
    return plain or char


class _Characters(dict[int, str]):
    """A table for `str.translate` that works a character out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        self[code] = folded
        return folded


_CHARACTERS = _Characters()
_ASCII = {code: _fold(chr(code)) for code in range(128)}

_PREFIX = re.compile(r"\s*(?:[(（]\s*(?P<digit>[1-9１-９])\s*[)）]|(?P<sign>[⑴⑵⑶⑷⑸⑹⑺⑻⑼]))\s*")


def split_prefix(text: str) -> tuple[str | None, str]:
    """Part the running number in brackets that some registers put before a repeated serial from the serial.

    `"(1) AB123"` gives `("1", "AB123")`; without such a prefix the text comes back unchanged with None.
    """
    found = _PREFIX.match(text)
    if found is None:
        return None, text
    number = found["digit"] or found["sign"]
    return str(unicodedata.digit(number)), text[found.end() :]


def format_mark(prefix: str | None, text: str) -> str:
    """Write a mark with its prefix; `split_prefix` undoes it for every pair that `split_prefix` returns."""
    return text if prefix is None else f"({prefix}){text}"


def codes(canonical: str, length: int) -> npt.NDArray[np.uint32]:
    """Return the code points of a canonical text as shape (length,), cut or padded with 0."""
    points = np.zeros(length, dtype=np.uint32)
    given = np.frombuffer(canonical[:length].encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    points[: len(given)] = given
    return points
