"""Hand-overs of one weapon by nodes that may not have known of each other (`register/handover.py`)."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger.entry import Entry
from countermark.register import bodies
from countermark.register.handover import HandOver
from countermark.register.rules import CONTRADICTED, fold
from tests.register.told import SOURCE, WEAPON, birth, entry, id_of, name, state, told, wrong


def handed(
    to: str,
    *after: dict[str, Any],
    day: str = "2026-01-01",
    kind: str = "shift",
    corrects: str = "",
    word: str = "issue",
) -> dict[str, Any]:
    """A hand-over on a day, after some others."""
    moment = {"instant": f"{day}T00:00:00.000Z", "offset": "+00:00", "precision": "day", "text": day}
    over = HandOver(kind, tuple(id_of(one) for one in after))
    body = bodies.event(WEAPON, SOURCE, {"event": word, "to": to}, moment, name, over.body())
    if corrects:
        body.pop("countermark:writing")
        body = bodies.pinned({**body, "countermark:corrects": corrects})
    return body


FIRST = handed("Depot", kind="store", word="transfer")


def heads(*said: dict[str, Any]) -> tuple[str, ...]:
    found = state(birth(), *said).custody
    assert found is not None
    return found.heads


def test_a_weapon_nobody_handed_over_in_the_stockpile_has_no_custody() -> None:
    assert state(birth()).custody is None


def test_a_hand_over_that_names_the_one_before_is_the_only_last_one() -> None:
    second = handed("Ana", FIRST)

    assert heads(FIRST, second) == (id_of(second),)


def test_two_hand_overs_after_the_same_one_contradict_each_other() -> None:
    one, other = handed("Ana", FIRST), handed("Rui", FIRST)

    found = state(birth(), FIRST, one, other)

    assert found.finding == CONTRADICTED
    assert set(heads(FIRST, one, other)) == {id_of(one), id_of(other)}


def test_a_third_that_names_both_settles_them() -> None:
    one, other = handed("Ana", FIRST), handed("Rui", FIRST)
    third = handed("Depot", one, other, kind="store", word="transfer")

    found = state(birth(), FIRST, one, other, third)

    assert found.finding == ""
    assert found.holder == name("party", "Depot")


def test_what_followed_stands_after_what_it_followed_although_a_clock_went_back() -> None:
    issued = handed("Ana", FIRST, day="2026-05-02")
    returned = handed("Depot", issued, day="2026-05-01", kind="store", word="return")

    found = state(birth(), FIRST, issued, returned)

    assert found.holder == name("party", "Depot")
    assert found.custody is not None
    assert found.custody.kind == "store"


def test_a_hand_over_after_one_that_was_corrected_has_seen_the_correction() -> None:
    issued = handed("Ana", FIRST)
    right = handed("Anna", FIRST, corrects=id_of(issued))
    returned = handed("Depot", issued, kind="store", word="return")

    assert heads(FIRST, issued, right, wrong(issued, id_of(right)), returned) == (id_of(returned),)


def test_after_a_hand_over_that_never_happened_the_one_before_is_the_last() -> None:
    issued = handed("Ana", FIRST)

    assert heads(FIRST, issued, wrong(issued)) == (id_of(FIRST),)


def test_a_hand_over_after_one_that_never_happened_follows_what_that_one_followed() -> None:
    issued = handed("Ana", FIRST)
    returned = handed("Depot", issued, kind="store", word="return")

    assert heads(FIRST, issued, wrong(issued), returned) == (id_of(returned),)


def test_two_that_name_each_other_are_a_contradiction_and_end() -> None:
    one = handed("Ana", FIRST)
    other = handed("Rui", one)
    ring = {**one, "countermark:custody": {"kind": "shift", "after": [id_of(other)]}}

    found = fold(WEAPON, told(birth(), FIRST, ring, other))

    assert found.custody is not None


def chains() -> st.SearchStrategy[list[Entry]]:
    """Lives of hand-overs each after up to two earlier ones, on any days."""
    step = st.tuples(
        st.sampled_from(["Ana", "Rui", "Depot"]), st.integers(1, 28), st.sets(st.integers(0, 9), max_size=2)
    )
    return st.lists(step, max_size=7).map(_chain)


def _chain(steps: Sequence[tuple[str, int, set[int]]]) -> list[Entry]:
    said = [FIRST]
    for to, day, before in steps:
        named = [said[number % len(said)] for number in sorted(before)] or [said[-1]]
        said.append(handed(to, *named, day=f"2026-02-{day:02d}"))
    return [entry(body, number) for number, body in enumerate([birth(), *said])]


@given(chains().flatmap(lambda life: st.tuples(st.just(life), st.permutations(life))))
def test_custody_does_not_depend_on_the_order_in_which_entries_arrive(lives: tuple[list[Entry], list[Entry]]) -> None:
    life, shuffled = lives
    assert fold(WEAPON, shuffled) == fold(WEAPON, life)


@given(chains())
def test_a_weapon_has_one_last_hand_over_or_a_finding(life: list[Entry]) -> None:
    found = fold(WEAPON, life)

    assert found.custody is not None
    assert (len(found.custody.heads) == 1) == (found.finding != CONTRADICTED)
