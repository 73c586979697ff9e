"""Loading a register file."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from countermark.ledger import database, services, store
from countermark.ledger.entry import event_id_of
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence
from countermark.register import births, bodies, projection, serialrules
from countermark.register.comparing import Plan, marks_said, plan, without
from countermark.register.files import again, staging
from countermark.register.files import weapons as weapons_file
from countermark.register.files.again import SerialRule
from countermark.register.files.errors import RowError
from countermark.register.files.mapping import place_columns
from countermark.register.files.staging import StagedWeapon
from countermark.register.files.vocabulary import WEAPON_FILE_COLUMNS
from countermark.register.files.weapons import WeaponRow
from countermark.register.loading import batches, naming, recorded
from countermark.register.loading.batches import Batch, DraftBatch
from countermark.register.loading.options import Options, given
from countermark.register.loading.report import ERRORS_SHOWN, Progress, Report, counted, silent
from countermark.register.models import Link
from countermark.register.queries import nearmarks
from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.register.rules import WeaponState
from countermark.register.services import (
    correction,
    own_source,
    reopening,
    saying_again,
    standing_births,
    weapon_correction,
    withdrawn_birth,
    withdrawn_events,
    withdrawn_marks,
)
from countermark.register.workspace import workspace


@database.bulk()
def load_weapons(
    path: Path, options: Options, *, by: Actor, progress: Progress = silent, scope: Scope = EVERYTHING
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
            staged = staging.stage(counted(rows, progress), directory)
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
            load.append(naming.file_digest(path), make, progress)
    return report


EARLY_FROM = 1 << 20
"""Bytes of a file from which a second process begins while it is still being read: some ten thousand weapons."""


def _stated_twice(
    rows: Iterable[WeaponRow | RowError], source: str, rule: SerialRule
) -> Iterator[WeaponRow | RowError]:
    """The rows, those of new weapons refused whose mark was stated once; what the register has already is asked no second time."""
    for chunk in database.chunks(rows, batches.CHUNK):
        once = {row.ref for row in chunk if not isinstance(row, RowError) and row.once}
        ids = {bodies.weapon_id(source, ref): ref for ref in once}
        new = once - {ids[weapon_id] for weapon_id in recorded.weapons(list(ids))}
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
        done_act = naming.load_act("weapons", digest, self.options)
        self.report.load = naming.load_id(done_act)
        by = msgspec.structs.replace(self.by, load=self.report.load)
        services.require_own_log()
        self.as_of = self.as_of or 1  # a log that had to be opened for this has said so
        ones, new = DraftBatch(), BirthBatch(self)
        filling: Batch[Any] = new
        done = 0
        for number, chunk in enumerate(make(self.staged)):
            following: Batch[Any] = ones if number in self.met else new
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

    def _append(self, batch: "Batch[Any]", by: Actor, done: Draft | None = None) -> None:
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
        why = given(self.why)
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


def _mark_draft(state: WeaponState, marks: Iterable[dict[str, str]], source: str, corrects: str = "") -> Draft:
    return Draft(kind="event", body=bodies.marked(state.id, [bodies.mark(mark) for mark in marks], source, corrects))


class BirthBatch(Batch[births.Chunk]):
    """Births of weapons that the register did not know when it was asked, worked out beforehand."""

    first_limit = 2 * batches.CHUNK

    def __init__(self, load: _WeaponLoad) -> None:
        super().__init__()
        self.load = load

    def size(self) -> int:
        """See `Batch`."""
        return sum(len(chunk.ids) for chunk in self.items)

    def write(self, by: Actor) -> int:
        """See `Batch`. Where somebody was quicker, these weapons are compared and appended as any others."""
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
