"""XML out of spreadsheet archives, without the document types that carry entity bombs."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse

from countermark.marks.sentences import Sentence
from countermark.register.files.errors import UnreadableFile
from countermark.register.files.tables import limited

DAMAGE = (
    ParseError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, IndexError, NotImplementedError,
    RuntimeError,
)  # fmt: skip
"""Whatever reading a damaged archive or document raises."""

MAX_PART = 64 * 1024**2
"""Bytes of a part that is read whole (the list of sheets, the styles)."""


def stream(content: IO[bytes]) -> Iterator[tuple[str, Element]]:
    """The "start" and "end" of every element. The caller clears what it has read.

    The C parser is used because it is ten times faster than one that watches declarations: no document type may stand at
    the start, entities from elsewhere are never fetched, and expat itself stops those that multiply.
    """
    if _declares_type(content.read(8192)):
        raise UnreadableFile(Sentence("the spreadsheet declares a document type, which no spreadsheet program writes"))
    content.seek(0)
    return iterparse(content, events=("start", "end"))  # noqa: S314


def part(archive: zipfile.ZipFile, name: str) -> Element:
    """A small part of an archive as a whole. Raises UnreadableFile, or what DAMAGE lists."""
    with limited(archive, name) as file:
        content = file.read(MAX_PART + 1)
    if len(content) > MAX_PART or _declares_type(content[:8192]):
        raise UnreadableFile(Sentence("the spreadsheet's %(part)s cannot be read", part=name))
    return fromstring(content)  # noqa: S314 (see `stream`)


def _declares_type(start: bytes) -> bool:
    return b"<!DOCTYPE" in start.replace(b"\0", b"")
