"""Settling hand-overs that contradict each other: an officer has looked where the weapon is, and says so; the record names them all."""

from collections.abc import Sequence

from countermark.ledger.services import Actor, Draft
from countermark.register import projection
from countermark.register.rules import CONTRADICTED, WeaponState
from countermark.stockpile import acts, custody, receipts, roster
from countermark.stockpile.custody import Order
from countermark.stockpile.rules.custody import OUT


def settle(weapon: str, store: str, reason: str, *, holder: str = "", kind: str = "store", by: Actor) -> None:
    """Says where a weapon is whose hand-overs contradict each other: in a store, or (`holder`, `kind`) with somebody on the roster.

    Raises `Refused` for a weapon without such a discrepancy, and without a reason.
    """
    text = acts.required("reason", reason, "how it was found where the weapon is")
    pk = acts.place_id(acts.required("store", store, "a place of this State"))
    with acts.alone():
        state = projection.state_of(weapon)
        if state is None or state.finding != CONTRADICTED:
            raise acts.refuse("weapon", weapon, "a weapon whose hand-overs contradict each other", "unknown")
        acts.append(_events(state, pk, text, holder, kind), by=by)


def _events(state: WeaponState, store: str, note: str, holder: str, kind: str) -> Sequence[Draft]:
    to, account = receipts.account_of(store), receipts.account_id(store)
    if holder:
        if roster.find(holder) is None:
            raise acts.refuse("holder", holder, "somebody on the roster", "unknown")
        if kind not in OUT:
            raise acts.refuse("kind", kind, acts.one_of(OUT), "unknown")
        to = holder
    order = Order("settle", to=to, account=account, store=store, kind=kind if holder else "store", note=note)
    events, _ = custody.drafts(order, [state.id])
    return events
