"""Whatever a file holds, every reader answers with rows, errors or a refusal of the file."""

import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.files.errors import UnmappedColumns, UnreadableFile
from countermark.register.files.events import read_events
from countermark.register.files.lists import read_list
from countermark.register.files.readings import read_readings
from countermark.register.files.staging import stage
from countermark.register.files.vocabulary import EVENT_COLUMNS, MODEL_COLUMNS, READING_COLUMNS, WEAPON_COLUMNS
from countermark.register.files.weapons import read_weapons

Reader = Callable[[Path], Iterable[object]]

READERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "weapons": (lambda path: stage(read_weapons(path), path.parent).errors, WEAPON_COLUMNS),
    "events": (read_events, EVENT_COLUMNS),
    "readings": (read_readings, READING_COLUMNS),
    "models": (lambda path: read_list("models", path), MODEL_COLUMNS),
}

cells = st.text(max_size=12) | st.sampled_from(
    ["rifle", "A1", "TK1", "SU", "CS", "install", "1994-06", "03/04/2001", "\0", "'=1"]
)
ARCHIVE = st.dictionaries(
    st.sampled_from(
        ["content.xml", "[Content_Types].xml", "xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"]
    ),
    st.binary(max_size=60) | st.just(b"<a/>"),
)


def answers(reader: Reader, path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for _ in reader(path):
                pass
    except (UnreadableFile, UnmappedColumns) as refusal:
        return bool(str(refusal))
    return True


@pytest.mark.parametrize("kind", READERS)
@given(rows=st.lists(st.lists(cells, max_size=15), max_size=6), separator=st.sampled_from(",;\t|"))
def test_any_cells_get_an_answer(
    tmp_path_factory: pytest.TempPathFactory, kind: str, rows: list[list[str]], separator: str
) -> None:
    reader, columns = READERS[kind]
    path = tmp_path_factory.mktemp("f") / "f"
    lines = [separator.join(columns), *(separator.join(row) for row in rows)]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    assert answers(reader, path)


@pytest.mark.parametrize("kind", READERS)
@given(content=st.binary(max_size=300))
def test_any_bytes_after_a_good_header_get_an_answer(
    tmp_path_factory: pytest.TempPathFactory, kind: str, content: bytes
) -> None:
    reader, columns = READERS[kind]
    path = tmp_path_factory.mktemp("f") / "f"
    path.write_bytes(",".join(columns).encode() + b"\n" + content)
    assert answers(reader, path)


@given(members=ARCHIVE)
def test_any_archive_gets_an_answer(tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes]) -> None:
    path = tmp_path_factory.mktemp("f") / "f"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert answers(READERS["weapons"][0], path)
