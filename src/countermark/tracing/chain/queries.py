"""The chain of a request: its own answers and those of the requests linked to it, as far as the reader may see them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings

from countermark.tracing.chain import rules
from countermark.tracing.chain.rules import FOUND, MADE, Asked, Item, Step, Weapon
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


def weapons(requests: list[Request]) -> tuple[Weapon, ...]:
    """The weapons that some requests ask about, each once."""
    return rules.distinct(marks for one in requests for marks in _asked_marks(one))


def chain(requests: list[Request], weapon: int = 1) -> tuple[Item, ...]:
    """What the answers of some requests tell together of one weapon: of those they ask about, the one of this number."""
    every = weapons(requests)
    told = (step for one in requests for step in _told(one, every, weapon))
    return rules.chain([*told, *_stated(requests, every, weapon)])


def _asked_marks(request: Request) -> list[frozenset[str]]:
    said = next((kept.envelope.body for kept in request.kept if kept.envelope.kind == "request"), {})
    return [marks_of({"weapons": [one]}) for one in _list(said.get("weapons"))]


def _list(weapons: Any) -> list[Any]:
    return [one for one in weapons if isinstance(one, dict)] if isinstance(weapons, list) else []


def _is_about(answer: Mapping[str, Any], request: Request, every: Sequence[Weapon], number: int) -> bool | None:
    """Whether an answer is about the weapon of a number; None where it does not say and the request asks about several."""
    asked = [one for one in every if any(one.marks & marks for marks in _asked_marks(request))]
    if len(asked) == 1:
        return asked[0].number == number
    told = rules.nearest(marks_of({"weapons": [answer.get("weapon")]}), asked)
    if told is not None:
        return told == number
    return None if not asked or number in {one.number for one in asked} else False


def _asked(request: Request) -> Asked:
    bodies = [one.envelope.body for one in request.kept]
    marks = frozenset[str]().union(*(marks_of(body) for body in bodies))
    names = frozenset({request.parent} - {""}).union(*(named_in(body) for body in bodies))
    return Asked(request.id, marks, names)


def _told(request: Request, every: Sequence[Weapon], number: int) -> Iterator[Step]:
    for message in request.conversation.said:
        answer = message.body.get("answer")
        if not isinstance(answer, dict):
            continue
        is_about = _is_about(answer, request, every, number)
        if is_about is False:
            continue
        ours = message.side == request.side
        state = settings.ENVIRONMENT.state if ours else request.peer[:2]
        for item in shown.told(answer, request, ours=ours).items:
            if isinstance(item, shown.Event) and item.proof != "forged" and not item.corrected:
                yield _step(item, state, of_any=is_about is None and len(every) > 1)


def _step(event: shown.Event, state: str, *, of_any: bool = False) -> Step:
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
        of_any=of_any,
    )


def _stated(requests: list[Request], every: Sequence[Weapon], number: int) -> Iterator[Step]:
    """Maker and incident, as the first request about the weapon states them: the one asks where the other turned up."""
    wanted = next((one.marks for one in every if one.number == number), frozenset())
    said = (
        (one, kept, weapon)
        for one in requests
        for kept in one.kept
        if kept.envelope.kind == "request"
        for weapon in _list(kept.envelope.body.get("weapons")) or [{}]
        if not every or marks_of({"weapons": [weapon]}) & wanted
    )
    found = next(said, None)
    if found is None:
        return
    request, kept, weapon = found
    asker = settings.ENVIRONMENT.state if request.side == "asker" else request.peer[:2]
    maker, country = shown.plain(weapon.get("maker") or ""), shown.plain(weapon.get("country") or "")
    if maker or country:
        date = shown.plain(weapon.get("year") or "")
        yield Step(MADE, date, country[:2], asker, sender=maker, stated=True)
    yield Step(FOUND, kept.envelope.time[:10], asker, asker, stated=True)
