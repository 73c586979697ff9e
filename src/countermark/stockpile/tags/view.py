"""View: which tags are bound to which weapons, folded with the weapon itself (`register.tagged`)."""

from collections.abc import Iterator

from countermark.register import weaponviews
from countermark.register.rules import WeaponState
from countermark.register.weaponviews import Row, WeaponView

COLUMNS = ("weapon_id", "tag", "tid", "since")


def rows(state: WeaponState) -> Iterator[Row]:
    """One row for each tag on a weapon."""
    for tag in state.tags:
        yield (state.id, tag.tag, tag.tid, tag.since)


weaponviews.register(WeaponView("stockpile_tag", COLUMNS, rows))
