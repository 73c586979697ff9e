"""Takes out of a photograph what it says besides the picture: where, when and with what it was taken. Pure.

Nothing is decoded: the segments that hold metadata are left out, the picture stays bit for bit. How a camera was held is
metadata too, but without it the picture would lie on its side, so the orientation alone is written again.
"""

import struct
import zlib
from collections.abc import Iterator

from countermark.marks.sentences import Sentence

LONGEST = 8 << 20
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
BEGINNINGS = (_JPEG, _PNG)
"""How a picture that is taken begins."""
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD"}
)
_SOS, _APP0, _APP1, _APP14, _APP15, _COM = 0xDA, 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_ORIENTATION = 0x0112


def without_metadata(data: bytes) -> tuple[bytes, str]:
    """The picture without metadata, and its media type. Raises ValueError for what is no JPEG or PNG of at most 8 MiB."""
    if len(data) > LONGEST:
        raise ValueError(Sentence("a picture of at most %(most)d MiB", most=LONGEST >> 20))
    try:
        if data.startswith(_JPEG):
            return b"".join(_jpeg(data)), "image/jpeg"
        if data.startswith(_PNG):
            return _PNG + b"".join(_png(data)), "image/png"
    except (struct.error, IndexError) as error:
        raise ValueError(Sentence("a whole JPEG or PNG picture")) from error
    raise ValueError(Sentence("a JPEG or PNG picture"))


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield _JPEG
    at, orientation = 2, 0
    kept: list[bytes] = []
    while True:
        marker, segment, following = _segment(data, at)
        if marker == _SOS:
            break
        if marker == _APP1 and not orientation:
            orientation = _orientation(segment[4:])
        if not (_APP1 <= marker <= _APP15 and marker != _APP14) and marker != _COM:
            kept.append(segment)
        at = following
    if orientation > 1:
        first = 1 if kept and kept[0][1] == _APP0 else 0
        kept.insert(first, _orientation_segment(orientation))
    yield from kept
    yield from _scans(data, at)


def _segment(data: bytes, at: int) -> tuple[int, bytes, int]:
    """The marker at a place, its segment with marker and length, and where the next begins."""
    if data[at] != 0xFF:
        raise IndexError(at)
    while data[at + 1] == 0xFF:
        at += 1
    marker = data[at + 1]
    if marker in _ALONE:
        return marker, data[at : at + 2], at + 2
    (length,) = struct.unpack_from(">H", data, at + 2)
    end = at + 2 + length
    if length < 2 or end > len(data):
        raise IndexError(at)
    return marker, data[at:end], end


def _scans(data: bytes, at: int) -> Iterator[bytes]:
    """Everything from the first scan to the end of the picture: segments between scans are sifted too, a tail is left out."""
    while True:
        marker, segment, following = _segment(data, at) if data[at + 1] != 0xD9 else (0xD9, b"\xff\xd9", len(data))
        if marker == 0xD9:
            yield segment
            return
        if not (_APP0 <= marker <= _APP15) and marker != _COM:
            yield segment
        at = following
        if marker == _SOS:
            end = _end_of_scan(data, at)
            yield data[at:end]
            at = end


def _end_of_scan(data: bytes, at: int) -> int:
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise IndexError(at)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _orientation(exif: bytes) -> int:
    """The orientation (1 to 8) an Exif segment tells, or 0."""
    if not exif.startswith(b"Exif\0\0"):
        return 0
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(min(count, 200)):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _orientation_segment(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    payload = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


def _png(data: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise IndexError(at)
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[at + 4 : end - 4]) != checksum:
            raise IndexError(at)
        if kind in _PNG_KEPT:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
