"""Shipments, incidents, disposal, ammunition and proposals on the command line and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from countermark.cli import cli
from countermark.register import papers
from countermark.register.services import Refused
from countermark.stockpile import units
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
    assert said("arm", "shipment", "dispatch", key)["state"] == "dispatched"
    said("arm", "shipment", "pass", key, "--to", "Carrier", "--where", "Bridge")

    short = said("arm", "shipment", "arrive", key, "AB1000", "--at", OTHER, "--seal", "S1", status=1)

    assert (short["finding"], len(short["short"])) == ("short", 1)
    assert [one["id"] for one in said("arm", "shipment", "list", "--state", "short")["shipments"]] == [key]
    assert said("arm", "shipment", "arrive", key, "AB1001", "--at", OTHER)["finding"] == ""
    assert said("arm", "shipment", "show", key)["state"] == "arrived"


def test_a_theft_on_the_command_line_is_looked_into_and_written_off_by_somebody_above(place: Armoury) -> None:
    key = said(
        "arm", "incident", "report", "theft", "AB1000", "AB1001", "--at", DEPOT, "--circumstances", "door forced"
    )["id"]
    assert state(place.weapons[0]).status == "stolen"
    said("arm", "incident", "recover", key, "AB1001", "--at", DEPOT, "--note", "found in the yard")
    said("cmd", "incident", "inquire", key, "--finding", "a lock had failed")
    proposal = said("arm", "incident", "write-off", key, "--reason", "nothing more comes back")["proposal"]
    with pytest.raises(Refused):
        said("arm", "proposal", "approve", proposal)

    assert said("cmd", "proposal", "approve", proposal)["state"] == "approved"

    assert [one["id"] for one in said("cmd", "incident", "list", "--state", "written_off")["incidents"]] == [key]
    assert said("cmd", "proposal", "list")["proposals"] == []


def test_a_destruction_on_the_command_line_ends_in_its_certificate(place: Armoury, tmp_path: Path) -> None:
    words = ("--method", "cutting_or_shredding", "--witness", "Observer", "--evidence", "none is")
    key = said("arm", "destruction", "plan", "AB1000", "AB1001", "--at", DEPOT, "--authority", "order 9", *words)["id"]
    (proposal,) = said("cmd", "proposal", "list")["proposals"]
    said("cmd", "proposal", "approve", proposal["id"])
    assert said("arm", "destruction", "read", key, "AB1000", "AB1000")["missing"]
    assert said("two", "destruction", "read", key, "AB1000", "ab 1000")["missing"] == ""
    said("arm", "destruction", "destroy", key, "AB1000", "--confirmed", "1")
    said("arm", "destruction", "withdraw", key, "AB1001", "--reason", "evidence after all")
    said("arm", "destruction", "close", key, "--residue", "melted")
    assert {one["state"] for one in said("arm", "destruction", "show", key)["items"]} == {"destroyed", "withdrawn"}

    said("arm", "destruction", "certificate", key, str(tmp_path / "c.pdf"))

    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")


def test_surplus_and_lots_on_the_command_line(place: Armoury) -> None:
    words = ("--held", "4", "--needed", "2", "--reason", "establishment", "--next", "2027-01-01")
    assert said("cmd", "surplus", "review", DEPOT, "revolver", *words)["surplus"] == 2
    key = said("cmd", "surplus", "declare", "AB1000", "--at", DEPOT, "--outcome", "keep", "--reason", "spare")["id"]
    assert said("cmd", "surplus", "safeguard", key, "--at", "Rack B of Depot 7")["state"] == "safeguarded"
    assert said("cmd", "surplus", "dispose", key)["state"] == "disposed"

    units.set_unit(place.depot, UnitFields("site", ammunition=True), by=CHIEF)
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
