"""The files of a demonstration State: the contract's columns, byte for byte the same, readings with right answers."""

import csv
from pathlib import Path

import pytest

from countermark.demo.world import Weapon, samples, write_files
from countermark.demo.world.serials import plain
from countermark.register.files.errors import RowError
from countermark.register.files.weapons import read_weapons

Files = dict[str, Path]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write_files("XA", tmp_path_factory.mktemp("xa"), weapons=3_000)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_writes_the_same_bytes(files: Files, tmp_path: Path) -> None:
    again = write_files("XA", tmp_path, weapons=3_000)
    assert {n: p.read_bytes() for n, p in again.items()} == {n: p.read_bytes() for n, p in files.items()}


def test_every_row_of_the_register_file_is_read_without_a_finding(files: Files) -> None:
    rows = list(read_weapons(files["weapons"]).rows)
    assert [row for row in rows if isinstance(row, RowError)] == []
    assert len(rows) > 3_000


def test_every_event_names_a_registered_weapon(files: Files) -> None:
    refs = {row["ref"] for row in _read(files["weapons"])}
    events = _read(files["events"])
    assert {row["ref"] for row in events} | {row["other_ref"] for row in events} <= refs | {""}


def test_event_numbers_of_the_source_are_never_given_twice(files: Files) -> None:
    numbers = [row["id"] for row in _read(files["events"]) if row["id"]]
    assert len(numbers) == len(set(numbers)) > 1_000


def test_rows_of_one_weapon_agree_on_its_facts(files: Files) -> None:
    facts: dict[str, tuple[str, ...]] = {}
    for row in _read(files["weapons"]):
        own = tuple(row[c] for c in ("kind", "maker", "model", "calibre", "country", "year"))
        assert facts.setdefault(row["ref"], own) == own


def test_every_right_answer_is_in_the_register(files: Files) -> None:
    refs = {row["ref"] for row in _read(files["weapons"])}
    assert {row["ref"] for row in _read(files["expected"])} <= refs | {""}


def test_every_reading_has_an_expected_answer_and_the_other_way_round(files: Files) -> None:
    asked = [row["query_id"] for row in _read(files["readings"])]
    answered = [row["query_id"] for row in _read(files["expected"])]
    assert list(dict.fromkeys(asked)) == list(dict.fromkeys(answered))


def test_reference_lists_name_each_thing_once(files: Files) -> None:
    for name in ("makers", "calibres"):
        names = [row["name"] for row in _read(files[name])]
        assert len(names) == len(set(names))
    models = [(row["maker"], row["name"]) for row in _read(files["models"])]
    assert len(models) == len(set(models))


def test_no_alias_stands_for_two_makers_or_two_calibres(files: Files) -> None:
    for name in ("makers", "calibres"):
        spellings = [
            s.lower() for row in _read(files[name]) for s in (row["name"], *filter(None, row["aliases"].split("|")))
        ]
        assert len(spellings) == len(set(spellings)), [s for s in spellings if spellings.count(s) > 1]


DAMAGE = [
    "exact",
    "lookalike",
    "dropped",
    "swapped",
    "two-unread",
    "unread-run",
    "whole-inscription",
    "by-sound",
    "foreign-barrel",
    "two-owners",
    "wrong-maker",
    "stolen",
    "import-mark",
    "unknown",
]


def test_the_sample_readings_show_every_kind_of_damage(register: tuple[Weapon, ...]) -> None:
    assert [s.query_id[4:] for s in samples(register)] == DAMAGE


def _sample(register: tuple[Weapon, ...], name: str) -> tuple[list[str], list[Weapon]]:
    sample = next(s for s in samples(register) if s.query_id.endswith(name))
    weapons = {w.ref: w for w in register}
    return [plain(r.reading) for r in sample.readings], [weapons[ref] for ref in sample.refs]


def test_the_exact_reading_is_the_weapons_serial(register: tuple[Weapon, ...]) -> None:
    readings, [weapon] = _sample(register, "exact")
    assert readings == [plain(weapon.serial)]


@pytest.mark.parametrize("name", ["lookalike", "dropped", "swapped"])
def test_a_damaged_reading_is_no_mark_of_the_register(register: tuple[Weapon, ...], name: str) -> None:
    readings, _ = _sample(register, name)
    assert not {plain(m.mark) for w in register for m in w.marks} & set(readings)


def test_two_owners_of_a_mark_are_both_right_answers(register: tuple[Weapon, ...]) -> None:
    [reading], weapons = _sample(register, "two-owners")
    assert [plain(w.serial) for w in weapons] == [reading, reading]


def test_a_foreign_barrel_bears_the_serial_of_another_weapon(register: tuple[Weapon, ...]) -> None:
    [frame, barrel], [weapon] = _sample(register, "foreign-barrel")
    assert frame == plain(weapon.serial)
    assert any(plain(other.serial) == barrel for other in register if other is not weapon)


def test_cyrillic_by_sound_is_typed_in_latin_letters(register: tuple[Weapon, ...]) -> None:
    [reading], [weapon] = _sample(register, "by-sound")
    assert reading.isascii()
    assert not weapon.serial.isascii()


def test_the_stolen_weapon_is_the_same_in_both_states(both: tuple[tuple[Weapon, ...], tuple[Weapon, ...]]) -> None:
    assert _sample(both[0], "stolen")[0] == _sample(both[1], "stolen")[0]


def test_the_unknown_weapon_has_no_right_answer(register: tuple[Weapon, ...]) -> None:
    [reading], weapons = _sample(register, "unknown")
    assert weapons == []
    assert reading not in {plain(m.mark) for w in register for m in w.marks}
