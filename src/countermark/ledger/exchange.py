"""Logs going out and coming in: entries, proofs, the node directory, taking in a copy of another node's log.

A copy is checked whole before anything is written: the checkpoint is signed by a key of the directory, the entries are
canonical and hash to its root, and they continue what is held. Then they are appended and folded in batches, each one
transaction; broken off, the same import goes on where it stopped.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from django.db import DataError, IntegrityError

from countermark.ledger import (
    bundle,
    checkpoint,
    database,
    guard,
    jcs,
    kept,
    nodes,
    projections,
    replicas,
    sealing,
    services,
    store,
    tree,
    verify,
)
from countermark.ledger import entry as entries
from countermark.ledger.bundle import BundleError, KeptRow, Outline, SideRows
from countermark.ledger.checkpoint import Checkpoint, CheckpointError
from countermark.ledger.entry import Entry
from countermark.ledger.models import LOG_SPAN, Attachment, Log, Peer, SideText
from countermark.ledger.services import Actor, KeptWrite, LedgerError
from countermark.ledger.snapshot import snapshot

BATCH: Final = 1000
"""Entries folded in one transaction: a counter that records meanwhile waits for no more."""
BATCH_BYTES: Final = 32 << 20
_ORIGIN: Final = re.compile(r"[A-Z]{2}/[a-z0-9][a-z0-9-]{0,31}/[1-9][0-9]{0,5}")
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Taken(msgspec.Struct, frozen=True):
    """What an import did: entries new here, entries held now, side texts and attachments new here, side rows left out, and rows
    of accounts, places and lists (`kept.Travels`) that were merged.
    """

    origin: str
    size: int
    new: int
    texts: int = 0
    refused: int = 0
    merged: int = 0

    def after(self, before: "Taken") -> "Taken":
        """What this piece of a log and the one before it did together."""
        return Taken(
            self.origin,
            self.size,
            self.new + before.new,
            self.texts + before.texts,
            self.refused + before.refused,
            self.merged + before.merged,
        )


# --- going out --------------------------------------------------------------------------------------------------------


def export(log: Log, start: int, out: IO[bytes]) -> None:
    """Writes a log's entries from an index on, one a line, UTF-8, LF."""
    with snapshot():
        for _, _, _, data in store.raw_entries(log, start):
            out.write(data + b"\n")
    out.flush()


def inclusion(event_id: str, size: int | None = None) -> dict[str, Any]:
    """The contract's proof that an entry is in the log, in the tree of `size` entries (default: all).

    Raises LedgerError for an id no log here has, TreeError for a size that does not contain it.
    """
    with snapshot():
        found = store.find(event_id)
        if not found:
            raise LedgerError(f"no log here has an entry {event_id}")
        # The newest generation of the own log comes first, then other logs held.
        logs = {log.id: log for log in Log.objects.all()}
        position = max((e.position for e in found), key=lambda p: (logs[p // LOG_SPAN].own, p))
        log, index = logs[position // LOG_SPAN], store.index_of(position)
        held = store.size(log)
        wanted = _within(held if size is None else size, held)
        get = store.reader(log)
        proof = tree.inclusion_proof(index, wanted, get)
        return {
            "leaf_index": index,
            "tree_size": wanted,
            "leaf_hash": get(0, index, 1)[0].hex(),
            "proof": [step.hex() for step in proof],
            "root_hash": tree.stored_root(wanted, get).hex(),
        }


def consistency(log: Log, old: int, new: int) -> dict[str, Any]:
    """The contract's proof that the tree of `new` entries begins with that of `old`; TreeError when it does not."""
    with snapshot():
        proof = tree.consistency_proof(old, _within(new, store.size(log)), store.reader(log))
        return {"old": old, "new": new, "proof": [step.hex() for step in proof]}


def _within(size: int, held: int) -> int:
    if size > held:
        raise tree.TreeError(f"the log has {held} entries, not {size}")
    return size


# --- the node directory -----------------------------------------------------------------------------------------------


def trust(origin: str, verifier_key: str, encryption_key: str = "", *, by: Actor) -> None:
    """Adds a node to the directory, or gives a known one an encryption key. Raises LedgerError with the reason."""
    _check_directory_row(origin, verifier_key, encryption_key)
    services.require_own_log()
    if Log.objects.filter(origin=origin, own=True).exists():
        raise LedgerError(f"{origin} is a log of this node itself")
    known = Peer.objects.filter(origin=origin).first()
    if known is not None and known.verifier_key != verifier_key:
        raise LedgerError(f"{origin} is known with another key; a node that changes its key opens a new generation")
    if known is not None and known.encryption_key == (encryption_key or known.encryption_key):
        return
    row = Peer(
        origin=origin,
        verifier_key=verifier_key,
        encryption_key=encryption_key,
        checkpoint=known.checkpoint if known else "",
    )
    fields = {"origin": origin, "verifier_key": verifier_key, "encryption_key": encryption_key}
    services.append([services.timed_act("peer_added", fields, kept=(_peer_write(row),))], by=by)


def _check_directory_row(origin: str, verifier_key: str, encryption_key: str) -> None:
    if not _ORIGIN.fullmatch(origin):
        raise LedgerError(f"{origin!r} is no origin; expected STATE/node/generation such as XA/depot/1")
    try:
        name = checkpoint.parse_verifier_key(verifier_key).name
        if encryption_key:
            sealing.check_public_key(encryption_key)
    except (CheckpointError, sealing.SealError) as error:
        raise LedgerError(str(error)) from error
    if name != origin:
        raise LedgerError(f"the verifier key is that of {name}, not of {origin}")


def _peer_write(row: Peer) -> KeptWrite:
    return KeptWrite("peer", row.origin, kept.peer_digest(row), row.save)


# --- coming in --------------------------------------------------------------------------------------------------------


def take_in(path: Path, note: str | None = None, *, by: Actor, progress: verify.Progress = verify.silent) -> Taken:
    """Takes in a bundle, or with a checkpoint `note` a file of plain entries; harmless to repeat.

    Raises BundleError when the key is unknown, a signature, hash or form is wrong, entries are missing, or the copy
    contradicts what is held; then nothing has changed.
    """
    with path.open("rb", buffering=1 << 20) as file:
        found = bundle.outline(file, note)
        if Log.objects.filter(origin=found.origin, own=True).exists():
            return _of_this_node(found)
        peer = _known_peer(found)
        own = services.require_own_log()
        guard.refuse_if_rolled_back(own, store.size(own))
        head = _signed_head(found, peer.verifier_key)
        log = Log.objects.filter(origin=found.origin).first()
        held = store.size(log) if log else 0
        digests = _check(file, found, head, log, held, peer.verifier_key)
        for _ in _side_rows(file, found, own):
            pass  # what cannot be opened is refused before anything is written
        new = _append(file, found, held, digests, peer, own, progress)
        _accept(found, peer, head, by)
        replicas.remember_head(found.origin, peer.verifier_key, found.note, max(held, found.size))
        texts, refused = _take_side(file, found, own)
        merged, left_out = _merge(file, found, own, by)
        if found.recipient == own.origin:
            replicas.remember_taken(found)
        return Taken(found.origin, max(held, found.size), new, texts, refused + left_out, merged)


def _known_peer(found: Outline) -> Peer:
    peer = Peer.objects.filter(origin=found.origin).first()
    if peer is None:
        raise BundleError(
            f"the key of {found.origin} is not in the node directory; 'countermark ledger trust' adds one that was checked"
        )
    if nodes.is_ended(found.origin):
        raise BundleError(f"{found.origin} was locked out here; nothing more of its log is taken in")
    if found.verifier_key not in ("", peer.verifier_key):
        raise BundleError(f"the bundle names another key of {found.origin} than the node directory")
    return peer


def _signed_head(found: Outline, verifier_key: str) -> Checkpoint:
    try:
        head = checkpoint.open_note(found.note, [verifier_key])
    except CheckpointError as error:
        raise BundleError(f"the checkpoint cannot be accepted: {error}") from error
    # A piece ends before the log its checkpoint speaks of, and proves that it leads there.
    ends_there = head.size == found.size if found.proof is None else head.size >= found.size
    if head.origin != found.origin or not ends_there:
        raise BundleError(f"the checkpoint is of {head.size} entries of {head.origin}, the bundle is not")
    return head


def _of_this_node(found: Outline) -> Taken:
    """A copy of a log this node wrote proves what this node once signed: more than is here means it was rolled back."""
    log = Log.objects.get(origin=found.origin)
    head = _signed_head(found, log.verifier_key)
    held = store.size(log)
    if replicas.is_held(log, head):
        return Taken(found.origin, held, 0)
    current = store.own_log()
    if current is None or current.id != log.id:
        raise BundleError(
            f"{found.origin} was closed by a restore at {held} entries; it is not continued, this node writes a new log"
        )
    guard.remember(found.note)
    what = f"has {head.size} entries there, {held} here" if head.size > held else "differs from what is here"
    raise BundleError(
        f"{found.origin}, this node's own log, {what}: the store was rolled back. Nothing is taken in, and the node"
        " refuses to append. Restore the newest backup with 'countermark restore'."
    )


# --- checking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Batch:
    """Neighbouring entries of a file. `start` is the index of the first."""

    start: int
    lines: list[bytes]

    def digest(self) -> bytes:
        return hashlib.sha256(b"\n".join(self.lines)).digest()


def _batches(file: IO[bytes], found: Outline) -> Iterator[_Batch]:
    start, size, batch = found.start, 0, []
    for line in bundle.lines(file, found):
        batch.append(line)
        size += len(line)
        if len(batch) == BATCH or size > BATCH_BYTES:
            yield _Batch(start, batch)
            start, size, batch = start + len(batch), 0, []
    if batch:
        yield _Batch(start, batch)


def _check(
    file: IO[bytes], found: Outline, head: Checkpoint, log: Log | None, held: int, verifier_key: str
) -> list[bytes]:
    """Raises BundleError unless the file holds exactly what the checkpoint says and continues what is held.

    Returns the digest of each batch, so that appending notices if the file is exchanged meanwhile.
    """
    if found.start > held:
        raise BundleError(f"entries {held} to {found.start - 1} of {found.origin} are missing in between")
    get = store.reader(log) if log else _nothing
    frontier = tree.Frontier.load(held, get)
    entry_check = _EntryCheck(found.origin, verifier_key, _last_time(log, held))
    seen = replicas.seen(found.origin, verifier_key)
    digests = []
    for batch in _batches(file, found):
        leaves = [tree.leaf_hash(line) for line in batch.lines]
        overlap = max(0, min(held - batch.start, len(leaves)))
        if overlap and list(get(0, batch.start, overlap)) != leaves[:overlap]:
            raise BundleError(f"{found.origin} differs from the copy held here before entry {batch.start + overlap}")
        for index, line in enumerate(batch.lines[overlap:], batch.start + overlap):
            entry_check(index, line)
        _extend(frontier, leaves[overlap:], seen)
        digests.append(batch.digest())
    root = frontier.root() if found.size >= held else tree.stored_root(found.size, get)
    if not _leads_to(head, found, root) or (head.size < held and tree.stored_root(head.size, get) != head.root):
        raise BundleError(f"the entries do not have the root the checkpoint of {found.origin} states")
    return digests


def _leads_to(head: Checkpoint, found: Outline, root: bytes) -> bool:
    """Whether the tree with that root, of as many entries as the file ends at, is the one the checkpoint states or its beginning."""
    return tree.verify_consistency(found.size, head.size, root, head.root, found.proof or ())


def _extend(frontier: tree.Frontier, leaves: list[bytes], seen: Checkpoint | None) -> None:
    """Appends leaves; on the way they must pass through a signed head that was seen before."""
    at = seen.size - frontier.size if seen else -1
    if seen is None or not 0 < at <= len(leaves):
        frontier.extend(leaves)
        return
    frontier.extend(leaves[:at])
    if frontier.root() != seen.root:
        raise BundleError(replicas.two_histories(seen.origin, seen.size))
    frontier.extend(leaves[at:])


def _nothing(level: int, start: int, count: int) -> Sequence[bytes]:
    return []


def _last_time(log: Log | None, held: int) -> str:
    return store.entries_at([log.id * LOG_SPAN + held - 1])[0].recorded.time if log and held else ""


class _EntryCheck:
    """Whether each entry of a log is one this program could have written."""

    def __init__(self, origin: str, verifier_key: str, last_time: str) -> None:
        self.origin, self.verifier_key, self.last_time = origin, verifier_key, last_time

    def __call__(self, index: int, line: bytes) -> None:
        try:
            fault = self._fault(index, line)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, msgspec.MsgspecError) as error:
            fault = str(error)
        if fault:
            raise BundleError(f"entry {index} of {self.origin}: {fault}")

    def _fault(self, index: int, line: bytes) -> str:
        value = jcs.decode(line)
        event_id, recorded, body, kind = verify.parts(value)
        if jcs.encode(value) != line:
            return "not RFC 8785 JSON"
        if entries.event_id_of(kind, body) != event_id:
            return "the eventID is not that of the body"
        if kind == "event" and entries.is_disguised(body):
            return "an event that contains, as text, what tells the events of a node apart"
        if not verify.TIME.fullmatch(recorded.time) or recorded.time < self.last_time:
            return f"recorded {recorded.time}, after one recorded {self.last_time}"
        if _NUL.search(line):
            return "a NUL character"
        if index == 0 and (body.get("origin"), body.get("verifier_key")) != (self.origin, self.verifier_key):
            return "the first entry names another origin or key"
        self.last_time = recorded.time
        return ""


# --- appending --------------------------------------------------------------------------------------------------------


def _append(
    file: IO[bytes],
    found: Outline,
    held: int,
    digests: list[bytes],
    peer: Peer,
    own: Log,
    progress: verify.Progress,
) -> int:
    new = 0
    for batch, digest in zip(_batches(file, found), digests, strict=True):
        if batch.digest() != digest:
            raise BundleError("the file changed while it was read")
        fresh = batch.lines[max(0, held + new - batch.start) :]
        if fresh:
            _append_batch(found.origin, held + new, fresh, peer, own)
            new += len(fresh)
            database.settle()
        progress(batch.start + len(batch.lines) - found.start, found.size - found.start)
    return new


def _append_batch(origin: str, size: int, fresh: list[bytes], peer: Peer, own: Log) -> None:
    # The own log's lock keeps every other fold of views away.
    with database.write_transaction(own.id):
        log, _ = Log.objects.get_or_create(origin=origin, defaults={"verifier_key": peer.verifier_key, "own": False})
        if store.size(log) != size:
            raise BundleError(f"{origin} is being taken in by another process; run the same command again")
        first = log.id * LOG_SPAN + size
        appended = [entries.decode(position, line, origin) for position, line in enumerate(fresh, first)]
        try:
            _write(log, size, fresh, appended)
            for projection in projections.PROJECTIONS:
                projection.apply(appended)
        except (IntegrityError, DataError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise BundleError(
                f"entries {size} to {size + len(fresh) - 1} of {origin} cannot be folded: {error}"
            ) from error
        _erase(appended)
        if nodes.may_erase(origin):
            _erase_own(appended, origin)


def _write(log: Log, size: int, fresh: list[bytes], appended: list[Entry]) -> None:
    leaves = [tree.leaf_hash(line) for line in fresh]
    tiles = tree.Frontier.load(size, store.reader(log)).extend(leaves)
    rows = [
        (entry.position, log.id, entries.key_of(entry.event_id), leaf, line)
        for entry, leaf, line in zip(appended, leaves, fresh, strict=True)
    ]
    database.insert_rows("ledger_entry", ("id", "log_id", "key", "leaf", "data"), rows)
    tile_rows = [(store.tile_position(log.id, tile.level, tile.position), tile.hash) for tile in tiles]
    database.insert_rows("ledger_tile", ("id", "root"), tile_rows)


def _erase(appended: list[Entry]) -> None:
    """An erasure travels in its log: texts and documents held from there become tombstones here too."""
    for refs in database.chunks(_stated_in(appended, "text"), 500):
        digests = _digests("text", refs)
        for row in SideText.objects.filter(ref__in=refs).exclude(text=""):
            tombstone = SideText(ref=row.ref, kind=row.kind, text="", salt="")
            if digests.get(row.ref) == kept.side_text_digest(tombstone):
                tombstone.save()
    for names in database.chunks(_stated_in(appended, "attachment"), 500):
        digests = _digests("attachment", names)
        for document in Attachment.objects.filter(digest__in=names).exclude(data=b""):
            emptied = Attachment(digest=document.digest, media_type=document.media_type, data=b"")
            if digests.get(document.digest) == kept.attachment_digest(emptied):
                emptied.save()


def _erase_own(appended: list[Entry], origin: str) -> None:
    """What this node stated first it erases by an act of its own, when it lets the other node decide that."""
    acts = [entry.body for entry in appended if entry.body.get("act") == "erasure"]
    refs, documents = (
        [key for act in acts for key in act.get(name, ()) if isinstance(key, str)] for name in ("refs", "attachments")
    )
    texts = SideText.objects.filter(ref__in=refs).exclude(text="").values_list("ref", flat=True)
    kept_documents = Attachment.objects.filter(digest__in=documents).exclude(data=b"").values_list("digest", flat=True)
    services.erase(list(texts), attachments=list(kept_documents), by=services.NODE, reason=f"erased at {origin}")


def _stated_in(appended: list[Entry], table: str) -> list[str]:
    """The keys of one kept table that some entries state, each once."""
    prefix = f"{table}/"
    stated = [name.removeprefix(prefix) for e in appended for name in e.recorded.kept if name.startswith(prefix)]
    return list(dict.fromkeys(stated))


def _digests(table: str, keys: list[str]) -> dict[str, str]:
    rows = database.select_in('SELECT key, digest, "table" FROM ledger_keptindex', "key", keys)
    return {key: digest for key, digest, name in rows if name == table}


def _accept(found: Outline, peer: Peer, head: Checkpoint, by: Actor) -> None:
    """Writes down the checkpoint up to which the copy is held; an older one than held before changes nothing.

    Nor does one with no more behind it than such acts: two nodes that tell each other of them would never end.
    """
    peer.refresh_from_db()
    accepted = checkpoint.read_unverified(peer.checkpoint).size if peer.checkpoint else 0
    log = Log.objects.filter(origin=found.origin).first()
    if log is None or not accepted < head.size <= store.size(log):
        return
    if _are_acceptances(log, accepted, head.size):
        return
    peer.checkpoint = found.note
    fields = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    services.append([services.act("log_imported", fields, kept=(_peer_write(peer),))], by=by)


def _are_acceptances(log: Log, start: int, end: int) -> bool:
    """Whether some entries of a log do nothing but accept checkpoints of others."""
    first = log.id * LOG_SPAN
    for positions in database.chunks(range(first + start, first + end), BATCH):
        if any(entry.body.get("act") != "log_imported" for entry in store.entries_at(positions)):
            return False
    return True


def _side_rows(file: IO[bytes], found: Outline, own: Log) -> Iterator[SideRows]:
    if found.recipient != own.origin:
        return
    if not bundle.is_one_state(found.origin, own.origin):
        raise BundleError(
            f"side data of {found.origin}, another State, is not taken in; States send each other messages"
        )
    yield from bundle.side_rows(file, found)


def _take_side(file: IO[bytes], found: Outline, own: Log) -> tuple[int, int]:
    """Side rows new here, and those left out because no entry states them as they are."""
    new = refused = 0
    said = _stated_in_file(file, found) if found.recipient == own.origin else {}
    for rows in _side_rows(file, found, own):
        with database.write_transaction(own.id):
            for counted in (_take_texts(rows, said), _take_attachments(rows, said)):
                new, refused = new + counted[0], refused + counted[1]
    return new, refused


def _stated_in_file(file: IO[bytes], found: Outline) -> dict[str, str]:
    """What the entries of a file state last of texts and documents, by `table/key`."""
    said: dict[str, str] = {}
    for line in bundle.lines(file, found):
        if b'"text/' in line or b'"attachment/' in line:
            said.update(entries.decode(0, line).recorded.kept)
    return said


def _is_true(table: str, key: str, digest: str, erased: str, stated: dict[str, str], said: dict[str, str]) -> bool:
    """Whether a row is as some log says: the one that counts here, or the one it came with, unless what counts is that it was erased."""
    counts = stated.get(key)
    return counts == digest or (counts != erased and said.get(f"{table}/{key}") == digest)


def _merge(file: IO[bytes], found: Outline, own: Log, by: Actor) -> tuple[int, int]:
    """Rows of accounts, places and lists merged into this node's, and those left out because their log states others."""
    given = [row for rows in _side_rows(file, found, own) for row in rows.kept]
    log = Log.objects.get(origin=found.origin)
    good = [row for some in database.chunks(given, 1000) for row in _as_stated(some, log)]
    merged = 0
    for table in kept.TABLES.values():
        rows = [(row.key, row.value) for row in good if row.table == table.name]
        if rows and table.travels is not None and table.travels.taken(found.origin):
            merged += table.travels.merge(rows, by)
    return merged, len(given) - len(good)


def _as_stated(rows: list[KeptRow], log: Log) -> Iterator[KeptRow]:
    positions = [log.id * LOG_SPAN + row.index for row in rows if 0 <= row.index < LOG_SPAN]
    stated = {store.index_of(entry.position): entry.recorded.kept for entry in store.entries_at(positions)}
    for row in rows:
        if (digest := _digest_of(row)) and stated.get(row.index, {}).get(f"{row.table}/{row.key}") == digest:
            yield row


def _digest_of(row: KeptRow) -> str:
    """The digest of a row that came; empty for one of a table unknown here, or that is none."""
    table = kept.TABLES.get(row.table)
    if table is None or table.travels is None:
        return ""
    try:
        return table.travels.digest(row.value)
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""


def _take_texts(rows: SideRows, said: dict[str, str]) -> tuple[int, int]:
    given = {t.ref: SideText(ref=t.ref, kind=t.kind, text=t.text, salt=t.salt) for t in rows.texts}
    stated = _digests("text", list(given))
    here = set(SideText.objects.filter(ref__in=list(given)).values_list("ref", flat=True))
    good = set()
    for ref, row in given.items():
        erased = kept.side_text_digest(SideText(ref=ref, kind=row.kind, text="", salt=""))
        if _is_true("text", ref, kept.side_text_digest(row), erased, stated, said):
            good.add(ref)
    SideText.objects.bulk_create([given[ref] for ref in sorted(good - here)], batch_size=200)
    return len(good - here), len(given.keys() - good - here)


def _take_attachments(rows: SideRows, said: dict[str, str]) -> tuple[int, int]:
    given = {a.digest: Attachment(digest=a.digest, media_type=a.media_type, data=a.data) for a in rows.attachments}
    stated = _digests("attachment", list(given))
    here = set(Attachment.objects.filter(digest__in=list(given)).values_list("digest", flat=True))
    good = set()
    for name, row in given.items():
        erased = kept.attachment_digest(Attachment(digest=name, media_type=row.media_type, data=b""))
        if _is_true("attachment", name, kept.attachment_digest(row), erased, stated, said):
            good.add(name)
    Attachment.objects.bulk_create([given[name] for name in sorted(good - here)])
    return len(good - here), len(given.keys() - good - here)
