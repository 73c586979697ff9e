"""Coordination meetings on pages."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.cooperation import actors, acts, queries
from countermark.cooperation.forms import SureForm
from countermark.cooperation.linedforms import by_line
from countermark.cooperation.projects import forms, meetings
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.projects.meetings import Called, Meeting, Task
from countermark.cooperation.projects.views.common import HERE, VIEW, WRITE, sorted_names
from countermark.cooperation.projects.views.records import date_time
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import (
    Action,
    Cell,
    Page,
    Table,
    asked,
    known,
    listed,
    once,
    own,
    seated,
    shown,
    viewer,
)
from countermark.register.views.common import GET_OR_POST, actor, me, posted


@requires(VIEW)
@GET_OR_POST
def meeting_list(request: HttpRequest) -> HttpResponseBase:
    """The meetings one has called or is invited to."""
    who = viewer(request)
    found = sorted(queries.visible(who, "meeting"), key=lambda one: one.due, reverse=True)
    texts, names = acts.texts_of(found), actors.names()
    rows = [
        [
            Cell(texts.get(one.of(Meeting).title, one.key), reverse("cooperation:meeting", args=[one.key])),
            Cell(date_time(one.of(Meeting).starts)),
            Cell(names.get(queries.owner(one), "")),
            Cell(aid_word(one.state, "meeting_state")),
            Cell(str(sum(not task.done for task in one.of(Meeting).follow_ups)), amount=True),
        ]
        for one in found
    ]
    headers = [_("Title"), _("When"), _("Called by"), _("Status"), _("Open follow-ups")]
    table = Table(_("Meetings"), headers, rows, _("There are no meetings you have called or are invited to."))
    actions = []
    if who.actor and accounts.may(me(request), WRITE):
        actions.append(Action(_("Call a meeting"), reverse("cooperation:meeting_add"), main=True))
    above = (reverse("cooperation:projects"), _("Projects"))
    return listed(request, Page(_("Coordination meetings"), HERE, tables=[table], actions=actions, above=above))


@requires(VIEW)
@require_GET
def meeting_page(request: HttpRequest, key: str) -> HttpResponse:
    """One meeting: agenda, who came, decisions, follow-up."""
    found, who = known(request, "meeting", key), viewer(request)
    value, texts, names = found.of(Meeting), acts.texts_of([found]), actors.names()
    about = queries.known(who, "project", value.project) if value.project else None
    facts = [
        (_("When"), Cell(f"{date_time(value.starts)} – {date_time(value.ends)}")),
        (_("Where"), Cell(texts.get(value.where, ""))),
        (_("Called by"), Cell(names.get(queries.owner(found), ""))),
        (_("Invited"), Cell(", ".join(names.get(one, one) for one in value.partners))),
        (_("Status"), Cell(aid_word(found.state, "meeting_state"))),
    ]
    if about is not None:
        title = acts.texts_of([about]).get(str(about.value["title"]), about.key)
        facts.append((_("About the project"), Cell(title, reverse("cooperation:project", args=[about.key]))))
    if found.state == "held":
        facts.append((_("Who was there"), Cell(", ".join(names.get(one, one) for one in value.came))))
    tables = [
        _points(_("Agenda"), value.agenda, texts, "agenda"),
        _points(_("Decisions"), value.decisions, texts, "decisions"),
        _tasks(request, found, value, texts, names),
    ]
    page = Page(
        texts.get(value.title, key),
        HERE,
        facts=facts,
        tables=[table for table in tables if table.rows],
        actions=_actions(request, found),
        above=(reverse("cooperation:meetings"), _("Meetings")),
    )
    return shown(request, page)


def _points(title: str, points: tuple[str, ...], texts: dict[str, str], name: str) -> Table:
    rows = [[Cell(str(number)), Cell(texts.get(one, _("erased")))] for number, one in enumerate(points, 1)]
    return Table(title, [_("Number"), _("Point")], rows, id=name)


def _tasks(request: HttpRequest, found: Subject, value: Meeting, texts: dict[str, str], names: dict[str, str]) -> Table:
    today, who = queries.today(), viewer(request)
    writes = accounts.may(me(request), WRITE)
    rows = []
    for at, task in enumerate(value.follow_ups):
        ticks = writes and not task.done and (who.actor == task.owner or who.may_change(found))
        late = not task.done and task.due < today
        state = _("done on %(day)s") % {"day": task.done} if task.done else _("late") if late else _("to be done")
        url = reverse("cooperation:meeting_do", args=[found.key, f"done-{at}"]) if ticks else ""
        rows.append(
            [
                Cell(texts.get(task.what, _("erased"))),
                Cell(state, url, tone="alarm" if late else "good" if task.done else ""),
                Cell(task.due, exact=True),
                Cell(names.get(task.owner, task.owner)),
            ]
        )
    return Table(_("Follow-up"), [_("What"), _("Status"), _("Until"), _("By whom")], rows, id="follow_up")


def _actions(request: HttpRequest, found: Subject) -> list[Action]:
    if not viewer(request).may_change(found) or not accounts.may(me(request), WRITE):
        return []

    def to(step: str) -> str:
        return reverse("cooperation:meeting_do", args=[found.key, step])

    actions = [Action(_("Add a follow-up"), to("follow_up"))]
    if found.state != "cancelled":
        actions.insert(0, Action(_("Record the meeting"), to("minutes"), main=True))
    if found.state == "planned":
        actions += [Action(_("Change"), to("change")), Action(_("Call it off"), to("cancel"))]
    return actions


@requires(WRITE)
@GET_OR_POST
@seated
def meeting_add(request: HttpRequest) -> HttpResponseBase:
    """Calls a meeting."""
    page = Page(_("Call a meeting"), HERE, above=(reverse("cooperation:meetings"), _("Meetings")))
    initial = {"project": request.GET.get("project", "")}
    return asked(request, _meeting_form(request, initial), lambda said: _call(request, said, ""), page, _("Call"))


def _meeting_form(request: HttpRequest, initial: dict[str, Any]) -> forms.MeetingForm:
    who = viewer(request)
    form = forms.MeetingForm(posted(request), initial=initial)
    found = [(one, value) for one, value in projects.found(who) if who.actor in value.sides]
    titles = acts.texts_of([one for one, _value in found])
    forms.offer(form, "project", [(one.key, titles.get(value.title, one.key)) for one, value in found])
    forms.offer(form, "invited", [pair for pair in sorted_names() if pair[0] != who.actor])
    return form


def _call(request: HttpRequest, said: dict[str, Any], key: str) -> str:
    starts = timezone.make_aware(dt.datetime.combine(said["day"], said["time"]))
    called = Called(
        title=said["title"],
        starts=starts,
        hours=said["hours"],
        where=said["where"],
        agenda=by_line(said["agenda"]),
        project=said["project"],
        invited=said["invited"],
    )
    pk = meetings.call(called, actor=viewer(request).actor, by=actor(request), key=key, request=once(request))
    return reverse("cooperation:meeting", args=[pk])


Do = Callable[[dict[str, Any]], str]


@requires(WRITE)
@GET_OR_POST
def meeting_do(request: HttpRequest, key: str, step: str) -> HttpResponseBase:
    """A step of a meeting: said anew, recorded, followed up, done, called off."""
    if step.startswith("done-"):
        return _done(request, key, step.removeprefix("done-"))
    found = own(request, "meeting", key)
    if step not in _STEPS:
        raise Http404(_("There is no such record among those you may see."))
    return _STEPS[step](request, found)


def _page(found: Subject, title: str) -> Page:
    name = acts.texts_of([found]).get(str(found.value["title"]), found.key)
    return Page(title, HERE, above=(reverse("cooperation:meeting", args=[found.key]), name))


def _says(request: HttpRequest) -> dict[str, Any]:
    return {"actor": viewer(request).actor, "by": actor(request)}


def _back(found: Subject) -> str:
    return reverse("cooperation:meeting", args=[found.key])


def _done(request: HttpRequest, key: str, at: str) -> HttpResponseBase:
    found = known(request, "meeting", key)
    if not re.fullmatch("[0-9]{1,3}", at) or int(at) >= len(found.of(Meeting).follow_ups):
        raise Http404(_("There is no such record among those you may see."))

    def do(_said: dict[str, Any]) -> str:
        meetings.done(key, int(at), **_says(request))
        return _back(found)

    return asked(request, SureForm(posted(request)), do, _page(found, _("It was done")), _("It was done"))


def _change(request: HttpRequest, found: Subject) -> HttpResponseBase:
    value, texts = found.of(Meeting), acts.texts_of([found])
    starts = timezone.localtime(dt.datetime.fromisoformat(value.starts))
    length = dt.datetime.fromisoformat(value.ends) - dt.datetime.fromisoformat(value.starts)
    initial = {
        "title": texts.get(value.title, ""),
        "day": starts.date().isoformat(),
        "time": starts.strftime("%H:%M"),
        "hours": length.total_seconds() / 3600,
        "where": texts.get(value.where, ""),
        "agenda": "\n".join(texts.get(one, "") for one in value.agenda),
        "project": value.project,
        "invited": list(value.partners),
    }
    form = _meeting_form(request, initial)
    return asked(request, form, lambda said: _call(request, said, found.key), _page(found, _("Change")), _("Keep"))


def _minutes(request: HttpRequest, found: Subject) -> HttpResponseBase:
    value, texts, names = found.of(Meeting), acts.texts_of([found]), actors.names()
    initial = {"came": list(value.came), "decisions": "\n".join(texts.get(one, "") for one in value.decisions)}
    form = forms.MinutesForm(posted(request), initial=initial)
    everybody = (queries.owner(found), *value.partners)
    forms.offer(form, "came", [(one, names.get(one, one)) for one in everybody])

    def do(said: dict[str, Any]) -> str:
        meetings.record(found.key, said["came"], by_line(said["decisions"]), **_says(request))
        return _back(found)

    return asked(request, form, do, _page(found, _("Who came and what was decided")), _("Keep"))


def _follow_up(request: HttpRequest, found: Subject) -> HttpResponseBase:
    names = actors.names()
    form = forms.TaskForm(posted(request))
    everybody = (queries.owner(found), *found.of(Meeting).partners)
    forms.offer(form, "owner", [(one, names.get(one, one)) for one in everybody])

    def do(said: dict[str, Any]) -> str:
        task = Task(said["what"], said["owner"], said["due"].isoformat())
        meetings.follow_up(found.key, task, **_says(request))
        return _back(found)

    return asked(request, form, do, _page(found, _("Add a follow-up")), _("Keep"))


def _cancel(request: HttpRequest, found: Subject) -> HttpResponseBase:
    def do(_said: dict[str, Any]) -> str:
        meetings.cancel(found.key, **_says(request))
        return _back(found)

    return asked(request, SureForm(posted(request)), do, _page(found, _("Call it off")), _("Call it off"))


_STEPS: dict[str, Callable[[HttpRequest, Subject], HttpResponseBase]] = {
    "change": _change,
    "minutes": _minutes,
    "follow_up": _follow_up,
    "cancel": _cancel,
}
