"""Readers of tags: which there are, when each saw something last, and their tokens; described, described anew, taken out of use."""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import ApiToken, Place, User
from countermark.accounts.services import AccountError
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted
from countermark.stockpile import forms as room_forms
from countermark.stockpile.readers import devices, forms, queries, tokens
from countermark.stockpile.readers.devices import Device
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views import common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, form_page, shown

VIEW, COMMAND = "stock.view", "stock.command"
SILENT = timedelta(days=1)
"""A reader that saw nothing for so long is said to be silent: in a store something is seen every minute."""


@requires(VIEW)
@require_GET
def reader_list(request: HttpRequest) -> HttpResponse:
    """The readers of this node at the places one may see."""
    user = me(request)
    retired = "retired" in request.GET
    rows = _rows(user, devices.devices(retired=retired))
    here = reverse("stockpile:readers")
    actions = [Action(_("In use"), here) if retired else Action(_("Out of use"), f"{here}?retired")]
    if accounts.may(user, COMMAND):
        actions.insert(0, Action(_("Describe a reader"), reverse("stockpile:reader_add"), main=True))
    headers = [_("Reader"), _("Kind"), _("What it watches"), _("Where"), _("Status"), _("Saw something last")]
    table = Table(
        _("Readers of this node that are out of use") if retired else _("Readers of this node"),
        headers,
        rows,
        _("None.") if retired else _("No reader stands at a place you may see."),
    )
    return shown(request, Page(_("Readers"), "tags", tables=[table], actions=actions, above=_above()))


def _rows(user: User, found: list[Device]) -> list[list[Cell]]:
    places, last = accounts.visible_place_ids(user, VIEW), queries.last_seen()
    names = dict(Place.objects.filter(pk__in={one.place for one in found}).values_list("pk", "name"))
    return [
        [
            Cell(one.name, reverse("stockpile:reader", args=[one.name]), exact=True),
            Cell(stock_word(one.kind, "reader")),
            Cell(stock_word(one.purpose, "purpose")),
            Cell(names.get(one.place, "")),
            _state(one, last.get(one.id)),
            Cell(when(queries.as_time(last.get(one.id)))),
        ]
        for one in found
        if places is None or one.place in places
    ]


def _state(one: Device, last: int | None) -> Cell:
    """What can be said of a reader from what it saw: a node that serves pages does not know whether another command listens."""
    if one.retired:
        return Cell(_("out of use"))
    if last is None:
        return Cell(_("saw nothing yet"))
    if timezone.now() - datetime.fromtimestamp(last / 1000, UTC) > SILENT:
        return Cell(_("silent for a day"), tone="alarm")
    return Cell(_("✓ heard"), tone="good")


@requires(VIEW)
@require_GET
def reader(request: HttpRequest, name: str) -> HttpResponse:
    """One reader, and the tokens it may send with: for whom and until when, never what they say."""
    user, one = me(request), _reader(request, name)
    last = queries.last_seen().get(one.id)
    place = Place.objects.filter(pk=one.place).first()
    facts = [
        (_("Status"), _state(one, last)),
        (_("Saw something last"), Cell(when(queries.as_time(last)))),
        (_("Kind"), Cell(stock_word(one.kind, "reader"))),
        (_("What it watches"), Cell(stock_word(one.purpose, "purpose"))),
        (_("Where"), Cell(accounts.place_path(place) if place else "")),
        (_("Address"), Cell(one.address, exact=True)),
    ]
    headers = [_("Begins with"), _("Who answers for it"), _("Until"), _("Last used")]
    rows = [_token_row(token) for token in tokens.held(one.id)]
    table = Table(_("Tokens"), headers, rows, _("None: it is listened to, or sends nothing."), id="tokens")
    page = Page(one.name, "tags", facts=facts, tables=[table], actions=_actions(user, one), above=_back())
    return shown(request, page)


def _token_row(token: ApiToken) -> list[Cell]:
    used = token.last_used.isoformat() if token.last_used else ""
    return [
        Cell(f"{token.prefix}…", exact=True),
        Cell(str(token.user)),
        Cell(when(token.expires.isoformat())),
        Cell(when(used) or _("never used")),
    ]


def _actions(user: User, one: Device) -> list[Action]:
    if one.retired:
        return []
    commands = accounts.may_at(user, COMMAND, one.place)
    sends = one.kind == "http" and accounts.may_at(user, tokens.PERMISSION, one.place)
    offered = [
        ("reader_token", _("Issue a token"), sends),
        ("reader_change", _("Change"), commands),
        ("reader_retire", _("Take out of use"), commands),
    ]
    return [Action(label, reverse(f"stockpile:{view}", args=[one.name])) for view, label, may in offered if may]


@requires(COMMAND)
@GET_OR_POST
def reader_add(request: HttpRequest) -> HttpResponse:
    """Describes a reader that is new, at a place one commands."""
    form = forms.Describe(common.places_of(me(request), COMMAND), posted(request))

    def do(said: dict[str, Any]) -> str:
        made = devices.add_reader(**said, by=actor(request))
        return reverse("stockpile:reader", args=[made.name])

    note = _("Reading begins when the command for its kind runs on this node: countermark readers llrp, mqtt or ble.")
    page = Page(_("Describe a reader"), "tags", above=_back(), note=note)
    return asked(request, form, do, page, _("Describe it"))


@requires(COMMAND)
@GET_OR_POST
def reader_change(request: HttpRequest, name: str) -> HttpResponse:
    """Says anew how a reader is reached, where it stands, what it watches."""
    one = _reader(request, name, COMMAND, in_use=True)
    initial = {field: getattr(one, field) for field in ("place", "kind", "address", "purpose")}
    form = forms.Change(common.places_of(me(request), COMMAND), posted(request), initial=initial)
    back = reverse("stockpile:reader", args=[one.name])

    def do(said: dict[str, Any]) -> str:
        devices.set_reader(one.name, **said, by=actor(request))
        return back

    note = _("A command that listens knows of the change when it is started again.")
    page = Page(_("Describe a reader anew"), "tags", above=(back, one.name), note=note)
    return asked(request, form, do, page, _("Save"))


@requires(COMMAND)
@GET_OR_POST
def reader_retire(request: HttpRequest, name: str) -> HttpResponse:
    """Takes a reader out of use."""
    one = _reader(request, name, COMMAND, in_use=True)

    def do(_said: dict[str, Any]) -> str:
        devices.retire(one.name, by=actor(request))
        return reverse("stockpile:readers")

    note = _("What it saw stays until it is purged, and its tokens bring nothing any more.")
    above = (reverse("stockpile:reader", args=[one.name]), one.name)
    page = Page(_("Take a reader out of use"), "tags", above=above, note=note)
    return asked(request, room_forms.Nothing(posted(request)), do, page, _("Take out of use"))


@requires(tokens.PERMISSION)
@GET_OR_POST
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def reader_token(request: HttpRequest, name: str) -> HttpResponse:
    """Issues a token with which a reader sends its reads, to whoever asks: they answer for it. It is shown once."""
    one = _reader(request, name, tokens.PERMISSION, in_use=True)
    form = forms.Issue(posted(request))
    above = (reverse("stockpile:reader", args=[one.name]), one.name)
    note = _("With it the reader sends its reads and does nothing else, in your name: you answer for what it sends.")
    page = Page(_("Token of a reader"), "tags", above=above, note=note)

    if request.method == "POST" and form.is_valid():
        try:
            issued = tokens.issue(one.name, me(request).username, form.cleaned_data["days"], by=actor(request))
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "stockpile/reader_token.html", {"page": page, "issued": issued})
    return form_page(request, form, page, _("Issue"), REFUSED if form.errors else 200)


def _reader(request: HttpRequest, name: str, permission: str = VIEW, *, in_use: bool = False) -> Device:
    """A reader of this node at a place where somebody holds a permission; 404 for any other."""
    known = [*devices.devices(), *([] if in_use else devices.devices(retired=True))]
    found = next((one for one in known if one.name == name), None)
    if found is None or not accounts.may_at(me(request), permission, found.place):
        raise Http404(_("There is no such reader among those you may see."))
    return found


def _above() -> tuple[str, str]:
    return reverse("stockpile:tags"), _("Tags and readers")


def _back() -> tuple[str, str]:
    return reverse("stockpile:readers"), _("Readers")
