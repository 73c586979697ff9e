"""Reading cases: one, all, what they share, and which of them a stolen or lost weapon answers to."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from countermark.ledger import database, store
from countermark.register.models import Mark, Weapon
from countermark.register.queries import records
from countermark.register.rules import HistoryEvent
from countermark.tracing.cases import rules, states
from countermark.tracing.cases.projection import LINKS
from countermark.tracing.cases.rules import DIVERTED, Facts, Link
from countermark.tracing.cases.states import Case
from countermark.tracing.forms import EVIDENCE
from countermark.tracing.queries import Query, query_of
from countermark.tracing.requests import queries as requests


class Alert(NamedTuple):
    """A case whose weapon, or whose mark, is that of a weapon reported stolen or lost, before or since."""

    case: Case
    weapon: Weapon
    identified: bool


def case(case_id: str) -> Case | None:
    """One case, or None for an unknown id."""
    rows = database.select_in(f"SELECT position FROM {LINKS}", "case_id", [case_id])  # noqa: S608
    return next(_folded([[int(row[0]) for row in rows]]), None)


AT_ONCE = 200
"""Cases read together."""


def cases() -> Iterator[Case]:
    """Every case, the one that changed last first."""
    positions: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT case_id, position FROM {LINKS} ORDER BY position DESC")  # noqa: S608
        for case_id, position in cursor.fetchall():
            positions.setdefault(str(case_id), []).append(int(position))
    for some in database.chunks(positions.values(), AT_ONCE):
        yield from _folded(some)


def _folded(groups: Sequence[Sequence[int]]) -> Iterator[Case]:
    """The case that each group of acts tells; their entries and documents are read together."""
    entries = {one.position: one for one in store.entries_at([position for group in groups for position in group])}
    digests = {str(one.body["document"]) for one in entries.values() if one.body.get("document")}
    documents = requests.documents(digests)
    for group in groups:
        found = states.fold([entries[position] for position in group if position in entries], documents)
        if found is not None:
            yield found


def asked_of(facts: Facts) -> Query:
    """What a trace of the marks of a case asks."""
    evidence = {name: getattr(facts, name) for name in EVIDENCE}
    return query_of([(mark.component, mark.reading, mark.mark_kind) for mark in facts.readings], **evidence)


def links(case_id: str) -> list[tuple[Case, Link]]:
    """The cases that may belong with one, and why."""
    known = {one.id: one for one in cases() if one.facts is not None}
    if case_id not in known:
        return []
    facts = {one.id: one.facts for one in known.values() if one.facts is not None}
    weapons = {one.id: one.weapon for one in known.values()}
    return [(known[link.case], link) for link in rules.links(case_id, facts, weapons)]


def alerts(only: Collection[Case] | None = None) -> list[Alert]:
    """Open cases that a stolen or lost weapon answers to, whichever was recorded first: by the weapon, or by a mark read whole."""
    found: list[Alert] = []
    for one in cases() if only is None else only:
        if one.facts is None:
            continue
        if one.weapon:
            found += [
                Alert(one, weapon, True) for weapon in Weapon.objects.filter(id=one.weapon) if _was_diverted(weapon)
            ]
            continue
        texts = [text for mark in one.facts.readings if (text := rules.whole(mark.reading))]
        ids = Mark.objects.filter(canonical__in=texts).values_list("weapon_id", flat=True)
        rejected = {each.weapon for each in one.considered if not each.confirmed}
        diverted = Weapon.objects.filter(id__in=list(ids), status__in=DIVERTED, replaced_by=None)
        found += [Alert(one, weapon, False) for weapon in diverted if str(weapon.id) not in rejected]
    return found


def _was_diverted(weapon: Weapon) -> bool:
    """Whether a loss or theft of it is on record; found again, its state no longer says so."""
    if weapon.status in DIVERTED:
        return True
    return any(event in ("loss", "theft") for event, _ in history(str(weapon.id)))


def history(weapon_id: str) -> list[tuple[str, str]]:
    """(event, date) of a weapon's standing events, in order."""
    record = records.record(weapon_id)
    events: list[HistoryEvent] = [one for one in record.history if not one.corrected] if record else []
    return [(one.event, one.date) for one in events]


def conversation_of(draft: str) -> str:
    """The request a draft belongs to."""
    found = requests.of_draft(draft)
    return found.id if found else ""
