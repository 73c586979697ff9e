"""`countermark marking` and `schema`, as a person at a terminal and another program use them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from countermark.cli import cli

_PISTOL = {
    "occasion": "manufacture", "profiles": ["iti"], "date": "2026-01-01",
    "weapon": {"kind": "self_loading_pistol", "control_component": "frame", "components": [{"type": "frame", "material": "steel"}]},
    "marks": [{"component": "frame", "elements": {"manufacturer": "Acme", "country": "XA", "serial": "1"}}],
}  # fmt: skip


def _run(*words: str, given: Any = None) -> Result:
    text = json.dumps(given) if given is not None else None
    return CliRunner().invoke(cli, [*words], input=text)


def test_a_compliant_weapon_is_0() -> None:
    result = _run("marking", "check", "-", "--json", given=_PISTOL)
    assert (result.exit_code, json.loads(result.output)["verdicts"]) == (0, {"iti": "compliant"})


def test_a_weapon_that_lacks_a_mark_is_1() -> None:
    result = _run("marking", "check", "-", "--json", given={**_PISTOL, "marks": []})
    assert (result.exit_code, json.loads(result.output)["verdicts"]) == (1, {"iti": "not_compliant"})


def test_the_answer_has_the_members_of_the_contract() -> None:
    answer = json.loads(_run("marking", "check", "-", "--json", given=_PISTOL).output)
    assert list(answer)[:4] == ["verdicts", "findings", "marks", "space"]
    wanted = {"rule", "profile", "force", "verdict", "component", "attribute", "message", "source"}
    assert all(wanted <= set(finding) for finding in answer["findings"])


def test_a_plan_names_the_marks_that_are_needed() -> None:
    result = _run("marking", "plan", "-", "--json", given={**_PISTOL, "marks": []})
    assert result.exit_code == 0
    assert [mark["component"] for mark in json.loads(result.output)["marks"]] == ["frame"]


def test_a_plan_that_puts_the_unique_mark_on_the_barrel_is_refused() -> None:
    marks = [{**_PISTOL["marks"][0], "component": "barrel"}]  # type: ignore[index]
    result = _run("marking", "plan", "-", "--json", given={**_PISTOL, "marks": marks})
    answer = json.loads(result.output)
    assert result.exit_code == 1
    assert any(finding["verdict"] == "refused" for finding in answer["findings"])


def test_a_profile_nobody_knows_is_said_and_the_rest_answered() -> None:
    result = _run("marking", "check", "-", "--json", given={**_PISTOL, "profiles": ["iti", "atlantis"]})
    assert result.exit_code == 1
    assert json.loads(result.output)["verdicts"]["atlantis"] == "incomplete"


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "7", "[" * 100_000])
def test_what_is_no_description_is_2(text: str) -> None:
    result = CliRunner().invoke(cli, ["marking", "check", "-"], input=text)
    assert result.exit_code == 2


def test_a_file_that_is_not_there_is_2(tmp_path: Path) -> None:
    assert _run("marking", "plan", str(tmp_path / "none.json")).exit_code == 2


def test_the_profiles_are_a_list_with_the_contracts_members() -> None:
    listed = json.loads(_run("marking", "profiles", "--json").output)
    assert {"iti", "za-reg28"} <= {profile["id"] for profile in listed}
    assert all(set(profile) == {"id", "title", "jurisdiction", "force", "from", "to"} for profile in listed)


def test_a_profile_of_ones_own_is_judged_beside_the_others(tmp_path: Path) -> None:
    from countermark.marking import profiles

    own = tmp_path / "own.toml"
    own.write_text(profiles.template(), "utf-8")
    result = _run(
        "marking", "check", "-", "--json", "--profile", str(own), given={**_PISTOL, "profiles": ["xx-example"]}
    )
    assert json.loads(result.output)["verdicts"] == {"xx-example": "incomplete"}


def test_a_directory_of_profiles_and_changes_is_laid_over_those_shipped(tmp_path: Path) -> None:
    from countermark.marking import profiles

    (tmp_path / "own.toml").write_text(profiles.template(), "utf-8")
    (tmp_path / "end.toml").write_text(
        'changes = "iti"\nreason = "a decree"\nended = { iti-8a = 2025-12-31 }\n', "utf-8"
    )
    listed = json.loads(_run("marking", "profiles", "--json", "--profile", str(tmp_path)).output)
    judged = _run("marking", "check", "-", "--json", "--profile", str(tmp_path), given=_PISTOL)
    assert "xx-example" in {profile["id"] for profile in listed}
    assert json.loads(judged.output)["verdicts"] == {"iti": "not_applicable"}


def test_a_change_of_a_profile_nobody_knows_is_2(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('changes = "atlantis"\nreason = "a decree"\n', "utf-8")
    assert _run("marking", "profiles", "--profile", str(own)).exit_code == 2


def test_no_method_is_recommended_where_none_is_known_to_last() -> None:
    weapon = {"kind": "revolver", "components": [{"type": "frame", "material": "titanium"}]}
    output = _run("marking", "plan", "-", given={**_PISTOL, "weapon": weapon, "marks": []}).output
    assert "no method is known to last" in output


def test_what_a_rule_rests_on_from_memory_is_said_to_a_person() -> None:
    output = _run("marking", "check", "-", given={**_PISTOL, "profiles": ["nairobi"], "marks": []}).output
    assert all(line.endswith("from memory]") for line in output.splitlines() if "nairobi-7-a" in line)
    assert "Needed: manufacturer, country / place, serial." in output


def test_half_a_surrogate_pair_is_answered() -> None:
    text = '{"occasion": "manufacture", "profiles": ["iti"], "marks": [{"component": "frame", "text": "\\ud800"}]}'
    for command in (["check"], ["plan"], ["check", "--json"], ["plan", "--json"]):
        result = CliRunner().invoke(cli, ["marking", *command, "-"], input=text)
        assert (result.exit_code, result.exception.__class__) == (1, SystemExit)


def test_a_profile_that_cannot_be_used_is_2(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("id = 7", "utf-8")
    assert _run("marking", "profiles", "--profile", str(own)).exit_code == 2


@pytest.mark.parametrize(
    "name", ["marking", "marking-answer", "marking-comparison", "marking-profile", "marking-change"]
)
def test_a_schema_is_one_json_object(name: str) -> None:
    schema = json.loads(_run("schema", name).output)
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_answers_fit_the_published_schema() -> None:
    import jsonschema

    schema = json.loads(_run("schema", "marking-answer").output)
    jsonschema.validate(json.loads(_run("marking", "plan", "-", "--json", given=_PISTOL).output), schema)
    jsonschema.validate(json.loads(_run("marking", "check", "-", "--json", given=_PISTOL).output), schema)


def test_a_person_reads_verdicts_then_findings() -> None:
    lines = _run("marking", "check", "-", given={**_PISTOL, "marks": []}).output.splitlines()
    assert lines[0].split() == ["iti", "not", "compliant"]
    assert any("MISSING" in line and "ITI" in line for line in lines)


def test_a_key_that_stands_twice_is_not_read_past() -> None:
    result = CliRunner().invoke(cli, ["marking", "check", "-"], input='{"occasion": "import", "occasion": "found"}')

    assert result.exit_code == 2
    assert "occasion stands in one object twice" in result.output
