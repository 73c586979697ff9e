"""Reads of counting: plans and what is due, counts, what a counter may see of them, and what a count comes to.

Until every sheet is ended nobody sees what stands on another's: what a count comes to is refused before (`ready`).
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from django.utils import timezone

from countermark.accounts import queries as accounts
from countermark.accounts.models import Place, User
from countermark.ledger import identity
from countermark.ledger.services import LedgerError
from countermark.register.models import Weapon
from countermark.stockpile import acts, queries
from countermark.stockpile.counting import expectation, presets, rules
from countermark.stockpile.counting.expectation import Expectation
from countermark.stockpile.counting.presets import Preset
from countermark.stockpile.counting.rules import Line, Result, Sight, Tree
from countermark.stockpile.counting.states import RECOUNT, SAMPLE, Block, Count, Decision, Plan, Sheet
from countermark.stockpile.readers import sample
from countermark.stockpile.readers import services as readers
from countermark.stockpile.states import Subject

PHASES = ("counting", "counted", "recounting", "sampling", "ready", "closed", "cancelled")
"""Where a count stands: being counted; all sheets ended; differences counted again; a sample read by eye; ready for decisions and closing."""


# --- counts and their sheets ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counting:
    """A count with its sheets."""

    subject: Subject
    count: Count
    sheets: Mapping[str, tuple[Subject, Sheet]]

    @property
    def key(self) -> str:
        """The code of the count."""
        return self.subject.key

    @property
    def place(self) -> str:
        """The id of the place that is counted."""
        return self.subject.place

    @property
    def preset(self) -> Preset:
        """The rule it follows."""
        return presets.of(self.count.preset)

    @property
    def counters(self) -> list[Sheet]:
        """The sheets of the counters, without recount and sample, the first begun first."""
        return [sheet for _, sheet in self.sheets.values() if sheet.role == "counter"]

    @property
    def people(self) -> tuple[str, ...]:
        """The person ids of everybody who has a sheet."""
        return tuple(sorted({sheet.person for _, sheet in self.sheets.values()}))

    @property
    def blind(self) -> bool:
        """Whether several count, each without knowing what the others saw."""
        return self.count.counters > 1

    def sheet_of(self, person: str) -> Sheet | None:
        """The sheet somebody works on: the open one, else the last they had."""
        own = [sheet for _, sheet in self.sheets.values() if sheet.person == person]
        return next((sheet for sheet in own if not sheet.ended), own[-1] if own else None)

    @property
    def phase(self) -> str:
        """Where it stands (`PHASES`)."""
        if self.subject.state != "open":
            return self.subject.state
        own = self.counters
        if len(own) < self.count.counters or any(not sheet.ended for sheet in own):
            return "counting"
        for number, phase in ((RECOUNT, "recounting"), (SAMPLE, "sampling")):
            if number in self.sheets and not self.sheets[number][1].ended:
                return phase
        return "counted"

    @property
    def last_ended(self) -> str:
        """When the last sheet was ended, as it happened."""
        return max((sheet.ended for _, sheet in self.sheets.values()), default="")


def counting(key: str) -> Counting | None:
    """A count by its code."""
    found = acts.subject("count", key)
    return None if found is None else _with_sheets([found])[0]


def visible_count(user: User, key: str, permission: str = queries.VIEW) -> Counting | None:
    """A count at a place where somebody holds a permission."""
    found, seen = counting(key), queries.visible(user, permission)
    return None if found is None or (seen is not None and found.place not in seen) else found


def counts(places: Iterable[str] | None, *, state: str = "", plan: str = "", most: int = 200) -> list[Counting]:
    """The counts of some places (None: of all), the last one first."""
    rows = acts.rows("count")
    if places is not None:
        rows = rows.filter(place__in=list(places))
    if state:
        rows = rows.filter(state=state)
    if plan:
        rows = rows.filter(parent=f"countplan:{plan}")
    return _with_sheets([acts.subject_of_row(row) for row in rows.order_by("-since")[:most]])


def _with_sheets(found: Sequence[Subject]) -> list[Counting]:
    rows = acts.rows("countsheet").filter(parent__in=[one.name for one in found]).order_by("since", "key")
    of: dict[str, dict[str, tuple[Subject, Sheet]]] = {one.name: {} for one in found}
    for row in rows:
        sheet = acts.subject_of_row(row)
        of[sheet.parent][sheet.of(Sheet).number] = (sheet, sheet.of(Sheet))
    return [Counting(one, one.of(Count), of[one.name]) for one in found]


def last_count(place: str, before: str = "") -> Counting | None:
    """The count of a place that was closed last (`before`: not this one)."""
    rows = acts.rows("count").filter(place=place, state="closed").exclude(key=before)
    found = sorted((acts.subject_of_row(row) for row in rows), key=lambda one: one.of(Count).counted)
    return _with_sheets(found[-1:])[0] if found else None


# --- lines ----------------------------------------------------------------------------------------------------------------

Version = tuple[str, int, str]


class Known(msgspec.Struct, frozen=True):
    """A block of lines with what is asked of it: the ids of its scans, the weapons on it, those that a person read (`by_eye`) and not a
    reader alone, and what makes another scan the same (`same`).
    """

    lines: tuple[Line, ...]
    ids: frozenset[str]
    weapons: frozenset[str]
    by_eye: frozenset[str]
    same: frozenset[tuple[str, str, str]]


_blocks: "OrderedDict[Version, Known]" = OrderedDict()
_BLOCKS_KEPT = 2000
"""Blocks this process remembers. A block with as many acts, the last at the same time, has the same lines."""


def same(line: Line) -> tuple[str, str, str]:
    """Two scans with this in common are one weapon seen twice; its first text is empty where nothing is known of the weapon."""
    return (line.weapon or line.text, line.place, line.what)


def lines(sheet: str) -> list[Line]:
    """The lines of a sheet (`<count>.<number>`)."""
    return [line for block in blocks(sheet) for line in block.lines]


def blocks(sheet: str) -> list[Known]:
    """The blocks of a sheet; only those that changed are read from the store."""
    found = versions(sheet)
    for version in found:
        _blocks.move_to_end(version)
    return [_blocks[version] for version in found]


def weapons(sheet: str) -> set[str]:
    """The ids of the weapons on a sheet."""
    return set[str]().union(*(block.weapons for block in blocks(sheet)))


def versions(sheet: str) -> list[Version]:
    """The blocks of a sheet, each with what tells whether it changed. Reads those not remembered."""
    rows = acts.rows("countlines").filter(parent=f"countsheet:{sheet}").order_by("key")
    found: list[Version] = list(rows.values_list("key", "acts", "time"))
    missing = [version[0] for version in found if version not in _blocks]
    for row in rows.filter(key__in=missing) if missing else ():
        _blocks[row.key, row.acts, row.time] = _known(msgspec.convert(row.value, Block))
    while len(_blocks) > max(_BLOCKS_KEPT, len(found)):
        _blocks.popitem(last=False)
    return found


def _known(block: Block) -> Known:
    return Known(
        block.lines,
        frozenset(line.id for line in block.lines),
        frozenset(line.weapon for line in block.lines if line.weapon),
        frozenset(line.weapon for line in block.lines if line.weapon and line.how != rules.BY_READER),
        frozenset(same(line) for line in block.lines),
    )


@dataclass(frozen=True)
class Progress:
    """How far a sheet is: scans on it, weapons that were to be there among them, of how many."""

    lines: int
    found: int
    total: int


def progress(found: Counting, number: str) -> Progress:
    """How far a sheet is."""
    scanned, seen = sum(len(block.lines) for block in blocks(f"{found.key}.{number}")), weapons(f"{found.key}.{number}")
    if number == RECOUNT:
        wanted = frozenset(one.item for one in to_recount(found))
    else:
        wanted = frozenset(sample_of(found)) if number == SAMPLE else expected_of(found).inside
    return Progress(scanned, len(wanted & seen), len(wanted))


def not_yet_seen(found: Counting, number: str, start: int = 0, most: int = 50) -> list[Result]:
    """What is to be there and is not on a sheet yet, some of it in order of place and serial. Nothing for a blind counter."""
    if found.blind and number not in (RECOUNT, SAMPLE):
        return []
    seen = weapons(f"{found.key}.{number}")
    if number == RECOUNT:
        return [one for one in to_recount(found) if one.item not in seen][start : start + most]
    expected = expected_of(found).items
    wanted = set(sample_of(found)) if number == SAMPLE else expected
    left = [one for one in expected.values() if one.state == "in" and one.weapon in wanted and one.weapon not in seen]
    left.sort(key=lambda one: (one.place, one.serial, one.weapon))
    return [
        Result(one.weapon, "not_found", one.weapon, one.serial, one.place, state="in")
        for one in left[start : start + most]
    ]


def seen_at(found: Counting, one: Result) -> str:
    """Where something was seen; the place of the count, where its counter had scanned the label of no other."""
    seen = one.outcome in ("unexpected", "unreadable", "tag_mismatch")
    return one.place or (found.place if seen else "")


def expected_of(found: Counting) -> Expectation:
    """What was frozen when a count was opened. Raises `Refused` where the document has not come here."""
    return expectation.read(found.count.expected)


# --- what a count comes to ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a count comes to: every item, its exceptions, and how many of each outcome."""

    results: Sequence[Result]
    exceptions: Sequence[Result]
    figures: Mapping[str, int]


_outcomes: "OrderedDict[tuple[Any, ...], Outcome]" = OrderedDict()
_OUTCOMES_KEPT = 4


def outcome(found: Counting) -> Outcome:
    """What a count comes to, once all sheets of the counters are ended. Raises `Refused` before."""
    require_counted(found)
    again = found.sheets.get(RECOUNT)
    sheets = [sheet.number for sheet in found.counters]
    used = [*sheets, *([RECOUNT] if again and again[1].ended else [])]
    unseen = _unseen(found)
    version = (
        found.key, found.count.expected, tuple(unseen),
        *(tuple(versions(f"{found.key}.{number}")) for number in used),
    )  # fmt: skip
    if version not in _outcomes:
        _outcomes[version] = _compared(found, sheets, bool(again and again[1].ended), unseen)
        while len(_outcomes) > _OUTCOMES_KEPT:
            _outcomes.popitem(last=False)
    return _outcomes[version]


def forget() -> None:
    """Forgets what this process remembers of lines and outcomes, for who measures what it costs to work them out."""
    _blocks.clear()
    _outcomes.clear()
    expectation.read.cache_clear()


def require_counted(found: Counting) -> None:
    """Refuses to tell what a count comes to while somebody still counts blind."""
    if found.subject.state == "open" and found.phase == "counting":
        raise acts.refuse(
            "count", found.key, "a count whose sheets are all ended: until then nobody sees another's", "open"
        )


def _compared(found: Counting, sheets: Sequence[str], again: bool, unseen: Sequence[str]) -> Outcome:
    results = rules.compare(
        expected_of(found).items,
        [_sights(found, number) for number in sheets] or [{}],
        apart=tree().apart,
        recount=_sights(found, RECOUNT) if again else None,
        unseen=unseen,
    )
    exceptions = [one for one in results if one.outcome in rules.EXCEPTIONS or one.outcome == "differs"]
    return Outcome(results, exceptions, rules.figures(results))


def _sights(found: Counting, number: str) -> dict[str, Sight]:
    return rules.sights(lines(f"{found.key}.{number}"))


def recounted_by_own(found: Counting) -> bool:
    """Whether one of two who counted blind counted the differences again as well, as no sheet is given out here for."""
    again = found.sheets.get(RECOUNT)
    if again is None or found.count.counters == 1:
        return False
    return again[1].person in {sheet.person for sheet in found.counters}


def to_recount(found: Counting) -> list[Result]:
    """What is counted again: where the sheets of the counters, without the recount itself, differ from the register or each other."""
    without = replace(found, sheets={n: one for n, one in found.sheets.items() if n not in (RECOUNT, SAMPLE)})
    return rules.differences(outcome(without).results)


def tree() -> Tree:
    """Which places lie within which."""
    return Tree({str(pk): str(parent or "") for pk, parent in Place.objects.values_list("pk", "parent_id")})


# --- the sample read by eye after a reader counted -------------------------------------------------------------------------


def only_by_reader(found: Counting) -> list[str]:
    """Weapons that were to be there and that no person read, only a reader, on any sheet of the counters."""
    every = [block for sheet in found.counters for block in blocks(f"{found.key}.{sheet.number}")]
    by_eye = frozenset[str]().union(*(block.by_eye for block in every))
    unread = frozenset[str]().union(*(block.weapons for block in every)) - by_eye
    return sorted(unread & expected_of(found).items.keys())


def sample_of(found: Counting) -> list[str]:
    """The weapons to be read by eye, in the order to look for them; empty where no reader counted, or not all sheets are ended.

    Chosen by the root of the log after the act that ended the last sheet: nobody knew it while scans could still be added.
    """
    if found.phase == "counting":
        return []
    items = only_by_reader(found)
    if not items:
        return []
    closing = max((sheet.ended, sheet.closing) for sheet in found.counters)[1]
    size = sample.size_for(len(items), missing=max(1, len(items) // 20))
    try:
        return readers.sample_of(items, size, closing)
    except LedgerError as error:
        raise acts.refuse("count", found.key, "a count whose log is on this node", "missing") from error


def _unseen(found: Counting) -> list[str]:
    held = found.sheets.get(SAMPLE)
    if held is None or not held[1].ended:
        return []
    seen = frozenset[str]().union(*(block.by_eye for block in blocks(f"{found.key}.{SAMPLE}")))
    return [weapon for weapon in sample_of(found) if weapon not in seen]


# --- decisions -------------------------------------------------------------------------------------------------------------


def decisions(found: Counting) -> dict[str, Decision]:
    """What was decided on the exceptions of a count, by item."""
    rows = acts.rows("countdecision").filter(parent=found.subject.name)
    return {one.item: one for one in (acts.subject_of_row(row).of(Decision) for row in rows)}


def undecided(found: Counting) -> list[Result]:
    """The exceptions nobody has decided on as they now are, and what the counters do not agree on."""
    decided = decisions(found)
    return [one for one in outcome(found).exceptions if not is_decided(one, decided)]


def is_decided(result: Result, decided: Mapping[str, Decision]) -> bool:
    """Whether somebody decided on an exception as it now is: counted again with another outcome it is another exception."""
    known = decided.get(result.item)
    return known is not None and known.outcome == result.outcome


# --- plans ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """A plan, the place it is for, and how it stands today. `day` is when to count (empty where who asks is not to know);
    `above` the place it goes up to once it is late by more than its rule's grace.
    """

    key: str
    plan: Plan
    place: Place
    day: str
    urgency: str
    above: Place | None = None
    running: str = ""
    part: Place | None = None

    @property
    def preset(self) -> Preset:
        """The rule it follows."""
        return presets.of(self.plan.preset)


def plans(user: User | None, today: str = "") -> list[Planned]:
    """The plans of the places somebody sees (None: what the node knows), what is due first.

    The day of a surprise is told to who commands there, and to no one else before.
    """
    seen, commanded = (queries.visible(user), queries.visible(user, "stock.command")) if user else (None, None)
    rows = acts.rows("countplan").filter(state="open")
    if seen is not None:
        rows = rows.filter(place__in=list(seen))
    places = {place.pk: place for place in Place.objects.select_related("parent")}
    running = dict(acts.rows("count").filter(state="open").exclude(parent="").values_list("parent", "key"))
    day = today or timezone.localdate().isoformat()
    found = [
        _planned(acts.subject_of_row(row), places, running, day, told=commanded is None or row.place in commanded)
        for row in rows
        if row.place in places
    ]
    order = ("escalated", "overdue", "due", "")
    return sorted(found, key=lambda one: (order.index(one.urgency), one.day or "9999", one.place.name, one.key))


def _planned(
    subject: Subject, places: Mapping[str, Place], running: Mapping[str, str], today: str, *, told: bool
) -> Planned:
    plan, place = subject.of(Plan), places[subject.place]
    rule = presets.of(plan.preset)
    day = subject.due
    if plan.kind == "surprise" and day:
        day = rules.surprise_day(identity.node_secret(), subject.key, day, plan.days)
    urgency = rules.urgency(day, today, rule.grace)
    above = place.parent if urgency == "escalated" else None
    part = places.get(part_in_turn(subject)) if plan.kind == "cyclic" else None
    shown = day if plan.kind != "surprise" or told else ""
    return Planned(
        subject.key, plan, place, shown, urgency if shown or not day else "", above, running.get(subject.name, ""), part
    )


def part_in_turn(plan: Subject) -> str:
    """The part of a place whose turn it is in a cyclic plan: of the places just below it, or itself without any."""
    parts = list(Place.objects.filter(parent_id=plan.place).values_list("pk", flat=True)) or [plan.place]
    counted: dict[str, str] = {}
    for one in acts.rows("count").filter(place__in=parts, state="closed"):
        counted[one.place] = max(counted.get(one.place, ""), acts.subject_of_row(one).of(Count).counted)
    return rules.next_part(parts, counted)


def escalated(user: User) -> list[Planned]:
    """What came up to somebody: late counts of places just below those they command."""
    commanded = queries.visible(user, "stock.command")
    return [one for one in plans(user) if one.above and (commanded is None or one.above.pk in commanded)]


# --- people ----------------------------------------------------------------------------------------------------------------


def standing(user_name: str, found: Counting) -> rules.Standing:
    """Who somebody is to the store of a count. The armourer is who may hand out its weapons, and who made a receipt there since the last count."""
    person = identity.opaque("person", user_name)
    user = User.objects.filter(username=user_name).first()
    before = last_count(found.place, found.key)
    handled = acts.rows("receipt").filter(place__in=accounts.places_below(found.place), by=person)
    if before:
        handled = handled.filter(since__gt=before.subject.time)
    handles = bool(user and accounts.may(user, "stock.handle") and accounts.may_at(user, "stock.handle", found.place))
    return rules.Standing(
        handles or handled.exists(),
        bool(before and person in before.count.people),
        person in {sheet.person for sheet in found.counters},
    )


def names(people: Iterable[str]) -> dict[str, str]:
    """Names of persons by id, as far as they are users of this node."""
    rows = User.objects.filter(person__in=list(people)).values_list("person", "username", "full_name")
    return {person: full or name for person, name, full in rows}


def shown(results: Sequence[Result]) -> list[tuple[Result, Weapon | None]]:
    """Results with their weapons."""
    weapons = Weapon.objects.in_bulk([one.weapon for one in results if one.weapon])
    by_id = {str(pk): weapon for pk, weapon in weapons.items()}
    return [(one, by_id.get(one.weapon)) for one in results]


def today() -> dt.date:
    """Today where this node stands."""
    return timezone.localdate()
