"""What of projects waits for whom one speaks for, on the first page of the room; and the projects that answer a need, on its page."""

from collections.abc import Iterator, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.cooperation import acts, queries, waiting
from countermark.cooperation.projects import overlaps
from countermark.cooperation.projects import queries as projects
from countermark.cooperation.projects.meetings import Meeting
from countermark.cooperation.projects.rules.shapes import UNDER_WAY, Deliverable, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Cell, Table, beside_every
from countermark.cooperation.waiting import Waits


def _mine(who: Viewer) -> projects.Found:
    """The projects under way of which one is a side."""
    if not who.actor:
        return []
    every = [(one, value) for one, value in projects.found(who) if one.state in UNDER_WAY]
    return [(one, value) for one, value in every if who.actor in value.sides]


@waiting.source
def _overlaps(who: Viewer) -> Iterator[Waits]:
    """Overlaps the recipient has not answered: the alarm of the room."""
    found = overlaps.open_for(who)
    texts = acts.texts_of([Subject("", "", {"titles": [one.value["title"] for one, _number in found]})])
    for one, number in found:
        said = {"title": texts.get(one.value["title"], one.key), "number": number}
        text = _("%(title)s: others do or plan the same, %(number)d not answered") % said
        yield Waits(text, reverse("cooperation:project_agreement", args=[one.key]), alarming=True)


@waiting.source
def _under_way(who: Viewer) -> Iterator[Waits]:
    """Gates that wait for the authority, projects whose authority is not named, what is late, what waits to be accepted."""
    today = queries.today()
    found = _mine(who)
    texts = acts.texts_of([Subject("", "", {"texts": [list(_texts(one)) for _subject, one in found]})])
    for one, project in found:
        if who.actor == project.recipient:
            yield from _gates(one, project, texts)
        for key, due in project.deliverables.items():
            if not due.settled:
                yield from _deliverable(one, key, due, texts, today, theirs=who.actor == project.recipient)


def _texts(project: Project) -> Iterator[str]:
    """The texts that what waits is told with."""
    yield project.title
    yield from (due.title for due in project.deliverables.values() if not due.settled)


def _gates(one: Subject, project: Project, texts: Mapping[str, str]) -> Iterator[Waits]:
    said = {"title": texts.get(project.title, one.key), "stage": aid_word(one.state, "stage")}
    if project.asked is not None:
        text = _("%(title)s: the gate at the end of “%(stage)s” waits for the authority") % said
        yield Waits(text, reverse("cooperation:project", args=[one.key]))
    elif not project.authority:
        text = _("%(title)s: no authority is named that passes its gates") % said
        yield Waits(text, reverse("cooperation:project_do", args=[one.key, "authority"]))


def _deliverable(
    one: Subject, key: str, due: Deliverable, texts: Mapping[str, str], today: str, *, theirs: bool
) -> Iterator[Waits]:
    url = reverse("cooperation:project_item", args=[one.key, key])
    said = {"title": texts.get(due.title, key)}
    if due.delivered and theirs:
        yield Waits(_("%(title)s: delivered, to be accepted") % said, url, due.due)
    elif not due.delivered and due.due < today:
        yield Waits(_("%(title)s: late") % said, url, due.due, alarming=True)


@waiting.source
def _follow_ups(who: Viewer) -> Iterator[Waits]:
    """What one's own side does after meetings."""
    today = queries.today()
    found = queries.visible(who, "meeting")
    texts = acts.texts_of(found)
    for one in found:
        for task in one.of(Meeting).follow_ups:
            if who.actor and task.owner == who.actor and not task.done:
                url = reverse("cooperation:meeting", args=[one.key])
                yield Waits(texts.get(task.what, _("erased")), url, task.due, alarming=task.due < today)


def _answering(who: Viewer, need: Subject) -> Sequence[Table]:
    """The projects that answer a need, as far as somebody may see them."""
    found = [(one, value) for one, value in projects.found(who) if need.key in value.needs]
    names = projects.names(found)
    texts = acts.texts_of([Subject("", "", {"titles": [value.title for _one, value in found]})])
    rows = [
        [
            Cell(texts.get(value.title, one.key), reverse("cooperation:project", args=[one.key])),
            Cell(", ".join(names.get(key, key) for key in value.providers)),
            Cell(aid_word(one.state, "stage")),
            Cell(value.end, exact=True),
        ]
        for one, value in found
    ]
    headers = [_("Project"), _("Providers"), _("Stage"), _("Until")]
    return [Table(_("Projects that answer it"), headers, rows, id="projects")]


beside_every("need", _answering)
