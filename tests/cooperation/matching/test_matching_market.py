"""What goes in is refused precisely; what comes out says why."""

import json
from decimal import Decimal
from typing import Any

import pytest

from countermark.cooperation.matching import market
from countermark.cooperation.matching.answers import Answer, answer
from countermark.cooperation.matching.market import Refused


def need(name: str = "N1", **more: Any) -> dict[str, Any]:
    """A need of the contract."""
    said = {
        "amount": 100,
        "theme": "marking",
        "region": "XA",
        "priority": 1,
        "from": "2027-01-01",
        "to": "2027-12-31",
        "kinds": [],
    }
    return {"id": name, **said, "min_share": 0, **more}


def offer(name: str = "O1", **more: Any) -> dict[str, Any]:
    """An offer of the contract."""
    said = {"budget": 100, "themes": [], "regions": [], "from": "2027-01-01", "to": "2027-12-31", "kinds": []}
    return {"id": name, **said, **more}


def read(needs: list[dict[str, Any]], offers: list[dict[str, Any]], **more: Any) -> market.Market:
    """The market of a file."""
    return market.read(json.dumps({"needs": needs, "offers": offers, **more}))


def why(found: Answer, name: str = "N1") -> str:
    """Why a need is unmet."""
    return next(one.why for one in found.unmet if one.need == name)


@pytest.mark.parametrize(
    ("needs", "offers", "more", "said"),
    [
        ([need(priority=0)], [], {}, "need N1: priority: expected a whole number from 1"),
        ([need(priority="high")], [], {}, "need N1 (number 1): priority: Expected `int`, got `str`"),
        ([need(amount=0)], [], {}, "need N1: amount: expected more than 0"),
        ([need(amount=-5)], [], {}, "need N1: amount: expected an amount from 0"),
        ([need(amount=0.001)], [], {"minor_units": 2}, "need N1: amount: 0.001 is finer than a unit"),
        ([need(min_share=50)], [], {}, "need N1: min_share: expected a share from 0 to 1"),
        ([need(to="2026-01-01")], [], {}, "need N1: to: the window ends before it begins"),
        ([need(), need()], [], {}, "need number 2: id: N1 is there twice"),
        ([need(weight=2)], [], {}, "need N1: weight_reason: a weight other than 1 is explained"),
        ([], [offer(**{"from": "2027-02-30"})], {}, "offer O1: from: expected a day such as"),
        ([], [offer(budget="much")], {}, "offer O1 (number 1): budget: Invalid decimal string"),
        (
            [need()],
            [offer()],
            {"overrides": [{"need": "N1", "offer": "O9", "forbid": True}]},
            "offer: there is no offer O9",
        ),
        ([need()], [offer()], {"overrides": [{"need": "N1", "offer": "O1"}]}, "exactly one of fix, limit and forbid"),
    ],
)
def test_what_cannot_be_is_refused_naming_whose_field_it_is(
    needs: list[dict[str, Any]], offers: list[dict[str, Any]], more: dict[str, Any], said: str
) -> None:
    """Everything wrong is said at once, each with its need or offer and field."""
    with pytest.raises(Refused) as refusal:
        read(needs, offers, **more)
    assert said in str(refusal.value)


def test_text_that_is_no_json_is_refused() -> None:
    """And so is JSON with numbers that are none."""
    for text in ("{", '{"needs":[],"offers":NaN}', "[]", "[" * 100_000):
        with pytest.raises(Refused):
            market.read(text)


@pytest.mark.parametrize(
    ("needs", "offers", "said"),
    [
        ([need()], [], "there is no offer"),
        ([need()], [offer(themes=["tracing"])], "no offer is for theme marking"),
        ([need()], [offer(regions=["XB"])], "no offer is for region XA"),
        (
            [need()],
            [offer(**{"from": "2028-01-01", "to": "2028-12-31"})],
            "no offer is open from 2027-01-01 to 2027-12-31",
        ),
        ([need(kinds=["training"])], [offer(kinds=["equipment"])], "no offer gives training"),
        ([need(recipient="XA")], [offer(eligible=["XB"])], "XA is eligible for no offer"),
        ([need(languages=["fr"])], [offer(languages=["es"])], "no offer is in fr"),
        (
            [need()],
            [offer(regions=["XB"]), offer("O2", themes=["tracing"])],
            "nothing but the theme stops O2: the offer is for tracing, not for marking",
        ),
        (
            [need("N1", priority=2), need("N0", priority=1)],
            [offer()],
            "the budgets that fit are used by needs of no lower priority: N0",
        ),
        (
            [need("N1", amount=1000), need("N0", amount=100, priority=4)],
            [offer()],
            "the budgets that fit are used by needs that count more for the same money: N0",
        ),
        ([need(min_share=0.5)], [offer(budget=49)], "it is of use from 50 on (50 %), and that much was not to be had"),
        ([need()], [offer(budget=0)], "the offers that fit hold no money"),
        ([need()], [offer(budget=60)], "the offers that fit hold no more money"),
        ([need()], [offer(ceiling=60)], "the offers that fit may give it no more"),
    ],
)
def test_an_unmet_need_says_what_stops_it(needs: list[dict[str, Any]], offers: list[dict[str, Any]], said: str) -> None:
    """The condition no offer meets, the needs that have the money, or the least share that is out of reach."""
    assert said in why(answer(read(needs, offers)))


def test_a_match_says_why_and_with_whom() -> None:
    """Two offers fund one need together."""
    found = answer(read([need(kinds=["training"])], [offer(budget=60, themes=["marking"]), offer("O2", budget=60)]))
    assert sum(match.amount for match in found.matches) == 100
    reasons = [str(reason) for reason in found.matches[0].reasons]
    assert "theme marking is one the offer is for" in reasons
    assert "both are open from 2027-01-01 to 2027-12-31" in reasons
    assert "together with O2" in reasons


def test_money_is_moved_so_that_a_narrow_offer_is_not_left_behind() -> None:
    """One need after the other would give the wide offer to the need that either could pay."""
    needs = [need("N1", priority=1), need("N2", priority=2, theme="tracing")]
    found = answer(read(needs, [offer("O1"), offer("O2", themes=["marking"])]))
    assert {(match.need, match.offer) for match in found.matches} == {("N1", "O2"), ("N2", "O1")}
    assert found.unmet == []


def test_both_ends_of_a_window_belong_to_it_and_an_open_end_is_open() -> None:
    """A month ends with its last day."""
    offers = [{**offer(to="2027-02"), "from": None}]
    assert answer(read([need(**{"from": "2027-02-28"})], offers)).unmet == []
    assert answer(read([need(**{"from": "2027-03-01"})], offers)).matches == []


def test_amounts_stay_exact_to_the_unit_of_the_file() -> None:
    """Three times a third of a cent is a cent."""
    found = answer(
        read([need(amount=100.005)], [offer(budget=33.335), offer("O2", budget=33.335), offer("O3", budget=33.335)])
    )
    assert sum(match.amount for match in found.matches) == Decimal("100.005")
    assert found.objective == 5


def test_an_explained_weight_counts() -> None:
    """And the match says so."""
    needs = [need("N1", priority=2), need("N2", priority=3, weight=2, weight_reason="everything is ready")]
    found = answer(read(needs, [offer()]))
    assert [match.need for match in found.matches] == ["N2"]
    assert "counts 2 times: everything is ready" in found.matches[0].reasons


def test_an_override_says_who_loses_by_it() -> None:
    """What is fixed for the less pressing need is taken from the more pressing one."""
    needs = [need("N1", priority=1), need("N2", priority=5)]
    found = answer(read(needs, [offer()], overrides=[{"need": "N2", "offer": "O1", "fix": 40, "reason": "promised"}]))
    assert found.overrides is not None
    assert found.overrides.cost == pytest.approx(5 * 0.4 - 0.4)
    assert [(one.need, int(one.amount), int(one.without)) for one in found.overrides.loses] == [("N1", 60, 100)]
    assert [one.need for one in found.overrides.gains] == ["N2"]
    assert "fixed by an officer: promised" in found.matches[1].reasons


@pytest.mark.parametrize(
    ("needs", "offers", "fix", "said"),
    [
        ([need()], [offer(themes=["tracing"])], 10, "the offer is for tracing, not for marking"),
        ([need()], [offer(ceiling=5)], 10, "it gives one need at most 5"),
        ([need()], [offer(budget=5)], 10, "offer O1: more is fixed than its budget"),
        ([need(amount=5)], [offer()], 10, "need N1: more is fixed than it asks for"),
        ([need(min_share=0.5)], [offer()], 10, "what is fixed is below its least share, and the rest cannot be had"),
    ],
)
def test_what_cannot_be_fixed_is_refused(
    needs: list[dict[str, Any]], offers: list[dict[str, Any]], fix: int, said: str
) -> None:
    """An officer cannot overrule a window, a budget or a ceiling."""
    asked = read(needs, offers, overrides=[{"need": "N1", "offer": "O1", "fix": fix}])
    with pytest.raises(Refused) as refusal:
        answer(asked)
    assert said in str(refusal.value)
