"""Codes of numbered paper forms: which kind of form, a number, and a check character against misreading. Pure.

`FE-7K3M-9Q2X-C`: F for form, the kind (W weapon, E event, C correction, H issue, R return), eight characters of Crockford's base 32, which has no I, L,
O or U, and one check character (Luhn's algorithm modulo 32, over all before it).
"""

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = {"weapon": "W", "event": "E", "correction": "C", "issue": "H", "return": "R"}
DIGITS = 8
NUMBERS = len(ALPHABET) ** DIGITS
LENGTH = 2 + DIGITS + 1
_KINDS = {letter: kind for kind, letter in LETTERS.items()}
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", "‐": "", "–": "", " ": ""})


def code_of(kind: str, number: int) -> str:
    """The code of form `number` (below `NUMBERS`) of a kind, without hyphens."""
    digits = ""
    for _ in range(DIGITS):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    code = f"F{LETTERS[kind]}{digits}"
    return code + check(code)


def parse(text: str) -> str | None:
    """The code in what somebody typed or scanned, without hyphens; None for anything that is none, or was misread."""
    code = unicodedata.normalize("NFKC", text).strip().upper().translate(_READ_AS)
    if len(code) != LENGTH or code[0] != "F" or code[1] not in _KINDS or not set(code) <= set(ALPHABET):
        return None
    return code if check(code[:-1]) == code[-1] else None


def kind_of(code: str) -> str:
    """One of `LETTERS`."""
    return _KINDS[code[1]]


def shown(code: str) -> str:
    """A code in groups, as it is printed and read out."""
    return "-".join((code[:2], code[2:6], code[6:10], code[10:]))


def check(code: str) -> str:
    """The check character of a code without it: Luhn's algorithm modulo 32."""
    base = len(ALPHABET)
    total = 0
    for place, char in enumerate(reversed(code)):
        value = ALPHABET.index(char) * (2 - place % 2)
        total += value // base + value % base
    return ALPHABET[-total % base]
