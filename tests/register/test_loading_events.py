"""Loading an events file: what names an event, and what becomes of one that is said again or said otherwise."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermark.ledger import identity
from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.models import SideText
from countermark.ledger.reasons import Reason
from countermark.register import exporting, projection, undo
from countermark.register import services as register
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.register.rules import HistoryEvent, history
from tests.register.files import CLERK, Loader, acts, assert_sound, codes, row, size, state, weapon_id, write

pytestmark = pytest.mark.django_db

EXPORT = {
    "ref": "A1",
    "event": "export",
    "date": "1994-06",
    "from": "Taurus",
    "to": "XB Ministry",
    "country": "BR",
    "document": "EX-77",
}
ISSUE = {"ref": "A1", "event": "issue", "date": "2001-03-02", "from": "Armoury 1", "to": "Unit 5"}
RETURN = {"ref": "A1", "event": "return", "date": "2001-03-02", "from": "Unit 5", "to": "Armoury 1"}
NUMBERED = {**ISSUE, "id": "E-7"}


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    loader = Loader(tmp_path)
    loader.weapons(row("A1"), row("A2", "TKD48214"))
    return loader


def lines(ref: str = "A1") -> list[HistoryEvent]:
    """The standing events of a weapon, its birth left out."""
    told = history(projection.entries_of([weapon_id(ref)]))
    return [line for line in told if not line.corrected and line.event != "manufacture"]


def party(name: str) -> str:
    return identity.opaque("party", name)


# Identity


def test_events_load_once_and_loading_them_again_appends_nothing(load: Loader) -> None:
    report = load.events(EXPORT, ISSUE, RETURN)
    assert (report.rows, report.weapons, report.new, report.events) == (3, 1, 3, 3)
    before = size()
    again = load.events(EXPORT, ISSUE, RETURN)
    assert (again.new, again.unchanged, again.events, size()) == (0, 3, 0, before)
    assert_sound()


def test_equal_rows_are_separate_events_numbered_within_their_file(load: Loader) -> None:
    assert load.events(ISSUE, RETURN, ISSUE).new == 3
    assert [line.event for line in lines()] == ["issue", "return", "issue"]
    assert state().holder == party("Unit 5")
    assert load.events(ISSUE, ISSUE).unchanged == 2
    assert load.events(ISSUE, ISSUE, ISSUE).new == 1


def test_a_note_is_no_part_of_what_an_event_is(load: Loader) -> None:
    load.events({**ISSUE, "note": "in the rain"})
    assert load.events({**ISSUE, "note": "in the sun"}).unchanged == 1


def test_names_are_one_name_however_they_are_spaced_and_capitalised(load: Loader) -> None:
    load.events(ISSUE)
    assert load.events({**ISSUE, "to": "  UNIT   5 "}).unchanged == 1


def test_a_party_may_be_given_by_its_id(load: Loader) -> None:
    load.events(ISSUE)
    assert load.events({**ISSUE, "to": party("Unit 5")}).unchanged == 1


def test_what_only_looks_like_an_id_is_a_name_and_never_stands_in_an_entry(load: Loader) -> None:
    sly = f"{identity.PREFIX}party:" + "Sergeant Okoro".ljust(64, ".")
    load.events({**ISSUE, "to": sly})
    assert all(b"Okoro" not in data for _, _, _, data in logs.raw_entries(ledger.require_own_log()))


def test_no_name_place_document_or_note_stands_in_an_entry(load: Loader) -> None:
    load.events(
        {**EXPORT, "to": "Okoro", "place": "Lagos Road 4", "note": "called him at home", "document": "PASS-991"}
    )
    stored = b"".join(data for _, _, _, data in logs.raw_entries(ledger.require_own_log()))
    for text in (b"Okoro", b"Lagos Road", b"called him", b"PASS-991"):
        assert text not in stored
    assert {"Okoro", "Lagos Road 4", "PASS-991"} <= set(SideText.objects.values_list("text", flat=True))


# The source's own numbers


def test_the_same_number_with_the_same_content_is_the_same_event(load: Loader) -> None:
    load.events(NUMBERED)
    assert load.events(NUMBERED).unchanged == 1
    assert load.events({**ISSUE, "id": "E-8"}).new == 1


def test_the_same_number_with_another_content_differs(load: Loader) -> None:
    load.events(NUMBERED)
    before = size()
    report = load.events({**NUMBERED, "to": "Unit 6"}, RETURN)
    assert (codes(report), report.errors[0].column, size()) == (["differs"], "id", before)


def test_a_corrected_event_is_unchanged_when_its_file_comes_again_and_the_old_file_differs(load: Loader) -> None:
    right = {**NUMBERED, "to": "Unit 6"}
    load.events(NUMBERED)
    assert load.events(right, correct="misread").changed == 1
    assert [line.receiver for line in lines()] == [party("Unit 6")]
    assert load.events(right).unchanged == 1
    assert codes(load.events(NUMBERED)) == ["differs"]
    assert load.events(NUMBERED, correct="it was right").changed == 1
    assert load.events(NUMBERED).unchanged == 1
    assert load.events(right, correct="was it?").changed == 1
    assert [line.receiver for line in lines()] == [party("Unit 6")]
    assert_sound()


def test_numbers_that_are_alike_to_a_machine_are_different_numbers(load: Loader) -> None:
    assert load.events({**ISSUE, "id": "007"}, {**ISSUE, "id": "7"}).new == 2
    assert len(lines()) == 2


def test_a_number_used_twice_in_one_file_says_nothing_new_or_is_refused(load: Loader) -> None:
    same = load.events(NUMBERED, NUMBERED)
    assert (same.new, same.unchanged, same.events) == (1, 1, 1)
    other = load.events({**NUMBERED, "id": "E-9"}, {**NUMBERED, "id": "E-9", "to": "Unit 6"})
    assert (codes(other), other.errors[0].row) == (["disagrees"], 3)


def test_a_number_is_its_sources(load: Loader) -> None:
    load.events(NUMBERED)
    load.weapons(row("A1"), source="Customs")
    assert load.events({**NUMBERED, "to": "Unit 6"}, source="Customs").new == 1


def test_an_event_that_did_not_occur_is_not_said_again_by_its_old_file(load: Loader) -> None:
    load.events(NUMBERED)
    register.correct_event(lines()[0].event_id, None, reason="another weapon", by=CLERK)
    before = size()
    assert load.events(NUMBERED).unchanged == 1
    assert (lines(), size()) == ([], before)
    assert load.events({**NUMBERED, "ref": "A2"}).new == 1


def test_a_number_keyed_by_hand_meets_the_one_loaded(load: Loader) -> None:
    load.events(NUMBERED)
    keyed = {key: value for key, value in NUMBERED.items() if key != "ref"}
    assert not register.add_event(weapon_id(), keyed, by=CLERK).new
    with pytest.raises(register.Refused) as refused:
        register.add_event(weapon_id(), {**keyed, "to": "Unit 6"}, by=CLERK)
    assert refused.value.errors[0].code == "differs"


# Loads taken back


@pytest.mark.parametrize("rows", [[ISSUE], [NUMBERED], [ISSUE, RETURN, ISSUE, NUMBERED]])
def test_events_whose_load_was_taken_back_may_be_loaded_again(load: Loader, rows: list[dict[str, str]]) -> None:
    for _ in range(3):
        report = load.events(*rows)
        assert (report.new, report.unchanged, len(lines())) == (len(rows), 0, len(rows))
        before = size()
        assert (load.events(*rows).unchanged, size()) == (len(rows), before)
        undo.undo_load(report.load, Reason("wrong_file", "the wrong file"), by=CLERK)
        assert lines() == []
    assert_sound()


def test_events_whose_load_was_taken_back_may_be_loaded_right(load: Loader) -> None:
    undo.undo_load(load.events(NUMBERED, ISSUE).load, Reason("wrong_file", "the wrong file"), by=CLERK)
    right = {**NUMBERED, "to": "Unit 6"}
    assert load.events(right, ISSUE).new == 2
    assert {line.receiver for line in lines()} == {party("Unit 6"), party("Unit 5")}
    assert load.events(right, ISSUE).unchanged == 2


def test_an_event_that_came_again_and_then_did_not_occur_is_not_said_a_third_time(load: Loader) -> None:
    undo.undo_load(load.events(ISSUE).load, Reason("wrong_file", "the wrong file"), by=CLERK)
    load.events(ISSUE)
    register.correct_event(lines()[0].event_id, None, reason="another weapon", by=CLERK)
    assert (load.events(ISSUE).unchanged, lines()) == (1, [])


def test_an_event_whose_load_was_taken_back_may_be_keyed_by_hand(load: Loader) -> None:
    undo.undo_load(load.events(ISSUE).load, Reason("wrong_file", "the wrong file"), by=CLERK)
    keyed = {key: value for key, value in ISSUE.items() if key != "ref"}
    assert register.add_event(weapon_id(), keyed, by=CLERK).new
    assert [line.event for line in lines()] == ["issue"]
    assert not register.add_event(weapon_id(), keyed, by=CLERK).new


# Corrections by hand, and exports


def test_an_export_of_corrected_events_loads_back_unchanged(load: Loader, tmp_path: Path) -> None:
    load.events(EXPORT, ISSUE, RETURN, NUMBERED)
    for line, changes in ((lines()[0], {"to": "Navy", "date": "1994-07"}), (lines()[1], {"to": "Unit 6"})):
        register.correct_event(line.event_id, changes, reason="typo", by=CLERK)
    register.correct_event(lines()[0].event_id, {"to": "Coast guard"}, reason="again", by=CLERK)
    exporting.export("events", tmp_path / "out.csv", CLERK)
    before = size()
    report = load_events(tmp_path / "out.csv", Options(), by=CLERK)
    assert (report.rows, report.unchanged, report.new, report.refused) == (4, 4, 0, 0), report.errors
    assert size() == before


def test_a_correction_that_says_what_another_event_says_makes_two_of_them(load: Loader) -> None:
    load.events(ISSUE, {**ISSUE, "to": "Unit 6"})
    register.correct_event(lines()[1].event_id, {"to": "Unit 5"}, reason="typo", by=CLERK)
    assert load.events(ISSUE, ISSUE).unchanged == 2
    assert load.events(ISSUE, ISSUE, ISSUE).new == 1


# What is refused, and what is counted


def test_an_unknown_ref_is_refused_where_it_stands(load: Loader) -> None:
    report = load.events(ISSUE, {**ISSUE, "ref": "Z9"})
    assert [(e.row, e.column, e.value, e.code) for e in report.errors] == [(3, "ref", "Z9", "unknown")]
    assert (report.refused, report.loaded) == (1, False)
    assert load.events(ISSUE, {**ISSUE, "ref": "Z9"}, on_error="skip").new == 1


def test_a_dry_run_counts_as_the_load_would_and_appends_nothing(load: Loader) -> None:
    load.events(NUMBERED)
    before = size()
    rows = [{**NUMBERED, "to": "Unit 6"}, RETURN, ISSUE]
    dry = load.events(*rows, dry_run=True, correct="so")
    assert (dry.rows, dry.new, dry.changed, dry.events, dry.loaded, size()) == (3, 2, 1, 0, False, before)
    wet = load.events(*rows, correct="so")
    assert (wet.new, wet.changed, wet.unchanged) == (dry.new, dry.changed, dry.unchanged)


def test_only_a_load_that_changes_something_leaves_an_act(load: Loader) -> None:
    before = acts("load")
    load.events(ISSUE)
    assert acts("load") == before + 1
    load.events(ISSUE)
    load.events({**ISSUE, "ref": "Z9"}, on_error="skip")
    assert acts("load") == before + 1


@pytest.mark.parametrize(
    ("date", "precision", "instant"),
    [
        ("", "unknown", "0001-01-01T00:00:00.000Z"),
        ("1994", "year", "1994-01-01T00:00:00.000Z"),
        ("1994-06", "month", "1994-06-01T00:00:00.000Z"),
        ("1994-06-07", "day", "1994-06-07T00:00:00.000Z"),
        ("1994-06-07T23:30:00-03:00", "instant", "1994-06-08T02:30:00.000Z"),
    ],
)
def test_a_date_keeps_its_text_and_precision_and_sorts_by_its_first_instant(
    load: Loader, date: str, precision: str, instant: str
) -> None:
    load.events({**ISSUE, "date": date})
    line = lines()[0]
    assert (line.date, line.precision, line.time) == (date, precision, instant)


def test_an_ambiguous_date_is_refused_with_both_readings(load: Loader) -> None:
    report = load.events({**ISSUE, "date": "03/02/2001"})
    assert report.errors[0].column == "date"
    assert "2001-03-02" in report.errors[0].expected
    assert "2001-02-03" in report.errors[0].expected


# Any file

ANY = st.fixed_dictionaries({
    "ref": st.sampled_from(["A1", "A2"]),
    "event": st.sampled_from(["issue", "loss", "find"]),
    "date": st.sampled_from(["", "2001", "2001-03-02"]),
    "to": st.sampled_from(["", "Unit 5", "Unit 6"]),
    "id": st.sampled_from(["", "", "1", "2"]),
})  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(files=st.lists(st.lists(ANY, min_size=1, max_size=4), min_size=1, max_size=3))
def test_whatever_was_loaded_before_a_file_loaded_with_correct_is_unchanged_when_loaded_again(
    load: Loader, files: list[list[dict[str, str]]]
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "events.csv"
        for rows in files:
            write(path, rows)
            report = load_events(path, Options(on_error="skip", correct="so it is"), by=CLERK)
            before = size()
            again = load_events(path, Options(on_error="skip"), by=CLERK)
            assert (again.new, again.changed, again.refused) == (0, 0, report.refused), again.errors
            assert size() == before
