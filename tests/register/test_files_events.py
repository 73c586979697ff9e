from pathlib import Path

import pytest

from countermark.register.files.errors import RowError, UnmappedColumns, UnreadableFile
from countermark.register.files.events import EventRow, read_events
from countermark.register.files.mapping import FileMap, parse_map

HEAD = "ref,event,date,from,to,country,place,document,note,id,component,mark,other_ref\n"


def rows(tmp_path: Path, *lines: str, head: str = HEAD, mapping: FileMap | None = None) -> list[EventRow | RowError]:
    path = tmp_path / "e.csv"
    path.write_text(head + "".join(line + "\n" for line in lines), encoding="utf-8")
    return list(read_events(path, mapping=mapping or FileMap(), this_year=2026))


def good(tmp_path: Path, line: str) -> EventRow:
    (row,) = rows(tmp_path, line)
    assert isinstance(row, EventRow), row
    return row


def error(tmp_path: Path, line: str) -> RowError:
    (row,) = rows(tmp_path, line)
    assert isinstance(row, RowError), row
    return row


def test_a_good_row_is_an_event(tmp_path: Path) -> None:
    row = good(tmp_path, 'A1,export,1994-06,Taurus,XB Ministry,BR,Rio,EX-77,"two\nlines",,,,')
    assert (row.ref, row.event, row.sender, row.receiver, row.country) == (
        "A1",
        "export",
        "Taurus",
        "XB Ministry",
        "BR",
    )
    assert (row.moment.instant, row.moment.precision, row.note) == ("1994-06-01T00:00:00.000Z", "month", "two\nlines")


def test_equal_rows_are_numbered_and_notes_do_not_count(tmp_path: Path) -> None:
    found = rows(tmp_path, "A1,count,2001,,,,,,x,,,,", "A1,count,2001,,,,,,y,,,,", "A1,count,2002,,,,,,,,,,")
    assert [r.occurrence for r in found if isinstance(r, EventRow)] == [1, 2, 1]


def test_an_own_number_makes_the_running_number_needless(tmp_path: Path) -> None:
    found = rows(tmp_path, "A1,count,2001,,,,,,,7,,,", "A1,count,2001,,,,,,,7,,,")
    assert [r.occurrence for r in found if isinstance(r, EventRow)] == [1, 1]


def test_an_empty_date_is_unknown(tmp_path: Path) -> None:
    assert good(tmp_path, "A1,find,,,,,,,,,,,").moment.precision == "unknown"


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (",find,,,,,,,,,,,", "ref", "missing"),
        ("A1,,,,,,,,,,,,", "event", "missing"),
        ("A1,vanish,,,,,,,,,,,", "event", "unknown_code"),
        ("A1,find,03/04/2001,,,,,,,,,,", "date", "ambiguous_date"),
        ("A1,find,,,,Brasil,,,,,,,", "country", "unknown_code"),
        ("A1,install,2001,,,,,,,,,,", "component", "missing"),
        ("A1,install,2001,,,,,,,,gearbox,,", "component", "unknown_code"),
        ("A1,find,,a\x07,,,,,,,,,", "from", "control_character"),
        ("A1,find", "", "ragged"),
    ],
)
def test_a_bad_row_says_what_is_wrong(tmp_path: Path, line: str, column: str, code: str) -> None:
    found = error(tmp_path, line)
    assert (found.row, found.column, found.code) == (2, column, code)


def test_an_installed_part_is_named_by_component_mark_or_other_weapon(tmp_path: Path) -> None:
    row = good(tmp_path, "A1,install,2001,,,,,,,,barrel,TK1,A2")
    assert (row.component, row.mark, row.other_ref) == ("barrel", "TK1", "A2")


def test_a_country_of_the_past_is_told_by_the_date_of_the_event(tmp_path: Path) -> None:
    assert good(tmp_path, "A1,export,1980-05-01,,,CS,,,,,,,").country == "CSHH"


def test_the_map_says_how_dates_are_written(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "A1,find,03/04/2001,,,,,,,,,,", mapping=parse_map('[dates]\nformat = "DD/MM/YYYY"'))
    assert isinstance(row, EventRow)
    assert row.moment.instant[:10] == "2001-04-03"


def test_ref_and_event_are_needed_and_nothing_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="ref and event"):
        rows(tmp_path, head="date\n")
    with pytest.raises(UnmappedColumns, match="shoe"):
        rows(tmp_path, head="ref,event,shoe\n")
