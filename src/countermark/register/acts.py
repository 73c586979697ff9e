"""How rooms write acts that name their subjects (`ledger/subjects.py`), decided while nobody else appends."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from countermark.accounts.models import Place
from countermark.ledger import identity, services
from countermark.ledger.services import Actor, Captured, Draft, KeptWrite, SideNote
from countermark.marks.sentences import Sentence, said
from countermark.register import documents
from countermark.register.checking import refuse


def new_id() -> str:
    """An id nobody else has, on whatever node."""
    return str(uuid.uuid4())


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


def one_of(codes: Iterable[str]) -> Sentence:
    """What was expected where one of some codes is."""
    return Sentence("one of %(codes)s", codes=", ".join(codes))


def required(column: str, text: str, expected: str) -> str:
    """A text somebody must give, without the space around it. Raises `Refused`, also for one no record can hold."""
    if not text.strip():
        raise refuse(column, text, expected, "missing")
    if "\0" in text:
        raise refuse(column, "", "a text without the sign NUL", "control")
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


def document(column: str, data: bytes) -> KeptWrite:
    """A photograph or PDF as it is kept, without metadata. Raises `Refused` for anything else."""
    try:
        return services.attachment(*documents.clean(data))
    except ValueError as error:
        raise refuse(column, "", said(error), "unknown") from error


def place_notes(place: str) -> list[SideNote]:
    """The side text that tells the name of a place to whoever gets the log."""
    row = Place.objects.filter(pk=place).first() if place else None
    return [SideNote("place", row.name)] if row else []
