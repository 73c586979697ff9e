"""How this room writes: acts that name their subjects, appended through the one door, decided while nobody else appends."""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from countermark.accounts.models import Place
from countermark.ledger import database, identity, jcs, services
from countermark.ledger.services import Actor, Captured, Draft, KeptWrite, SideNote
from countermark.marking.models import RecordRow
from countermark.marking.states import Record
from countermark.marks.sentences import Sentence
from countermark.register.checking import Refused, refuse

__all__ = [
    "Refused", "alone", "append", "draft", "new_id", "one_of", "own_origin", "place_id", "record", "record_draft", "records",
    "refuse", "required", "state_record",
]  # fmt: skip


def new_id() -> str:
    """An id nobody else has, on whatever node."""
    return str(uuid.uuid4())


def alone() -> AbstractContextManager[None]:
    """What is decided inside is still so when it is written: nobody else appends to this node's log meanwhile."""
    return database.write_transaction(services.require_own_log().id)


def own_origin() -> str:
    """The origin of the log this node writes."""
    return services.require_own_log().origin


def draft(
    word: str,
    subjects: Sequence[str],
    fields: dict[str, Any],
    *,
    note: str = "",
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> Draft:
    """An act about some subjects; fields that are empty texts are left out."""
    said = {key: value for key, value in fields.items() if value not in ("", None)}
    body = {"subjects": list(subjects), **said}
    return services.timed_act(word, body, note=note, texts=tuple(texts), kept=tuple(kept))


def append(drafts: Sequence[Draft], *, by: Actor) -> list[Captured]:
    """Appends, all or nothing."""
    return services.append(drafts, by=by)


def state_record(
    kind: str,
    key: str,
    value: dict[str, Any],
    *,
    by: Actor,
    place: str = "",
    note: str = "",
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> bool:
    """States the whole value of a record. Returns False, and appends nothing, where it is stated so already."""
    value = jcs.decode(jcs.encode(msgspec.to_builtins(value)))
    with alone():
        known = record(kind, key)
        if known is not None and (known.value, known.place) == (value, place):
            return False
        append([record_draft(kind, key, value, place=place, note=note, texts=texts, kept=kept)], by=by)
    return True


def record_draft(
    kind: str,
    key: str,
    value: dict[str, Any],
    *,
    place: str = "",
    note: str = "",
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> Draft:
    """The act that states the whole value of a record."""
    word = "marking_block_given" if kind == "block" else f"marking_{kind}_set"
    names = [*texts]
    if place and (row := Place.objects.filter(pk=place).first()):
        names.append(SideNote("place", row.name))
    return draft(word, [f"{kind}:{key}"], {"value": value, "place": place}, note=note, texts=names, kept=kept)


def record(kind: str, key: str) -> Record | None:
    """A record as it is stated now."""
    row = RecordRow.objects.filter(kind=kind, key=key).first()
    return None if row is None else _of_row(row)


def records(kind: str) -> list[Record]:
    """Every record of a kind, by key."""
    return [_of_row(row) for row in RecordRow.objects.filter(kind=kind).order_by("key")]


def _of_row(row: RecordRow) -> Record:
    return Record(**{name: getattr(row, name) for name in Record.__struct_fields__})


def one_of(codes: Iterable[str]) -> Sentence:
    """What was expected where one of some codes is."""
    return Sentence("one of %(codes)s", codes=", ".join(codes))


def required(column: str, text: str, expected: str) -> str:
    """A text somebody must give, without the space around it. Raises `Refused`."""
    if not text.strip():
        raise refuse(column, text, expected, "missing")
    return text.strip()


def place_id(name: str) -> str:
    """The id of a place of this State, or the empty string for no name. Raises `Refused` for an unknown one."""
    if not name:
        return ""
    services.require_own_log()
    found = Place.objects.filter(pk__in=[name, identity.opaque("place", name)]).first()
    if found is None:
        raise refuse("place", name, "a place of this State", "unknown")
    return str(found.pk)
