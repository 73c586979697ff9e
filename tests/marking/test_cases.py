"""Weapon x occasion x profile: the table `cases.toml`, row by row."""

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from countermark.marking import description, profiles, rules

_TABLE = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))
_PROFILES = {profile.id: profile for profile in profiles.shipped()}


def _rows() -> Iterator[Any]:
    for case in _TABLE["cases"]:
        for number, row in enumerate(case["rows"]):
            shared = {key: value for key, value in case.items() if key != "rows"}
            marks = "+".join(row["marks"]) or "none"
            yield pytest.param(
                shared | row, id=f"{case['profile']}-{case['occasion']}-{number}-{row['weapon']}-{marks}"
            )


def _described(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "occasion": row["occasion"],
        "import_purpose": row.get("purpose"),
        "traceable_before": row.get("traceable"),
        "profiles": [row["profile"]],
        "date": row.get("date", "2026-01-01"),
        "weapon": _TABLE["weapons"][row["weapon"]],
        "marks": [_TABLE["marks"][name] for name in row["marks"]],
    }


@pytest.mark.parametrize("row", list(_rows()))
def test_an_instrument_says_of_a_weapon_what_its_text_says(row: dict[str, Any]) -> None:
    described, problems = description.read(_described(row))
    assert not problems

    answer = rules.check(described, [_PROFILES[row["profile"]]], described.date or dt.date.min)

    said = [f"{one.verdict} {one.attribute}" for one in answer.findings]
    said += [f"{one.verdict} {one.attribute} {one.component}" for one in answer.findings]
    assert answer.verdicts[row["profile"]] == row["expect"], said
    assert set(row.get("finds", ())) <= set(said), said


def test_the_table_holds_at_least_eighty_cases() -> None:
    assert sum(len(case["rows"]) for case in _TABLE["cases"]) >= 80


def test_every_finding_names_a_rule_that_there_is() -> None:
    known = {rule.id for profile in _PROFILES.values() for rule in profile.rules} | set(_PROFILES)
    for row in (shared | row for shared in _TABLE["cases"] for row in shared["rows"]):
        described, _ = description.read(_described(row))
        answer = rules.check(described, list(_PROFILES.values()), described.date or dt.date.min)
        assert {finding.rule for finding in answer.findings} <= known
        assert all(finding.source for finding in answer.findings)


def test_every_instrument_shipped_has_a_case() -> None:
    assert {case["profile"] for case in _TABLE["cases"]} == set(_PROFILES)


def test_every_case_names_its_source() -> None:
    assert all(case["source"] for case in _TABLE["cases"])
