"""Check characters after ISO/IEC 7064:2003, so that one misread character of our own numbers is noticed. Pure.

Pure systems (MOD 11-2, MOD 37-2, MOD 97-10) notice every single substitution and every swap of neighbours; the hybrid
system MOD 37,36 notices every single substitution and nearly every swap (the tests count which it misses).
"""

from dataclasses import dataclass

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class System:
    """One system of the standard: what it reads, and the characters its check may be.

    A pure system multiplies by `radix` modulo `modulus`; a hybrid one (`hybrid`) works modulo `modulus` and `modulus - 1`.
    """

    name: str
    alphabet: str
    checks: str
    modulus: int
    radix: int
    length: int = 1
    hybrid: bool = False


SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        System("mod11_2", DIGITS, DIGITS + "X", 11, 2),
        System("mod37_2", DIGITS + LETTERS, DIGITS + LETTERS + "*", 37, 2),
        System("mod97_10", DIGITS, DIGITS, 97, 10, length=2),
        System("mod37_36", DIGITS + LETTERS, DIGITS + LETTERS, 37, 36, hybrid=True),
    )
}
"""The systems offered, by name. MOD 97-10 reads digits only: letters before the number are left out of its check."""


def check(text: str, system: System) -> str:
    """The check characters of a text. Raises ValueError for a text with a character the system does not read."""
    values = _values(text, system)
    if system.hybrid:
        return system.checks[_hybrid(values, system)]
    remainder = 0
    for value in values:
        remainder = (remainder + value) * system.radix % system.modulus
    if system.length == 2:
        remainder = remainder * system.radix % system.modulus
        return f"{(1 - remainder) % system.modulus:02}"
    return system.checks[(1 - remainder) % system.modulus]


def is_valid(text: str, system: System) -> bool:
    """Whether a text ends with the check characters of what stands before them."""
    payload, ending = text[: -system.length], text[-system.length :]
    if not payload or any(character not in system.alphabet for character in payload):
        return False
    return check(payload, system) == ending


def _values(text: str, system: System) -> list[int]:
    if not text:
        raise ValueError("there is nothing to check")
    values = [system.alphabet.find(character) for character in text]
    if -1 in values:
        raise ValueError(f"{text[values.index(-1)]!r} is no character of {system.name}")
    return values


def _hybrid(values: list[int], system: System) -> int:
    inner = system.modulus - 1
    product = inner
    for value in values:
        total = (product + value) % inner or inner
        product = total * 2 % system.modulus
    return (1 - product) % inner
