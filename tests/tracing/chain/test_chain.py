"""The chain of a weapon across States: in the order of its dates, said once, with gaps where nobody told the way."""

import json

import pytest

from countermark.tracing.chain import atlas, drawing, rules
from countermark.tracing.chain.rules import Asked, Gap, Step, chain, distinct, legs, linked, nearest
from countermark.tracing.requests.rules import marks_of

MADE = Step("manufacture", "1990", "XB", "XA", sender="Nordwerk", stated=True)
EXPORT = Step("export", "1994-05-03", "XB", "XB", to_country="XC", sender="Nordwerk", receiver="Police of XC")
IMPORT = Step("import", "1994-06", "XC", "XC", receiver="Police of XC")
THEFT = Step("theft", "1997-11-20", "XC", "XC", place="police store")
INCIDENT = Step("recovery", "2026-03-01", "XA", "XA", stated=True)
WHOLE = (IMPORT, THEFT, EXPORT, INCIDENT, MADE)


def events(steps: tuple[Step, ...]) -> list[str]:
    return [item.kind if isinstance(item, Gap) else item.event for item in chain(steps)]


def test_what_several_states_told_is_put_in_order_with_the_gap_after_the_theft() -> None:
    assert events(WHOLE) == ["manufacture", "export", "import", "theft", "missing", "recovery"]


def test_the_gap_says_from_where_to_where_and_when() -> None:
    gap = next(item for item in chain(WHOLE) if isinstance(item, Gap))
    assert gap == Gap("missing", "1997-11-20", "2026-03-01", "XC", "XA")


def test_a_weapon_that_is_suddenly_in_another_state_leaves_a_gap() -> None:
    assert events((MADE, EXPORT, INCIDENT)) == ["manufacture", "export", "border", "recovery"]


def test_nothing_is_missing_between_an_export_and_where_it_went() -> None:
    there = Step("sale", "1995", "XC", "XC", sender="Police of XC", receiver="Range")
    assert events((EXPORT, there)) == ["export", "sale"]


def test_what_two_states_tell_alike_is_one_step() -> None:
    assert events((EXPORT, EXPORT)) == ["export"]


def test_the_maker_an_answer_tells_goes_before_the_one_a_request_states() -> None:
    told = Step("manufacture", "1991", "XB", "XB", sender="Nordwerk Ltd")
    assert chain((MADE, told)) == (told,)


def test_an_undated_event_stays_behind_the_one_told_before_it() -> None:
    undated = Step("inspection", "", "XC", "XC")
    assert events((IMPORT, undated, THEFT))[:3] == ["import", "inspection", "theft"]


def test_a_chain_has_its_steps_whatever_order_they_came_in() -> None:
    assert set(chain(WHOLE)) == set(chain(WHOLE[::-1]))


def test_the_journey_is_dashed_where_nobody_told_the_way() -> None:
    assert [(leg.origin, leg.target, leg.known) for leg in legs(chain(WHOLE))] == [
        ("XB", "XC", True),
        ("XC", "XA", False),
    ]


def test_requests_about_one_mark_belong_together_and_others_do_not() -> None:
    asked = [
        Asked("a", marks_of({"weapons": [{"marks": ["K 4711O8"]}]})),
        Asked("b", marks_of({"weapons": [{"marks": ["k4711o8"]}]})),
        Asked("c", frozenset(), frozenset({"b"})),
        Asked("d", frozenset({"OTHER"})),
    ]
    assert linked("a", asked) == {"a", "b", "c"}


@pytest.mark.parametrize("body", [{}, {"weapons": 7}, {"weapons": [7, {"marks": 7}]}])
def test_a_request_of_another_program_without_marks_links_nothing(body: dict[str, object]) -> None:
    assert not marks_of(body)


SQUARE = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[0, 0], [4, 0], [0, 4]], [[0, 0], [0, 4], [4, 0]]],
    "objects": {"countries": {"geometries": [{"type": "Polygon", "id": "276", "arcs": [[0, -2]]}]}},
}


def test_a_country_lies_in_the_middle_of_its_land() -> None:
    assert atlas.positions(SQUARE, ["DE", "XA", "??"]) == {"DE": (2.0, 2.0), "XA": atlas.DEMONSTRATION["XA"]}


def test_the_map_is_drawn_without_any_address_and_names_the_states() -> None:
    text = drawing.svg(chain(WHOLE))
    assert text.startswith("<svg")
    assert all(f">{number} {code}<" in text for number, code in enumerate(("XB", "XC", "XA"), 1))
    assert "http" not in text.replace("http://www.w3.org/", "")


def test_every_value_of_the_map_stands_in_its_specification() -> None:
    assert '"url"' not in json.dumps(drawing.spec(chain(WHOLE), SQUARE))


def test_a_country_the_map_has_no_place_for_is_named() -> None:
    nowhere = Step("find", "2020", "QQ", "XA")
    assert drawing.unplaced(chain((nowhere,))) == ("QQ",)


def test_nothing_told_is_an_empty_chain() -> None:
    assert (chain(()), legs(()), rules.places(())) == ((), (), ())


def test_weapons_asked_about_are_told_apart_by_their_marks() -> None:
    found = distinct([frozenset({"AB1234"}), frozenset(), frozenset({"CD777"}), frozenset({"AB1234", "N7"})])
    assert [sorted(one.marks) for one in found] == [["AB1234", "N7"], ["CD777"]]


def test_an_answer_is_about_the_weapon_whose_marks_are_most_like_its_own() -> None:
    found = distinct([frozenset({"K4711O8"}), frozenset({"TKD48213"})])
    assert [nearest(marks, found) for marks in (["K471108"], ["TKD48218", "X"], ["QQ"], [])] == [1, 2, None, None]
