"""`verify`: does everything stored still say what was once appended? (contract, *Commands*)

Nothing that is stored is believed: leaves and tile roots are computed anew from the entries' bytes, views from the entries,
digests from the kept rows. What has been tampered with is reported, never raised.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from django.db import DatabaseError, OperationalError

from countermark.ledger import checkpoint, database, guard, jcs, kept, projections, store, tree
from countermark.ledger import entry as entries
from countermark.ledger.checkpoint import Checkpoint, CheckpointError
from countermark.ledger.entry import Recorded
from countermark.ledger.kept import KeptTable
from countermark.ledger.models import LOG_SPAN, Log, Peer
from countermark.ledger.projections import Difference
from countermark.ledger.snapshot import snapshot

BATCH: Final = 2000
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_KEYS: Final = {"body", "eventID", "kind", "recorded"}

Progress = Callable[[int, int], None]


class Report(msgspec.Struct, frozen=True):
    """What `verify` found. `tree_size` and `root_hash` (hex) are of the log this node writes, computed anew."""

    ok: bool
    tree_size: int
    root_hash: str
    first_difference: Difference | None
    differences: int


@dataclass
class _Head:
    """How far one log was recomputed, and the heads it was claimed to have on the way."""

    frontier: tree.Frontier = field(default_factory=tree.Frontier)
    claims: list[tuple[Checkpoint, str]] = field(default_factory=list)
    last_time: str = ""


def silent(done: int, total: int) -> None:
    """Progress for nobody."""


def verify(checkpoint_note: str | None = None, quick: bool = False, progress: Progress = silent) -> Report:
    """Recomputes the store and compares. `quick` leaves out views and kept rows.

    `checkpoint_note` is a signed checkpoint of a log held here, which that log must still contain.
    """
    with snapshot():
        heads: dict[int, _Head] = {}
        first, count = None, 0
        for difference in _differences(heads, checkpoint_note, quick, progress):
            first = first or difference
            count += 1
        own = store.own_log()
        frontier = heads[own.id].frontier if own else tree.Frontier()
    return Report(not count, frontier.size, frontier.root().hex(), first, count)


def _differences(heads: dict[int, _Head], note: str | None, quick: bool, progress: Progress) -> Iterator[Difference]:
    logs = list(Log.objects.order_by("id"))
    heads.update((log.id, _Head()) for log in logs)
    if note is not None:
        yield from _claim_given(logs, heads, note)
    yield from _claim_known(logs, heads)
    done, total = 0, store.total_size()
    for log in logs:
        yield from guarded("log", _log(log, heads[log.id], partial(_shifted, progress, done, total)))
        done += heads[log.id].frontier.size
    yield from _strays(heads)
    if not quick:
        yield from _views()
        yield from _kept({log.id for log in logs if log.own})


def _shifted(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def guarded(where: str, found: Iterable[Difference]) -> Iterator[Difference]:
    """The differences, and as one more what kept them from being looked for. A store out of reach is raised."""
    try:
        yield from found
    except OperationalError as error:
        # SQLite's way to say that a text is not UTF-8 any more.
        if "decode" not in str(error):
            raise
        yield Difference(where, "", "readable rows", str(error))
    except DatabaseError as error:
        yield Difference(where, "", "readable rows", str(error))
    except Exception as error:  # noqa: BLE001 (rows that were tampered with may break whatever reads them)
        yield Difference(where, "", "readable rows", f"{type(error).__name__}: {error}")


# --- heads that were signed -------------------------------------------------------------------------------------------


def _claim_given(logs: list[Log], heads: dict[int, _Head], note: str) -> Iterator[Difference]:
    try:
        origin = checkpoint.read_unverified(note).origin
        log = next((log for log in logs if log.origin == origin), None)
        if log is None:
            yield Difference("checkpoint", origin, "a log held here", "unknown origin")
            return
        peer = Peer.objects.filter(origin=origin).first()
        keys = {log.verifier_key, peer.verifier_key if peer else log.verifier_key}
        heads[log.id].claims.append((checkpoint.open_note(note, keys), "checkpoint"))
    except CheckpointError as error:
        yield Difference("checkpoint", "", "a checkpoint signed by a known key", str(error))


def _claim_known(logs: list[Log], heads: dict[int, _Head]) -> Iterator[Difference]:
    """The last heads this node signed or accepted, and whose log is whose."""
    peers = {peer.origin: peer for peer in Peer.objects.all()}
    for log in logs:
        peer = peers.get(log.origin)
        if log.own != (peer is None):
            yield Difference("log", log.origin, f"own: {peer is None}", f"own: {log.own}")
        if peer is None:
            signed = guard.last_signed(log)
            heads[log.id].claims += [(signed, "last checkpoint signed here")] if signed else []
            continue
        if peer.verifier_key != log.verifier_key:
            yield Difference("log", log.origin, peer.verifier_key, log.verifier_key)
        if peer.checkpoint:
            try:
                accepted = checkpoint.open_note(peer.checkpoint, [peer.verifier_key])
                heads[log.id].claims.append((accepted, "last checkpoint accepted"))
            except CheckpointError as error:
                yield Difference("peer", log.origin, "a signed checkpoint", str(error))


# --- entries and tiles ------------------------------------------------------------------------------------------------


def _log(log: Log, head: _Head, progress: Callable[[int], None]) -> Iterator[Difference]:
    head.claims.sort(key=lambda claim: claim[0].size)
    first = log.id * LOG_SPAN
    sql = "SELECT id, log_id, key, leaf, data FROM ledger_entry WHERE id >= %s AND id < %s ORDER BY id"
    rows = database.stream(sql, [first, first + LOG_SPAN])
    yield from _reached(log, head, tree.Frontier())
    for batch in database.chunks(rows, BATCH):
        base = head.frontier.size
        leaves: list[bytes] = []
        for index, row in enumerate(batch, base):
            data = _bytes(row[4])
            leaves.append(tree.leaf_hash(data))
            if row[0] != first + index or row[1] != log.id:
                yield Difference("entry", str(row[0]), f"position {first + index} of log {log.id}", f"log {row[1]}")
            yield from _entry(log, head, index, row, data, leaves[-1])
        yield from _extend(log, head, leaves)
        progress(head.frontier.size)
    for claim, where in head.claims:
        yield Difference(where, log.origin, f"at least {claim.size} entries", f"{head.frontier.size} entries")


def _entry(log: Log, head: _Head, index: int, row: tuple[Any, ...], data: bytes, leaf: bytes) -> Iterator[Difference]:
    name = f"{log.origin}#{index}"
    if leaf != _bytes(row[3]):
        yield Difference("entry", name, f"leaf {leaf.hex()}", _bytes(row[3]).hex())
    try:
        value = jcs.decode(data)
        event_id, recorded, body, kind = parts(value)
        expected = entries.event_id_of(kind, body)
        canonical = jcs.encode(value)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        yield Difference("entry", name, "an entry", str(error))
        return
    if canonical != data:
        yield Difference("entry", name, "RFC 8785 JSON", "other bytes for the same value")
    if event_id != expected:
        yield Difference("entry", name, expected, event_id)
    key = entries.key_of(event_id)
    if key != _bytes(row[2]):
        yield Difference("entry", name, f"key {key.hex()}", _bytes(row[2]).hex())
    if not TIME.fullmatch(recorded.time) or recorded.time < head.last_time:
        yield Difference("entry", name, f"recorded no earlier than {head.last_time}", recorded.time)
    head.last_time = recorded.time
    if index == 0 and (body.get("origin"), body.get("verifier_key")) != (log.origin, log.verifier_key):
        yield Difference("log", log.origin, f"{body.get('origin')} {body.get('verifier_key')}", log.verifier_key)


def parts(value: Any) -> tuple[str, Recorded, dict[str, Any], str]:
    """eventID, recorded, body and kind of a decoded entry; ValueError when it has not exactly these."""
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise ValueError("body, eventID, kind and recorded are expected")
    event_id, body, kind = value["eventID"], value["body"], value["kind"]
    if not isinstance(event_id, str) or not isinstance(body, dict) or kind not in ("event", "act"):
        raise ValueError("eventID, body or kind is of another type")
    return event_id, msgspec.convert(value["recorded"], Recorded), body, kind


def _extend(log: Log, head: _Head, leaves: list[bytes]) -> Iterator[Difference]:
    """Grows the recomputed tree, stopping at every claimed size."""
    frontier = head.frontier
    tiles: list[tree.TileRoot] = []
    at = 0
    while head.claims and head.claims[0][0].size - frontier.size <= len(leaves) - at:
        step = head.claims[0][0].size - frontier.size
        tiles += frontier.extend(leaves[at : at + step])
        at += step
        yield from _reached(log, head, frontier)
    tiles += frontier.extend(leaves[at:])
    yield from _tiles(log, tiles)


def _reached(log: Log, head: _Head, frontier: tree.Frontier) -> Iterator[Difference]:
    while head.claims and head.claims[0][0].size == frontier.size:
        claim, where = head.claims.pop(0)
        if claim.root != frontier.root():
            yield Difference(where, f"{log.origin} at {claim.size}", claim.root.hex(), frontier.root().hex())


def _tiles(log: Log, tiles: list[tree.TileRoot]) -> Iterator[Difference]:
    expected = {store.tile_position(log.id, tile.level, tile.position): tile for tile in tiles}
    rows = database.select_in("SELECT id, root FROM ledger_tile", "id", list(expected), kind="int")
    found = {row[0]: _bytes(row[1]) for row in rows}
    for row_id, tile in expected.items():
        if found.get(row_id) != tile.hash:
            name = f"{log.origin} level {tile.level} tile {tile.position}"
            yield Difference("tile", name, tile.hash.hex(), found[row_id].hex() if row_id in found else "missing")


def _strays(heads: dict[int, _Head]) -> Iterator[Difference]:
    """Entries of no log, and tiles beyond what the logs fill."""
    spans = [(log_id * LOG_SPAN, (log_id + 1) * LOG_SPAN) for log_id in heads]
    within = " OR ".join(["(id >= %s AND id < %s)"] * len(spans)) or "1 = 0"
    sql = f"SELECT id FROM ledger_entry WHERE NOT ({within})"  # noqa: S608
    for (row_id,) in database.stream(sql, [bound for span in spans for bound in span]):
        yield Difference("entry", str(row_id), "no entry", "an entry of no log")
    for (row_id,) in database.stream("SELECT id FROM ledger_tile", []):
        run, index = divmod(row_id, LOG_SPAN)
        log_id, level = divmod(run, store.LEVELS)
        size = heads[log_id].frontier.size if log_id in heads else 0
        if not level or index >= size >> (tree.TILE_BITS * level):
            yield Difference("tile", str(row_id), "no tile", "a tile of no complete run")


# --- views and kept rows ----------------------------------------------------------------------------------------------


def _views() -> Iterator[Difference]:
    for projection in projections.PROJECTIONS:
        yield from guarded(f"view {projection.name}", projection.compare())


def _kept(own: set[int]) -> Iterator[Difference]:
    for table in kept.TABLES.values():
        yield from guarded(f"kept {table.name}", _kept_table(table, own))
    for name, key in database.stream('SELECT "table", key FROM ledger_keptindex', []):
        if name not in kept.TABLES:
            yield Difference("kept index", f"{name}/{key}", "a table of this program", "unknown table")


def _kept_table(table: KeptTable, own: set[int]) -> Iterator[Difference]:
    """Rows against what the logs state. What only other nodes' logs state need not be here."""
    where = f"kept {table.name}"
    seen = 0
    elsewhere: dict[str, _Differing] = {}
    for rows in database.chunks(table.rows(), BATCH):
        stated = _stated(table.name, [key for key, _ in rows])
        for key, digest in rows:
            expected, position = stated.get(key, ("no row: no entry states it", -1))
            seen += position // LOG_SPAN in own
            if expected != digest and position >= 0 and position // LOG_SPAN not in own:
                elsewhere[key] = _Differing(expected, digest, position)
            elif expected != digest:
                yield Difference(where, key, expected, digest)
    if elsewhere:
        yield from _unless_stated(table.name, elsewhere)
    if seen != sum(1 for _ in _own_stated(table.name, own)):
        yield from _missing(table, own)


class _Differing(NamedTuple):
    expected: str
    found: str
    position: int


def _unless_stated(table: str, rows: dict[str, _Differing]) -> Iterator[Difference]:
    """Rows that are not as the last log says. Two nodes of a State may have written one name, each in its way: any of them will do,
    unless it was erased.
    """
    last = {entry.position: entry for entry in store.entries_at([row.position for row in rows.values()])}
    good: set[str] = set()
    if table in projections.PORTABLE:
        for entry in store.all_entries():
            stated = entry.recorded.kept
            good.update(key for name, digest in stated.items() if (key := _same(name, digest, table, rows)))
    for key, row in rows.items():
        entry_then = last.get(row.position)
        if key not in good or entry_then is None or projections.is_erasure(entry_then):
            yield Difference(f"kept {table}", key, row.expected, row.found)


def _same(name: str, digest: str, table: str, rows: dict[str, _Differing]) -> str:
    """The key of the row an entry states as it is here; empty for any other."""
    of, _, key = name.partition("/")
    return key if of == table and key in rows and rows[key].found == digest else ""


def _stated(table: str, keys: list[str]) -> dict[str, tuple[str, int]]:
    sql = 'SELECT key, digest, position, "table" FROM ledger_keptindex'
    rows = database.select_in(sql, "key", keys)
    return {key: (digest, position) for key, digest, position, name in rows if name == table}


def _own_stated(table: str, own: set[int]) -> Iterator[tuple[str, str]]:
    sql = 'SELECT key, digest, position FROM ledger_keptindex WHERE "table" = %s'
    for key, digest, position in database.stream(sql, [table]):
        if position // LOG_SPAN in own:
            yield key, digest


def _missing(table: KeptTable, own: set[int]) -> Iterator[Difference]:
    # Only here, when rows are known to be missing, are all keys of a table held at once.
    held = {key for key, _ in table.rows()}
    for key, digest in _own_stated(table.name, own):
        if key not in held:
            yield Difference(f"kept {table.name}", key, digest, "missing")


def _bytes(value: Any) -> bytes:
    # SQLite lets a tamperer change a column's type as well.
    return bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode(errors="surrogatepass")
