"""What the record of a weapon shows of how it is held, and of what was asked to change it. Who has it stands with the holder, which the register shows for a reason only."""

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger.entry import now
from countermark.register.panels import Panel, panel
from countermark.register.queries.records import Record
from countermark.stockpile import asked
from countermark.stockpile.codes import house
from countermark.stockpile.rules.custody import OUT


def held(user: User, record: Record) -> Panel | None:
    """How a weapon the stockpile has handled is held, since when, and by when it is to be back. None for any other weapon."""
    custody = record.state.custody
    waits = asked.waiting(record.state.id, record.state.place)
    if custody is None and not waits:
        return None
    waiting = {"waits": waits, "own": asked.own_waiting(record.state.id, user.person) if waits else ""}
    if custody is None:
        return Panel("stockpile/waits_panel.html", waiting)
    overdue = custody.kind in OUT and bool(custody.due) and custody.due < now()
    data = {
        "custody": custody,
        "receipt": house.shown(custody.receipt) if custody.receipt else "",
        "overdue": overdue,
        "contradicted": len(custody.heads) > 1,
        **waiting,
        "may_open": accounts.may(user, "stock.view"),
    }
    return Panel("stockpile/held_panel.html", data)


panel("weapon.view", held)
