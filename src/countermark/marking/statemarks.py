"""View: weapons that bear a mark of the State's own stock. A fact the rows of the register do not hold."""

from collections.abc import Iterator

from countermark.register import weaponviews
from countermark.register.rules import UNREADABLE, WeaponState
from countermark.register.weaponviews import Row, WeaponView

STATE_MARKS = frozenset({"state_stock", "transfer"})


def rows(state: WeaponState) -> Iterator[Row]:
    """One row for a weapon with a readable mark of State stock; none for any other."""
    for mark in state.marks:
        if mark.mark_kind in STATE_MARKS and mark.text and mark.condition not in UNREADABLE and not mark.until:
            yield (state.id, mark.number)
            return


weaponviews.register(WeaponView("marking_statemark", ("weapon_id", "number"), rows))
