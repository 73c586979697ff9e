"""Small pictures with everything in them that must not stay: where they were taken, with what, a comment, a tail."""

import struct
import zlib

SECRET = b"Canon 52.5200N 13.4050E"


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def exif(orientation: int = 6) -> bytes:
    """An Exif segment with an orientation and a secret."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0) + SECRET
    return _segment(0xE1, b"Exif\0\0" + tiff)


SCAN = b"\x12\x34\xff\x00\x56\xff\xd0\x78"


def jpeg(orientation: int = 6) -> bytes:
    """The bones of a JPEG: no decoder would show more than grey."""
    jfif = _segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")
    tables = _segment(0xDB, bytes(65)) + _segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\0") + _segment(0xC4, bytes(19))
    notes = exif(orientation) + _segment(0xED, SECRET) + _segment(0xFE, SECRET)
    scan = _segment(0xDA, b"\x01\x01\0\0\x3f\0") + SCAN
    return b"\xff\xd8" + jfif + notes + tables + scan + b"\xff\xd9" + SECRET


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
"""The bones of a PDF."""


def chunk(kind: bytes, payload: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png() -> bytes:
    """A whole PNG of one pixel with notes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    picture = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    notes = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"eXIf", SECRET) + chunk(b"iTXt", SECRET)
    return b"\x89PNG\r\n\x1a\n" + header + notes + picture + chunk(b"IEND", b"") + SECRET
