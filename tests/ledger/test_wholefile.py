"""Files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from countermark.ledger.wholefile import whole_file
from countermark.register.files.write import write_rows


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_device_or_pipe_is_not_replaced_by_a_file(pipe: Path) -> None:
    with pytest.raises(FileExistsError), whole_file(pipe):
        pass
    with pytest.raises(FileExistsError):
        write_rows(pipe, ["ref"], [])
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_an_exception_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"older")
    with pytest.raises(TypeError), whole_file(path) as file:
        file.write("text where bytes belong")  # type: ignore[call-overload]
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"older"]
