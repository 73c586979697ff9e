"""Figures this register can answer for, as evidence of a need and as the measure of what help came to: each with its day and its source.

A figure is counted from the room it belongs to, never typed. Where that room has nothing to count there is no figure, which is not
zero: no request from another State was ever entered, and none is overdue, are two different things. They are figures of this State
and of nobody else: who speaks for another actor is offered none (`for_viewer`).

A capability adds its own with `register`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext

from countermark.cooperation import actors, acts, queries
from countermark.cooperation.queries import Viewer
from countermark.ledger import store
from countermark.ledger.entry import now
from countermark.marking import coverage
from countermark.register.models import Weapon
from countermark.register.queries import discrepancies
from countermark.register.queries.scope import EVERYTHING
from countermark.stockpile.counting import queries as counting
from countermark.stockpile.models import Holding
from countermark.stockpile.rules.custody import OUT
from countermark.tracing.requests import periods, shown
from countermark.tracing.requests import queries as requests

Unit = Literal["percent", "weapons", "requests", "counts", "discrepancies"]
Better = Literal["high", "low"]
Read = Callable[[], Decimal | None]

KEPT_SECONDS = 600
_NOTHING = "-"


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


@dataclass(frozen=True)
class Indicator:
    """What is counted: its name and where it is counted from, its unit, and which way is better; `read` gives None for no data."""

    key: str
    text: str
    source: str
    unit: Unit
    better: Better
    read: Read


@dataclass(frozen=True)
class Figure:
    """An indicator as it was on a day (YYYY-MM-DD)."""

    indicator: Indicator
    value: Decimal
    as_of: str

    @property
    def written(self) -> str:
        """The value as records and files carry it: `71.3`, without its unit."""
        return str(self.value)


REGISTRY: dict[str, Indicator] = {}

UNITS: dict[str, str] = {
    "percent": "%",
    "weapons": _("weapons"),
    "requests": _("requests"),
    "counts": _("counts"),
    "discrepancies": _("discrepancies"),
}
NO_DATA = _("no data")


def register(one: Indicator) -> None:
    """Adds an indicator."""
    REGISTRY[one.key] = one


def for_viewer(who: Viewer) -> dict[str, Indicator]:
    """The indicators somebody may be shown: those of this State, for who speaks for it or sees everything."""
    return dict(REGISTRY) if who.all or who.actor == actors.own_state() else {}


def figure(key: str) -> Figure | None:
    """An indicator as it is now; None where there is nothing to count, or no such indicator.

    Counting may read every weapon, so it is done once for a length of the logs and a day: it does not change while they do not.
    """
    one = REGISTRY.get(key)
    if one is None:
        return None
    day = queries.today()
    name = f"cooperation:{key}:{acts.own_origin()}:{store.total_size()}:{day}"
    known: str | None = cache.get(name)
    if known is None:
        value = one.read()
        known = _NOTHING if value is None else str(value)
        cache.set(name, known, KEPT_SECONDS)
    return None if known == _NOTHING else Figure(one, Decimal(known), day)


def figures() -> dict[str, Figure | None]:
    """Every indicator as it is now."""
    return {key: figure(key) for key in REGISTRY}


def told(key: str, value: str) -> str:
    """A value of an indicator with its unit, in the reader's language; the value alone where the indicator is not known here."""
    one = REGISTRY.get(key)
    if one is None or not value:
        return value or gettext(NO_DATA)
    return f"{value}\u00a0{gettext(UNITS[one.unit])}"


def named(key: str) -> str:
    """What an indicator is called, in the reader's language; the key itself where it is not known here."""
    one = REGISTRY.get(key)
    return gettext(one.text) if one else key


def share(part: int, whole: int) -> Decimal | None:
    """A percentage to one decimal; None of nothing."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


# --- what the rooms that exist can answer ----------------------------------------------------------------------------------


def _on_record() -> bool:
    return Weapon.objects.filter(replaced_by=None).exists()


def _marked_share() -> Decimal | None:
    held, marked = coverage.whole()
    return share(marked, held)


def _unmarked() -> Decimal | None:
    held, marked = coverage.whole()
    return Decimal(held - marked) if held else None


def _without_serial() -> Decimal | None:
    if not _on_record():
        return None
    return Decimal(Weapon.objects.filter(replaced_by=None, serial="").exclude(status="destroyed").count())


def _missing() -> Decimal | None:
    if not _on_record():
        return None
    return Decimal(Weapon.objects.filter(replaced_by=None, status__in=["lost", "stolen"]).count())


def _discrepancies_open() -> Decimal | None:
    return Decimal(discrepancies.counted(EVERYTHING)[0]) if _on_record() else None


def _discrepancies_overdue() -> Decimal | None:
    return Decimal(discrepancies.counted(EVERYTHING)[1]) if _on_record() else None


def _overdue_requests(*, ours: bool) -> Decimal | None:
    """Requests in which the next word is overdue, ours or the other State's; None where there never was a request."""
    known, today = periods.known(), timezone.localdate()
    found, late = 0, 0
    for one in requests.requests():
        found += 1
        due = shown.due_of(one, known)
        late += due is not None and due.day < today and (due.side == one.side) is ours
    return Decimal(late) if found else None


def _counts_overdue() -> Decimal | None:
    plans = counting.plans(None)
    return Decimal(sum(one.urgency in ("overdue", "escalated") for one in plans)) if plans else None


def _out_too_long() -> Decimal | None:
    if not Holding.objects.exists():
        return None
    out = Holding.objects.filter(custody__in=OUT, status="active", due__lt=now()).exclude(due="")
    return Decimal(out.count())


_MARKS = _("Marking: weapons in lawful custody with a readable mark that stands for them")
_REGISTER = _("Register: weapons on record")
_QUEUE = _("Register: queue of discrepancies")
_REQUESTS = _("Tracing: requests between States and their periods")
_STOCK = _("Stockpile: plans of counts and hand-overs")

for _one in (
    Indicator("marked_share", _("Share of weapons duly marked"), _MARKS, "percent", "high", _marked_share),
    Indicator("unmarked", _("Weapons not duly marked"), _MARKS, "weapons", "low", _unmarked),
    Indicator("without_serial", _("Weapons on record without a serial number"), _REGISTER, "weapons", "low", _without_serial),
    Indicator("missing", _("Weapons lost or stolen"), _REGISTER, "weapons", "low", _missing),
    Indicator("discrepancies_open", _("Open discrepancies of records"), _QUEUE, "discrepancies", "low", _discrepancies_open),
    Indicator("discrepancies_overdue", _("Overdue discrepancies of records"), _QUEUE, "discrepancies", "low", _discrepancies_overdue),
    Indicator("requests_unanswered", _("Requests of other States we have not answered in time"), _REQUESTS, "requests", "low", lambda: _overdue_requests(ours=True)),
    Indicator("requests_waiting", _("Requests of ours not answered in time"), _REQUESTS, "requests", "low", lambda: _overdue_requests(ours=False)),
    Indicator("counts_overdue", _("Overdue counts of stores"), _STOCK, "counts", "low", _counts_overdue),
    Indicator("out_too_long", _("Weapons out beyond the time they were issued for"), _STOCK, "weapons", "low", _out_too_long),
):  # fmt: skip
    register(_one)
