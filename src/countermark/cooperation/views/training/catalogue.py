"""The catalogue, its courses, and calls that are sent out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, queries
from countermark.cooperation.forms import listed as several
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.training import forms, services
from countermark.cooperation.training import queries as training
from countermark.cooperation.training.services import CallSaid, CourseSaid
from countermark.cooperation.training.states import Call, Course
from countermark.cooperation.views.editing import Edited, restated
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    known,
    listed,
    once,
    shown,
    viewer,
)
from countermark.cooperation.views.training.common import HERE, may_write, speaking, training_above
from countermark.register.views.common import GET_OR_POST, actor, posted

# --- the catalogue and its calls ----------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def overview(request: HttpRequest) -> HttpResponseBase:
    """The catalogue, and the calls one may answer or watch."""
    who = viewer(request)
    courses, calls = queries.visible(who, "course"), _calls(who)
    actions = [Action(_("People trained"), reverse("cooperation:trained"))]
    actions.append(Action(_("Check a certificate"), reverse("cooperation:certificate_check")))
    if who.actor and may_write(request):
        actions.insert(0, Action(_("Describe a course"), reverse("cooperation:course_add"), main=True))
    page = Page(_("Training"), HERE, tables=[_call_table(calls, who), _course_table(courses)], actions=actions)
    return listed(request, page)


def _calls(who: queries.Viewer) -> list[Subject]:
    return queries.visible(who, "call")


def _course_table(courses: list[Subject]) -> Table:
    texts, names = acts.texts_of(courses), actors.names()
    rows = [
        [
            Cell(texts.get(value.title, one.key), reverse("cooperation:course", args=[one.key])),
            Cell(aid_word(value.theme, "theme")),
            Cell(names.get(queries.owner(one), "")),
            Cell(str(value.days), amount=True),
            Cell(", ".join(value.languages), exact=True),
        ]
        for one in courses
        if (value := one.of(Course))
    ]
    headers = [_("Course"), _("Theme"), _("Held by"), _("Days"), _("Languages")]
    return Table(
        _("Catalogue"), headers, rows, _("No course is described yet. Who holds courses describes one."), id="courses"
    )


def _call_table(calls: list[Subject], who: queries.Viewer) -> Table:
    courses = {one.key: one for one in acts.subjects("course")}
    texts, names = acts.texts_of([courses.get(one.value["course"]) for one in calls]), actors.names()
    rows = []
    for one in calls:
        value = one.of(Call)
        course = courses.get(value.course)
        title = texts.get(course.of(Course).title, "") if course else ""
        asks = one.state == "open" and training.asks(one, who.actor) and value.closes >= queries.today()
        rows.append(
            [
                Cell(title or one.key, reverse("cooperation:call", args=[one.key])),
                Cell(names.get(queries.owner(one), "")),
                Cell(value.begin, exact=True),
                Cell(value.closes, exact=True, tone="good" if asks else ""),
                Cell(_("asks you to nominate") if asks else aid_word(one.state, "call_state")),
            ]
        )
    headers = [_("Course"), _("Held by"), _("Begins"), _("Nominations until"), _("Status")]
    return Table(_("Calls for nominations"), headers, rows, _("No call is open."), id="calls")


@requires("aid.view")
@require_GET
def course(request: HttpRequest, key: str) -> HttpResponse:
    """One course of the catalogue, and when it is held."""
    found = known(request, "course", key)
    value, texts = found.of(Course), acts.texts_of([found])
    facts = [
        (_("Held by"), Cell(actors.names([queries.owner(found)]).get(queries.owner(found), ""))),
        (_("Theme"), Cell(aid_word(value.theme, "theme"))),
        (_("Days"), Cell(str(value.days))),
        (_("Languages"), Cell(", ".join(value.languages), exact=True)),
        (_("Contents"), Cell(texts.get(value.contents, ""))),
        (_("What participants must bring"), Cell(texts.get(value.prerequisites, ""))),
    ]
    who = viewer(request)
    calls = [one for one in _calls(who) if one.value["course"] == key]
    actions = []
    if who.may_change(found) and may_write(request):
        actions = [
            Action(_("Ask for nominations"), reverse("cooperation:call_add", args=[key]), main=True),
            Action(_("Change"), reverse("cooperation:course_change", args=[key])),
        ]
    title = texts.get(value.title, key)
    return shown(
        request,
        Page(title, HERE, facts=facts, tables=[_call_table(calls, who)], actions=actions, above=training_above()),
    )


@requires("aid.write")
@GET_OR_POST
def course_add(request: HttpRequest) -> HttpResponse:
    """Describes a course."""
    page = Page(_("Describe a course"), HERE, above=training_above())
    return asked(request, forms.CourseForm(posted(request)), lambda said: _describe(request, "", said), page, _("Keep"))


@requires("aid.write")
@GET_OR_POST
def course_change(request: HttpRequest, key: str) -> HttpResponse:
    """Describes a course anew."""
    found = known(request, "course", key)
    initial = _course_initial(found)
    page = Page(_("Change"), HERE, above=(reverse("cooperation:course", args=[key]), initial["title"] or key))
    form = forms.CourseForm(posted(request), initial=initial)
    edited = Edited(request, found, _course_initial)
    return restated(request, form, lambda said: _describe(request, key, said), page, edited)


def _course_initial(found: Subject) -> dict[str, Any]:
    value, texts = found.of(Course), acts.texts_of([found])
    return {
        "title": texts.get(value.title, ""),
        "theme": value.theme,
        "days": value.days,
        "languages": ", ".join(value.languages),
        "contents": texts.get(value.contents, ""),
        "prerequisites": texts.get(value.prerequisites, ""),
        "visibility": value.visibility,
        "partners": list(value.partners),
    }


def _describe(request: HttpRequest, key: str, said: dict[str, Any]) -> str:
    languages = several(said.pop("languages"))
    made = services.describe(
        CourseSaid(languages=languages, **said),
        actor=speaking(request),
        by=actor(request),
        key=key,
        request=once(request),
    )
    return reverse("cooperation:course", args=[made])


@requires("aid.write")
@GET_OR_POST
def call_add(request: HttpRequest, key: str) -> HttpResponse:
    """Asks governments to nominate for a course."""
    found = known(request, "course", key)
    name = acts.texts_of([found]).get(found.of(Course).title, key)
    page = Page(_("Ask for nominations"), HERE, above=(reverse("cooperation:course", args=[key]), name))

    def do(said: dict[str, Any]) -> str:
        days = {column: said.pop(column).isoformat() for column in ("begin", "end", "closes")}
        call = CallSaid(course=key, **days, languages=several(said.pop("languages")), **said)
        made = services.open_call(call, actor=speaking(request), by=actor(request), request=once(request))
        return reverse("cooperation:call", args=[made])

    return asked(request, forms.CallForm(posted(request)), do, page, _("Send the call out"))
