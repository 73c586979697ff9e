"""A log in pieces: small enough for a bad line or a stick, each verifiable by itself, each where the one before ended."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.db import connection

from countermark.ledger import bundle, database, replicas, store
from countermark.ledger.bundle import BundleError, Span
from countermark.ledger.models import LOG_SPAN, KeptIndex, Log
from countermark.ledger.replicas import Offer
from countermark.ledger.snapshot import snapshot
from countermark.ledger.verify import Progress, silent
from countermark.ledger.wholefile import whole_file

ENTRIES: Final = 5000
BYTES: Final = 4 << 20
"""A piece that goes over a line has no more, unless one entry with what belongs to it is larger."""
SMALLEST: Final = 64 << 10


@dataclass(frozen=True)
class Piece:
    """Entries `start` to `end` - 1 of a log of which `size` are given out; the last one also brings rows of kept tables."""

    start: int
    end: int
    size: int
    data: bytes = b""

    @property
    def is_last(self) -> bool:
        """Whether the log ends with it, as far as it is given out."""
        return self.end == self.size


def piece(log: Log, start: int, kept_from: int, recipient: str, *, entries: int = ENTRIES, most: int = BYTES) -> Piece:
    """The next piece for a node of the State that has a log up to `start` and rows of kept tables up to `kept_from`.

    Raises BundleError when the log is not given out, or not to this node.
    """
    with snapshot():
        offer = _offer(log, start)
        out = io.BytesIO()
        end = _write(out, offer, start, kept_from, recipient, entries, most)
        return Piece(start, end, offer.size, out.getvalue())


def write_all(
    path: Path, log: Log, start: int, recipient: str, most: int, progress: Progress = silent
) -> Iterator[tuple[Path, Piece]]:
    """Writes a log from an index on as files `path.001`, `path.002` ..., each a bundle of at most `most` bytes.

    Files that are there already and follow each other are kept: broken off, the same call goes on behind them.
    """
    at, kept_from = start, start
    for number in range(1, 1_000_000):
        target = path.with_name(f"{path.name}.{number:03}")
        made = _written(target, log, at, recipient) or _write_file(target, log, at, kept_from, recipient, most)
        progress(made.end - start, made.size - start)
        yield target, made
        if made.is_last:
            return
        at = made.end


def _offer(log: Log, start: int) -> Offer:
    found = replicas.offer(log)
    if found is None:
        raise BundleError(f"no signed checkpoint of {log.origin} is held here, so it is not given out")
    if start > found.size:
        raise BundleError(f"{found.size} entries of {log.origin} are given out here, none from {start} on")
    return found


def _written(path: Path, log: Log, start: int, recipient: str) -> Piece | None:
    """A piece a former call wrote to its end; files are written whole or not at all."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        found = bundle.outline(file, None)
    if (found.origin, found.start, found.recipient) != (log.origin, start, recipient):
        raise BundleError(f"{path} is another bundle; choose another name, or remove it")
    # Only the last piece says that rows of kept tables are inside.
    size = found.size if found.kept_from is not None else found.size + 1
    return Piece(start, found.size, size)


def _write_file(path: Path, log: Log, start: int, kept_from: int, recipient: str, most: int) -> Piece:
    with snapshot(), whole_file(path) as file:
        offer = _offer(log, start)
        end = _write(file, offer, start, kept_from, recipient, LOG_SPAN, most)
    return Piece(start, end, offer.size)


def _write(out: IO[bytes], offer: Offer, start: int, kept_from: int, recipient: str, entries: int, most: int) -> int:
    """Writes as many entries as fit, one at least; returns where they end."""
    end = _end(offer, start, entries, most)
    while True:
        out.seek(0)
        out.truncate()
        span = Span(start, end, kept_from if end == offer.size else None)
        bundle.write_span(out, offer.log, offer.note, span, recipient)
        # What was sealed is longer than what was guessed; fewer entries then.
        if out.tell() <= most or end - start <= 1:
            return end
        end = start + max(1, min((end - start) // 2, (end - start) * most // out.tell()))


def _end(offer: Offer, start: int, entries: int, most: int) -> int:
    """Where a piece ends, by the length of entries and of the documents stated there as they are sealed."""
    documents = _documents(offer.log, start, min(offer.size, start + entries))
    size, index = 0, start
    for index, length in _lengths(offer.log, start, min(offer.size, start + entries)):
        size += length + 1 + documents.get(index, 0)
        if size > most and index > start:
            return index
    return index + 1 if size else start


def _lengths(log: Log, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(index, bytes) of some entries."""
    first = log.id * LOG_SPAN
    for some in range(start, end, ENTRIES):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, length(data) FROM ledger_entry WHERE id >= %s AND id < %s ORDER BY id",
                [first + some, first + min(end, some + ENTRIES)],
            )
            rows = cursor.fetchall()
        yield from ((store.index_of(position), length) for position, length in rows)


def _documents(log: Log, start: int, end: int) -> dict[int, int]:
    """By index of the entry that states it, the bytes of a document as it travels: in base64 twice."""
    first = log.id * LOG_SPAN
    stated = dict(
        KeptIndex.objects.filter(table="attachment", position__gte=first + start, position__lt=first + end).values_list(
            "key", "position"
        )
    )
    sizes: dict[int, int] = {}
    for keys in database.chunks(stated, 1000):
        for key, length in bundle.document_lengths(keys).items():
            index = store.index_of(stated[key])
            sizes[index] = sizes.get(index, 0) + length * 16 // 9 + 1000
    return sizes
