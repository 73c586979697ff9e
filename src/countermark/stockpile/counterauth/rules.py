"""What a PIN is, how often one may be wrong, and what a security key signs. Pure."""

import hashlib
import itertools

from countermark.marks.sentences import Sentence

SHORTEST, LONGEST = 6, 12
TRIES = 5
LOCK_MINUTES = 15
BLOCKED_AFTER = 3 * TRIES
"""So many wrong ones without a right one between: only a new one-time code helps. Of a million PINs nobody finds one so."""
CODE_HOURS = 24
CODE_DIGITS = 8
CHALLENGE_SECONDS = 300

TOO_SIMPLE = Sentence("a PIN that is no row and no repetition of digits")
LENGTH = Sentence("%(least)d to %(most)d digits", least=SHORTEST, most=LONGEST)


def pin_problem(pin: str) -> Sentence | None:
    """Why a text is no PIN, or None: 6 to 12 digits 0-9, not all steps from one to the next alike, no short pattern repeated."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST <= len(pin) <= LONGEST):
        return LENGTH
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    repeated = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1))
    return TOO_SIMPLE if len(steps) == 1 or repeated else None


def locks(failures: int) -> bool:
    """Whether the last of so many failures in a row locks for `LOCK_MINUTES`."""
    return failures > 0 and failures % TRIES == 0


def blocked(failures: int) -> bool:
    """Whether after so many failures in a row only a new code helps."""
    return failures >= BLOCKED_AFTER


def challenge(nonce: str, purpose: str, subject: str, digest: str) -> bytes:
    """The 32 bytes a security key signs: bound to what is signed for (`digest`, hexadecimal) and to a nonce that is good once."""
    text = f"countermark counter v1\n{nonce}\n{purpose}\n{subject}\n{digest}"
    return hashlib.sha256(text.encode()).digest()
