"""The list of weapons: filter, sort, choose columns, keep a search, print, take away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.ledger import identity
from countermark.register import listfiles, panels, searches
from countermark.register.checking import Refused
from countermark.register.forms import listing as forms
from countermark.register.models import SavedSearch, Spelling, Weapon
from countermark.register.queries import listing, personal, scope
from countermark.register.queries.listing import FILTERS, ORDERS, USUAL_COLUMNS, Asked, Page
from countermark.register.queries.scope import Scope
from countermark.register.services import side_texts
from countermark.register.views import holders
from countermark.register.views.common import Name, actor, changed_query, me, named, say_refused

SUGGESTED = 300
"""Spellings offered while a filter is typed."""
PLACES_AT_MOST = 300
"""Places offered as a list to choose from; where there are more, one types the name."""


@dataclass(frozen=True)
class Heading:
    """A column's head: its text, the link that sorts by it, and how it is sorted now."""

    column: str
    url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Line:
    """A weapon in the list, its cells in the order of the columns."""

    weapon: Weapon
    cells: list[tuple[str, Any]]


@requires("weapon.view")
@require_GET
def weapons(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time; with `print` up to 500 rows without the tools."""
    seen = scope.of(me(request))
    form = filters_of(request)
    asked = asked_of(request, form)
    if refusal := holders.refusal(request, asked):
        return refusal
    printing = "print" in request.GET
    page = listing.page(asked, seen, listing.PRINTED if printing else listing.PAGE)
    columns = forms.columns_from(request.GET.getlist("col")) or list(USUAL_COLUMNS)
    context = {
        "form": form,
        "page": page,
        "lines": list(lines(page.rows, columns, opened=asked.holder)),
        "headings": [_heading(request, column, page) for column in columns],
        "columns": [(column, column in columns) for column in listing.COLUMNS],
        "filtered": _filtered(request),
        "more_open": any(asked.filters.get(field.name) for field in form.more),
        "following": changed_query(request.GET, after=page.following, before=None) if page.following else "",
        "preceding": changed_query(request.GET, before=page.preceding, after=None) if page.preceding else "",
        "list_actions": panels.actions_for(me(request)),
        "printing": printing,
        "print_url": changed_query(request.GET, print=1, after=None, before=None),
        **_tools(request, seen),
    }
    return render(request, "register/weapons.html", context)


def asked_of(request: HttpRequest, form: forms.Filters) -> Asked:
    """What the query string asks; filters that are not understood are left out, and said so by the form."""
    form.is_valid()
    filters = {name: str(form.cleaned_data.get(name, "")) for name in FILTERS}
    sort = request.GET.get("sort", "ref")
    before = request.GET.get("before", "")
    return Asked(
        filters=filters,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        cursor=before or request.GET.get("after", ""),
        backwards=bool(before),
    )


def filters_of(request: HttpRequest) -> forms.Filters:
    """The filters as the query string has them; the places offered are those the person may see."""
    chosen = request.GET.get("place", "")
    return forms.Filters(request.GET, places=_place_choices(me(request), chosen))


def _place_choices(user: User, chosen: str) -> list[tuple[str, str]]:
    visible = accounts.visible_place_ids(user)
    places = (
        Place.objects.order_by("name") if visible is None else Place.objects.filter(id__in=visible).order_by("name")
    )
    offered = [(identity.ref_of(place.id), place.name) for place in places[: PLACES_AT_MOST + 1]]
    if len(offered) > PLACES_AT_MOST:
        offered = []
    if chosen and chosen not in dict(offered):
        offered.append((chosen, _text_behind("place", chosen) or _("a place not named here")))
    return offered


def _text_behind(kind: str, digest: str) -> str:
    urn = listing.urn(kind, digest)
    return side_texts([urn]).get(urn, "")


def _tools(request: HttpRequest, seen: Scope) -> dict[str, Any]:
    """Saved searches, and what the fields suggest: only of what the person may see."""
    user = me(request)
    return {
        "searches": searches.of(user.username),
        "save": forms.SaveSearch(auto_id="save_%s"),
        "export": forms.Export(auto_id="export_%s"),
        "may_export": accounts.may(user, "export"),
        "holder_form": forms.Holder(auto_id="holder_%s"),
        "holder_action": holders.action(request, holder=None, place=None),
        "places": scope.names(accounts.visible_place_ids(user) or ()),
        **suggestions(seen),
    }


def suggestions(seen: Scope) -> dict[str, list[str]]:
    """Makers and calibres as sources spell them, for fields that suggest them."""
    find = _spellings if seen.ids is None else lambda list_: _own_spellings(list_, seen)
    return {"makers": find("maker"), "calibres": find("calibre")}


def _spellings(list_: str) -> list[str]:
    rows = Spelling.objects.filter(list=list_).order_by("-n", "text").values_list("text", flat=True)
    return sorted(rows[:SUGGESTED])


def _own_spellings(list_: str, seen: Scope) -> list[str]:
    rows = seen.narrow(Weapon.objects.all()).order_by().values_list(list_, flat=True).distinct()
    return sorted(text for text in rows[:SUGGESTED] if text)


def _filtered(request: HttpRequest) -> list[tuple[str, str, str]]:
    """The filters in force: name, value, and the link that takes each away."""
    return [
        (name, _shown_filter(name, value), changed_query(request.GET, **{name: None}, after=None, before=None))
        for name in FILTERS
        if (value := request.GET.get(name, "").strip())
    ]


def _shown_filter(name: str, value: str) -> str:
    if name not in ("place", "holder"):
        return value
    return _text_behind("party" if name == "holder" else "place", value) or _("a name not held here")


def _heading(request: HttpRequest, column: str, page: Page) -> Heading:
    if column not in ORDERS or not (page.sortable or column in listing.INDEXED):
        return Heading(column)
    here = page.sort == column
    wanted = f"-{column}" if here and not page.descending else column
    order = ("descending" if page.descending else "ascending") if here else ""
    return Heading(column, changed_query(request.GET, sort=wanted, after=None, before=None), order)


def lines(weapons: Iterable[Weapon], columns: list[str], opened: str = "") -> Iterator[Line]:
    """Weapons as rows of cells; holders who are private persons stay unnamed in lists, but the one whose list it is."""
    some = list(weapons)
    names = side_texts([urn for weapon in some for urn in (weapon.holder, weapon.place) if urn])
    shown = personal.impersonal(names) | {urn: text for urn, text in names.items() if urn == opened}
    for weapon in some:
        yield Line(weapon, [(column, _cell(weapon, column, names, shown)) for column in columns])


def _cell(weapon: Weapon, column: str, names: dict[str, str], shown: dict[str, str]) -> str | Name:
    if column in ("holder", "place"):
        return named(getattr(weapon, column), names, shown)
    return str(getattr(weapon, "first_recorded" if column == "recorded" else column))


@requires("export")
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is filtered and its columns chosen, as a file; an act says who took how many rows and what for."""
    wanted = forms.Export(request.POST)
    back = f"{reverse('register:weapons')}{changed_query(request.GET)}"
    if not wanted.is_valid():
        messages.error(request, _("Say what the list is for, and choose a format."))
        return redirect(back)
    asked = asked_of(request, filters_of(request))
    if refusal := holders.refusal(request, asked):
        return refusal
    found = listing.selection(asked, scope.of(me(request), "export")).order_by("ref", "id")
    if found[: listfiles.ROWS_AT_MOST + 1].count() > listfiles.ROWS_AT_MOST:
        limit = listfiles.ROWS_AT_MOST
        messages.error(
            request,
            ngettext(
                "More than %(limit)d row: narrow the list, or export the whole register on the command line.",
                "More than %(limit)d rows: narrow the list, or export the whole register on the command line.",
                limit,
            )
            % {"limit": limit},
        )
        return redirect(back)
    columns = forms.columns_from(request.GET.getlist("col")) or list(USUAL_COLUMNS)
    rows = _plain_rows(found.iterator(chunk_size=2000), columns, asked.holder)
    data = wanted.cleaned_data
    file, _rows = listfiles.write(
        data["format"], columns, rows, purpose=data["purpose"], query=asked.filters, by=actor(request)
    )
    return FileResponse(file, as_attachment=True, filename=f"weapons.{data['format']}")


def _plain_rows(weapons: Iterable[Weapon], columns: list[str], opened: str) -> Iterator[list[str]]:
    from countermark.ledger.database import chunks

    for some in chunks(weapons, 1000):
        for line in lines(some, columns, opened):
            yield [cell.text if isinstance(cell, Name) else cell for _column, cell in line.cells]


@requires("weapon.view")
@require_POST
def save_search(request: HttpRequest) -> HttpResponse:
    """Keeps the filters, order and columns of the list under a name."""
    form = forms.SaveSearch(request.POST)
    query = searches.without_names(changed_query(request.GET, after=None, before=None, print=None).removeprefix("?"))
    back = f"{reverse('register:weapons')}?{query}"
    if not form.is_valid():
        messages.error(request, _("Give the search a name of at most 100 characters."))
        return redirect(back)
    data = form.cleaned_data
    try:
        searches.save(me(request).username, data["name"], query, shared=data["shared"], by=actor(request))
    except Refused as refused:
        say_refused(request, refused)
    else:
        messages.success(request, _("The search was saved."))
    return redirect(back)


@requires("weapon.view")
@require_POST
def remove_search(request: HttpRequest, search: int) -> HttpResponse:
    """Takes one of one's own searches away."""
    row = get_object_or_404(SavedSearch.objects.exclude(query=""), pk=search, owner=me(request).username)
    searches.remove(row, by=actor(request))
    messages.success(request, _("The search was removed."))
    return redirect("register:weapons")
