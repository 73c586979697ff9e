"""What is typed on the trace page: readings as typed, evidence that may be empty or wrong, nothing that breaks."""

from hypothesis import given
from hypothesis import strategies as st

from countermark.tracing.forms import EVIDENCE, LONGEST, MOST_MARKS, read

TEXTS = st.lists(st.text(max_size=30), max_size=20)


@given(TEXTS, TEXTS, TEXTS, st.dictionaries(st.sampled_from([*EVIDENCE, "add"]), st.text(max_size=300)))
def test_whatever_is_sent_makes_rows_in_step_or_no_query(
    readings: list[str], components: list[str], kinds: list[str], data: dict[str, str]
) -> None:
    asked = read(data, {"reading": readings, "component": components, "mark_kind": kinds})
    assert 1 <= len(asked.marks) <= MOST_MARKS
    assert all("\0" not in mark.reading and len(mark.reading) <= LONGEST for mark in asked.marks)
    assert set(asked.evidence) == set(EVIDENCE)
    typed = [mark for mark in asked.marks if mark.reading]
    assert (asked.query is not None) == bool(typed)


def test_a_reading_is_taken_as_typed() -> None:
    asked = read({}, {"reading": ["tkd ★?\\*8"], "component": ["frame"], "mark_kind": ["import"]})
    assert asked.query is not None
    (mark,) = asked.query.readings
    assert (mark.reading, mark.component, mark.mark_kind) == ("tkd ★?\\*8", "frame", "import")


def test_a_code_that_is_none_of_the_vocabularys_counts_as_not_given() -> None:
    asked = read({"kind": "blunderbuss"}, {"reading": ["A1"], "component": ["nose"], "mark_kind": ["x"]})
    assert (asked.marks[0].component, asked.marks[0].mark_kind, asked.evidence["kind"]) == ("", "", "")


def test_another_mark_of_the_weapon_can_be_asked_for() -> None:
    assert len(read({"add": "1"}, {"reading": ["A1"]}).marks) == 2
    assert len(read({"add": "1"}, {"reading": ["A1"] * MOST_MARKS}).marks) == MOST_MARKS
