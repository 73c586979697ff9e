"""Lists, forms and records of this room: three templates that all its capabilities share, so that knowing one page is knowing all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from countermark.accounts.models import User
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.queries.scope import EVERYTHING
from countermark.register.views.common import REFUSED, me, sentence
from countermark.stockpile import acts, queries
from countermark.stockpile.scanning import queries as scanning
from countermark.stockpile.states import Subject

LINES_AT_MOST = 500


@dataclass(frozen=True)
class Cell:
    """One cell of a list. `tone` is `alarm` or `good`; what it means always stands in the text. `exact` is never turned round."""

    text: str
    url: str = ""
    tone: str = ""
    exact: bool = False
    amount: bool = False


@dataclass(frozen=True)
class Action:
    """What may be done with what is shown: a link to a form."""

    label: str
    url: str
    main: bool = False


@dataclass(frozen=True)
class Table:
    """A list: its heading, its columns, and rows whose first cell names them."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str = ""
    id: str = "table"

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Each header, and whether its column holds amounts: headers stand where their numbers stand."""
        first = self.rows[0] if self.rows else ()
        return [(header, number < len(first) and first[number].amount) for number, header in enumerate(self.headers)]


@dataclass(frozen=True)
class Page:
    """A page of this room. `here` is its tab; `above` the page it belongs to, as (address, name)."""

    title: str
    here: str
    facts: Sequence[tuple[str, Cell]] = ()
    tables: Sequence[Table] = ()
    actions: Sequence[Action] = ()
    above: tuple[str, str] = ("", "")
    note: str = ""
    steps: Sequence[tuple[str, bool]] = field(default=())


def shown(request: HttpRequest, page: Page) -> HttpResponse:
    """The page."""
    return render(request, "stockpile/page.html", {"page": page})


def asked(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], str],
    page: Page,
    button: str,
) -> HttpResponse:
    """A form and what it does: `do` returns where to go on to; what it refuses is shown beside the fields, and nothing is lost."""
    if request.method != "POST":
        return form_page(request, form, page, button)
    if form.is_valid():
        try:
            return redirect(do(form.cleaned_data))
        except Refused as refused:
            for error in refused.errors:
                form.add_error(error.column if error.column in form.fields else None, _told(error))
    return form_page(request, form, page, button, REFUSED)


def form_page(request: HttpRequest, form: forms.Form, page: Page, button: str, status: int = 200) -> HttpResponse:
    """A form alone on its page."""
    key = request.POST.get("once", "")[:ONCE] or acts.new_id()
    context = {"page": page, "form": form, "button": button, "once": key}
    return render(request, "stockpile/form.html", context, status=status)


ONCE = 64
"""Characters of the key of a form."""


def once(request: HttpRequest) -> str:
    """The key of the form that was sent, of this sender alone: what it asks for is done once, however often it is sent. Empty without one."""
    key = request.POST.get("once", "")[:ONCE]
    return f"{me(request).pk}:{key}" if key else ""


def _told(error: RowError) -> str:
    weapon = Weapon.objects.filter(pk=error.value).first() if error.column == "weapon" and error.value else None
    return f"{weapon.serial or weapon.ref}: {sentence(error)}" if weapon else sentence(error)


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
        # A label of a record that was joined to another is a label of the weapon all the same.
        weapons = list(dict.fromkeys(str(one.replaced_by or one.pk) for one in scanning.look(line, within).weapons))
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
