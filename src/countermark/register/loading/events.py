"""Loading an events file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from countermark.ledger import database, jcs
from countermark.ledger.entry import Entry, event_id_of
from countermark.ledger.services import Actor, Draft, SideNote
from countermark.marks.sentences import Sentence
from countermark.register import bodies
from countermark.register.files import events as events_file
from countermark.register.files import staging
from countermark.register.files.errors import RowError
from countermark.register.files.events import EventRow
from countermark.register.loading import batches, naming, recorded
from countermark.register.loading.batches import DraftBatch
from countermark.register.loading.options import Options, given
from countermark.register.loading.report import ERRORS_SHOWN, Progress, Report, counted, silent
from countermark.register.projection import event_identity
from countermark.register.services import (
    correction,
    event_draft,
    own_source,
    saying_again,
    standing_alike,
    undone_events,
)
from countermark.register.workspace import workspace


@database.bulk()
def load_events(path: Path, options: Options, *, by: Actor, progress: Progress = silent) -> Report:
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
        load.check(counted(stream, progress))
        load.report.warnings = dict(stream.warnings)
        if options.dry_run:
            return load.report
        if load.report.refused and options.on_error == "refuse":
            return load.report.of_nothing()
        load.append(naming.file_digest(path), progress)
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
            for chunk in database.chunks(rows, batches.CHUNK):
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
        known = recorded.weapons(list(ids.values()))
        there = recorded.events([draft.event_id for _, draft in drafts])
        alike = standing_alike([draft.body for _, draft in drafts])
        said = {ids[row.ref] for row, draft in drafts if draft.event_id in there or event_identity(draft.body) in alike}
        undone = undone_events(sorted(said))
        if undone:
            drafts = [(row, _said_again(draft, undone)) for row, draft in drafts]
            there = recorded.events([draft.event_id for _, draft in drafts])
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
        said = recorded.events([_said_again(one, undone).event_id for one in earlier])
        return row.occurrence - len(said) <= corrections

    def _draft(self, row: EventRow) -> Draft:
        weapon_id = bodies.weapon_id(self.source, row.ref)
        draft = event_draft(weapon_id, self.source, event_fields(row), msgspec.structs.asdict(row.moment))
        return _named(draft)

    def _corrected(self, draft: Draft, other: Entry) -> list[Draft]:
        body = {**bodies.said_of(draft.body), "countermark:corrects": other.event_id}
        corrective = Draft(kind="event", body=bodies.pinned(body), texts=draft.texts, note=draft.note)
        return correction(other, corrective, given(self.why))

    def append(self, digest: str, progress: Progress) -> None:
        """Pass 2: the staged rows in batches; the act that names the file goes with the last one."""
        done_act = naming.load_act("events", digest, self.options)
        self.report.load = naming.load_id(done_act)
        by = msgspec.structs.replace(self.by, load=self.report.load)
        batch = DraftBatch()
        done = 0
        counts = (self.report.new, self.report.unchanged, self.report.changed)
        for rows in database.chunks(map(_decode_event, staging.records(self.staged)), batches.CHUNK):
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
