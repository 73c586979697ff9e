"""A description may be incomplete or wrong in places; the rest is used, and what is wrong is said."""

import datetime as dt
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.marking import description, profiles, rules, schemas
from countermark.marking.description import Description

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    ["occasion", "import_purpose", "traceable_before", "profiles", "date", "weapon", "marks", "elements", "kind", "components",
     "component", "type", "plate", "zone", "text", "height_mm", "layer", "carrier", "mark_kind", "material", "width_mm"]
)  # fmt: skip
_NEAR = st.recursive(
    _JSON
    | st.sampled_from(["manufacture", "import", "iti", "frame", "barrel", "plate", "overt", "steel", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(_NAMES, _NEAR, max_size=6))
@settings(deadline=None, max_examples=200)
def test_any_json_object_is_answered(value: dict[str, Any]) -> None:
    described, problems = description.read(value)
    chosen, _ = profiles.chosen(described.profiles, profiles.shipped())
    day = described.date or dt.date(2026, 1, 1)
    json.dumps(rules.plan(described, chosen, day, problems).as_json(), allow_nan=False)
    json.dumps(rules.check(described, chosen, day, problems).as_json(), allow_nan=False)


def test_a_wrong_word_is_left_out_and_what_was_expected_is_said() -> None:
    described, problems = description.read({"occasion": "theft", "weapon": {"kind": "rifle"}})
    assert described.occasion is None
    assert described.weapon == description.Weapon(kind="rifle")
    assert [(problem.path, "manufacture" in problem.expected) for problem in problems] == [("$.occasion", True)]


def test_an_unknown_field_is_said_with_its_place() -> None:
    _, problems = description.read({"marks": [{"component": "frame", "colour": "red"}]})
    assert problems[0].path == "$.marks[0].colour"


def test_one_bad_mark_does_not_lose_the_others() -> None:
    described, problems = description.read({"marks": [{"component": "frame"}, 7, {"component": "wing"}]})
    assert [mark.component for mark in described.marks or ()] == ["frame", None]
    assert len(problems) == 2


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_any_description_the_schema_allows_is_answered(data: st.DataObject) -> None:
    described = data.draw(st.from_type(Description))
    chosen, _ = profiles.chosen(described.profiles, profiles.shipped())
    answer = rules.plan(described, chosen, described.date or dt.date(2026, 1, 1)).as_json()
    json.dumps(answer, allow_nan=False).encode()
    assert set(answer["verdicts"]) >= {profile.id for profile in chosen}


def test_half_a_surrogate_pair_is_left_out_wherever_it_stands() -> None:
    bad = "\ud800"
    value = {
        "profiles": [bad, "iti"], bad: 1, "weapon": {"kind": bad, "maker": bad},
        "marks": [{"text": bad, "component": "frame", "elements": {"serial": bad, bad: "1"}}],
    }  # fmt: skip
    described, problems = description.read(value)
    assert len(problems) == 7
    assert described.profiles == ("iti",)
    for problem in problems:
        (problem.path + problem.expected).encode()


def test_marks_nobody_described_are_not_called_missing() -> None:
    value = {"occasion": "manufacture", "weapon": {"kind": "rifle"}}
    described, problems = description.read(value)
    answer = rules.check(described, profiles.shipped(), dt.date(2026, 1, 1), problems)
    assert set(answer.verdicts.values()) == {"incomplete"}
    assert not any(finding.verdict == "missing" for finding in answer.findings)


def test_a_list_longer_than_any_weapon_has_is_cut_and_said() -> None:
    described, problems = description.read({"marks": [{"component": "frame"}] * 100_000})
    assert len(described.marks or ()) == 200
    assert [(problem.path, problem.expected) for problem in problems] == [("$.marks[200...]", "at most 200")]


def test_a_year_given_as_a_number_is_read() -> None:
    described, problems = description.read({"elements": {"year": 2026}})
    assert (described.elements, problems) == ({"year": "2026"}, [])


def test_nothing_is_called_compliant_while_part_of_the_description_is_unusable() -> None:
    value = {
        "occasion": "state_holding", "profiles": ["iti"], "weapon": {"kind": "rifle", "wings": 2},
        "marks": [{"component": "receiver", "elements": {"serial": "1"}}],
    }  # fmt: skip
    described, problems = description.read(value)
    chosen, _ = profiles.chosen(described.profiles, profiles.shipped())
    answer = rules.check(described, chosen, dt.date(2026, 1, 1), problems)
    assert answer.verdicts == {"iti": "incomplete"}


def test_the_contracts_example_fits_the_published_schema_and_reads_whole() -> None:
    example = {
        "occasion": "manufacture", "import_purpose": "permanent", "traceable_before": True, "profiles": ["iti"],
        "date": "2026-01-01",
        "weapon": {
            "kind": "rifle", "production": "industrial", "model": "R1", "control_component": "frame",
            "components": [
                {"type": "frame", "material": "steel",
                 "plate": {"metal": True, "embedded": True, "removal_destroys": True, "width_mm": 20, "height_mm": 6}},
            ],
        },
        "marks": [
            {"component": "frame", "carrier": "part", "layer": "overt", "mark_kind": "manufacture", "method": "laser",
             "text": "X", "elements": {"manufacturer": "Acme"}, "height_mm": 1.6, "depth_mm": 0.1},
        ],
    }  # fmt: skip
    jsonschema.validate(example, schemas.schema("marking"))
    described, problems = description.read(example)
    assert not problems
    assert isinstance(described, Description)


@pytest.mark.parametrize(
    ("written", "reckoned"),
    [
        ("1/16 in", "1/16 in is 1.5875"),
        ('0.003"', '0.003" is 0.0762'),
        ("1 1/2 inches", "1 1/2 inches is 38.1"),
        ("1,6 mm", "1,6 mm is 1.6"),
        ("1.6", "1.6 is 1.6"),
        ("1/0 in", ""),
        ("two", ""),
        (" ", ""),
        ("/", ""),
    ],
)
def test_a_length_written_with_its_unit_is_reckoned_but_not_taken(written: str, reckoned: str) -> None:
    read, problems = description.read({"marks": [{"component": "frame", "height_mm": written}]})

    assert read.marks is not None
    assert read.marks[0].height_mm is None
    assert [one.expected.partition("; ")[2] for one in problems] == [reckoned]


def test_an_object_that_lacks_a_part_is_told_which() -> None:
    _, problems = description.read({"weapon": {"components": [{"type": "frame", "zone": {"width_mm": 3}}]}})

    assert [(one.path, one.expected) for one in problems] == [("$.weapon.components[0].zone", "height_mm in it")]


@pytest.mark.parametrize("serial", ["NSN", "n/a", "S/N", "--"])
def test_what_is_written_for_no_serial_is_no_serial(serial: str) -> None:
    elements = {"manufacturer": "Acme", "country": "XA", "serial": serial}
    weapon = {"kind": "revolver", "components": [{"type": "frame", "material": "steel"}]}
    read, _ = description.read(
        {"occasion": "manufacture", "weapon": weapon, "marks": [{"component": "frame", "elements": elements}]}
    )

    plan = rules.plan(read, [one for one in profiles.shipped() if one.id == "iti"], dt.date(2026, 1, 1))

    assert [one.attribute for one in plan.now.findings if one.verdict == "missing"] == ["serial"]
    assert [mark.elements["serial"] for mark in plan.marks] == [None]
