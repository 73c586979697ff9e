"""The one door in: `append` and what opens a log.

Everything that happens passes here, one event or a hundred thousand: bodies are hashed, known eventIDs recognised, entries and
tree written, views folded and kept rows saved, all in one transaction under the log's write lock.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from countermark.ledger import checkpoint, database, guard, identity, jcs, kept, projections, store, tree
from countermark.ledger import entry as entries
from countermark.ledger.checkpoint import Checkpoint
from countermark.ledger.drafts import NODE, Actor, Captured, Draft, KeptWrite, SideNote
from countermark.ledger.entry import Entry, Recorded
from countermark.ledger.models import LOG_SPAN, Attachment, Log, NodeSetting, SideText
from countermark.ledger.vocabulary import ACTS

__all__ = [
    "NODE", "Actor", "Captured", "Draft", "KeptWrite", "LedgerError", "SideNote", "act", "append", "attachment",
    "clock_problem", "erase", "open_log", "open_store", "person", "refs_of_people", "require_own_log", "set_setting",
    "setting", "timed_act",
]  # fmt: skip

BATCH = 10_000
Row = TypeVar("Row", bound=Model)


class LedgerError(Exception):
    """The ledger refuses; the message says why and what to do."""


def act(word: str, fields: dict[str, Any], **extra: Any) -> Draft:
    """A draft of an act; `word` must be in the closed vocabulary. Acts that may repeat carry a `time` of their own."""
    if word not in ACTS:
        raise LedgerError(f"{word!r} is not an act of the vocabulary")
    return Draft(kind="act", body={"type": "act", "act": word, **fields}, **extra)


def timed_act(word: str, fields: dict[str, Any], **extra: Any) -> Draft:
    """An act that is a new one each time it happens, also twice in one millisecond or while a clock stands or goes back."""
    return act(word, {**fields, "time": entries.now(), "nonce": secrets.token_hex(8)}, **extra)


def append(drafts: Sequence[Draft], *, by: Actor) -> list[Captured]:
    """Appends drafts to this node's own log and folds the views, all or nothing. Returns one `Captured` per draft.

    A draft whose eventID the log has already is not appended again; `Captured.differs` tells where it says something else all
    the same. Raises `LedgerError` when the log may not be written (rolled back, no key), and database errors unchanged.
    """
    if not (entries.is_text(by.name) and entries.is_text(by.via)):
        raise LedgerError(f"{by.name!r} is no name of a person")
    log = require_own_log()
    prepared = [_prepare(draft) for draft in drafts]
    with database.write_transaction(log.id):
        size = store.size(log)
        guard.refuse_if_rolled_back(log, size)
        captured, fresh = _split_known(log, size, prepared)
        if fresh:
            _write(log, size, fresh, by)
    return captured


class _Prepared(msgspec.Struct):
    draft: Draft
    event_id: str
    key: bytes
    body_json: bytes


def _prepare(draft: Draft) -> _Prepared:
    # An id worked out beforehand is of a body this program wrote.
    if draft.kind == "event" and not draft.event_id and entries.is_disguised(draft.body):
        raise LedgerError("an event contains, as text, what tells the events written here apart; it is not captured")
    event_id = draft.event_id or entries.event_id_of(draft.kind, draft.body)
    body_json = draft.body_json or jcs.encode(draft.body)
    if entries.has_nul(body_json) or not all(map(entries.is_text, (draft.note, *(name.text for name in draft.texts)))):
        raise LedgerError("a text contains NUL or half a character, which nobody could read again; it is not recorded")
    return _Prepared(draft, event_id, entries.key_of(event_id), body_json)


def _split_known(log: Log, size: int, prepared: list[_Prepared]) -> tuple[list[Captured], list[_Prepared]]:
    """What the log has already, and what is to be written, in order, each eventID once."""
    known = _known_positions(log, [item.key for item in prepared]) if size else {}
    bodies = _foreign_bodies(known, prepared)
    captured: list[Captured] = []
    fresh: list[_Prepared] = []
    position = log.id * LOG_SPAN + size
    for item in prepared:
        at = known.get(item.key)
        if at is not None:
            differs = at in bodies and not entries.is_alike(bodies[at], item.draft.body)
            captured.append(Captured(item.event_id, at, new=False, differs=differs))
            continue
        known[item.key] = position
        if _is_foreign(item.draft):
            bodies[position] = item.draft.body
        fresh.append(item)
        captured.append(Captured(item.event_id, position, new=True))
        position += 1
    return captured, fresh


def _is_foreign(draft: Draft) -> bool:
    """Whether an event's identity leaves out how it is written: those of this program carry a digest of that."""
    return draft.kind == "event" and entries.WRITING not in draft.body


def _foreign_bodies(known: dict[bytes, int], prepared: list[_Prepared]) -> dict[int, entries.Body]:
    """By position, the bodies the log has of the foreign events among some drafts."""
    wanted = {known[item.key] for item in prepared if item.key in known and _is_foreign(item.draft)}
    return {entry.position: entry.body for some in database.chunks(wanted, BATCH) for entry in store.entries_at(some)}


def _known_positions(log: Log, keys: list[bytes]) -> dict[bytes, int]:
    known: dict[bytes, int] = {}
    for some in database.chunks(keys, BATCH):
        for position, key in database.select_in("SELECT id, key FROM ledger_entry", "key", some, kind="bytes"):
            if position // LOG_SPAN == log.id:
                known[bytes(key)] = position
    return known


def _write(log: Log, size: int, fresh: list[_Prepared], by: Actor) -> None:
    frontier = tree.Frontier.load(size, store.reader(log))
    time, device_time = _recording_time(log, size)
    people = tuple(person(name) for name in (by.name, by.via) if name)
    texts = _new_texts(fresh, people)
    first = log.id * LOG_SPAN + size
    rows: list[tuple[int, int, bytes, bytes, bytes]] = []
    appended: list[Entry] = []
    plain = {"by": _person_id(by.name), "device_time": device_time, "time": time}
    if by.via:
        plain["via"] = _person_id(by.via)
    if by.load:
        plain["load"] = by.load
    shared = (plain, Recorded(time, _person_id(by.name), device_time, via=_person_id(by.via), load=by.load))
    plain_json = jcs.encode(plain)
    for position, item in enumerate(fresh, first):
        # The first entry of a batch also states the texts that name who records.
        recorded, fields = _recorded(item.draft, shared, texts, people if position == first else ())
        recorded_json = plain_json if fields is plain else jcs.encode(fields)
        data = entries.join(item.draft.kind, item.event_id, item.body_json, recorded_json)
        if len(data) > entries.LONGEST:
            raise LedgerError(
                f"an entry has at most {entries.LONGEST:,} bytes, this one {len(data):,}: record it in parts"
            )
        rows.append((position, log.id, item.key, tree.leaf_hash(data), data))
        appended.append(
            Entry(position, item.event_id, item.draft.kind, item.draft.body, recorded, item.draft.prepared, log.origin)
        )
    database.insert_rows("ledger_entry", ("id", "log_id", "key", "leaf", "data"), rows)
    tiles = frontier.extend([row[3] for row in rows])
    tile_rows = [(store.tile_position(log.id, tile.level, tile.position), tile.hash) for tile in tiles]
    database.insert_rows("ledger_tile", ("id", "root"), tile_rows)
    transaction.on_commit(partial(guard.remember_growth, log, Checkpoint(log.origin, frontier.size, frontier.root())))
    side_rows = [(row.ref, row.kind, row.text, row.salt) for row in texts.values()]
    database.insert_rows("ledger_sidetext", ("ref", "kind", "text", "salt"), side_rows)
    for item in fresh:
        for row in item.draft.kept:
            row.write()
    for projection in projections.PROJECTIONS:
        projection.apply(appended)


def _person_id(name: str) -> str:
    return identity.opaque("person", name) if name else ""


def _recorded(
    draft: Draft,
    shared: tuple[dict[str, Any], Recorded],
    texts: "_NewTexts",
    people: tuple[SideNote, ...],
) -> tuple[Recorded, dict[str, Any]]:
    """The `recorded` part of one entry; a new side text's digest stands in the first entry that names it."""
    plain, plain_recorded = shared
    if not (draft.texts or draft.kept or draft.note or people) and draft.device_time is None:
        return plain_recorded, plain
    stated = {f"{row.table}/{row.key}": row.digest for row in draft.kept}
    notes = (SideNote("note", draft.note),) if draft.note else ()
    for name in (*people, *draft.texts, *notes):
        stated.update(texts.state(name))
    fields = dict(plain)
    if draft.device_time is not None:
        fields["device_time"] = draft.device_time
    if stated:
        fields["kept"] = stated
    if draft.note:
        fields["note"] = identity.opaque("note", draft.note)
    return msgspec.convert(fields, Recorded), fields


class _NewTexts(dict[str, SideText]):
    """Side texts to be written, by ref; each is stated once, in the first entry that names it."""

    def __init__(self, rows: Iterable[SideText]) -> None:
        super().__init__((row.ref, row) for row in rows)
        self._unstated = set(self)

    def state(self, name: SideNote) -> dict[str, str]:
        ref = identity.ref(name.kind, name.text)
        if ref not in self._unstated:
            return {}
        self._unstated.remove(ref)
        return {f"text/{ref}": kept.side_text_digest(self[ref])}


def _new_texts(fresh: list[_Prepared], people: tuple[SideNote, ...]) -> _NewTexts:
    """Side texts of a batch that the store does not have (or has only as a tombstone, which stays one)."""
    wanted = {identity.ref(name.kind, name.text): name for name in people}
    for item in fresh:
        for name in item.draft.texts:
            wanted.setdefault(identity.ref(name.kind, name.text), name)
        if item.draft.note:
            wanted.setdefault(identity.ref("note", item.draft.note), SideNote("note", item.draft.note))
    have: set[str] = set()
    for some in database.chunks(wanted, BATCH):
        have.update(row[0] for row in database.select_in("SELECT ref FROM ledger_sidetext", "ref", some))
    return _NewTexts(
        SideText(ref=ref, kind=name.kind, text=name.text, salt=identity.new_salt())
        for ref, name in wanted.items()
        if ref not in have
    )


def clock_problem() -> str:
    """What is wrong with this machine's clock, as far as the log can tell; empty when nothing is, or nothing was recorded.

    Behind the last entry by more than a day, the clock is wrong now or was then; ahead by more than `LONGEST_REST`, it is
    more likely wrong than the node was left alone, and what is recorded by it cannot be taken back.
    """
    log = store.own_log()
    size = store.size(log) if log else 0
    if log is None or not size:
        return ""
    last, clock = store.entries_at([log.id * LOG_SPAN + size - 1])[0].recorded.time, entries.now()
    ahead = datetime.fromisoformat(clock) - datetime.fromisoformat(last)
    if -timedelta(days=1) <= ahead <= LONGEST_REST:
        return ""
    return f"this machine's clock says {clock}, the last entry was recorded {last}: set the clock before recording anything"


LONGEST_REST = timedelta(days=365)


def _recording_time(log: Log, size: int) -> tuple[str, str | None]:
    """The time to record, which never goes back within a log, and the device's clock where it differs."""
    clock = entries.now()
    if not size:
        return clock, None
    last = store.entries_at([log.id * LOG_SPAN + size - 1])[0].recorded.time
    if clock >= last:
        return clock, None
    return last, clock


def require_own_log() -> Log:
    """The log this node writes; opens the store's first log when there is none."""
    log = store.own_log()
    if log is None:
        return open_store()
    return log


def open_store() -> Log:
    """Makes the first log of an empty store: key, node secret, and the entry that says so."""
    environment = settings.ENVIRONMENT
    key = guard.load_or_make_key(environment.key_path)
    return open_log(f"{environment.state}/{environment.node}/1", key, act("log_opened", {}), secret=True)


def open_log(origin: str, key: checkpoint.SigningKey, first: Draft, *, secret: bool) -> Log:
    """Opens a log of this node whose first entry is `first`, completed with origin, key and time."""
    verifier = checkpoint.verifier_key(origin, key.public_key())
    with database.write_transaction(0):
        existing = store.own_log()
        if existing is not None and existing.origin == origin:
            return existing
        log = Log.objects.create(origin=origin, verifier_key=verifier, own=True)
        rows = (
            (_setting(identity.SECRET_SETTING, hashlib.sha256(identity.new_salt().encode()).hexdigest()),)
            if secret
            else ()
        )
        body = {**first.body, "origin": origin, "verifier_key": verifier, "time": entries.now()}
        identity.forget_secret()
        append([Draft(kind="act", body=body, kept=(*first.kept, *rows))], by=NODE)
    return log


def _setting(name: str, value: str) -> KeptWrite:
    row = NodeSetting(name=name, value=value)
    return KeptWrite("setting", name, kept.setting_digest(row), row.save)


def set_setting(name: str, value: str, *, by: Actor) -> None:
    """Changes a setting of the node."""
    append([timed_act("setting_changed", {"setting": name}, kept=(_setting(name, value),))], by=by)


def setting(name: str, default: str = "") -> str:
    """A setting of the node."""
    row = NodeSetting.objects.filter(name=name).first()
    return default if row is None else row.value


def attachment(data: bytes, media_type: str) -> KeptWrite:
    """A document to keep with an entry, named by its digest."""
    row = Attachment(digest=hashlib.sha256(data).hexdigest(), media_type=media_type, data=data)
    return KeptWrite("attachment", row.digest, kept.attachment_digest(row), row.save)


def erase(refs: Iterable[str], *, attachments: Iterable[str] = (), by: Actor, reason: str) -> int:
    """Erases side texts and documents (named by their SHA-256): the rows stay as tombstones, the ledger stays whole.

    Returns how many were erased; what was erased before is not erased again. Raises `LedgerError` for what is not here.
    """
    texts = _all_of(SideText.objects.all(), refs)
    documents = _all_of(Attachment.objects.all(), attachments)
    writes = [*filter(None, map(_erased_text, texts)), *filter(None, map(_erased_document, documents))]
    if writes:
        fields = {"refs": sorted(write.key for write in writes if write.table == "text")}
        if named := sorted(write.key for write in writes if write.table == "attachment"):
            fields["attachments"] = named
        append([timed_act("erasure", fields, kept=tuple(writes), note=reason)], by=by)
    return len(writes)


def _all_of(table: QuerySet[Row], wanted: Iterable[str]) -> list[Row]:
    keys = set(wanted)
    rows = list(table.filter(pk__in=keys))
    if missing := keys - {str(row.pk) for row in rows}:
        raise LedgerError(f"nothing is kept here under {', '.join(sorted(missing))}; nothing was erased")
    return rows


def _erased_text(row: SideText) -> KeptWrite | None:
    if not row.text:
        return None
    row.text, row.salt = "", ""
    return KeptWrite("text", row.ref, kept.side_text_digest(row), row.save)


def _erased_document(row: Attachment) -> KeptWrite | None:
    if not row.data:
        return None
    row.data = b""
    return KeptWrite("attachment", row.digest, kept.attachment_digest(row), row.save)


def refs_of_people(name: str) -> list[str]:
    """The refs of the side texts that name a party or person, erased ones included. Raises `LedgerError` when there is none."""
    require_own_log()
    # Texts that came from other nodes have refs made with their secret: those are found only as written.
    by_id = Q(ref__in=[identity.ref(kind, name) for kind in PEOPLE])
    refs = list(SideText.objects.filter(by_id | Q(kind__in=PEOPLE, text=name)).values_list("ref", flat=True))
    if not refs:
        raise LedgerError(f"nobody here is called {name!r}; nothing was erased")
    return refs


PEOPLE = ("party", "person")


def person(name: str) -> SideNote:
    """The side text that names a person; give it with the first draft that person records."""
    return SideNote("person", name)
