"""What somebody holds: the list of weapons narrowed to one party, which for a person takes a reason and is an act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import MissingPermission, requires
from countermark.ledger import identity
from countermark.register import searches
from countermark.register.forms import listing as forms
from countermark.register.forms.reasons import WhyLooked
from countermark.register.queries import listing, personal
from countermark.register.queries.listing import Asked
from countermark.register.views.common import actor, changed_query, me
from countermark.register.views.opened import Opened

OPENED = Opened("opened_holders", 20)


def refusal(request: HttpRequest, asked: Asked) -> HttpResponse | None:
    """What stands instead of the list where it is of what a person holds and nobody said yet why; None where it may be shown."""
    if "who" in request.GET:
        # An address of before names were kept out of them.
        query = searches.without_names(request.GET.urlencode())
        return redirect(f"{reverse('register:weapons')}?{query}")
    if not asked.holder or personal.is_body(asked.holder) or _is_open(request, asked.holder):
        return None
    _require_person_view(request)
    context = {"form": WhyLooked(), "action": action(request, holder=identity.ref_of(asked.holder))}
    return render(request, "register/holder_reason.html", context)


def _is_open(request: HttpRequest, party: str) -> bool:
    return accounts.may(me(request), "person.view") and OPENED.holds(request, party)


def _require_person_view(request: HttpRequest) -> None:
    if not accounts.may(me(request), "person.view"):
        raise MissingPermission("person.view")


def action(request: HttpRequest, **changes: str | None) -> str:
    """Where the form that asks whose weapons to list is sent, the other filters kept."""
    query = changed_query(request.GET, after=None, before=None, who=None, **changes)
    return f"{reverse('register:weapons_held')}{query}"


@requires("weapon.view")
@require_POST
def held(request: HttpRequest) -> HttpResponse:
    """Leads to the list of what stands at a place or is held by somebody; for a person, one act says who looked and why.

    The list then stays open for this session for fifteen minutes. Its address carries opaque ids only.
    """
    form = forms.Holder(request.POST)
    asked = _asked_holder(request, form)
    if asked is None:
        no_name = _("Give the whole name of a person, a body or a place.")
        messages.error(request, _("Say in words which.") if "words" in form.errors else no_name)
        return redirect(f"{reverse('register:weapons')}{changed_query(request.GET, after=None, before=None)}")
    if asked.filter == "holder" and not personal.is_body(asked.urn):
        _require_person_view(request)
        if form.why.code:
            personal.holdings_looked_at(asked.urn, form.why, by=actor(request))
            OPENED.remember(request, asked.urn)
    changes = {"place": None, "holder": None, asked.filter: asked.digest}
    return redirect(f"{reverse('register:weapons')}{changed_query(request.GET, after=None, before=None, **changes)}")


def _asked_holder(request: HttpRequest, form: forms.Holder) -> personal.Asked | None:
    if not form.is_valid():
        return None
    name = form.cleaned_data["who"].strip()
    if name:
        return personal.asked_by_name(name)
    digest = request.GET.get("holder", "")
    return personal.Asked("holder", listing.urn("party", digest)) if listing.is_digest(digest) else None
