"""What is overdue in the stockpile: weapons that are out, shipments on their way, reviews of the need, counts.

What is late by more than its grace goes one level up: it stands first for whoever commands the place or a place above it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, Min
from django.utils import timezone

from countermark.accounts.models import Place, User
from countermark.ledger.entry import now
from countermark.stockpile import acts, queries
from countermark.stockpile.counting import queries as counting
from countermark.stockpile.counting import rules as counting_rules
from countermark.stockpile.models import SubjectRow
from countermark.stockpile.rules.custody import OUT
from countermark.stockpile.shipments.services import ON_THE_WAY, Shipment

Kind = Literal["weapons", "shipment", "review", "count"]
Urgency = Literal["", "due", "overdue", "escalated"]
GRACE: Mapping[Kind, int] = {"weapons": 1, "shipment": 2, "review": 30}
"""Days; a count has that of its own rule."""


@dataclass(frozen=True)
class Duty:
    """Something late at a place: `count` weapons that are out, or weapons of a shipment; 1 for a review or a count. `key` names what it is."""

    kind: Kind
    place: str
    due: str
    urgency: Urgency
    count: int = 1
    key: str = ""


def urgency(due: str, moment: str, grace: int) -> Urgency:
    """How a day or RFC 3339 time stands to a moment. A day is late when it is over."""
    if not due or due >= moment[: max(10, len(due))]:
        return ""
    return "escalated" if counting_rules.urgency(due[:10], moment[:10], grace) == "escalated" else "overdue"


def late(user: User) -> list[Duty]:
    """What is late at the places somebody may see, what has gone up a level first, then the longest overdue."""
    places = queries.visible(user)
    names = dict(Place.objects.values_list("pk", "name"))
    moment = now()
    found = [*_weapons(places, names, moment), *_subjects(places, names, moment), *_counts(user)]
    return sorted(found, key=lambda one: (one.urgency != "escalated", one.due, one.kind, one.place))


def _weapons(places: frozenset[str] | None, names: Mapping[str, str], moment: str) -> Iterator[Duty]:
    rows = queries.holdings(places).filter(custody__in=OUT, status="active", due__lt=moment).exclude(due="")
    for store, count, due in rows.values_list("store").annotate(n=Count("pk"), oldest=Min("due")).order_by("store"):
        if said := urgency(due, moment, GRACE["weapons"]):
            yield Duty("weapons", names.get(store, ""), due, said, count)


def _subjects(places: frozenset[str] | None, names: Mapping[str, str], moment: str) -> Iterator[Duty]:
    sent = SubjectRow.objects.filter(kind="shipment", state__in=ON_THE_WAY, due__lt=moment).exclude(due="")
    reviews = SubjectRow.objects.filter(kind="review", due__lt=moment).exclude(due="")
    for row in [*sent.order_by("due", "key"), *reviews.order_by("due", "key")]:
        kind: Kind = "shipment" if row.kind == "shipment" else "review"
        said = urgency(row.due, moment, GRACE[kind])
        if said and (places is None or row.place in places or (kind == "shipment" and row.person in places)):
            weapons = len(acts.subject_of_row(row).of(Shipment).short) if kind == "shipment" else 1
            yield Duty(kind, names.get(row.place, ""), row.due, said, weapons, row.key)


def _counts(user: User) -> Iterator[Duty]:
    for one in counting.plans(user, timezone.localdate().isoformat()):
        if one.urgency in ("overdue", "escalated"):
            said: Urgency = "escalated" if one.urgency == "escalated" else "overdue"
            yield Duty("count", one.place.name, one.day, said, key=one.key)
