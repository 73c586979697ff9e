"""The chain of a request: its own answers and those of the requests linked to it, as far as the reader may see them."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from countermark.tracing.chain import rules
from countermark.tracing.chain.rules import FOUND, MADE, Asked, Item, Step
from countermark.tracing.requests import queries, shown
from countermark.tracing.requests.handling import Reader
from countermark.tracing.requests.rules import marks_of, named_in
from countermark.tracing.requests.states import Request


def requests_of(conversation: str, reader: Reader | None = None) -> list[Request]:
    """The requests of one trace, the oldest first; none for an unknown id. Only those tied to it are read."""
    known = {one.id: one for one in queries.some(queries.tied(conversation), reader) if one.kept}
    if conversation not in known:
        return []
    group = rules.linked(conversation, [_asked(one) for one in known.values()])
    return [one for one in reversed(known.values()) if one.id in group]


def chain(requests: list[Request]) -> tuple[Item, ...]:
    """What the answers of some requests tell together."""
    return rules.chain([*(step for one in requests for step in _told(one)), *_stated(requests)])


def _asked(request: Request) -> Asked:
    bodies = [one.envelope.body for one in request.kept]
    marks = frozenset[str]().union(*(marks_of(body) for body in bodies))
    names = frozenset({request.parent} - {""}).union(*(named_in(body) for body in bodies))
    return Asked(request.id, marks, names)


def _told(request: Request) -> Iterator[Step]:
    for message in request.conversation.said:
        answer = message.body.get("answer")
        if not isinstance(answer, dict):
            continue
        ours = message.side == request.side
        state = settings.ENVIRONMENT.state if ours else request.peer[:2]
        for item in shown.told(answer, request, ours=ours).items:
            if isinstance(item, shown.Event) and item.proof != "forged" and not item.corrected:
                yield _step(item, state)


def _step(event: shown.Event, state: str) -> Step:
    country = event.country if len(event.country) == 2 else ""
    goes = event.event == "export"
    return Step(
        event=event.event,
        date=event.date["text"],
        country=state if goes else country or state,
        told_by=state,
        to_country=country if goes else "",
        sender=event.sender.text,
        receiver=event.receiver.text,
        place=event.place.text,
        proof=event.proof,
    )


def _stated(requests: list[Request]) -> Iterator[Step]:
    """Maker and incident, as the first request states them: the one asks where the other turned up."""
    said = next(((one, kept) for one in requests for kept in one.kept if kept.envelope.kind == "request"), None)
    if said is None:
        return
    request, kept = said
    asker = settings.ENVIRONMENT.state if request.side == "asker" else request.peer[:2]
    weapon = _first(kept.envelope.body.get("weapons"))
    maker, country = shown.plain(weapon.get("maker") or ""), shown.plain(weapon.get("country") or "")
    if maker or country:
        date = shown.plain(weapon.get("year") or "")
        yield Step(MADE, date, country[:2], asker, sender=maker, stated=True)
    yield Step(FOUND, kept.envelope.time[:10], asker, asker, stated=True)


def _first(weapons: Any) -> dict[str, Any]:
    return weapons[0] if isinstance(weapons, list) and weapons and isinstance(weapons[0], dict) else {}
