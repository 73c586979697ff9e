"""Training on pages: the catalogue, calls, nominations, who is chosen, who was there, certificates, who is still in post."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, queries
from countermark.cooperation.forms import SureForm
from countermark.cooperation.forms import listed as several
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.training import certificate, forms, services
from countermark.cooperation.training import queries as training
from countermark.cooperation.training.services import CallSaid, CourseSaid, Person
from countermark.cooperation.training.states import Call, Course, Nomination
from countermark.cooperation.views.editing import Edited, restated
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    form_page,
    known,
    listed,
    once,
    shown,
    viewer,
)
from countermark.ledger.models import Log
from countermark.marks.sentences import told
from countermark.register.views.common import GET_OR_POST, actor, me, posted
from countermark.register.views.pages import paper

HERE = "training"


def _above() -> tuple[str, str]:
    return reverse("cooperation:training"), _("Training")


def _may_write(request: HttpRequest) -> bool:
    return accounts.may(me(request), "aid.write")


# --- the catalogue and its calls ----------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def overview(request: HttpRequest) -> HttpResponseBase:
    """The catalogue, and the calls one may answer or watch."""
    who = viewer(request)
    courses, calls = queries.visible(who, "course"), _calls(who)
    actions = [Action(_("People trained"), reverse("cooperation:trained"))]
    actions.append(Action(_("Check a certificate"), reverse("cooperation:certificate_check")))
    if who.actor and _may_write(request):
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
    if who.may_change(found) and _may_write(request):
        actions = [
            Action(_("Ask for nominations"), reverse("cooperation:call_add", args=[key]), main=True),
            Action(_("Change"), reverse("cooperation:course_change", args=[key])),
        ]
    title = texts.get(value.title, key)
    return shown(
        request, Page(title, HERE, facts=facts, tables=[_call_table(calls, who)], actions=actions, above=_above())
    )


@requires("aid.write")
@GET_OR_POST
def course_add(request: HttpRequest) -> HttpResponse:
    """Describes a course."""
    page = Page(_("Describe a course"), HERE, above=_above())
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
        actor=_speaking(request),
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
        made = services.open_call(call, actor=_speaking(request), by=actor(request), request=once(request))
        return reverse("cooperation:call", args=[made])

    return asked(request, forms.CallForm(posted(request)), do, page, _("Send the call out"))


def _speaking(request: HttpRequest) -> str:
    found = viewer(request).actor
    if not found:
        raise acts.refuse("actor", "", "a seat: somebody who speaks for an actor", "denied")
    return found


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
        _title(found), HERE, facts=facts, tables=[_people(people, _("Nominated"))],
        actions=_call_actions(request, found, who), above=_above(), steps=_steps(found),
    )  # fmt: skip
    return listed(request, page)


def _title(found: Subject) -> str:
    course = acts.subject("course", found.of(Call).course)
    return acts.texts_of([course]).get(course.of(Course).title, found.key) if course else found.key


def _steps(found: Subject) -> list[tuple[str, bool]]:
    order = ["open", "chosen", "held"]
    reached = order.index(found.state) if found.state in order else -1
    labels = [_("Governments asked"), _("Participants chosen"), _("Course held")]
    return [(label, number <= reached) for number, label in enumerate(labels)]


def _call_actions(request: HttpRequest, found: Subject, who: queries.Viewer) -> list[Action]:
    if not _may_write(request):
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


def _people(found: list[Subject], title: str) -> Table:
    texts, names = acts.texts_of(found), actors.names()
    rows = [
        [
            Cell(_name(value, texts), reverse("cooperation:nomination", args=[one.key])),
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


def _name(value: Nomination, texts: dict[str, str]) -> str:
    return texts.get(value.person, "") or _("(name erased)")


@requires("aid.write")
@GET_OR_POST
def nominate(request: HttpRequest, key: str) -> HttpResponse:
    """Nominates somebody of the State one speaks for."""
    found = known(request, "call", key)
    above = (reverse("cooperation:call", args=[key]), _title(found))
    note = _(
        "Names stand beside the log and can be erased; the State that nominates and who holds the course see them."
    )

    def do(said: dict[str, Any]) -> str:
        person = Person(languages=several(said.pop("languages")), **said)
        services.nominate(
            key, person, actor=_speaking(request), today=queries.today(), by=actor(request), request=once(request)
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
    named = [(choice.key, _name(people[choice.key].of(Nomination), texts), choice.outcome) for choice in choices]
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
    above = (reverse("cooperation:call", args=[key]), _title(found))

    def do(said: dict[str, Any]) -> str:
        changed = {
            one: (said[f"n{one}"], said["reason"])
            for one, _name, outcome in named
            if said[f"n{one}"] not in ("", outcome)
        }
        services.choose(key, actor=_speaking(request), today=queries.today(), by=actor(request), overrides=changed)
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
    named = [(one.key, _name(one.of(Nomination), texts)) for one in taking]
    rows = [
        [Cell(name), *(Cell(_mark(one.of(Nomination), day)) for day in range(1, value.days + 1))]
        for one, (_key, name) in zip(taking, named, strict=True)
    ]
    headers = [_("Person"), *(f"{_('Day')} {day}" for day in range(1, value.days + 1))]
    table = Table(_("Attendance"), headers, rows, _("Nobody was chosen yet."), id="attendance")
    above = (reverse("cooperation:call", args=[key]), _title(found))
    page = Page(_("Attendance"), HERE, tables=[table], above=above)
    if "format" in request.POST:
        return listed(request, page)

    def do(said: dict[str, Any]) -> str:
        happened = said["happened"].isoformat() if said["happened"] else ""
        services.attend(
            key, said["session"], said["present"], actor=_speaking(request), by=actor(request), happened=happened
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
    above = (reverse("cooperation:call", args=[key]), _title(found))

    def do(said: dict[str, Any]) -> str:
        services.cancel(key, actor=_speaking(request), reason=said["reason"], by=actor(request))
        return above[0]

    return asked(
        request, forms.WhyForm(posted(request)), do, Page(_("Call it off"), HERE, above=above), _("Call it off")
    )


# --- one person ----------------------------------------------------------------------------------------------------------------


def _nomination(request: HttpRequest, key: str) -> tuple[Subject, Subject]:
    """A nomination somebody may see, and its call; the same 404 for *not yours* and *absent*."""
    found = acts.subject("nomination", key)
    at = acts.subject("call", found.value["call"]) if found else None
    if found is None or at is None or not training.sees(viewer(request), found, queries.owner(at)):
        raise Http404(_("There is no such record among those you may see."))
    return found, at


@requires("aid.view")
@require_GET
def nomination(request: HttpRequest, key: str) -> HttpResponse:
    """One nomination, from being nominated to being in post years later."""
    found, at = _nomination(request, key)
    value, texts = found.of(Nomination), acts.texts_of([found])
    facts = [
        (_("Person"), Cell(_name(value, texts))),
        (_("State"), Cell(actors.names([value.state]).get(value.state, ""))),
        (_("Function"), Cell(aid_word(value.function, "function"))),
        (_("Unit"), Cell(texts.get(value.unit, ""))),
        (_("What became of it"), Cell(aid_word(found.state, "nomination_state"))),
        (_("Decided against the rules, because"), Cell(texts.get(value.override, ""))),
        (_("Days attended"), Cell(f"{len(value.present)} / {at.of(Call).days}", exact=True)),
        (_("Test before (0 to 100)"), Cell("" if value.before is None else str(value.before))),
        (_("Test after (0 to 100)"), Cell("" if value.after is None else str(value.after))),
        (_("Passed"), Cell("" if value.passed is None else _("yes") if value.passed else _("no"))),
        (_("Certificate"), Cell(value.certified, exact=True)),
    ]
    checks = Table(
        _("Still in post"),
        [_("Day"), _("Answer")],
        [[Cell(day, exact=True), Cell(_("in post") if still else _("has moved on"))] for day, still in value.checks],
        _("Nobody has asked yet."),
        id="checks",
    )
    above = (reverse("cooperation:call", args=[at.key]), _title(at))
    actions = _person_actions(request, found, at)
    return shown(request, Page(_name(value, texts), HERE, facts=facts, tables=[checks], actions=actions, above=above))


def _person_actions(request: HttpRequest, found: Subject, at: Subject) -> list[Action]:
    who, key = viewer(request), found.key
    actions = []
    if found.state == "certified":
        actions.append(Action(_("Certificate (PDF)"), reverse("cooperation:certificate", args=[key]), main=True))
    if not _may_write(request):
        return actions
    if who.actor == found.value["state"] and found.state == "certified":
        actions.append(Action(_("Still in post?"), reverse("cooperation:post_check", args=[key])))
    if who.actor == found.value["state"] and found.state not in ("certified", "withdrawn"):
        actions.append(Action(_("Take it back"), reverse("cooperation:nomination_withdraw", args=[key])))
    if who.may_change(at) and found.state in ("chosen", "certified"):
        actions.append(Action(_("Results"), reverse("cooperation:results", args=[key])))
    return actions


@requires("aid.write")
@GET_OR_POST
def nomination_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Takes a nomination back."""
    found, at = _nomination(request, key)
    above = (reverse("cooperation:nomination", args=[key]), _title(at))
    page = Page(
        _("Take it back"), HERE, above=above, note=_("The nomination is taken back; the call goes on without it.")
    )

    def do(_said: dict[str, Any]) -> str:
        services.withdraw(found.key, actor=_speaking(request), by=actor(request))
        return above[0]

    return asked(request, SureForm(posted(request)), do, page, _("Take it back"))


@requires("aid.write")
@GET_OR_POST
def results(request: HttpRequest, key: str) -> HttpResponse:
    """Results of tests; whoever was there and passed gets the certificate with them."""
    found, at = _nomination(request, key)
    value = found.of(Nomination)
    above = (reverse("cooperation:nomination", args=[key]), _title(at))
    note = _("Who was there on some day and has passed gets a certificate.")

    def do(said: dict[str, Any]) -> str:
        services.examine(key, actor=_speaking(request), by=actor(request), certify=True, **said)
        return above[0]

    initial = {"before": value.before, "after": value.after, "passed": value.passed}
    form = forms.ResultForm(posted(request), initial=initial)
    return asked(request, form, do, Page(_("Results"), HERE, above=above, note=note), _("Keep"))


@requires("aid.write")
@GET_OR_POST
def post_check(request: HttpRequest, key: str) -> HttpResponse:
    """The State says whether somebody trained is still in post."""
    _found, at = _nomination(request, key)
    above = (reverse("cooperation:nomination", args=[key]), _title(at))

    def do(said: dict[str, Any]) -> str:
        services.check(key, said["day"].isoformat(), said["still"], actor=_speaking(request), by=actor(request))
        return above[0]

    form = forms.PostForm(posted(request), initial={"day": timezone.localdate()})
    return asked(request, form, do, Page(_("Still in post?"), HERE, above=above), _("Keep"))


@requires("aid.view")
@require_GET
def certificate_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """The certificate, in the language of who prints."""
    found, _at = _nomination(request, key)
    if found.state != "certified":
        raise Http404(_("There is no such certificate."))
    try:
        return paper(lambda: certificate.pdf(found), f"certificate-{key}")
    except acts.Refused:
        text = _("The name on this certificate is erased.")
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")


@requires("aid.view")
@GET_OR_POST
def certificate_check(request: HttpRequest) -> HttpResponse:
    """What a certificate says, once its signature was checked against the logs this node knows."""
    form = forms.CodeForm(posted(request))
    page = Page(_("Check a certificate"), HERE, above=_above(), note="")
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, page, _("Check"))
    keys = list(Log.objects.values_list("verifier_key", flat=True))
    try:
        found = certificate.verify(form.cleaned_data["code"], keys)
    except ValueError as error:
        text = told(error.args[0], _) if error.args else ""
        form.add_error(
            "code", _("This is no genuine certificate of a node known here. %(expected)s") % {"expected": text}
        )
        return form_page(request, form, page, _("Check"), 422)
    facts = [
        (_("Genuine"), Cell(_("yes, signed by %(node)s") % {"node": found.origin}, tone="good")),
        (_("Given to"), Cell(found.person)),
        (_("Course"), Cell(found.course)),
        (_("Held by"), Cell(found.provider)),
        (_("Theme"), Cell(aid_word(found.theme, "theme"))),
        (_("Given on"), Cell(found.day, exact=True)),
    ]
    return shown(request, Page(_("Check a certificate"), HERE, facts=facts, above=_above()))


# --- who is trained where --------------------------------------------------------------------------------------------------------


@requires("aid.view")
@GET_OR_POST
def trained(request: HttpRequest) -> HttpResponseBase:
    """Who is trained on what in which State, and how many have since moved on."""
    narrow = forms.PeopleFilter(request.GET or None)
    chosen = narrow.cleaned_data if narrow.is_bound and narrow.is_valid() else {}
    people = training.trained(viewer(request), state=chosen.get("state", ""), theme=chosen.get("theme", ""))
    names = actors.names()
    lines = [
        [
            Cell(names.get(line.state, line.state)),
            Cell(aid_word(line.theme, "theme")),
            Cell(f"{line.trained:,}", amount=True),
            Cell(f"{line.women:,}", amount=True),
            Cell(f"{line.moved:,}", amount=True),
        ]
        for line in training.by_state(people)
    ]
    kept = [
        [
            Cell(str(one.years), amount=True),
            Cell(_("no data") if one.share is None else f"{one.share:.0%}", amount=True),
            Cell(str(one.still), amount=True),
            Cell(str(one.gone), amount=True),
            Cell(str(one.unknown), amount=True),
        ]
        for one in training.retention(people, queries.today())
    ]
    tables = [
        Table(
            _("By State and theme"),
            [_("State"), _("Theme"), _("Trained"), _("Of these women"), _("Known to have moved on")],
            lines,
            _("Nobody you may see has a certificate yet."),
            id="lines",
        ),
        Table(
            _("Still in post"),
            [_("Years after"), _("Share known to be in post"), _("In post"), _("Moved on"), _("Not asked")],
            kept,
            id="kept",
        ),
        _people(people, _("People")),
    ]
    return listed(request, Page(_("People trained"), HERE, tables=tables, above=_above(), filter=narrow))


PATTERNS: list[URLPattern] = [
    path("cooperation/training/", overview, name="training"),
    path("cooperation/training/people/", trained, name="trained"),
    path("cooperation/training/check/", certificate_check, name="certificate_check"),
    path("cooperation/training/courses/add/", course_add, name="course_add"),
    path("cooperation/training/courses/<str:key>/", course, name="course"),
    path("cooperation/training/courses/<str:key>/change/", course_change, name="course_change"),
    path("cooperation/training/courses/<str:key>/call/", call_add, name="call_add"),
    path("cooperation/training/calls/<str:key>/", call, name="call"),
    path("cooperation/training/calls/<str:key>/nominate/", nominate, name="nominate"),
    path("cooperation/training/calls/<str:key>/choose/", choose, name="choose"),
    path("cooperation/training/calls/<str:key>/attendance/", attendance, name="attendance"),
    path("cooperation/training/calls/<str:key>/cancel/", call_cancel, name="call_cancel"),
    path("cooperation/training/nominations/<str:key>/", nomination, name="nomination"),
    path("cooperation/training/nominations/<str:key>/withdraw/", nomination_withdraw, name="nomination_withdraw"),
    path("cooperation/training/nominations/<str:key>/results/", results, name="results"),
    path("cooperation/training/nominations/<str:key>/post/", post_check, name="post_check"),
    path("cooperation/training/nominations/<str:key>/certificate.pdf", certificate_pdf, name="certificate"),
]
