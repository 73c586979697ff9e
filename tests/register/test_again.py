"""A serial stated a second time: compared to the character, asked for where a State's rule says so."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register import blanks, checking, exporting, serialrules
from countermark.register import services as register
from countermark.register.checking import Refused
from countermark.register.files import again
from countermark.register.files.again import FILES, PROGRAMS, SerialRule
from countermark.register.files.errors import RowError
from countermark.register.files.mapping import guess_column
from countermark.register.files.vocabulary import WEAPON_FILE_COLUMNS
from countermark.register.files.weapons import read_weapons
from countermark.register.loading import naming
from countermark.register.loading.options import Options
from tests.register.files import CLERK, FACTS, Loader, codes, row, size, texts, write

RULE = SerialRule("order-7", "Order 7/2026, section 3", "2026-01-01", "2026-12-31", (FILES,))
LAST_DAY = date(2020, 2, 3)
ALWAYS = SerialRule("always", "Arms Act, section 9", "2000-01-01")


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    return Loader(tmp_path)


# The comparison


@given(st.text(max_size=12), st.text(max_size=12))
def test_two_keyings_part_exactly_when_they_differ(first: str, second: str) -> None:
    parted = again.keyed_differently(first, second)

    assert (parted is None) == (first == second)
    if parted is not None:
        place = parted[0]
        assert first[: place - 1] == second[: place - 1]
        assert first[place - 1 : place] != second[place - 1 : place]


def test_a_refusal_shows_both_and_what_each_is_at_the_first_place_that_differs() -> None:
    problem = again.checked("AB10", "ABl0")

    assert problem is not None
    assert (problem.column, problem.value, problem.code) == ("serial_again", "ABl0", "again")
    assert "'AB10'; at character 3" in problem.expected
    assert "1 (digit, digit one)" in problem.expected
    assert "l (letter, latin small letter l)" in problem.expected


@pytest.mark.parametrize("cell", ["", "  ", "AB10", " AB10 "])
def test_the_same_again_or_nothing_is_no_refusal(cell: str) -> None:
    assert again.checked("AB10", cell) is None


def test_a_serial_again_where_none_was_stated_is_refused() -> None:
    assert again.checked("", "AB10") is not None


# Rules


@pytest.mark.parametrize(
    ("way", "day", "asks"),
    [
        (FILES, "2025-12-31", False),
        (FILES, "2026-01-01", True),
        (FILES, "2026-12-31", True),
        (FILES, "2027-01-01", False),
        (PROGRAMS, "2026-06-01", False),
    ],
)
def test_a_rule_asks_whom_it_names_from_its_first_day_to_its_last(way: str, day: str, asks: bool) -> None:
    assert (again.in_force([RULE], way, day) is RULE) is asks


@pytest.mark.django_db
def test_no_rule_is_shipped() -> None:
    assert serialrules.known() == []
    assert serialrules.asking(FILES) is None


@pytest.mark.django_db
def test_a_rule_that_was_ended_is_kept_with_its_last_day() -> None:
    serialrules.require(ALWAYS, by=CLERK)
    serialrules.end("always", LAST_DAY, by=CLERK)

    (kept,) = serialrules.known()
    assert (kept.source, kept.until) == (ALWAYS.source, "2020-02-03")
    assert serialrules.asking(PROGRAMS) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "column"),
    [
        (SerialRule("Big Letters", "s", "2026-01-01"), "id"),
        (SerialRule("a", " ", "2026-01-01"), "source"),
        (SerialRule("a", "s", "soon"), "since"),
        (SerialRule("a", "s", "2026-01-02", "2026-01-01"), "until"),
        (SerialRule("a", "s", "2026-01-01", "", ("pages",)), "of"),
        (SerialRule("a", "s", "2026-01-01", "", ()), "of"),
    ],
)
def test_a_rule_that_says_too_little_is_refused_by_its_column(rule: SerialRule, column: str) -> None:
    with pytest.raises(Refused) as refused:
        serialrules.require(rule, by=CLERK)
    assert refused.value.errors[0].column == column
    assert serialrules.known() == []


@pytest.mark.django_db
def test_a_rule_nobody_set_cannot_be_ended() -> None:
    with pytest.raises(Refused):
        serialrules.end("none", LAST_DAY, by=CLERK)


# Files


@pytest.mark.django_db
def test_a_serial_stated_again_leaves_no_trace_in_the_record(load: Loader) -> None:
    load.weapons(row("A1"))
    before = size()

    assert load.weapons(row("A1", serial_again="TKD48213")).unchanged == 1
    assert size() == before


@pytest.mark.django_db
def test_a_serial_stated_otherwise_again_refuses_its_row(load: Loader) -> None:
    report = load.weapons(row("A1", serial_again="TKD48218"), row("A2", "X1", serial_again="X1"))

    (error,) = report.errors
    assert (error.row, error.column, error.code, report.new) == (2, "serial_again", "again", 0)


@pytest.mark.django_db
def test_a_placeholder_stated_twice_is_no_mark_as_once(load: Loader) -> None:
    serialrules.require(ALWAYS, by=CLERK)

    assert load.weapons(row("A1", "NSN", serial_again="NSN"), row("A2", "NSN")).new == 2


@pytest.mark.django_db
def test_where_a_rule_asks_a_new_weapon_stated_once_is_refused_and_told_which_rule(load: Loader) -> None:
    serialrules.require(ALWAYS, by=CLERK)
    report = load.weapons(row("A1"), row("A1", component="slide", serial_again="TKD48213"), on_error="skip")

    assert codes(report) == ["once", "held_back"]
    assert "the rule always" in report.errors[0].expected
    assert "Arms Act, section 9" in report.errors[0].expected
    assert report.new == 0


@pytest.mark.django_db
def test_what_the_register_has_is_asked_no_second_time(load: Loader) -> None:
    load.weapons(row("A1"))
    serialrules.require(ALWAYS, by=CLERK)

    report = load.weapons(row("A1"), row("A2", "X100", serial_again="X100"))

    assert (report.unchanged, report.new, report.refused) == (1, 1, 0)


@pytest.mark.django_db
def test_a_file_that_a_program_wrote_is_not_asked_and_its_act_says_so(load: Loader) -> None:
    serialrules.require(ALWAYS, by=CLERK)

    assert load.weapons(row("A1"), untyped=True).new == 1
    assert naming.load_act("weapons", "0", Options(untyped=True)).body["untyped"] is True
    assert "untyped" not in naming.load_act("weapons", "0", Options()).body


@pytest.mark.django_db
def test_a_rule_for_programs_does_not_ask_files(load: Loader) -> None:
    serialrules.require(SerialRule("p", "s", "2000-01-01", "", (PROGRAMS,)), by=CLERK)

    assert load.weapons(row("A1")).new == 1


@pytest.mark.django_db
def test_an_export_has_no_second_serial(load: Loader, tmp_path: Path) -> None:
    load.weapons(row("A1", serial_again="TKD48213"))
    exporting.export("weapons", tmp_path / "out.csv", by=CLERK)

    assert "serial_again" not in (tmp_path / "out.csv").read_text("utf-8")


@pytest.mark.parametrize("header", ["Serial (again)", "Confirm serial number", "Número de serie repetido"])
def test_usual_names_of_the_column_are_guessed(header: str) -> None:
    assert guess_column(header, WEAPON_FILE_COLUMNS) == "serial_again"


def test_a_blank_file_has_room_for_the_serial_again() -> None:
    content, _ = blanks.blank("weapons", "csv")

    assert content.decode("utf-8-sig").splitlines()[0].endswith("serial_again")


# One weapon


def test_a_mark_keyed_by_hand_is_compared_as_in_a_file(tmp_path: Path) -> None:
    mark = {"component": "frame", "mark": "TKD48213", "serial_again": "TKD4821З"}
    with pytest.raises(Refused) as refused:
        checking.weapon("A1", FACTS, [{"mark": "X"}, mark])
    (error,) = refused.value.errors
    (read,) = read_weapons(write(tmp_path / "w.csv", [row("A1", serial_again="TKD4821З")]))

    assert isinstance(read, RowError)
    assert (error.row, error.column, error.expected) == (2, read.column, read.expected)


@pytest.mark.django_db
def test_a_weapon_that_is_there_may_be_said_again_with_its_serial_once() -> None:
    mark = {"component": "frame", "mark": "TKD48213"}
    with pytest.raises(Refused) as refused:
        register.add_weapon("A1", FACTS, [mark, {**mark, "component": "slide"}], by=CLERK, twice=ALWAYS)
    assert [(error.row, error.code) for error in refused.value.errors] == [(1, "once"), (2, "once")]

    register.add_weapon("A1", FACTS, [{**mark, "serial_again": "TKD48213"}], by=CLERK, twice=ALWAYS)

    assert not register.add_weapon("A1", FACTS, [mark], by=CLERK, twice=ALWAYS).new
    assert texts() == ["TKD48213"]
