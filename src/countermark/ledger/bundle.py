"""The bundle: one file that carries a log, or the end of one, with its signed checkpoint (docs/bundle-format.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from countermark.ledger import checkpoint, database, guard, jcs, kept, sealing, store
from countermark.ledger import entry as entries
from countermark.ledger.models import LOG_SPAN, Attachment, Log, NodeSetting, Peer, SideText
from countermark.ledger.snapshot import snapshot
from countermark.ledger.verify import Progress, silent
from countermark.ledger.wholefile import whole_file

FORMAT: Final = "countermark-bundle"
VERSION: Final = 1
CLOSED: Final = "checkpoint:"
"""Prefix of the node settings that keep the last signed checkpoint of an own log that a restore closed."""
LONGEST_ENTRY: Final = entries.LONGEST
LONGEST_HEADER: Final = 64 << 10
LONGEST_SIDE: Final = 2 * sealing.LONGEST
SIDE_BATCH: Final = 1000
_LAST_LINE: Final = b'{"end":true}'


class BundleError(ValueError):
    """A bundle or file of entries that is not taken in, or not written; says why."""


class UnreadableBundle(BundleError):
    """The file is no bundle at all: wrong input, as other files that cannot be read."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """The first line: which entries follow (indexes `from` to `size` - 1), and the checkpoint that vouches for them."""

    format: str
    version: int
    origin: str
    start: int
    size: int
    verifier_key: str
    recipient: str | None
    checkpoint: str


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
    """What a file holds, found by one look through it: entries begin at byte `entries_at`, side data at `side_at`."""

    origin: str
    start: int
    size: int
    verifier_key: str
    note: str
    recipient: str
    entries_at: int
    side_at: int


# --- writing ----------------------------------------------------------------------------------------------------------


def write(path: Path, log: Log, start: int = 0, recipient: str = "", progress: Progress = silent) -> None:
    """Writes a bundle of a log from index `start` on; with `recipient`, side data sealed to that node of the directory.

    Raises BundleError when there is no signed checkpoint of the log, or the recipient may not have side data.
    """
    public_key = _encryption_key(recipient) if recipient else ""
    with snapshot():
        note = _note(log)
        head = checkpoint.read_unverified(note)
        if start > head.size:
            raise BundleError(f"{log.origin} has {head.size} entries, none from {start} on")
        header = Header(FORMAT, VERSION, log.origin, start, head.size, log.verifier_key, recipient or None, note)
        with whole_file(path) as file:
            file.write(jcs.encode(msgspec.to_builtins(header)) + b"\n")
            for done, (_, _, _, data) in enumerate(store.raw_entries(log, start, head.size), 1):
                file.write(data + b"\n")
                if not done % SIDE_BATCH:
                    progress(done, head.size - start)
            for rows in _side_rows(log, start, head.size) if recipient else ():
                sealed = sealing.seal(msgspec.json.encode(rows), public_key)
                file.write(jcs.encode({"side": sealed}) + b"\n")
            file.write(_LAST_LINE + b"\n")


def _note(log: Log) -> str:
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
    return peer.encryption_key


def is_one_state(origin: str, other: str) -> bool:
    """Whether two logs are of one State."""
    return origin.partition("/")[0] == other.partition("/")[0]


def _side_rows(log: Log, start: int, size: int) -> Iterator[SideRows]:
    """The rows these entries are the last to state; erased texts and documents travel as the erasure in the log."""
    first = log.id * LOG_SPAN
    sql = 'SELECT "table", key, position FROM ledger_keptindex WHERE position >= %s AND position < %s ORDER BY position'
    for stated in database.chunks(database.stream(sql, [first + start, first + size]), SIDE_BATCH):
        texts = SideText.objects.filter(ref__in=[key for table, key, _ in stated if table == "text"]).exclude(text="")
        if rows := [TextRow(t.ref, t.kind, t.text, t.salt) for t in texts]:
            yield SideRows(texts=rows)
        if others := list(_kept_rows(stated)):
            yield SideRows(kept=others)
        documents = [key for table, key, _ in stated if table == "attachment"]
        for one in Attachment.objects.filter(digest__in=documents).exclude(data=b""):
            yield SideRows(attachments=[AttachmentRow(one.digest, one.media_type, bytes(one.data))])


def _kept_rows(stated: Sequence[tuple[str, str, int]]) -> Iterator[KeptRow]:
    for table in kept.TABLES.values():
        at = {key: store.index_of(position) for name, key, position in stated if name == table.name}
        if table.travels is not None and at:
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
    if header.format != FORMAT or header.version != VERSION:
        raise BundleError(f"expected format {FORMAT} version {VERSION}, found {header.format} {header.version}")
    if not 0 <= header.start <= header.size:
        raise BundleError(f"a bundle does not go from {header.start} to {header.size}")
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
    )


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
