"""Loading a register or events file: two passes, whole weapons, resumable (contract, *Commands*).

Pass 1 reads, checks and stages the file outside the store and compares it with what the store says; with `on_error=refuse` one
bad row ends it there. Pass 2 appends in batches of whole weapons; run again after a crash it completes, because what is
already there is recognised by its eventID. The last batch also appends one act that names the file.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from countermark.ledger import database, jcs, services, store
from countermark.ledger.entry import Entry, event_id_of, key_of
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, Draft, SideNote
from countermark.marks.sentences import Sentence
from countermark.register import births, bodies, checking, projection, serialrules
from countermark.register.comparing import Plan, marks_said, plan, without
from countermark.register.files import again, staging
from countermark.register.files import events as events_file
from countermark.register.files import weapons as weapons_file
from countermark.register.files.again import SerialRule
from countermark.register.files.errors import RowError
from countermark.register.files.events import EventRow
from countermark.register.files.mapping import NO_MAP, FileMap, place_columns
from countermark.register.files.staging import StagedWeapon
from countermark.register.files.vocabulary import WEAPON_FILE_COLUMNS
from countermark.register.files.weapons import WeaponRow
from countermark.register.models import Link
from countermark.register.projection import event_identity
from countermark.register.queries import nearmarks
from countermark.register.queries.nearmarks import Near
from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.register.rules import WeaponState
from countermark.register.services import (
    correction,
    event_draft,
    own_source,
    reopening,
    saying_again,
    standing_alike,
    standing_births,
    undone_events,
    weapon_correction,
    withdrawn_birth,
    withdrawn_events,
    withdrawn_marks,
)
from countermark.register.workspace import workspace

T = TypeVar("T")
Progress = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Reports no progress."""


CHUNK = 2000
TARGET_SECONDS = 0.45
"""How long one batch may hold the write lock: a counter never waits longer (design, *Storage*)."""
MAX_BATCH = 10_000


class Options(msgspec.Struct, frozen=True):
    """How to load a file."""

    source: str = ""
    dry_run: bool = False
    on_error: str = "refuse"
    correct: str = ""
    """Why what differs is corrected: a code of the list `correction`, or words; empty where it is refused."""
    words: str = ""
    """The words that go with a code."""
    mapping: FileMap = NO_MAP
    ignore_columns: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    untyped: bool = False
    """Whether a program wrote the file: a rule that wants serials twice does not ask what nobody keyed."""

    def why(self) -> Reason | None:
        """Why what differs is corrected; None where it is not. Raises `Refused` for what is no reason."""
        return checking.reason("correction", Reason(self.correct, self.words)) if self.correct else None


@dataclass
class Report:
    """What a load did; `errors` are at most `ERRORS_SHOWN`, `refused` counts all rows refused; `near` is looked for in a dry run."""

    rows: int = 0
    weapons: int = 0
    marks: int = 0
    events: int = 0
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    loaded: bool = False
    load: str = ""
    near: Near | None = None

    def of_nothing(self) -> "Report":
        """The report of a file refused whole: whatever in it would have been new has not become so."""
        self.new = self.changed = 0
        return self

    def as_dict(self) -> dict[str, Any]:
        """The contract's `--json` shape, and in a dry run `near` (docs/register-file.md, *Near marks*)."""
        near = {} if self.near is None else {"near": self.near.as_dict(NEAR_SHOWN)}
        return near | {
            "rows": self.rows,
            "weapons": self.weapons,
            "marks": self.marks,
            "events": self.events,
            "new": self.new,
            "unchanged": self.unchanged,
            "changed": self.changed,
            "refused": self.refused,
            "errors": [
                {"row": e.row, "column": e.column, "value": e.value, "expected": str(e.expected), "code": e.code}
                for e in self.errors
            ],
            "warnings": self.warnings,
            "load": self.load,
        }


ERRORS_SHOWN = 100_000
NEAR_SHOWN = 1000


@database.bulk()
def load_weapons(
    path: Path, options: Options, *, by: Actor, progress: Progress = _silent, scope: Scope = EVERYTHING
) -> Report:
    """Loads a register file. Raises `UnreadableFile` and `UnmappedColumns`; every other problem is in the report.

    `scope` is whose weapons a dry run may tell of where it finds near marks.
    """
    stream = weapons_file.read_weapons(
        path,
        mapping=options.mapping,
        ignore_columns=options.ignore_columns,
        encoding=options.encoding,
        delimiter=options.delimiter,
    )
    columns = frozenset(place_columns(stream.table, WEAPON_FILE_COLUMNS, options.mapping, options.ignore_columns))
    with workspace() as directory:
        source = options.source or own_source()
        early = not options.dry_run and path.stat().st_size >= EARLY_FROM
        with births.making(directory, source, projection.views(), early=early) as make:
            rule = None if options.untyped else serialrules.asking(again.FILES)
            rows: Iterable[WeaponRow | RowError] = stream if rule is None else _stated_twice(stream, source, rule)
            staged = staging.stage(_counted(rows, progress), directory)
            report = Report(
                rows=staged.rows + staged.refused,
                weapons=staged.weapons,
                marks=staged.marks,
                refused=staged.refused,
                errors=list(islice(staged.errors, ERRORS_SHOWN)),
                warnings=dict(stream.warnings),
            )
            load = _WeaponLoad(staged, options, columns, report, by)
            load.check()
            if options.dry_run:
                report.near = nearmarks.look(staged, staged.weapons, source, scope=scope, progress=progress)
                return report
            if report.refused and options.on_error == "refuse":
                return report.of_nothing()
            load.append(file_digest(path), make, progress)
    return report


EARLY_FROM = 1 << 20
"""Bytes of a file from which a second process begins while it is still being read: some ten thousand weapons."""


def _counted(rows: Iterable[T], progress: Progress) -> Iterator[T]:
    for number, row in enumerate(rows, 1):
        if number % 5000 == 0:
            progress(number, 0)
        yield row


def _stated_twice(
    rows: Iterable[WeaponRow | RowError], source: str, rule: SerialRule
) -> Iterator[WeaponRow | RowError]:
    """The rows, those of new weapons refused whose mark was stated once; what the register has already is asked no second time."""
    for chunk in database.chunks(rows, CHUNK):
        once = {row.ref for row in chunk if not isinstance(row, RowError) and row.once}
        ids = {bodies.weapon_id(source, ref): ref for ref in once}
        new = once - {ids[weapon_id] for weapon_id in _known_weapons(list(ids))}
        for row in chunk:
            if isinstance(row, RowError) or not row.once or row.ref not in new:
                yield row
            else:
                yield again.asked(rule).at(row.row, row.ref)


class _WeaponLoad:
    """The two passes over one staged register file."""

    def __init__(
        self, staged: staging.Staged, options: Options, columns: Collection[str], report: Report, by: Actor
    ) -> None:
        self.staged, self.options, self.columns, self.report, self.by = staged, options, columns, report, by
        self.why = options.why()
        self.source = options.source or own_source()
        self.as_of = 0  # entries of all logs when the register was asked
        self.met: set[int] = set()  # chunks with a weapon that it knew then

    def check(self) -> None:
        """Pass 1, second half: what the file means for the register; nothing is written."""
        self.as_of = store.total_size()
        if not Link.objects.exists():
            self.report.new = self.staged.weapons
            return
        for number, chunk in enumerate(database.chunks(self.staged, births.CHUNK)):
            for weapon, planned, known in self._plans(chunk):
                self._count(weapon, planned)
                if known:
                    self.met.add(number)

    def _plans(self, chunk: Sequence[StagedWeapon]) -> Iterator[tuple[StagedWeapon, Plan, bool]]:
        """What each weapon means, and whether the register knows it."""
        for weapon, state in self._states(chunk):
            yield weapon, self._plan(state, weapon), state is not None

    def _states(self, weapons: Sequence[StagedWeapon]) -> list[tuple[StagedWeapon, WeaponState | None]]:
        ids = [bodies.weapon_id(self.source, weapon.ref) for weapon in weapons]
        states = projection.states_of(ids)
        return [(weapon, states.get(weapon_id)) for weapon, weapon_id in zip(weapons, ids, strict=True)]

    def _plan(self, state: WeaponState | None, weapon: StagedWeapon) -> Plan:
        if state is None or state.ref:
            planned = plan(state, weapon, self.columns)
            if state is None or not planned.new_marks or self.options.correct:
                return planned
            return without(planned, withdrawn_marks(state.id))
        withdrawn = withdrawn_birth(state.id)
        if withdrawn is None or withdrawn.by_undo or self.options.correct:
            return Plan("new")
        expected = Sentence("a record that was not declared an error (withdrawn; --correct REASON opens it again)")
        return Plan(
            "differs", errors=(RowError(weapon.first_row, "ref", weapon.ref, expected, "withdrawn", weapon.ref),)
        )

    def _count(self, weapon: StagedWeapon, planned: Plan) -> None:
        report = self.report
        if planned.kind == "new":
            report.new += 1
        elif planned.kind == "unchanged":
            report.unchanged += 1
        elif planned.kind == "marks" or self.options.correct:
            report.changed += 1
        else:
            self._refuse(weapon, planned)

    def _refuse(self, weapon: StagedWeapon, planned: Plan) -> None:
        self.report.refused += len(weapon.row_numbers)
        others = Sentence("every row of a weapon to agree with the register: it enters whole or not at all")
        held = [
            RowError(row, "", "", others, "held_back", weapon.ref)
            for row in weapon.row_numbers
            if row != weapon.first_row
        ]
        room = max(0, ERRORS_SHOWN - len(self.report.errors))
        self.report.errors.extend([*planned.errors, *held][:room])

    def append(self, digest: str, make: births.Maker, progress: Progress) -> None:
        """Pass 2: whole weapons in batches; the act that names the file goes with the last one."""
        done_act = load_act("weapons", digest, self.options)
        self.report.load = load_id(done_act)
        by = msgspec.structs.replace(self.by, load=self.report.load)
        services.require_own_log()
        self.as_of = self.as_of or 1  # a log that had to be opened for this has said so
        ones, new = Batch(), BirthBatch(self)
        filling: _Batch[Any] = new
        done = 0
        for number, chunk in enumerate(make(self.staged)):
            following: _Batch[Any] = ones if number in self.met else new
            added = self.drafts(chunk.staged) if following is ones else [chunk]
            # What is full is appended when more is to come, so that the act goes with the last change.
            if added and filling.items and (following is not filling or filling.full()):
                self._append(filling, by)
                progress(done, self.staged.weapons)
            if added:
                filling = following
                filling.items += added
            done += len(chunk.ids)
        self._append(filling, by, done_act)
        self.report.loaded = True
        progress(self.staged.weapons, self.staged.weapons)

    def _append(self, batch: "_Batch[Any]", by: Actor, done: Draft | None = None) -> None:
        new = batch.append(by, done, changed=bool(self.report.events))
        self.report.events += new
        self.as_of += new

    def drafts(self, weapons: Sequence[StagedWeapon]) -> list[Draft]:
        """What is to be appended of weapons of which the register may know some."""
        return [draft for weapon, state in self._states(weapons) for draft in self._drafts_of(weapon, state)]

    def _drafts_of(self, weapon: StagedWeapon, state: WeaponState | None) -> list[Draft]:
        if state is None:
            return [births.draft(weapon, self.source)]
        planned = self._plan(state, weapon)
        if planned.kind == "new":
            return [reopening(births.draft(weapon, self.source), withdrawn_birth(state.id))]
        if planned.kind == "marks":
            return [_new_marks(state, planned, self.source)]
        if planned.kind == "differs" and self.options.correct:
            return self._correction(weapon, state, planned)
        return []

    def _correction(self, staged: StagedWeapon, state: WeaponState, planned: Plan) -> list[Draft]:
        """The whole weapon as the file has it where the file speaks, as the register has it elsewhere."""
        entry = standing_births([state.id])[state.id]
        why = _given(self.why)
        drafts: list[Draft] = []
        events = {mark.event_id for mark, _ in planned.changed}
        if planned.facts or entry.event_id in events:
            facts = {
                column: getattr(staged.facts if column in self.columns else state, column) for column in bodies.FACTS
            }
            drafts += weapon_correction(entry, state, facts, marks_said(state, entry.event_id, planned), why)
        for later in sorted(events - {entry.event_id}):
            marks = marks_said(state, later, planned)
            drafts += correction(store.find(later)[0], _mark_draft(state, marks, self.source, later), why)
        return [*drafts, _new_marks(state, planned, self.source)] if planned.new_marks else drafts


def _new_marks(state: WeaponState, planned: Plan, source: str) -> Draft:
    draft = _mark_draft(state, planned.new_marks, source)
    before = withdrawn_events(state.id).get(event_id_of(draft.kind, draft.body))
    return draft if before is None else saying_again(draft, before)


def _given(why: Reason | None) -> Reason:
    assert why is not None  # noqa: S101 -- nothing is corrected where nobody says why
    return why


def _mark_draft(state: WeaponState, marks: Iterable[dict[str, str]], source: str, corrects: str = "") -> Draft:
    return Draft(kind="event", body=bodies.marked(state.id, [bodies.mark(mark) for mark in marks], source, corrects))


@database.bulk()
def load_events(path: Path, options: Options, *, by: Actor, progress: Progress = _silent) -> Report:
    """Loads an events file. Raises `UnreadableFile` and `UnmappedColumns`; every other problem is in the report."""
    stream = events_file.read_events(
        path,
        mapping=options.mapping,
        ignore_columns=options.ignore_columns,
        encoding=options.encoding,
        delimiter=options.delimiter,
    )
    with workspace() as directory:
        load = _EventLoad(directory / "events", options, by)
        load.check(_counted(stream, progress))
        load.report.warnings = dict(stream.warnings)
        if options.dry_run:
            return load.report
        if load.report.refused and options.on_error == "refuse":
            return load.report.of_nothing()
        load.append(file_digest(path), progress)
        return load.report


class _EventLoad:
    """The two passes over an events file; good rows are staged outside the store in between."""

    def __init__(self, staged: Path, options: Options, by: Actor) -> None:
        self.staged, self.options, self.by = staged, options, by
        self.why = options.why()
        self.source = options.source or own_source()
        self.report = Report()
        self.numbers: dict[int, int] = {}  # hash of an event number -> hash of what its row says

    def check(self, rows: Iterable[EventRow | RowError]) -> None:
        """Pass 1: what is good is staged, what it means for the register is counted."""
        refs: set[bytes] = set()
        refused: set[int] = set()
        with self.staged.open("wb") as file:
            good_rows = staging.RecordWriter(file)
            for chunk in database.chunks(rows, CHUNK):
                good = [row for row in chunk if not isinstance(row, RowError)]
                errors = [row for row in chunk if isinstance(row, RowError)]
                drafts = [(row, self._draft(row)) for row in self._once(good, errors)]
                made = {row.row: draft for row, draft in drafts}
                for row, draft, problem in self._planned(drafts):
                    if problem is not None:
                        errors.append(problem)
                        continue
                    refs.add(row.ref.encode())
                    if draft is not None:
                        good_rows.write(_StagedEvent.of(row, made[row.row]))
                refused.update(error.row for error in errors)
                self.report.errors.extend(errors[: max(0, ERRORS_SHOWN - len(self.report.errors))])
                self.report.rows += len({row.row for row in chunk})
        self.report.refused = len(refused)
        self.report.weapons = len(refs)

    def _once(self, rows: Iterable[EventRow], errors: list[RowError]) -> list[EventRow]:
        """The rows without those whose event number an earlier row of the file has: equal ones say nothing new."""
        fresh: list[EventRow] = []
        for row in rows:
            said = hash(msgspec.structs.replace(row, row=0, note=""))
            before = self.numbers.get(hash(row.id)) if row.id else None
            if before is None:
                fresh.append(row)
                if row.id:
                    self.numbers[hash(row.id)] = said
            elif before == said:
                self.report.unchanged += 1
            else:
                expected = Sentence("a number of one event; an earlier row of the file has it for another one")
                errors.append(RowError(row.row, "id", row.id, expected, "disagrees", row.ref))
        return fresh

    def _planned(
        self, drafts: Sequence[tuple[EventRow, Draft]]
    ) -> Iterator[tuple[EventRow, list[Draft] | None, RowError | None]]:
        """For each row what is to be appended (None: nothing), or why it is refused; counts as it goes."""
        ids = {row.ref: bodies.weapon_id(self.source, row.ref) for row, _ in drafts}
        known = _known_weapons(list(ids.values()))
        there = _known_events([draft.event_id for _, draft in drafts])
        alike = standing_alike([draft.body for _, draft in drafts])
        said = {ids[row.ref] for row, draft in drafts if draft.event_id in there or event_identity(draft.body) in alike}
        undone = undone_events(sorted(said))
        if undone:
            drafts = [(row, _said_again(draft, undone)) for row, draft in drafts]
            there = _known_events([draft.event_id for _, draft in drafts])
        for row, draft in drafts:
            others = alike.get(event_identity(draft.body), [])
            if ids[row.ref] not in known:
                expected = Sentence("the ref of a weapon of the source %(source)s", source=self.source)
                yield row, None, RowError(row.row, "ref", row.ref, expected, "unknown", row.ref)
            elif self._is_known(row, draft, others, there, undone):
                self.report.unchanged += 1
                yield row, None, None
            elif not row.id or not others:
                self.report.new += 1
                yield row, [draft], None
            elif self.options.correct:
                self.report.changed += 1
                yield row, self._corrected(draft, others[-1]), None
            else:
                expected = Sentence(
                    "the same content as recorded before under this id (differs; --correct REASON records the change)"
                )
                yield row, None, RowError(row.row, "id", row.id, expected, "differs", row.ref)

    def _is_known(
        self, row: EventRow, draft: Draft, others: Sequence[Entry], there: Collection[str], undone: Mapping[str, str]
    ) -> bool:
        """Whether the register says so already: by the same number the same, or as often as the file up to this row.

        `others` are standing events of the same number, or corrections that now say what this row says; `there` are the
        events a log has.
        """
        if row.id and others:
            return bodies.said_of(others[-1].body) == bodies.said_of(draft.body)
        corrections = sum("countermark:corrects" in other.body for other in others)
        if draft.event_id in there or not corrections:
            return draft.event_id in there
        earlier = [self._draft(msgspec.structs.replace(row, occurrence=n)) for n in range(1, row.occurrence)]
        said = _known_events([_said_again(one, undone).event_id for one in earlier])
        return row.occurrence - len(said) <= corrections

    def _draft(self, row: EventRow) -> Draft:
        weapon_id = bodies.weapon_id(self.source, row.ref)
        draft = event_draft(weapon_id, self.source, event_fields(row), msgspec.structs.asdict(row.moment))
        return _named(draft)

    def _corrected(self, draft: Draft, other: Entry) -> list[Draft]:
        body = {**bodies.said_of(draft.body), "countermark:corrects": other.event_id}
        corrective = Draft(kind="event", body=bodies.pinned(body), texts=draft.texts, note=draft.note)
        return correction(other, corrective, _given(self.why))

    def append(self, digest: str, progress: Progress) -> None:
        """Pass 2: the staged rows in batches; the act that names the file goes with the last one."""
        done_act = load_act("events", digest, self.options)
        self.report.load = load_id(done_act)
        by = msgspec.structs.replace(self.by, load=self.report.load)
        batch = Batch()
        done = 0
        counts = (self.report.new, self.report.unchanged, self.report.changed)
        for rows in database.chunks(map(_decode_event, staging.records(self.staged)), CHUNK):
            planned = self._planned([(event.row, event.draft()) for event in rows])
            drafts = [draft for _, some, _ in planned for draft in some or ()]
            if drafts and batch.items and batch.full():
                self.report.events += batch.append(by)
                progress(done, counts[0] + counts[2])
            batch.items += drafts
            done += len(rows)
        self.report.events += batch.append(by, done_act, changed=bool(self.report.events))
        self.report.new, self.report.unchanged, self.report.changed = counts
        self.report.loaded = True
        progress(done, done)


def _named(draft: Draft) -> Draft:
    body_json = jcs.encode_plain(draft.body)
    return msgspec.structs.replace(draft, event_id=event_id_of("event", draft.body), body_json=body_json)


def _said_again(draft: Draft, undone: Mapping[str, str]) -> Draft:
    """What a row means once the load that said it before was taken back: another event."""
    before = undone.get(draft.event_id)
    return draft if before is None else _named(saying_again(draft, before))


def event_fields(row: EventRow) -> dict[str, str]:
    """A checked row as the columns of the events file."""
    return {
        "event": row.event,
        "from": row.sender,
        "to": row.receiver,
        "country": row.country,
        "place": row.place,
        "document": row.document,
        "note": row.note,
        "id": row.id,
        "component": row.component,
        "mark": row.mark,
        "other_ref": row.other_ref,
        "occurrence": str(row.occurrence),
    }


class _StagedEvent(msgspec.Struct, frozen=True, array_like=True):
    """A good row and the draft made of it, so that the second pass need not make it again."""

    row: EventRow
    event_id: str
    body_json: bytes
    texts: tuple[SideNote, ...]

    @classmethod
    def of(cls, row: EventRow, draft: Draft) -> "_StagedEvent":
        return cls(row, draft.event_id, draft.body_json, draft.texts)

    def draft(self) -> Draft:
        body = jcs.decode(self.body_json)
        return Draft("event", body, self.texts, self.row.note, event_id=self.event_id, body_json=self.body_json)


_decode_event = msgspec.msgpack.Decoder(_StagedEvent).decode


def _known_weapons(ids: Sequence[str]) -> set[str]:
    rows = database.select_in("SELECT DISTINCT weapon_id FROM register_link", "weapon_id", ids, kind="uuid")
    return {database.uuid_text(row[0]) for row in rows}


def _known_events(event_ids: Sequence[str]) -> set[str]:
    """Those of some eventIDs that a log here has."""
    keys = {key_of(event_id): event_id for event_id in event_ids}
    rows = database.select_in("SELECT key FROM ledger_entry", "key", list(keys), kind="bytes")
    return {keys[bytes(row[0])] for row in rows}


class _Batch(Generic[T]):
    """What goes into the ledger together; its size adapts so that no batch holds the write lock for long."""

    first_limit = CHUNK

    def __init__(self) -> None:
        self.items: list[T] = []
        self.limit = self.first_limit

    def size(self) -> int:
        """How many entries it holds."""
        return len(self.items)

    def full(self) -> bool:
        """Whether it is time to append."""
        return self.size() >= self.limit

    def append(self, by: Actor, done: Draft | None = None, *, changed: bool = False) -> int:
        """Appends and empties it; returns how many entries were new. `done` goes with them if a change was made, or was before."""
        start, size = time.monotonic(), self.size()
        if done is None:
            new = self.write(by) if self.items else 0
        else:
            with services.alone():
                new = self.write(by) if self.items else 0
                if new or changed:
                    services.append([done], by=by)
        seconds = time.monotonic() - start
        self.limit = max(200, min(MAX_BATCH, int(size * TARGET_SECONDS / max(seconds, 1e-3))))
        self.items = []
        database.settle()
        return new

    def write(self, by: Actor) -> int:
        """Appends what it holds; returns how many entries were new."""
        raise NotImplementedError


class Batch(_Batch[Draft]):
    """Drafts, each of which is asked for and folded."""

    def write(self, by: Actor) -> int:
        """See `_Batch`."""
        return sum(captured.new for captured in services.append(self.items, by=by))


class BirthBatch(_Batch[births.Chunk]):
    """Births of weapons that the register did not know when it was asked, worked out beforehand."""

    first_limit = 2 * CHUNK

    def __init__(self, load: _WeaponLoad) -> None:
        super().__init__()
        self.load = load

    def size(self) -> int:
        """See `_Batch`."""
        return sum(len(chunk.ids) for chunk in self.items)

    def write(self, by: Actor) -> int:
        """See `_Batch`. Where somebody was quicker, these weapons are compared and appended as any others."""
        if services.append_ready(self._ready(), by=by):
            return self.size()
        new = 0
        for chunk in self.items:
            drafts = self.load.drafts(chunk.staged)
            new += sum(captured.new for captured in services.append(drafts, by=by)) if drafts else 0
        return new

    def _ready(self) -> services.Ready:
        chunks = self.items
        return services.Ready(
            [key for chunk in chunks for key in chunk.keys],
            [begun for chunk in chunks for begun in chunk.begun],
            self.load.as_of,
            lambda: not projection.are_known([weapon for chunk in chunks for weapon in chunk.ids]),
            partial(projection.write_births, chunks),
        )


def load_act(kind: str, digest: str, options: Options) -> Draft:
    """The act of a completed load: its id is made from the file's digest and the options."""
    fields = {
        "kind": kind,
        "file": f"sha256:{digest}",
        "source": options.source or own_source(),
        "on_error": options.on_error,
        "correct": bool(options.correct),
        **({"untyped": True} if options.untyped else {}),
    }
    why = options.why()
    if why is None:
        return services.act("load", fields)
    return services.act("load", {**fields, FIELD: why.code}, note=why.words)


def load_id(done_act: Draft) -> str:
    """What names a load in its entries (`recorded.load`): 16 hexadecimal digits of its act's eventID."""
    return event_id_of(done_act.kind, done_act.body).removeprefix("ni:///sha-256;")[:16]


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
