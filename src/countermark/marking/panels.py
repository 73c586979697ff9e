"""What this room shows on the page of a weapon's record: where its marks stand, and the work orders it was in."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.marking import drawing, origins, queries
from countermark.marking.drawing import Shown
from countermark.marking.states import Batch, Item
from countermark.register.panels import ListAction, Panel, list_action, panel
from countermark.register.queries.records import Record

STYLE = "marking/marking.css"


def marks(user: User, record: Record) -> Panel:
    """The outline of the weapon with a number at each mark; plan, origin and work orders for those who may see them."""
    state = record.state
    shown = [Shown(one.component, one.text, one.mark_kind, one.carrier) for one in state.marks if not one.until]
    may_view = accounts.may(user, "marking.view")
    data: dict[str, Any] = {
        "weapon": state,
        "diagram": drawing.drawn(state.kind, shown, name="marks", translate=_),
        "may_view": may_view,
        "orders": _orders(user, state.id) if may_view else [],
        "production": origins.production_of(state.id) if may_view else "unknown",
    }
    return Panel("marking/panel.html", data, STYLE)


def _orders(user: User, weapon_id: str) -> list[tuple[Item, Batch]]:
    found = ((item, queries.visible_batch(user, item.batch)) for item in queries.batches_of(weapon_id))
    return [(item, batch) for item, batch in found if batch is not None]


panel("weapon.view", marks)
list_action("marking.manage", ListAction(gettext_lazy("Work order"), "marking:order_add"))
