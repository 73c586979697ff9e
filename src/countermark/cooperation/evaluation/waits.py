"""Check-backs that one's own projects owe, among what waits."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.cooperation import acts, queries, waiting
from countermark.cooperation.evaluation import services
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.waiting import Waits


@waiting.source
def _checkbacks(who: Viewer) -> Iterator[Waits]:
    if not who.actor:
        return
    due = services.due_checks(Viewer(who.actor), queries.today())
    texts = acts.texts_of([one.project for one in due])
    # The list leads on whoever may answer: it waits for a State, and not all who speak for it do.
    url = reverse("cooperation:checkbacks")
    for one in due:
        title = texts.get(one.project.of(Project).title, one.project.key)
        yield Waits(_("%(title)s: does it still run?") % {"title": title}, url, one.day)
