"""How a weapon's state becomes rows, for every room that keeps a view of weapons.

A room gives a `WeaponView` (one table, a pure function from state to rows) or a `CounterView` (counts over all weapons).
The register's projection writes, deletes, rebuilds and compares them all the same way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from countermark.register.rules import WeaponState

Row = tuple[Any, ...]


@dataclass(frozen=True)
class WeaponView:
    """A view table whose rows each belong to one weapon.

    `rows` gives the rows of one weapon in the order of `columns`; `owner` is the column by which they are found
    again, `owner_of` its value for a weapon id, `owner_kind` its type for `database.select_in`.
    """

    table: str
    columns: tuple[str, ...]
    rows: Callable[[WeaponState], Iterable[Row]]
    owner: str = "weapon_id"
    owner_kind: str = "uuid"
    owner_of: Callable[[str], Any] = str


@dataclass(frozen=True)
class CounterView:
    """A view table of counts: `keys` gives the keys (tuples in the order of `columns`) one weapon adds one to."""

    table: str
    columns: tuple[str, ...]
    keys: Callable[[WeaponState], Iterable[Row]]


WEAPON_VIEWS: list[WeaponView] = []
COUNTER_VIEWS: list[CounterView] = []


def register(view: WeaponView | CounterView) -> None:
    """Adds a view once, when the program starts."""
    if isinstance(view, WeaponView):
        if all(known.table != view.table for known in WEAPON_VIEWS):
            WEAPON_VIEWS.append(view)
    elif all(known.table != view.table for known in COUNTER_VIEWS):
        COUNTER_VIEWS.append(view)
