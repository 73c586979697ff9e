"""The comparison is a function of sets: every item has one outcome, and nothing hangs on the order or number of scans."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.stockpile.counting import presets, rules
from countermark.stockpile.counting.rules import Expected, Line, Separation, Standing, Tree

TREE = Tree({"rack a": "depot", "rack b": "depot", "depot": ""})
PLACES = ["", "depot", "rack a", "rack b"]
WEAPONS = [f"w{number}" for number in range(8)]


def expected_at(weapon: str, place: str, state: str) -> Expected:
    return Expected(weapon, weapon.upper(), place, "in" if state == "in" else "out")


expectations = st.dictionaries(
    st.sampled_from(WEAPONS[:6]), st.tuples(st.sampled_from(PLACES[1:]), st.sampled_from(["in", "out"])), max_size=6
).map(lambda found: {weapon: expected_at(weapon, *said) for weapon, said in found.items()})
lines = st.lists(
    st.builds(
        Line,
        id=st.uuids().map(str),
        weapon=st.sampled_from(["", *WEAPONS]),
        text=st.sampled_from(["XX1", "XX2"]),
        place=st.sampled_from(PLACES),
        what=st.sampled_from(rules.WHAT),
    ),
    max_size=12,
)


def compared(
    expected: dict[str, Expected], *sheets: Sequence[Line], recount: Sequence[Line] | None = None
) -> dict[str, str]:
    found = rules.compare(
        expected,
        [rules.sights(sheet) for sheet in sheets],
        apart=TREE.apart,
        recount=None if recount is None else rules.sights(recount),
    )
    assert len({one.item for one in found}) == len(found)
    return {one.item: one.outcome for one in found}


@given(expectations, lines, lines)
def test_every_item_is_in_exactly_one_outcome(expected: dict[str, Expected], one: list[Line], two: list[Line]) -> None:
    found = compared(expected, one, two)
    assert set(found) == set(expected) | set(rules.sights(one)) | set(rules.sights(two))
    assert set(found.values()) <= set(rules.OUTCOMES)


@given(expectations, lines, st.randoms(use_true_random=False), st.data())
def test_neither_order_nor_repetition_of_scans_matters(
    expected: dict[str, Expected], sheet: list[Line], random: "object", data: st.DataObject
) -> None:
    again = sheet + data.draw(st.lists(st.sampled_from(sheet), max_size=5) if sheet else st.just([]))
    random.shuffle(again)  # type: ignore[attr-defined]
    assert compared(expected, again) == compared(expected, sheet)


@given(expectations, lines, lines)
def test_it_does_not_matter_which_counter_is_the_first(
    expected: dict[str, Expected], one: list[Line], two: list[Line]
) -> None:
    assert compared(expected, one, two) == compared(expected, two, one)


@given(expectations, lines)
def test_two_counters_who_saw_the_same_find_what_one_finds(expected: dict[str, Expected], sheet: list[Line]) -> None:
    assert compared(expected, sheet, sheet) == compared(expected, sheet)


@given(expectations, lines, lines, lines)
def test_a_recount_settles_all_differences_and_touches_nothing_both_found(
    expected: dict[str, Expected], one: list[Line], two: list[Line], again: list[Line]
) -> None:
    before, after = compared(expected, one, two), compared(expected, one, two, recount=again)
    assert "differs" not in after.values()
    assert all(after[item] == "found" for item, outcome in before.items() if outcome == "found")


@pytest.mark.parametrize("expected", [{}, {"w": Expected("w", "W", "rack a", "out")}], ids=["strange", "issued"])
def test_what_two_counters_saw_and_was_not_to_be_there_is_not_done_away_with_by_one_who_does_not_see_it(
    expected: dict[str, Expected],
) -> None:
    sheet = [Line("1", "w", "W", "rack a")]

    assert compared(expected, sheet, sheet, recount=[])["w"] == "unexpected"
    assert compared(expected, sheet, [], recount=[])["w"] in ("misread", "out"), "of two who differ the recount decides"


def outcome(what: str, seen: str, expected: str = "rack a", state: str = "in") -> str:
    known = Expected("w", "W", expected, "in" if state == "in" else "out") if expected else None
    [found] = compared({"w": known} if known else {}, [Line("1", "w", "W", seen, what)]).values()
    return found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("seen", "rack a"), "found"), (("seen", "depot"), "found"), (("seen", ""), "found"),
        (("seen", "rack b"), "elsewhere"), (("seen", "rack a", "depot"), "found"), (("seen", "rack a", ""), "unexpected"),
        (("seen", "rack a", "rack a", "out"), "unexpected"), (("unreadable", "rack a"), "unreadable"),
        (("tag_mismatch", "rack a"), "tag_mismatch"),
    ],
)  # fmt: skip
def test_what_is_seen_where_decides_the_outcome(said: tuple[str, ...], expected: str) -> None:
    assert outcome(*said) == expected


def test_what_is_issued_and_not_seen_is_no_exception() -> None:
    assert compared({"w": Expected("w", "W", "rack a", "out")}, []) == {"w": "out"}


def test_as_many_nameless_weapons_stay_as_were_seen() -> None:
    found = compared({}, [Line(str(number), what="unreadable", place="rack a") for number in range(3)])
    assert list(found.values()) == ["unreadable"] * 3


def test_a_weapon_only_a_reader_saw_and_nobody_by_eye_has_its_tag_elsewhere() -> None:
    expected = {"w": Expected("w", "W", "rack a", "in")}
    [found] = rules.compare(expected, [rules.sights([Line("1", "w")])], apart=TREE.apart, unseen=["w"])
    assert found.outcome == "tag_mismatch"


@pytest.mark.parametrize(
    ("separation", "standing", "may"),
    [
        (Separation(), Standing(), True),
        (Separation(), Standing(armourer=True), False),
        (Separation(), Standing(counted_last=True), False),
        (Separation(not_armourer=False), Standing(armourer=True), True),
        (Separation(not_twice=False), Standing(counted_last=True), True),
        (Separation(False, False), Standing(counting=True), False),
    ],
)
def test_duties_are_kept_apart_as_the_rule_says(separation: Separation, standing: Standing, may: bool) -> None:
    assert (rules.may_not_count(separation, standing) is None) is may


@given(st.binary(min_size=8, max_size=8), st.integers(1, 400))
def test_a_surprise_comes_within_its_period(seed: bytes, days: int) -> None:
    day = rules.surprise_day(seed, "plan", "2026-06-30", days)
    assert dt.date(2026, 6, 30) - dt.timedelta(days=days) < dt.date.fromisoformat(day) <= dt.date(2026, 6, 30)


def test_what_is_late_goes_up_after_its_grace() -> None:
    said = [rules.urgency("2026-06-10", f"2026-06-{day:02d}", 5) for day in (9, 10, 11, 15, 16)]
    assert said == ["", "due", "overdue", "overdue", "escalated"]


def test_every_rule_shipped_names_its_source_and_can_be_kept() -> None:
    for rule in presets.known().values():
        assert rule.source
        assert rule.kind in rules.PLAN_KINDS
        assert bool(rule.days) != bool(rule.occasion)
    assert len(presets.in_force(dt.date(2001, 1, 1))) < len(presets.in_force(dt.date(2026, 1, 1)))
