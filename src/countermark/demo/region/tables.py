"""The region as data (`data/region.toml`), and its days: years count back from the one the demonstration is made in."""

import tomllib
from calendar import monthrange
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "data" / "region.toml"
NEED_YEARS = 5
"""Years a need lasts."""


@cache
def table() -> dict[str, Any]:
    """Everything the file says."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def begin(today: date, years_ago: int) -> str:
    """The first day of a year so long ago."""
    return f"{today.year - years_ago}-01-01"


def months_after(day: str, months: int, days: int = 0) -> str:
    """A day so many months after another, moved by some days; the last of a shorter month."""
    first = date.fromisoformat(day)
    month = first.month - 1 + months
    year, month = first.year + month // 12, month % 12 + 1
    found = date(year, month, min(first.day, monthrange(year, month)[1]))
    return date.fromordinal(found.toordinal() + days).isoformat()


def past(day: str, today: date) -> str:
    """The day, or today where it is still to come."""
    return min(day, today.isoformat())
