"""Two people change one record at once: the second is shown what the first said, and loses nothing of what they typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from countermark.cooperation import actors, acts
from countermark.cooperation.projects import delivering
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from tests.cooperation.pagekit import seated
from tests.cooperation.projects.scene import planned
from tests.cooperation.region import COORDINATOR, need, offer, region
from tests.cooperation.test_need_pages import form as need_form
from tests.cooperation.training.test_training import course

pytestmark = pytest.mark.django_db
MEANWHILE = "Changed meanwhile"
OFFER: dict[str, Any] = {
    "title": "Machines", "kinds": ["equipment"], "budget": "1000", "currency": "EUR", "begin": "2027-01-01", "end": "2028-12-31",
    "visibility": "public", "co_funding": "0",
}  # fmt: skip
COURSE: dict[str, Any] = {"title": "Marking by hand", "theme": "marking", "days": "2", "visibility": "public"}
PROJECT: dict[str, Any] = {
    "title": "Marking", "aims": "All marked.", "themes": ["marking"], "places": "XA", "begin": "2026-01-01", "end": "2027-12-31",
}  # fmt: skip


class Editor:
    """A record and the address of the form that states it anew."""

    def __init__(self, client: Client, path: str, subject: str, said: dict[str, Any]) -> None:
        self.client, self.path, self.said = client, f"/cooperation/{path}", said
        self.kind, _, self.key = subject.partition(":")

    def opened(self) -> str:
        """Opens the form; what it carries of the record."""
        page = self.client.get(self.path).content.decode()
        return page.partition('name="seen" value="')[2].partition('"')[0]

    def sent(self, seen: str, **changes: Any) -> Any:
        """Sends the form as it was opened."""
        return self.client.post(self.path, {**self.said, **changes, "seen": seen})

    def now(self) -> Subject:
        """The record."""
        found = acts.subject(self.kind, self.key)
        assert found is not None
        return found

    def title(self) -> str:
        """What it is called now."""
        return acts.texts_of([self.now()])[self.now().value["title" if "title" in self.now().value else "name"]]


def of_need() -> Editor:
    who = region()
    key = need()
    return Editor(seated("pelia", who["own"], "assistance"), f"needs/{key}/change/", f"need:{key}", need_form())


def of_offer() -> Editor:
    who = region()
    key = offer(who["donor"])
    return Editor(seated("ingrid", who["donor"]), f"offers/{key}/change/", f"offer:{key}", OFFER)


def of_course() -> Editor:
    who = region()
    key = course(who)
    return Editor(seated("vera", who["centre"]), f"training/courses/{key}/change/", f"course:{key}", COURSE)


def of_project() -> Editor:
    key, _donor = planned()
    said = {**PROJECT, "needs": acts.subjects("project")[0].value["needs"]}
    return Editor(seated("alice", "XA", "assistance"), f"projects/{key}/do/describe/", f"project:{key}", said)


EDITORS: list[Callable[[], Editor]] = [of_need, of_offer, of_course, of_project]


@pytest.mark.parametrize("make", EDITORS)
def test_who_opened_a_form_before_another_sent_it_is_shown_what_changed_and_keeps_what_they_typed(
    make: Callable[[], Editor],
) -> None:
    editor = make()
    first, second = editor.opened(), editor.opened()
    was = editor.title()
    assert editor.sent(first, title="What the first said").status_code == 302

    answer = editor.sent(second, title="What the second said")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert editor.title() == "What the first said"
    assert MEANWHILE in page
    beside = page.partition(MEANWHILE)[2].partition("</table>")[0]
    for text in (was, "What the first said", "What the second said"):
        assert text in beside
    assert 'value="What the second said"' in page


@pytest.mark.parametrize("make", EDITORS)
def test_sent_again_after_what_changed_was_shown_it_counts(make: Callable[[], Editor]) -> None:
    editor = make()
    first, second = editor.opened(), editor.opened()
    editor.sent(first, title="What the first said")
    page = editor.sent(second, title="What the second said").content.decode()

    answer = editor.sent(page.partition('name="seen" value="')[2].partition('"')[0], title="What the second said")

    assert answer.status_code == 302
    assert editor.title() == "What the second said"


@pytest.mark.parametrize("make", EDITORS)
def test_a_form_sent_twice_is_not_taken_for_two_people(make: Callable[[], Editor]) -> None:
    editor = make()
    seen = editor.opened()

    assert editor.sent(seen, title="Said once").status_code == 302
    assert editor.sent(seen, title="Said once").status_code == 302
    assert editor.title() == "Said once"


def test_a_line_that_changed_meanwhile_is_told_by_the_words_of_its_codes() -> None:
    editor = of_need()
    first, second = editor.opened(), editor.opened()
    assert editor.sent(first, **{"once-0-category": "power"}).status_code == 302

    page = editor.sent(second).content.decode()

    beside = page.partition(MEANWHILE)[2].partition("</table>")[0]
    assert LABELS["cost"]["power"] in beside
    assert ">power" not in beside


def test_what_a_form_does_not_state_does_not_make_it_stale() -> None:
    editor = of_project()
    seen = editor.opened()
    delivering.set_risk(editor.key, "No fuel", 2, 2, "Keep some.", actor="XA", by=COORDINATOR)

    assert editor.sent(seen, title="Marking anew").status_code == 302


def test_an_actor_described_meanwhile_is_not_overwritten() -> None:
    who = region()
    chief = seated("pelia", who["own"], "assistance")
    said = {"name": "Realm of XQ", "kind": "state", "country": "XQ"}
    editor = Editor(chief, "actors/XQ/change/", "actor:XQ", said)
    seen = editor.opened()
    actors.set_actor("XQ", "Kingdom of XQ", "state", country_code="XQ", by=COORDINATOR)

    answer = editor.sent(seen)

    assert answer.status_code == 422
    assert "Kingdom of XQ" in answer.content.decode()
    assert editor.title() == "Kingdom of XQ"
