"""The codes this house prints itself: weapons, cards of persons, storage places, kits, hand receipts, counts, manifests, lists for destruction.

`PC-7K3M-9Q2X-C`: two letters that say what it is for, characters of Crockford's base 32 (no I, L, O or U) and one check
character, as paper forms have them (`register.papercodes`). The code of a weapon, a manifest or a list for destruction holds its whole id, so it
needs no table: `WN`, `MF` or `DC`, 26 characters, check. All are capitals, digits and hyphens, which Code 39 holds too.
"""

import unicodedata
import uuid

from countermark.register import papercodes

LETTERS = {"person": "PC", "place": "SP", "kit": "KT", "receipt": "HR", "count": "CT"}
"""What a numbered code is for -> how it begins."""

WHOLE = {"weapon": "WN", "manifest": "MF", "destruction": "DC"}
"""What a code with a whole id is for -> how it begins."""

DIGITS = 8
NUMBERS = 32**DIGITS

_KINDS = {letters: kind for kind, letters in LETTERS.items()}
_WHOLE_KINDS = {letters: kind for kind, letters in WHOLE.items()}
_WHOLE_DIGITS = 26
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", "‐": "", "–": "", " ": ""})


def code_of(kind: str, number: int) -> str:
    """The code of thing `number` (0 <= number < `NUMBERS`) of a kind, without hyphens. Draw numbers at random."""
    if not 0 <= number < NUMBERS:
        raise ValueError(f"no code holds {number}")
    return _with_check(LETTERS[kind] + _base32(number, DIGITS))


def weapon_code(weapon_id: str | uuid.UUID) -> str:
    """The code of a weapon, without hyphens. Raises ValueError for what is no UUID."""
    return whole_code("weapon", weapon_id)


def whole_code(kind: str, key: str | uuid.UUID) -> str:
    """The code of a thing by its whole id, without hyphens. Raises ValueError for what is no UUID (32 hexadecimal digits are one)."""
    return _with_check(WHOLE[kind] + _base32(uuid.UUID(str(key)).int, _WHOLE_DIGITS))


def parse(text: str) -> tuple[str, str] | None:
    """What a code is for and what it says: `("person", "PC7K3M9Q2XC")`, `("weapon", "<uuid>")`; None for anything else.

    A misread character is noticed, and then the text is none of ours. Forms of paper are `("form", code)`.
    """
    if (form := papercodes.parse(text)) is not None:
        return "form", form
    code = _normal(text)
    if not set(code) <= set(papercodes.ALPHABET) or not looks_like(code) or papercodes.check(code[:-1]) != code[-1]:
        return None
    if (whole := _WHOLE_KINDS.get(code[:2])) is not None:
        number = sum(papercodes.ALPHABET.index(char) << 5 * place for place, char in enumerate(reversed(code[2:-1])))
        return (whole, str(uuid.UUID(int=number))) if number < 2**128 else None
    return _KINDS[code[:2]], code


def looks_like(text: str) -> bool:
    """Whether a text has the beginning and length of a code of ours, were it read rightly."""
    code = _normal(text)
    if code[:2] in _WHOLE_KINDS:
        return len(code) == 2 + _WHOLE_DIGITS + 1
    return code[:2] in _KINDS and len(code) == 2 + DIGITS + 1


def shown(code: str) -> str:
    """A code in groups of four, as it is printed and read out."""
    body = code[2:-1]
    groups = [body[at : at + 4] for at in range(0, len(body), 4)]
    return "-".join([code[:2], *groups, code[-1]])


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper().translate(_READ_AS)


def _with_check(code: str) -> str:
    return code + papercodes.check(code)


def _base32(number: int, length: int) -> str:
    return "".join(papercodes.ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))
