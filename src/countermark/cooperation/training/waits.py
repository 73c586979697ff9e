"""What of training waits for whom one speaks for: calls to nominate for, courses to choose for, people nobody has asked about."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.cooperation import acts, queries, waiting
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.cooperation.training import queries as training
from countermark.cooperation.training.states import Call, Course
from countermark.cooperation.waiting import Waits


@waiting.source
def _calls(who: Viewer) -> Iterator[Waits]:
    """Calls that ask one's State to nominate, and calls of one's own that have closed and wait for a choice."""
    if not who.actor:
        return
    today = queries.today()
    found = queries.visible(who, "call", state="open")
    courses = {one.key: one for one in acts.subjects("course")} if found else {}
    texts = acts.texts_of([courses.get(one.value["course"]) for one in found])
    for one in found:
        value, url = one.of(Call), reverse("cooperation:call", args=[one.key])
        title = _title(courses.get(value.course), texts)
        if value.closes >= today and training.asks(one, who.actor) and not _nominated(one, who.actor):
            yield Waits(_("%(title)s: nominate participants") % {"title": title}, url, value.closes)
        if value.closes < today and who.may_change(one):
            yield Waits(_("%(title)s: choose participants") % {"title": title}, url, value.begin, value.begin <= today)


def _title(course: Subject | None, texts: dict[str, str]) -> str:
    return texts.get(course.of(Course).title, course.key) if course else ""


def _nominated(call: Subject, actor: str) -> bool:
    return any(one.value["state"] == actor and one.state != "withdrawn" for one in training.nominations(call.key))
