"""The rules that choose among those nominated."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation.rules.lasting import lasted
from countermark.cooperation.training.rules import Nominee, Terms, barred, select

STATES = ["XA", "XQ", "XR"]
nominees = st.lists(
    st.builds(
        Nominee,
        key=st.uuids().map(str),
        state=st.sampled_from(STATES),
        function=st.sampled_from(["police", "marking"]),
        sex=st.sampled_from(["f", "m", ""]),
        languages=st.sets(st.sampled_from(["fr", "en"])).map(tuple),
        years_since=st.one_of(st.none(), st.integers(0, 6)),
        rank=st.integers(1, 5),
    ),
    max_size=14,
    unique_by=lambda one: one.key,
)
terms = st.builds(
    Terms,
    seats=st.integers(1, 8),
    quota=st.integers(0, 4),
    functions=st.sampled_from([(), ("police",)]),
    languages=st.sampled_from([(), ("fr",)]),
    share=st.sampled_from([0, 30, 40, 50]),
    gap_years=st.sampled_from([0, 3]),
)


def chosen(found: list[Nominee], by: Terms) -> list[Nominee]:
    known = {one.key: one for one in found}
    return [known[choice.key] for choice in select(found, by) if choice.outcome == "chosen"]


@given(nominees, terms)
def test_nobody_is_chosen_above_the_seats_the_quota_or_against_the_terms(found: list[Nominee], by: Terms) -> None:
    taken = chosen(found, by)

    assert len(taken) <= by.seats
    assert not [one for one in taken if barred(one, by)]
    if by.quota:
        assert max(Counter(one.state for one in taken).values(), default=0) <= by.quota


@given(nominees, terms, st.randoms())
def test_the_choice_does_not_depend_on_the_order_nominations_came_in(
    found: list[Nominee], by: Terms, chance: object
) -> None:
    mixed = list(found)
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    assert select(mixed, by) == select(found, by)


@given(nominees, terms)
def test_every_nominee_is_told_what_became_of_them_and_why(found: list[Nominee], by: Terms) -> None:
    choices = select(found, by)

    assert sorted(choice.key for choice in choices) == sorted(one.key for one in found)
    assert all(choice.reasons for choice in choices)


@given(nominees, terms)
def test_no_seat_stays_empty_while_somebody_fit_waits_whose_state_has_room(found: list[Nominee], by: Terms) -> None:
    taken = chosen(found, by)
    if len(taken) == by.seats:
        return
    held = Counter(one.state for one in taken)
    left = [one for one in found if one not in taken and not barred(one, by)]

    assert not [one for one in left if not by.quota or held[one.state] < by.quota]


@given(nominees, terms)
def test_a_sex_stays_below_its_share_only_where_nobody_of_it_could_come_in(found: list[Nominee], by: Terms) -> None:
    taken = chosen(found, by)
    known = [one for one in taken if one.sex]
    women = [one for one in known if one.sex == "f"]
    if not known or len(women) * 100 >= by.share * len(known):
        return
    held = Counter(one.state for one in taken)
    men = {one.state for one in known if one.sex == "m"}
    waiting = [one for one in found if one.sex == "f" and one not in taken and not barred(one, by)]

    assert not [one for one in waiting if not by.quota or held[one.state] < by.quota or one.state in men]


def test_who_was_in_post_later_was_in_post_before() -> None:
    assert lasted([("2026-06-01", True)], "2020-05-01", 5) is True


def test_who_had_moved_on_before_is_taken_to_have_stayed_away() -> None:
    assert lasted([("2021-01-01", False)], "2020-05-01", 3) is False


def test_where_nobody_asked_nothing_is_known() -> None:
    assert lasted([], "2020-05-01", 1) is None
    assert lasted([("2020-09-01", True)], "2020-05-01", 1) is None
