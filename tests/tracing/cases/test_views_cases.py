"""Pages of cases, as a tracing officer uses them: intake, the register's answer, remarks, a request, the end."""

import html

import pytest
from django.test import Client

from countermark.register import photographs
from countermark.tracing.cases import queries
from countermark.tracing.cases.states import Case
from tests.marking.photograph import SECRET, jpeg
from tests.register import people

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

INTAKE = {
    "how": "seizure",
    "date": "2026-03-04",
    "place": "Harbour",
    "why_illicit": ["a"],
    "w0-readings": "SN W1\n77?9",
    "w0-kind": "revolver",
    "w0-calibre": ".38",
    "w0-country": "XB",
}


@pytest.fixture
def carol() -> Client:
    return people.signed_in("carol", "contact")


def opened(client: Client, **changed: object) -> Case:
    answer = client.post("/cases/new/", {**INTAKE, **changed})
    assert answer.status_code == 302, answer.content.decode()
    (found,) = queries.cases()
    return found


def weapon_page(found: Case, number: int = 0) -> str:
    return f"/cases/{found.id}/weapons/{found.items[number].id}/"


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_an_empty_list_says_what_to_do_next(carol: Client) -> None:
    assert "Open a case" in text_of(carol, "/cases/")


def test_intake_is_shown_as_it_was_told(carol: Client) -> None:
    found = opened(carol)
    page = text_of(carol, f"/cases/{found.id}/")
    assert "Harbour" in page
    assert "77?9" in page
    assert found.id[:8] in text_of(carol, "/cases/")


def test_an_intake_that_cannot_be_right_is_refused_beside_the_form(carol: Client) -> None:
    answer = carol.post("/cases/new/", {**INTAKE, "date": "2999"})
    assert answer.status_code == 422
    assert "lies ahead" in answer.content.decode()
    assert list(queries.cases()) == []


def test_a_weapon_of_the_register_is_confirmed_with_a_reason(carol: Client) -> None:
    weapon = people.weapon("W1")
    found = opened(carol, **{"w0-readings": "SN W1"})
    assert f'value="{weapon}"' in text_of(carol, f"/cases/{found.id}/")
    carol.post(f"{weapon_page(found)}consider/", {"weapon": weapon, "decision": "confirm", "reason": "all marks agree"})
    assert "The weapon of this case" in text_of(carol, f"/cases/{found.id}/")


@pytest.mark.parametrize(
    "sent",
    [
        {"decision": "confirm", "reason": "x", "weapon": "00000000-0000-4000-8000-000000000000"},
        {"decision": "both", "reason": "x"},
        {"decision": "confirm", "reason": ""},
    ],
)
def test_a_decision_that_cannot_be_recorded_changes_nothing(carol: Client, sent: dict[str, str]) -> None:
    weapon = people.weapon("W1")
    found = opened(carol, **{"w0-readings": "SN W1"})
    carol.post(f"{weapon_page(found)}consider/", {"weapon": weapon, **sent})
    assert queries.case(found.id) == found


def test_a_photograph_is_kept_without_what_it_says_of_its_maker(carol: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    found = opened(carol)
    picture = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    carol.post(f"/cases/{found.id}/note/", {"text": "the frame", "photograph": picture})
    (note,) = (queries.case(found.id) or found).notes
    kept = carol.get(f"/cases/{found.id}/photographs/{note.document}/")
    assert kept["Content-Type"] == "image/jpeg"
    assert kept.content == photographs.without_metadata(jpeg())[0]
    assert SECRET not in kept.content


def test_what_no_address_or_reason_can_be_is_answered_and_breaks_nothing(carol: Client) -> None:
    weapon = people.weapon("W1")
    found = opened(carol, **{"w0-readings": "SN W1"})
    odd = ["/cases/%00/", "/requests/%00/", f"/cases/{found.id}/weapons/%00/", "/requests/%00/chain/"]
    assert [carol.get(path).status_code for path in odd] == [404] * 4
    filled = ["/requests/new/?case=%00", "/requests/new/?after=%00", f"/requests/new/?case={found.id}&item=%00"]
    assert [carol.get(path).status_code for path in filled] == [200] * 3
    sent = {"weapon": weapon, "decision": "reject", "reason": "another\0 calibre"}
    assert carol.post(f"{weapon_page(found)}consider/", sent).status_code == 302
    (item,) = (queries.case(found.id) or found).items
    assert [one.reason for one in item.considered] == ["another calibre"]


def test_several_weapons_come_in_with_one_form_and_have_a_page_each(carol: Client) -> None:
    more = carol.post("/cases/new/", {**INTAKE, "count": "1", "add": "1"}).content.decode()
    assert 'name="w1-readings"' in more
    assert "77?9" in more
    found = opened(carol, **{"count": "2", "w1-readings": "frame=AB 123", "w1-kind": "rifle"})
    assert [item.said and item.said.kind for item in found.items] == ["revolver", "rifle"]
    page = text_of(carol, f"/cases/{found.id}/")
    assert all(weapon_page(found, number) in page for number in (0, 1))
    second = text_of(carol, weapon_page(found, 1))
    assert "AB 123" in second
    assert "77?9" not in second
    carol.post(f"{weapon_page(found, 1)}facts/", {"readings": "frame=AB 124", "kind": "rifle"})
    assert "AB 124" in text_of(carol, weapon_page(found, 1))
    carol.post(f"{weapon_page(found, 0)}drop/", {"reason": "a toy"})
    assert len((queries.case(found.id) or found).items) == 1


def test_a_request_names_the_weapons_chosen(carol: Client) -> None:
    found = opened(carol, **{"count": "2", "w1-readings": "AB 123", "w1-kind": "rifle", "w1-calibre": "7.62"})
    page = text_of(carol, f"/requests/new/?case={found.id}&item={found.items[1].id}&to=XB")
    assert "AB 123" in page
    assert "77?9" not in page


def test_only_photographs_of_the_case_are_shown_there(carol: Client) -> None:
    assert carol.get(f"/cases/{opened(carol).id}/photographs/{'0' * 64}/").status_code == 404


def test_a_request_to_another_state_is_filled_in_from_the_case(carol: Client) -> None:
    found = opened(carol)
    page = text_of(carol, f"/requests/new/?case={found.id}&to=XB")
    assert "SN W1\n77?9" in page
    assert "Harbour" in page


def test_a_case_is_closed_with_an_outcome(carol: Client) -> None:
    found = opened(carol)
    refused = carol.post(f"/cases/{found.id}/close/", {"outcome": "B6"})
    assert refused.status_code == 422
    carol.post(f"/cases/{found.id}/close/", {"outcome": "B6", "reason": "no record anywhere"})
    assert "no record anywhere" in text_of(carol, f"/cases/{found.id}/")
    assert found.id[:8] not in text_of(carol, "/cases/?state=open")


def test_what_a_person_wrote_stays_text(carol: Client) -> None:
    found = opened(carol, circumstances="<script>alert(1)</script>")
    assert "<script>alert(1)" not in carol.get(f"/cases/{found.id}/").content.decode()


def test_a_stolen_weapon_is_announced_where_its_mark_was_read(carol: Client) -> None:
    weapon = people.weapon("W1")
    found = opened(carol, **{"w0-readings": "SN W1"})
    people.event(weapon, event="theft", date="2020-01-01")
    assert "stolen or lost answers to this case" in text_of(carol, f"/cases/{found.id}/")
    assert "Stolen or lost weapons that cases answer to" in text_of(carol, "/cases/")


def test_there_is_no_page_of_a_case_nobody_opened(carol: Client) -> None:
    assert carol.get("/cases/nobody/").status_code == 404
