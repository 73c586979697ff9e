"""Every label is read back, lies where it should to a tenth of a millimetre, and says nothing wrong."""

import io
import re
import uuid
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
import zxingcpp
from PIL import Image

from countermark.stockpile.codes import house, scan
from countermark.stockpile.labels import formats, pdf, symbols, zpl
from countermark.stockpile.labels.formats import Format, Label
from countermark.stockpile.labels.symbols import NoLabel

Dots = npt.NDArray[np.uint8]
DOTS = 10
CODE = house.weapon_code(uuid.UUID("0d2a7a52-6c5f-5e0c-9a57-3f2b6f0a1c11"))
HOSTILE = '#panic("x") $ *bold* [#read("/etc/passwd")] \\ <b> " \u202e'
IDENTIFIERS = {"datamatrix": ("]d1", "]d2"), "qr": ("]Q1", "]Q3"), "code128": ("]C0", "]C1")}


def label(code: str, title: str = "TKO 1001", *lines: str) -> Label:
    return Label(code, title, lines or ("Taurus PT 92", "R 17"))


def page(one: Format, symbol: str, *labels: Label) -> Image.Image:
    """The first page as it is typeset, 12 dots a millimetre."""
    entries = [pdf.entry(placed) for placed in formats.placed(one, symbol, labels) if placed.page == 0]
    return Image.open(io.BytesIO(pdf.pictures(one, [entries], DOTS)[0])).convert("L")


def read(picture: Image.Image | Dots) -> list[tuple[str, str]]:
    found = zxingcpp.read_barcodes(picture)
    return sorted((one.symbology_identifier, one.bytes.decode()) for one in found)


def printed(stream: bytes) -> Iterator[Dots]:
    """What a label printer would put on paper."""
    for width, total, row, data in re.findall(
        r"\^PW(\d+).*?\^GFA,(\d+),\d+,(\d+),([^^]+)\^FS", stream.decode(), re.DOTALL
    ):
        lines = unshortened(data, 2 * int(row))
        packed = np.frombuffer(bytes.fromhex("".join(lines)), np.uint8).reshape(int(total) // int(row), int(row))
        yield np.where(np.unpackbits(packed, axis=1)[:, : int(width)], 0, 255).astype(np.uint8)


def unshortened(data: str, length: int) -> list[str]:
    """The rows of a shortened picture (ZPL II, *Alternative Data Compression Scheme*)."""
    lines: list[str] = []
    line, times = "", 0
    for character in data:
        if character == ":":
            lines.append(lines[-1])
        elif character == ",":
            line = line.ljust(length, "0")
        elif "G" <= character <= "Y":
            times += ord(character) - ord("F")
        elif "g" <= character <= "z":
            times += 20 * (ord(character) - ord("f"))
        else:
            line, times = line + character * max(1, times), 0
        if len(line) == length:
            lines.append(line)
            line = ""
    return lines


def objects(data: bytes) -> bytes:
    """A PDF with its compressed parts unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    return data + b"".join(zlib.decompress(one) for one in packed if one[:1] == b"\x78")


@pytest.mark.parametrize("name", formats.known())
def test_every_format_prints_labels_that_are_read_back(name: str) -> None:
    one = formats.known()[name]
    picture = page(one, "datamatrix", *[label(CODE)] * min(2, one.per_page))
    assert read(picture) == [("]d1", CODE)] * min(2, one.per_page)


CODES = ("TKO1001", "(8004)952114132A/B", "(01)09506000134352(21)A1")


def meant(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((identifier, scan(identifier + text).value) for identifier, text in found)


def wanted(*names: str) -> list[tuple[str, str]]:
    return sorted((IDENTIFIERS[name][code.startswith("(")], code) for name in names for code in CODES)


def test_every_code_is_read_back_on_paper() -> None:
    one = formats.known()["a4-3x8"]
    lying = [
        pdf.entry(placed)
        for row, name in enumerate(symbols.SYMBOLS)
        for placed in formats.placed(one, name, [label(code) for code in CODES], first=1 + 3 * row)
    ]
    picture = Image.open(io.BytesIO(pdf.pictures(one, [lying], DOTS)[0])).convert("L")
    assert meant(read(picture)) == wanted(*symbols.SYMBOLS)


@pytest.mark.parametrize("symbol", symbols.SYMBOLS)
def test_every_code_is_read_back_from_a_label_printer(symbol: str) -> None:
    stream = zpl.stream(formats.known()["roll-57x32"], symbol, [label(code) for code in CODES])
    assert meant([found for dots in printed(stream) for found in read(dots)]) == wanted(symbol)


def test_a_gs1_datamatrix_is_square() -> None:
    for length in range(1, 20):
        dark = symbols.modules(symbols.SYMBOLS["datamatrix"], "(8004)9521141" + "X" * length)
        assert dark.shape[0] == dark.shape[1]


@pytest.mark.parametrize("code", ["(01)09506000134353", "(8004)9", "", "x" * 500, "A\nB"])
def test_a_wrong_code_is_not_printed(code: str) -> None:
    with pytest.raises(NoLabel):
        symbols.modules(symbols.SYMBOLS["datamatrix"], code)


def test_a_code_too_long_for_its_label_is_refused_rather_than_made_unreadable() -> None:
    with pytest.raises(NoLabel, match="too long for this label"):
        list(formats.placed(formats.known()["a4-5x13"], "code128", [label(CODE)]))


def test_labels_lie_true_to_the_millimetre() -> None:
    one = formats.known()["a4-3x7"]
    labels = [label(CODE)] * one.per_page
    lying = list(formats.placed(one, "datamatrix", labels))
    dark = np.array(page(one, "datamatrix", *labels)) < 128
    for placed in (lying[0], lying[10], lying[-1]):
        box = placed.code
        # The solid left and lower borders of a DataMatrix are where they are to be.
        rows, columns = slice(round(box.y * DOTS) - 9, round((box.y + box.height) * DOTS) + 9), round(box.x * DOTS)
        near = dark[rows, columns - 9 : round((box.x + box.width) * DOTS) + 9]
        height, width = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
        assert abs((np.ptp(height) + 1) / DOTS - box.height) < 0.1
        assert abs((np.ptp(width) + 1) / DOTS - box.width) < 0.1
        assert abs(width[0] - 9) <= 1


def test_a_sheet_has_the_size_of_its_paper() -> None:
    data = pdf.sheets(formats.known()["a4-3x8"], "qr", [label(CODE)] * 25)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", objects(data))
    assert len(boxes) == 2
    assert all(abs(float(width) - 595.276) < 0.01 and abs(float(height) - 841.89) < 0.01 for width, height in boxes)


def test_a_sheet_already_begun_goes_on_where_it_is_free() -> None:
    one = formats.known()["a4-3x8"]
    first, second = formats.placed(one, "qr", [label(CODE)] * 2, first=24)
    assert (first.page, second.page) == (0, 1)
    assert (first.edge.x, round(first.edge.y, 1)) == (140.0, 259.5)
    with pytest.raises(NoLabel, match="1 to 24"):
        list(formats.placed(one, "qr", [label(CODE)], first=25))


def test_nothing_is_printed_where_an_office_printer_cannot() -> None:
    one = formats.known()["a4-3x8"]
    for placed in formats.placed(one, "datamatrix", [label(CODE)] * 24):
        assert min(placed.code.x, placed.text.x, placed.code.y, placed.text.y) >= formats.PRINTABLE
        assert placed.text.x + placed.text.width <= 210 - formats.PRINTABLE


def test_a_measured_scale_is_made_good() -> None:
    one = formats.known()["a4-3x8"]
    plain = pdf.sheets(one, "qr", [label(CODE)])
    wider = pdf.sheets(one, "qr", [label(CODE)], measured=(98.0, 100.0))
    assert plain != wider
    with pytest.raises(NoLabel, match="90 to 110"):
        pdf.sheets(one, "qr", [label(CODE)], measured=(50.0, 100.0))


def test_the_lines_of_the_test_page_measure_a_hundred_millimetres() -> None:
    assert pdf.scale_page(formats.known()["a4-3x7"]).startswith(b"%PDF-")
    across, down = pdf.rulers(formats.known()["a4-3x7"])
    assert (across.width, down.height) == (100.0, 100.0)


def test_a_label_in_arabic_and_chinese_is_read_back_and_its_serial_runs_left_to_right() -> None:
    picture = page(formats.known()["a4-3x8"], "qr", label(CODE, "ТК 1001", "مسدس تاوروس", "手枪"))
    assert read(picture) == [("]Q1", CODE)]


def test_what_a_person_wrote_is_text_and_never_acts() -> None:
    data = pdf.sheets(formats.known()["a4-3x8"], "qr", [label(CODE, HOSTILE, HOSTILE)])
    assert data.startswith(b"%PDF-")
    stream = zpl.stream(formats.known()["roll-51x25"], "datamatrix", [label("A^XZ~B", "^XA^FDx^FS")])
    assert stream.count(b"^XA") == stream.count(b"^XZ") == 1
    assert b"~" not in stream


@pytest.mark.parametrize("dpi", [300, 600])
def test_a_label_printers_picture_has_the_dots_of_its_label(dpi: int) -> None:
    [dots] = printed(zpl.stream(formats.known()["roll-51x25"], "datamatrix", [label(CODE)], dpi=dpi))
    assert dots.shape == (25 * zpl.DOTS[dpi], 51 * zpl.DOTS[dpi])
    assert read(dots) == [("]d1", CODE)]


def test_a_label_printer_takes_no_sheet() -> None:
    with pytest.raises(NoLabel, match="roll"):
        zpl.stream(formats.known()["a4-3x8"], "qr", [label(CODE)])


SHAPE = "page = [100.0, 60.0]\ncolumns = 2\nrows = 1\nwidth = {width}\nheight = 40.0\nleft = 0.0\ntop = 0.0\nacross = {across}\ndown = 40.0\ntitle = 'x'\n"


def test_a_format_of_ones_own_is_taken() -> None:
    assert formats.read(f"[mine]\n{SHAPE.format(width=48.0, across=50.0)}")["mine"].per_page == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[a]\n{SHAPE.format(width=60.0, across=50.0)}", "do not fit|overlap"),
        (f"[a]\n{SHAPE.format(width=50.0, across=40.0)}", "overlap"),
        (f"[a]\n{SHAPE.format(width=2.0, across=40.0)}", "at least 8 mm"),
        ("[a]\ntitle = 'x'", "no format"),
        ("nonsense", "no format"),
    ],
)
def test_a_format_that_is_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(NoLabel, match=said):
        formats.read(text)
