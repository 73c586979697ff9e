"""Private set intersection over elliptic curves (ECDH; the library is `openmined-psi`): the mathematics of the blind check. Pure.

Both sides raise hashed texts to a secret of their own. The asker sends its texts raised to its secret; the answerer raises them to
its own and sends them back; the asker takes its own secret off again and looks whether what is left is in the set-up, which is the
answerer's marks raised to the answerer's secret, compressed (Golomb-compressed set). The answerer sees points only.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from countermark.tracing.blind.rules import TEXTS

FALSE_HIT = 1e-6
"""Probability that a question about marks that are not there is answered with a hit."""


class BlindError(ValueError):
    """What cannot be worked with: not a point of the curve, not a set-up, not the number of texts."""


@cache
def _library() -> Any:
    # Compiled code that a process which neither asks nor answers has no use for.
    import private_set_intersection.python

    return private_set_intersection.python


def new_secret() -> bytes:
    """A fresh secret of an answerer or asker."""
    return bytes(_library().server.CreateWithNewKey(True).GetPrivateKeyBytes())


def setup_of(secret: bytes, marks: Sequence[str], false_hit: float = FALSE_HIT) -> bytes:
    """The set-up of an answerer's distinct marks: about 0.06 ms and 3.7 bytes a mark, a bit more for each halving of `false_hit`."""
    server = _library().server.CreateFromKey(secret, True)
    made = server.CreateSetupMessage(false_hit, TEXTS, list(marks), _library().DataStructure.GCS)
    return bytes(made.SerializeToString())


def question_of(secret: bytes, texts: Sequence[str]) -> bytes:
    """An asker's texts, blinded with its secret."""
    return bytes(_library().client.CreateFromKey(secret, True).CreateRequest(list(texts)).SerializeToString())


def reply_to(secret: bytes, question: bytes) -> bytes:
    """The points of a question, blinded with the answerer's secret too. Raises `BlindError`."""
    asked = _parsed(_library().Request, question)
    if len(asked.encrypted_elements) != TEXTS:
        raise BlindError(f"a question has {TEXTS} points")
    try:
        return bytes(_library().server.CreateFromKey(secret, True).ProcessRequest(asked).SerializeToString())
    except (RuntimeError, ValueError) as error:
        raise BlindError("not points of the curve") from error


def hits(secret: bytes, setup: bytes, reply: bytes) -> list[int]:
    """Which of the texts asked about are in the set-up, by number. Raises `BlindError`."""
    server, answered = _parsed(_library().ServerSetup, setup), _parsed(_library().Response, reply)
    if len(answered.encrypted_elements) != TEXTS:
        raise BlindError(f"a reply has {TEXTS} points")
    try:
        found = _library().client.CreateFromKey(secret, True).GetIntersection(server, answered)
    except (RuntimeError, ValueError) as error:
        raise BlindError("not points of the curve, or not a set-up") from error
    return sorted(at for at in found if 0 <= at < TEXTS)


def _parsed(kind: Any, data: bytes) -> Any:
    from google.protobuf.message import DecodeError

    parsed = kind()
    try:
        parsed.ParseFromString(data)
    except DecodeError as error:
        raise BlindError("not what the blind check exchanges") from error
    return parsed
