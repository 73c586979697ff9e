"""No path around the recipient: whatever acts there are, from whatever logs, in whatever order they arrive."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation import states
from countermark.cooperation.projects import fold
from countermark.cooperation.projects.rules.shapes import GATES, STAGES, Plan, Project
from countermark.cooperation.states import Subject
from countermark.ledger import subjects
from countermark.ledger.entry import Entry, Recorded

RECIPIENT, DONOR, STRANGER = "XA", "donor", "stranger"
ACTORS = (RECIPIENT, DONOR, STRANGER)
PEOPLE = ("authority", "second", "coordinator", "officer")
PLAN: dict[str, Any] = {
    "title": "t",
    "recipient": RECIPIENT,
    "currency": "EUR",
    "begin": "2026-01-01",
    "end": "2027-12-31",
    "givers": [{"actor": DONOR, "amount": 100}],
}


def entry(number: int, word: str, by: str, log: str = "XA/main/1", time: int | None = None, **fields: Any) -> Entry:
    """An act about the project; `time` seconds after midnight, its number where none is given."""
    seconds = number if time is None else time
    body = {"type": "act", "act": f"cooperation_project_{word}", "subjects": ["project:p"], **fields}
    recorded = Recorded(f"2026-02-01T00:{seconds // 60:02}:{seconds % 60:02}.000Z", by, None)
    return Entry(number, f"e{number}", "act", body, recorded, log)


def opened() -> Entry:
    return entry(0, "planned", "officer", actor=DONOR, value=PLAN)


def folded(acts: list[Entry]) -> Subject:
    found = states.fold("project:p", acts)
    assert found is not None
    return found


def named(number: int, person: str, actor: str = RECIPIENT) -> Entry:
    return entry(number, "authority_named", "coordinator", actor=actor, person=person)


def asked(number: int, gate: str = "planning", by: str = "officer") -> Entry:
    return entry(number, "gate_asked", by, actor=DONOR, gate=gate)


def passed(number: int, gate: str = "planning", by: str = "authority") -> Entry:
    return entry(number, "gate_passed", by, actor=RECIPIENT, gate=gate)


def why(found: Subject) -> list[str]:
    return [one.why for one in found.of(Project).odd]


def test_the_authority_passes_a_gate_that_somebody_else_asked_for() -> None:
    found = folded([opened(), named(1, "authority"), asked(2), passed(3)])

    assert found.state == "design"
    assert found.of(Project).passed["planning"].by == "authority"
    assert found.finding == ""


@pytest.mark.parametrize(
    ("acts", "reason"),
    [
        ([named(1, "authority"), asked(2), passed(3, by="officer")], "not_authority"),
        ([asked(2), passed(3)], "not_authority"),
        ([named(1, "authority"), passed(3)], "not_asked"),
        ([named(1, "authority"), asked(2, by="authority"), passed(3)], "own_proposal"),
        ([named(1, "authority"), asked(2), passed(3, gate="design")], "not_this_gate"),
        ([named(1, "authority", actor=DONOR), asked(2), passed(3)], "not_recipient"),
        ([named(1, "authority"), named(2, "second"), asked(3), passed(4)], "not_authority"),
    ],
)
def test_a_gate_that_anybody_else_would_pass_stays_shut_and_is_a_finding(acts: list[Entry], reason: str) -> None:
    found = folded([opened(), *acts])

    assert found.state == "planning"
    assert reason in why(found)
    assert reason in found.finding


def test_a_plan_that_brings_a_passed_gate_along_is_no_plan() -> None:
    forged = {**PLAN, "passed": {"planning": {"by": "x", "time": "", "event": ""}}}

    assert states.fold("project:p", [entry(0, "planned", "officer", actor=DONOR, value=forged)]) is None


def test_the_recipient_owns_a_project_whatever_its_first_act_says() -> None:
    found = folded([entry(0, "planned", "officer", actor=DONOR, value=PLAN, parent="actor:donor")])

    assert found.parent == "actor:XA"
    assert found.value["partners"] == [DONOR]


def test_who_brings_something_says_anew_only_what_itself_brings() -> None:
    plan = {**PLAN, "givers": [{"actor": STRANGER, "amount": 1}, {"actor": DONOR, "amount": 7}], "visibility": "public"}
    found = folded([opened(), entry(1, "described", "officer", actor=DONOR, value=plan)]).of(Project)

    assert [(one.actor, one.amount) for one in found.givers] == [(DONOR, 7)]
    assert found.visibility == "partners"


def test_a_plan_said_anew_takes_its_signatures_away() -> None:
    looked = entry(1, "overlap_looked", "officer", actor=DONOR, day="2026-02-01", found=[])
    terms = entry(2, "terms_offered", "officer", actor=DONOR, digest="d")
    signed = [entry(3, "terms_signed", "officer", actor=DONOR, digest="d")]
    signed += [entry(4, "terms_signed", "coordinator", actor=RECIPIENT, digest="d")]

    assert folded([opened(), looked, terms, *signed]).of(Project).agreed
    anew = entry(5, "described", "officer", actor=DONOR, value=PLAN)
    assert not folded([opened(), looked, terms, *signed, anew]).of(Project).agreed


def test_terms_are_not_signed_while_an_overlap_is_open() -> None:
    looked = entry(1, "overlap_looked", "officer", actor=DONOR, day="2026-02-01", found=["project:q"])
    terms = entry(2, "terms_offered", "officer", actor=DONOR, digest="d")
    foreign = entry(3, "overlap_answered", "officer", actor=DONOR, overlap="project:q", words="w")
    signed = entry(5, "terms_signed", "officer", actor=DONOR, digest="d")

    found = folded([opened(), looked, terms, foreign, signed])
    assert why(found) == ["not_recipient", "overlap_open"]
    answered = entry(4, "overlap_answered", "coordinator", actor=RECIPIENT, overlap="project:q", words="w")
    assert why(folded([opened(), looked, terms, answered, signed])) == []


def test_the_authority_sends_a_project_back_and_its_gates_are_passed_anew() -> None:
    acts = [opened(), named(1, "authority"), asked(2), passed(3)]
    back = entry(4, "sent_back", "authority", actor=RECIPIENT, stage="planning", words="w")

    found = folded([*acts, back])
    assert (found.state, found.of(Project).passed) == ("planning", {})
    assert folded([*acts, back, asked(5), passed(6)]).state == "design"
    assert folded([*acts, entry(4, "sent_back", "officer", actor=DONOR, stage="planning")]).state == "design"


# --- over random histories -----------------------------------------------------------------------------------------------

WORDS = ("gate_passed", "gate_asked", "authority_named", "gate_declined", "sent_back", "described", "cancelled")


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Acts of anybody for anybody, from three logs with clocks of their own; mostly of those that could do harm."""
    acts = [opened()]
    for number in range(1, draw(st.integers(1, 25)) + 1):
        word = draw(st.sampled_from(WORDS[:3] * 3 + WORDS))
        fields: dict[str, Any] = {
            "gate_passed": {"gate": draw(st.sampled_from(GATES))},
            "gate_asked": {"gate": draw(st.sampled_from(GATES))},
            "gate_declined": {"gate": draw(st.sampled_from(GATES))},
            "authority_named": {"person": draw(st.sampled_from(PEOPLE))},
            "sent_back": {"stage": draw(st.sampled_from(STAGES))},
            "described": {"value": PLAN},
        }.get(word, {})
        log = draw(st.sampled_from(["XA/main/1", "XA/depot/1", "XA/laptop/1"]))
        by, actor = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(ACTORS[:2] * 3 + ACTORS))
        acts.append(entry(number, word, by, log, draw(st.integers(1, 30)), actor=actor, **fields))
    return acts


def in_force(before: list[Entry]) -> str:
    """The authority after some acts, worked out without the fold: the last person whom the recipient named."""
    said = [
        one.body["person"]
        for one in before
        if one.body["act"].endswith("authority_named") and one.body["actor"] == RECIPIENT
    ]
    return str(said[-1]) if said else ""


@given(histories())
def test_every_gate_that_is_passed_was_passed_by_the_authority_in_force_after_somebody_else_asked(
    acts: list[Entry],
) -> None:
    found = folded(acts)
    order = subjects.ordered(acts, states.KINDS.opening)
    gates = found.of(Project).passed

    assert list(gates) == list(GATES[: len(gates)])
    assert found.state in (STAGES[len(gates)], "cancelled")
    for gate, proof in gates.items():
        at = next(number for number, one in enumerate(order) if one.event_id == proof.event)
        before = order[:at]
        assert order[at].recorded.by == proof.by == in_force(before)
        asking = [
            one
            for one in before
            if one.body["act"].endswith("gate_asked") and one.body["gate"] == gate and one.body["actor"] != STRANGER
        ]
        assert any(one.recorded.by != proof.by for one in asking)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_acts_arrive_says_nothing(acts: list[Entry], random: Any) -> None:
    shuffled = [*acts, *acts[:3]]
    random.shuffle(shuffled)

    assert msgspec.structs.asdict(folded(shuffled)) == msgspec.structs.asdict(folded(acts))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([RECIPIENT, DONOR, "planning", "d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "value",
    "actor",
    "gate",
    "stage",
    "person",
    "key",
    "digest",
    "found",
    "overlap",
    "words",
    "day",
    "registered",
)


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(fold.STEPS)), st.dictionaries(st.sampled_from(FIELDS), anything, max_size=6)),
        max_size=6,
    )
)
def test_whatever_another_log_says_the_fold_comes_to_a_project(said: list[tuple[str, dict[str, Any]]]) -> None:
    acts = [entry(number, word, "somebody", **fields) for number, (word, fields) in enumerate(said, 1)]
    found = folded([opened(), named(0, "authority"), *acts])

    assert found.parent == "actor:XA"
    assert not found.of(Project).passed


def test_an_id_that_has_no_address_names_no_project() -> None:
    act = entry(0, "planned", "officer", actor=DONOR, value=PLAN)
    assert states.fold("project:a/b", [act]) is None


def test_a_plan_reads_back_as_it_was_said() -> None:
    assert folded([opened()]).of(Project).providers == msgspec.convert(PLAN, Plan).providers == (DONOR,)


def test_every_step_has_a_word_in_the_vocabulary() -> None:
    from countermark.ledger.vocabulary import ACTS

    assert {f"cooperation_project_{word}" for word in fold.STEPS} | {fold.OPENING} == {
        word for word in ACTS if word.startswith("cooperation_project_")
    }
