"""View: where each weapon of the stockpile is and with whom, folded with the weapon itself (`register.handover`)."""

from collections.abc import Iterator

from countermark.register import weaponviews
from countermark.register.rules import WeaponState
from countermark.register.weaponviews import Row, WeaponView

COLUMNS = (
    "weapon_id", "custody", "store", "account", "holder", "due", "receipt", "shipment", "since", "status", "heads",
)  # fmt: skip


def rows(state: WeaponState) -> Iterator[Row]:
    """One row for a weapon that was ever handed over in the stockpile; none for any other, or one that was found to be another."""
    held = state.custody
    if held is None or state.replaced_by:
        return
    yield (
        state.id, held.kind, state.place, held.account, state.holder, held.due, held.receipt, held.shipment, held.since,
        state.status, len(held.heads),
    )  # fmt: skip


weaponviews.register(WeaponView("stockpile_holding", COLUMNS, rows, key_width=1))
