"""How this room writes: acts about its subjects, through the one door, and what they say now."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import QuerySet

from countermark.ledger import identity, jcs
from countermark.ledger.services import Actor, Draft, KeptWrite, SideNote, alone
from countermark.marks.sentences import Sentence
from countermark.register.acts import (
    append,
    document,
    draft,
    new_id,
    one_of,
    own_origin,
    place_id,
    place_notes,
    required,
)
from countermark.register.checking import Refused, refuse
from countermark.register.files import dates
from countermark.stockpile.models import SubjectRow
from countermark.stockpile.states import Subject

__all__ = [
    "Refused",
    "alone",
    "append",
    "document",
    "draft",
    "due_time",
    "happened_at",
    "moment",
    "new_id",
    "one_of",
    "own_origin",
    "place_id",
    "place_notes",
    "refuse",
    "required",
    "rows",
    "state_record",
    "subject",
    "subject_of_row",
    "subjects",
]  # fmt: skip


def state_record(
    kind: str,
    key: str,
    value: msgspec.Struct,
    *,
    by: Actor,
    state: str = "",
    parent: str = "",
    place: str = "",
    person: str = "",
    due: str = "",
    note: str = "",
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> bool:
    """States the whole value of a record. Returns False, and appends nothing, where it is stated so already."""
    plain = jcs.decode(jcs.encode(msgspec.to_builtins(value)))
    columns = {"state": state, "parent": parent, "place": place, "person": person, "due": due}
    with alone():
        known = subject(kind, key)
        if known is not None and known.value == plain and all(getattr(known, n) == v for n, v in columns.items()):
            return False
        append([record_draft(kind, key, plain, columns, note=note, texts=texts, kept=kept)], by=by)
    return True


def record_draft(
    kind: str,
    key: str,
    value: dict[str, Any],
    columns: dict[str, str],
    *,
    note: str = "",
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> Draft:
    """The act `stockpile_<kind>_set` that states the whole value of a record."""
    names = [*texts, *place_notes(columns.get("place", ""))]
    fields = {"value": value, **columns}
    return draft(f"stockpile_{kind}_set", [f"{kind}:{key}"], fields, note=note, texts=names, kept=kept)


def rows(kind: str) -> "QuerySet[SubjectRow]":
    """The rows of a kind of subject."""
    return SubjectRow.objects.filter(kind=kind)


def subject(kind: str, key: str) -> Subject | None:
    """A subject as it is now; None for a key there is not, such as one with NUL, which not every database may be asked for."""
    if "\0" in key:
        return None
    row = SubjectRow.objects.filter(kind=kind, key=key).first()
    return None if row is None else subject_of_row(row)


def known(kind: str, key: str, expected: Sentence, *wanted: str) -> Subject:
    """A subject in one of some states (any, if none is named). Raises `Refused`: `expected` says what an id that is none should be."""
    found = subject(kind, key)
    if found is None:
        raise refuse(kind, key, expected, "unknown")
    if wanted and found.state not in wanted:
        raise refuse(kind, key, one_of(wanted), "state")
    return found


def id_for(request: str) -> str:
    """The id of what is asked for under a key, the same each time; a new one where there is no key."""
    return request_id(request) if request else new_id()


def request_id(request: str) -> str:
    """The id of a request key."""
    return identity.ref("request", request)[:32]


def day(column: str, text: str) -> str:
    """A day as YYYY-MM-DD. Raises `Refused` for anything else."""
    try:
        good = date.fromisoformat(text).isoformat() == text
    except ValueError:
        good = False
    if not good:
        raise refuse(column, text, "a day, such as 2026-01-31", "unknown")
    return text


def subjects(kind: str, **columns: str) -> list[Subject]:
    """Every subject of a kind whose columns are as given, by key."""
    return [subject_of_row(row) for row in rows(kind).filter(**columns).order_by("key")]


def subject_of_row(row: SubjectRow) -> Subject:
    """A row as its own type."""
    return Subject(**{name: getattr(row, name) for name in Subject.__struct_fields__})


def moment(said: str) -> dates.Moment | None:
    """When something happened: a day, or a day and time with its offset; None for an empty text, which is now.

    Raises `Refused` for any other text, a month or a year too, and for a time still to come (14 hours are left for how far zones lie apart).
    """
    text = said.strip()
    if not text:
        return None
    found = dates.parse(text)
    if not isinstance(found, dates.Moment) or found.precision not in ("instant", "day"):
        expected = Sentence("the day, or day and time with offset, such as 2026-06-30T08:15+02:00")
        raise refuse("happened", said, expected, "date")
    if datetime.fromisoformat(found.instant) > datetime.now(UTC) + timedelta(hours=14):
        raise refuse("happened", said, "a time that is not still to come", "future")
    return found


def happened_at(said: str) -> str:
    """When something happened, as it was said; empty for now. Raises `Refused` as `moment`: no other text stands in an act."""
    found = moment(said)
    return found.text if found else ""


def due_time(said: str) -> str:
    """A day, or day and time (ISO 8601), something is to be back by; empty for none. Raises `Refused` for any other text."""
    due = said.strip()
    try:
        good = not due or (due[4:5] == "-" and datetime.fromisoformat(due).year > 0)
    except ValueError:
        good = False
    if not good:
        raise refuse("due", said, "a day, or a day and time, such as 2026-06-30T08:15+02:00", "date")
    return due


def no_weapon(line: str) -> Sentence:
    """What was expected of a line that names no weapon."""
    return Sentence("a weapon one may see; %(line)s is none", line=line)


def several(line: str) -> Sentence:
    """What was expected of a line that names more than one."""
    return Sentence("one weapon; several bear %(line)s: give the record's code or id", line=line)


def plain(values: Sequence[msgspec.Struct]) -> list[Any]:
    """Structs as an act holds them."""
    return [jcs.decode(jcs.encode(msgspec.to_builtins(value))) for value in values]
