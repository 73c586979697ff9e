"""Accounts of units and persons, taking one away as a file, and the shift list of a counter."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as permissions
from countermark.accounts.access import requires
from countermark.ledger import identity
from countermark.register import listfiles
from countermark.register.forms.listing import Export
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted
from countermark.stockpile import queries, roster, unitaccounts
from countermark.stockpile.queries import Held
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.unitaccounts import WHERE, Account, Figures, PersonLine, Where
from countermark.stockpile.views import common, onpaper
from countermark.stockpile.views.pages import Action, Cell, Page, Table, form_page, shown

LABELS = ("store", "out", "transit", "missing")


def _headings() -> list[str]:
    return [_("Answers for"), _("In store"), _("Out"), _("On the way"), _("Missing"), _("Overdue")]


@requires("stock.view")
@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """Every unit one may see, with what it answers for."""
    rows = [
        (Cell(one.site.name, reverse("stockpile:account", args=[one.site.pk])), *_figures(figures))
        for one, figures in unitaccounts.overview(queries.visible(me(request)))
    ]
    table = Table(_("Accounts of the units"), [_("Unit"), *_headings()], rows, _("There are no places yet."))
    return shown(request, Page(_("Accounts"), "accounts", tables=[table], actions=_shift_link(request)))


def _figures(found: Figures) -> list[Cell]:
    numbers = [found.total, found.store, found.out, found.transit, found.missing, found.overdue]
    return [Cell(f"{n:,}", amount=True, tone="alarm" if at > 3 and n else "") for at, n in enumerate(numbers)]


def _shift_link(request: HttpRequest) -> list[Action]:
    allowed = permissions.may(me(request), "stock.handle")
    return [Action(_("Due today"), reverse("stockpile:shift"))] if allowed else []


@requires("stock.view")
@require_GET
def account(request: HttpRequest, place: str) -> HttpResponse:
    """One unit: figures, who has what, and its weapons, one page of one kind at a time."""
    of, where = _account(request, place), _where(request)
    found, following = unitaccounts.page(of, where, number := _number(request))
    figures = unitaccounts.figures(of)
    here = reverse("stockpile:account", args=[place])
    said: list[tuple[str, int, str]] = [
        (label, n, one) for label, n, one in zip(_headings()[1:5], (figures.store, figures.out, figures.transit, figures.missing), LABELS, strict=True)
    ]  # fmt: skip
    facts = [(_("Answers for"), Cell(f"{figures.total:,}", here))]
    facts += [(label, Cell(f"{n:,}", f"{here}?where={one}")) for label, n, one in said]
    facts.append((_("Overdue"), Cell(f"{figures.overdue:,}", tone="alarm" if figures.overdue else "")))
    title = next((label for label, _n, one in said if one == where), _("All weapons of the account"))
    tables = [_people(unitaccounts.by_person(of)), _weapons(title, found)]
    page = Page(
        of.site.name,
        "accounts",
        facts=facts,
        tables=tables,
        actions=_account_actions(request, of, where, number, following=following),
        above=(reverse("stockpile:accounts"), _("Accounts")),
    )
    return shown(request, page)


def _account_actions(
    request: HttpRequest, of: Account, where: Where | None, number: int, *, following: bool
) -> list[Action]:
    here, kept = reverse("stockpile:account", args=[of.site.pk]), {"where": where} if where else {}
    actions = []
    if permissions.may_at(me(request), "export", of.site.pk):
        address = reverse("stockpile:account_export", args=[of.site.pk])
        actions.append(Action(_("Take as a file"), f"{address}?{urlencode(kept)}"))
    if number > 1:
        actions.append(Action(_("Previous page"), f"{here}?{urlencode(kept | {'page': number - 1})}"))
    if following:
        actions.append(Action(_("Next page"), f"{here}?{urlencode(kept | {'page': number + 1})}"))
    return actions


def _people(found: Sequence[PersonLine]) -> Table:
    rows = [
        (
            Cell(one.name or _("erased"), _person_url(one.party)),
            Cell(f"{one.weapons:,}", amount=True),
            Cell(f"{one.overdue:,}", tone="alarm" if one.overdue else "", amount=True),
            Cell(when(one.due)),
        )
        for one in found
    ]
    headers = [_("With"), _("Weapons"), _("Overdue"), _("First back by")]
    return Table(_("Out, by person"), headers, rows, _("Nothing is out."), id="people")


def _person_url(party: str) -> str:
    return reverse("stockpile:person", args=[identity.ref_of(party)]) if roster.find(party) else ""


def _weapons(title: str, found: Iterable[Held]) -> Table:
    headers = [_("Serial"), _("Weapon"), _("Now"), _("With"), _("Back by"), _("Place")]
    return Table(title, headers, [_weapon(one) for one in found], _("Nothing."), id="weapons")


def _weapon(one: Held) -> list[Cell]:
    held = one.holding
    custody = held.custody if held else "store"
    return [
        Cell(one.weapon.serial or one.weapon.ref, f"/weapons/{one.weapon.pk}/", exact=True),
        Cell(f"{one.weapon.maker} {one.weapon.model}".strip()),
        Cell(stock_word(custody, "custody"), tone="alarm" if custody == "missing" else ""),
        Cell(one.holder if custody not in ("store", "missing") else ""),
        Cell(when(held.due) if held and held.due else "", tone="alarm" if one.overdue else ""),
        Cell(one.store),
    ]


@requires("export")
@GET_OR_POST
def account_export(request: HttpRequest, place: str) -> HttpResponseBase:
    """The account of a unit as a file, as it is seen; an act says who took how many rows and what for."""
    of, where = _account(request, place, export=True), _where(request)
    above = (reverse("stockpile:account", args=[place]), of.site.name)
    too_many = unitaccounts.weapons(of, where)[: listfiles.ROWS_AT_MOST + 1].count() > listfiles.ROWS_AT_MOST
    if too_many:
        raise Http404(_("This account has more rows than one file may have: choose where the weapons are."))
    query = {"account": of.site.pk, "where": where or ""}
    return _taken(request, unitaccounts.every_line(of, where), query, above, "account")


@requires("export")
@GET_OR_POST
def person_export(request: HttpRequest, ref: str) -> HttpResponseBase:
    """What a person has, as a file; an act says who took it and what for."""
    one = roster.find(f"{identity.PREFIX}party:{ref}") if len(ref) == 64 else None
    places = _both(request)
    if one is None or (places is not None and one.place not in places):
        raise Http404(_("There is nobody of that name among those you may see."))
    above = (reverse("stockpile:person", args=[ref]), one.name)
    rows = unitaccounts.lines(unitaccounts.of_person(one.party, places))
    return _taken(request, rows, {"holder": ref}, above, "person")


def _taken(
    request: HttpRequest, rows: Iterable[Sequence[str]], query: dict[str, str], above: tuple[str, str], name: str
) -> HttpResponseBase:
    """The form that asks for format and purpose, or the file."""
    form = Export(posted(request))
    page = Page(_("Take as a file"), "accounts", above=above)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, page, _("Take it"), REFUSED if request.method == "POST" else 200)
    said: dict[str, Any] = form.cleaned_data
    file, _rows = listfiles.write(
        said["format"], unitaccounts.COLUMNS, rows, purpose=said["purpose"], query=query, by=actor(request)
    )
    return FileResponse(file, as_attachment=True, filename=f"{name}.{said['format']}")


@requires("stock.handle")
@require_GET
def shift(request: HttpRequest) -> HttpResponse:
    """Who is to bring back what to this counter by the end of today, what is overdue first."""
    store = common.store_or_404(request, "stock.handle", request.GET.get("store", ""))
    found = onpaper.due_at(request, store)
    rows = [
        (
            Cell(line.name or _("erased"), _person_url(line.party)),
            Cell(f"{line.weapons:,}", amount=True),
            Cell(f"{line.overdue:,}", tone="alarm" if line.overdue else "", amount=True),
            Cell(when(line.due), tone="alarm" if line.overdue else ""),
            Cell(", ".join(one.weapon.serial or one.weapon.ref for one in held), exact=True),
        )
        for line, held in found
    ]
    headers = [_("With"), _("Weapons"), _("Overdue"), _("First back by"), _("Serials")]
    table = Table(_("Due today, by person"), headers, rows, _("Nobody is to bring anything back today."))
    printed = f"{reverse('stockpile:shift_print')}?{urlencode({'store': store.pk})}"
    actions = [
        Action(_("Take back"), reverse("stockpile:counter", args=["return"]), main=True),
        Action(_("Print the list"), printed),
    ]
    facts = [(_("Counter at"), Cell(store.name))]
    return shown(request, Page(_("Due today"), "shift", facts=facts, tables=[table], actions=actions))


def _both(request: HttpRequest) -> frozenset[str] | None:
    """The places whose stock somebody may both see and take away as a file."""
    seen, taken = queries.visible(me(request)), queries.visible(me(request), "export")
    if seen is None or taken is None:
        return taken if seen is None else seen
    return seen & taken


def _account(request: HttpRequest, place: str, *, export: bool = False) -> Account:
    found = unitaccounts.account(place, _both(request) if export else queries.visible(me(request)))
    if found is None:
        raise Http404(_("There is no such place among those you may see."))
    return found


def _where(request: HttpRequest) -> Where | None:
    return next((one for one in WHERE if one == request.GET.get("where")), None)


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isdecimal() and 0 < len(text) < 7 and int(text) else 1
