"""Reading cases: one, all, what they share, and which of them a stolen or lost weapon answers to.

For people always with the offices whose cases they may see (`offices`); without, it is the node that reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place
from countermark.accounts.queries import Person
from countermark.ledger import database, store
from countermark.marks import skeleton
from countermark.register import projection
from countermark.register.models import Mark, Weapon
from countermark.register.queries import records
from countermark.register.rules import HistoryEvent, history, weapons_of
from countermark.tracing.cases import rules, states
from countermark.tracing.cases.projection import LINKS
from countermark.tracing.cases.rules import DIVERTED, Compared, Link, Recovered
from countermark.tracing.cases.states import Case, Item
from countermark.tracing.forms import EVIDENCE
from countermark.tracing.queries import Query, query_of
from countermark.tracing.requests import queries as requests

Offices = frozenset[str] | None
"""The ids of the places whose cases somebody may see; None: every case. What is the whole State's is in none."""


class Alert(NamedTuple):
    """A weapon of a case that is, or bears the mark of, a weapon reported stolen or lost, before or since.

    `reported`: when the loss or theft was recorded; `open`: nobody closed the case knowing of it. `exact`: the mark as read is that of the
    weapon, not only one that looks like it.
    """

    case: Case
    item: Item
    weapon: Weapon
    identified: bool
    reported: str
    exact: bool = True

    @property
    def open(self) -> bool:
        return not self.case.closed or self.reported > self.case.closed

    @property
    def since(self) -> str:
        """From when both were known."""
        return max(self.item.time, self.reported)


def offices(user: Person, permission: str = "case.view") -> Offices:
    """The offices whose cases a person may see, or work on."""
    return accounts.visible_place_ids(user, permission)


def places(among: Offices) -> list[Place]:
    """The offices a case may be given to, by name."""
    every = Place.objects.order_by("name")
    return list(every if among is None else every.filter(id__in=among))


def case(case_id: str, among: Offices = None) -> Case | None:
    """One case, or None for an unknown id, and for a case of another office."""
    rows = database.select_in(f"SELECT position FROM {LINKS}", "case_id", [case_id])  # noqa: S608
    return next(_seen(_folded([[int(row[0]) for row in rows]]), among), None)


AT_ONCE = 200
"""Cases read together."""


def cases(among: Offices = None) -> Iterator[Case]:
    """Every case of some offices, the one that changed last first."""
    positions: dict[str, list[int]] = {}
    for case_id, position in sorted(_links_of(among), key=lambda row: -row[1]):
        positions.setdefault(case_id, []).append(position)
    for some in database.chunks(positions.values(), AT_ONCE):
        yield from _seen(_folded(some), among)


def of_request(conversation: str, among: Offices = None) -> Case | None:
    """The case a request was made from, where one may see it."""
    rows = database.select_in(f"SELECT case_id FROM {LINKS}", "conversation", [conversation])  # noqa: S608
    return case(str(rows[0][0]), among) if rows and conversation else None


def _links_of(among: Offices) -> Iterator[tuple[str, int]]:
    """(case, position) of the acts about every case that some offices have or had."""
    if among is None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT case_id, position FROM {LINKS}")  # noqa: S608
            rows = cursor.fetchall()
    else:
        theirs = database.select_in(f"SELECT case_id FROM {LINKS}", "office", sorted(among))  # noqa: S608
        wanted = sorted({str(row[0]) for row in theirs})
        rows = database.select_in(f"SELECT case_id, position FROM {LINKS}", "case_id", wanted)  # noqa: S608
    for case_id, position in rows:
        yield str(case_id), int(position)


def _seen(found: Iterable[Case], among: Offices) -> Iterator[Case]:
    return (one for one in found if among is None or one.office in among)


def _folded(groups: Sequence[Sequence[int]]) -> Iterator[Case]:
    """The case that each group of acts tells; their entries and documents are read together."""
    entries = {one.position: one for one in store.entries_at([position for group in groups for position in group])}
    digests = {str(one.body["document"]) for one in entries.values() if one.body.get("document")}
    documents = requests.documents(digests)
    for group in groups:
        found = states.fold([entries[position] for position in group if position in entries], documents)
        if found is not None:
            yield found


def asked_of(said: Recovered) -> Query:
    """What a trace of the marks of a weapon asks."""
    evidence = {name: getattr(said, name) for name in EVIDENCE}
    return query_of([(mark.component, mark.reading, mark.mark_kind) for mark in said.readings], **evidence)


def links(case_id: str, among: Offices = None, item: str = "") -> list[tuple[Case, Link]]:
    """The cases, among those one may see, that may belong with one (or with one of its weapons), and why."""
    known = {one.id: one for one in cases(among) if one.facts is not None}
    if case_id not in known:
        return []
    own = _compared(known[case_id], item)
    others = [compared for one in known.values() if one.id != case_id for compared in _compared(one)]
    return [(known[link.case], link) for link in rules.links(own, others)]


def _compared(one: Case, only: str = "") -> list[Compared]:
    if one.facts is None:
        return []
    items = [item for item in one.items if only in ("", item.id)]
    found = [Compared(one.id, one.facts, item.said or Recovered(), item.weapon) for item in items]
    return found or [Compared(one.id, one.facts)]


def alerts(known: Iterable[Case] | None = None) -> list[Alert]:
    """What stolen and lost weapons answer to among some cases, or all, whichever was recorded first: by the weapon, or by a mark read whole,
    or one that looks like it.
    """
    read = [
        (one, item, _texts(item)) for one in (cases() if known is None else known) for item in one.items if item.said
    ]
    alike = _alike({text for _, _, texts in read for text in texts})
    bearers = _bearers({one for text, others in alike.items() for one in (text, *others)})
    identified = {item.weapon for _, item, _ in read if item.weapon}
    survivors = _survivors(identified | {weapon for ids in bearers.values() for weapon in ids})
    reported = _reported(survivors)
    found = []
    for one, item, texts in read:
        exact = {item.weapon} if item.weapon else {weapon for text in texts for weapon in bearers[text]}
        near = {weapon for text in texts for other in alike[text] for weapon in bearers[other]}
        for name in sorted((exact | near) & survivors.keys()):
            weapon = survivors[name]
            is_hit = bool(item.weapon) or (weapon.status in DIVERTED and str(weapon.id) not in item.rejected)
            if is_hit and (time := reported.get(str(weapon.id))):
                found.append(Alert(one, item, weapon, bool(item.weapon), time, name in exact))
    return found


def _texts(item: Item) -> list[str]:
    """The marks of a weapon that were read whole, where nobody said yet which weapon it is."""
    if item.said is None or item.weapon:
        return []
    return [text for mark in item.said.readings if (text := rules.whole(mark.reading))]


def _alike(texts: Iterable[str]) -> dict[str, set[str]]:
    """The registered marks that look like each of some marks, of as many places."""
    found: dict[str, set[str]] = {text: set() for text in texts}
    by_key: dict[int, list[str]] = defaultdict(list)
    for text in found:
        if len(text) >= rules.LEAST_PLACES:
            by_key[skeleton.key(text)].append(text)
    for some in database.chunks(sorted(by_key), 5_000):
        rows = database.select_in("SELECT DISTINCT skeleton, canonical FROM tracing_mark", "skeleton", some, kind="int")
        for key, canonical in rows:
            for text in by_key[int(key)]:
                if len(canonical) == len(text) and canonical != text:
                    found[text].add(str(canonical))
    return found


def _bearers(texts: Iterable[str]) -> dict[str, set[str]]:
    """The stolen and lost weapons that bear each of some marks."""
    found: dict[str, set[str]] = defaultdict(set)
    for some in database.chunks(sorted(texts), 5_000):
        rows = Mark.objects.filter(canonical__in=some, weapon__status__in=DIVERTED, weapon__replaced_by=None)
        for text, weapon in rows.values_list("canonical", "weapon_id"):
            found[text].add(str(weapon))
    return found


def _survivors(weapon_ids: Iterable[str]) -> dict[str, Weapon]:
    """Each of some weapons as it is shown now: records that were joined are one weapon."""
    found = {str(one.id): one for one in _weapons(weapon_ids)}
    for _ in range(records.LONGEST_CHAIN):
        wanted = {str(one.replaced_by) for one in found.values() if one.replaced_by}
        following = {str(one.id): one for one in _weapons(wanted)}
        if not following:
            break
        found = {name: following.get(str(one.replaced_by), one) for name, one in found.items()}
    return found


def _weapons(weapon_ids: Iterable[str]) -> Iterator[Weapon]:
    for some in database.chunks(sorted(set(weapon_ids)), 5_000):
        yield from Weapon.objects.filter(id__in=some)


def _reported(survivors: Mapping[str, Weapon]) -> dict[str, str]:
    """When the last loss or theft of each weapon that has one was recorded; found again, its state no longer says so."""
    told_of = {name: str(weapon.id) for name, weapon in survivors.items()}
    told_of |= {name: name for name in told_of.values()}
    entries = projection.entries_of(sorted(told_of))
    events: dict[str, list[HistoryEvent]] = defaultdict(list)
    about = {one.position: [told_of[name] for name in weapons_of(one.body) if name in told_of] for one in entries}
    for line in history(entries):
        for name in about[line.position]:
            events[name].append(line)
    found = {}
    for name, lines in events.items():
        times = [line.recorded for line in lines if line.event in ("loss", "theft") and not line.corrected]
        if times:
            found[name] = max(times)
    return found


def history_of(weapon_id: str) -> list[tuple[str, str]]:
    """(event, date) of a weapon's standing events, in order."""
    record = records.record(weapon_id)
    events: list[HistoryEvent] = [one for one in record.history if not one.corrected] if record else []
    return [(one.event, one.date) for one in events]


def conversation_of(draft: str) -> str:
    """The request a draft belongs to."""
    found = requests.of_draft(draft)
    return found.id if found else ""
