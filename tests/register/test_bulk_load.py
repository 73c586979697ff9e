"""A bulk load goes the one way every event goes; what is worked out beforehand is only a saved computation."""

import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.bench.load import write_register
from countermark.ledger import jcs, projections, services, store
from countermark.ledger.drafts import Draft
from countermark.ledger.entry import Entry, Recorded, encode, event_id_of, key_of
from countermark.register import births, bodies, projection, rules, weaponviews
from countermark.register.files.staging import StagedWeapon, following, settle, stage, unpacked_weapon
from countermark.register.files.vocabulary import COMPONENTS, CONDITIONS, KINDS, MARK_KINDS
from countermark.register.files.weapons import Facts, MarkRow, WeaponRow
from countermark.register.loading import weapons as loading_weapons
from countermark.register.loading.options import Options
from countermark.register.loading.report import Report
from countermark.register.loading.weapons import load_weapons
from countermark.register.models import Mark

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


def _views(hexadecimal: bool) -> weaponviews.Views:
    return weaponviews.Views(tuple(weaponviews.WEAPON_VIEWS), tuple(weaponviews.COUNTER_VIEWS), hexadecimal)


def _chunk(weapons: list[StagedWeapon], views: weaponviews.Views) -> births.Chunk:
    (data,) = births.encoded_chunks(map(_encode, weapons), "XA/main", views)
    return births.decoded(data)


_encode = msgspec.msgpack.Encoder().encode


def _folded(weapon: StagedWeapon) -> rules.WeaponState:
    draft = births.draft(weapon, "XA/main")
    (weapon_id,) = rules.weapons_of(draft.body)
    return rules.fold(weapon_id, [Entry(1, draft.event_id, draft.kind, draft.body, Recorded("", "", None))])


@given(WEAPONS)
def test_a_weapon_worked_out_beforehand_is_what_the_fold_makes_of_its_birth(weapon: StagedWeapon) -> None:
    draft = births.draft(weapon, "XA/main")
    (weapon_id,) = rules.weapons_of(draft.body)
    folded = msgspec.structs.replace(_folded(weapon), components=())
    assert births.born(weapon_id, "XA/main", weapon, draft.event_id) == folded


@given(WEAPONS, st.booleans())
def test_rows_worked_out_beforehand_are_those_of_the_fold(weapon: StagedWeapon, hexadecimal: bool) -> None:
    views = _views(hexadecimal)
    chunk, prepared = _chunk([weapon], views), views.prepare(_folded(weapon))
    for view, rows, expected in zip(views.weapon, chunk.rows, prepared.rows, strict=True):
        place = view.columns.index(weaponviews.RECORDED) if weaponviews.RECORDED in view.columns else len(view.columns)
        assert sorted(rows) == sorted(row[:place] + row[place + 1 :] for row in expected)
    assert [dict(counts) for counts in chunk.counts] == [dict(Counter(keys)) for keys in prepared.keys]


@given(WEAPONS)
def test_a_draft_worked_out_beforehand_has_the_id_and_the_bytes_of_its_body(weapon: StagedWeapon) -> None:
    draft = births.draft(weapon, "XA/main")
    assert (draft.event_id, draft.body_json) == (event_id_of(draft.kind, draft.body), jcs.encode(draft.body))


@given(WEAPONS)
def test_an_entry_worked_out_beforehand_is_the_one_its_draft_would_become(weapon: StagedWeapon) -> None:
    draft, chunk = births.draft(weapon, "XA/main"), _chunk([weapon], _views(hexadecimal=True))
    assert chunk.keys == [key_of(draft.event_id)]
    assert chunk.begun[0] + b"{}}" == encode(draft.kind, draft.event_id, jcs.encode(draft.body), {})


def _rows(*refs: str) -> list[WeaponRow]:
    return [
        WeaponRow(number, ref, Facts(), MarkRow("", "part", "", "manufacture", f"M{number}", "", ""))
        for number, ref in enumerate(refs, 2)
    ]


def test_whoever_follows_a_file_that_is_being_staged_gets_its_weapons(tmp_path: Path) -> None:
    followed: list[bytes] = []
    reader = threading.Thread(target=lambda: followed.extend(following(tmp_path, lambda: True)))

    def slowly() -> Iterator[WeaponRow]:
        for one in _rows(*(f"R{number}" for number in range(600))):
            if one.row == 500:
                reader.start()
            yield one

    staged = stage(slowly(), tmp_path)
    reader.join(10)
    assert staged.as_written
    assert list(map(unpacked_weapon, followed)) == list(staged)


def test_weapons_that_had_to_be_gathered_are_not_those_that_were_followed(tmp_path: Path) -> None:
    assert not stage(_rows("R1", "R2", "R1"), tmp_path).as_written


def test_nobody_follows_a_file_whose_reader_is_gone(tmp_path: Path) -> None:
    assert list(following(tmp_path, lambda: False)) == []


@given(WEAPONS)
def test_a_weapon_comes_back_from_the_other_process_as_it_was_staged(weapon: StagedWeapon) -> None:
    assert _chunk([weapon], weaponviews.Views((), (), hexadecimal=True)).staged == [weapon]


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    write_register(tmp_path / "register.csv", 3_000, seed=3)
    return tmp_path / "register.csv"


def _load(path: Path) -> Report:
    return load_weapons(path, Options(), by=services.NODE)


def _differences() -> list[projections.Difference]:
    return [difference for one in projections.PROJECTIONS for difference in one.compare()]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("weapons", "size"),
    [(1, 10**9), (10**9, 10**9), (1, 0)],
    ids=["with a second process", "in this process", "with a second process that begins early"],
)
def test_views_after_a_bulk_load_are_as_the_log_says(
    register_file: Path, monkeypatch: pytest.MonkeyPatch, weapons: int, size: int
) -> None:
    monkeypatch.setattr(births, "OWN_PROCESS_FROM", weapons)
    monkeypatch.setattr(loading_weapons, "EARLY_FROM", size)
    report = _load(register_file)
    assert (report.new, report.refused) == (report.weapons, 0)
    assert _differences() == []


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("weapons", [1, 10**9], ids=["with a second process", "in this process"])
def test_what_was_made_early_is_left_when_a_record_number_comes_again(
    register_file: Path, monkeypatch: pytest.MonkeyPatch, weapons: int
) -> None:
    monkeypatch.setattr(births, "OWN_PROCESS_FROM", weapons)
    monkeypatch.setattr(loading_weapons, "EARLY_FROM", 0)
    lines = register_file.read_text(encoding="utf-8").splitlines(keepends=True)
    again = lines[1].rsplit(",", 1)[0] + ",LATE77\n"
    register_file.write_text("".join([*lines, again]), encoding="utf-8")
    report = _load(register_file)
    assert (report.events, report.refused) == (report.weapons, 0)
    assert Mark.objects.filter(text="LATE77").count() == 1
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
def test_a_load_that_somebody_overtakes_appends_what_is_still_new_and_no_weapon_twice(
    register_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = loading_weapons._WeaponLoad.check

    def overtaken(load: loading_weapons._WeaponLoad) -> None:
        check(load)
        services.append([births.draft(list(load.staged)[7], load.source)], by=services.NODE)

    monkeypatch.setattr(loading_weapons._WeaponLoad, "check", overtaken)
    report = _load(register_file)
    assert report.events == report.weapons - 1
    assert _differences() == []


@pytest.mark.usefixtures("store")
def test_a_load_that_others_write_beside_takes_its_rows_as_they_were_worked_out(
    register_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = loading_weapons._WeaponLoad.check

    def busy(load: loading_weapons._WeaponLoad) -> None:
        check(load)
        services.set_setting("anything", "else", by=services.NODE)

    monkeypatch.setattr(loading_weapons._WeaponLoad, "check", busy)
    monkeypatch.setattr(loading_weapons._WeaponLoad, "drafts", _refused)
    report = _load(register_file)
    assert report.events == report.weapons
    assert _differences() == []


def _refused(*_: object) -> list[Draft]:
    raise AssertionError("nothing here is known already")


@pytest.mark.usefixtures("store")
def test_a_load_of_a_source_whose_name_contains_nul_is_refused_whole(register_file: Path) -> None:
    with pytest.raises(services.LedgerError, match="NUL"):
        load_weapons(register_file, Options(source="XA\0"), by=services.NODE)
    assert not Mark.objects.exists()


@pytest.mark.usefixtures("store")
def test_a_load_in_a_new_name_states_that_name_once(register_file: Path) -> None:
    load_weapons(register_file, Options(), by=services.Actor("Registrar"))
    stating = [entry for entry in store.all_entries() if any(key.startswith("text/") for key in entry.recorded.kept)]
    assert len(stating) == 1
    assert _differences() == []


@pytest.mark.usefixtures("store")
def test_a_weapon_that_is_told_of_twice_in_one_batch_is_folded_from_both() -> None:
    mark = MarkRow("", "part", "", "manufacture", "A1", "", "")
    draft = births.draft(settle(StagedWeapon("R1", 2, Facts(maker="Zastava"), [mark], [2])), "XA/main")
    (weapon_id,) = rules.weapons_of(draft.body)
    more = bodies.marked(weapon_id, [{"component": "barrel", "mark": "B2"}], "XA/main")
    services.append([draft, Draft("event", more)], by=services.NODE)
    assert [mark.text for mark in projection.states_of([weapon_id])[weapon_id].marks] == ["A1", "B2"]
    assert _differences() == []


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_a_weapon_id_is_a_uuid_of_version_5(source: str, ref: str) -> None:
    assert bodies.weapon_id(source, ref) == str(uuid.uuid5(bodies.WEAPON_NAMESPACE, f"{source}\x1f{ref}"))
