"""The API: who may use what, what refusals look like, what is stored and what is not."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from countermark.accounts import rules, services
from countermark.accounts.models import ApiToken, User
from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.services import Actor
from countermark.register import serialrules
from countermark.register import services as register
from countermark.register.files.again import SerialRule
from countermark.register.models import LoadJob

pytestmark = pytest.mark.django_db

CHIEF = Actor("chief")
PISTOL = {"kind": "self_loading_pistol", "maker": "Taurus", "model": "PT92", "calibre": "9x19mm", "country": "BR"}
MARK = {"component": "frame", "mark": "TKD48213"}


def user_of(role: str, place: str | None = None) -> User:
    services.add_user(f"{role}-api", [role], place, "a-long-password", by=CHIEF)
    return User.objects.get(username=f"{role}-api")


def token_of(user: User, *scopes: str) -> str:
    expires = timezone.now() + timedelta(days=1)
    return services.issue_token(user, "a program", scopes or tuple(rules.SCOPES), expires, by=CHIEF)


class Program:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/{path}", headers={**self.headers, **headers})

    def post(self, path: str, body: object, **headers: str) -> Any:
        sent = {**self.headers, **headers}
        return self.client.post(f"/api/{path}", json.dumps(body), content_type="application/json", headers=sent)


@pytest.fixture
def registrar() -> Program:
    return Program(token_of(user_of("registrar")))


@pytest.fixture
def auditor() -> Program:
    return Program(token_of(user_of("auditor")))


@pytest.fixture
def pistol() -> register.Added:
    return register.add_weapon("A1", PISTOL, [MARK], by=CHIEF)


def size() -> int:
    return logs.size(ledger.require_own_log())


# Who may


def test_a_program_without_a_token_is_told_how_to_send_one() -> None:
    answer = Client().get("/api/weapons")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_token_is_refused() -> None:
    assert Program("cmk_unknown").get("weapons").status_code == 401


def test_an_expired_token_is_refused() -> None:
    program = Program(token_of(user_of("registrar")))
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert program.get("weapons").status_code == 401


def test_a_token_does_only_what_its_scopes_say() -> None:
    program = Program(token_of(user_of("registrar"), "read"))
    assert program.get("weapons").status_code == 200
    answer = program.post("trace", {"readings": [{"reading": "AB12"}]})
    assert answer.status_code == 403
    assert "trace" in answer.json()["detail"]


def test_a_token_never_allows_more_than_its_owners_roles() -> None:
    program = Program(token_of(user_of("counter")))
    assert program.post("weapons", {"ref": "A1", "marks": [MARK]}).status_code == 403


def test_a_token_of_somebody_disabled_stops_working() -> None:
    user = user_of("registrar")
    program = Program(token_of(user))
    services.disable_user(user.username, by=CHIEF)
    assert program.get("weapons").status_code == 401


def test_somebody_signed_in_may_try_the_api_without_a_token() -> None:
    client = Client()
    client.force_login(user_of("registrar"))
    assert client.get("/api/weapons").status_code == 200


def test_a_signed_in_browser_cannot_be_made_to_post_by_another_site() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_of("registrar"))
    body = json.dumps({"readings": [{"reading": "AB12"}]})
    assert client.post("/api/trace", body, content_type="application/json").status_code == 403


def test_the_description_is_open_and_names_a_permission_at_every_operation() -> None:
    document = Client().get("/api/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert operations
    assert all("Permission:" in operation["description"] and operation["security"] for operation in operations)


def test_the_docs_page_loads_nothing_from_outside() -> None:
    page = Client().get("/api/docs").content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert "//cdn" not in page


# Weapons


def test_a_weapon_is_added_once_however_often_it_is_sent(registrar: Program) -> None:
    body = {"ref": "A1", **PISTOL, "marks": [MARK]}
    first, second = registrar.post("weapons", body), registrar.post("weapons", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["eventID"] == second.json()["eventID"]
    assert not second.json()["new"]


def test_a_ref_used_for_another_weapon_is_a_conflict(registrar: Program, pistol: register.Added) -> None:
    answer = registrar.post("weapons", {"ref": "A1", "maker": "Rossi", "marks": [MARK]})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["column"] == "ref"


def test_a_refusal_names_column_value_and_what_was_expected(registrar: Program) -> None:
    before = size()
    answer = registrar.post("weapons", {"ref": "A1", "kind": "pistolet", "marks": [MARK, {"mark": ""}]})
    assert answer.status_code == 422
    found = {error["column"]: error for error in answer.json()["errors"]}
    assert found["kind"]["value"] == "pistolet"
    assert "self_loading_pistol" in found["kind"]["expected"]
    assert "marks.1.mark" in found
    assert size() == before


def test_an_unknown_field_is_refused_rather_than_passed_over(registrar: Program) -> None:
    answer = registrar.post("weapons", {"ref": "A1", "marks": [MARK], "colour": "black"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["column"] == "colour"


def test_a_serial_stated_otherwise_again_is_refused_by_its_mark(registrar: Program) -> None:
    marks = [
        {**MARK, "serial_again": "TKD48213"},
        {"component": "slide", "mark": "TKD48213", "serial_again": "TKD4821B"},
    ]
    answer = registrar.post("weapons", {"ref": "A1", "marks": marks})
    assert answer.status_code == 422
    assert [(error["column"], error["code"]) for error in answer.json()["errors"]] == [
        ("marks.1.serial_again", "again")
    ]


def test_a_program_states_serials_once_until_a_rule_asks_for_twice(registrar: Program) -> None:
    serialrules.require(SerialRule("order-7", "Order 7/2026", "2026-01-01"), by=CHIEF)
    answer = registrar.post("weapons", {"ref": "A1", "marks": [MARK]})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["column"], error["code"]) == (422, "marks.0.serial_again", "once")
    assert "order-7" in error["expected"]
    marks = [{**MARK, "serial_again": "TKD48213"}]
    assert registrar.post("weapons", {"ref": "A1", "marks": marks}).status_code == 201
    assert registrar.post("weapons", {"ref": "A1", "marks": [MARK]}).status_code == 200


def test_who_asks_for_near_marks_is_asked_to_look_first(registrar: Program, pistol: register.Added) -> None:
    before = size()
    body = {"ref": "A2", "marks": [{"component": "frame", "mark": "TKD4B213"}], "ask_near": True}
    answer = registrar.post("weapons", body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["column"], error["value"], error["code"]) == (
        409,
        "near_seen",
        "TKD48213",
        "near",
    )
    assert pistol.weapon_id in error["expected"]
    assert size() == before

    added = registrar.post("weapons", {**body, "near_seen": True})
    (near,) = added.json()["near"]
    assert (added.status_code, near["weapon_id"], near["ref"], near["mark"]) == (
        201,
        pistol.weapon_id,
        "A1",
        "TKD48213",
    )
    again = registrar.post("weapons", body)
    assert (again.status_code, again.json()["near"]) == (200, [])


def test_who_does_not_ask_is_answered_as_ever(registrar: Program, pistol: register.Added) -> None:
    answer = registrar.post("weapons", {"ref": "A2", "marks": [MARK]})
    assert (answer.status_code, set(answer.json())) == (201, {"weapon_id", "eventID", "new"})


def test_near_marks_are_told_of_weapons_its_asker_may_see_only(pistol: register.Added) -> None:
    services.add_place("North depot", by=CHIEF)
    program = Program(token_of(user_of("registrar", "North depot")))
    answer = program.post("weapons", {"ref": "A2", "marks": [MARK], "ask_near": True})
    assert (answer.status_code, answer.json()["near"]) == (201, [])


def test_near_marks_are_not_told_to_a_token_that_may_not_read(pistol: register.Added) -> None:
    program = Program(token_of(user_of("registrar"), "write"))
    before = size()
    answer = program.post("weapons", {"ref": "A2", "marks": [MARK], "ask_near": True, "near_seen": True})
    assert (answer.status_code, answer.json()["detail"]) == (403, "this needs the permission weapon.view")
    assert size() == before


def test_a_record_says_what_happened_and_when_it_was_recorded(registrar: Program, pistol: register.Added) -> None:
    registrar.post(f"weapons/{pistol.weapon_id}/events", {"event": "export", "date": "1994-06", "to": "Ministry"})
    record = registrar.get(f"weapons/{pistol.weapon_id}").json()
    assert record["ref"] == "A1"
    assert [(line["event"], line["date"]) for line in record["history"]] == [("manufacture", ""), ("export", "1994-06")]


def test_names_stay_hidden_until_a_reason_is_given(registrar: Program, pistol: register.Added) -> None:
    registrar.post(f"weapons/{pistol.weapon_id}/events", {"event": "sale", "date": "1994", "to": "Ana Souza"})
    before = size()
    assert "Ana Souza" not in registrar.get(f"weapons/{pistol.weapon_id}").content.decode()
    assert size() == before
    assert "Ana Souza" in registrar.get(f"weapons/{pistol.weapon_id}?reason=request+17").content.decode()
    registrar.get(f"weapons/{pistol.weapon_id}?reason=request+17")
    assert size() == before + 1


def test_a_record_that_did_not_change_is_not_sent_again(registrar: Program, pistol: register.Added) -> None:
    first = registrar.get(f"weapons/{pistol.weapon_id}")
    again = registrar.get(f"weapons/{pistol.weapon_id}", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_list_goes_on_from_the_last_weapon_seen(registrar: Program) -> None:
    for number in range(5):
        register.add_weapon(f"R{number}", PISTOL, [{"component": "frame", "mark": f"TK{number}"}], by=CHIEF)
    seen: list[str] = []
    after = ""
    while True:
        page = registrar.get(f"weapons?limit=2{after}").json()
        seen += [line["ref"] for line in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == [f"R{number}" for number in range(5)]


def test_the_list_is_filtered_by_a_mark_in_any_spelling(registrar: Program, pistol: register.Added) -> None:
    register.add_weapon("A2", PISTOL, [{"component": "frame", "mark": "OTHER1"}], by=CHIEF)
    found = registrar.get("weapons?mark=tkd%2048213").json()["items"]
    assert [line["ref"] for line in found] == ["A1"]


def test_a_weapon_elsewhere_is_not_there_for_who_may_not_see_that_place(pistol: register.Added) -> None:
    services.add_place("North", by=CHIEF)
    services.add_place("South", by=CHIEF)
    armourer = Program(token_of(user_of("armourer", "North")))
    register.add_event(pistol.weapon_id, {"event": "move", "place": "South"}, by=CHIEF)
    assert armourer.get(f"weapons/{pistol.weapon_id}").status_code == 404
    assert armourer.get("weapons").json()["items"] == []
    assert armourer.post(f"weapons/{pistol.weapon_id}/events", {"event": "count"}).status_code == 404
    register.add_event(pistol.weapon_id, {"event": "move", "place": "North", "date": "2024"}, by=CHIEF)
    assert armourer.get(f"weapons/{pistol.weapon_id}").status_code == 200
    assert len(armourer.get("weapons").json()["items"]) == 1


def test_an_event_is_corrected_once(registrar: Program, pistol: register.Added) -> None:
    event = register.add_event(pistol.weapon_id, {"event": "export", "date": "1994"}, by=CHIEF).event_id
    path = f"events/{quote(event, safe='')}/correct"
    first = registrar.post(path, {"reason": "wrong year", "changes": {"date": "1995"}})
    assert first.status_code == 201
    assert registrar.post(path, {"reason": "again", "changes": {"date": "1996"}}).status_code == 409
    dates = [e["date"] for e in registrar.get(f"weapons/{pistol.weapon_id}").json()["history"] if not e["corrected"]]
    assert dates == ["", "1995"]


def test_an_event_id_may_come_without_its_slashes(registrar: Program, pistol: register.Added) -> None:
    event = register.add_event(pistol.weapon_id, {"event": "export", "date": "1994"}, by=CHIEF).event_id
    short = quote(event.removeprefix("ni:///"), safe="")
    assert registrar.post(f"events/{short}/correct", {"reason": "never happened"}).status_code == 201


# Tracing


def test_a_trace_answers_with_candidates_and_appends_nothing(registrar: Program, pistol: register.Added) -> None:
    before = size()
    answer = registrar.post("trace", {"query_id": "q7", "readings": [{"reading": "TKD4821?", "component": "frame"}]})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["query_id"], found["candidates"][0]["ref"]) == ("q7", "A1")
    assert size() == before


def test_a_trace_leaves_out_what_its_holder_may_not_see(pistol: register.Added) -> None:
    services.add_place("North", by=CHIEF)
    program = Program(token_of(user_of("tracing", "North")))
    asked = {"readings": [{"reading": "TKD48213", "component": "frame"}]}
    assert program.post("trace", asked).json()["candidates"] == []
    register.add_event(pistol.weapon_id, {"event": "move", "place": "North"}, by=CHIEF)
    assert len(program.post("trace", asked).json()["candidates"]) == 1


def test_an_unusable_reading_is_named(registrar: Program) -> None:
    answer = registrar.post("trace", {"readings": [{"reading": "*"}]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["column"] == "reading"


# The ledger


def test_the_checkpoint_and_a_proof_agree(auditor: Program, pistol: register.Added) -> None:
    note = auditor.get("ledger/checkpoint").content.decode().split("\n")
    proof = auditor.get(f"ledger/proof/{quote(pistol.event_id, safe='')}").json()
    assert int(note[1]) == proof["tree_size"] == size()


def test_entries_come_as_stored_and_go_on(auditor: Program, pistol: register.Added) -> None:
    first = auditor.get("ledger/entries?from=0&limit=1")
    rest = auditor.get(f"ledger/entries?from={first.headers['Countermark-Next']}")
    lines = (first.content + rest.content).splitlines()
    stored = [data for _, _, _, data in logs.raw_entries(ledger.require_own_log())]
    assert lines == stored
    assert "Countermark-Next" not in rest.headers


def test_consistency_is_proved_and_nonsense_refused(auditor: Program, pistol: register.Added) -> None:
    assert auditor.get(f"ledger/consistency?old=1&new={size()}").status_code == 200
    assert auditor.get(f"ledger/consistency?old=3&new={size() + 5}").status_code == 422


def test_an_unknown_entry_has_no_proof(auditor: Program, pistol: register.Added) -> None:
    assert auditor.get("ledger/proof/sha-256%3B00%3Fver=CBV2.0").status_code == 404


def test_the_ledger_is_for_those_who_may_see_it(registrar: Program) -> None:
    assert registrar.get("ledger/checkpoint").status_code == 403


# Bodies


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"ref":"\\ud800","marks":[]}', b'{"ref":"a\\u0000b"}'])
def test_a_body_that_is_no_such_thing_is_a_refusal(registrar: Program, body: bytes) -> None:
    answer = registrar.client.post("/api/weapons", body, content_type="application/json", headers=registrar.headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_beyond_the_limit_is_refused(registrar: Program) -> None:
    answer = registrar.post("weapons", {"ref": "x" * 4_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["nowhere", "ledger/proof/a%0Ab", "weapons/no-uuid", "weapons/"])
def test_nothing_at_an_address_is_a_problem_document_too(registrar: Program, path: str) -> None:
    answer = registrar.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_method_an_address_does_not_know_is_named(registrar: Program) -> None:
    answer = registrar.client.delete("/api/weapons", headers=registrar.headers)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_load_whose_reason_is_none_is_refused_at_once() -> None:
    program = Program(token_of(user_of("registrar")))
    sent = {"kind": "weapons", "correct": "other", "file": SimpleUploadedFile("w.csv", b"ref,mark\nA1,TKD48213\n")}
    answer = program.client.post("/api/loads", sent, headers=program.headers)
    assert (answer.status_code, answer.json()["errors"][0]["column"]) == (422, "words")
    assert not LoadJob.objects.exists()
