"""Actors, their contacts, and who speaks for them."""

from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.cooperation import actors, acts, forms, queries
from countermark.cooperation.actors import ActorFacts, Seat
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.editing import Edited, restated
from countermark.cooperation.views.pages import Action, Cell, Page, Table, asked, form_page, listed, once, shown
from countermark.register.checking import Refused
from countermark.register.forms.reasons import WhyLooked
from countermark.register.views.common import GET_OR_POST, actor, me, posted

HOST = "aid.host"


@requires("aid.view")
@GET_OR_POST
def actor_list(request: HttpRequest) -> HttpResponseBase:
    """Every actor, what it is and where it works; for who keeps them, who speaks for whom."""
    form = forms.NarrowActors(request.GET or None)
    found = acts.subjects("actor")
    texts, open_ = acts.texts_of(found), _open(queries.viewer(me(request)))
    rows = [_row(one.key, one.of(ActorFacts), texts, open_) for one in found if _fits(form, one, texts)]
    table = Table(
        _("Actors"),
        [_("Name"), _("Is a"), _("Country"), _("Regions"), _("Open needs"), _("Open offers")],
        sorted(rows, key=lambda row: row[0].text.casefold()),
        _("None fits what you look for.") if found else _("No actors are entered yet. Begin with your own State."),
    )
    host = accounts.may(me(request), HOST)
    actions = [Action(_("Enter an actor"), reverse("cooperation:actor_add"), main=True)] if host else []
    return listed(request, Page(_("Actors"), "actors", tables=[table], actions=actions, filter=form))


def _open(who: queries.Viewer) -> dict[tuple[str, str], int]:
    """How many open needs and offers of each actor somebody may see."""
    counts: Counter[tuple[str, str]] = Counter()
    for kind in ("need", "offer"):
        owners = queries.visible_rows(who, kind, state="open").values_list("parent", flat=True)
        counts.update((kind, owner.removeprefix("actor:")) for owner in owners)
    return counts


def _fits(form: forms.NarrowActors, found: Subject, texts: dict[str, str]) -> bool:
    if not form.is_valid():
        return True
    said, facts = form.cleaned_data, found.of(ActorFacts)
    if said["kind"] and facts.kind != said["kind"]:
        return False
    region = said["region"].casefold()
    if region and region not in {one.casefold() for one in (facts.country, *facts.regions)}:
        return False
    return said["text"].casefold() in texts.get(facts.name, found.key).casefold()


def _row(key: str, facts: ActorFacts, texts: dict[str, str], open_: dict[tuple[str, str], int]) -> list[Cell]:
    def count(kind: str) -> Cell:
        url = f"{reverse(f'cooperation:{kind}s')}?{urlencode({'actor': key, 'state': 'open'})}"
        return Cell(f"{open_.get((kind, key), 0):,}", url, amount=True)

    return [
        Cell(texts.get(facts.name, key), reverse("cooperation:actor", args=[key])),
        Cell(aid_word(facts.kind, "actor")),
        Cell(facts.country, exact=True),
        Cell(", ".join(facts.regions)),
        count("need"),
        count("offer"),
    ]


@requires("aid.view")
@require_GET
def actor_page(request: HttpRequest, key: str) -> HttpResponse:
    """One actor: its needs and offers as far as one may see them."""
    found = _known(key)
    facts, texts = found.of(ActorFacts), acts.texts_of([found])
    name = texts.get(facts.name, key)
    shown_facts = [
        (_("Is a"), Cell(aid_word(facts.kind, "actor"))),
        (_("Country"), Cell(facts.country, exact=True)),
        (_("Regions"), Cell(", ".join(facts.regions))),
        (_("Identifier in IATI files"), Cell(facts.iati, exact=True)),
    ]
    who = queries.viewer(me(request))
    tables = [_records(who, kind, found.name) for kind in ("need", "offer")]
    actions = []
    if accounts.may(me(request), HOST):
        actions += [
            Action(_("Change"), reverse("cooperation:actor_change", args=[key]), main=True),
            Action(_("Who speaks for it"), reverse("cooperation:seats", args=[key])),
        ]
    if facts.contact and accounts.may(me(request), "aid.contact"):
        actions.append(Action(_("Contact"), reverse("cooperation:contact", args=[key])))
    above = (reverse("cooperation:actors"), _("Actors"))
    return shown(request, Page(name, "actors", facts=shown_facts, tables=tables, actions=actions, above=above))


def _records(who: queries.Viewer, kind: str, parent: str) -> Table:
    found = queries.visible(who, kind, parent=parent)
    texts = acts.texts_of(found)
    rows = [
        [
            Cell(queries.told(one, texts, "title") or one.key, reverse(f"cooperation:{kind}", args=[one.key])),
            Cell(aid_word(one.state, f"{kind}_state")),
            Cell(one.due, exact=True),
        ]
        for one in found
    ]
    title = _("Needs") if kind == "need" else _("Offers")
    return Table(title, [_("Title"), _("Status"), _("Until")], rows, _("None you may see."), id=kind)


@requires(HOST)
@GET_OR_POST
def actor_add(request: HttpRequest) -> HttpResponse:
    """Enters an actor."""
    page = Page(_("Enter an actor"), "actors", above=(reverse("cooperation:actors"), _("Actors")))
    form = forms.ActorForm(posted(request))

    def refused_page(refused: Refused) -> Page:
        country = form.cleaned_data["country"].strip().upper()
        known = acts.subject("actor", country) if any(one.code == "known" for one in refused.errors) else None
        return page if known is None else replace(page, tables=[_side_by_side(form, known)])

    return asked(request, form, lambda said: _set(request, "", said), page, _("Keep"), refused_page=refused_page)


def _side_by_side(form: forms.ActorForm, known: Subject) -> Table:
    """What stands there of an actor beside what somebody typed, and the way to its page; a contact is shown nowhere but on its own page."""
    there, typed = _initial(known), form.cleaned_data
    there["kind"], said_kind = aid_word(there["kind"], "actor"), aid_word(typed["kind"], "actor")
    rows = [
        [Cell(str(form.fields[name].label)), Cell(there[name]), Cell(said_kind if name == "kind" else typed[name])]
        for name in there
    ]
    rows[0][1] = Cell(there["name"] or known.key, reverse("cooperation:actor", args=[known.key]))
    return Table(_("This State is entered already"), [_("Field"), _("Stands there"), _("You typed")], rows)


@requires(HOST)
@GET_OR_POST
def actor_change(request: HttpRequest, key: str) -> HttpResponse:
    """Describes an actor anew."""
    found = _known(key)
    initial = _initial(found)
    above = (reverse("cooperation:actor", args=[key]), initial["name"] or key)
    form = forms.ActorForm(posted(request), initial=initial)
    page = Page(_("Change"), "actors", above=above)
    return restated(request, form, lambda said: _set(request, key, said), page, Edited(request, found, _initial))


def _initial(found: Subject) -> dict[str, str]:
    facts, texts = found.of(ActorFacts), acts.texts_of([found])
    return {
        "name": texts.get(facts.name, ""),
        "kind": facts.kind,
        "country": facts.country,
        "regions": ", ".join(facts.regions),
        "iati": facts.iati,
    }


def _set(request: HttpRequest, key: str, said: dict[str, Any]) -> str:
    pk = actors.set_actor(
        key,
        said["name"],
        said["kind"],
        country_code=said["country"],
        regions=forms.listed(said["regions"]),
        contact=said["contact"] or None,
        iati=said["iati"],
        by=actor(request),
        request=once(request),
    )
    return reverse("cooperation:actor", args=[pk])


@requires(HOST)
@GET_OR_POST
def seats(request: HttpRequest, key: str) -> HttpResponse:
    """Who speaks for an actor, and a form to change it."""
    found = _known(key)
    name = actors.names([key])[key]
    sitting = {one.key for one in acts.subjects("seat", parent=found.name) if one.of(Seat).actor}
    people = [user for user in User.objects.all() if user.person.removeprefix("urn:countermark:") in sitting]
    table = Table(
        _("Speaks for it"),
        [_("Person"), _("Signs in as")],
        [[Cell(user.full_name or user.username), Cell(user.username, exact=True)] for user in people],
        _("Nobody yet."),
    )
    above = (reverse("cooperation:actor", args=[key]), name)
    page = Page(_("Who speaks for it"), "actors", tables=[table], above=above)

    def do(said: dict[str, Any]) -> str:
        actors.seat(said["user"], said["actor"], by=actor(request))
        return reverse("cooperation:seats", args=[key])

    form = forms.SeatForm(posted(request), initial={"actor": key})
    return asked(request, form, do, page, _("Keep"))


@requires("aid.contact")
@GET_OR_POST
def contact(request: HttpRequest, key: str) -> HttpResponse:
    """The contact of an actor, for who says why; that they looked is in the ledger."""
    _known(key)
    above = (reverse("cooperation:actor", args=[key]), actors.names([key])[key])
    form = WhyLooked(posted(request))
    if request.method == "POST" and form.is_valid():
        text = actors.contact_of(key, form.why, by=actor(request))
        return shown(
            request, Page(_("Contact"), "actors", facts=[(_("Contact"), Cell(text or _("erased")))], above=above)
        )
    note = _("This is personal data. What you write here stands in the ledger beside your name.")
    return form_page(request, form, Page(_("Contact"), "actors", above=above, note=note), _("Show"))


def _known(key: str) -> Any:
    from django.http import Http404

    found = acts.subject("actor", key)
    if found is None:
        raise Http404(_("There is no such record among those you may see."))
    return found
