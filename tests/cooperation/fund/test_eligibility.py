import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.fund import facilities
from countermark.cooperation.fund.rules import eligibility
from countermark.cooperation.fund.rules.eligibility import Fact

GOOD: dict[str, Fact] = {
    "applicant_kind": "ngo",
    "amount": 140_000,
    "months": 18,
    "category": "1",
    "reports_promised": True,
    "national_report": True,
}


def results(facts: dict[str, Fact], day: str = "2020-01-01", facility: str = "unscar") -> dict[str, str]:
    found = eligibility.findings(facilities.shipped()[facility], facts, day)
    return {one.rule: one.result for one in found}


def verdict(facts: dict[str, Fact], day: str = "2020-01-01", facility: str = "unscar") -> str:
    return eligibility.verdict(eligibility.findings(facilities.shipped()[facility], facts, day))


def test_an_application_that_meets_every_rule_is_eligible() -> None:
    assert verdict(GOOD) == "eligible"


def test_a_government_applies_through_a_partner() -> None:
    assert verdict(GOOD | {"applicant_kind": "state"}) == "not_eligible"
    assert results(GOOD | {"applicant_kind": "state"})["applicant"] == "not_met"


@pytest.mark.parametrize(
    ("amount", "category", "day", "expected"),
    [
        (200_000, "1", "2016-01-01", "eligible"),
        (200_001, "1", "2016-01-01", "not_eligible"),
        (160_000, "2", "2018-12-31", "eligible"),
        (160_000, "2", "2019-01-01", "not_eligible"),
        (200_001, "1", "2014-01-01", "eligible"),
    ],
)
def test_the_ceiling_is_that_of_the_day(amount: int, category: str, day: str, expected: str) -> None:
    assert verdict(GOOD | {"amount": amount, "category": category}, day) == expected


@given(st.sampled_from(sorted(set(GOOD) - {"national_report"})))
def test_a_fact_nobody_knows_is_never_passed(fact: str) -> None:
    for facts in (GOOD | {fact: None}, {name: value for name, value in GOOD.items() if name != fact}):
        assert "no_data" in results(facts).values()
        assert verdict(facts) == "undetermined"


def test_a_political_rule_is_a_finding_and_no_bar() -> None:
    assert results(GOOD | {"national_report": False})["national-report"] == "not_met"
    assert verdict(GOOD | {"national_report": False}) == "eligible"


def test_before_there_were_rules_nothing_is_decided() -> None:
    assert verdict(GOOD, "2000-01-01") == "undetermined"


def test_a_fact_of_the_wrong_shape_is_no_data() -> None:
    assert results(GOOD | {"amount": "many"})["ceiling"] == "no_data"


def test_every_finding_names_its_source() -> None:
    for facility in facilities.shipped().values():
        assert all(one.source for one in eligibility.findings(facility, {}, "2026-01-01"))


def test_the_file_to_copy_is_sound() -> None:
    assert eligibility.read(facilities.template()).id == "own-fund"


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "id = 'a'",
        "id='a'\ntitle='t'\nsource='s'\n[[rules]]\nid='r'\ntext='t'\nfact='f'\ntest='guess'\nsource='s'",
        "id='a'\ntitle='t'\nsource='s'\n[[rules]]\nid='r'\ntext='t'\nfact='f'\ntest='is'\nsource=''",
    ],
)
def test_rules_that_cannot_be_applied_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        eligibility.read(text)
