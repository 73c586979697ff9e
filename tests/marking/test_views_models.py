"""The page of one model: its components, the areas for marks on them, what is set aside for later."""

from typing import Any

import pytest
from django.test import Client

from countermark.marking import catalogue
from countermark.marking.catalogue import Area, Model, ModelPart
from countermark.marking.description import Part, Plate, Zone
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db

SLIDE = ModelPart(Part("slide", "steel"), essential=True)
FRAME = ModelPart(
    Part("frame", "polymer", plate=Plate(metal=True, embedded=True, width_mm=20, height_mm=6)),
    essential=True,
    reserved=(Area(12, 1, 7, 4), Area(1, 1, 5, 2, "found")),
)
GIVEN = Model("Rossi", "M88", "self_loading_pistol", "frame", (FRAME, SLIDE), "the maker's letter")


@pytest.fixture
def officer(db: None) -> Client:
    return people.signed_in("mara", "marking")


@pytest.fixture
def url(db: None) -> str:
    catalogue.set_model(GIVEN, by=CHIEF)
    return f"/marking/models/{GIVEN.key}/edit/"


def sent(page: Any) -> dict[str, object]:
    """The form as it was shown: what a person sends who changes nothing."""
    context = page.context
    fields: dict[str, object] = {"seen": context["seen"], "parts": len(context["rows"]), "action": "record"}
    for form in filter(None, (context["head"], context["form"], *context["rows"])):
        for field in form:
            value = field.value()
            if value not in (None, False):
                fields[field.html_name] = value
    return fields


def known() -> Model:
    found = catalogue.find("Rossi", "M88")
    assert found is not None
    return found


def test_a_form_sent_back_untouched_changes_nothing(officer: Client, url: str) -> None:
    response = officer.post(url, sent(officer.get(url)))

    assert (response.status_code, known()) == (302, GIVEN)


def test_an_area_for_marks_and_what_is_set_aside_are_recorded(officer: Client, url: str) -> None:
    fields = {"part1-zone_width": "30", "part1-zone_height": "5,5", "part1-reserved": "20 0 10 5\n0, 0, 5, 5 owner"}
    officer.post(url, sent(officer.get(url)) | {**fields, "part1-zone_height": "5.5"})

    frame, slide = known().parts
    assert frame == FRAME
    assert slide.part.zone == Zone(30, 5.5)
    assert slide.reserved == (Area(20, 0, 10, 5), Area(0, 0, 5, 5, "owner"))


def test_a_component_is_added_and_another_left_out(officer: Client, url: str) -> None:
    more = officer.post(url, sent(officer.get(url)) | {"action": "add_part"})
    assert len(more.context["rows"]) == 3
    officer.post(url, sent(more) | {"part1-remove": "on", "part2-type": "barrel", "part2-material": "steel"})

    assert [one.part.type for one in known().parts] == ["frame", "barrel"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"part1-reserved": "1 1 2 2"}, "part1-reserved"),
        ({"part0-reserved": "15 1 7 4"}, "part0-reserved"),
        ({"part0-reserved": "wide"}, "part0-reserved"),
        ({"part1-zone_width": "30"}, "part1-zone_height"),
        ({"part1-type": "", "part1-material": "steel"}, "part1-type"),
        ({"control_component": "barrel"}, "control_component"),
    ],
)
def test_what_contradicts_itself_is_refused_beside_its_field(
    officer: Client, url: str, fields: dict[str, str], named: str
) -> None:
    page = officer.post(url, sent(officer.get(url)) | fields)

    assert page.status_code == 422
    assert f'id="id_{named}_error"' in page.content.decode()
    assert known() == GIVEN


def test_a_change_made_meanwhile_is_not_lost(officer: Client, url: str) -> None:
    late = sent(officer.get(url)) | {"source": "somebody late"}
    officer.post(url, sent(officer.get(url)) | {"source": "somebody first"})

    assert officer.post(url, late).status_code == 422
    assert known().source == "somebody first"


def test_a_new_model_is_described_once(officer: Client) -> None:
    url = "/marking/models/new/"
    fields = {"maker": "Rossi", "model": "M88", "part0-type": "frame", "control_component": "frame"}
    asked = sent(officer.get(url)) | fields

    assert officer.post(url, asked).status_code == 302
    assert officer.post(url, asked | {"maker": "ROSSI"}).status_code == 422
    assert [one.part.type for one in known().parts] == ["frame"]


def test_the_drawing_follows_what_is_typed_without_recording_it(officer: Client, url: str) -> None:
    page = officer.post(url, sent(officer.get(url)) | {"action": "draw", "part0-plate_width": "31"})

    assert "31 mm" in page.content.decode()
    assert known() == GIVEN


def test_who_only_looks_sees_the_model_drawn_and_may_not_change_it(url: str) -> None:
    auditor = people.signed_in("ada", "auditor")
    page = auditor.get(f"/marking/models/{GIVEN.key}/").content.decode()

    assert "20 mm" in page
    assert url not in page
    assert auditor.get(url).status_code == 403
