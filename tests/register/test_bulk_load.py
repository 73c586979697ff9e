"""A bulk load goes the one way every event goes; what is worked out beforehand is only a saved computation."""

import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.bench.load import write_register
from countermark.ledger import jcs, projections, services, store
from countermark.ledger.drafts import Draft
from countermark.ledger.entry import Entry, Recorded, event_id_of
from countermark.register import births, bodies, loading, projection, rules, weaponviews
from countermark.register.files.staging import StagedWeapon, settle
from countermark.register.files.vocabulary import COMPONENTS, CONDITIONS, KINDS, MARK_KINDS
from countermark.register.files.weapons import Facts, MarkRow

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
MARKS = st.builds(
    MarkRow,
    component=st.sampled_from(("", *COMPONENTS)),
    carrier=st.sampled_from(("part", "plate")),
    role=st.sampled_from(("", "control", "other")),
    mark_kind=st.sampled_from(MARK_KINDS),
    mark=TEXTS,
    inscription=TEXTS,
    mark_condition=st.sampled_from(("", *CONDITIONS)),
)
WEAPONS = st.builds(
    StagedWeapon,
    ref=TEXTS.filter(bool),
    first_row=st.just(2),
    facts=st.builds(
        Facts,
        kind=st.sampled_from(("", *KINDS)),
        maker=TEXTS,
        model=TEXTS,
        calibre=TEXTS,
        country=st.sampled_from(("", "XA", "ZZ", "BRA")),
        year=st.sampled_from(("", "1899", "2020")),
    ),
    marks=st.lists(MARKS, min_size=1, max_size=4),
    row_numbers=st.just([2]),
).map(settle)
RECORDED = Recorded("2026-01-02T03:04:05.678Z", "", None)


def _made(weapon: StagedWeapon, hexadecimal: bool) -> tuple[Draft, weaponviews.Views]:
    views = weaponviews.Views(tuple(weaponviews.WEAPON_VIEWS), tuple(weaponviews.COUNTER_VIEWS), hexadecimal)
    (data,) = births.encoded_chunks([weapon], "XA/main", views)
    (birth,) = births.decoded(data)
    return birth.draft, views


@given(WEAPONS, st.booleans())
def test_rows_worked_out_beforehand_are_those_of_the_fold(weapon: StagedWeapon, hexadecimal: bool) -> None:
    draft, views = _made(weapon, hexadecimal)
    entry = Entry(1, draft.event_id, draft.kind, draft.body, RECORDED)
    (weapon_id,) = rules.weapons_of(draft.body)
    prepared = projection.recorded_at(draft.prepared, RECORDED.time)
    assert prepared == views.prepare(rules.fold(weapon_id, [entry]))


@given(WEAPONS)
def test_a_draft_worked_out_beforehand_has_the_id_and_the_bytes_of_its_body(weapon: StagedWeapon) -> None:
    draft, _ = _made(weapon, hexadecimal=True)
    assert (draft.event_id, draft.body_json) == (event_id_of(draft.kind, draft.body), jcs.encode(draft.body))


@given(WEAPONS)
def test_a_weapon_comes_back_from_the_other_process_as_it_was_staged(weapon: StagedWeapon) -> None:
    (data,) = births.encoded_chunks([weapon], "XA/main", weaponviews.Views((), (), hexadecimal=True))
    (birth,) = births.decoded(data)
    assert birth.staged == weapon


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    write_register(tmp_path / "register.csv", 3_000, seed=3)
    return tmp_path / "register.csv"


def _load(path: Path) -> loading.Report:
    return loading.load_weapons(path, loading.Options(), by=services.NODE)


def _differences() -> list[projections.Difference]:
    return [difference for one in projections.PROJECTIONS for difference in one.compare()]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("weapons", [1, 10**9], ids=["with a second process", "in this process"])
def test_views_after_a_bulk_load_are_as_the_log_says(
    register_file: Path, monkeypatch: pytest.MonkeyPatch, weapons: int
) -> None:
    monkeypatch.setattr(births, "OWN_PROCESS_FROM", weapons)
    report = _load(register_file)
    assert (report.new, report.refused) == (report.weapons, 0)
    assert _differences() == []


@pytest.mark.usefixtures("store")
def test_one_event_and_a_bulk_load_leave_the_same_entry_and_rows(register_file: Path, tmp_path: Path) -> None:
    head = tmp_path / "one.csv"
    head.write_text("".join(register_file.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    _load(head)
    loaded = store.entries_at([max(e.position for e in store.all_entries()) - 1])[0]
    (state,) = projection.states_of(rules.weapons_of(loaded.body)).values()
    assert loaded.event_id == event_id_of("event", loaded.body)
    assert state.first_recorded == loaded.recorded.time


@pytest.mark.usefixtures("store")
def test_loading_a_file_again_appends_nothing(register_file: Path) -> None:
    _load(register_file)
    before = store.total_size()
    again = _load(register_file)
    assert (again.new, again.unchanged, store.total_size()) == (0, again.weapons, before)


@pytest.mark.usefixtures("store")
def test_a_weapon_that_is_told_of_twice_in_one_batch_is_folded_from_both(register_file: Path) -> None:
    draft, _ = _made(
        settle(
            StagedWeapon("R1", 2, Facts(maker="Zastava"), [MarkRow("", "part", "", "manufacture", "A1", "", "")], [2])
        ),
        hexadecimal=projection.views().hexadecimal,
    )
    (weapon_id,) = rules.weapons_of(draft.body)
    more = bodies.marked(weapon_id, [{"component": "barrel", "mark": "B2"}], "XA/main")
    services.append([draft, Draft("event", more)], by=services.NODE)
    assert [mark.text for mark in projection.states_of([weapon_id])[weapon_id].marks] == ["A1", "B2"]
    assert _differences() == []


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_a_weapon_id_is_a_uuid_of_version_5(source: str, ref: str) -> None:
    assert bodies.weapon_id(source, ref) == str(uuid.uuid5(bodies.WEAPON_NAMESPACE, f"{source}\x1f{ref}"))
