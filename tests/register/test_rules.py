"""The fold: a weapon's state is a pure function of the set of its entries (design, invariants 2 to 5)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger.entry import Entry
from countermark.ledger.vocabulary import EVENTS
from countermark.register import rules
from countermark.register.rules import MarkState, WeaponState, control_finding, fold, history
from tests.register.told import FACTS, FRAME, OTHER, WEAPON, birth, entry, event, id_of, name, state, told, wrong

BARREL = {"component": "barrel", "mark": "B1"}
DAYS = ["", "1999-05-01", "2001-03-02", "2001-03-02", "2010-01-01"]
LATER = {**FACTS, "model": "AKMS"}


def lives() -> st.SearchStrategy[list[Entry]]:
    """Entries about one weapon, corrections of corrections among them."""
    words = st.sampled_from(sorted(EVENTS))
    chosen = st.tuples(words, st.sampled_from(DAYS), st.sampled_from(["Depot", "Unit 5"]), st.integers(0, 3))
    return st.lists(chosen, max_size=7).map(_life)


def _life(chosen: list[tuple[str, str, str, int]]) -> list[Entry]:
    said: list[dict[str, Any]] = [birth()]
    for word, day, holder, corrections in chosen:
        body = event(word, day, to=holder, component="barrel", mark=f"B{len(said)}", same_as=OTHER)
        said.append(body)
        for number in range(corrections):
            following = event(
                word, day, corrects=id_of(body), to=f"{holder} {number}", component="barrel", same_as=OTHER
            )
            said += [following, wrong(body, id_of(following))]
            body = following
    return told(*said)


def parts(found: WeaponState) -> list[tuple[str, str, bool]]:
    """(component, mark, still on) of every part."""
    return [(part.component, part.mark, not part.until) for part in found.components]


def on(found: WeaponState) -> list[str]:
    """The marks that are on the weapon now."""
    return [mark.text for mark in found.marks if not mark.until]


# Invariant 3


@given(lives().flatmap(lambda life: st.tuples(st.just(life), st.permutations(life))))
def test_the_order_in_which_entries_arrive_does_not_matter(lives_: tuple[list[Entry], list[Entry]]) -> None:
    life, shuffled = lives_
    assert fold(WEAPON, shuffled) == fold(WEAPON, life)
    assert history(shuffled) == history(life)


@given(lives())
def test_an_entry_held_in_several_logs_counts_once(life: list[Entry]) -> None:
    copies = [msgspec.structs.replace(e, position=e.position + (1 << 40)) for e in life]
    assert fold(WEAPON, [*copies, *life]) == fold(WEAPON, life)


@given(lives())
def test_what_was_declared_wrong_leaves_nothing_but_its_line_in_the_history(life: list[Entry]) -> None:
    position = len(life)
    everything = [*life, *(entry(wrong(e.body), position) for e in life if "errorDeclaration" not in e.body)]
    blank = fold(WEAPON, everything)
    assert (blank.ref, blank.status, blank.holder, blank.replaced_by) == ("", "active", "", "")
    assert (blank.marks, blank.components) == ((), ())
    assert len(history(everything)) == len(history(life))
    assert all(line.corrected for line in history(everything))


def test_the_last_event_by_its_own_time_decides_not_the_last_recorded() -> None:
    late = [birth(), event("transfer", "2010-01-01", to="Navy"), event("transfer", "2001-01-01", to="Army")]
    assert state(*late).holder == name("party", "Navy")


def test_events_of_one_day_count_in_the_order_they_were_recorded() -> None:
    day = [birth(), event("issue", "2001-03-02", to="Unit 5"), event("return", "2001-03-02", to="Depot")]
    assert state(*day).holder == name("party", "Depot")


def test_a_partial_date_counts_from_the_first_instant_of_its_period() -> None:
    said = [birth(), event("loss", "2001-06-01"), event("find", "2001-01-01", to="Police")]
    assert state(*said).status == "lost"


# Invariant 2: corrections


def test_a_corrected_event_is_replaced_by_its_correction() -> None:
    typo = event("transfer", "2001-01-01", to="Amry")
    right = event("transfer", "2001-01-01", corrects=id_of(typo), to="Army")
    assert state(birth(), typo, right, wrong(typo, id_of(right))).holder == name("party", "Army")


def test_a_correction_can_be_corrected_back_to_what_was_said_first() -> None:
    first = event("transfer", "2001-01-01", to="Army")
    second = event("transfer", "2001-01-01", corrects=id_of(first), to="Navy")
    third = event("transfer", "2001-01-01", corrects=id_of(second), to="Army")
    said = [birth(), first, second, wrong(first, id_of(second)), third, wrong(second, id_of(third))]
    assert state(*said).holder == name("party", "Army")
    assert [line.corrected for line in history(told(*said))] == [False, True, True, False]


def test_correcting_the_morning_does_not_undo_the_evening() -> None:
    issued = event("issue", "2001-03-02", to="Unit 5", document="V-17")
    returned = event("return", "2001-03-02", to="Depot")
    right = event("issue", "2001-03-02", corrects=id_of(issued), to="Unit 5", document="V-71")
    assert state(birth(), issued, returned, right, wrong(issued, id_of(right))).holder == name("party", "Depot")


def test_correcting_the_facts_of_a_lost_weapon_does_not_find_it() -> None:
    loss = event("loss")
    right = birth(LATER, corrects=id_of(birth()))
    found = state(birth(), loss, right, wrong(birth(), id_of(right)))
    assert (found.model, found.status) == ("AKMS", "lost")


def test_an_event_that_did_not_occur_counts_no_more() -> None:
    loss = event("loss", "2001-01-01")
    assert state(birth(), loss, wrong(loss)).status == "active"


def test_a_declaration_may_come_before_what_it_declares() -> None:
    loss = event("loss", "2001-01-01")
    assert state(wrong(loss), birth(), loss).status == "active"


# Invariant 5: the control component, parts, joins


def test_a_join_shows_the_record_under_the_other_and_can_be_withdrawn() -> None:
    join = event("same_as", "2020-01-01", same_as=OTHER)
    assert state(birth(), join).replaced_by == OTHER
    assert state(birth(), join, wrong(join)).replaced_by == ""


@pytest.mark.parametrize("junk", ["", "A2", OTHER.upper(), "urn:uuid:" + OTHER])
def test_a_join_to_what_is_no_weapon_id_joins_nothing(junk: str) -> None:
    assert state(birth(), {**event("same_as"), "countermark:same_as": junk}).replaced_by == ""


def test_a_destroyed_weapon_stays_destroyed_when_an_older_event_comes_late() -> None:
    said = [birth(), event("destruction", "2015-01-01"), event("transfer", "2001-01-01", to="Army")]
    assert state(*said).status == "destroyed"


def test_a_removed_barrel_takes_its_marks_with_it_and_the_new_one_brings_its_own() -> None:
    said = [
        birth(marks=[FRAME, BARREL]),
        event("remove", "2001-01-01", component="barrel"),
        event("install", "2001-01-02", component="barrel", mark="B2", other_ref="A7"),
    ]
    found = state(*said)
    assert on(found) == ["ЖИ1408", "B2"]
    assert parts(found) == [("receiver", "ЖИ1408", True), ("barrel", "B1", False), ("barrel", "B2", True)]
    assert found.components[2].other_ref == "A7"


def test_a_removal_dated_before_an_installation_leaves_the_newer_part_on_whenever_it_comes() -> None:
    said = [
        birth(marks=[FRAME, BARREL]),
        event("install", "2001-01-02", component="barrel", mark="B2"),
        event("remove", "2001-01-01", component="barrel"),
    ]
    assert on(state(*said)) == ["ЖИ1408", "B2"]


@pytest.mark.parametrize(("component", "mark", "marks"), [("barrel", "B1", 2), ("", "B1", 2), ("slide", "B1", 3)])
def test_an_event_that_tells_when_a_recorded_mark_was_put_on_adds_no_second_one(
    component: str, mark: str, marks: int
) -> None:
    found = state(birth(marks=[FRAME, BARREL]), event("mark", "2001-01-01", component=component, mark=mark))
    assert len(found.marks) == marks


def test_a_part_may_be_named_by_its_mark_alone_when_it_is_removed() -> None:
    found = state(birth(marks=[FRAME, BARREL]), event("remove", "2001-01-01", mark="B1"))
    assert on(found) == ["ЖИ1408"]
    assert parts(found) == [("receiver", "ЖИ1408", True), ("barrel", "B1", False)]


def test_a_part_may_be_named_by_the_weapon_it_came_from_when_it_is_removed() -> None:
    said = [birth(), event("install", "2001-01-01", component="slide", mark="S9", other_ref="A7")]
    found = state(*said, event("remove", "2002-01-01", other_ref="A7"))
    assert on(found) == ["ЖИ1408"]
    assert parts(found)[1] == ("slide", "S9", False)


def test_a_mark_put_on_after_a_removal_is_not_taken_off_by_it() -> None:
    said = [
        birth(marks=[FRAME, BARREL]),
        event("remove", "2001-01-01", component="barrel"),
        event("install", "2001-01-02", component="barrel"),
        event("mark", "2003-01-01", component="barrel", mark="PROOF9"),
    ]
    assert on(state(*said)) == ["ЖИ1408", "PROOF9"]


def test_a_removed_part_takes_off_every_mark_that_was_put_on_it() -> None:
    said = [
        birth(),
        event("install", "2001-01-02", component="barrel", mark="B2"),
        event("mark", "2003-01-01", component="barrel", mark="PROOF9"),
        event("remove", "2004-01-01", component="barrel"),
    ]
    assert on(state(*said)) == ["ЖИ1408"]


def test_of_two_barrels_the_named_one_is_removed() -> None:
    two = [FRAME, BARREL]
    said = [birth(marks=two), event("install", "2001-01-01", component="barrel", mark="B2")]
    assert on(state(*said, event("remove", "2002-01-01", component="barrel", mark="B1"))) == ["ЖИ1408", "B2"]


def test_marks_are_numbered_from_one_in_the_order_they_came_onto_the_weapon() -> None:
    found = state(birth(marks=[FRAME, BARREL]), event("mark", "2003-01-01", mark="IMP 1", component="receiver"))
    assert [mark.number for mark in found.marks] == [1, 2, 3]
    assert found.control_mark is not None
    assert found.control_mark.text == "ЖИ1408"


# Findings


@pytest.mark.parametrize(
    ("marks", "finding"),
    [
        ([], "control_unclear"),
        ([MarkState(1, "barrel", text="B1")], "control_unclear"),
        ([MarkState(1, "frame", role="control", text="A1")], ""),
        ([MarkState(1, "frame", role="control", text="A1"), MarkState(2, "receiver", role="control", text="A2")], "control_unclear"),
        ([MarkState(1, "frame", role="control", text="(1)A1"), MarkState(2, "receiver", role="control", text="a1")], ""),
        ([MarkState(1, "frame", role="control", text="A1"), MarkState(2, "frame", role="control", text="UN 7", mark_kind="import")], ""),
        ([MarkState(1, "frame", role="control", text="A1", until="2001-01-01T00:00:00.000Z")], "control_unclear"),
        ([MarkState(1, "frame", role="control", condition="obliterated")], ""),
    ],
)  # fmt: skip
def test_it_is_unclear_which_mark_stands_for_a_weapon_without_one_or_with_two_that_differ(
    marks: list[MarkState], finding: str
) -> None:
    assert control_finding(marks) == finding


# What other programs and other nodes may send

JUNK: list[Any] = [None, 0, "", "x", [], [1], ["x"], {}, {"id": 1}, [{"type": 1}], [None]]
FIELDS = [
    "countermark:event", "countermark:date", "countermark:mark", "countermark:marks", "countermark:component", "countermark:corrects",
    "countermark:same_as", "countermark:country", "bizLocation", "sourceList", "destinationList", "bizTransactionList", "ilmd",
    "eventTime", "errorDeclaration", "action", "bizStep",
]  # fmt: skip


@given(
    base=st.sampled_from([birth(), event("install", "2001-01-01", component="barrel"), event("transfer", to="Army")]),
    changed=st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(JUNK), min_size=1, max_size=3),
)
def test_no_body_another_node_may_send_breaks_the_fold(base: dict[str, Any], changed: dict[str, Any]) -> None:
    made = entry(base, 0)
    odd = msgspec.structs.replace(made, body={**base, **changed}, position=1, event_id="ni:///sha-256;0?ver=CBV2.0")
    found = fold(WEAPON, [entry(birth(), 2), odd])
    assert isinstance(found.ref, str)
    assert all(isinstance(line.event, str) for line in history([made, odd]))


def test_a_makers_event_without_weapon_facts_does_not_blank_the_record() -> None:
    foreign = {**birth(), "ilmd": {"cbvmda:lotNumber": "L7"}}
    assert state(birth(), foreign).ref == "A1"


def test_where_something_went_is_not_who_holds_it() -> None:
    body = {**event("transfer", "2001-01-01", to="Army")}
    body["destinationList"] = [{"type": "location", "destination": "urn:x:place"}, *body["destinationList"]]
    assert state(birth(), body).holder == name("party", "Army")


def test_an_event_names_its_weapons_in_the_list_or_as_parent_and_nothing_else() -> None:
    assert rules.weapons_of(birth()) == [WEAPON]
    assert rules.weapons_of(event("install", component="barrel")) == [WEAPON]
    assert rules.weapons_of({"epcList": ["urn:epc:id:giai:1.2", 7], "parentID": None}) == []
