"""Closing the books of a window through a day: one proposes, another closes. A closed period never changes; corrections are dated after it."""

from django.db.models import Min

from countermark.cooperation import acts
from countermark.cooperation.fund import queries
from countermark.cooperation.fund.common import beside, keeper, today, window_here
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.shapes import CLOSING, WINDOW, ClosingFacts
from countermark.cooperation.states import Subject
from countermark.ledger import identity, store
from countermark.ledger.models import Log
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence


def propose(window: str, through: str, *, by: Actor, request: str = "") -> str:
    """Proposes to close the books of a window through a day; returns the id of the closing. Raises `Refused`."""
    key = acts.id_for(request)
    with acts.alone():
        if request and acts.subject(CLOSING, key) is not None:
            return key
        window_here(window)
        _require_closable(window, through)
        if acts.subjects(CLOSING, parent=f"{WINDOW}:{window}", state="proposed"):
            raise acts.refuse("through", through, "a window for which no closing waits", "pending")
        value = ClosingFacts(window, through, identity.opaque("person", by.name), keeper())
        fields = {"value": acts.plain([value])[0], "parent": f"{WINDOW}:{window}", "due": through}
        acts.append([acts.draft("cooperation_fundclosing_proposed", [f"{CLOSING}:{key}"], fields)], by=by)
    return key


def approve(key: str, *, by: Actor) -> None:
    """Closes what somebody else proposed. Raises `Refused` for one's own proposal."""
    with acts.alone():
        found, value, person = _pending(key, by)
        if value.by == person:
            raise acts.refuse("closing", key, "a closing somebody else proposed", "second_person")
        window_here(value.window)
        _require_closable(value.window, value.through)
        rows = [one for one in queries.journal([value.window]) if one.day <= value.through]
        fields = {"decided_by": person, "sizes": _sizes(), "digest": queries.digest(rows)}
        acts.append([acts.draft("cooperation_fundclosing_approved", [found.name], fields)], by=by)


def decline(key: str, reason: str, *, by: Actor) -> None:
    """Declines a closing, or takes one's own back; says why. Raises `Refused`."""
    why = acts.required("reason", reason, "why the books are not closed")
    with acts.alone():
        found, value, person = _pending(key, by)
        window_here(value.window)
        acts.append(
            [acts.draft("cooperation_fundclosing_declined", [found.name], {"decided_by": person}, note=why)], by=by
        )


def _pending(key: str, by: Actor) -> tuple[Subject, ClosingFacts, str]:
    found = acts.known(CLOSING, key, Sentence("the id of a closing"), "proposed")
    return found, found.of(ClosingFacts), identity.opaque("person", by.name)


def _require_closable(window: str, through: str) -> None:
    first = queries.postings(window).aggregate(day=Min("day"))["day"] or ""
    with beside("through"):
        books.require_closable(through, closed_through=queries.closed_through(window), first=first, today=today())


def _sizes() -> dict[str, int]:
    """How much of each log held here is in the books now."""
    return {log.origin: store.size(log) for log in Log.objects.all()}
