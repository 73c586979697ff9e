"""A project as programs and the command line are told it: everything to its sides, to others only what the recipient shares."""

from typing import Any

import msgspec

from countermark.cooperation import acts, queries
from countermark.cooperation.projects import overlaps
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.projects.rules import costs, gates
from countermark.cooperation.projects.rules.shapes import GATES, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.ledger import identity
from countermark.register.services import side_texts

OPEN_FIELDS = ("recipient", "currency", "begin", "end", "themes", "places", "languages", "oda")
INNER_FIELDS = ("aims", "sites", "visibility", "hint", "risks", "terms", "outcome", "passed", "asked", "odd")


def line(found: Subject, title: str) -> dict[str, Any]:
    """A project in a list: amounts are decimal numbers in its currency."""
    value = found.of(Project)
    plain = msgspec.to_builtins(value)
    return {
        "id": found.key,
        "stage": found.state,
        "title": title,
        **{name: plain.get(name, "" if name == "oda" else []) for name in OPEN_FIELDS},
        "providers": list(value.providers),
        "amount": money.written(value.amount, value.currency),
        "given": money.written(value.given, value.currency),
    }


def whole(found: Subject, who: Viewer) -> dict[str, Any]:
    """A project with everything somebody may know of it; an erased text is empty."""
    value, texts = found.of(Project), acts.texts_of([found])
    told = line(found, texts.get(value.title, ""))
    inner = projects.is_inner(value, who)
    told |= _costs(value, texts) | _work(value, texts, inner=inner)
    told["needs"] = [key for key in value.needs if queries.known(who, "need", key) is not None]
    told["givers"] = [{"actor": one.actor, "amount": _amount(one.amount, value)} for one in value.givers]
    told["warnings"] = [_gap(one) for one in costs.gaps(value, projects.ends_of_needs(value, who))]
    if not inner:
        return told
    plain = spelled(msgspec.to_builtins(value), texts)
    told |= {name: plain[name] for name in INNER_FIELDS if name in plain}
    told["authority_named"] = bool(value.authority)
    told["gate"] = _gate(found)
    told["overlaps"] = overlap_lines(found, who)
    return told


def _gap(gap: costs.Gap) -> dict[str, Any]:
    return {"why": gap.why, "about": gap.about, "covered": gap.covered, "until": gap.until}


def _amount(minor: int, value: Project) -> str:
    return money.written(minor, value.currency)


def _costs(value: Project, texts: dict[str, str]) -> dict[str, Any]:
    once = [
        {
            "category": one.category,
            "amount": _amount(one.amount, value),
            "payer": one.payer,
            "what": texts.get(one.what, ""),
        }
        for one in value.once
    ]
    running = [
        {
            "category": one.category,
            "amount": _amount(one.amount, value),
            "payer": one.payer,
            "what": texts.get(one.what, ""),
            "first": one.first,
            "last": one.last,
        }
        for one in value.running
    ]
    return {
        "once": once,
        "running": running,
        "ten_years": _amount(costs.total(value), value),
        "unpaid": _amount(costs.unpaid(value), value),
        "paid_through": costs.covered_through(value) or None,
    }


OPEN_PARTS = {
    "deliverables": ("kind", "title", "due", "quantity", "language", "delivered", "accepted"),
    "indicators": ("what", "unit", "baseline", "target", "due", "figure"),
}
"""What of a part is told to who sees the project and is of no side."""


def _work(value: Project, texts: dict[str, str], *, inner: bool) -> dict[str, Any]:
    def part(of: str, key: str, one: msgspec.Struct) -> dict[str, Any]:
        plain = spelled(msgspec.to_builtins(one), texts)
        return {"id": key, **{name: plain[name] for name in plain if inner or name in OPEN_PARTS[of]}}

    return {
        "deliverables": [part("deliverables", key, one) for key, one in value.deliverables.items()],
        "indicators": [part("indicators", key, one) for key, one in value.indicators.items()],
    }


def _gate(found: Subject) -> dict[str, Any] | None:
    if found.state not in GATES:
        return None
    value = found.of(Project)
    conditions = [
        # Which overlaps are open is told where they are told (`overlaps`), as far as they may be.
        {"code": one.code, "met": one.met, "about": [] if one.code == "overlap" else list(one.about)}
        for one in gates.conditions(value, found.state)
    ]
    return {"name": found.state, "asked": value.asked is not None, "conditions": conditions}


def overlap_lines(found: Subject, who: Viewer) -> list[dict[str, Any]]:
    """The overlaps of a project as somebody may know them; `title`, `owner` and `providers` are empty where they are not shared."""
    told = overlaps.told(found, who)
    texts = side_texts(
        [text for one in told for text in _named(one) if identity.is_opaque(text)]
        + [one.answer for one in told if one.answer]
    )
    return [
        {
            "overlap": one.name,
            "themes": list(one.themes),
            "places": list(one.places),
            "begin": one.begin,
            "end": one.end,
            "title": texts.get(one.other.title, "") if one.other else "",
            "owner": one.other.owner if one.other else "",
            "providers": [texts.get(key, "" if identity.is_opaque(key) else key) for key in one.other.providers]
            if one.other
            else [],
            "answer": texts.get(one.answer, ""),
        }
        for one in told
    ]


def _named(one: overlaps.Told) -> tuple[str, ...]:
    return (one.other.title, *one.other.providers) if one.other else ()


def spelled(value: Any, texts: dict[str, str]) -> Any:
    """A value with its texts spelled out; persons stay ids."""

    def told(text: str) -> str:
        is_text = identity.is_opaque(text) and not text.startswith("urn:countermark:person:")
        return texts.get(text, "") if is_text else text

    return queries.mapped(value, told)
