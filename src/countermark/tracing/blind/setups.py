"""The set-up of an answerer, made and sent in parts so that a register of any size can be asked. Pure but for temporary files.

Which part a mark is in is decided by a hash keyed with the answerer's secret: the sizes of the parts tell nothing of the marks, and
no part can be asked for because of the mark one looks for.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, NamedTuple

from countermark.tracing.blind import psi

PART = 1_000_000
"""Marks of one part, about: 4 MB, so that neither side holds more than that of it at once."""

MOST_PARTS = 1000
"""Parts of a set-up that are believed: a thousand million marks."""


class Part(NamedTuple):
    """One part of a set-up and how many marks are in it."""

    data: bytes
    marks: int


def parts_of(secret: bytes, texts: Iterable[str], about: int) -> Iterator[Part]:
    """The parts of the set-up of some marks, which may repeat; `about` so many there are. One part is in memory at a time.

    The probability of a false hit is that of `psi` for all parts together.
    """
    count = max(1, -(-about // PART))
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(count)]
        for text in texts:
            data = text.encode()
            files[_number(secret, data) % count].write(data + b"\n")
        for file in files:
            marks = _distinct(file)
            yield Part(psi.setup_of(secret, marks, psi.FALSE_HIT / count), len(marks))


def digest(part: bytes) -> str:
    """The name of a part."""
    return hashlib.sha256(part).hexdigest()


def version(digests: Sequence[str]) -> str:
    """The name of a set-up, from the names of its parts in order."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _number(secret: bytes, text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=secret).digest())


def _distinct(file: IO[bytes]) -> list[str]:
    file.seek(0)
    return sorted({line[:-1].decode() for line in file})
