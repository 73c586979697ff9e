"""Pages of what comes after the bench: marks looked at again, import marks confirmed on arrival."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from countermark.marking import arrivals, batches, queries
from countermark.marking.batches import ItemDraft
from countermark.marking.states import CRITERIA, Item, Planned
from tests.marking import photograph, workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db: None) -> Client:
    return people.signed_in("mara", "marking")


def polymer(place: str = "") -> Item:
    """A weapon accepted with a mark lasered into polymer."""
    weapon = people.weapon("W1", place=place)
    described = {"components": [{"type": "frame", "material": "polymer"}]}
    draft = ItemDraft([Planned("frame", "state_stock", "XA")], weapon, "W1", "SN W1", description=described)
    made = batches.make("Polymer", "state_holding", [draft], place=place, by=CHIEF)
    batches.move(made.id, "released", by=CHIEF)
    return workshop.accepted_as_it_is(workshop.items(made)[0])


def looked(item: Item) -> Item:
    return batches.item(item.id)


def test_a_mark_that_may_not_last_stands_in_the_list_after_a_year(officer: Client) -> None:
    item = polymer()
    url = f"/marking/weapons/{item.id}/"
    assert url not in officer.get("/marking/later/").content.decode()

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=queries.LOOK_AGAIN_DAYS + 1), tick=False):
        later = people.signed_in("lara", "marking")
        assert url in later.get("/marking/later/").content.decode()


def test_a_mark_is_looked_at_again_on_the_page_of_its_weapon(officer: Client) -> None:
    item = polymer()
    url = f"/marking/weapons/{item.id}/"
    assert "Look at the marks again" in officer.get(url).content.decode()
    picture = SimpleUploadedFile("p.jpg", photograph.jpeg())
    form = {"seen": "1", "criteria": list(CRITERIA), "note": "as new", "photographs": picture}

    page = officer.post(f"{url}again/", form, follow=True).content.decode()
    officer.post(f"{url}again/", {**form, "criteria": []})

    assert "The marks have lasted." in page
    assert [look.accepted for look in looked(item).inspections] == [True, True]


def test_marks_that_have_not_lasted_are_said_to(officer: Client) -> None:
    item = polymer()

    page = officer.post(f"/marking/weapons/{item.id}/again/", {"seen": "1"}, follow=True).content.decode()

    assert "The marks have not lasted" in page


@pytest.mark.parametrize("form", [{"seen": ""}, {"seen": "1", "criteria": "shiny"}])
def test_a_look_that_says_nothing_usable_records_nothing(officer: Client, form: dict[str, str]) -> None:
    item = polymer()

    officer.post(f"/marking/weapons/{item.id}/again/", form)

    assert len(looked(item).inspections) == 1


def test_an_import_mark_is_confirmed_without_being_shown_before(officer: Client) -> None:
    marks = [Planned("frame", "manufacture", "AB 1", role="control"), Planned("frame", "import", "XB 26")]
    made = batches.make(
        "Production", "manufacture", [ItemDraft(marks, ref="P1", description=people.REVOLVER)], by=CHIEF
    )
    batches.move(made.id, "released", by=CHIEF)
    weapon = workshop.accepted_as_it_is(workshop.items(made)[0]).weapon
    url = f"/marking/arrivals/{weapon}/"
    assert url in officer.get("/marking/later/").content.decode()
    assert "XB 26" not in officer.get(url).content.decode()

    assert officer.post(url, {"first": "XB 26", "second": "XB 25"}).status_code == 422
    page = officer.post(url, {"first": "XB 26", "second": "xb26"}, follow=True).content.decode()

    assert "It is the import mark on record." in page
    assert "as on record" in page
    assert arrivals.unconfirmed(people.person("alice", "marking")) == []


def test_nobody_looks_again_at_a_mark_of_another_place() -> None:
    people.places()
    item = polymer(SOUTH)
    northern = people.signed_in("nora", "marking", NORTH)

    assert northern.post(f"/marking/weapons/{item.id}/again/", {"seen": "1"}).status_code == 404
    assert (
        "Look at the marks again"
        not in people.signed_in("ada", "auditor").get(f"/marking/weapons/{item.id}/").content.decode()
    )
