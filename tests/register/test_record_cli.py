"""`add`, `correct`, `show` and `export` as other programs call them (contract, *Commands*)."""

import json
from pathlib import Path

from tests.support.cli import Cli

UNKNOWN = "00000000-0000-0000-0000-000000000000"


def added(run_cli: Cli) -> str:
    answer = run_cli(
        "add", "weapon", "--ref", "T-1", "--kind", "revolver", "--mark", "AB 1", "--component", "frame", "--json"
    )
    assert answer.code == 0, answer.err
    return str(answer.json()["weapon_id"])


def test_one_weapon_its_life_and_a_correction_from_the_command_line(run_cli: Cli) -> None:
    weapon = added(run_cli)
    event = run_cli(
        "add", "event", "--weapon", weapon, "--event", "transfer", "--date", "1994-06", "--to", "7th Battery", "--json"
    )
    corrected = run_cli("correct", event.json()["eventID"], "--reason", "misread", "--date", "1995-06", "--json")
    shown = run_cli("show", weapon, "--json").json()

    assert corrected.json()["new"] is True
    assert {"weapon_id", "ref", "source", "kind", "maker", "components", "marks", "history"} <= set(shown)
    assert (shown["ref"], shown["marks"][0]["mark"], shown["components"][0]["component"]) == ("T-1", "AB 1", "frame")
    transfers = {line["date"]: line for line in shown["history"] if line["event"] == "transfer"}
    assert set(transfers) == {"1994-06", "1995-06"}
    assert (transfers["1994-06"]["corrected"], transfers["1994-06"]["reason_code"]) == (True, "misread")
    assert (transfers["1995-06"]["precision"], transfers["1995-06"]["to"]) == ("month", "7th Battery")
    assert {"eventID", "event", "date", "precision", "recorded", "from", "to", "document"} <= set(shown["history"][0])
    assert shown["history"][0]["recorded"].endswith("Z")
    assert "7th Battery" in run_cli("show", weapon).out


def test_a_correction_whose_reason_is_words_alone_tells_them(run_cli: Cli) -> None:
    weapon = added(run_cli)
    event = run_cli("add", "event", "--weapon", weapon, "--event", "transfer", "--date", "1994-06", "--json")

    run_cli("correct", event.json()["eventID"], "--reason", "the clerk's mistake", "--date", "1995-06")

    told = {(line["reason_code"], line["reason"]) for line in run_cli("show", weapon, "--json").json()["history"]}
    assert ("other", "the clerk's mistake") in told


def test_the_same_weapon_twice_is_known_and_another_under_its_number_refused(run_cli: Cli) -> None:
    weapon = added(run_cli)
    said = {"ref": "T-1", "kind": "revolver", "marks": [{"mark": "AB 1", "component": "frame"}]}

    again = run_cli("add", "weapon", "--json", stdin=json.dumps(said))
    other = run_cli("add", "weapon", "--json", stdin=json.dumps({**said, "kind": "rifle"}))

    assert (again.code, again.json()["weapon_id"], again.json()["new"]) == (0, weapon, False)
    assert (other.code, other.json()["errors"][0]["code"]) == (1, "differs")


def test_what_cannot_be_recorded_is_a_finding_and_what_cannot_be_understood_wrong_usage(run_cli: Cli) -> None:
    added(run_cli)

    assert run_cli("add", "event", "--ref", "T-1", "--event", "transfer", "--date", "03/04/2001").code == 1
    assert run_cli("add", "event", "--ref", "none", "--event", "transfer").code == 1
    assert run_cli("add", "weapon", "--ref", "T-2").code == 1
    assert run_cli("correct", "ni:///sha-256;00?ver=CBV2.0", "--reason", "r", "--date", "1990").code == 1
    assert run_cli("show", UNKNOWN, "--json").code == 1
    assert run_cli("add", "event", "--event", "transfer").code == 2
    for text in ("", "[]", "{", '{"ref": {}}', '{"ref": "x", "marks": 7}'):
        assert run_cli("add", "weapon", stdin=text).code in (1, 2)


def test_an_export_loads_back_unchanged(run_cli: Cli, tmp_path: Path) -> None:
    added(run_cli)
    file = tmp_path / "weapons.csv"

    assert run_cli("export", "weapons", file).code == 0

    report = run_cli("load", "weapons", file, "--json")
    assert (report.code, report.json()["unchanged"], report.json()["new"]) == (0, 1, 0)
