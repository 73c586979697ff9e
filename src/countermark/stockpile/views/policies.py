"""The rules of the stores on pages: what a second person confirms, what is asked of receivers, when a weapon is due back."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place
from countermark.register.forms.reasons import why_of
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.stockpile import acts, forms, queries, units
from countermark.stockpile.rules.custody import ARMED_FORCES, Policy, needs_second
from countermark.stockpile.templatetags.stockpile_words import stock_word
from countermark.stockpile.views import changes, common
from countermark.stockpile.views.pages import Action, Cell, Page, Table, asked, shown

COMMAND = "stock.command"


@requires("stock.view")
@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """The rules in force, of the State and of every place that has its own."""
    places = queries.visible(me(request))
    said = [("", _("The whole State"))]
    said += [
        (one.key, "")
        for one in acts.subjects("policy")
        if one.key != units.NATIONAL and (places is None or one.key in places)
    ]
    names = dict(Place.objects.values_list("pk", "name"))
    may = {place.pk for place in common.places_of(me(request), COMMAND)}
    if queries.visible(me(request), COMMAND) is None and accounts.may(me(request), COMMAND):
        may.add("")
    rows = [_policy_row(key, name or names.get(key, key), change=key in may) for key, name in said]
    actions = (
        [Action(_("Set rules"), reverse("stockpile:policy_set"), main=True)]
        if accounts.may(me(request), COMMAND)
        else []
    )
    table = Table(
        _("What the stores ask"),
        [_("Where"), _("A second person confirms"), _("Asked of receivers"), _("Back after hours")],
        rows,
    )
    return shown(
        request,
        Page(
            _("Rules of the stores"),
            "rules",
            tables=[table, changes.tables(me(request), "policy", [key or units.NATIONAL for key, _name in said])],
            actions=actions,
            note=_(_ALONE_NOTE) if any(not needs_second(units.policy_at(key), "issue") for key, _name in said) else "",
            above=(reverse("stockpile:units"), _("Storage units")),
        ),
    )


_ALONE_NOTE = noop(
    "Where no second person confirms an issue, whoever is at the counter can hand a weapon out alone. Stores of armed forces and police are advised to have issues and returns confirmed by two: the form for rules opens so."
)


def _policy_row(key: str, name: str, *, change: bool) -> list[Cell]:
    found = units.policy_at(key)
    second = ", ".join(stock_word(step, "step") for step in found.two_person)
    required = "; ".join(
        f"{stock_word(kind, 'kind')}: {', '.join(stock_word(what, 'qualification') for what in asked_for)}"
        for kind, asked_for in sorted(found.requires.items())
    )
    hours = ", ".join(f"{stock_word(kind, 'kind')}: {n}" for kind, n in sorted(found.hours.items()))
    url = f"{reverse('stockpile:policy_set')}?place={key}" if change else ""
    return [Cell(name, url), Cell(second), Cell(required), Cell(hours)]


_ASKED = ("shift", "assignment", "loan")
"""The kinds of custody the form of a store's rules asks about."""
_TIMED = ("shift", "loan", "repair", "evidence")
"""The kinds of custody that are due back; an assignment is for good."""


@requires(COMMAND)
@GET_OR_POST
def policy_set(request: HttpRequest) -> HttpResponse:
    """Sets the rules of a place; who commands the whole State may set its rules too."""
    user = me(request)
    places = common.places_of(user, COMMAND)
    asked_for = request.GET.get("place", "")
    place = asked_for if asked_for in {one.pk for one in places} else ""
    asked_above = units.policy_at(place)
    now = units.own_policy(place) or msgspec.structs.replace(asked_above, two_person=ARMED_FORCES.two_person)
    initial: dict[str, Any] = {"place": place, "two_person": list(now.two_person)}
    initial |= {f"{kind}_hours": now.hours.get(kind, 0) for kind in _TIMED}
    initial |= {kind: list(now.requires.get(kind, ())) for kind in _ASKED}
    form = forms.Policy(places, posted(request), initial=initial)
    if queries.visible(user, COMMAND) is None:
        field: Any = form.fields["place"]
        field.choices = [("", _("The whole State")), *[(place.pk, place.name) for place in places]]
        field.required = False

    def do(said: dict[str, Any]) -> str:
        # What the form does not ask for was set elsewhere, and stays.
        before = units.own_policy(said["place"]) or Policy()
        requires_ = {kind: what for kind, what in before.requires.items() if kind not in _ASKED}
        requires_ |= {kind: tuple(said[kind]) for kind in _ASKED if said[kind]}
        hours = dict(before.hours) | {kind: n for kind in _TIMED if (n := said[f"{kind}_hours"]) is not None}
        hours = {kind: n for kind, n in hours.items() if n}
        policy = Policy(tuple(said["two_person"]), requires_, hours)
        units.set_policy(policy, place=said["place"], reason=why_of(said), by=actor(request))
        return reverse("stockpile:policies")

    return asked(
        request,
        form,
        do,
        Page(_("Rules of a store"), "rules", above=(reverse("stockpile:policies"), _("Rules of the stores"))),
        _("Save"),
    )
