"""Cases, chains, the blind check and INTERPOL for programs."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from countermark.accounts import services as accounts
from countermark.accounts.models import Place
from countermark.tracing.cases import queries as cases
from countermark.tracing.requests import services as requests
from tests.marking.photograph import SECRET, jpeg
from tests.register import people
from tests.register.people import CHIEF
from tests.tracing.test_interpol import ANN, WHOLE, released
from tests.web.test_api import Program, size, token_of

pytestmark = pytest.mark.django_db

CASE = {
    "how": "seizure",
    "date": "2026-03-04",
    "place": "Harbour",
    "why_illicit": ["a"],
    "weapons": [{"readings": [{"reading": "SN W1"}], "kind": "revolver", "calibre": ".38", "country": "XB"}],
}


def program(name: str = "carol", role: str = "contact", place: str | None = None, *scopes: str) -> Program:
    return Program(token_of(people.person(name, role, place), *scopes))


@pytest.fixture
def carol() -> Program:
    return program()


def put(sender: Program, path: str, body: object) -> Any:
    return sender.client.put(f"/api/{path}", body, content_type="application/json", headers=sender.headers)


def opened(sender: Program, **changed: object) -> dict[str, Any]:
    answer = sender.post("cases", {**CASE, **changed})
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


# Cases


def test_a_case_is_opened_read_and_listed(carol: Program) -> None:
    made = opened(carol)
    read = carol.get(f"cases/{made['id']}").json()
    assert read == made
    assert (read["facts"]["place"], read["items"][0]["said"]["readings"][0]["reading"]) == ("Harbour", "SN W1")
    assert [one["id"] for one in carol.get("cases").json()["items"]] == [made["id"]]


def test_the_list_goes_page_by_page_and_by_where_cases_stand(carol: Program) -> None:
    made = [opened(carol)["id"] for _ in range(3)]
    carol.post(f"cases/{made[0]}/close", {"outcome": "B14", "reason": "not followed up"})
    first = carol.get("cases?limit=2").json()
    second = carol.get(f"cases?limit=2&after={first['next']}").json()
    assert {one["id"] for one in [*first["items"], *second["items"]]} == set(made)
    assert second["next"] is None
    assert [one["id"] for one in carol.get("cases?state=closed").json()["items"]] == [made[0]]


def test_a_case_sent_twice_with_one_key_is_opened_once(carol: Program) -> None:
    first = carol.post("cases", CASE, **{"Idempotency-Key": "k1"})
    before = size()
    again = carol.post("cases", CASE, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], size()) == (first.json()["id"], before)
    other = carol.post("cases", {**CASE, "date": "2025"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 409
    assert carol.post("cases", CASE, **{"Idempotency-Key": "k" * 201}).status_code == 422


def test_a_key_is_its_senders_own(carol: Program) -> None:
    tom = program("tom", "tracing")
    key = {"Idempotency-Key": "k1"}
    assert carol.post("cases", CASE, **key).json()["id"] != tom.post("cases", CASE, **key).json()["id"]


@pytest.mark.parametrize(
    "wrong", [{"date": "2999"}, {"why_illicit": ["f"]}, {"weapons": [{"kind": "cannon"}]}, {"unknown": 1}]
)
def test_an_intake_that_cannot_be_right_is_refused_and_nothing_stored(carol: Program, wrong: dict[str, Any]) -> None:
    before = size()
    answer = carol.post("cases", {**CASE, **wrong})
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert size() == before


def test_facts_are_stated_anew_and_the_same_facts_change_nothing(carol: Program) -> None:
    made = opened(carol)
    facts = {**made["facts"], "place": "Airport"}
    assert put(carol, f"cases/{made['id']}", facts).json()["facts"]["place"] == "Airport"
    before = size()
    assert put(carol, f"cases/{made['id']}", facts).status_code == 200
    assert size() == before


def test_a_candidate_is_confirmed_with_a_reason_and_the_event_recorded(carol: Program) -> None:
    weapon = people.weapon("W1")
    made = opened(carol)
    item = f"cases/{made['id']}/weapons/{made['items'][0]['item']}"
    (candidate, *_) = carol.get(f"{item}/candidates").json()
    assert candidate["weapon_id"] == weapon
    said = {"weapon_id": weapon, "decision": "confirm", "reason": "all marks agree"}
    assert carol.post(f"{item}/decision", said).json()["weapon_id"] == weapon
    other = {**said, "weapon_id": "00000000-0000-4000-8000-000000000000"}
    assert carol.post(f"{item}/decision", other).status_code == 422
    assert carol.post(f"{item}/decision", {**said, "decision": "reject"}).json()["weapon_id"] == ""


def test_a_weapon_is_added_changed_and_taken_out(carol: Program) -> None:
    made = opened(carol)
    path = f"cases/{made['id']}/weapons"
    added = carol.post(path, {"maker": "Taurus"}).json()
    assert put(carol, f"{path}/{added['item']}", {"maker": "Rossi"}).json()["said"]["maker"] == "Rossi"
    assert len(carol.post(f"{path}/{added['item']}/drop", {"reason": "a toy"}).json()["items"]) == 1
    assert carol.post(f"{path}/nobody/drop", {"reason": "a toy"}).status_code == 404


def added(sender: Program, case: str, picture: bytes, text: str = "", **headers: str) -> Any:
    sent = {"text": text, "photograph": SimpleUploadedFile("a.jpg", picture, "image/jpeg")}
    return sender.client.post(f"/api/cases/{case}/notes", sent, headers={**sender.headers, **headers})


def test_a_photograph_is_kept_without_what_it_says_of_its_maker(carol: Program) -> None:
    made = opened(carol)
    key = {"Idempotency-Key": "n1"}
    first, again = (added(carol, made["id"], jpeg(), "the frame", **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    (note,) = again.json()["notes"]
    kept = carol.get(f"cases/{made['id']}/photographs/{note['photograph']}")
    assert kept["Content-Type"] == "image/jpeg"
    assert SECRET not in kept.content
    assert carol.get(f"cases/{made['id']}/photographs/{'0' * 64}").status_code == 404
    assert added(carol, made["id"], b"no picture", **key).status_code in (409, 422)
    assert added(carol, made["id"], b"no picture").status_code == 422


def test_a_photograph_of_several_megabytes_is_taken(carol: Program) -> None:
    made, large = opened(carol), jpeg()[:-2] + b"\x00" * (4 << 20) + jpeg()[-2:]
    assert added(carol, made["id"], large).status_code == 201


def test_a_request_is_drafted_from_a_case_and_stands_there(carol: Program) -> None:
    made = opened(carol)
    asked = {"peer": "XB", "intended_use": "criminal investigation"}
    assert carol.post(f"cases/{made['id']}/requests", asked).status_code == 422
    drafted = carol.post(f"cases/{made['id']}/requests", {**asked, "confirmed": True}).json()
    assert carol.get(f"cases/{made['id']}").json()["asked"] == [drafted["request"]]


def test_a_request_there_is_already_is_linked_once(carol: Program) -> None:
    made, request = opened(carol), released(WHOLE)
    linked = carol.post(f"cases/{made['id']}/links", {"request": request.id}).json()
    before = size()
    assert carol.post(f"cases/{made['id']}/links", {"request": request.id}).json()["asked"] == linked["asked"]
    assert size() == before
    assert carol.post(f"cases/{made['id']}/links", {"request": "nobody"}).status_code == 404


def test_a_case_is_closed_once_with_an_outcome(carol: Program) -> None:
    made = opened(carol)
    assert carol.post(f"cases/{made['id']}/close", {"outcome": "B6"}).status_code == 422
    ended = {"outcome": "B6", "reason": "no record anywhere"}
    assert carol.post(f"cases/{made['id']}/close", ended).json()["closing"]["reason"] == "no record anywhere"
    before = size()
    assert carol.post(f"cases/{made['id']}/close", ended).json()["closed"]
    assert size() == before


def test_cases_of_other_offices_are_not_there() -> None:
    for name in ("North", "South"):
        accounts.add_place(name, by=CHIEF)
    tom, ann = program("tom", "tracing", "North"), program("ann", "tracing", "South")
    north, south = (Place.objects.get(name=name).id for name in ("North", "South"))
    made = opened(tom, office=north)
    assert ann.get(f"cases/{made['id']}").status_code == 404
    assert ann.get("cases").json()["items"] == []
    assert put(ann, f"interpol/cases/{made['id']}", {"reference": "x"}).status_code == 404
    assert tom.post("cases", {**CASE, "office": south}).status_code == 404
    assert tom.post("cases", CASE).status_code == 404
    assert tom.post(f"cases/{made['id']}/office", {"office": south}).status_code == 404


def test_a_case_is_given_to_another_office(carol: Program) -> None:
    accounts.add_place("North", by=CHIEF)
    made, north = opened(carol), Place.objects.get(name="North").id
    assert carol.post(f"cases/{made['id']}/office", {"office": north}).json()["office"] == north


def test_a_scope_for_cases_alone_asks_no_state() -> None:
    reader = program("carol", "contact", None, "cases")
    made = opened(reader)
    asked = {"peer": "XB", "intended_use": "x", "confirmed": True}
    assert reader.post(f"cases/{made['id']}/requests", asked).status_code == 403
    assert reader.get("blind").status_code == 403


def test_who_only_looks_changes_nothing() -> None:
    made, auditor = opened(program()), program("rita", "auditor")
    assert auditor.get(f"cases/{made['id']}").status_code == 200
    assert auditor.post("cases", CASE).status_code == 403
    assert auditor.post("interpol/stolen-and-lost", {}).status_code == 403


# Chains


def test_a_chain_tells_steps_gaps_and_what_a_map_needs(carol: Program) -> None:
    request = released({**WHOLE, "country": "FR", "year": "1990"})
    told = {"answer": {"events": [{"event": "export", "date": "1994", "country": "XC"}]}, "outcome": "A4"}
    for kind, body in (("acknowledgement", {}), ("answer", told)):
        requests.note_paper(request.id, kind, body, "2026-03-01T00:00:00.000Z", by=ANN)
    page = carol.get(f"requests/{request.id}/chain").json()
    assert [one["event"] for one in page["items"] if one["what"] == "step"] == ["manufacture", "export", "recovery"]
    assert {one["what"] for one in page["items"]} > {"step"}
    assert page["places"][0]["country"] == "FR"
    assert all(place["longitude"] is not None for place in page["places"])
    assert page["legs"]
    assert carol.get(f"requests/{request.id}/chain/map")["Content-Type"] == "image/svg+xml"
    assert carol.get("requests/nobody/chain").status_code == 404


# INTERPOL


def test_what_goes_to_interpol_and_the_reference_that_comes_back(carol: Program) -> None:
    stolen, request = people.weapon("W1"), released(WHOLE)
    people.event(stolen, event="theft", date="2020-01-02")
    assert put(carol, f"interpol/requests/{request.id}", {"reference": "2026/1"}).json() == {"reference": "2026/1"}
    assert put(carol, f"interpol/weapons/{stolen}", {"reference": "I-7"}).status_code == 200
    (record,) = carol.post(f"interpol/requests/{request.id}", {}).json()["records"]
    assert record["interpol_reference"] == "2026/1"
    exported = carol.post("interpol/stolen-and-lost", {}).json()
    assert [one["interpol_reference"] for one in exported["records"]] == ["I-7"]
    assert exported["left_out"] == []
    assert carol.get(f"interpol/requests/{request.id}").json() == {"reference": "2026/1"}


def test_the_reference_of_a_case_stands_on_it(carol: Program) -> None:
    made = opened(carol)
    put(carol, f"interpol/cases/{made['id']}", {"reference": "C-9"})
    assert carol.get(f"cases/{made['id']}").json()["interpol_reference"] == "C-9"


def test_a_request_that_identifies_no_weapon_is_not_exported(carol: Program) -> None:
    answer = carol.post(f"interpol/requests/{released({**WHOLE, 'maker': ''}).id}", {})
    assert answer.status_code == 422
    assert "maker is missing" in answer.json()["detail"]


def test_every_case_opened_over_the_api_is_one_of_the_pages_too(carol: Program) -> None:
    made = opened(carol)
    assert [one.id for one in cases.cases()] == [made["id"]]
