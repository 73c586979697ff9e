"""Loading a register file: what is new, the same, added, different, corrected and withdrawn (contract, *Register file*)."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Draft
from countermark.register import births, exporting, projection, undo
from countermark.register import services as register
from countermark.register.loading import naming
from countermark.register.loading.options import Options
from countermark.register.loading.weapons import BirthBatch, load_weapons
from tests.register.files import (
    CLERK,
    FACTS,
    Loader,
    acts,
    assert_sound,
    codes,
    row,
    size,
    state,
    texts,
    weapon_id,
    write,
)

pytestmark = pytest.mark.django_db

TWO = [row("A1"), row("A1", "TKD48213", component="slide"), row("A2", "TKD48214")]


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    return Loader(tmp_path)


# New and unchanged


def test_a_new_file_opens_one_record_for_each_ref_and_says_so_in_one_act(load: Loader) -> None:
    report = load.weapons(*TWO)
    assert (report.rows, report.weapons, report.marks, report.new, report.events) == (3, 2, 3, 2, 2)
    assert (state().ref, state().source, texts()) == ("A1", "XA/main", ["TKD48213", "TKD48213"])
    assert acts("load") == 1
    assert_sound()


def test_loading_it_again_appends_nothing_at_all(load: Loader) -> None:
    load.weapons(*TWO)
    before = size()
    report = load.weapons(*TWO)
    assert (report.new, report.unchanged, report.refused, report.events) == (0, 2, 0, 0)
    assert size() == before


def test_the_order_of_rows_and_of_columns_is_no_difference(load: Loader) -> None:
    load.weapons(*TWO)
    turned = [dict(reversed(one.items())) for one in reversed(TWO)]
    assert load.weapons(*turned).unchanged == 2


def test_a_missing_row_and_a_missing_column_mean_nothing(load: Loader) -> None:
    load.weapons(*TWO)
    before = size()
    report = load.weapons({"ref": "A1", "mark": "TKD48213", "component": "slide"})
    assert (report.unchanged, report.refused) == (1, 0)
    assert size() == before


def test_a_row_alone_with_an_empty_role_does_not_claim_to_be_the_control_mark(load: Loader) -> None:
    load.weapons(*TWO)
    assert load.weapons({"ref": "A1", "mark": "TKD48213", "component": "slide", "role": ""}).unchanged == 1


def test_refs_in_any_script_keep_apart_what_only_looks_alike(load: Loader) -> None:
    refs = ["A1", "А1", "a1", "A 1", "A\u200d1", "Å1", "١", "𝐀1", "№1/٢"]
    report = load.weapons(*(row(ref, f"K{n}") for n, ref in enumerate(refs)))
    assert report.new == len(refs)
    assert len({weapon_id(ref) for ref in refs}) == len(refs)
    assert load.weapons(*(row(ref, f"K{n}") for n, ref in enumerate(refs))).unchanged == len(refs)
    assert [texts(ref) for ref in refs] == [[f"K{n}"] for n in range(len(refs))]


def test_a_ref_however_its_accents_are_encoded_is_one_ref(load: Loader) -> None:
    load.weapons(row("\u00c51"))
    assert load.weapons(row("A\u030a1")).unchanged == 1


def test_one_ref_of_two_sources_is_two_weapons(load: Loader) -> None:
    load.weapons(row("A1"))
    assert load.weapons(row("A1"), source="Customs").new == 1
    assert state("A1", "Customs").source == "Customs"


# What a mark is


def test_a_plate_is_a_frame_whose_carrier_is_a_plate(load: Loader) -> None:
    load.weapons(row("A1", component="plate"))
    mark = state().marks[0]
    assert (mark.component, mark.carrier, mark.role) == ("frame", "plate", "control")


@pytest.mark.parametrize("column", ["carrier", "component"])
def test_a_frame_and_the_plate_on_it_with_the_same_text_are_two_marks_and_stay_so(load: Loader, column: str) -> None:
    both = [row("A1", carrier="part"), row("A1", carrier="plate")]
    if column == "component":
        both = [row("A1"), row("A1", component="plate")]
    load.weapons(*both)
    assert [mark.carrier for mark in state().marks] == ["part", "plate"]
    assert (load.weapons(*both).unchanged, load.weapons(*reversed(both)).unchanged) == (1, 1)


@pytest.mark.parametrize("text", ["NSN", "unk", "S/N", "—"])
def test_a_placeholder_is_kept_as_no_mark_and_not_indexed(load: Loader, text: str) -> None:
    report = load.weapons(row("A1", text))
    assert report.warnings == {"placeholders": 1}
    assert (state().marks[0].text, state().marks[0].condition) == ("", "none")
    assert load.weapons(row("A1", text)).unchanged == 1


def test_the_same_serial_with_leading_zeros_is_another_serial(load: Loader) -> None:
    load.weapons(row("A1", "007"), row("A2", "7"))
    assert (texts("A1"), texts("A2")) == (["007"], ["7"])
    assert load.weapons(row("A1", "7")).changed == 1


@pytest.mark.parametrize(
    ("component", "model", "role"),
    [("receiver", "", "control"), ("frame", "", "control"), ("plate", "", "control"), ("", "", "control"), ("barrel", "", "control")],
)  # fmt: skip
def test_the_only_mark_of_a_ref_stands_for_the_weapon(load: Loader, component: str, model: str, role: str) -> None:
    load.weapons(row("A1", component=component, model=model))
    assert state().marks[0].role == role


def test_of_several_marks_the_one_on_a_control_component_stands_for_the_weapon(load: Loader) -> None:
    load.weapons(row("A1", "B7", component="barrel"), row("A1", "R7", component="receiver"))
    assert {mark.text: mark.role for mark in state().marks} == {"R7": "control", "B7": "other"}


@pytest.mark.parametrize(
    "marks",
    [
        [{"component": "barrel"}, {"component": "slide"}],
        [{"component": "frame", "mark": "T1"}, {"component": "receiver", "mark": "T2"}],
    ],
)
def test_no_control_mark_or_two_that_differ_is_a_finding_not_a_refusal(
    load: Loader, marks: list[dict[str, str]]
) -> None:
    report = load.weapons(*({**row("A1"), **mark} for mark in marks))
    assert report.refused == 0
    assert state().finding == "control_unclear"


# Added and different


def test_a_new_mark_row_is_a_mark_event(load: Loader) -> None:
    load.weapons(row("A1"))
    report = load.weapons(row("A1"), row("A1", "IMP XA 07", component="barrel", mark_kind="import"))
    assert (report.new, report.changed, report.events) == (0, 1, 1)
    assert texts() == ["TKD48213", "IMP XA 07"]
    assert load.weapons(row("A1"), row("A1", "IMP XA 07", component="barrel", mark_kind="import")).unchanged == 1
    assert_sound()


def test_a_difference_is_refused_with_both_values_and_the_whole_weapon_with_it(load: Loader) -> None:
    load.weapons(*TWO)
    before = size()
    report = load.weapons({**TWO[0], "model": "PT99"}, {**TWO[1], "model": "PT99"}, row("A3", "TKD48215"))
    assert (report.refused, report.loaded, size()) == (2, False, before)
    first = report.errors[0]
    assert (first.row, first.column, first.value, first.code) == (2, "model", "PT99", "differs")
    assert "'PT92'" in first.expected
    assert codes(report) == ["differs", "held_back"]


def test_what_differs_is_skipped_and_the_rest_loaded_when_asked_for(load: Loader) -> None:
    load.weapons(row("A1"))
    report = load.weapons(row("A1", model="PT99"), row("A3", "TKD48215"), on_error="skip")
    assert (report.new, report.refused, report.loaded) == (1, 1, True)
    assert state().model == "PT92"


@pytest.mark.parametrize(
    "changed", [{"model": "PT99"}, {"year": ""}, {"country": "ZZ"}, {"inscription": "FORJAS TAURUS TKD48213"}]
)
def test_a_correction_is_recorded_and_then_the_corrected_file_is_unchanged_and_the_old_one_differs(
    load: Loader, changed: dict[str, str]
) -> None:
    old, new = {**row("A1"), "inscription": ""}, {**row("A1"), "inscription": "", **changed}
    load.weapons(old)
    report = load.weapons(new, correct="read again")
    assert (report.changed, report.refused, report.events) == (1, 0, 2)
    assert load.weapons(new).unchanged == 1
    assert codes(load.weapons(old)) == ["differs"]
    assert load.weapons(old, correct="it was right").changed == 1
    assert load.weapons(old).unchanged == 1
    assert load.weapons(new, correct="no, it was not").changed == 1
    assert load.weapons(new).unchanged == 1
    assert_sound()


def test_a_mark_that_came_later_is_corrected_where_it_was_said(load: Loader) -> None:
    later = row("A1", "IMP XA 07", component="barrel", mark_kind="import", mark_condition="")
    load.weapons(row("A1", mark_condition=""))
    load.weapons(row("A1", mark_condition=""), later)
    worn = [row("A1", mark_condition=""), {**later, "mark_condition": "worn"}]
    assert load.weapons(*worn, correct="seen again").changed == 1
    assert [mark.condition for mark in state().marks] == ["", "worn"]
    assert load.weapons(*worn).unchanged == 1
    assert_sound()


def test_a_correction_and_a_new_mark_may_come_in_one_file(load: Loader) -> None:
    load.weapons(row("A1"))
    rows = [row("A1", model="PT99"), row("A1", "B9", component="barrel", model="PT99")]
    assert load.weapons(*rows, correct="new inspection").changed == 1
    assert (state().model, texts()) == ("PT99", ["TKD48213", "B9"])
    assert load.weapons(*rows).unchanged == 1


def test_the_reason_of_a_correction_stands_in_a_side_text_only(load: Loader) -> None:
    load.weapons(row("A1"))
    load.weapons(row("A1", model="PT99"), correct="Sergeant Okoro misread it")
    assert all(b"Okoro" not in data for _, _, _, data in logs.raw_entries(ledger.require_own_log()))


# Bad rows and dry runs


def test_one_bad_row_and_nothing_is_loaded(load: Loader) -> None:
    report = load.weapons(row("A1"), row("A2", kind="blunderbuss"))
    assert (report.loaded, report.new, codes(report)) == (False, 0, ["unknown_code"])
    assert not logs.total_size()


def test_a_dry_run_counts_as_the_load_would_and_appends_nothing(load: Loader) -> None:
    load.weapons(row("A1"), row("A2", "TKD48214"))
    before = size()
    rows = [
        row("A1"),
        row("A2", "TKD48214", model="PT99"),
        row("A3", "TKD48215"),
        row("A3", "TKD48216", component="barrel"),
    ]
    dry = load.weapons(*rows, dry_run=True, correct="why not")
    assert (dry.rows, dry.weapons, dry.marks) == (4, 3, 4)
    assert (dry.new, dry.changed, dry.unchanged, dry.events, dry.loaded) == (1, 1, 1, 0, False)
    assert size() == before
    wet = load.weapons(*rows, correct="why not")
    assert (wet.new, wet.changed, wet.unchanged) == (dry.new, dry.changed, dry.unchanged)


# One act for each load that changed something


def test_a_load_that_was_loaded_before_but_changes_something_again_counts_right(load: Loader) -> None:
    old, new = row("A1"), row("A1", model="PT99")
    load.weapons(old)
    for number in range(2):
        assert load.weapons(new, correct="so").events == 2, number
        assert load.weapons(old, correct="so").events == 2, number
    assert_sound()


class Stopped(Exception):
    """The power is gone."""


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads in batches of one weapon, and stops after the third."""
    monkeypatch.setattr(births, "CHUNK", 1)
    monkeypatch.setattr(BirthBatch, "full", lambda batch: bool(batch.items))
    batch_append = BirthBatch.append
    done: list[BirthBatch] = []

    def append(batch: BirthBatch, *arguments: object, **more: object) -> int:
        if len(done) == 3:
            done.clear()
            raise Stopped
        done.append(batch)
        return batch_append(batch, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(BirthBatch, "append", append)


@pytest.mark.usefixtures("stopped")
def test_a_load_that_was_cut_off_is_completed_by_running_it_again(
    load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(f"A{n}", f"TKD4821{n}") for n in range(4)]
    with pytest.raises(Stopped):
        load.weapons(*rows)
    assert acts("load") == 0
    monkeypatch.undo()
    report = load.weapons(*rows)
    assert (report.new, report.unchanged) == (1, 3)
    assert acts("load") == 1
    assert_sound()


# Withdrawn records


def test_a_record_an_officer_withdrew_is_not_opened_again_by_the_old_file(load: Loader) -> None:
    load.weapons(row("A1"))
    birth = register.standing_birth(weapon_id())
    assert birth is not None
    register.correct_event(birth.event_id, None, reason="there is no such weapon", by=CLERK)
    assert codes(load.weapons(row("A1"))) == ["withdrawn"]
    assert load.weapons(row("A1"), correct="it was found after all").new == 1
    assert state().ref == "A1"
    assert load.weapons(row("A1")).unchanged == 1
    assert_sound()


@pytest.mark.parametrize("second", [row("A1"), row("A1", model="PT99")])
def test_a_load_that_was_taken_back_may_be_loaded_again_right_or_wrong(load: Loader, second: dict[str, str]) -> None:
    for _ in range(2):
        undo.undo_load(load.weapons(row("A1")).load, Reason("wrong_file", "the wrong map"), by=CLERK)
        assert state().ref == ""
    assert load.weapons(second).new == 1
    assert state().model == second["model"]
    assert load.weapons(second).unchanged == 1
    undo.undo_load(naming.load_id(_last_load()), Reason("wrong_file", "the wrong file"), by=CLERK)
    assert (state().ref, texts()) == ("", [])
    assert_sound()


SECOND = row("A1", "IMP XA 07", component="barrel", mark_kind="import")


def test_a_mark_an_officer_withdrew_is_not_brought_back_by_the_old_file(load: Loader) -> None:
    load.weapons(row("A1"))
    load.weapons(row("A1"), SECOND)
    register.correct_event(state().marks[1].event_id, None, reason="of another weapon", by=CLERK)
    before = size()
    report = load.weapons(row("A1"), SECOND)
    assert (report.new, report.changed, report.unchanged, size()) == (0, 0, 1, before)
    assert load.weapons(row("A1"), SECOND, correct="it is of this one").changed == 1
    assert texts() == ["TKD48213", "IMP XA 07"]
    assert load.weapons(row("A1"), SECOND).unchanged == 1
    assert_sound()


def test_a_mark_that_was_corrected_away_is_not_brought_back_by_the_old_file(load: Loader) -> None:
    load.weapons(row("A1", "TKD48213"))
    register.correct_weapon(weapon_id(), FACTS, [{"component": "frame", "mark": "TKD48218"}], reason="read", by=CLERK)
    before = size()
    assert (load.weapons(row("A1", "TKD48213")).unchanged, texts(), size()) == (1, ["TKD48218"], before)


def test_beside_a_corrected_mark_the_plate_with_the_same_text_is_a_new_mark(load: Loader) -> None:
    load.weapons(row("A1", mark_condition="worn"))
    load.weapons(row("A1", mark_condition=""), correct="cleaned")
    assert load.weapons(row("A1"), row("A1", component="plate")).changed == 1
    assert [mark.carrier for mark in state().marks] == ["part", "plate"]


def test_a_mark_that_went_with_a_load_taken_back_comes_again_with_the_next_load(load: Loader) -> None:
    load.weapons(row("A1"))
    for _ in range(2):
        undo.undo_load(load.weapons(row("A1"), SECOND).load, Reason("wrong_file", "the wrong file"), by=CLERK)
        assert texts() == ["TKD48213"]
    report = load.weapons(row("A1"), SECOND)
    assert (report.changed, texts()) == (1, ["TKD48213", "IMP XA 07"])
    assert load.weapons(row("A1"), SECOND).unchanged == 1
    assert_sound()


def test_a_covert_mark_keeps_its_layer_through_files_and_corrections(load: Loader, tmp_path: Path) -> None:
    hidden = row("A1", "IR-7", component="frame", mark_kind="covert", layer="covert", role="other")
    load.weapons(row("A1"), hidden)
    exporting.export("weapons", tmp_path / "out.csv", CLERK)
    report = load_weapons(tmp_path / "out.csv", Options(), by=CLERK)
    assert (report.unchanged, report.refused) == (1, 0)
    marks = register.marks_as_fields(state())
    register.correct_weapon(weapon_id(), {**FACTS, "model": "PT99"}, marks, reason="read again", by=CLERK)
    assert [mark.layer for mark in state().marks] == ["overt", "covert"]
    assert codes(load.weapons(row("A1", model="PT99"), {**hidden, "model": "PT99", "layer": "overt"})) == [
        "differs",
        "held_back",
    ]


def _last_load() -> Draft:
    last = [entry for entry in logs.all_entries() if entry.body.get("act") == "load"][-1]
    return Draft("act", last.body)


# Any file


WORDS = st.sampled_from(["", "Taurus", "Rossi"])
ANY = st.fixed_dictionaries({
    "ref": st.sampled_from(["A1", "A2", "А1"]),
    "maker": WORDS,
    "component": st.sampled_from(["", "frame", "plate", "barrel"]),
    "carrier": st.sampled_from(["", "part", "plate"]),
    "role": st.sampled_from(["", "control", "other"]),
    "mark": st.sampled_from(["K1", "K2", "ЖИ", "NSN", ""]),
    "mark_condition": st.sampled_from(["", "worn", "obliterated", "none"]),
    "inscription": st.sampled_from(["", "K1 XA"]),
})  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(files=st.lists(st.lists(ANY, min_size=1, max_size=4), min_size=1, max_size=3))
def test_whatever_was_loaded_before_a_file_loaded_with_correct_is_unchanged_when_loaded_again(
    files: list[list[dict[str, str]]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "weapons.csv"
        for rows in files:
            write(path, rows)
            report = load_weapons(path, Options(on_error="skip", correct="so it is"), by=CLERK)
            before = size() if logs.own_log() else 0
            again = load_weapons(path, Options(on_error="skip"), by=CLERK)
            assert (again.new, again.changed, again.refused) == (0, 0, report.refused), again.errors
            assert (size() if logs.own_log() else 0) == before
    for weapon in projection.states_of([weapon_id(ref) for ref in ("A1", "A2")]).values():
        assert [mark.number for mark in weapon.marks] == list(range(1, len(weapon.marks) + 1))
