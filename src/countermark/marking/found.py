"""Since when a weapon found, seized or surrendered waits: the view behind the list of finds.

What happens to it meanwhile, a move to the store or a count, does not begin its time anew.
"""

from collections.abc import Iterable

from countermark.register import weaponviews
from countermark.register.rules import TAKEN_IN, WeaponState
from countermark.register.weaponviews import Row, WeaponView


def rows(state: WeaponState) -> Iterable[Row]:
    """The row of a weapon that was taken in, none for any other. Pure."""
    return [(state.id, state.status_since)] if state.status in TAKEN_IN else []


weaponviews.register(WeaponView("marking_findrow", ("weapon_id", "since"), rows, key_width=1))
