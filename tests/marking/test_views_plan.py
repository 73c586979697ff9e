"""The page that plans the marks of one weapon: the form, what comes of it, and how far it goes where little is told."""

import json

import pytest
from django.test import Client

from countermark.marking import planning
from countermark.marking.rules.findings import Finding
from countermark.marking.views.plan import grouped
from tests.register import people

pytestmark = pytest.mark.django_db

PLAN = "/marking/plan/"
PISTOL = {
    "occasion": "manufacture",
    "profiles": ["iti", "us-478.92"],
    "kind": "self_loading_pistol",
    "control_component": "frame",
    "parts": "1",
    "part0-type": "frame",
    "part0-material": "polymer",
    "part0-plate": "embedded",
    "part0-plate_width": "30",
    "part0-plate_height": "8",
    "marks": "1",
    "mark0-carrier": "part",
    "mark0-mark_kind": "manufacture",
    "say_serial": "AB 123",
    "say_country": "XA",
    "say_manufacturer": "ACME",
}


@pytest.fixture
def officer(db: None) -> Client:
    return people.signed_in("mara", "marking")


def planned(client: Client, **fields: object) -> str:
    response = client.post(PLAN, {**PISTOL, "action": "plan", **fields})
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_opens_with_an_empty_form(officer: Client) -> None:
    page = officer.get(PLAN).content.decode()

    assert "Another component" in page
    assert "Findings" not in page


def test_a_plan_shows_verdicts_findings_marks_and_what_fits(officer: Client) -> None:
    page = planned(officer)

    assert "not compliant" in page
    assert "AB 123" in page
    assert "iti" in page
    assert 'width="48mm"' in page  # 30 mm of plate between its measures
    assert "Printed at 100 % this has the size of the metal." in page


def test_a_plan_is_made_as_far_as_it_goes(officer: Client) -> None:
    response = officer.post(PLAN, {"action": "plan", "parts": "1", "marks": "1"})

    assert response.status_code == 200
    assert "incomplete" in response.content.decode()


def test_the_json_is_what_the_command_line_prints(officer: Client) -> None:
    response = officer.post(PLAN, {**PISTOL, "action": "json"})

    given = {
        "occasion": "manufacture",
        "profiles": ["iti", "us-478.92"],
        "elements": {"country": "XA", "serial": "AB 123", "manufacturer": "ACME"},
        "weapon": {
            "kind": "self_loading_pistol",
            "control_component": "frame",
            "components": [
                {
                    "type": "frame",
                    "material": "polymer",
                    "plate": {
                        "metal": True,
                        "embedded": True,
                        "removal_destroys": True,
                        "width_mm": 30.0,
                        "height_mm": 8.0,
                    },
                }
            ],
        },
        "marks": [],
    }
    assert response.headers["Content-Disposition"] == 'attachment; filename="plan.json"'
    assert json.loads(response.content) == json.loads(json.dumps(planning.plan(given).plan.as_json()))


def test_a_description_as_json_is_taken_whole(officer: Client) -> None:
    given = {"occasion": "import", "profiles": ["unfp"], "weapon": {"kind": "revolver"}}

    response = officer.post(PLAN, {"action": "json", "described": json.dumps(given)})

    assert list(json.loads(response.content)["verdicts"]) == ["unfp"]


@pytest.mark.parametrize("written", ["[1]", "{", "[" * 100_000])
def test_what_is_no_description_is_refused_beside_its_field(officer: Client, written: str) -> None:
    response = officer.post(PLAN, {"action": "plan", "described": written})

    assert response.status_code == 422
    assert "Expected one JSON object." in response.content.decode()


def test_a_row_is_added_without_losing_what_was_typed(officer: Client) -> None:
    page = officer.post(PLAN, {**PISTOL, "action": "add_part"}).content.decode()

    assert 'name="part1-type"' in page
    assert 'value="AB 123"' in page


def test_the_form_is_filled_in_from_the_register(officer: Client) -> None:
    weapon = people.weapon("W1", "AB 777")

    page = officer.get(f"{PLAN}?weapon={weapon}").content.decode()

    assert 'value="AB 777"' in page
    assert 'value="Rossi"' in page


def test_a_weapon_of_another_place_is_not_filled_in() -> None:
    people.places()
    people.weapon("W1", "AB 777", place=people.SOUTH)
    northern = people.signed_in("nora", "marking", people.NORTH)

    response = northern.post(PLAN, {"action": "fill", "ref": "W1"})

    assert response.status_code == 422
    assert "AB 777" not in response.content.decode()


def test_a_text_with_markup_stays_text(officer: Client) -> None:
    page = planned(officer, say_serial="<script>alert(1)</script>")

    assert "<script>alert" not in page


def test_a_covert_mark_alone_is_not_enough(officer: Client) -> None:
    covert = {
        "mark0-layer": "covert",
        "mark0-component": "frame",
        "mark0-text": "AB 123",
        "mark0-serial": "AB 123",
        "mark0-country": "XA",
        "mark0-manufacturer": "ACME",
    }

    verdicts = json.loads(officer.post(PLAN, {**PISTOL, **covert, "action": "json"}).content)["verdicts"]

    assert verdicts["iti"] == "not_compliant"


def test_a_second_plate_is_drawn_beside_the_first(officer: Client) -> None:
    page = planned(officer, **{"part0-second_width": "20", "part0-second_height": "6"})

    assert "second plate" in page
    assert 'width="38mm"' in page


def finding(component: str, element: str) -> Finding:
    return Finding(
        "r1", "iti", "binding", "missing", component, element, "It lacks %(element)s.", "ITI 8", {"element": element}
    )


def test_what_one_rule_says_of_several_elements_is_one_line_in_words() -> None:
    (line,) = grouped([finding("frame", "importer_city"), finding("frame", "year / serial")])
    assert str(line.message) == "It lacks importer's city, year / serial number."


def test_what_one_rule_says_of_several_components_is_one_line() -> None:
    (line,) = grouped([finding(part, name) for part in ("frame", "barrel") for name in ("year", "serial")])
    assert line.components == ("frame", "barrel")


def test_what_differs_between_components_stays_apart() -> None:
    assert len(grouped([finding("frame", "year"), finding("barrel", "serial")])) == 2


@pytest.mark.parametrize(("told", "asked"), [("", True), ("true", False)])
def test_whether_a_part_is_too_small_is_asked_until_it_is_told(officer: Client, told: str, asked: bool) -> None:
    bolt = {
        "profiles": ["eu-2019-68"],
        "part0-type": "bolt",
        "part0-plate": "",
        "part0-too_small": told,
        "mark0-text": "AB 123",
        "mark0-component": "bolt",
        "mark0-serial": "AB 123",
    }
    plan = json.loads(officer.post(PLAN, {**PISTOL, **bolt, "action": "json"}).content)
    assert any(one["attribute"] == "too_small" for one in plan["findings"]) is asked


def test_the_policy_of_identity_is_named_and_leads_to_where_it_is_stated(officer: Client) -> None:
    page = planned(officer, identity="essential")
    assert 'href="/marking/models/"><bdi dir="ltr">identity</bdi>' in page
