"""The weapons of a large find from a readings file (contract, *Readings file*): the rows of one `query_id` are one weapon."""

import tempfile
from pathlib import Path

from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence, said, sentence
from countermark.register.files.errors import UnmappedColumns, UnreadableFile
from countermark.register.files.readings import ReadingQuery, read_readings
from countermark.tracing.cases import services
from countermark.tracing.cases.rules import MOST_WEAPONS, Mark, Recovered
from countermark.tracing.cases.services import NotRecorded
from countermark.tracing.cases.states import Case

LONGEST = 1 << 20
"""Bytes of a file: 500 weapons have a tenth of it."""
EVIDENCE = ("maker", "country", "kind", "calibre")
TOLD = 20
"""Problems of a file that are told at once."""


def add(case: str, data: bytes, name: str, *, by: Actor) -> Case:
    """Adds every weapon of a file to a case, or none of them. `name` tells the kind of file by its ending. Raises `NotRecorded`."""
    if len(data) > LONGEST:
        raise NotRecorded([Sentence("a file of at most %(most)d bytes", most=LONGEST)])
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"weapons{Path(name).suffix[:8]}"
        path.write_bytes(data)
        return services.add_weapons(case, _weapons(path), by=by)


def _weapons(path: Path) -> list[Recovered]:
    try:
        asked = [one for one in read_readings(path) if isinstance(one, ReadingQuery)]
    except (UnreadableFile, UnmappedColumns) as problem:
        raise NotRecorded([sentence(said(problem))]) from problem
    if wrong := [error for one in asked for error in one.errors]:
        raise NotRecorded(
            [
                Sentence(
                    "row %(row)d: %(value)s; expected %(expected)s", row=one.row, value=one.value, expected=one.expected
                )
                for one in wrong[:TOLD]
            ]
        )
    if not asked or len(asked) > MOST_WEAPONS:
        raise NotRecorded([Sentence("from 1 to %(most)d weapons", most=MOST_WEAPONS)])
    return [_weapon(one) for one in asked]


def _weapon(asked: ReadingQuery) -> Recovered:
    rows = asked.readings
    marks = tuple(Mark(row.reading, row.component, row.mark_kind) for row in rows)
    evidence = {name: next((getattr(row, name) for row in rows if getattr(row, name)), "") for name in EVIDENCE}
    return Recovered(marks, **evidence)
