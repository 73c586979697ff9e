"""What the record of a weapon shows of how it is held. Who has it stands with the holder, which the register shows for a reason only."""

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger.entry import now
from countermark.register.panels import Panel, panel
from countermark.register.queries.records import Record
from countermark.stockpile.codes import house
from countermark.stockpile.rules.custody import OUT


def held(user: User, record: Record) -> Panel | None:
    """How a weapon the stockpile has handled is held, since when, and by when it is to be back. None for any other weapon."""
    custody = record.state.custody
    if custody is None:
        return None
    overdue = custody.kind in OUT and bool(custody.due) and custody.due < now()
    data = {
        "custody": custody,
        "receipt": house.shown(custody.receipt) if custody.receipt else "",
        "overdue": overdue,
        "contradicted": len(custody.heads) > 1,
        "may_open": accounts.may(user, "stock.view"),
    }
    return Panel("stockpile/held_panel.html", data)


panel("weapon.view", held)
