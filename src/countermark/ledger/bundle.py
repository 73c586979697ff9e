"""The bundle: one file that carries a log, or a piece of one, with its signed checkpoint (docs/bundle-format.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from countermark.ledger import checkpoint, database, guard, jcs, kept, nodes, sealing, store, tree
from countermark.ledger import entry as entries
from countermark.ledger.models import LOG_SPAN, Attachment, Log, NodeSetting, Peer, SideText
from countermark.ledger.snapshot import snapshot
from countermark.ledger.verify import Progress, silent
from countermark.ledger.wholefile import whole_file

FORMAT: Final = "countermark-bundle"
VERSION: Final = 1
PIECE_VERSION: Final = 2
"""Of a bundle that ends before the log its checkpoint speaks of, or leaves rows of kept tables to a later one."""
CLOSED: Final = "checkpoint:"
"""Prefix of the node settings that keep the last signed checkpoint of an own log that a restore closed."""
LONGEST_ENTRY: Final = entries.LONGEST
LONGEST_HEADER: Final = 64 << 10
LONGEST_SIDE: Final = 2 * sealing.LONGEST
LONGEST_DOCUMENT: Final = 45 << 20
"""A larger document does not travel: in base64 it would be longer than what is sealed in one piece."""
SIDE_BATCH: Final = 1000
_LAST_LINE: Final = b'{"end":true}'


class BundleError(ValueError):
    """A bundle or file of entries that is not taken in, or not written; says why."""


class UnreadableBundle(BundleError):
    """The file is no bundle at all: wrong input, as other files that cannot be read."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"start": "from"}):
    """The first line: which entries follow (indexes `from` to `size` - 1), and the checkpoint that vouches for them.

    Only a piece has `proof` (hex; RFC 9162 consistency of its last entry with the checkpoint) and `kept_from`: rows of kept tables
    stated from that index on are inside; null when there are none of them.
    """

    format: str
    version: int
    origin: str
    start: int
    size: int
    verifier_key: str
    recipient: str | None
    checkpoint: str
    proof: list[str] | None = None
    kept_from: int | None = None


class TextRow(msgspec.Struct, frozen=True):
    """A side text as it travels."""

    ref: str
    kind: str
    text: str
    salt: str


class AttachmentRow(msgspec.Struct, frozen=True):
    """An attachment as it travels; its bytes in base64."""

    digest: str
    media_type: str
    data: bytes


class KeptRow(msgspec.Struct, frozen=True):
    """A row of a kept table that travels (`kept.Travels`), and the index of the entry that states its digest."""

    table: str
    key: str
    index: int
    value: dict[str, Any]


class SideRows(msgspec.Struct, frozen=True):
    """Side data of one sealed line."""

    texts: list[TextRow] = []
    attachments: list[AttachmentRow] = []
    kept: list[KeptRow] = []


@dataclass(frozen=True)
class Outline:
    """What a file holds, found by one look through it: entries begin at byte `entries_at`, side data at `side_at`.

    `proof` and `kept_from` as in the header; without a proof the checkpoint is of exactly `size` entries.
    """

    origin: str
    start: int
    size: int
    verifier_key: str
    note: str
    recipient: str
    entries_at: int
    side_at: int
    proof: tuple[bytes, ...] | None = None
    kept_from: int | None = None


@dataclass(frozen=True)
class Span:
    """Which part of a log a bundle carries: entries `start` to `end` - 1, and with side data rows of kept tables stated from
    `kept_from` on (None: none of them).
    """

    start: int
    end: int
    kept_from: int | None


# --- writing ----------------------------------------------------------------------------------------------------------


def write(path: Path, log: Log, start: int = 0, recipient: str = "", progress: Progress = silent) -> None:
    """Writes a bundle of a log from index `start` on; with `recipient`, side data sealed to that node of the directory.

    Raises BundleError when there is no signed checkpoint of the log, or the recipient may not have side data.
    """
    with snapshot():
        note = signed_head(log)
        size = checkpoint.read_unverified(note).size
        if start > size:
            raise BundleError(f"{log.origin} has {size} entries, none from {start} on")
        with whole_file(path) as file:
            write_span(file, log, note, Span(start, size, start), recipient, progress)


def write_span(
    file: IO[bytes], log: Log, note: str, span: Span, recipient: str = "", progress: Progress = silent
) -> None:
    """Writes part of a log as a bundle, vouched for by a signed checkpoint of it. Ask within a snapshot; raises as `write`."""
    public_key = _encryption_key(recipient) if recipient else ""
    file.write(jcs.encode(msgspec.to_builtins(_header(log, note, span, recipient))) + b"\n")
    for done, (_, _, _, data) in enumerate(store.raw_entries(log, span.start, span.end), 1):
        file.write(data + b"\n")
        if not done % SIDE_BATCH:
            progress(done, span.end - span.start)
    for rows in _side_rows(log, span, recipient) if recipient else ():
        sealed = sealing.seal(msgspec.json.encode(rows), public_key)
        file.write(jcs.encode({"side": sealed}) + b"\n")
    file.write(_LAST_LINE + b"\n")


def _header(log: Log, note: str, span: Span, recipient: str) -> Header:
    head = checkpoint.read_unverified(note)
    whole = Header(FORMAT, VERSION, log.origin, span.start, span.end, log.verifier_key, recipient or None, note)
    if (span.end, span.kept_from) == (head.size, span.start):
        return whole
    proof = tree.consistency_proof(span.end, head.size, store.reader(log))
    return msgspec.structs.replace(
        whole, version=PIECE_VERSION, proof=[one.hex() for one in proof], kept_from=span.kept_from
    )


def signed_head(log: Log) -> str:
    """The newest signed checkpoint held here up to which a log is held. Raises BundleError when there is none."""
    own = store.own_log()
    if own is not None and own.id == log.id:
        return guard.sign_current(log)
    closed = NodeSetting.objects.filter(name=CLOSED + log.origin).values_list("value", flat=True)
    accepted = Peer.objects.filter(origin=log.origin).values_list("checkpoint", flat=True)
    note = next(iter([*closed, *accepted]), "")
    if not note:
        raise BundleError(f"no signed checkpoint of {log.origin} is held here")
    return note


def _encryption_key(recipient: str) -> str:
    peer = Peer.objects.filter(origin=recipient).first()
    if peer is None or not peer.encryption_key:
        raise BundleError(f"no encryption key of {recipient} in the node directory")
    own = store.own_log()
    if own is None or not is_one_state(own.origin, recipient):
        raise BundleError("side data stays within the State; another State is sent messages")
    if nodes.is_ended(recipient):
        raise BundleError(f"{recipient} was locked out here; it is given nothing")
    return peer.encryption_key


def is_one_state(origin: str, other: str) -> bool:
    """Whether two logs are of one State."""
    return nodes.is_one_state(origin, other)


def _side_rows(log: Log, span: Span, recipient: str) -> Iterator[SideRows]:
    """The rows these entries are the last to state; erased texts and documents travel as the erasure in the log."""
    for stated in database.chunks(_stated(log, span.start, span.end), SIDE_BATCH):
        texts = SideText.objects.filter(ref__in=[key for table, key, _ in stated if table == "text"]).exclude(text="")
        if rows := [TextRow(t.ref, t.kind, t.text, t.salt) for t in texts]:
            yield SideRows(texts=rows)
        for digest in document_lengths([key for table, key, _ in stated if table == "attachment"]):
            one = Attachment.objects.get(digest=digest)
            yield SideRows(attachments=[AttachmentRow(one.digest, one.media_type, bytes(one.data))])
    if span.kept_from is None:
        return
    # People before their roles, whichever was stated last: so these rows come at the end of a log, all that changed together.
    for stated in database.chunks(_stated(log, span.kept_from, span.end), SIDE_BATCH):
        if others := list(_kept_rows(stated, recipient)):
            yield SideRows(kept=others)


def document_lengths(digests: Sequence[str]) -> dict[str, int]:
    """The lengths of those among some documents that travel: neither erased nor too large."""
    rows = database.select_in("SELECT digest, length(data) FROM ledger_attachment", "digest", digests)
    return {digest: length for digest, length in sorted(rows) if 0 < length <= LONGEST_DOCUMENT}


def _stated(log: Log, start: int, end: int) -> Iterator[tuple[str, str, int]]:
    """(table, key, position) of the kept rows that some entries are the last to state."""
    first = log.id * LOG_SPAN
    sql = 'SELECT "table", key, position FROM ledger_keptindex WHERE position >= %s AND position < %s ORDER BY position'
    yield from database.stream(sql, [first + start, first + end])


def _kept_rows(stated: Sequence[tuple[str, str, int]], recipient: str) -> Iterator[KeptRow]:
    for table in kept.TABLES.values():
        at = {key: store.index_of(position) for name, key, position in stated if name == table.name}
        if table.travels is not None and at and table.travels.given(recipient):
            yield from (KeptRow(table.name, key, at[key], value) for key, value in table.travels.values(list(at)))


# --- reading ----------------------------------------------------------------------------------------------------------


def outline(file: IO[bytes], note: str | None) -> Outline:
    """What a bundle (or, with a checkpoint, a file of plain entries) says it holds, once it is found to be complete."""
    line = _line(file, LONGEST_ENTRY)
    if note is None:
        return _bundle_outline(file, line)
    return _lines_outline(file, line, note)


def lines(file: IO[bytes], found: Outline) -> Iterator[bytes]:
    """The entries of a file in order, without their line ends."""
    file.seek(found.entries_at)
    for _ in range(found.start, found.size):
        yield _line(file, LONGEST_ENTRY)


def side_rows(file: IO[bytes], found: Outline) -> Iterator[SideRows]:
    """The side data of a bundle sealed to this node; raises BundleError when it is sealed to another or malformed."""
    file.seek(found.side_at)
    while (line := _line(file, LONGEST_SIDE)) != _LAST_LINE:
        try:
            yield msgspec.json.decode(sealing.unseal(jcs.decode(line)["side"]), type=SideRows)
        except (ValueError, TypeError, KeyError) as error:
            raise BundleError(f"side data that cannot be opened: {error}") from error


def _bundle_outline(file: IO[bytes], line: bytes) -> Outline:
    if len(line) > LONGEST_HEADER:
        raise UnreadableBundle("the first line is no bundle header; plain entries need --checkpoint")
    try:
        header = msgspec.json.decode(line, type=Header)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        why = f"the first line is no bundle header ({error}); plain entries need --checkpoint"
        raise UnreadableBundle(why) from error
    _check_header(header)
    begin = file.tell()
    for _ in range(header.start, header.size):
        _line(file, LONGEST_ENTRY)
    side = file.tell()
    while _line(file, LONGEST_SIDE) != _LAST_LINE:
        pass
    if file.read(1):
        raise BundleError("something stands after the end of the bundle")
    return Outline(
        header.origin,
        header.start,
        header.size,
        header.verifier_key,
        header.checkpoint,
        header.recipient or "",
        begin,
        side,
        proof=_proof(header),
        kept_from=header.start if header.version == VERSION else header.kept_from,
    )


def _check_header(header: Header) -> None:
    if header.format != FORMAT or header.version not in (VERSION, PIECE_VERSION):
        raise BundleError(
            f"expected format {FORMAT} version {VERSION} or {PIECE_VERSION}, found {header.format} {header.version}"
        )
    if not 0 <= header.start <= header.size:
        raise BundleError(f"a bundle does not go from {header.start} to {header.size}")
    is_piece = header.proof is not None
    if is_piece != (header.version == PIECE_VERSION) or (header.kept_from is not None and not is_piece):
        raise BundleError(f"a bundle of version {header.version} does not have these fields")


def _proof(header: Header) -> tuple[bytes, ...] | None:
    try:
        return None if header.proof is None else tuple(map(bytes.fromhex, header.proof))
    except ValueError as error:
        raise BundleError("the proof of the bundle is not hexadecimal") from error


def _lines_outline(file: IO[bytes], line: bytes, note: str) -> Outline:
    """A file of plain entries begins with the log's first entry or ends with the last one the checkpoint speaks of."""
    try:
        head = checkpoint.read_unverified(note)
    except checkpoint.CheckpointError as error:
        raise BundleError(f"the checkpoint cannot be used: {error}") from error
    count = 1
    while file.peek(1):  # type: ignore[attr-defined]
        _line(file, LONGEST_ENTRY)
        count += 1
    start = 0 if _opens_a_log(line) else head.size - count
    if start < 0 or start + count < head.size:
        raise BundleError(f"{count} entries from {max(start, 0)} on; the checkpoint speaks of {head.size}: truncated?")
    return Outline(head.origin, start, head.size, "", note, "", 0, file.tell())


def _opens_a_log(line: bytes) -> bool:
    try:
        return entries.decode(0, line).body.get("act") in ("log_opened", "log_restored")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


def _line(file: IO[bytes], longest: int) -> bytes:
    line = file.readline(longest + 1)
    if line.endswith(b"\n"):
        return line[:-1]
    if len(line) > longest:
        raise BundleError(f"a line of more than {longest:,} bytes")
    raise BundleError("the file ends too early: truncated?")
