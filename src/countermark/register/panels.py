"""Panels of other rooms on the page of a weapon's record: the register does not know them, they say what they show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.register.queries.records import Record


@dataclass(frozen=True)
class Panel:
    """A template and what it shows (as `panel`); `style` is a style sheet among the static files."""

    template: str
    data: Any
    style: str = ""


MakePanel = Callable[[User, Record], Panel | None]

PANELS: list[tuple[str, MakePanel]] = []


def panel(permission: str, make: MakePanel) -> None:
    """Adds a panel for those who hold the permission; called once, when the program starts."""
    if (permission, make) not in PANELS:
        PANELS.append((permission, make))


def panels_for(user: User, record: Record) -> list[Panel]:
    """The panels a person sees on a record, in the order the rooms came."""
    made = (make(user, record) for permission, make in PANELS if accounts.may(user, permission))
    return [one for one in made if one is not None]
