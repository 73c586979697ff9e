"""Settling hand-overs that contradict each other: an officer has looked where the weapon is, and says so; the record names them all."""

from collections.abc import Sequence

from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, Draft
from countermark.register import projection
from countermark.register.rules import CONTRADICTED, WeaponState
from countermark.stockpile import acts, custody, receipts, roster
from countermark.stockpile.custody import Order
from countermark.stockpile.rules.custody import OUT


def settle(weapon: str, store: str, reason: Reason | str, *, holder: str = "", kind: str = "store", by: Actor) -> None:
    """Says where a weapon is whose hand-overs contradict each other: in a store, or (`holder`, `kind`) with somebody on the roster.

    `reason` is of the list `settled`: how that was found. Raises `Refused` for a weapon without such a discrepancy, and without a reason.
    """
    why = acts.reason_of("settled", reason)
    pk = acts.place_id(acts.required("store", store, "a place of this State"))
    with acts.alone():
        state = projection.state_of(weapon)
        if state is None or state.finding != CONTRADICTED:
            raise acts.refuse("weapon", weapon, "a weapon whose hand-overs contradict each other", "unknown")
        acts.append(_events(state, pk, why, holder, kind), by=by)


def _events(state: WeaponState, store: str, why: Reason, holder: str, kind: str) -> Sequence[Draft]:
    to, account = receipts.account_of(store), receipts.account_id(store)
    if holder:
        if roster.find(holder) is None:
            raise acts.refuse("holder", holder, "somebody on the roster", "unknown")
        if kind not in OUT:
            raise acts.refuse("kind", kind, acts.one_of(OUT), "unknown")
        to = holder
    order = Order(
        "settle", to=to, account=account, store=store, kind=kind if holder else "store", note=why.words, why=why.code
    )
    events, _ = custody.drafts(order, [state.id])
    return events
