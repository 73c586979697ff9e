"""Needs and offers somebody looks for: what they are narrowed by, in which order, on pages, for programs and on the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import QuerySet

from countermark.cooperation import actors, acts, inside, queries
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.models import SubjectRow
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.ledger import database
from countermark.ledger.entry import is_text


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


def needs(who: Viewer, asked: Sought, most: int | None = None) -> list[tuple[Subject, Need]]:
    """The needs somebody may see, and looks for; the first of them where `most` says how many are wanted."""
    return [(one, one.of(Need)) for one in _found(_needs(who, asked), asked, most)]


def offers(who: Viewer, asked: Sought, most: int | None = None) -> list[tuple[Subject, Offer]]:
    """The offers somebody may see, and looks for; the first of them where `most` says how many are wanted."""
    return [(one, one.of(Offer)) for one in _found(_offers(who, asked), asked, most)]


def count(who: Viewer, kind: str, asked: Sought) -> int:
    """How many needs (`need`) or offers (`offer`) somebody may see, and looks for."""
    rows = (_needs if kind == "need" else _offers)(who, asked)
    return len(_found(rows, asked, None)) if asked.text else rows.count()


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


def _needs(who: Viewer, asked: Sought) -> QuerySet[SubjectRow]:
    rows = _narrowed(who, "need", asked)
    if asked.theme:
        rows = rows.filter(value__theme=asked.theme)
    if asked.kind:
        rows = rows.filter(inside.holds("wanted", asked.kind, field="kind"))
    if asked.priority:
        rows = rows.filter(value__priority=int(asked.priority)) if asked.priority in LABELS["priority"] else rows.none()
    return rows


def _offers(who: Viewer, asked: Sought) -> QuerySet[SubjectRow]:
    rows = _narrowed(who, "offer", asked)
    for one, path in ((asked.theme, "themes"), (asked.kind, "kinds"), (asked.region, "regions")):
        if one:
            rows = rows.filter(inside.empty(path) | inside.holds(path, one))
    return rows


def _narrowed(who: Viewer, kind: str, asked: Sought) -> QuerySet[SubjectRow]:
    rows = queries.visible_rows(who, kind, **_columns(asked))
    if not all(is_text(getattr(asked, one.name)) for one in fields(Sought)):
        # What no record can hold none has, and not every database may be asked for it.
        return rows.none()
    if asked.begin:
        rows = rows.alias(last=inside.text_of("end")).filter(last__gte=asked.begin)
    if asked.end:
        rows = rows.alias(first=inside.text_of("begin")).filter(first__lte=asked.end)
    return rows


def _found(rows: QuerySet[SubjectRow], asked: Sought, most: int | None) -> list[Subject]:
    # Words are looked for in what is narrowed by all else, in its order.
    cut = None if asked.text else most
    chosen = _by_amount(rows, cut) if asked.order == "amount" else _ordered(rows, asked.order)[:cut]
    return _with_text([acts.subject_of_row(row) for row in chosen], asked.text)[:most]


def _ordered(rows: QuerySet[SubjectRow], order: str) -> QuerySet[SubjectRow]:
    """Rows by priority or end, equal ones the newest first. An offer has no priority."""
    if order == "priority":
        rows = rows.order_by("value__priority", inside.text_of("end"), "-since", "key")
    return rows.order_by(inside.text_of("end"), "-since", "key") if order == "end" else rows


def _by_amount(rows: QuerySet[SubjectRow], most: int | None) -> list[SubjectRow]:
    """The rows with the largest amounts first: a need's is the sum of its lines, so that all are added up before those wanted are read."""
    costs = [
        (key, sum(line["amount"] for line in once or ()) if budget is None else budget)
        for key, once, budget in rows.values_list("key", "value__once", "value__budget")
    ]
    keys = [key for key, _amount in sorted(costs, key=lambda one: -one[1])[:most]]
    found = {row.key: row for some in database.chunks(keys, 500) for row in rows.filter(key__in=some)}
    return [found[key] for key in keys if key in found]


def _with_text(found: list[Subject], text: str) -> list[Subject]:
    if not text:
        return found
    part, said = text.casefold(), acts.texts_of(found)
    return [one for one in found if part in _all_of(one.value, said)]


def _all_of(value: Mapping[str, Any], said: Mapping[str, str]) -> str:
    names = [one for one in value.values() if isinstance(one, str)]
    return "\n".join(said.get(name, "") for name in names).casefold()
