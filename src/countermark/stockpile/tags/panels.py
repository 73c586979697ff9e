"""What the record of a weapon shows of its tags. Not where they were read last: nobody follows a weapon by its tag."""

from typing import Any

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.register.panels import Panel, panel
from countermark.register.queries.records import Record
from countermark.stockpile import acts
from countermark.stockpile.readers import alarms


def tags(user: User, record: Record) -> Panel | None:
    """The tags on a weapon and the alarms that stand; putting on and taking off for those who handle weapons. None for a weapon with
    neither, where the reader may not put one on.
    """
    may_handle = accounts.may_at(user, "stock.handle", record.state.place or None)
    bound = [(one.id, tag) for one in (record.state, *record.joined) for tag in one.tags]
    standing = acts.subjects("alarm", state=alarms.OPEN, parent=f"weapon:{record.state.id}")
    if not (may_handle or bound or standing):
        return None
    data: dict[str, Any] = {
        "weapon": record.state.id,
        "tags": bound,
        "alarms": standing,
        "may_handle": may_handle,
    }
    return Panel("stockpile/tags_panel.html", data)


panel("stock.view", tags)
