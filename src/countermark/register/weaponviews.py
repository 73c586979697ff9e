"""How a weapon's state becomes rows, for every room that keeps a view of weapons.

A room gives a `WeaponView` (one table, a pure function from state to rows) or a `CounterView` (counts over all weapons).
The register's projection writes, deletes, rebuilds and compares them all the same way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from countermark.register.rules import WeaponState

Row = tuple[Any, ...]


@dataclass(frozen=True)
class WeaponView:
    """A view table whose rows each belong to one weapon.

    `rows` gives the rows of one weapon (whose ids come as the database stores them) in the order of `columns`, which begin
    with the `key_width` columns of the primary key. `lookup_kind` is the type of the first column (`uuid` or `int`), by which rows are found again.
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


RECORDED = "first_recorded"
"""The column of when a weapon was first recorded: the only one that is not known before."""


class Prepared(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The rows of one weapon in every `WeaponView`, as the database at hand stores them, and its keys in every `CounterView`."""

    weapon_id: str
    rows: list[list[tuple[Any, ...]]]
    keys: list[list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Views:
    """All views, and whether the database stores a UUID as 32 hexadecimal digits. May be sent to another process."""

    weapon: tuple[WeaponView, ...]
    counter: tuple[CounterView, ...]
    hexadecimal: bool

    def prepare(self, state: WeaponState) -> Prepared:
        """Everything a weapon's state puts into views."""
        stored = self._stored(state)
        rows = [list(view.rows(stored)) for view in self.weapon]
        return Prepared(state.id, rows, [list(view.keys(stored)) for view in self.counter])

    def rows(self, view: WeaponView, state: WeaponState) -> list[Row]:
        """The rows of one weapon in one view, as stored."""
        return list(view.rows(self._stored(state)))

    def stored_id(self, weapon_id: str) -> str:
        """A weapon id as the database at hand stores it."""
        return weapon_id.replace("-", "") if self.hexadecimal else weapon_id

    def _stored(self, state: WeaponState) -> WeaponState:
        if not self.hexadecimal:
            return state
        return msgspec.structs.replace(
            state, id=self.stored_id(state.id), replaced_by=self.stored_id(state.replaced_by)
        )


WEAPON_VIEWS: list[WeaponView] = []
COUNTER_VIEWS: list[CounterView] = []


def register(view: WeaponView | CounterView) -> None:
    """Adds a view once, when the program starts."""
    if isinstance(view, WeaponView):
        if all(known.table != view.table for known in WEAPON_VIEWS):
            WEAPON_VIEWS.append(view)
    elif all(known.table != view.table for known in COUNTER_VIEWS):
        COUNTER_VIEWS.append(view)
