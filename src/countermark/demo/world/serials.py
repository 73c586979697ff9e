"""Serial numbers in a maker's own form: a running number written into a shape (`demo/data/shapes.tsv`)."""

import re
import string
from functools import cache

_LETTERS = string.ascii_uppercase
_DIGITS = string.digits
# Hard and soft sign, Ё, Й and Ъ-like letters are not stamped as series letters.
_CYRILLIC = "АБВГДЕЖИКЛМНПРСТУФХЧШЭЮЯ"
_ALPHABETS = {"A": _LETTERS, "9": _DIGITS, "Ж": _CYRILLIC}
_TOKEN = re.compile(r"\{[^}]*\}|.")


@cache
def _tokens(shape: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(shape))


@cache
def space(shape: str) -> int:
    """How many running numbers the shape can hold."""
    size = 1
    for token in _tokens(shape):
        size *= len(_ALPHABETS.get(token, "-"))
    return size


def serial(shape: str, number: int, year: int, month: int) -> str:
    """The mark that a maker with this shape stamps for its running `number` (0 <= number < space) in that month."""
    out: list[str] = []
    for token in reversed(_tokens(shape)):
        alphabet = _ALPHABETS.get(token)
        if alphabet is None:
            out.append(_dated(token, year, month))
            continue
        number, place = divmod(number, len(alphabet))
        out.append(alphabet[place])
    return "".join(reversed(out))


def _dated(token: str, year: int, month: int) -> str:
    match token:
        case "{Y}":  # Taurus: A is 1981, and the alphabet starts again in 2007
            return _LETTERS[(year - 1981) % 26]
        case "{M}":
            return _LETTERS[month - 1]
        case "{yy}":
            return f"{year % 100:02d}"
        case "{y60}":
            return f"{year - 1960:02d}"
        case _:
            return token.strip("{}")


def plain(mark: str) -> str:
    """The mark without the separators that readers leave out."""
    return mark.translate(_SEPARATORS).upper()


_SEPARATORS = str.maketrans("", "", " -/")
