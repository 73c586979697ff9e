"""The rooms of marking for programs: work orders, the bench, equipment, models, finds, figures, the State's own rules."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from countermark.accounts import services
from countermark.ledger.models import Attachment
from countermark.marking import catalogue, equipment, origins, profiles
from countermark.marking.states import CRITERIA, Planned
from countermark.web.api import api
from tests.marking import photograph, workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db

SCOPES = ("marking", "bench", "rules")
LASER = {"name": "Laser 1", "kind": "laser", "methods": ["laser"], "consumables": ["plates"], "maintenance_days": 30}
REASON = "Decree 7"


class Program:
    """A program with a token of somebody's."""

    def __init__(self, name: str = "mara", role: str = "marking", place: str | None = None, *scopes: str) -> None:
        user = people.person(name, role, place)
        expires = timezone.now() + timedelta(days=1)
        token = services.issue_token(user, "a program", scopes or SCOPES, expires, by=CHIEF)
        self.client, self.headers = Client(), {"Authorization": f"Bearer {token}"}

    def send(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        url = f"/api/marking/{path}"
        sent = {"data": body, "content_type": "application/json"} if body is not None else {}
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return self.client.generic(method, url, **_encoded(sent), headers=headers)

    def get(self, path: str) -> Any:
        return self.send("GET", path).json()

    def post(self, path: str, **body: Any) -> Any:
        return self.send("POST", path, body).json()

    def put(self, path: str, **body: Any) -> Any:
        return self.send("PUT", path, body).json()

    def status(self, method: str, path: str, **body: Any) -> int:
        response: HttpResponse = self.send(method, path, body)
        return response.status_code


def _encoded(sent: dict[str, Any]) -> dict[str, Any]:
    return sent and {**sent, "data": json.dumps(sent["data"])}


def found(ref: str = "F1", place: str = "") -> str:
    weapon = people.weapon(ref, place=place)
    people.event(weapon, event="seizure", date="2026-01-01")
    return weapon


def test_every_operation_asks_for_the_permission_it_names() -> None:
    """A commander may look; with every scope nothing else is allowed, and without one nothing at all."""
    looking, reading = Program("carl", "commander"), Program("rita", "marking", None, "read")
    nothing = {"weapon_id": UUID(int=0), "digest": "0" * 64, "key": "a", "profile_id": "a"}
    asked = {}
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, said in methods.items() if "/marking/" in path else ():
            address = re.sub(r"\{(\w+)\}", lambda m: str(nothing.get(m[1], UUID(int=0))), path).removeprefix(
                "/api/marking/"
            )
            assert reading.status(method.upper(), address) == 403, path
            asked[method, path] = (
                "`marking.view`" in said["description"],
                looking.status(method.upper(), address) != 403,
            )

    assert len(asked) > 50
    assert {key for key, (named, allowed) in asked.items() if named != allowed} == set()


def test_what_the_register_knows_of_a_weapon_is_planned_as_it_is_told() -> None:
    program = Program()
    weapon = people.weapon("W1")

    told = program.post(f"weapons/{weapon}/description", occasion="import", profiles=["iti"])
    plan = program.post("plan", **told)

    assert [mark["text"] for mark in told["marks"]] == ["SN W1"]
    assert list(plan["verdicts"]) == ["iti"]


# Work orders


def test_weapons_become_a_work_order_that_is_moved_on() -> None:
    program = Program()
    workshop.authority()
    one, other = people.weapon("W1"), people.weapon("W2")
    asked = {"name": "Depot", "occasion": "import", "profiles": ["nairobi"], "authority": "xa-import"}

    made = program.post("batches", **asked, weapons=["W2", one], elements={"country": "XA", "year": "26"})
    moved = program.post(f"batches/{made['id']}/move", state="released")

    listed = program.get(f"batches/{made['id']}")["weapons"]
    assert [line["weapon_id"] for line in listed] == [other, one]
    assert (made["state"], moved["state"]) == ("draft", "released")


def test_weapons_become_a_work_order_by_what_they_have_in_common() -> None:
    program = Program()
    workshop.authority()
    people.weapon("W1")
    common = {"status": "active"}

    made = program.post(
        "batches", name="All", occasion="import", profiles=["nairobi"], authority="xa-import", common=common,
        elements={"country": "XA", "year": "26"},
    )  # fmt: skip

    assert made["items"] == 1


def test_a_work_order_asked_for_twice_with_one_key_is_made_once() -> None:
    program, other = Program(), Program("omar")
    workshop.authority()
    people.weapon("W1")
    asked = {
        "name": "Depot", "occasion": "import", "profiles": ["nairobi"], "authority": "xa-import", "weapons": ["W1"],
        "elements": {"country": "XA", "year": "26"},
    }  # fmt: skip

    first = program.send("POST", "batches", asked, key="k-1")
    program.post(f"batches/{first.json()['id']}/move", state="released")
    again = program.send("POST", "batches", asked, key="k-1")
    others = [program.send("POST", "batches", asked, key="k-2"), other.send("POST", "batches", asked, key="k-1")]

    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["state"]) == (first.json()["id"], "released")
    assert len({first.json()["id"], *(one.json()["id"] for one in others)}) == 3
    assert len(program.get("batches")) == 3
    assert program.send("POST", "batches", asked, key="k" * 201).status_code == 422


def test_a_weapon_of_another_place_is_in_no_work_order_of_mine() -> None:
    people.places()
    people.weapon("W1", place=SOUTH)
    program = Program("nora", "marking", NORTH)
    asked = {"name": "Depot", "occasion": "import", "weapons": ["W1"]}

    assert program.status("POST", "batches", **asked, place=NORTH) == 422
    assert program.status("POST", "batches", **asked, place=SOUTH) == 404
    assert program.status("POST", "batches", **asked) == 404


def test_a_machine_reads_the_marks_once_their_numbers_are_assigned() -> None:
    program = Program()
    workshop.authority()
    made = workshop.batch(2)
    path = f"batches/{made.id}"

    early = program.status("GET", f"{path}/file?kind=laser")
    assigned = program.send("POST", f"{path}/numbers").json()

    lines = program.send("GET", f"{path}/file?kind=laser").content.decode().splitlines()
    texts = program.send("GET", f"{path}/texts").content.decode().splitlines()
    assert (early, assigned) == (422, {"assigned": 2})
    assert lines[0].startswith("job,ref,old_serial")
    assert texts == [item.number for item in workshop.items(made)]


def test_a_line_of_the_paper_sheet_is_keyed_back_once() -> None:
    program = Program()
    workshop.authority()
    made = workshop.batch()
    [line] = program.get(f"batches/{made.id}/sheet")
    written: dict[str, Any] = {"serial": "SN W1", "again": "SN W1", "marked": "2026-01-02T10:00:00Z"}
    written |= {"inspected": "2026-01-02T10:05:00Z", "accepted": True, "criteria": list(CRITERIA)}

    first, again = (program.post(f"batches/{made.id}/sheet", code=line["code"], **written) for _ in range(2))

    assert first == again
    assert first["state"] == "accepted"
    assert program.get(f"batches/{made.id}/sheet") == []


# The bench


def test_a_program_takes_a_weapon_from_its_serial_to_acceptance() -> None:
    program = Program()
    workshop.authority()
    made = workshop.batch()
    picture = photograph.jpeg()

    opened = program.get(f"batches/{made.id}/next")
    path = f"items/{opened['weapon']['id']}"
    keyed = program.post(f"{path}/serial", first="SN W1", second="SN W1")
    put_on = program.post(f"{path}/apply", attempt=1)
    rework = program.post(f"{path}/inspect", attempt=1, criteria=[], accepted=False, note="faint")
    again = program.post(f"{path}/apply", attempt=2)
    done = program.post(
        f"{path}/inspect", attempt=2, criteria=list(CRITERIA), accepted=True,
        photographs=[base64.b64encode(picture).decode()],
    )  # fmt: skip

    assert (opened["left"], opened["weapon"]["serial"]) == (1, "")
    assert (keyed["state"], bool(keyed["number"])) == ("confirmed", True)
    assert [one["state"] for one in (put_on, rework, again, done)] == ["applied", "rework", "applied", "accepted"]
    kept = Attachment.objects.get(digest=done["inspections"][-1]["photographs"][0])
    assert photograph.SECRET not in bytes(kept.data)
    assert program.send("GET", f"{path}/photographs/{kept.digest}").content == bytes(kept.data)
    assert program.status("GET", f"{path}/photographs/{'0' * 64}") == 404
    assert hashlib.sha256(picture).hexdigest() != kept.digest
    assert program.get(f"batches/{made.id}/next") == {"weapon": None, "left": 0}


def test_another_serial_stops_a_weapon_until_a_reason_lets_it_go_on() -> None:
    program = Program()
    workshop.authority()
    [item] = workshop.items(workshop.batch())

    stopped = program.post(f"items/{item.id}/serial", first="X 1", second="X 1")
    without = program.status("POST", f"items/{item.id}/go-on", reason="")
    gone_on = program.post(f"items/{item.id}/go-on", reason="the record was wrong")

    assert (stopped["state"], stopped["number"], stopped["serial"]) == ("stopped", "", "SN W1")
    assert without == 422
    assert (gone_on["state"], bool(gone_on["number"])) == ("confirmed", True)


def test_where_no_number_is_left_the_serial_is_not_confirmed_either() -> None:
    program = Program()
    workshop.authority(size=0)
    [item] = workshop.items(workshop.batch())

    status = program.status("POST", f"items/{item.id}/serial", first="SN W1", second="SN W1")

    assert (status, program.get(f"items/{item.id}")["state"]) == (422, "waiting")


def test_a_spoiled_number_is_changed_and_a_weapon_withdrawn() -> None:
    program = Program()
    workshop.authority()
    item = workshop.confirmed(workshop.items(workshop.batch())[0])

    another = program.post(f"items/{item.id}/renumber", number=item.number, reason="spoiled", words="a scratch")
    withdrawn = program.post(f"items/{item.id}/withdraw", reason="unserviceable")

    assert another["number"] not in ("", item.number)
    assert withdrawn["state"] == "withdrawn"


def test_an_accepted_mark_looked_at_again_that_has_worn_is_said() -> None:
    program = Program()
    workshop.authority()
    item = workshop.accepted(workshop.items(workshop.batch())[0])

    looked = program.post(f"items/{item.id}/look-again", seen=1, criteria=["exposed"], note="hardly to be read")

    assert looked["finding"] == "worn"


def test_a_scanned_weapon_that_is_not_of_the_work_order_is_404() -> None:
    program = Program()
    workshop.authority()
    made = workshop.batch(2)

    assert program.get(f"batches/{made.id}/next?scan=W2")["weapon"]["ref"] == "W2"
    assert program.status("GET", f"batches/{made.id}/next?scan=W9") == 404


def test_a_machine_that_stands_still_marks_nothing() -> None:
    program = Program()
    workshop.authority()
    item = workshop.confirmed(workshop.items(workshop.batch())[0])
    machine = workshop.laser()
    equipment.down(machine.id, "no_power", by=CHIEF)

    assert program.status("POST", f"items/{item.id}/apply", attempt=1, machine=machine.id) == 422
    assert program.post(f"items/{item.id}/apply", attempt=1)["applied"][0]["method"] == "hand_stamp"


@pytest.mark.parametrize("step", ["serial", "apply", "inspect", "go-on", "withdraw"])
def test_a_token_without_the_scope_of_the_bench_does_nothing_there(step: str) -> None:
    workshop.authority()
    [item] = workshop.items(workshop.batch())

    assert Program("mara", "marking", None, "marking").status("POST", f"items/{item.id}/{step}") == 403


def test_a_mark_that_may_not_last_is_due_after_a_year() -> None:
    workshop.authority()
    weapon = workshop.accepted(workshop.items(workshop.batch(marks=[Planned("frame", "import", carrier="plate")]))[0])

    before = Program().get("due")
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        after = Program("otto").get("due")

    assert (before, [one["item"] for one in after]) == ([], [weapon.id])


# Numbers


def test_an_authority_is_opened_given_a_block_and_a_number_voided() -> None:
    program = Program()
    said = {"key": "xa", "title": "Import marks", "purpose": "import", "country": "XA", "pattern": "XA{yy}-{number:4}"}

    opened = program.post("authorities", **said)
    block = program.post("authorities/xa/blocks", size=10)
    [number] = program.post("authorities/xa/numbers")
    void = program.post("authorities/xa/void", number=number["number"], reason="spoiled")

    assert (opened["left"], block["last"], void["state"]) == (0, 10, "voided")
    assert [one["voided"] for one in program.get("authorities/xa/blocks")] == [1]
    assert program.get("authorities/xa/numbers?state=voided") == [void]


def test_who_may_not_change_the_rules_gives_no_block() -> None:
    workshop.authority()

    assert Program("mara", "marking", None, "marking").status("POST", "authorities/xa-import/blocks", size=5) == 403


def test_an_import_mark_put_on_at_manufacture_waits_until_it_is_read() -> None:
    program = Program()
    workshop.authority()
    made = workshop.batch(marks=[Planned("frame", "manufacture", "AB 1"), Planned("frame", "import", "XA 26")])
    weapon = workshop.accepted_as_it_is(workshop.items(made)[0]).weapon

    [waiting] = program.get("arrivals")
    read = program.post(f"weapons/{weapon}/arrival", first="XA 26", second="XA26")

    assert (waiting["weapon_id"], waiting["marks"]) == (weapon, ["XA 26"])
    assert read == {"text": "XA 26", "agrees": True}
    assert program.get("arrivals") == []


# Equipment


def test_equipment_is_added_stands_still_runs_again_and_is_maintained() -> None:
    program = Program()

    made = program.post("machines", **LASER)
    path = f"machines/{made['id']}"
    down = program.post(f"{path}/state", state="down", reason="no_consumables")
    up = program.post(f"{path}/state", state="running")
    kept = program.post(f"{path}/maintenances", date="2026-01-02", what="routine", parts=["lens"])
    program.put(path, **{**LASER, "consumables": ["plates", "paste"]})

    page = program.get(path)
    assert (down["reason"], up["down_since"], kept["next_maintenance"]) == ("no_consumables", None, "2026-02-01")
    assert page["consumables"] == ["plates", "paste"]
    assert [one["reason"] for one in page["downtimes"]] == ["no_consumables"]
    assert [one["parts"] for one in page["maintenances"]] == [["lens"]]
    assert [one["id"] for one in program.get("machines")] == [made["id"]]


def test_a_machine_of_another_place_is_not_there() -> None:
    people.places()
    machine = workshop.laser(SOUTH)
    program = Program("nora", "marking", NORTH)

    assert program.get("machines") == []
    assert program.status("GET", f"machines/{machine.id}") == 404
    assert program.status("POST", f"machines/{machine.id}/state", state="down") == 404
    assert program.status("POST", "machines", **LASER, place=SOUTH) == 404


# Models


def test_a_model_is_stated_reviewed_and_loaded_again_from_its_file() -> None:
    program = Program()
    model = {
        "maker": "Acme",
        "model": "P1",
        "kind": "self_loading_pistol",
        "control_component": "frame",
        "state": "known",
    }

    stated = program.put("models", **model, parts=[{"part": {"type": "frame", "material": "steel"}, "essential": True}])
    before = program.get("models")
    reviewed = program.post("models/review", maker="Acme", model="P1")
    loaded = program.post("models/load", text=program.send("GET", "models.csv").content.decode())

    assert (stated, reviewed, loaded) == ({"changed": True}, {"changed": True}, {"changed": 0})
    assert before[0]["state"] == "provisional"
    assert program.get("models")[0]["state"] == "known"


@pytest.mark.parametrize(
    ("text", "column"),
    [("maker,model,kind\nAcme,P1,pistolet\n", "2.kind"), ("maker,model\nA\rB,P1\n", "1."), ("x\n", "1.x")],
)
def test_a_bad_row_of_a_registry_is_named_and_nothing_loaded(text: str, column: str) -> None:
    response = Program().send("POST", "models/load", {"text": text})

    assert response.status_code == 422
    assert [one["column"] for one in response.json()["errors"]] == [column]
    assert catalogue.models() == []


def test_the_policy_of_the_state_is_changed_by_who_may_change_its_rules() -> None:
    stated = {"policy": "control", "source": "Decree 7", "from": "2026-01-01"}

    assert Program("nora", "marking", None, "marking").status("PUT", "policy", **stated) == 403
    program = Program()
    assert program.put("policy", **stated) == {"changed": True}
    assert {**stated, "country": "XA"} == program.get("policy")


@pytest.mark.parametrize(
    "more",
    [
        {"colour": "red"},
        {"parts": [{"part": {"type": "frame"}, "colour": "red"}]},
        {"source": "a\0"},
        {"source": "a" * 501},
    ],
)
def test_a_field_of_a_model_that_nobody_reads_is_refused(more: dict[str, Any]) -> None:
    assert Program().status("PUT", "models", maker="Acme", model="P1", **more) == 422


# Finds and other origins


def test_a_find_is_listed_until_it_is_decided() -> None:
    program = Program()
    weapon = found()

    [listed] = program.get("finds?undecided=true")
    decided = [program.post(f"weapons/{weapon}/decision", decision="mark", reason=REASON) for _ in range(2)]

    assert (listed["weapon_id"], listed["decision"], listed["status"]) == (weapon, "", "seized")
    assert decided == [{"changed": True}, {"changed": False}]
    assert program.get("finds?undecided=true") == []
    assert [one["decision"] for one in program.get("finds")] == ["mark"]


def test_the_origin_of_a_weapon_tells_production_and_certificate() -> None:
    program = Program()
    weapon = people.weapon("W1")
    certificate = {"date": "2026-03-01", "number": "C-7", "authority": "Proof House"}

    program.post(f"weapons/{weapon}/production", production="craft", basis="seen at the workshop")
    program.post(f"weapons/{weapon}/deactivation", **certificate)

    page = program.get(f"weapons/{weapon}/origin")
    assert (page["production"], page["status"], page["decision"]) == ("craft", "deactivated", "")
    assert certificate.items() <= page["certificate"].items()


def test_nothing_is_decided_of_a_weapon_at_another_place() -> None:
    people.places()
    weapon = found(place=SOUTH)
    program = Program("nora", "marking", NORTH)

    for what, body in (
        ("decision", {"decision": "mark", "reason": REASON}),
        ("production", {"production": "craft", "basis": "seen"}),
        ("deactivation", {"date": "2026-03-01", "number": "1", "authority": "Proof House"}),
    ):
        assert program.status("POST", f"weapons/{weapon}/{what}", **body) == 404
    assert origins.production_of(weapon) == "unknown"
    assert program.get("finds") == []


# Figures


def test_coverage_counts_what_the_state_says_counts() -> None:
    program = Program()
    people.weapon("W1")

    before = program.get("coverage")
    program.put("coverage/rule", state_mark_required=True)
    after = program.get("coverage")

    assert [(one["held"], one["marked"], one["backlog"]) for one in before["agencies"]] == [(1, 1, 0)]
    assert (after["state_mark_required"], after["agencies"][0]["marked"]) == (True, 0)


def test_ways_to_mark_a_stock_are_compared_and_what_is_not_known_named() -> None:
    options = [
        {"name": "A laser", "method": "laser", "purchase": "20000"},
        {"name": "Stamps", "method": "hand_stamp", "per_weapon": "1.50"},
    ]

    compared = Program().post("compare", stock={"weapons": {"steel": 1000}, "years": 5}, options=options)

    totals = {one["option"]["name"]: one["total"] for one in compared}
    assert totals == {"A laser": "20000.00", "Stamps": "1500.00"}
    assert all("weapons_an_hour" in one["unknown"] for one in compared)


def test_numbers_too_large_to_be_reckoned_with_are_refused() -> None:
    option: dict[str, Any] = {
        "name": "A",
        "method": "laser",
        "weapons_an_hour": "0.0001",
        "people": 1000,
        "power_w": 10**6,
    }
    option |= {"purchase": "9999999999.9999", "units": 1000, "life_years": 1}
    stock: dict[str, Any] = {
        "weapons": dict.fromkeys(("steel", "aluminium", "titanium", "polymer", "other"), 10**8),
        "years": 100,
    }
    stock |= {"wage_an_hour": "9999999999.9999", "energy_price": "9999999999.9999"}

    assert Program().status("POST", "compare", stock=stock, options=[option]) == 422


def test_an_empty_stock_is_not_compared() -> None:
    assert (
        Program().status(
            "POST", "compare", stock={"weapons": {}, "years": 5}, options=[{"name": "A", "method": "laser"}]
        )
        == 422
    )


def test_a_consultation_is_recorded_and_what_became_of_it_too() -> None:
    program = Program()
    asked = {"date": "2026-05-04", "topic": "polymer", "partner": "Acme", "asked": "How long does a plate last?"}

    first = program.post("consultations", **asked)
    program.post("consultations", **asked, answered="Thirty years", consultation=first["id"])

    assert [(one["id"], one["answered"]) for one in program.get("consultations")] == [(first["id"], "Thirty years")]


# The State's own rules


def test_a_rule_of_the_state_is_added_and_ended_with_its_reason() -> None:
    program = Program()

    added = program.send("POST", "profiles", {"text": profiles.template(), "reason": REASON})
    ended = program.post(f"profiles/{added.json()['id']}/end", day="2026-12-31", reason="repealed")

    page = program.get(f"profiles/{added.json()['id']}")
    assert (added.status_code, ended["to"]) == (201, "2026-12-31")
    assert [(one["reason"], one["ended"]) for one in page["history"]] == [(REASON, ""), ("repealed", "2026-12-31")]
    assert page["profile"]["rules"]


@pytest.mark.parametrize("text", ["id = 7", "a=" + "[" * 5000, "a = " + "9" * 5000])
def test_a_text_that_holds_no_rules_is_refused_with_what_was_expected(text: str) -> None:
    response = Program().send("POST", "profiles", {"text": text, "reason": REASON})

    assert (response.status_code, response.json()["errors"][0]["column"]) == (422, "text")


def test_a_rule_nobody_knows_ends_nothing() -> None:
    program = Program()

    assert program.status("POST", "profiles/iti/end", day="2026-12-31", rule="nowhere", reason=REASON) == 422
    assert program.status("POST", "profiles/nowhere/end", day="2026-12-31", reason=REASON) == 404


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_documents_come_back_to_who_may_see_what_they_belong_to() -> None:
    people.places()
    program, southern = Program(place=NORTH), Program("saul", "marking", SOUTH)
    weapon = people.weapon("W1", place=NORTH)
    asked = {"date": "2026-03-04", "topic": "polymer", "partner": "ACME", "asked": "Which plates?"}
    said = {"date": "2026-03-01", "number": "C-7", "authority": "Proof House"}

    made = program.post(f"weapons/{weapon}/deactivation", **said, document=encoded(photograph.jpeg()))
    kept = program.send("GET", f"weapons/{weapon}/certificate/document")
    consulted = Program("mona").post("consultations", **asked, documents=[encoded(photograph.PDF)])
    [known] = program.get("consultations")
    letter = program.send("GET", f"consultations/{consulted['id']}/documents/{known['documents'][0]}")

    assert (hashlib.sha256(kept.content).hexdigest(), kept["Content-Type"]) == (made["document"], "image/jpeg")
    assert photograph.SECRET not in kept.content
    assert letter.content == photograph.PDF
    assert southern.status("GET", f"weapons/{weapon}/certificate/document") == 404
    assert program.status("GET", f"consultations/{consulted['id']}/documents/{'0' * 64}") == 404
    assert program.status("GET", f"consultations/{UUID(int=7)}/documents/{known['documents'][0]}") == 404
    assert program.status("POST", f"weapons/{weapon}/deactivation", **said, document=encoded(b"MZ")) == 422


def test_finds_go_on_after_the_last_one_listed() -> None:
    program = Program()
    refs = [found(f"F{n}") for n in range(3)]

    everything = [one["weapon_id"] for one in program.get("finds")]
    rest = [one["weapon_id"] for one in program.get(f"finds?after={everything[0]}")]

    assert (sorted(everything), rest) == (sorted(refs), everything[1:])
    assert program.status("GET", f"finds?after={UUID(int=7)}") == 422
