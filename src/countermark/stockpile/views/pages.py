"""The pages of this room (`register/views/pages.py`), which of its subjects somebody may see, and weapons as a scanner writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from countermark.accounts.models import User
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.queries import scope
from countermark.register.queries.scope import EVERYTHING
from countermark.register.views import pages
from countermark.register.views.common import me
from countermark.register.views.pages import Action, Cell, Table, asked, form_page, once, shown
from countermark.stockpile import acts, queries
from countermark.stockpile.scanning import queries as scanning
from countermark.stockpile.states import Subject

__all__ = [
    "Action",
    "Cell",
    "Page",
    "Side",
    "Table",
    "asked",
    "form_page",
    "known",
    "once",
    "shown",
    "weapon_cells",
    "weapons_of_lines",
]
LINES_AT_MOST = 500


@dataclass(frozen=True)
class Page(pages.Page):
    """A page of the stockpile."""

    room: ClassVar[str] = "stockpile"


Side = Literal["either", "place", "person"]


def known(request: HttpRequest, kind: str, key: str, permission: str = "stock.view", side: Side = "either") -> Subject:
    """A subject of a place somebody may see; the same 404 for *not yours* and *absent*.

    Of a shipment `place` is its sender and `person` its receiver: `side` says at which of them the permission is asked for.
    """
    found = acts.subject(kind, key)
    places = queries.visible(me(request), permission)
    at = set() if found is None else {found.place, found.person} if side == "either" else {getattr(found, side)}
    if found is None or (places is not None and not (at & places)):
        raise Http404(_("There is no such record among those you may see."))
    return found


def weapons_of_lines(user: User, text: str, listed: Sequence[str] = ()) -> list[str]:
    """The weapons of lines, each a serial, code, tag or id, as a scanner or a person writes them. Raises `Refused` naming each line that is none.

    With `listed` (a manifest) whoever has the weapons in hand need not see their records otherwise, and of several weapons with one
    serial the listed one is meant.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > LINES_AT_MOST:
        raise acts.refuse("weapons", str(len(lines)), "at most 500 lines", "range")
    within = EVERYTHING if listed else scope.of(user)
    found, errors = [], []
    for number, line in enumerate(lines, 1):
        weapons = scanning.surviving(scanning.look(line, within).weapons)
        weapons = [one for one in weapons if one in listed] or weapons
        if len(weapons) == 1:
            found.append(weapons[0])
        else:
            expected = acts.several(line) if weapons else acts.no_weapon(line)
            errors.append(RowError(number, "weapons", line, expected, "unknown"))
    if errors:
        raise Refused(errors)
    return list(dict.fromkeys(found))


def weapon_cells(weapon_ids: Sequence[str]) -> list[tuple[Cell, ...]]:
    """Serial and description of weapons, in order."""
    return [
        (
            Cell(one.weapon.serial or one.weapon.ref, f"/weapons/{one.weapon.pk}/", exact=True),
            Cell(f"{one.weapon.maker} {one.weapon.model}".strip()),
        )
        for one in queries.shown([queries.as_uuid(weapon) for weapon in weapon_ids])
    ]
