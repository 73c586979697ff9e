"""Rules: every law and instrument known, one with its rules and sources, and what the State adds or ends."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.ledger.entry import Entry
from countermark.marking import catalogue, forms, profiles, staterules
from countermark.marking.profiles import Profile
from countermark.marking.views import common
from countermark.register.checking import Refused
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, me, posted


@requires("marking.view")
@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """Every law and instrument known here."""
    today = dt.datetime.now(dt.UTC).date()
    own = {change.profile for change in staterules.changes()}
    found = [(one, one.in_force(today), one.id in own) for one in staterules.known()]
    return render(request, "marking/profiles.html", {"found": found})


@requires("marking.view")
@require_GET
def profile(request: HttpRequest, profile_id: str) -> HttpResponse:
    """One law or instrument: each rule, what it asks for, and where that is written."""
    return _page(request, _profile(profile_id), forms.EndRule())


def _profile(profile_id: str) -> Profile:
    found = next((one for one in staterules.known() if one.id == profile_id), None)
    if found is None:
        raise Http404(_("There are no rules of this name."))
    return found


def _page(request: HttpRequest, found: Profile, form: forms.EndRule) -> HttpResponse:
    form.offer_rules([(rule.id, _(rule.title)) for rule in found.rules])
    context = {
        "profile": found,
        "history": [_told(entry) for entry in staterules.history(found.id)],
        "end": form,
        "may_change": accounts.may(me(request), "marking.rules"),
    }
    return render(request, "marking/profile.html", context, status=REFUSED if form.errors else 200)


def _told(entry: Entry) -> dict[str, str]:
    value = entry.body.get("value")
    ended = str(value.get("ended", "")) if isinstance(value, dict) else ""
    return {
        "time": entry.recorded.time,
        "by": entry.recorded.by,
        "reason": entry.recorded.note,
        "ended": ended,
    }


@requires("marking.view")
@require_GET
def then(request: HttpRequest, digest: str) -> HttpResponse:
    """Rules as they were when a plan was made under them."""
    found = staterules.as_it_was(digest)
    if found is None:
        raise Http404(_("These rules are not kept here."))
    is_policy = found.id == IDENTITY
    now = _policy() if is_policy else next((one for one in staterules.known() if one.id == found.id), None)
    changed = now is None or profiles.digest(now) != digest
    today = reverse("marking:models") if is_policy else reverse("marking:profile", args=[found.id]) if now else ""
    context = {"profile": found, "then": digest, "changed": changed, "today": today}
    return render(request, "marking/profile.html", context)


IDENTITY = "identity"
"""The id of what a State has chosen about modular weapons, told as a profile."""


def _policy() -> Profile | None:
    """What this State has chosen, if it has."""
    stated = catalogue.policy(settings.ENVIRONMENT.state).policy
    return profiles.policy(stated) if stated != "undecided" else None


@requires("marking.rules")
@GET_OR_POST
def add(request: HttpRequest) -> HttpResponse:
    """Rules of the State, as a file or typed, with the reason; an example to copy stands beside it."""
    form = forms.OwnRules(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            found = staterules.add(form.cleaned_data["text"], reason=form.cleaned_data["reason"], by=actor(request))
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("The rules were recorded."))
            return redirect("marking:profile", found.id)
    context = {"form": form, "template": profiles.template()}
    return render(request, "marking/profile_add.html", context, status=REFUSED if form.errors else 200)


@requires("marking.rules")
@require_POST
def end(request: HttpRequest, profile_id: str) -> HttpResponse:
    """Ends a law or one of its rules with a day, and says why."""
    found = _profile(profile_id)
    form = forms.EndRule(request.POST)
    form.offer_rules([(rule.id, _(rule.title)) for rule in found.rules])
    if not form.is_valid():
        return _page(request, found, form)
    data = form.cleaned_data
    try:
        staterules.end(found.id, data["day"], rule=data["rule"], reason=data["reason"], by=actor(request))
    except Refused as refused:
        common.show_refused(form, refused)
        return _page(request, found, form)
    messages.success(request, _("It was recorded which day is the last in force."))
    return redirect("marking:profile", found.id)
