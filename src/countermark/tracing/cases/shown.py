"""A case as its pages show it: the register's answer for each weapon, how long it was away, what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from countermark.accounts.models import Place, User
from countermark.register.models import Weapon
from countermark.register.queries import records, scope
from countermark.register.queries.discrepancies import Discrepancy
from countermark.register.queries.records import Record
from countermark.register.queries.scope import Scope
from countermark.tracing import queries as tracing
from countermark.tracing import shown as trace_shown
from countermark.tracing.cases import hits as hit_rules
from countermark.tracing.cases import queries, rules
from countermark.tracing.cases.queries import Alert, Offices
from countermark.tracing.cases.states import Case, Item
from countermark.tracing.search.question import SearchError

SHOWN = 5
"""Candidates of the register for one weapon of a case."""


@dataclass(frozen=True)
class Row:
    """A weapon of the register that may be the one of the case; `weapon` is None for one outside the reader's places."""

    weapon: Weapon | None
    probability: float
    mark: str
    rejected: bool


@dataclass(frozen=True)
class Found:
    """One weapon of a case with the register's answer.

    `record` is the one it was found to be, None where there is none or the reader may not see it; `away` days since its last lawful
    acquisition, at least and at most.
    """

    number: int
    item: Item
    record: Record | None
    rows: tuple[Row, ...]
    away: tuple[int, int] | None
    step: dict[str, Any] | None


@dataclass(frozen=True)
class Hit:
    """A stolen or lost weapon that a weapon of the case answers to; `weapon` is None for one outside the reader's places.

    `settled`: who answers for it until when, and what was decided; None for a case that another program numbered.
    """

    alert: Alert
    weapon: Weapon | None
    number: int
    settled: Discrepancy | None


def found(case: Case, item: Item, user: User) -> Found:
    """One weapon of a case, as far as a reader may see the weapons of the register."""
    seen = scope.of(user, "case.view")
    record = records.record(item.weapon) if item.weapon else None
    visible = record if record is not None and seen.sees(record.state) else None
    rows = candidates(item, seen) if record is None else ()
    return Found(number_of(case, item), item, visible, rows, _away(case, record), _step(case, item, record))


def number_of(case: Case, item: Item) -> int:
    """The number of a weapon in its case, as people count them."""
    return 1 + list(case.items).index(item)


def candidates(item: Item, seen: Scope) -> tuple[Row, ...]:
    """The register's likeliest weapons for the marks of one weapon of a case."""
    if item.said is None or not item.said.readings:
        return ()
    try:
        traced = tracing.trace(queries.asked_of(item.said))
    except SearchError:
        return ()
    rows = []
    for candidate in traced.answer.candidates[:SHOWN]:
        if (weapon := traced.weapons.get(candidate.weapon_key)) is None:
            continue
        is_rejected, mark = str(weapon.id) in item.rejected, tracing.engraved(weapon, candidate)
        is_seen = _sees(seen, weapon)
        rows.append(Row(weapon if is_seen else None, candidate.probability, mark if is_seen else "", is_rejected))
    return tuple(rows)


def _sees(seen: Scope, weapon: Weapon) -> bool:
    return seen.ids is None or weapon.place in seen.ids or weapon.holder in seen.ids


def _away(case: Case, record: Record | None) -> tuple[int, int] | None:
    if record is None or case.facts is None:
        return None
    events = [(one.event, one.date) for one in record.history if not one.corrected]
    return rules.time_to_crime(rules.last_lawful(events), case.facts.date)


def _step(case: Case, item: Item, record: Record | None) -> dict[str, Any] | None:
    if item.said is None or case.closed:
        return None
    return trace_shown.next_step(record, item.said.country, found=record is not None)


def hits(case: Case, user: User) -> list[Hit]:
    """The stolen and lost weapons that weapons of a case answer to."""
    return _hits(queries.alerts([case]), user)


def open_hits(cases: Iterable[Case], user: User) -> list[Hit]:
    """The same for many cases, without those somebody closed knowing of it."""
    return _hits([one for one in queries.alerts(cases) if one.open], user)


def _hits(alerts: Iterable[Alert], user: User) -> list[Hit]:
    seen, found = scope.of(user, "case.view"), list(alerts)
    settled = hit_rules.with_decisions(found)
    return [
        Hit(
            one,
            one.weapon if _sees(seen, one.weapon) else None,
            number_of(one.case, one.item),
            settled.get(hit_rules.subject(one)),
        )
        for one in found
    ]


def office(case: Case) -> str:
    """The name of the office a case belongs to; empty for the whole State."""
    return str(Place.objects.filter(id=case.office).values_list("name", flat=True).first() or "")


def office_choices(among: Offices, national: str) -> list[tuple[str, str]]:
    """The offices a case may be given to; `national` names the whole State, for those who hold their role there."""
    every = [("", national)] if among is None else []
    return [*every, *((place.id, place.name) for place in queries.places(among))]
