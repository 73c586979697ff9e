"""A plan says which marks are missing, and what they will make of the weapon."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.marking import description, profiles, rules
from countermark.marking.description import ELEMENTS
from countermark.marking.rules import Answer, Plan

DAY = dt.date(2026, 1, 1)
_TABLE = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))


def _plan(*names: str, **fields: Any) -> Plan:
    described, problems = description.read({"occasion": "manufacture", "profiles": list(names), **fields})
    chosen, _ = profiles.chosen(described.profiles, profiles.shipped())
    return rules.plan(described, chosen, DAY, problems)


def _check(**fields: Any) -> Answer:
    described, problems = description.read(fields)
    chosen, _ = profiles.chosen(described.profiles, profiles.shipped())
    return rules.check(described, chosen, DAY, problems)


def test_an_unmarked_pistol_gets_its_unique_mark_on_the_frame() -> None:
    [mark] = _plan("iti", weapon=_TABLE["weapons"]["pistol"]).marks
    assert (mark.component, mark.mark_kind, set(mark.elements) >= {"manufacturer", "country", "serial"}) == (
        "frame",
        "manufacture",
        True,
    )


def test_the_text_stands_as_it_will_on_the_metal() -> None:
    told = {"serial": "A123", "year": "2026", "calibre": "9 mm"}
    weapon = {**_TABLE["weapons"]["pistol"], "maker": "Acme", "country": "XA", "model": "P1"}
    [mark] = _plan("iti", weapon=weapon, elements=told).marks
    assert mark.text == "XA Acme 2026 P1 A123 9 mm"


def test_prefixes_stand_before_the_text_and_not_in_the_serial() -> None:
    weapon = _TABLE["weapons"]["pistol"]
    plan = _plan("eu-2019-68", weapon=weapon, prefixes=True, elements={"serial": "A123"})
    assert {mark.component: mark.text[:3] for mark in plan.marks} == {"frame": "(1)", "barrel": "(2)", "slide": "(2)"}
    assert all(mark.elements["serial"] == "A123" for mark in plan.marks)


def test_the_strictest_height_is_planned_and_who_demands_it_is_shown() -> None:
    plan = _plan("us-478.92", "eu-2019-68", weapon=_TABLE["weapons"]["pistol_frame"])
    assert plan.marks[0].height_mm == 1.6
    height = next(one for one in plan.now.strictest if one["attribute"] == "height_mm")
    assert [one["profile"] for one in height["demanded_by"]] == ["eu-2019-68"]
    assert {one["profile"] for one in height["others"]} == {"us-478.92"}


def test_where_no_marks_are_described_the_plan_is_made_for_none() -> None:
    plan = _plan("iti", weapon=_TABLE["weapons"]["pistol"])
    assert (plan.now.verdicts, plan.planned_verdicts) == ({"iti": "incomplete"}, {"iti": "compliant"})


def test_the_halves_of_a_split_receiver_get_one_number() -> None:
    [mark] = _plan("us-478.92", weapon=_TABLE["weapons"]["halves"], marks=[]).marks
    assert (mark.component, mark.copies) == ("receiver", 2)


def test_a_half_that_is_marked_is_not_marked_again() -> None:
    [mark] = _plan(
        "us-478.92", weapon=_TABLE["weapons"]["halves"], marks=[_TABLE["marks"]["full_receiver"]], elements={"year": "2020"}
    ).marks  # fmt: skip
    assert (mark.copies, mark.elements["serial"]) == (1, "A123")


@pytest.mark.parametrize(
    ("plate", "carrier"),
    [({}, "plate"), ({"embedded": False}, "part"), ({"removal_destroys": False}, "part"), ({"metal": False}, "part")],
)
def test_a_mark_is_not_planned_on_a_plate_that_comes_off_a_steel_frame(plate: dict[str, bool], carrier: str) -> None:
    weapon = {
        "kind": "self_loading_pistol",
        "control_component": "frame",
        "components": [{"type": "frame", "material": "steel", "plate": {"metal": True, "embedded": True, **plate}}],
    }

    (mark,) = _plan("iti", weapon=weapon, marks=[]).marks

    assert mark.carrier == carrier


@pytest.mark.parametrize(
    ("duplicate", "elements", "text"),
    [
        (True, {}, "XA 26 ‹serial›"),
        (True, {"serial": "XA26000123"}, "XA 26 XA26000123"),
        (False, {}, "XA 26"),
    ],
)
def test_a_serial_that_is_another_weapons_too_is_not_put_on_again_as_the_extra_number(
    duplicate: bool, elements: dict[str, str], text: str
) -> None:
    plan = _plan(
        "nairobi",
        "za-reg28",
        occasion="import",
        elements={"country": "XA", "year": "26", **elements},
        weapon={"control_component": "receiver", "duplicate_serial": duplicate, "components": [{"type": "receiver"}]},
        marks=[{"component": "receiver", "elements": {"manufacturer": "FN", "country": "BE", "serial": "A1"}}],
    )

    assert [mark.text for mark in plan.marks if mark.component == "receiver"] == [text]


def test_a_plan_says_that_the_plate_of_a_polymer_frame_comes_off() -> None:
    plate = {"metal": True, "embedded": False}
    weapon = {
        "kind": "self_loading_pistol",
        "control_component": "frame",
        "components": [{"type": "frame", "material": "polymer", "plate": plate}],
    }

    (mark,) = _plan("eu-2019-68", weapon=weapon, marks=[]).marks

    assert mark.carrier == "plate"
    assert any("can be removed" in note for note in mark.notes)


@pytest.mark.parametrize(
    ("policy", "components"),
    [
        ("control", ["lower_receiver"]),
        ("essential", ["barrel", "lower_receiver", "upper_receiver"]),
        ("one_part", ["lower_receiver"]),
    ],
)
def test_a_states_identity_policy_decides_which_components_get_a_number(policy: str, components: list[str]) -> None:
    plan = _plan("iti", identity=policy, weapon=_TABLE["weapons"]["modular"], marks=[])
    assert sorted(mark.component for mark in plan.marks if "serial" in mark.elements) == components
    assert plan.planned_verdicts == {"iti": "compliant", "identity": "compliant"}


def test_a_policy_of_one_component_waits_until_one_is_named() -> None:
    undecided = {**_TABLE["weapons"]["modular"], "control_component": None}
    plan = _plan("iti", identity="control", weapon=undecided, marks=[])
    assert plan.now.verdicts["identity"] == "incomplete"
    assert ("identity-control", "control_component") in {(one.rule, one.attribute) for one in plan.now.findings}


def test_a_second_plate_has_a_space_of_its_own() -> None:
    plate = {"metal": True, "embedded": True, "removal_destroys": True, "width_mm": 12, "height_mm": 5}
    frame = {"type": "frame", "material": "polymer", "plate": plate}
    full = _TABLE["marks"]["on_plate"]

    def spaces(part: dict[str, Any]) -> list[tuple[str, bool]]:
        plan = _plan("iti", weapon={"kind": "revolver", "components": [part]}, marks=[full])
        return [(space.carrier, space.second_plate) for space in plan.space]

    assert spaces(frame) == [("plate", True)]
    assert spaces({**frame, "second_plate": plate}) == [("plate", False), ("second_plate", False)]


def test_what_the_first_plate_has_no_room_for_goes_on_the_second() -> None:
    plate = {"metal": True, "embedded": True, "removal_destroys": True, "width_mm": 12, "height_mm": 5}
    weapon = {"kind": "revolver", "components": [{"type": "frame", "plate": plate, "second_plate": plate}]}
    tight = {**_TABLE["marks"]["on_plate"], "text": "ACME A123 XA"}
    told = {"country": "XB", "year": "2026"}
    [mark] = _plan("iti", occasion="import", weapon=weapon, marks=[tight], elements=told).marks
    assert mark.notes == ["On the second plate: the first has no room for it."]


def test_the_import_mark_of_an_earlier_import_is_not_that_of_this_one() -> None:
    marks = [_TABLE["marks"]["full_frame"], _TABLE["marks"]["import_mark"]]
    fields: dict[str, Any] = {"occasion": "import", "weapon": _TABLE["weapons"]["pistol"], "marks": marks}
    again = _plan("iti", **fields, elements={"country": "XC", "year": "2027"})
    assert [mark.text for mark in again.marks] == ["XC 2027"]
    assert not _plan("iti", **fields, elements={"country": "xb"}).marks


def test_where_the_destination_is_known_the_import_mark_is_applied_by_the_maker() -> None:
    told = {"serial": "A1", "destination": "XB"}
    plan = _plan("iti", weapon=_TABLE["weapons"]["pistol"], marks=[], elements=told)
    assert [(mark.mark_kind, mark.component) for mark in plan.marks] == [("manufacture", "frame"), ("import", "frame")]
    assert plan.marks[1].text == "XB"
    assert "confirmed on arrival" in plan.marks[1].notes[0]


def test_a_year_an_instrument_demands_stays_open_until_the_weapon_arrives() -> None:
    plan = _plan("mosaic-05.30", weapon=_TABLE["weapons"]["pistol"], marks=[], elements={"destination": "XB"})
    assert plan.marks[1].text == "XB ‹year›"


def test_how_a_covert_mark_is_made_is_left_to_the_state() -> None:
    plan = _plan("ecowas", weapon=_TABLE["weapons"]["polymer_plate"], marks=[])
    [covert] = [mark for mark in plan.marks if mark.layer == "covert"]
    assert (covert.carrier, covert.methods) == ("part", [])


def test_where_nothing_is_there_the_first_choice_of_elements_is_asked_for() -> None:
    plan = _plan("iti", weapon=_TABLE["weapons"]["pistol"], marks=[])
    missing = {finding.attribute for finding in plan.now.findings if finding.verdict == "missing"}
    assert missing == {"mark", "manufacturer", "country", "serial"}


def test_check_and_plan_show_the_strictest_value_and_the_space() -> None:
    fields: dict[str, Any] = {"occasion": "manufacture", "weapon": _TABLE["weapons"]["polymer_plate"], "marks": []}
    for answer in (_check(**fields).as_json(), _plan(**fields).as_json()):
        assert {one["attribute"] for one in answer["strictest"]} == {"height_mm", "depth_mm", "alphabets", "numerals"}
        assert answer["conflicts"]
        assert answer["space"][0]["component"] == "frame"


def test_a_mark_on_the_barrel_alone_is_refused_and_one_on_the_frame_planned() -> None:
    plan = _plan("iti", weapon=_TABLE["weapons"]["pistol"], marks=[_TABLE["marks"]["full_barrel"]])
    assert any(finding.verdict == "refused" for finding in plan.now.findings)
    assert [mark.component for mark in plan.marks] == ["frame"]


def test_a_frame_of_polymer_gets_an_embedded_plate_where_the_law_asks_for_one() -> None:
    plan = _plan("eu-2019-68", weapon=_TABLE["weapons"]["polymer"])
    assert plan.marks[0].carrier == "plate"


def test_an_import_mark_does_not_take_its_country_from_the_maker() -> None:
    plan = _plan(
        "iti", occasion="import", weapon=_TABLE["weapons"]["pistol"], marks=[_TABLE["marks"]["full_frame"]],
        elements={"country": "XB"},
    )  # fmt: skip
    assert [(mark.mark_kind, mark.elements["country"]) for mark in plan.marks] == [("import", "XB")]


def test_instruments_that_differ_about_an_exemption_are_shown() -> None:
    plan = _plan("iti", "unfp", occasion="import", import_purpose="museum", weapon=_TABLE["weapons"]["pistol"])
    assert plan.now.verdicts["iti"] == "exempt"
    assert any(conflict["attribute"] == "exemption" for conflict in plan.now.conflicts)


def test_a_plan_names_the_version_of_each_rule_text() -> None:
    assert set(_plan("iti", "unfp", weapon=_TABLE["weapons"]["pistol"]).made_under) == {"iti", "unfp"}


@pytest.mark.parametrize("occasion", get_args(description.Occasion))
@pytest.mark.parametrize("weapon", _TABLE["weapons"])
def test_a_weapon_marked_as_planned_breaks_no_rule(weapon: str, occasion: str) -> None:
    plan = _plan(
        occasion=occasion, import_purpose="permanent", traceable_before=False, weapon=_TABLE["weapons"][weapon]
    )
    assert "not_compliant" not in plan.planned_verdicts.values(), plan.planned_verdicts


@given(
    marks=st.lists(st.sampled_from(sorted(_TABLE["marks"])), max_size=4),
    occasion=st.sampled_from(get_args(description.Occasion)),
    # A number once cut into one half cannot be mended by marks: the halves are tried by themselves.
    weapon=st.sampled_from(sorted(set(_TABLE["weapons"]) - {"halves"})),
)
@settings(deadline=None)
def test_any_plan_mends_what_marks_can_mend(marks: list[str], occasion: str, weapon: str) -> None:
    plan = _plan(
        occasion=occasion, traceable_before=False, weapon=_TABLE["weapons"][weapon],
        marks=[_TABLE["marks"][name] for name in marks],
    )  # fmt: skip
    assert "not_compliant" not in plan.planned_verdicts.values(), (plan.planned_verdicts, plan.marks)


_ORDER = {"not_compliant": 0, "incomplete": 1, "compliant": 2, "not_applicable": 2}


def _tells(name: str) -> bool:
    return "elements" in _TABLE["marks"][name]


@given(
    marks=st.lists(st.sampled_from(sorted(_TABLE["marks"])).filter(_tells), min_size=1, max_size=4),
    element=st.sampled_from(ELEMENTS),
    profile=st.sampled_from([profile.id for profile in profiles.shipped()]),
    occasion=st.sampled_from(get_args(description.Occasion)),
    weapon=st.sampled_from(sorted(_TABLE["weapons"])),
)
@settings(deadline=None, max_examples=400)
def test_one_more_element_in_a_mark_never_makes_a_verdict_worse(
    marks: list[str], element: str, profile: str, occasion: str, weapon: str
) -> None:
    told = [_TABLE["marks"][name] for name in marks]
    first = told[0]["elements"]
    more = [{**told[0], "elements": {**first, element: first.get(element) or "XA"}}, *told[1:]]
    fields = {"occasion": occasion, "profiles": [profile], "weapon": _TABLE["weapons"][weapon]}
    before, after = _check(**fields, marks=told), _check(**fields, marks=more)
    assert _ORDER[after.verdicts[profile]] >= _ORDER[before.verdicts[profile]], (before.findings, after.findings)


@given(
    marks=st.lists(st.sampled_from(sorted(_TABLE["marks"])), max_size=4),
    occasion=st.sampled_from(get_args(description.Occasion)),
)
@settings(deadline=None)
def test_profiles_asked_together_say_what_each_says_alone(marks: list[str], occasion: str) -> None:
    fields = {
        "occasion": occasion,
        "weapon": _TABLE["weapons"]["pistol"],
        "marks": [_TABLE["marks"][name] for name in marks],
    }
    together = _check(**fields)
    alone: dict[str, str] = {}
    for profile in profiles.shipped():
        alone |= _check(**fields, profiles=[profile.id]).verdicts
    assert together.verdicts == alone


def test_a_weapon_that_may_bear_a_unique_mark_already_gets_no_second_one() -> None:
    plan = _plan(
        "iti", "nairobi", occasion="import", weapon=_TABLE["weapons"]["pistol"], marks=[_TABLE["marks"]["text_only"]],
        elements={"country": "XB", "year": "2026"},
    )  # fmt: skip
    assert not any("serial" in mark.elements for mark in plan.marks)
    assert any(finding.verdict == "unknown" and finding.attribute == "elements" for finding in plan.now.findings)


def test_a_refused_mark_whose_component_nobody_told_is_planned_anew_where_the_rule_wants_it() -> None:
    weapon = {"kind": "rifle", "components": [{"type": "receiver", "material": "steel"}]}
    small = {"mark_kind": "state_stock", "height_mm": 1.5, "elements": {"country": "XA"}}
    read, _ = description.read({"occasion": "state_to_civil", "weapon": weapon, "marks": [small]})

    plan = rules.plan(read, [one for one in profiles.shipped() if one.id == "eu-2019-68"], dt.date(2026, 1, 1))

    assert plan.now.verdicts == {"eu-2019-68": "not_compliant"}
    assert [mark.component for mark in plan.marks] == ["receiver"]


def test_a_plate_that_is_not_there_is_to_be_embedded_first() -> None:
    weapon = {"kind": "self_loading_pistol", "components": [{"type": "frame", "material": "polymer"}]}

    [mark] = _plan("eu-2019-68", weapon=weapon, marks=[]).marks

    assert (mark.carrier, mark.notes[-1]) == ("plate", "A metal plate is to be embedded first.")


def test_a_mark_of_deactivation_says_who_verified_it_and_when_not_the_serial() -> None:
    weapon = {"kind": "revolver", "components": [{"type": "frame", "material": "steel"}]}
    standing = {"component": "frame", "elements": {"serial": "A1", "country": "XB", "manufacturer": "Acme"}}
    given = {"weapon": weapon, "marks": [standing], "occasion": "deactivation"}

    [open_] = _plan("mosaic-05.30", **given).marks
    [told] = _plan("mosaic-05.30", **given, elements={"country": "XA", "year": "26"}).marks

    assert (list(open_.elements), told.text) == (["country", "year"], "XA 26")


def test_what_a_model_keeps_for_imports_is_counted_and_kept_free() -> None:
    zone = {"width_mm": 40, "height_mm": 24}
    kept = [{"x_mm": 0, "y_mm": 18, "width_mm": 20, "height_mm": 6}]
    part = {"type": "frame", "material": "steel", "zone": zone}
    free = _plan("iti", weapon={"kind": "self_loading_pistol", "components": [part]}).space
    reserved = _plan("iti", weapon={"kind": "self_loading_pistol", "components": [{**part, "reserved": kept}]}).space

    assert free[0].fits
    assert reserved[0].future_import_marks >= 2
    assert reserved[0].future_import_marks <= free[0].future_import_marks + 2
