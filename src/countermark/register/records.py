"""How a room reads and states the subjects it keeps in its acts (`ledger/states.py`), in the room's own table."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec
from django.db.models import QuerySet

from countermark.ledger import jcs
from countermark.ledger.models import SubjectColumns
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, Draft, KeptWrite, SideNote, alone
from countermark.ledger.states import Subject
from countermark.marks.sentences import Sentence
from countermark.register.acts import append, draft, one_of, place_notes
from countermark.register.checking import refuse

Row = TypeVar("Row", bound=SubjectColumns)


class Records(Generic[Row]):
    """The subjects of a room: acts `<room>_<kind>_set` state a whole record; `model` is the view they are read from."""

    def __init__(self, room: str, model: type[Row]) -> None:
        self.room = room
        self.model = model

    def state(
        self,
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
        reason: Reason | None = None,
        texts: Iterable[SideNote] = (),
        kept: Iterable[KeptWrite] = (),
    ) -> bool:
        """States the whole value of a record. Returns False, and appends nothing, where it is stated so already."""
        plain = jcs.decode(jcs.encode(msgspec.to_builtins(value)))
        columns = {"state": state, "parent": parent, "place": place, "person": person, "due": due}
        with alone():
            known = self.subject(kind, key)
            if (
                known is not None
                and (known.value == plain or _says(known, value))
                and all(getattr(known, n) == v for n, v in columns.items())
            ):
                return False
            append([self.draft(kind, key, plain, columns, note=note, reason=reason, texts=texts, kept=kept)], by=by)
        return True

    def draft(
        self,
        kind: str,
        key: str,
        value: dict[str, Any],
        columns: dict[str, str],
        *,
        note: str = "",
        reason: Reason | None = None,
        texts: Iterable[SideNote] = (),
        kept: Iterable[KeptWrite] = (),
    ) -> Draft:
        """The act that states the whole value of a record."""
        names = [*texts, *place_notes(columns.get("place", ""))]
        fields = {"value": value, **columns}
        return draft(
            f"{self.room}_{kind}_set", [f"{kind}:{key}"], fields, note=note, reason=reason, texts=names, kept=kept
        )

    def rows(self, kind: str) -> "QuerySet[Row]":
        """The rows of a kind of subject."""
        return self.model._default_manager.filter(kind=kind)  # noqa: SLF001 - Django's own way to ask

    def subject(self, kind: str, key: str) -> Subject | None:
        """A subject as it is now; None for a key there is not, such as one with NUL, which not every database may be asked for."""
        if "\0" in key:
            return None
        row = self.rows(kind).filter(key=key).first()
        return None if row is None else subject_of_row(row)

    def known(self, kind: str, key: str, expected: Sentence, *wanted: str) -> Subject:
        """A subject in one of some states (any, if none is named). Raises `Refused`: `expected` says what an id that is none should be."""
        found = self.subject(kind, key)
        if found is None:
            raise refuse(kind, key, expected, "unknown")
        if wanted and found.state not in wanted:
            raise refuse(kind, key, one_of(wanted), "state")
        return found

    def subjects(self, kind: str, **columns: str) -> list[Subject]:
        """Every subject of a kind whose columns are as given, by key."""
        return [subject_of_row(row) for row in self.rows(kind).filter(**columns).order_by("key")]


def _says(known: Subject, value: msgspec.Struct) -> bool:
    """Whether a subject says a value already. Compared as what it means: a default that is written out and one that is left out are alike."""
    try:
        return known.of(type(value)) == value
    except msgspec.ValidationError:
        return False


def subject_of_row(row: SubjectColumns) -> Subject:
    """A row as its own type."""
    return Subject(**{name: getattr(row, name) for name in Subject.__struct_fields__})
