"""The one door in: `append` and what opens a log.

Everything that happens passes here, one event or a hundred thousand: bodies are hashed, known eventIDs recognised, entries and
tree written, views folded and kept rows saved, all in one transaction under the log's write lock.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count, repeat
from operator import add
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from countermark.ledger import checkpoint, database, guard, identity, jcs, kept, projections, reasons, store, tree
from countermark.ledger import entry as entries
from countermark.ledger.checkpoint import Checkpoint
from countermark.ledger.drafts import NODE, Actor, Captured, Draft, KeptWrite, Ready, SideNote
from countermark.ledger.entry import Entry, Recorded
from countermark.ledger.models import LOG_SPAN, Attachment, Log, NodeSetting, SideText
from countermark.ledger.vocabulary import ACTS

__all__ = [
    "NODE", "Actor", "Captured", "Draft", "KeptWrite", "LedgerError", "Ready", "SideNote", "act", "alone", "append",
    "append_ready", "attachment", "clock_problem", "erase", "open_log", "open_store", "person", "refs_of_people",
    "require_own_log", "set_setting",
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
    if reasons.FIELD in fields and not reasons.has(ACTS[word].reason, fields[reasons.FIELD]):
        raise LedgerError(f"{fields[reasons.FIELD]!r} is no reason of the act {word!r}")
    return Draft(kind="act", body={"type": "act", "act": word, **fields}, **extra)


def timed_act(word: str, fields: dict[str, Any], **extra: Any) -> Draft:
    """An act that is a new one each time it happens, also twice in one millisecond or while a clock stands or goes back."""
    return act(word, {**fields, "time": entries.now(), "nonce": secrets.token_hex(8)}, **extra)


def append(drafts: Sequence[Draft], *, by: Actor) -> list[Captured]:
    """Appends drafts to this node's own log and folds the views, all or nothing. Returns one `Captured` per draft.

    A draft whose eventID the log has already is not appended again; `Captured.differs` tells where it says something else all
    the same. Raises `LedgerError` when the log may not be written (rolled back, no key), and database errors unchanged.
    """
    _require_name(by)
    log = require_own_log()
    prepared = [_prepare(draft) for draft in drafts]
    with database.write_transaction(log.id):
        size = store.size(log)
        guard.refuse_if_rolled_back(log, size)
        captured, fresh = _split_known(log, size, prepared)
        if fresh:
            _write(log, size, fresh, by)
    return captured


def append_ready(ready: Ready, *, by: Actor) -> bool:
    """As `append` for many new events whose entries and rows were worked out beforehand.

    False, with nothing written, where one of them may be known already or not be recorded: whoever asks then appends them one by
    one. Raises as `append` does.
    """
    _require_name(by)
    if any(map(entries.has_nul, ready.begun)):
        return False  # `append` says why
    log = require_own_log()
    with database.write_transaction(log.id):
        size = store.size(log)
        guard.refuse_if_rolled_back(log, size)
        if store.total_size() != ready.as_of and not ready.unknown():
            return False
        stamp = _Stamp.of(log, size, by)
        texts = _new_texts((), stamp.people)
        # The first entry of a batch also states the texts that name who records.
        first_json, plain_json = jcs.encode(stamp.recorded(texts, stamp.people)), jcs.encode(stamp.plain)
        ends = [b"%b}" % plain_json] * len(ready.begun)
        ends[:1] = [b"%b}" % first_json]
        data = list(map(add, ready.begun, ends))
        first = log.id * LOG_SPAN + size
        _write_log(log, size, ready.keys, data)
        _write_texts(texts)
        if texts:
            projections.KEPT.apply([entries.decode(first, data[0], log.origin)])
        ready.fold(first, stamp.time)
    return True


def _require_name(by: Actor) -> None:
    if not (entries.is_text(by.name) and entries.is_text(by.via)):
        raise LedgerError(f"{by.name!r} is no name of a person")


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


@dataclass(frozen=True)
class _Stamp:
    """What is noted of every entry of a batch: `plain`, and the names of those who record."""

    time: str
    plain: dict[str, Any]
    people: tuple[SideNote, ...]

    @classmethod
    def of(cls, log: Log, size: int, by: Actor) -> "_Stamp":
        time, device_time = _recording_time(log, size)
        plain = {"by": _person_id(by.name), "device_time": device_time, "time": time}
        if by.via:
            plain["via"] = _person_id(by.via)
        if by.load:
            plain["load"] = by.load
        if by.asked_by:
            plain["asked_by"] = by.asked_by
        return cls(time, plain, tuple(person(name) for name in (by.name, by.via) if name))

    def recorded(self, texts: "_NewTexts", named: Iterable[SideNote]) -> dict[str, Any]:
        """`recorded` of an entry that names texts; a new one's digest stands in the first entry that does."""
        stated: dict[str, str] = {}
        for name in named:
            stated.update(texts.state(name))
        return {**self.plain, "kept": stated} if stated else self.plain


def _write(log: Log, size: int, fresh: list[_Prepared], by: Actor) -> None:
    stamp = _Stamp.of(log, size, by)
    texts = _new_texts(fresh, stamp.people)
    first = log.id * LOG_SPAN + size
    plain_json, plain_recorded = jcs.encode(stamp.plain), msgspec.convert(stamp.plain, Recorded)
    data: list[bytes] = []
    appended: list[Entry] = []
    for position, item in enumerate(fresh, first):
        # The first entry of a batch also states the texts that name who records.
        fields = _recorded(item.draft, stamp, texts, stamp.people if position == first else ())
        is_plain = fields is stamp.plain
        recorded_json = plain_json if is_plain else jcs.encode(fields)
        recorded = plain_recorded if is_plain else msgspec.convert(fields, Recorded)
        data.append(entries.join(item.draft.kind, item.event_id, item.body_json, recorded_json))
        appended.append(Entry(position, item.event_id, item.draft.kind, item.draft.body, recorded, log.origin))
    _write_log(log, size, [item.key for item in fresh], data)
    _write_texts(texts)
    for item in fresh:
        for row in item.draft.kept:
            row.write()
    for projection in projections.PROJECTIONS:
        projection.apply(appended)


def _write_log(log: Log, size: int, keys: Sequence[bytes], data: Sequence[bytes]) -> None:
    """Writes entries and the tree nodes they complete, and remembers the growth once it is committed."""
    longest = max(map(len, data))
    if longest > entries.LONGEST:
        raise LedgerError(f"an entry has at most {entries.LONGEST:,} bytes, this one {longest:,}: record it in parts")
    frontier = tree.Frontier.load(size, store.reader(log))
    leaves = list(map(tree.leaf_hash, data))
    rows = list(zip(count(log.id * LOG_SPAN + size), repeat(log.id), keys, leaves, data, strict=False))
    database.insert_rows("ledger_entry", ("id", "log_id", "key", "leaf", "data"), rows)
    tile_rows = [
        (store.tile_position(log.id, tile.level, tile.position), tile.hash) for tile in frontier.extend(leaves)
    ]
    database.insert_rows("ledger_tile", ("id", "root"), tile_rows)
    transaction.on_commit(partial(guard.remember_growth, log, Checkpoint(log.origin, frontier.size, frontier.root())))


def _write_texts(texts: "_NewTexts") -> None:
    rows = [(row.ref, row.kind, row.text, row.salt) for row in texts.values()]
    database.insert_rows("ledger_sidetext", ("ref", "kind", "text", "salt"), rows)


def _person_id(name: str) -> str:
    return identity.opaque("person", name) if name else ""


def _recorded(draft: Draft, stamp: _Stamp, texts: "_NewTexts", people: tuple[SideNote, ...]) -> dict[str, Any]:
    """The `recorded` part of one entry."""
    if not (draft.texts or draft.kept or draft.note or people) and draft.device_time is None:
        return stamp.plain
    notes = (SideNote("note", draft.note),) if draft.note else ()
    fields = dict(stamp.recorded(texts, (*people, *draft.texts, *notes)))
    if draft.device_time is not None:
        fields["device_time"] = draft.device_time
    if draft.kept:
        rows = {f"{row.table}/{row.key}": row.digest for row in draft.kept}
        fields["kept"] = {**rows, **fields.get("kept", {})}
    if draft.note:
        fields["note"] = identity.opaque("note", draft.note)
    return fields


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


def _new_texts(fresh: Iterable[_Prepared], people: tuple[SideNote, ...]) -> _NewTexts:
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


def alone() -> AbstractContextManager[None]:
    """What is decided inside is still so when it is written: nobody else appends to this node's log meanwhile."""
    return database.write_transaction(require_own_log().id)


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
            (setting_write(identity.SECRET_SETTING, hashlib.sha256(identity.new_salt().encode()).hexdigest()),)
            if secret
            else ()
        )
        body = {**first.body, "origin": origin, "verifier_key": verifier, "time": entries.now()}
        identity.forget_secret()
        append([Draft(kind="act", body=body, kept=(*first.kept, *rows))], by=NODE)
    return log


def setting_write(name: str, value: str) -> KeptWrite:
    """A setting of the node to write with an entry."""
    row = NodeSetting(name=name, value=value)
    return KeptWrite("setting", name, kept.setting_digest(row), row.save)


def set_setting(name: str, value: str, *, by: Actor) -> None:
    """Changes a setting of the node."""
    append([timed_act("setting_changed", {"setting": name}, kept=(setting_write(name, value),))], by=by)


def setting(name: str, default: str = "") -> str:
    """A setting of the node."""
    row = NodeSetting.objects.filter(name=name).first()
    return default if row is None else row.value


def settings_of(prefix: str) -> dict[str, str]:
    """The settings of the node whose names begin with `prefix`, by the rest of the name."""
    rows = NodeSetting.objects.filter(name__startswith=prefix).order_by("name").values_list("name", "value")
    return {name.removeprefix(prefix): value for name, value in rows}


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
