"""Folding acts that come from anywhere: in any order, each once, and never a failure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import services, subjects
from countermark.ledger.entry import Entry, Recorded
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.verify import verify
from countermark.ledger.vocabulary import ACTS
from countermark.marking import catalogue, consultations, equipment, numbering, projection, queries, staterules, states
from countermark.marking.models import RecordRow
from countermark.marking.states import RECORDS, SHAPES, Batch, Item, Number
from tests.marking import workshop
from tests.marking.workshop import IMPORT, OWNER
from tests.register.people import CHIEF

WORDS = sorted(word for word in ACTS if word.startswith("marking_"))
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "value", "number", "text", "block", "authority", "item", "batch", "position", "marks", "mark", "attempt", "plates", "state",
    "items", "profiles", "description", "criteria", "photographs", "agrees", "accepted", "keyed", "happened", "place",
)  # fmt: skip
SUBJECTS = st.sampled_from([f"{kind}:x/1" for kind in (*RECORDS, "batch", "item", "number", "nothing")])
BODIES = st.builds(
    lambda word, subjects, fields: {"type": "act", "act": word, "subjects": subjects, **fields},
    st.sampled_from(WORDS),
    st.lists(SUBJECTS | TEXT.map(lambda text: text * 50), min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8),
)


def entry(number: int, body: dict[str, Any], log: str = "XA/main/1") -> Entry:
    recorded = Recorded(f"2026-01-01T00:00:{number:02}.000Z", "", None)
    return Entry(number, f"ni:///{log}-{number}", "act", body, recorded, log=log)


@given(bodies=st.lists(BODIES, max_size=6), subject=SUBJECTS)
def test_any_acts_are_folded_without_a_failure(bodies: list[dict[str, Any]], subject: str) -> None:
    entries = [entry(number, body) for number, body in enumerate(bodies)]

    state = states.fold(subject, entries)

    assert state == states.fold(subject, entries[::-1])


@pytest.mark.django_db
@given(bodies=st.lists(BODIES, min_size=1, max_size=5))
def test_acts_of_any_shape_leave_views_that_can_be_verified_and_read(bodies: list[dict[str, Any]]) -> None:
    services.append([services.timed_act(str(body.pop("act")), body) for body in bodies], by=CHIEF)

    assert list(projection.PROJECTION.compare()) == []
    numbering.blocks()
    numbering.authorities()
    catalogue.models()
    equipment.machines()
    equipment.downtimes()
    equipment.maintenances()
    consultations.consultations()
    staterules.known()
    queries.all_items()


def test_every_kind_of_record_has_a_shape_and_every_act_a_word() -> None:
    assert set(SHAPES) == set(RECORDS)
    stated = {f"marking_{kind}_set" for kind in RECORDS if kind != "block"}
    assert stated <= set(WORDS)


@pytest.mark.django_db
@given(order=st.randoms(use_true_random=False))
def test_the_state_does_not_depend_on_the_order_in_which_acts_arrive(order: Any) -> None:
    if not RecordRow.objects.exists():
        workshop.authority()
        workshop.accepted(workshop.items(workshop.batch(marks=(IMPORT, OWNER)))[0])
    for subject in list(projection.PROJECTION._subjects()):
        entries = projection.PROJECTION._entries([subject])[subject]
        before = states.fold(subject, entries)
        order.shuffle(entries)

        assert states.fold(subject, [*entries, *entries[:2]]) == before


@pytest.mark.django_db
def test_what_this_version_cannot_read_is_no_statement() -> None:
    machine = workshop.laser()
    body = {"subjects": [f"machine:{machine.id}"], "value": {"id": machine.id, "name": 7}}

    services.append([services.timed_act("marking_machine_set", body)], by=CHIEF)

    assert equipment.machine_of(machine.id) == machine
    rebuild_views()
    assert verify().ok


@pytest.mark.django_db
def test_a_profile_another_version_accepted_is_shown_as_unreadable_and_judges_nothing() -> None:
    body = {"subjects": ["rule:xa-new"], "value": {"profile": "xa-new", "text": "id = 3"}}

    services.append([services.timed_act("marking_rule_set", body)], by=CHIEF)

    assert [rule.profile for rule in staterules.unreadable()] == ["xa-new"]
    assert all(profile.id != "xa-new" for profile in staterules.known())


def test_the_act_that_opens_a_subject_comes_first_whatever_the_clocks_say() -> None:
    made = entry(9, {"act": "marking_batch_made", "name": "n", "items": 1, "occasion": "import"}, "XA/main/1")
    moved = entry(1, {"act": "marking_batch_moved", "state": "released"}, "XA/bench/1")

    state = states.fold("batch:b", [moved, made])

    assert isinstance(state, Batch)
    assert (state.state, state.finding) == ("released", "")


def test_a_step_out_of_order_is_a_finding() -> None:
    made = entry(1, {"act": "marking_batch_made", "name": "n"})
    closed = entry(2, {"act": "marking_batch_moved", "state": "closed"})

    state = states.fold("batch:b", [made, closed])

    assert isinstance(state, Batch)
    assert state.finding == "out_of_order"


def test_a_number_issued_by_two_logs_is_a_finding() -> None:
    body = {"act": "marking_number_issued", "number": 7, "text": "XA7"}

    state = states.fold("number:a/7", [entry(1, body), entry(1, body, "XA/bench/1")])

    assert isinstance(state, Number)
    assert state.finding == "issued_twice"


def test_a_weapon_of_nothing_is_folded_from_what_there_is() -> None:
    state = states.fold("item:i", [entry(1, {"act": "marking_item_added"})])

    assert isinstance(state, Item)
    assert (state.marks, state.missing, state.needs_number) == ([], [], False)


def test_acts_of_other_rooms_have_no_subjects_here() -> None:
    assert subjects.subjects_of(entry(1, {"act": "export", "subjects": ["batch:b"]}), "marking") == []
