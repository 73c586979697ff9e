"""Needs and offers as rows of a spreadsheet that load back unchanged."""

from collections.abc import Iterator, Mapping, Sequence

from countermark.cooperation import acts, queries
from countermark.cooperation.needs import Cost, Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.rules import money
from countermark.cooperation.sheets import columns
from countermark.cooperation.sheets.columns import Kind
from countermark.cooperation.states import Subject

Cells = dict[str, str]


def rows(kind: Kind, found: Sequence[Subject]) -> Iterator[list[str]]:
    """The rows of some records, in the order of `columns.header`; `ref` is the id of each."""
    texts = acts.texts_of(found)
    make = _need if kind == "needs" else _offer
    for one in found:
        for cells in make(one, texts):
            yield [cells.get(name, "") for name in columns.header(kind)]


def _need(found: Subject, texts: Mapping[str, str]) -> Iterator[Cells]:
    need = found.of(Need)
    lines = [
        *_wanted(need, texts),
        *_costs("once", need.once, need, texts),
        *_costs("yearly", need.yearly, need, texts),
    ]
    facts = {
        **_shared(found),
        "title": texts.get(need.title, ""),
        "theme": need.theme,
        "gap": texts.get(need.gap, ""),
        "currency": need.currency,
        "priority": str(need.priority),
        "begin": need.begin,
        "end": need.end,
        "plan": texts.get(need.plan, ""),
        "indicator": need.evidence.indicator,
        "indicator_value": need.evidence.value,
        "indicator_day": need.evidence.as_of,
        "evidence": texts.get(need.evidence.words, ""),
        "sites": "\n".join(texts.get(one, "") for one in need.sites),
        "languages": ", ".join(need.languages),
        "after": need.after,
        "compatible": "\n".join(texts.get(one, "") for one in need.compatible),
        "prerequisites": texts.get(need.prerequisites, ""),
        **{name: str(level) for name, level in need.readiness.items()},
        "min_share": str(need.min_share),
        "visibility": need.visibility,
        "partners": ", ".join(need.partners),
    }
    first, *others = lines or [{}]
    yield {**facts, **first}
    for line in others:
        yield {"ref": found.key, **line}


def _shared(found: Subject) -> Cells:
    return {"ref": found.key, "actor": queries.owner(found), "state": found.state}


def _wanted(need: Need, texts: Mapping[str, str]) -> Iterator[Cells]:
    for one in need.wanted:
        quantity = str(one.quantity) if one.quantity else ""
        yield {"line": "wanted", "category": one.kind, "what": texts.get(one.what, ""), "quantity": quantity}


def _costs(line: str, costs: Sequence[Cost], need: Need, texts: Mapping[str, str]) -> Iterator[Cells]:
    for one in costs:
        amount = money.written(one.amount, need.currency)
        what = texts.get(one.what, "")
        yield {"line": line, "category": one.category, "what": what, "amount": amount, "payer": one.payer}


def _offer(found: Subject, texts: Mapping[str, str]) -> Iterator[Cells]:
    offer = found.of(Offer)
    yield {
        **_shared(found),
        "title": texts.get(offer.title, ""),
        "kinds": ", ".join(offer.kinds),
        "budget": money.written(offer.budget, offer.currency),
        "currency": offer.currency,
        "ceiling": money.written(offer.ceiling, offer.currency) if offer.ceiling else "",
        "co_funding": str(offer.co_funding),
        "begin": offer.begin,
        "end": offer.end,
        "themes": ", ".join(offer.themes),
        "regions": ", ".join(offer.regions),
        "eligible": ", ".join(offer.eligible),
        "languages": ", ".join(offer.languages),
        "standards": "\n".join(texts.get(one, "") for one in offer.standards),
        "conditions": texts.get(offer.conditions, ""),
        "rules": offer.rules,
        "visibility": offer.visibility,
        "partners": ", ".join(offer.partners),
    }
