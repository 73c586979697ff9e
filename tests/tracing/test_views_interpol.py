"""What goes to INTERPOL from the pages, and the references that come back."""

import html
import json

import pytest
from django.test import Client

from countermark.tracing import interpol
from countermark.tracing.cases import services as cases
from countermark.tracing.cases.rules import Facts
from tests.register import people
from tests.tracing.test_interpol import ANN, WHOLE, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol() -> Client:
    return people.signed_in("carol", "contact")


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_a_request_is_exported_from_its_page_and_its_reference_stands_there(carol: Client) -> None:
    request = released(WHOLE)
    page = f"/requests/{request.id}/"
    assert "Export for INTERPOL" in page_of(carol, page)
    carol.post(f"{page}interpol/reference/", {"reference": "2026/123"})
    assert "2026/123" in page_of(carol, page)
    answer = carol.post(f"{page}interpol/")
    assert json.loads(answer.content)["interpol_reference"] == "2026/123"


def test_a_request_whose_weapon_cannot_be_identified_says_what_is_missing(carol: Client) -> None:
    request = released({**WHOLE, "maker": ""})
    answer = carol.post(f"/requests/{request.id}/interpol/", follow=True)
    assert "maker is missing" in answer.content.decode()


def test_the_stolen_and_lost_are_exported_and_those_left_out_say_what_they_lack(carol: Client) -> None:
    stolen, lost = people.weapon("W1"), people.weapon("W2", facts={"kind": "rifle"})
    people.event(stolen, event="theft", date="2020-01-02")
    people.event(lost, event="loss", date="2021-01-02")
    page = page_of(carol, "/interpol/")
    assert "1 weapon can be exported" in page
    assert "maker, country of manufacture" in page
    carol.post(f"/interpol/weapons/{stolen}/", {"reference": "I-7"})
    line = json.loads(carol.post("/interpol/diverted/").content)
    assert (line["reference"], line["interpol_reference"]) == (stolen, "I-7")


def test_what_is_no_reference_is_refused_with_the_reason(carol: Client) -> None:
    request = released(WHOLE)
    answer = carol.post(f"/requests/{request.id}/interpol/reference/", {"reference": "x" * 101}, follow=True)
    assert "at most 100 characters" in answer.content.decode()
    assert carol.post(f"/interpol/weapons/{people.weapon('W1')}/", {"reference": "x"}).status_code == 404


def test_a_case_keeps_the_reference_and_exports_its_requests(carol: Client) -> None:
    case = cases.open_case(Facts(how="seizure", date="2026-03-04"), by=ANN)
    carol.post(f"/cases/{case.id}/interpol/", {"reference": "C-9"})
    assert interpol.reference_of(case.id) == "C-9"
    request = released(WHOLE)
    cases.asked(case.id, request.id, by=ANN)
    assert f'action="/requests/{request.id}/interpol/"' in page_of(carol, f"/cases/{case.id}/")
    assert carol.post("/cases/nobody/interpol/", {"reference": "C-9"}).status_code == 404


def test_who_releases_nothing_exports_nothing() -> None:
    tom, request = people.signed_in("tom", "tracing"), released(WHOLE)
    assert "Export for INTERPOL" not in page_of(tom, f"/requests/{request.id}/")
    assert tom.post("/interpol/diverted/").status_code == 403
