"""A call: who is nominated, who is chosen, who was there."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, queries
from countermark.cooperation.forms import listed as several
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.training import forms, services
from countermark.cooperation.training import queries as training
from countermark.cooperation.training.services import Person
from countermark.cooperation.training.states import Call, Course, Nomination
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    known,
    listed,
    once,
    viewer,
)
from countermark.cooperation.views.training.common import HERE, may_write, speaking, training_above
from countermark.marks.sentences import told
from countermark.register.views.common import GET_OR_POST, actor, posted

# --- a call and those nominated -----------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def call(request: HttpRequest, key: str) -> HttpResponseBase:
    """One call: what is chosen by, who is nominated as far as one may see, and what to do next."""
    found = known(request, "call", key)
    who, value = viewer(request), found.of(Call)
    texts = acts.texts_of([found])
    facts = [
        (_("Held by"), Cell(actors.names([queries.owner(found)]).get(queries.owner(found), ""))),
        (_("Status"), Cell(aid_word(found.state, "call_state"))),
        (_("From"), Cell(value.begin, exact=True)),
        (_("To"), Cell(value.end, exact=True)),
        (_("Nominations until"), Cell(value.closes, exact=True)),
        (_("Where"), Cell(texts.get(value.where, ""))),
        (_("Seats"), Cell(str(value.seats))),
        (_("At most for each State"), Cell(str(value.quota) if value.quota else _("no limit"))),
        (_("Functions"), Cell(", ".join(aid_word(one, "function") for one in value.functions) or _("any"))),
        (_("Languages"), Cell(", ".join(value.languages) or _("any"))),
        (_("Least share of each sex (%)"), Cell(str(value.share) if value.share else _("none asked for"))),
        (
            _("Years since a course on this theme"),
            Cell(str(value.gap_years) if value.gap_years else _("does not matter")),
        ),
        (_("Where these terms come from"), Cell(texts.get(value.source, ""))),
    ]
    people = training.seen(who, training.nominations(key))
    page = Page(
        title_of(found), HERE, facts=facts, tables=[people_table(people, _("Nominated"))],
        actions=_call_actions(request, found, who), above=training_above(), steps=_steps(found),
    )  # fmt: skip
    return listed(request, page)


def title_of(found: Subject) -> str:
    """What a call is called: its course."""
    course = acts.subject("course", found.of(Call).course)
    return acts.texts_of([course]).get(course.of(Course).title, found.key) if course else found.key


def _steps(found: Subject) -> list[tuple[str, bool]]:
    order = ["open", "chosen", "held"]
    reached = order.index(found.state) if found.state in order else -1
    labels = [_("Governments asked"), _("Participants chosen"), _("Course held")]
    return [(label, number <= reached) for number, label in enumerate(labels)]


def _call_actions(request: HttpRequest, found: Subject, who: queries.Viewer) -> list[Action]:
    if not may_write(request):
        return []
    actions = []
    key, late = found.key, found.of(Call).closes < queries.today()
    if found.state == "open" and not late and training.asks(found, who.actor):
        actions.append(Action(_("Nominate somebody"), reverse("cooperation:nominate", args=[key]), main=True))
    if not who.may_change(found):
        return actions
    if found.state in ("open", "chosen") and late:
        actions.append(Action(_("Choose participants"), reverse("cooperation:choose", args=[key]), main=True))
    if found.state in ("chosen", "held"):
        actions.append(Action(_("Attendance"), reverse("cooperation:attendance", args=[key]), main=True))
    if found.state in ("open", "chosen"):
        actions.append(Action(_("Call it off"), reverse("cooperation:call_cancel", args=[key])))
    return actions


def people_table(found: list[Subject], title: str) -> Table:
    """People nominated, one a line, each leading to its page."""
    texts, names = acts.texts_of(found), actors.names()
    rows = [
        [
            Cell(name_of(value, texts), reverse("cooperation:nomination", args=[one.key])),
            Cell(names.get(value.state, value.state)),
            Cell(aid_word(value.function, "function")),
            Cell(aid_word(value.sex, "sex") or _("not said")),
            Cell(aid_word(one.state, "nomination_state"), tone="good" if one.state in ("chosen", "certified") else ""),
        ]
        for one in found
        if (value := one.of(Nomination))
    ]
    headers = [_("Person"), _("State"), _("Function"), _("Sex"), _("What became of it")]
    return Table(title, headers, rows, _("Nobody you may see."), id="people")


def name_of(value: Nomination, texts: dict[str, str]) -> str:
    """Who was nominated, as written; whose name was erased says so."""
    return texts.get(value.person, "") or _("(name erased)")


@requires("aid.write")
@GET_OR_POST
def nominate(request: HttpRequest, key: str) -> HttpResponse:
    """Nominates somebody of the State one speaks for."""
    found = known(request, "call", key)
    above = (reverse("cooperation:call", args=[key]), title_of(found))
    note = _(
        "Names stand beside the log and can be erased; the State that nominates and who holds the course see them."
    )

    def do(said: dict[str, Any]) -> str:
        person = Person(languages=several(said.pop("languages")), **said)
        services.nominate(
            key, person, actor=speaking(request), today=queries.today(), by=actor(request), request=once(request)
        )
        return above[0]

    form = forms.NomineeForm(posted(request))
    return asked(request, form, do, Page(_("Nominate somebody"), HERE, above=above, note=note), _("Nominate"))


@requires("aid.write")
@GET_OR_POST
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """Whom the rules would choose and why; an officer may decide otherwise, with a reason."""
    found = _own_call(request, key)
    people = {one.key: one for one in training.nominations(key)}
    texts = acts.texts_of(people.values())
    choices = services.proposed(found)
    named = [(choice.key, name_of(people[choice.key].of(Nomination), texts), choice.outcome) for choice in choices]
    names = actors.names()
    rows = [
        [
            Cell(name),
            Cell(names.get(people[choice.key].value["state"], "")),
            Cell(aid_word(choice.outcome, "nominee_outcome"), tone="good" if choice.outcome == "chosen" else ""),
            Cell("; ".join(told(why, _) for why in choice.reasons)),
        ]
        for choice, (_key, name, _outcome) in zip(choices, named, strict=True)
    ]
    table = Table(
        _("By the rules of the call"), [_("Person"), _("State"), _("By the rules"), _("Why")], rows, id="rules"
    )
    above = (reverse("cooperation:call", args=[key]), title_of(found))

    def do(said: dict[str, Any]) -> str:
        changed = {
            one: (said[f"n{one}"], said["reason"])
            for one, _name, outcome in named
            if said[f"n{one}"] not in ("", outcome)
        }
        services.choose(key, actor=speaking(request), today=queries.today(), by=actor(request), overrides=changed)
        return above[0]

    form = forms.ChooseForm(posted(request), named)
    return asked(request, form, do, Page(_("Choose participants"), HERE, tables=[table], above=above), _("Choose"))


def _own_call(request: HttpRequest, key: str) -> Subject:
    found = known(request, "call", key)
    if not viewer(request).may_change(found):
        raise Http404(_("There is no such record among those you may see."))
    return found


@requires("aid.write")
@GET_OR_POST
def attendance(request: HttpRequest, key: str) -> HttpResponseBase:
    """Who was there, day by day: a list to print, and the form to key it."""
    found = _own_call(request, key)
    value = found.of(Call)
    taking = [one for one in training.nominations(key) if one.state in ("chosen", "certified")]
    texts = acts.texts_of(taking)
    named = [(one.key, name_of(one.of(Nomination), texts)) for one in taking]
    rows = [
        [Cell(name), *(Cell(_mark(one.of(Nomination), day)) for day in range(1, value.days + 1))]
        for one, (_key, name) in zip(taking, named, strict=True)
    ]
    headers = [_("Person"), *(f"{_('Day')} {day}" for day in range(1, value.days + 1))]
    table = Table(_("Attendance"), headers, rows, _("Nobody was chosen yet."), id="attendance")
    above = (reverse("cooperation:call", args=[key]), title_of(found))
    page = Page(_("Attendance"), HERE, tables=[table], above=above)
    if "format" in request.POST:
        return listed(request, page)

    def do(said: dict[str, Any]) -> str:
        happened = said["happened"].isoformat() if said["happened"] else ""
        services.attend(
            key, said["session"], said["present"], actor=speaking(request), by=actor(request), happened=happened
        )
        return reverse("cooperation:attendance", args=[key])

    return asked(request, forms.AttendanceForm(posted(request), value.days, named), do, page, _("Keep"))


def _mark(value: Nomination, day: int) -> str:
    if day in value.present:
        return "✓"
    return "✗" if day in value.absent else ""


@requires("aid.write")
@GET_OR_POST
def call_cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Calls a course off."""
    found = _own_call(request, key)
    above = (reverse("cooperation:call", args=[key]), title_of(found))

    def do(said: dict[str, Any]) -> str:
        services.cancel(key, actor=speaking(request), reason=said["reason"], by=actor(request))
        return above[0]

    return asked(
        request, forms.WhyForm(posted(request)), do, Page(_("Call it off"), HERE, above=above), _("Call it off")
    )
