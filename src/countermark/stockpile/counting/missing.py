"""Weapons a count did not find, and that somebody decided to report: the incident of each store is opened when the count is closed."""

from collections.abc import Sequence

from countermark.ledger.services import Actor
from countermark.register import projection
from countermark.register.services import side_texts
from countermark.stockpile import custody
from countermark.stockpile.codes import house
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.counting.states import Decision
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.rules.custody import problem


def report(found: Counting, decided: Sequence[Decision], *, by: Actor) -> list[str]:
    """Reports weapons lost, at most `custody.MOST` in an incident; returns the ids of the incidents. Whoever calls holds the log.

    What was reported missing, moved off or destroyed since the count was opened is no new loss and is left out. Closed twice, it is reported once.
    """
    reasons = side_texts([one.reason for one in decided])
    weapons = _reportable([one.item for one in decided])
    code = house.shown(found.key)
    said = "; ".join(dict.fromkeys(reasons[one.reason] for one in decided if one.reason in reasons))
    return [
        incidents.report(
            incidents.Report(
                "loss", found.place, weapons[at : at + custody.MOST], "not_found", f"{code}: {said}", count=code
            ),
            by=by,
            request=f"count {found.key} {at}",
        )
        for at in range(0, len(weapons), custody.MOST)
    ]


def _reportable(weapons: Sequence[str]) -> list[str]:
    states = projection.states_of(weapons)
    return [
        weapon
        for weapon in weapons
        if (state := states.get(weapon))
        and not state.replaced_by
        and problem("lose", state.custody, state.status) is None
    ]
