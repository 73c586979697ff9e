import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.files.errors import RowError, UnreadableFile
from countermark.register.files.numbers import displayed, from_display, number
from countermark.register.files.tables import Row, Table, Typed, open_table
from countermark.register.files.weapons import WeaponRow, read_weapons


def csv_table(tmp_path: Path, content: bytes, encoding: str | None = None) -> Table:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    return open_table(path, encoding)


def read(table: Table) -> list[Row]:
    return [row for row in table.rows if not isinstance(row, RowError)]


def errors(table: Table) -> list[RowError]:
    return [row for row in table.rows if isinstance(row, RowError)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_are_told_from_the_bytes(tmp_path: Path, encoding: str) -> None:
    table = csv_table(tmp_path, "ref,mark,maker\nA1,ЖИ1408,Ижмаш\n".encode(encoding))
    assert table.header == ["ref", "mark", "maker"]
    assert read(table) == [(2, ["A1", "ЖИ1408", "Ижмаш"])]
    assert not table.encoding_guessed


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Fábrica de Itajubá, Señor Núñez"),
        ("cp1252", "Nº 12, À la «Manufacture»"),
        ("cp1251", "Ижевский механический завод"),
        ("cp1251", "ИЖ-1408"),
    ],
)
def test_an_eight_bit_encoding_is_a_guess_and_said_to_be_one(tmp_path: Path, encoding: str, text: str) -> None:
    table = csv_table(tmp_path, f"ref;maker\nA1;{text}\n".encode(encoding))
    assert (table.encoding, table.encoding_guessed) == (encoding, True)
    assert read(table) == [(2, ["A1", text])]


def test_who_loads_a_file_hears_of_an_encoding_that_was_guessed(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_bytes("ref;mark\nA1;ИЖ-1408\n".encode("cp1251"))
    assert any(warning.startswith("encoding_guessed_as_") for warning in read_weapons(tmp_path / "w.csv").warnings)
    assert not read_weapons(tmp_path / "w.csv", encoding="cp1251").warnings


def test_a_broken_byte_in_utf8_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="UTF-8 but for byte"):
        csv_table(tmp_path, b"ref,maker\n" + "é, ".encode() * 100 + b"\xff\n")


def test_a_given_encoding_is_used(tmp_path: Path) -> None:
    assert read(csv_table(tmp_path, "ref,maker\nA1,ß\n".encode("cp437"), encoding="cp437")) == [(2, ["A1", "ß"])]


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "hex", "\0", ""])
def test_an_encoding_that_is_none_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="encoding"):
        csv_table(tmp_path, b"ref\n1\n", encoding=encoding)


def test_a_quoted_line_end_stays_in_its_cell_and_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    assert read(csv_table(tmp_path, b'ref,note\r\nA1,"two\nlines"\r\n\r\nA2,x\r\n')) == [
        (2, ["A1", "two\nlines"]),
        (4, ["A2", "x"]),
    ]


def test_a_line_announcing_the_delimiter_is_not_the_header(tmp_path: Path) -> None:
    table = csv_table(tmp_path, b"sep=|\nref|a,b\n1|2\n")
    assert (table.header, read(table)) == (["ref", "a,b"], [(2, ["1", "2"])])


def test_a_row_with_too_few_or_too_many_cells_is_an_error_and_the_rest_goes_on(tmp_path: Path) -> None:
    table = csv_table(tmp_path, b"ref,mark\nA1\nA2,2,3\nA3,3\n")
    rows = list(table.rows)
    assert [(r.row, r.code) for r in rows if isinstance(r, RowError)] == [(2, "ragged"), (3, "ragged")]
    assert rows[-1] == (4, ["A3", "3"])


def test_empty_cells_past_the_header_lose_nothing_and_are_let_through(tmp_path: Path) -> None:
    assert read(csv_table(tmp_path, b"ref,mark,,\nA1,1,,\n")) == [(2, ["A1", "1"])]


def test_an_open_quotation_mark_spoils_only_what_it_swallows(tmp_path: Path) -> None:
    table = csv_table(tmp_path, b'ref,mark\nA1,"' + b"x" * 200_000 + b"\nA2,2\n")
    rows = list(table.rows)
    assert [r.code for r in rows if isinstance(r, RowError)] == ["csv"]
    assert rows[-1] == (3, ["A2", "2"])


def test_nul_bytes_reach_the_cell_checks(tmp_path: Path) -> None:
    assert read(csv_table(tmp_path, b"ref,mark\nA\x001,2\n")) == [(2, ["A\x001", "2"])]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b",,\n", b"\xef\xbb\xbf", b"a,a\n", b"%PDF-1.7", b"\xd0\xcf\x11\xe0abc"]
)
def test_what_is_no_table_is_unreadable(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        csv_table(tmp_path, content)


@pytest.mark.parametrize("path", ["", "no/such.csv", "a\0b", "."])
def test_a_path_that_is_no_file_is_unreadable(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnreadableFile):
        open_table(tmp_path / path)


def test_a_line_without_end_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="not a table"):
        csv_table(tmp_path, b"x" * 9_000_000)


# Spreadsheets


def workbook(tmp_path: Path, header: Sequence[str], *rows: Sequence[object], format_: str = "General") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    for cell in sheet[2] if rows else []:
        cell.number_format = format_ if not isinstance(cell.value, dt.date) else cell.number_format
    path = tmp_path / "w.xlsx"
    book.save(path)
    return path


def test_a_number_in_mark_is_taken_as_displayed_and_counted(tmp_path: Path) -> None:
    stream = read_weapons(workbook(tmp_path, ("ref", "mark"), ("A1", 4821), format_="000000"))
    (row,) = stream
    assert isinstance(row, WeaponRow)
    assert row.mark.mark == "004821"
    assert stream.warnings["number_cells"] == 1


@pytest.mark.parametrize(
    ("value", "code"),
    [(1.5, "fraction"), (dt.date(1994, 3, 1), "date"), (10**15 * 9, "long"), (True, "boolean")],
)
def test_what_a_spreadsheet_has_spoiled_is_refused_in_mark(tmp_path: Path, value: object, code: str) -> None:
    (row,) = read_weapons(workbook(tmp_path, ("ref", "mark"), ("A1", value)))
    assert isinstance(row, RowError)
    assert (row.row, row.column, row.code) == (2, "mark", "spreadsheet_" + code)


def test_a_number_shown_in_powers_of_ten_is_refused(tmp_path: Path) -> None:
    (row,) = read_weapons(workbook(tmp_path, ("ref", "mark"), ("A1", 48e13), format_="0.00E+00"))
    assert isinstance(row, RowError)
    assert row.code == "spreadsheet_unclear"


def test_numbers_elsewhere_are_their_text(tmp_path: Path) -> None:
    (row,) = read_weapons(workbook(tmp_path, ("ref", "mark", "calibre", "year"), (7, "X1", 7.62, 1994)), this_year=2026)
    assert isinstance(row, WeaponRow)
    assert (row.ref, row.facts.calibre, row.facts.year) == ("7", "7.62", "1994")


def test_the_first_visible_sheet_is_read_and_empty_rows_are_counted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.sheet_state = "hidden"
    sheet = book.create_sheet("Arms")
    sheet["A1"], sheet["B1"], sheet["A5"] = "ref", "mark", "A1"
    path = tmp_path / "h.xlsx"
    book.save(path)
    table = open_table(path)
    assert (table.sheet, table.format, read(table)) == ("Arms", "xlsx", [(5, ["A1", ""])])


ODS_START = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles>'
    '<style:style style:name="hid" style:family="table"><style:table-properties table:display="false"/></style:style>'
    '</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="no" table:style-name="hid">'
    '<table:table-row><table:table-cell office:value-type="string"><text:p>hidden</text:p></table:table-cell>'
    '</table:table-row></table:table><table:table table:name="Arms">'
)
ODS_END = "</table:table></office:spreadsheet></office:body></office:document-content>"


def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def ods(tmp_path: Path, *rows: str, start: str = ODS_START) -> Path:
    path = tmp_path / "w.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", start + "".join(rows) + ODS_END)
    return path


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


HEAD = row(cell("ref"), cell("mark"), '<table:table-cell table:number-columns-repeated="1022"/>')


def test_opendocument_rows_are_read_from_the_first_visible_sheet(tmp_path: Path) -> None:
    table = open_table(
        ods(
            tmp_path,
            HEAD,
            row("<table:table-cell/>", attributes='table:number-rows-repeated="2"'),
            row(cell('A<text:s text:c="2"/>1'), cell("004821", 'office:value-type="float" office:value="4821"')),
            row(
                '<table:table-cell table:number-columns-repeated="1024"/>',
                attributes='table:number-rows-repeated="900000"',
            ),
        )
    )
    assert (table.sheet, read(table)) == ("Arms", [(4, ["A  1", "004821"])])


def test_a_comment_on_a_cell_is_not_its_text(tmp_path: Path) -> None:
    commented = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p></office:annotation>'
        "<text:p>A1</text:p></table:table-cell>"
    )
    assert read(open_table(ods(tmp_path, HEAD, row(commented, cell("9"))))) == [(2, ["A1", "9"])]


@pytest.mark.parametrize(
    ("attributes", "shown", "type_"),
    [
        ('office:value-type="date" office:date-value="1994-03-01"', "01/03/94", "date"),
        ('office:value-type="float" office:value="12.5"', "12.5", "fraction"),
        ('office:value-type="float" office:value="12"', "12.00", "unclear"),
        ('office:value-type="percentage" office:value="12"', "1200%", "unclear"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE", "boolean"),
    ],
)
def test_opendocument_says_what_a_cell_holds(tmp_path: Path, attributes: str, shown: str, type_: str) -> None:
    ((_, cells),) = read(open_table(ods(tmp_path, HEAD, row(cell("A1"), cell(shown, attributes)))))
    assert isinstance(cells[1], Typed)
    assert cells[1].type == type_


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    bomb = ODS_START.replace('<?xml version="1.0"?>', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>')
    with pytest.raises(UnreadableFile):
        open_table(ods(tmp_path, HEAD, start=bomb))


def test_repeated_columns_cannot_flood_memory(tmp_path: Path) -> None:
    flood = cell("x", 'office:value-type="string" table:number-columns-repeated="999999999"')
    with pytest.raises(UnreadableFile, match="columns"):
        list(open_table(ods(tmp_path, HEAD, row(flood))).rows)


def test_repeated_rows_cannot_flood_the_reader(tmp_path: Path) -> None:
    flood = row(cell("x"), attributes='table:number-rows-repeated="999999999"')
    with pytest.raises(UnreadableFile, match="rows past"):
        list(open_table(ods(tmp_path, HEAD, flood)).rows)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", b" " * 40_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to"):
        open_table(path)


@given(cut=st.integers(30, 3000), flip=st.integers(0, 255))
def test_a_damaged_workbook_gets_an_answer(tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int) -> None:
    directory = tmp_path_factory.mktemp("damaged")
    path = workbook(directory, ("ref", "mark"), ("A1", 1))
    content = bytearray(path.read_bytes())
    content[cut % len(content)] = flip
    path.write_bytes(content)
    try:
        rows = list(open_table(path).rows)
    except UnreadableFile:
        return
    assert all(isinstance(r, RowError) or len(r[1]) == 2 for r in rows)


@pytest.mark.parametrize(
    ("value", "format_", "text"),
    [
        (4821, "General", "4821"), (4821, "000000", "004821"), (4821, "#,##0", "4821"), (0, "0", "0"), (7, "00-000", "00-007"),
        (4821, '"TKD"00000', "TKD04821"), (123456, "00-00", "1234-56"), (5, "[Red]000;-0", "005"), (4821, "0.00", None),
        (4821, "0,", None), (4821, "0.00E+00", None), (4821, ";;;", None), (4821, "yyyy", None), (48, "0%", None),
        (-5, "000", None), (-5, "General", "-5"),
    ],
)  # fmt: skip
def test_a_number_is_displayed_by_its_format(value: int, format_: str, text: str | None) -> None:
    assert displayed(value, format_) == text


@given(st.integers(0, 10**15 - 1), st.integers(1, 15))
def test_zeros_before_a_number_never_change_its_value(value: int, width: int) -> None:
    cell_ = number(value, "0" * width)
    assert (cell_.type, int(cell_)) == ("integer", value)
    assert len(cell_) >= width


@given(st.floats(), st.text())
def test_any_number_in_any_format_is_shown_somehow(value: float, format_: str) -> None:
    assert isinstance(number(value, format_), Typed)
    assert isinstance(from_display(value, format_), Typed)


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
FIRST = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>ref</t></is></c><c r="B1" t="inlineStr"><is><t>mark</t></is></c></row>'
)


def raw_workbook(tmp_path: Path, *rows_: str, sheet: str = SHEET) -> Path:
    """A workbook whose sheet is written by hand, as no spreadsheet program would."""
    good, path = workbook(tmp_path, ("ref", "mark")), tmp_path / "raw.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            own = info.filename == "xl/worksheets/sheet1.xml"
            target.writestr(info.filename, sheet.format("".join((FIRST, *rows_))) if own else source.read(info))
    return path


def test_text_in_runs_is_joined_and_escapes_are_undone(tmp_path: Path) -> None:
    runs = (
        '<row r="3"><c r="A3" t="inlineStr"><is><r><t>A</t></r><rPh><t>phonetic</t></rPh><r><t>_x0031_</t></r></is></c>'
        '<c r="B3" t="str"><f>1+1</f><v>TK1</v></c></row>'
    )
    assert read(open_table(raw_workbook(tmp_path, runs))) == [(3, ["A1", "TK1"])]


def test_cells_without_references_stand_one_after_the_other(tmp_path: Path) -> None:
    assert read(open_table(raw_workbook(tmp_path, "<row><c><v>1</v></c><c><v>2</v></c></row>"))) == [(2, ["1", "2"])]


@pytest.mark.parametrize(
    "hostile",
    [
        '<row r="2000000000"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="2"><c r="ZZZZZZZZ2"><v>1</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>99999</v></c></row>',
        '<row r="2"><c r="A2" t="n"><v>many</v></c></row>',
        '<row r="2"><c r="A2" s="x"><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></row>',
    ],
)
def test_a_hostile_sheet_is_unreadable(tmp_path: Path, hostile: str) -> None:
    with pytest.raises(UnreadableFile):
        list(open_table(raw_workbook(tmp_path, hostile)).rows)


def test_a_sheet_that_declares_a_document_type_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="document type"):
        open_table(raw_workbook(tmp_path, sheet='<!DOCTYPE x [<!ENTITY a "aa">]>' + SHEET))


def test_a_formula_that_failed_is_refused_in_any_column(tmp_path: Path) -> None:
    failed = '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>'
    (refused,) = read_weapons(raw_workbook(tmp_path, failed))
    assert isinstance(refused, RowError)
    assert (refused.column, refused.value, refused.code) == ("mark", "#N/A", "formula_error")
