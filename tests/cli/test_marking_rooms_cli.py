"""The rooms of marking on the command line: the bench, equipment, models, the State's own rules, finds, figures."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.utils import timezone

from countermark.cli import cli
from countermark.marking import profiles
from countermark.marking.states import Planned
from countermark.register.services import Refused
from tests.marking import workshop
from tests.register import people

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    """In this process, on the test's own store: as fast as a call. Exit statuses of refusals: `test_exit_status`."""
    result = CliRunner().invoke(cli, ["marking", *words, "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(what: str, *words: str) -> Any:
    done = run(*words)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)[what]


def order() -> str:
    """A released work order of one weapon that needs a number."""
    workshop.authority()
    return workshop.batch().id


def test_a_weapon_goes_over_the_bench_from_its_serial_to_acceptance() -> None:
    made = order()
    weapon = said("weapon", "work", "next", made)["id"]

    keyed = said("weapon", "work", "serial", weapon, "SN W1", "SN W1")
    put_on = said("weapon", "work", "apply", weapon)
    rework = said("weapon", "work", "inspect", weapon, "rework", "--note", "faint")
    said("weapon", "work", "apply", weapon)
    done = said("weapon", "work", "inspect", weapon, "accept", "--holds", "all")

    assert (keyed["state"], bool(keyed["number"])) == ("confirmed", True)
    assert (put_on["state"], rework["state"], rework["attempt"], done["state"]) == ("applied", "rework", 2, "accepted")
    assert said("weapon", "work", "next", made) is None
    assert [one["state"] for one in said("weapons", "batch", "show", made)] == ["accepted"]


def test_another_serial_stops_a_weapon_and_a_reason_lets_it_go_on() -> None:
    made = order()
    weapon = said("weapon", "work", "next", made, "--scan", "W1")["id"]

    stopped = run("work", "serial", weapon, "X 1", "X 1")
    gone_on = said("weapon", "work", "go-on", weapon, "--reason", "the record was wrong")
    another = said(
        "weapon", "work", "renumber", weapon, gone_on["number"], "--reason", "spoiled", "--words", "a scratch"
    )
    withdrawn = said("weapon", "work", "withdraw", weapon, "--reason", "unserviceable")

    assert (stopped.exit_code, json.loads(stopped.stdout)["weapon"]["state"]) == (1, "stopped")
    assert another["number"] != gone_on["number"]
    assert withdrawn["state"] == "withdrawn"


def test_a_line_of_the_paper_sheet_is_keyed_back() -> None:
    made = order()
    numbers = json.loads(run("batch", "numbers", made).stdout)
    [line] = said("lines", "batch", "sheet", made)
    times = ("--marked", "2026-01-02T10:00:00Z", "--inspected", "2026-01-02T10:05:00Z")

    kept = said(
        "weapon",
        "work",
        "key",
        made,
        line["code"],
        "SN W1",
        "SN W1",
        *times,
        "--accepted",
        "--holds",
        "all",
    )

    assert numbers["assigned"] == 1
    assert kept["state"] == "accepted"


def test_weapons_become_a_work_order_by_what_they_have_in_common() -> None:
    workshop.authority()
    people.weapon("W1")
    add = ("batch", "add", "--name", "All", "--occasion", "import", "--profile", "nairobi", "--authority", "xa-import")

    [made] = said("batches", *add, "--status", "active", "--element", "country=XA", "--element", "year=26")

    [line] = said("weapons", "batch", "show", made["id"])
    assert line["ref"] == "W1"
    assert "made_under" in json.loads(run("work", "plan", line["id"]).stdout)
    assert run(*add).exit_code == 2


def test_what_the_register_knows_of_a_weapon_is_described_for_a_plan() -> None:
    people.weapon("W1")

    assert [mark["text"] for mark in said("marks", "describe", "W1", "import", "--profile", "iti")] == ["SN W1"]


def test_equipment_is_changed_and_maintained() -> None:
    [made] = said("machines", "machine", "add", "Laser 1", "--kind", "laser", "--consumable", "plates")

    said("machines", "machine", "change", made["id"], "--maintenance-days", "30", "--power", "900")
    [kept] = said("machines", "machine", "maintained", made["id"], "routine", "--date", "2026-01-02", "--part", "lens")
    page = json.loads(run("machine", "show", made["id"]).stdout)

    assert kept["next_maintenance"] == "2026-02-01"
    assert (page["consumables"], page["power_w"]) == (["plates"], 900)
    assert [one["parts"] for one in page["maintenances"]] == [["lens"]]


def test_a_registry_of_models_goes_out_and_comes_back_unchanged(tmp_path: Path) -> None:
    assert said("changed", "model", "set", "Acme", "P1", "--control-component", "frame") is True
    assert said("changed", "model", "review", "Acme", "P1") is True
    file = tmp_path / "models.csv"
    file.write_text(said("text", "model", "file"), "utf-8")

    assert said("changed", "model", "load", str(file)) == 0
    assert [(one["control_component"], one["state"]) for one in said("models", "model", "list")] == [("frame", "known")]


def test_a_bad_row_of_a_registry_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "models.csv"
    file.write_text("maker,model,kind\nAcme,P1,pistolet\n", "utf-8")

    done = run("model", "load", str(file))

    assert (done.exit_code, *[json.loads(done.stdout)["errors"][0][name] for name in ("row", "column")]) == (
        1,
        2,
        "kind",
    )


def test_the_state_says_how_it_tells_modular_weapons_apart() -> None:
    [before] = said("policies", "policy")
    [after] = said("policies", "policy", "control", "--source", "Decree 7")

    assert (before["policy"], after["policy"]) == ("undecided", "control")
    with pytest.raises(Refused, match="law or decision"):
        run("policy", "essential")


def test_a_rule_of_the_state_is_added_and_ended(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(profiles.template(), "utf-8")

    [added] = said("profiles", "rule", "add", str(file), "--reason", "Decree 7")
    said("rules", "rule", "end", "iti", "2026-12-31", "--rule", "iti-8a", "--reason", "Decree 8")

    listed = {(one["profile"], one["rule"]): one["ended"] for one in said("rules", "rule", "list")}
    shown = json.loads(run("rule", "show", "iti").stdout)
    assert listed == {(added["profile"], ""): "", ("iti", "iti-8a"): "2026-12-31"}
    assert {one["id"]: one.get("to") for one in shown["rules"]}["iti-8a"] == "2026-12-31"


def test_a_find_is_listed_until_it_is_decided() -> None:
    people.event(people.weapon("W1"), event="seizure", date="2026-01-01")

    [listed] = said("finds", "find", "list", "--undecided")
    decided = said("changed", "find", "decide", "W1", "mark", "--reason", "for training")

    assert (listed["ref"], listed["decision"], decided) == ("W1", "", True)
    assert said("finds", "find", "list", "--undecided") == []


def test_production_and_deactivation_are_shown_together(tmp_path: Path) -> None:
    people.weapon("W1")
    paper = tmp_path / "c.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF\n")
    certificate = ("--date", "2026-03-01", "--number", "C-7", "--authority", "Proof House", "--document", str(paper))

    assert said("changed", "origin", "set", "W1", "craft", "--basis", "seen at the workshop") is True
    assert said("number", "origin", "deactivate", "W1", *certificate) == "C-7"

    shown = json.loads(run("origin", "show", "W1").stdout)
    assert (shown["production"], shown["certificate"]["authority"]) == ("craft", "Proof House")
    copy = tmp_path / "copy.pdf"
    assert run("document", shown["certificate"]["document"], str(copy)).exit_code == 0
    assert copy.read_bytes() == paper.read_bytes()
    assert run("document", "0" * 64, str(copy)).exit_code == 1
    assert said("craft", "origin", "count") == 1
    assert run("origin", "show", "W9").exit_code == 1


def test_coverage_counts_what_the_state_says_counts() -> None:
    people.weapon("W1")

    [before] = said("agencies", "coverage")
    [after] = said("agencies", "coverage", "--state-mark")

    assert (before["held"], before["marked"], after["backlog"]) == (1, 1, 1)


def test_ways_to_mark_a_stock_are_compared_without_a_store(tmp_path: Path) -> None:
    file = tmp_path / "stock.json"
    option = {"name": "Stamps", "method": "hand_stamp", "per_weapon": "1.50"}
    file.write_text(
        json.dumps({"stock": {"weapons": {"steel": 100}, "years": 5, "hours_a_year": 1600}, "options": [option]})
    )

    [compared] = said("options", "compare", str(file))

    assert compared["total"] == "150.00"
    stock = '"stock": {"weapons": {"steel": 1}, "years": 5, "hours_a_year": 1600}'
    for wrong in (
        '{"stock": {"weapons": {}, "years": 5, "hours_a_year": 1600}, "options": []}',
        f'{{{stock}, "options": [{{"name": "A", "method": "laser", "purchase": "NaN"}}]}}',
        f'{{{stock}, "options": [{{"name": "A", "method": "laser", "units": -1}}]}}',
    ):
        file.write_text(wrong)
        assert run("compare", str(file)).exit_code == 2


def test_a_consultation_is_recorded_and_what_became_of_it() -> None:
    asked = (
        "--date",
        "2026-05-04",
        "--topic",
        "polymer",
        "--partner",
        "Acme",
        "--asked",
        "How long does a plate last?",
    )

    [made] = said("consultations", "consultation", "add", *asked)
    said("consultations", "consultation", "add", *asked, "--answered", "Thirty years", "--id", made["id"])

    listed = said("consultations", "consultation", "list")
    assert [(one["id"], one["answered"]) for one in listed] == [(made["id"], "Thirty years")]


def test_an_import_mark_put_on_at_manufacture_waits_until_it_is_read() -> None:
    workshop.authority()
    made = workshop.batch(marks=[Planned("frame", "manufacture", "AB 1"), Planned("frame", "import", "XA 26")])
    workshop.accepted_as_it_is(workshop.items(made)[0])

    [waiting] = said("arrivals", "arrival", "list")
    other = run("arrival", "confirm", "W1", "XA 27", "XA 27")

    assert waiting["ref"] == "W1"
    assert (other.exit_code, json.loads(other.stdout)["agrees"]) == (1, False)
    assert said("arrivals", "arrival", "list") == []


def test_a_mark_that_may_not_last_is_due_after_a_year() -> None:
    workshop.authority()
    workshop.accepted(workshop.items(workshop.batch(marks=[Planned("frame", "import", carrier="plate")]))[0])

    before = said("weapons", "work", "due")
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        after = said("weapons", "work", "due")

    assert (before, [one["ref"] for one in after]) == ([], ["W1"])
