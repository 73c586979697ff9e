"""Profiles are data: what a file may hold, and what is refused."""

import datetime as dt
from fractions import Fraction
from typing import get_args

import jsonschema
import pytest

from countermark.marking import profiles, schemas
from countermark.marking.description import Identity
from countermark.marking.profiles import Length, ProfileError

_SHIPPED = {
    "iti", "unfp", "eu-2019-68", "us-478.92", "ecowas", "nairobi", "sadc", "za-reg28", "cifta", "osce", "mosaic-05.30",
}  # fmt: skip


def test_the_instruments_of_the_contract_are_shipped() -> None:
    assert {profile.id for profile in profiles.shipped()} == _SHIPPED


@pytest.mark.parametrize("profile", profiles.shipped(), ids=lambda profile: profile.id)
def test_every_rule_has_a_source_and_an_id_of_its_own(profile: profiles.Profile) -> None:
    assert all(rule.source and rule.title for rule in profile.rules)
    assert len({rule.id for rule in profile.rules}) == len(profile.rules)


def test_no_two_instruments_share_a_rule_id() -> None:
    names = [rule.id for profile in profiles.shipped() for rule in profile.rules]
    assert len(names) == len(set(names))


def test_the_template_is_a_profile_that_can_be_used() -> None:
    assert profiles.read(profiles.template()).rules


@pytest.mark.parametrize("profile", profiles.shipped(), ids=lambda profile: profile.id)
def test_a_profile_fits_the_published_schema(profile: profiles.Profile) -> None:
    import json

    import msgspec

    jsonschema.validate(json.loads(msgspec.json.encode(profile)), schemas.schema("marking-profile"))


def test_a_sixteenth_of_an_inch_is_not_one_point_six_millimetres() -> None:
    assert Length("1/16", "in").mm == Fraction("1.5875") < Length("1.6", "mm").mm


def test_the_depth_of_the_american_rule_is_exact() -> None:
    assert Length("0.003", "in").mm == Fraction("0.0762")


@pytest.mark.parametrize("value", ["", "deep", "-1", "0", "1/0", "1e", "½"])
def test_a_length_that_is_none_is_refused(value: str) -> None:
    text = profiles.template().replace('value = "2"', f'value = "{value}"')
    with pytest.raises(ProfileError, match="no length"):
        profiles.read(text)


def test_an_unknown_element_is_refused_by_name() -> None:
    with pytest.raises(ProfileError, match="blood_group is no element"):
        profiles.read(profiles.template().replace('"serial"', '"blood_group"'))


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ProfileError, match="sauce"):
        profiles.read(profiles.template().replace("source =", "sauce ="))


def test_two_rules_of_one_id_are_refused() -> None:
    text = profiles.template()
    with pytest.raises(ProfileError, match="two rules"):
        profiles.read(text + "\n" + text[text.rindex("[[rules]]") :])


def test_a_rule_that_has_ended_is_not_in_force() -> None:
    text = profiles.template().replace('occasions = ["manufacture"]', 'occasions = ["manufacture"]\nto = 2026-06-30')
    profile = profiles.read(text)
    assert profile.rules_on(dt.date(2026, 6, 30))
    assert not profile.rules_on(dt.date(2026, 7, 1))


_CHANGE = """
changes = "iti"
reason = "Decree 7 of 2026"
ended = { iti-8c = 2026-06-30 }

[[rules]]
id = "xx-depth"
title = "Depth of the unique mark"
source = "Decree 7 of 2026, article 2"
occasions = ["manufacture"]
min_depth = { value = "0.1", unit = "mm" }
requires = { where = "structural", elements = [["serial"]] }
"""


def _iti() -> profiles.Profile:
    return next(profile for profile in profiles.shipped() if profile.id == "iti")


def test_a_state_adds_and_ends_a_rule_without_rewriting_the_profile() -> None:
    changed = profiles.changed(_iti(), profiles.read_change(_CHANGE))
    before, after = changed.rules_on(dt.date(2026, 6, 30)), changed.rules_on(dt.date(2026, 7, 1))
    assert {rule.id for rule in before} - {rule.id for rule in after} == {"iti-8c"}
    assert "xx-depth" in {rule.id for rule in after}
    assert profiles.digest(changed) != profiles.digest(_iti())


def test_a_rule_that_is_not_there_cannot_be_ended() -> None:
    with pytest.raises(ProfileError, match="no rule is called iti-99"):
        profiles.changed(_iti(), profiles.read_change(_CHANGE.replace("iti-8c", "iti-99")))


def test_a_rule_added_under_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(ProfileError, match="two rules"):
        profiles.changed(_iti(), profiles.read_change(_CHANGE.replace("xx-depth", "iti-8a")))


@pytest.mark.parametrize("policy", get_args(Identity))
def test_each_identity_policy_is_a_profile_and_none_of_the_laws(policy: Identity) -> None:
    assert profiles.policy(policy).identity == policy
    assert "identity" not in _SHIPPED


def test_a_change_of_a_rule_changes_the_digest_a_plan_names() -> None:
    before = profiles.read(profiles.template())
    after = profiles.read(profiles.template().replace('value = "2"', 'value = "2.5"'))
    assert profiles.digest(before) != profiles.digest(after)


def test_profiles_nobody_knows_are_named() -> None:
    chosen, unknown = profiles.chosen(["iti", "atlantis", "iti"], profiles.shipped())
    assert ([profile.id for profile in chosen], unknown) == (["iti"], ["atlantis"])
