"""How rooms write acts that name their subjects (`ledger/subjects.py`), decided while nobody else appends."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from countermark.accounts.models import Place
from countermark.ledger import identity, jcs, reasons, services
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, Captured, Draft, KeptWrite, SideNote
from countermark.marks.sentences import Sentence, said
from countermark.register import checking, documents
from countermark.register.checking import refuse
from countermark.register.files import dates


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
    reason: Reason | None = None,
    texts: Iterable[SideNote] = (),
    kept: Iterable[KeptWrite] = (),
) -> Draft:
    """An act about some subjects; fields that are empty texts are left out. Of a `reason` the code stands in it, the words are its note."""
    said = {key: value for key, value in fields.items() if value not in ("", None)}
    if reason is not None:
        said[reasons.FIELD], note = reason.code, reason.words
    body = {"subjects": list(subjects), **said}
    return services.timed_act(word, body, note=note, texts=tuple(texts), kept=tuple(kept))


def append(drafts: Sequence[Draft], *, by: Actor) -> list[Captured]:
    """Appends, all or nothing."""
    return services.append(drafts, by=by)


def one_of(codes: Iterable[str]) -> Sentence:
    """What was expected where one of some codes is; the code itself where there is one alone."""
    some = list(codes)
    return Sentence(some[0]) if len(some) == 1 else Sentence("one of %(codes)s", codes=", ".join(some))


def required(column: str, text: str, expected: str) -> str:
    """A text somebody must give, without the space around it. Raises `Refused`, also for one no record can hold."""
    if not text.strip():
        raise refuse(column, text, expected, "missing")
    if "\0" in text:
        raise refuse(column, "", "a text without the sign NUL", "control")
    return text.strip()


def reason_of(kind: str, said: Reason | str) -> Reason:
    """Why something is done, of a list of `ledger/reasons.py`. Raises `Refused`, naming the codes."""
    return checking.reason(kind, said)


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


def plain(values: Sequence[msgspec.Struct]) -> list[Any]:
    """Structs as an act holds them."""
    return [jcs.decode(jcs.encode(msgspec.to_builtins(value))) for value in values]
