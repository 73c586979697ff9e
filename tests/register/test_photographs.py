"""Photographs lose everything but the picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.photographs import LONGEST, without_metadata
from tests.marking.photograph import SCAN, SECRET, jpeg, png


@pytest.mark.parametrize(("data", "media_type"), [(jpeg(), "image/jpeg"), (png(), "image/png")])
def test_what_a_camera_noted_is_gone(data: bytes, media_type: str) -> None:
    cleaned, kind = without_metadata(data)

    assert SECRET in data
    assert SECRET not in cleaned
    assert kind == media_type


@pytest.mark.parametrize("data", [jpeg(), jpeg(1), png()])
def test_what_is_clean_stays_as_it_is(data: bytes) -> None:
    cleaned, _ = without_metadata(data)

    assert without_metadata(cleaned)[0] == cleaned


def test_the_picture_itself_is_not_touched() -> None:
    assert SCAN in without_metadata(jpeg())[0]


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_how_the_camera_was_held_stays(orientation: int) -> None:
    held = b"\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation])

    assert held in without_metadata(jpeg(orientation))[0]


def test_an_upright_picture_needs_no_note_of_it() -> None:
    assert b"Exif" not in without_metadata(jpeg(1))[0]


@given(at=st.integers(0, len(jpeg()) - len(SECRET) - 3))
def test_a_picture_that_is_cut_off_is_refused(at: int) -> None:
    with pytest.raises(ValueError):
        without_metadata(jpeg()[:at])


@given(data=st.binary(max_size=200))
def test_anything_is_a_picture_or_refused(data: bytes) -> None:
    for head in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"):
        try:
            without_metadata(head + data)
        except ValueError:
            continue


def test_a_picture_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="8 MiB"):
        without_metadata(jpeg() + bytes(LONGEST))


def test_a_damaged_png_is_refused() -> None:
    with pytest.raises(ValueError):
        without_metadata(png().replace(b"IDAT", b"IDAX"))
