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

    `rows` gives the rows of one weapon in the order of `columns`, which begin with the `key_width` columns of the primary
    key. `lookup_kind` is the type of the first column (`uuid` or `int`), by which rows are found again.
    """

    table: str
    columns: tuple[str, ...]
    rows: Callable[[WeaponState], Iterable[Row]]
    key_width: int = 2
    lookup_kind: str = "uuid"

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key."""
        return self.columns[: self.key_width]


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
