"""Reads: what readers saw of late, of which weapons, and which alarms stand."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.db.models import Max

from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.stockpile import acts
from countermark.stockpile.models import Observation
from countermark.stockpile.readers import alarms as service
from countermark.stockpile.readers import devices, observations
from countermark.stockpile.readers.reads import SLOT_MS, tag_of
from countermark.stockpile.states import Subject
from countermark.stockpile.tags import queries as tags
from countermark.stockpile.tags.queries import visible

SHOWN = 500
LOOKED_AT = 5000


class SeenTag(msgspec.Struct, frozen=True):
    """An observation, and the weapon its tag is on: empty for a tag on none, or on one out of sight. Times in ms since 1970."""

    reader: str
    antenna: int
    tag: str
    tid: str
    first: int
    last: int
    reads: int
    rssi_dbm: float | None
    weapon: str = ""


def seen(*, reader: str = "", tag: str = "", minutes: int = 60, scope: Scope = EVERYTHING) -> list[SeenTag]:
    """What the readers of this node saw in the last minutes, the newest first; at most `SHOWN`. Raises `Refused` for an unknown reader."""
    rows = Observation.objects.filter(slot__gte=observations.clock() // SLOT_MS - minutes)
    if reader:
        rows = rows.filter(reader=devices.device(reader).id)
    if tag:
        rows = rows.filter(tag=tag if tag.startswith("ble:") else tag_of(tag))
    found = list(rows.order_by("-slot", "-last", "reader", "tag", "antenna")[:SHOWN])
    weapons = weapons_of({row.tag for row in found}, scope)
    return [_seen(row, weapons.get(row.tag, "")) for row in found]


def _seen(row: Observation, weapon: str) -> SeenTag:
    rssi = None if row.rssi is None else row.rssi / 100
    return SeenTag(row.reader, row.antenna, row.tag, row.tid, row.first, row.last, row.reads, rssi, weapon)


def weapons_of(found: Iterable[str], scope: Scope = EVERYTHING) -> dict[str, str]:
    """The weapons some tags are on, as far as a person may see those; a tag on two weapons is left out."""
    return {tag: str(weapon_id) for tag, weapon_id in tags.single(found, scope).items()}


def counted(
    readers: Iterable[str], first_ms: int, last_ms: int, scope: Scope = EVERYTHING
) -> tuple[dict[str, str], list[str]]:
    """What some readers saw between two times (ms since 1970), for a count by radio: weapons by their tag, and tags bound to none.

    A minute that only touches the stretch counts as a whole.
    """
    slots = (first_ms // SLOT_MS, last_ms // SLOT_MS)
    rows = Observation.objects.filter(reader__in=list(readers), slot__range=slots)
    found = list(rows.order_by("tag").values_list("tag", flat=True).distinct())
    weapons = weapons_of(found, scope)
    return weapons, [tag for tag in found if tag not in weapons]


def last_seen() -> dict[str, int]:
    """When each reader of this node saw something last, in ms since 1970."""
    rows = Observation.objects.values_list("reader").annotate(at=Max("last"))
    return dict(rows)


def alarms(*, closed: bool = False, places: Collection[str] | None = None, scope: Scope = EVERYTHING) -> list[Subject]:
    """Alarms that stand open (or were closed), the first due first; at most `SHOWN`. With `places` and `scope`, those that were read at
    one of the places or are about a weapon within the scope.
    """
    rows = acts.rows("alarm").filter(state=service.CLOSED if closed else service.OPEN).order_by("due", "key")
    if places is None:
        return [acts.subject_of_row(row) for row in rows[:SHOWN]]
    found = [acts.subject_of_row(row) for row in rows[:LOOKED_AT]]
    weapons = visible([UUID(one.value["weapon"]) for one in found], scope)
    return [one for one in found if _is_near(one, places) or UUID(one.value["weapon"]) in weapons][:SHOWN]


def _is_near(one: Subject, places: Collection[str]) -> bool:
    return any(place in places for place in one.value["places"])


def sees_alarm(one: Subject, places: Collection[str] | None, scope: Scope) -> bool:
    """Whether a person with these places and this scope may see an alarm."""
    return places is None or _is_near(one, places) or bool(visible([UUID(one.value["weapon"])], scope))


def as_time(milliseconds: int | None) -> str:
    """A time in ms since 1970 as RFC 3339 UTC; the empty string for none."""
    if milliseconds is None:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
