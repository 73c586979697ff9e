"""View: what one person changed of a weapon of the stores, folded with the weapon itself. No framework: loads prepare rows in a process of their own."""

import hashlib
from collections.abc import Iterator
from uuid import UUID

from countermark.ledger.entry import key_of
from countermark.register import weaponviews
from countermark.register.rules import WeaponState
from countermark.register.weaponviews import Row, WeaponView

COLUMNS = ("weapon_id", "key", "what", "by", "recorded", "place")


def rows(state: WeaponState) -> Iterator[Row]:
    """One row for each such change of a weapon. Its key is of the change and the weapon: of one event about two weapons somebody answers for each."""
    for one in state.alone:
        key = hashlib.sha256(key_of(one.event_id) + UUID(state.id).bytes).hexdigest()
        yield (state.id, key, one.what, one.by, one.recorded, one.place)


weaponviews.register(WeaponView("stockpile_alone", COLUMNS, rows))
