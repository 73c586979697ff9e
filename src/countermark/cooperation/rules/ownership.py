"""What owning something costs over ten years, and how much of that nobody has said to pay (A/70/115, 40-42). Pure."""

from collections.abc import Iterable
from typing import Protocol

YEARS = 10


class Line(Protocol):
    """A line of costs in minor units; an empty payer is nobody yet."""

    @property
    def amount(self) -> int: ...
    @property
    def payer(self) -> str: ...


def total(once: Iterable[Line], yearly: Iterable[Line], years: int = YEARS) -> int:
    """What it costs altogether: once, and each year for so many years."""
    return sum(one.amount for one in once) + years * sum(one.amount for one in yearly)


def unpaid(yearly: Iterable[Line]) -> int:
    """What nobody has said to pay each year."""
    return sum(one.amount for one in yearly if not one.payer)
