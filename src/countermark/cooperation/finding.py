"""Needs and offers somebody looks for: what they are narrowed by, in which order, on pages, for programs and on the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from countermark.cooperation import actors, acts, queries
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject


@dataclass(frozen=True)
class Sought:
    """What is looked for; an empty field is anything. `begin` and `end` (YYYY-MM-DD) are a window that what is found overlaps.

    `region` of an offer is one it is for (an offer for no region in particular is for all); `order` is `newest`, `priority`, `amount`
    or `end`.
    """

    text: str = ""
    theme: str = ""
    actor: str = ""
    kind: str = ""
    priority: str = ""
    region: str = ""
    state: str = ""
    begin: str = ""
    end: str = ""
    order: str = ""


def sought(said: Mapping[str, Any]) -> Sought:
    """What is looked for, from the fields of a form or the parameters of a request; others are passed over."""
    return Sought(**{one.name: str(said.get(one.name) or "").strip() for one in fields(Sought)})


ORDERS = ("newest", "priority", "amount", "end")


def needs(who: Viewer, asked: Sought) -> list[tuple[Subject, Need]]:
    """The needs somebody may see, and looks for."""
    found = [(one, one.of(Need)) for one in queries.visible(who, "need", **_columns(asked))]
    kept = [(one, need) for one, need in found if _need_fits(need, asked)]
    return _ordered(_with_text(kept, asked.text), asked.order)


def offers(who: Viewer, asked: Sought) -> list[tuple[Subject, Offer]]:
    """The offers somebody may see, and looks for."""
    found = [(one, one.of(Offer)) for one in queries.visible(who, "offer", **_columns(asked))]
    kept = [(one, offer) for one, offer in found if _offer_fits(offer, asked)]
    return _ordered(_with_text(kept, asked.text), asked.order)


def offers_for(who: Viewer, day: str) -> list[tuple[Subject, Offer]]:
    """The open offers of others that the actor somebody speaks for may ask for on a day, what ends first first: those for it, or for where it is."""
    regions = set(actors.regions_of(who.actor))
    found = offers(who, Sought(state="open", begin=day, order="end"))
    return [
        (one, offer)
        for one, offer in found
        if not who.may_change(one)
        and (not offer.eligible or who.actor in offer.eligible)
        and (not offer.regions or regions & set(offer.regions))
    ]


def needs_for(who: Viewer, day: str) -> list[tuple[Subject, Need]]:
    """The open needs of others on a day that fit what the actor somebody speaks for offers, or else where it works; the most urgent first.

    Where it offers nothing and works nowhere in particular, all that may be seen.
    """
    found = needs(who, Sought(state="open", begin=day, order="priority"))
    others = [(one, need) for one, need in found if not who.may_change(one)]
    given = [one.of(Offer) for one in acts.subjects("offer", parent=f"actor:{who.actor}", state="open")]
    speaker = acts.subject("actor", who.actor)
    own = set(speaker.of(ActorFacts).regions) if speaker else set()
    regions = actors.regions_of_each({queries.owner(one) for one, _need in others})
    where = {owner: set(some) for owner, some in regions.items()}
    if given:
        return [
            (one, need) for one, need in others if any(_fit(offer, need, where[queries.owner(one)]) for offer in given)
        ]
    return [(one, need) for one, need in others if not own or own & where[queries.owner(one)]]


def _fit(offer: Offer, need: Need, where: set[str]) -> bool:
    if offer.themes and need.theme not in offer.themes:
        return False
    if offer.kinds and need.kinds and not set(offer.kinds) & set(need.kinds):
        return False
    return (
        (not offer.regions or bool(set(offer.regions) & where)) and offer.begin <= need.end and need.begin <= offer.end
    )


def titles(found: Sequence[tuple[Subject, Any]]) -> dict[str, str]:
    """The titles of some records by key; an erased one is the key."""
    said = acts.texts_of([Subject("", "", {"titles": [value.title for _, value in found]})])
    return {one.key: said.get(value.title, one.key) for one, value in found}


def _columns(asked: Sought) -> dict[str, str]:
    columns = {"state": asked.state, "parent": f"actor:{asked.actor}" if asked.actor else ""}
    return {name: value for name, value in columns.items() if value}


def _need_fits(need: Need, asked: Sought) -> bool:
    if asked.theme and need.theme != asked.theme:
        return False
    if asked.kind and asked.kind not in need.kinds:
        return False
    if asked.priority and str(need.priority) != asked.priority:
        return False
    return _overlaps(need.begin, need.end, asked)


def _offer_fits(offer: Offer, asked: Sought) -> bool:
    for one, given in ((asked.theme, offer.themes), (asked.kind, offer.kinds), (asked.region, offer.regions)):
        if one and given and one not in given:
            return False
    return _overlaps(offer.begin, offer.end, asked)


def _overlaps(begin: str, end: str, asked: Sought) -> bool:
    return (not asked.begin or end >= asked.begin) and (not asked.end or begin <= asked.end)


def _with_text(found: list[tuple[Subject, Any]], text: str) -> list[tuple[Subject, Any]]:
    if not text:
        return found
    part, said = text.casefold(), acts.texts_of([one for one, _ in found])
    return [(one, value) for one, value in found if part in _all_of(one.value, said)]


def _all_of(value: Mapping[str, Any], said: Mapping[str, str]) -> str:
    names = [one for one in value.values() if isinstance(one, str)]
    return "\n".join(said.get(name, "") for name in names).casefold()


def _ordered(found: list[tuple[Subject, Any]], order: str) -> list[tuple[Subject, Any]]:
    if order == "priority":
        return sorted(found, key=lambda one: (getattr(one[1], "priority", 0), one[1].end))
    if order == "amount":
        return sorted(found, key=lambda one: -_amount(one[1]))
    if order == "end":
        return sorted(found, key=lambda one: one[1].end)
    return found


def _amount(value: Need | Offer) -> int:
    return value.amount if isinstance(value, Need) else value.budget
