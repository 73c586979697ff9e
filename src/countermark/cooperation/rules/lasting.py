"""Whether something still held after some years, from what was answered on some days. Pure."""

from collections.abc import Iterable

YEARS = (1, 3, 5)
"""After how many years it is asked (A/70/115, 60: sustainability)."""


def lasted(checks: Iterable[tuple[str, bool]], since: str, years: int) -> bool | None:
    """Whether what began on a day still held so many years later; None where nobody answered that.

    `checks` are (day, still so). What held at a later day held at every day before it; what was over at an earlier one is taken to have
    stayed so.
    """
    then = later(since, years)
    found = sorted(check for check in checks if check[0] >= since)
    if any(still and day >= then for day, still in found):
        return True
    if any(not still and day <= then for day, still in found):
        return False
    return None


def later(day: str, years: int) -> str:
    """The same day so many years later; 29 February as it stands, which orders rightly among days."""
    return f"{int(day[:4]) + years:04d}{day[4:]}"
