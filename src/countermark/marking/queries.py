"""Reads: batches and weapons a person may see, how far they have come, what a machine has done."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, get_args

from django.db.models import Count, QuerySet

from countermark.accounts import queries as accounts
from countermark.accounts.queries import Person
from countermark.ledger.models import Attachment
from countermark.marking import batches, equipment, methods
from countermark.marking.description import Material
from countermark.marking.equipment import Machine
from countermark.marking.models import BatchRow, ItemRow
from countermark.marking.states import FINISHED, Batch, Item

REST = dt.timedelta(minutes=30)
"""Longer than this without a mark, a machine rested."""


@dataclass(frozen=True)
class Progress:
    """How many weapons of a batch are in each state."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def finished(self) -> int:
        """Accepted or withdrawn."""
        return sum(self.counts.get(state, 0) for state in FINISHED)


@dataclass(frozen=True)
class Throughput:
    """What a machine (or the hand stamps, with an empty id) has done: marks, reworks, plates, hours at work, and standstills."""

    machine: str
    marks: int
    weapons: int
    reworked: int
    plates: int
    hours: float
    faults: int
    hours_down: float

    @property
    def an_hour(self) -> float | None:
        """Weapons an hour; None where no hour can be told."""
        return self.weapons / self.hours if self.hours > 0 else None


def visible(user: Person, rows: QuerySet[BatchRow], permission: str = "marking.view") -> QuerySet[BatchRow]:
    """The batches whose place a person may see."""
    places = accounts.visible_place_ids(user, permission)
    return rows if places is None else rows.filter(place__in=sorted(places))


def batch_list(user: Person, *, state: str = "", limit: int = 200) -> list[Batch]:
    """Batches, the last changed first."""
    rows = visible(user, BatchRow.objects.order_by("-time"))
    return batches.batches_of_rows((rows.filter(state=state) if state else rows)[:limit])


def visible_batch(user: Person, batch_id: str, permission: str = "marking.view") -> Batch | None:
    """A batch, if there is one and the person may see it."""
    row = visible(user, BatchRow.objects.filter(id=batch_id), permission).first()
    return None if row is None else batches.batch_of_row(row)


def visible_item(user: Person, item_id: str, permission: str = "marking.view") -> Item | None:
    """A weapon of a batch, if there is one and the person may see the batch."""
    row = ItemRow.objects.filter(id=item_id).first()
    if row is None or visible_batch(user, row.batch, permission) is None:
        return None
    return batches.item_of_row(row)


def items(batch_id: str, *, state: str = "", start: int = 0, limit: int = 200) -> list[Item]:
    """The weapons of a batch in order, from a position on."""
    rows = ItemRow.objects.filter(batch=batch_id, position__gt=start).order_by("position")
    return [batches.item_of_row(row) for row in (rows.filter(state=state) if state else rows)[:limit]]


def next_item(batch_id: str, after: int = 0) -> Item | None:
    """The next weapon that is not finished, after a position and then from the beginning; a stopped one waits for somebody."""
    rows = ItemRow.objects.filter(batch=batch_id).exclude(state__in=[*FINISHED, "stopped"]).order_by("position")
    row = rows.filter(position__gt=after).first() or rows.first()
    return None if row is None else batches.item_of_row(row)


def find_item(batch_id: str, scanned: str) -> Item | None:
    """The weapon of a batch whose record number, serial, number or id was scanned or keyed."""
    text = scanned.strip()
    rows = ItemRow.objects.filter(batch=batch_id)
    for column in ("ref", "serial", "number", "weapon", "id"):
        found = list(rows.filter(**{column: text})[:2]) if text else []
        if len(found) == 1:
            return batches.item_of_row(found[0])
    return None


def progress(batch_id: str) -> Progress:
    """How far a batch has come."""
    rows = ItemRow.objects.filter(batch=batch_id).values_list("state").annotate(n=Count("id")).order_by()
    return Progress(dict(rows))


def plan_of(item: Item) -> bytes | None:
    """The document a weapon's plan is kept as; None where there is none, or it did not come with the bundle."""
    row = Attachment.objects.filter(digest=item.plan).first() if item.plan else None
    return None if row is None else bytes(row.data)


def batches_of(weapon_id: str) -> list[Item]:
    """The weapon in every batch it was put into, the newest first."""
    rows = ItemRow.objects.filter(weapon=weapon_id).exclude(weapon="").order_by("-time")
    return [batches.item_of_row(row) for row in rows]


def throughput(found: Iterable[Item], machine: str = "") -> Throughput:
    """What a machine, or the hand stamps, did on some weapons."""
    by_item = [(item, [one for one in item.applied if one.machine == machine]) for item in found]
    by_item = [(item, done) for item, done in by_item if done]
    times = [one.time for _, done in by_item for one in done]
    downs = equipment.downtimes(machine) if machine else []
    return Throughput(
        machine=machine,
        marks=len(times),
        weapons=len(by_item),
        reworked=sum(1 for item, done in by_item if any(one.attempt < item.attempt for one in done)),
        plates=sum(one.plates for _, done in by_item for one in done),
        hours=hours_at_work(times),
        faults=sum(1 for down in downs if down.reason == "fault"),
        hours_down=round(sum(_hours_down(down.since, down.until) for down in downs), 2),
    )


def hours_at_work(times: Sequence[str]) -> float:
    """Hours from the first to the last of some RFC 3339 times, rests of more than `REST` left out. Pure."""
    moments = sorted(dt.datetime.fromisoformat(time) for time in times)
    spans = [after - before for before, after in pairwise(moments)]
    return round(sum((span for span in spans if span <= REST), dt.timedelta()).total_seconds() / 3600, 2)


def _hours_down(since: str, until: str) -> float:
    end = dt.datetime.fromisoformat(until) if until else dt.datetime.now(dt.UTC)
    return max((end - dt.datetime.fromisoformat(since)).total_seconds(), 0.0) / 3600


def all_items(since: str = "") -> list[Item]:
    """Every weapon worked on since an RFC 3339 time."""
    rows: QuerySet[ItemRow, Any] = ItemRow.objects.filter(time__gte=since).exclude(started="").order_by("time")
    return [batches.item_of_row(row) for row in rows.iterator()]


LOOK_AGAIN_DAYS = 365
"""After so many days a mark is looked at again that may not last on its material (A/70/115, para. 9)."""


@dataclass(frozen=True)
class LookAgain:
    """An accepted weapon whose mark may not last: on which material, by which method, and the day it is to be looked at again."""

    item: Item
    material: str
    method: str
    durability: str
    due: dt.date


def to_look_at_again(user: Person, today: dt.date | None = None) -> list[LookAgain]:
    """Marks a person may see that are to be looked at again by today, the longest due first.

    Those are marks of a method that is not rated good on the component's material; where the material is not known nothing is due.
    """
    until = today or dt.datetime.now(dt.UTC).date()
    allowed = [batch.id for batch in batch_list(user, limit=10_000)]
    last = (until - dt.timedelta(days=LOOK_AGAIN_DAYS - 1)).isoformat()
    rows = ItemRow.objects.filter(batch__in=allowed, state="accepted", finding="", time__lt=last).order_by("time", "id")
    return [one for item in map(batches.item_of_row, rows.iterator()) for one in _look_again(item)]


def _look_again(item: Item) -> Iterator[LookAgain]:
    """At most one for a weapon: the first of its marks that may not last."""
    due = dt.datetime.fromisoformat(item.time).date() + dt.timedelta(days=LOOK_AGAIN_DAYS)
    materials = {part.get("type"): part.get("material") for part in item.description.get("components", [])}
    for one in item.applied:
        planned = item.marks[one.mark]
        material: Any = "steel" if planned.carrier == "plate" else materials.get(planned.component)
        if one.attempt != item.attempt or material not in get_args(Material):
            continue
        ranked = {choice.id: choice.durability for choice in methods.ranked(material, None)}
        durability = ranked.get(one.method, "unknown")
        if durability != "good":
            yield LookAgain(item, material, one.method, durability, due)
            return


def machine_list(user: Person) -> list[Machine]:
    """The machines whose place a person may see."""
    places = accounts.visible_place_ids(user, "marking.view")
    return [machine for machine in equipment.machines() if places is None or machine.place in places]
