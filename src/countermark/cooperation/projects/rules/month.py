"""A month as a grid of weeks, and what stands on each day. Pure."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 1990, 2199


@dataclass(frozen=True)
class Entry:
    """Something in the calendar, from a day through a day; `starts` and `ends` (RFC 3339, UTC) where it has a time. `kind` is a code of its kind."""

    uid: str
    kind: str
    title: str
    day: str
    last: str
    url: str
    starts: str = ""
    ends: str = ""


@dataclass(frozen=True)
class Day:
    """A day of the grid: `inside` tells whether it is of the month."""

    date: dt.date
    inside: bool
    entries: Sequence[Entry]


def month_of(text: str, today: dt.date) -> dt.date:
    """The first day of a month written `2026-11`; of today's for anything else."""
    found = _MONTH.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return today.replace(day=1)
    return dt.date(int(found[1]), int(found[2]), 1)


def weeks(first: dt.date, entries: Iterable[Entry], first_weekday: int) -> list[list[Day]]:
    """The weeks of a month, each of seven days from `first_weekday` (0 is Monday). What lasts longer than a day stands on its first and last."""
    by_day: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: (one.starts or one.day, one.title)):
        for day in dict.fromkeys((entry.day, entry.last)):
            by_day.setdefault(day, []).append(entry)
    grid = calendar.Calendar(first_weekday).monthdatescalendar(first.year, first.month)
    return [[Day(day, day.month == first.month, by_day.get(day.isoformat(), ())) for day in week] for week in grid]


def beside(first: dt.date, months: int) -> str:
    """The month some months before or after, as it is written."""
    count = first.year * 12 + first.month - 1 + months
    return f"{count // 12:04}-{count % 12 + 1:02}"
