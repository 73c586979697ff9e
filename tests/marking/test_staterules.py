"""A State adds and ends rules without code; a plan made under an old rule stays explainable."""

import datetime as dt

import msgspec
import pytest

from countermark.ledger.verify import verify
from countermark.marking import planning, profiles, staterules
from countermark.marking.acts import Refused
from countermark.marking.staterules import StateRule
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db

OWN = profiles.template().replace('id = "xx-example"', 'id = "xa-law"')
DAY = dt.date(2026, 6, 1)
PISTOL = {
    "occasion": "manufacture",
    "profiles": ["xa-law"],
    "date": "2026-06-01",
    "weapon": {"kind": "self_loading_pistol", "maker": "Walther", "country": "XA", "components": [{"type": "frame"}]},
    "marks": [],
}


def ids() -> list[str]:
    return [profile.id for profile in staterules.known()]


def test_the_profiles_that_come_with_the_program_are_known() -> None:
    assert {"iti", "eu-2019-68", "us-478.92"} <= set(ids())


def test_a_profile_of_the_state_is_judged_like_any_other() -> None:
    staterules.add(OWN, reason="law of 2026", by=CHIEF)

    made = planning.plan(PISTOL)

    assert made.plan.now.verdicts == {"xa-law": "not_compliant"}
    assert made.plan.marks[0].height_mm == 2.0


def test_a_rule_that_is_no_profile_is_refused_with_the_place() -> None:
    with pytest.raises(Refused) as refusal:
        staterules.add(OWN.replace('"structural"', '"somewhere"'), reason="a try", by=CHIEF)

    assert "where" in refusal.value.errors[0].expected


def test_a_rule_needs_a_reason() -> None:
    with pytest.raises(Refused):
        staterules.add(OWN, reason=" ", by=CHIEF)


def test_a_rule_that_was_ended_is_not_asked_for_after_its_last_day() -> None:
    staterules.add(OWN, reason="law of 2026", by=CHIEF)
    staterules.end("xa-law", DAY, rule="xx-manufacture", reason="law of 2027", by=CHIEF)

    on_the_day = planning.plan(PISTOL, day=DAY)
    after = planning.plan(PISTOL, day=DAY + dt.timedelta(days=1))

    assert on_the_day.plan.now.verdicts == {"xa-law": "not_compliant"}
    assert after.plan.now.verdicts == {"xa-law": "not_applicable"}


def test_a_profile_that_comes_with_the_program_can_be_ended_for_this_state() -> None:
    staterules.end("cifta", DAY, reason="not a party", by=CHIEF)

    (profile,) = [one for one in staterules.known() if one.id == "cifta"]
    assert profile.to == DAY


@pytest.mark.parametrize(("profile", "rule"), [("nowhere", ""), ("iti", "iti-99")])
def test_what_is_not_there_cannot_be_ended(profile: str, rule: str) -> None:
    with pytest.raises(Refused):
        staterules.end(profile, DAY, rule=rule, reason="gone", by=CHIEF)


def test_a_plan_made_under_an_old_rule_is_explained_by_the_rule_of_then() -> None:
    staterules.add(OWN, reason="law of 2026", by=CHIEF)
    made = planning.plan(PISTOL)
    digest = made.plan.made_under["xa-law"]
    people.weapon("W1")
    _keep(made.rule_documents)
    staterules.add(OWN.replace('value = "2"', 'value = "3"'), reason="law of 2027", by=CHIEF)

    then = staterules.as_it_was(digest)

    assert then is not None
    assert [str(rule.min_height.mm) for rule in then.rules if rule.min_height] == ["2"]
    assert planning.plan(PISTOL).plan.marks[0].height_mm == 3.0


def _keep(documents: list[bytes]) -> None:
    from countermark.ledger import services

    kept = tuple(services.attachment(data, "application/json") for data in documents)
    services.append([services.timed_act("marking_batch_made", {}, kept=kept)], by=CHIEF)


def test_who_changed_a_rule_when_and_why_can_be_seen() -> None:
    staterules.add(OWN, reason="law of 2026", by=CHIEF)
    staterules.end("xa-law", DAY, reason="repealed", by=CHIEF)

    acts = staterules.history("xa-law")

    assert [act.body["act"] for act in acts] == ["marking_rule_set"] * 2
    assert all(act.recorded.note for act in acts)
    assert verify().ok


def test_changes_are_laid_over_profiles_in_any_order() -> None:
    changes = [StateRule("xa-law", OWN), StateRule("xa-law", rule="xx-manufacture", ended="2026-06-01")]

    one = staterules.overlaid(profiles.shipped(), changes)
    other = staterules.overlaid(profiles.shipped(), changes[::-1])

    assert one == other


CHANGE = """
changes = "iti"
reason = "Decree 7 of 2026"
ended = { iti-8c = 2026-06-30 }

[[rules]]
id = "xa-iti-height"
title = "Characters of three millimetres"
source = "Decree 7 of 2026, s. 2"
occasions = ["manufacture"]
requires = { where = "structural", elements = [["serial"]] }
min_height = { value = "3", unit = "mm" }
"""


def iti() -> profiles.Profile:
    (found,) = [profile for profile in staterules.known() if profile.id == "iti"]
    return found


def test_single_rules_of_a_profile_are_added_and_ended_without_writing_the_rest_again() -> None:
    before = iti()
    (ended,) = [rule for rule in before.rules if rule.id == "iti-8c"]

    made = staterules.add(CHANGE, reason="Decree 7 of 2026", by=CHIEF)

    assert iti() == made
    rules = {rule.id: rule for rule in made.rules}
    assert rules["iti-8c"] == msgspec.structs.replace(ended, to=dt.date(2026, 6, 30))
    assert [rule.id for rule in made.rules if rule not in before.rules and rule.id != "iti-8c"] == ["xa-iti-height"]
    assert planning.plan({**PISTOL, "profiles": ["iti"]}).plan.marks[0].height_mm == 3.0


def test_a_rule_of_the_state_is_stated_again_and_ended_like_any_other() -> None:
    staterules.add(CHANGE, reason="Decree 7 of 2026", by=CHIEF)
    staterules.add(CHANGE.replace('value = "3"', 'value = "4"'), reason="Decree 9", by=CHIEF)
    staterules.end("iti", DAY, rule="xa-iti-height", reason="repealed", by=CHIEF)

    assert str(iti().rules[-1].min_height) == "4 mm"
    assert iti().rules[-1].to == DAY
    assert [act.body["value"]["ended"] for act in staterules.history("iti")] == ["", "2026-06-30", "", DAY.isoformat()]


@pytest.mark.parametrize(
    ("old", "new"),
    [("xa-iti-height", "iti-8a"), ('"iti"', '"nowhere"'), ("iti-8c", "iti-99"), ('"structural"', '"somewhere"')],
)
def test_a_change_that_does_not_fit_its_profile_is_refused_whole(old: str, new: str) -> None:
    with pytest.raises(Refused):
        staterules.add(CHANGE.replace(old, new), reason="a try", by=CHIEF)

    assert staterules.changes() == []
