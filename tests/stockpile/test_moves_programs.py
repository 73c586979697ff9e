"""Shipments, incidents, disposal, ammunition and proposals on the command line and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from countermark.accounts.models import User
from countermark.cli import cli
from countermark.ledger import identity
from countermark.register import papers
from countermark.register.services import Refused
from countermark.stockpile import units
from countermark.stockpile.rules.custody import Policy
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.units import UnitFields
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    for name, role in (("arm", "armourer"), ("cmd", "commander"), ("two", "armourer")):
        people.person(name, role)
    return armoury(4)


def said(who: str, *words: str, status: int = 0) -> Any:
    """In this process, on the test's own store."""
    result = CliRunner().invoke(cli, ["--as", who, "stockpile", *words, "--json"], standalone_mode=False)
    if result.exception:
        raise result.exception
    assert (result.return_value or 0) == status, result.stderr
    return json.loads(result.stdout)


def test_a_shipment_on_the_command_line_arrives_short_and_then_in_full(place: Armoury, tmp_path: Path) -> None:
    words = ("--from", DEPOT, "--to", OTHER, "--due", "2030-01-01", "--authority", "order 7", "--seal", "S1")
    made = said("arm", "shipment", "prepare", "AB1000", "AB1001", *words, "--route", "by the river", "--request", "r1")
    assert made == said(
        "arm", "shipment", "prepare", "AB1000", "AB1001", *words, "--route", "by the river", "--request", "r1"
    )
    key = made["id"]
    assert (made["state"], made["authority"]) == ("prepared", "order 7")
    assert made["route"] != "by the river"
    said("arm", "shipment", "manifest", key, str(tmp_path / "m.pdf"))
    assert (tmp_path / "m.pdf").read_bytes().startswith(b"%PDF")
    assert said("arm", "shipment", "dispatch", key, "AB1000", "AB1001")["state"] == "dispatched"
    said("arm", "shipment", "pass", key, "--to", "Carrier", "--where", "Bridge")

    short = said("arm", "shipment", "arrive", key, "AB1000", "--at", OTHER, "--seal", "S1", status=1)

    assert (short["finding"], len(short["short"])) == ("short", 1)
    assert [one["id"] for one in said("arm", "shipment", "list", "--state", "short")["shipments"]] == [key]
    assert said("arm", "shipment", "arrive", key, "AB1001", "--at", OTHER)["finding"] == ""
    assert said("arm", "shipment", "show", key)["state"] == "arrived"


def test_a_theft_on_the_command_line_is_looked_into_and_written_off_by_somebody_above(place: Armoury) -> None:
    key = said(
        "arm",
        "incident",
        "report",
        "theft",
        "AB1000",
        "AB1001",
        "--at",
        DEPOT,
        "--reason",
        "burglary",
        "--circumstances",
        "door forced",
    )["id"]
    assert state(place.weapons[0]).status == "stolen"
    said("arm", "incident", "recover", key, "AB1001", "--at", DEPOT, "--note", "found in the yard")
    said("cmd", "incident", "inquire", key, "--finding", "a lock had failed")
    proposal = said(
        "arm", "incident", "write-off", key, "--reason", "search_over", "--words", "nothing more comes back"
    )["proposal"]
    with pytest.raises(Refused):
        said("arm", "proposal", "approve", proposal)

    assert said("cmd", "proposal", "approve", proposal)["state"] == "approved"

    assert [one["id"] for one in said("cmd", "incident", "list", "--state", "written_off")["incidents"]] == [key]
    assert said("cmd", "proposal", "list")["proposals"] == []


def test_a_destruction_on_the_command_line_ends_in_its_certificate(place: Armoury, tmp_path: Path) -> None:
    words = ("--method", "cutting_or_shredding", "--witness", "Observer", "--evidence", "none is")
    key = said("arm", "destruction", "plan", "AB1000", "--at", DEPOT, "--authority", "order 8", *words)["id"]
    (proposal,) = said("cmd", "proposal", "list")["proposals"]
    said("cmd", "proposal", "decline", proposal["id"], "--reason", "wrong", "--words", "AB1001 goes too")
    said("arm", "destruction", "correct", key, "AB1000", "AB1001", "--authority", "order 9", *words)
    (proposal,) = said("cmd", "proposal", "list")["proposals"]
    said("cmd", "proposal", "approve", proposal["id"])
    assert said("arm", "destruction", "read", key, "AB1000", "AB1000")["missing"]
    assert said("two", "destruction", "read", key, "AB1000", "ab 1000")["missing"] == ""
    said("arm", "destruction", "destroy", key, "AB1000", "--confirmed", "1")
    said("arm", "destruction", "withdraw", key, "AB1001", "--reason", "evidence")
    said("arm", "destruction", "close", key, "--residue", "melted")
    assert {one["state"] for one in said("arm", "destruction", "show", key)["items"]} == {"destroyed", "withdrawn"}

    said("arm", "destruction", "certificate", key, str(tmp_path / "c.pdf"))

    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")


def test_surplus_and_lots_on_the_command_line(place: Armoury) -> None:
    words = ("--held", "4", "--needed", "2", "--reason", "establishment", "--next", "2027-01-01")
    assert said("cmd", "surplus", "review", DEPOT, "revolver", *words)["surplus"] == 2
    key = said(
        "cmd", "surplus", "declare", "AB1000", "--at", DEPOT, "--outcome", "keep", "--reason", "more_than_needed"
    )["id"]
    assert said("cmd", "surplus", "safeguard", key, "--at", "Rack B of Depot 7")["state"] == "safeguarded"
    assert said("cmd", "surplus", "dispose", key)["state"] == "disposed"

    units.set_unit(place.depot, UnitFields("site", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=()), reason="order", by=CHIEF)
    lot = said("arm", "lot", "describe", "--maker", "CBC", "--calibre", "9x19", "--lot", "A1")["id"]
    for _ in range(2):
        assert said("arm", "lot", "move", lot, "receive", "500", "--at", DEPOT, "--request", "r1")["on_hand"] == 500
    assert (
        said("arm", "lot", "move", lot, "issue", "100", "--at", DEPOT, "--to", "Cpl T. Rained (1001)")["on_hand"] == 400
    )
    assert said("arm", "lot", "list")["lots"][0]["on_hand"] == {place.depot: 400}


def test_a_form_is_keyed_and_its_receipt_printed_on_the_command_line(place: Armoury, tmp_path: Path) -> None:
    (form,) = papers.issue("issue", by=ARMOURER)
    words = ("--at", DEPOT, "--written", "2026-06-30", "--person", place.card, "--for", "loan")

    code = said("arm", "key-form", form.code, "AB1000", *words)["receipt"]

    said("arm", "print-receipt", code, str(tmp_path / "r.pdf"))
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


API = "/api/stockpile"


def post(client: Client, path: str, status: int = 200, /, key: str = "", **given: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(f"{API}/{path}", given, content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture
def armourer(place: Armoury) -> Client:
    return people.signed_in("belo", "armourer", DEPOT)


@pytest.fixture
def commander(place: Armoury) -> Client:
    return people.signed_in("quirino", "commander", DEPOT)


def manifest(place: Armoury, **more: Any) -> dict[str, Any]:
    said = {"sender": place.depot, "receiver": OTHER, "weapons": place.weapons[:2], "due": "2030-01-01"}
    return {**said, "authority": "order 7", **more}


def test_a_program_sends_a_shipment_that_the_other_site_takes_in(place: Armoury, armourer: Client) -> None:
    far, stranger = (
        people.signed_in("far", "armourer", OTHER),
        people.signed_in("far2", "armourer", "Rack B of Depot 7"),
    )
    made = [post(armourer, "shipments", key="k1", **manifest(place)) for _ in range(2)]
    key = made[0]["id"]
    assert made[1]["id"] == key
    post(far, f"shipments/{key}/dispatch", 404, weapons=made[0]["value"]["weapons"])
    post(armourer, f"shipments/{key}/dispatch", weapons=made[0]["value"]["weapons"])
    post(armourer, f"shipments/{key}/hands", party="Carrier", where="Bridge")
    assert stranger.get(f"{API}/shipments/{key}").status_code == 404
    post(armourer, f"shipments/{key}/arrival", 404, store=OTHER, weapons=place.weapons[:2])

    found = post(far, f"shipments/{key}/arrival", store=OTHER, weapons=place.weapons[:1])

    assert (found["finding"], found["short"]) == ("short", place.weapons[1:2])
    assert [one["state"] for one in far.get(f"{API}/shipments?state=short").json()] == ["short"]
    post(far, f"shipments/{key}/close", 422, reason="reported")


def test_a_manifest_from_a_place_one_does_not_handle_is_not_written(place: Armoury) -> None:
    far = people.signed_in("far", "armourer", OTHER)

    post(far, "shipments", 404, **manifest(place))
    post(far, "shipments", 422, **manifest(place, sender=OTHER, receiver=DEPOT))


def test_a_program_reports_no_loss_of_another_store(place: Armoury, armourer: Client, commander: Client) -> None:
    far = people.signed_in("far", "armourer", OTHER)
    said: dict[str, Any] = {"what": "theft", "reason": "burglary", "weapons": place.weapons[:1]}
    said["circumstances"] = "door forced"
    post(far, "incidents", 404, **said, store=OTHER)
    assert state(place.weapons[0]).status == "active"

    made = [post(armourer, "incidents", key="i1", **said, store=DEPOT) for _ in range(2)]

    key = made[0]["id"]
    assert [one["id"] for one in armourer.get(f"{API}/incidents").json()] == [key]
    assert far.get(f"{API}/incidents/{key}").status_code == 404
    assert post(commander, f"incidents/{key}/inquiry", finding="a lock had failed")["state"] == "inquiry"
    assert post(armourer, f"incidents/{key}/write-off", reason="search_over")["proposal"]
    assert (
        post(armourer, f"incidents/{key}/recovery", store=DEPOT, weapons=place.weapons[:1], note="found")["id"] == key
    )


def test_a_program_destroys_what_two_have_read_and_a_second_person_authorised(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    other = people.signed_in("rui", "armourer", DEPOT)
    said: dict[str, Any] = {
        "authority": "order 9",
        "method": "cutting_or_shredding",
        "witness": "Observer",
        "evidence": "none is",
    }
    made = post(armourer, "destructions", key="d1", place=DEPOT, weapons=place.weapons[:2], **said)
    key = made["id"]
    (proposal,) = commander.get(f"{API}/proposals?state=pending").json()
    post(armourer, f"proposals/{proposal['id']}/approve", 403)
    assert post(commander, f"proposals/{proposal['id']}/approve")["state"] == "approved"
    reading: dict[str, Any] = {"weapon_id": place.weapons[0], "serial": "AB1000"}
    assert post(armourer, f"destructions/{key}/readings", **reading)["missing"]
    assert post(other, f"destructions/{key}/readings", **reading)["missing"] == ""
    post(armourer, f"destructions/{key}/destroyed", 409, weapons=place.weapons[:1], confirmed=2)
    post(armourer, f"destructions/{key}/destroyed", weapons=place.weapons[:1], confirmed=1)
    post(armourer, f"destructions/{key}/withdrawn", weapon_id=place.weapons[1], reason="evidence")

    closed = post(armourer, f"destructions/{key}/close", residue="melted")

    assert (closed["state"], {one["state"] for one in closed["items"]}) == ("closed", {"destroyed", "withdrawn"})
    assert people.signed_in("far", "armourer", OTHER).get(f"{API}/destructions/{key}").status_code == 404


def test_one_person_with_two_programs_reads_a_serial_once(place: Armoury, armourer: Client, commander: Client) -> None:
    said = {"authority": "order 9", "method": "cutting_or_shredding", "witness": "Observer", "evidence": "none is"}
    key = post(armourer, "destructions", place=DEPOT, weapons=place.weapons[:1], **said)["id"]
    (proposal,) = commander.get(f"{API}/proposals?state=pending").json()
    post(commander, f"proposals/{proposal['id']}/approve")
    again = Client()
    again.force_login(User.objects.get(username="belo"))
    reading: dict[str, Any] = {"weapon_id": place.weapons[0], "serial": "AB1000"}

    missing = [post(program, f"destructions/{key}/readings", **reading)["missing"] for program in (armourer, again)]
    post(armourer, f"destructions/{key}/destroyed", 422, weapons=place.weapons[:1], confirmed=1)

    assert missing == ["read by two people, each for themselves"] * 2
    assert state(place.weapons[0]).status == "active"


def test_a_program_reviews_the_need_and_declares_surplus_once(place: Armoury, commander: Client) -> None:
    said: dict[str, Any] = {
        "place": DEPOT,
        "kind": "revolver",
        "held": 4,
        "needed": 3,
        "reason": "establishment",
        "next": "2027-01-01",
    }
    assert post(commander, "reviews", **said) == {"surplus": 1}
    assert commander.get(f"{API}/reviews").json()[0]["due"] == "2027-01-01"
    spare: dict[str, Any] = {
        "place": DEPOT,
        "weapons": place.weapons[:1],
        "outcome": "keep",
        "reason": "more_than_needed",
    }
    made = [post(commander, "surplus", key="s1", **spare)["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert post(commander, f"surplus/{made[0]}/safeguard", store=place.rack_b)["state"] == "safeguarded"
    assert post(commander, f"surplus/{made[0]}/dispose")["state"] == "disposed"


def test_surplus_that_is_sold_is_proposed_to_a_second_person_where_the_rules_ask_for_one(
    place: Armoury, commander: Client
) -> None:
    units.set_policy(Policy(("dispose",)), place=place.depot, reason="order", by=CHIEF)
    general = people.signed_in("general", "commander")
    spare: dict[str, Any] = {
        "place": DEPOT,
        "weapons": place.weapons[:1],
        "outcome": "sell_civil",
        "reason": "more_than_needed",
    }
    key = post(commander, "surplus", key="s1", **spare)["id"]

    asked = post(commander, f"surplus/{key}/dispose", 202)

    assert asked["status"] == "proposed"
    assert commander.get(f"{API}/surplus").json()[0]["state"] == "declared"
    post(commander, f"surplus/{key}/dispose", 422)
    post(commander, f"proposals/{asked['proposal']}/approve", 422)
    assert post(general, f"proposals/{asked['proposal']}/approve")["state"] == "approved"
    (found,) = commander.get(f"{API}/surplus").json()
    assert (found["state"], bool(found["value"]["second"])) == ("disposed", True)


def test_a_shipment_is_proposed_to_a_second_armourer_who_sends_it_off_on_another_account(
    place: Armoury, armourer: Client
) -> None:
    units.set_policy(Policy(("dispatch",)), place=place.depot, reason="order", by=CHIEF)
    other = people.signed_in("rui", "armourer", DEPOT)
    made = post(armourer, "shipments", **manifest(place))
    key, read = made["id"], made["value"]["weapons"]

    asked = post(armourer, f"shipments/{key}/dispatch", 202, account="Carrier of the State", weapons=read)

    assert armourer.get(f"{API}/shipments/{key}").json()["state"] == "prepared"
    post(armourer, f"proposals/{asked['proposal']}/approve", 422)
    assert post(other, f"proposals/{asked['proposal']}/approve")["state"] == "approved"
    found = armourer.get(f"{API}/shipments/{key}").json()
    assert found["state"] == "dispatched"
    held = state(place.weapons[0]).custody
    assert held is not None
    assert held.account == found["value"]["account"] == identity.opaque("party", "Carrier of the State")


def test_weapons_nobody_announced_are_taken_in_by_two_people(place: Armoury, armourer: Client) -> None:
    key = post(armourer, "shipments", **manifest(place))["id"]
    shipments.dispatch(key, by=ARMOURER)
    far, second = people.signed_in("far", "armourer", OTHER), people.signed_in("far2", "armourer", OTHER)
    read: dict[str, Any] = {"store": OTHER, "weapons": place.weapons[:3], "note": "one too many"}

    asked = post(far, f"shipments/{key}/arrival", 202, **read)

    assert state(place.weapons[2]).place != place.other
    post(far, f"proposals/{asked['proposal']}/approve", 422)
    post(second, f"proposals/{asked['proposal']}/approve")
    assert {state(weapon).place for weapon in place.weapons[:3]} == {place.other}
    assert far.get(f"{API}/shipments/{key}").json()["finding"] == "surplus"


def test_a_list_that_was_declined_is_corrected_and_proposed_again(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    said = {"authority": "order 9", "method": "burial", "witness": "Observer", "evidence": "none is"}
    key = post(armourer, "destructions", place=DEPOT, weapons=place.weapons[:2], **said)["id"]
    corrected: dict[str, Any] = {**said, "method": "cutting_or_shredding", "weapons": place.weapons[1:3]}
    post(armourer, f"destructions/{key}/correct", 422, **corrected)
    (first,) = commander.get(f"{API}/proposals?state=pending").json()
    post(commander, f"proposals/{first['id']}/decline", reason="not_allowed", words="not by burial")

    for _ in range(2):
        found = post(armourer, f"destructions/{key}/correct", key="c1", **corrected)

    assert found["value"]["method"] == "cutting_or_shredding"
    assert {one["weapon_id"]: one["state"] for one in found["items"]} == {
        place.weapons[0]: "withdrawn",
        place.weapons[1]: "planned",
        place.weapons[2]: "planned",
    }
    (again,) = commander.get(f"{API}/proposals?state=pending").json()
    assert post(commander, f"proposals/{again['id']}/approve")["state"] == "approved"
    assert armourer.get(f"{API}/destructions/{key}").json()["state"] == "authorised"


def test_rounds_are_disposed_of_with_two_tokens_where_the_rules_say_so(
    place: Armoury, armourer: Client, commander: Client
) -> None:
    units.set_unit(place.depot, UnitFields("site", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=("dispose",)), reason="order", by=CHIEF)
    lot = post(armourer, "lots", maker="CBC", calibre="9x19", lot="A1")["id"]
    post(armourer, f"lots/{lot}/movements", word="receive", place=DEPOT, quantity=500)
    said: dict[str, Any] = {"word": "dispose", "place": DEPOT, "quantity": 20, "note": "misfires", "why": "dangerous"}

    (made,) = {post(armourer, f"lots/{lot}/movements", 202, key="m1", **said)["proposal"] for _ in range(2)}
    post(armourer, f"proposals/{made}/approve", 422)
    assert "misfires" in commander.get(f"/stockpile/proposals/{made}/").content.decode()
    post(commander, f"proposals/{made}/approve")

    assert armourer.get(f"{API}/lots").json()[0]["value"]["on_hand"] == {place.depot: 480}
    assert post(armourer, f"lots/{lot}/movements", key="m1", **said) == {"on_hand": 480}


def test_rounds_at_a_place_one_may_not_see_stand_in_no_answer(place: Armoury, armourer: Client) -> None:
    units.set_unit(place.depot, UnitFields("site", ammunition=True), by=CHIEF)
    units.set_policy(Policy(two_person=()), reason="order", by=CHIEF)
    lot = post(armourer, "lots", maker="CBC", calibre="9x19", lot="A1")["id"]
    for _ in range(2):
        moved = post(armourer, f"lots/{lot}/movements", key="m1", word="receive", place=DEPOT, quantity=500)
        assert moved == {"on_hand": 500}
    far = people.signed_in("far", "armourer", OTHER)

    assert armourer.get(f"{API}/lots").json()[0]["value"]["on_hand"] == {place.depot: 500}
    assert far.get(f"{API}/lots").json() == []
    post(far, f"lots/{lot}/movements", 404, word="use", place=DEPOT, quantity=1)
