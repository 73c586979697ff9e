"""Which encoding a CSV file is in: sure where the bytes tell, a reported guess where they do not."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from countermark.marks.sentences import Sentence
from countermark.register.files.errors import UnreadableFile, shown

CHUNK = 1 << 20


@dataclass(frozen=True)
class Encoding:
    """A Python codec name, and whether it is only the likeliest."""

    name: str
    guessed: bool = False


_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIR = re.compile(rb"(?<![A-Za-z\x80-\xff])[\xc0-\xff]{2}(?![A-Za-z\x80-\xff])")
"""Two letters alone: `ИЖ-1408` in Cyrillic. In western Europe an accented letter has plain ones beside it."""
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def detect(path: Path, given: str | None, longest_line: int) -> Encoding:
    """The encoding of a text file, reading it once, and twice where it is not UTF-8. Raises UnreadableFile where none fits or a line never ends."""
    start = _start(path)
    if given is not None:
        return Encoding(_with_mark(_known(given), start))
    name = next((name for mark, name in _MARKS if start.startswith(mark)), None) or _bare_utf16(start)
    bad_at = _not_utf8_at(path, longest_line)
    if name:
        return Encoding(name)
    if bad_at is None:
        return Encoding("utf-8")
    counts = _counts(path)
    if counts.mostly_utf8:
        raise UnreadableFile(
            Sentence(
                "%(file)s is UTF-8 but for byte %(place)d; mend it or give --encoding",
                file=path.name,
                place=bad_at + 1,
            )
        )
    return Encoding(_eight_bit(path, counts), guessed=True)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _known(given: str) -> str:
    try:
        found = codecs.lookup(given)
    except (LookupError, ValueError) as error:
        raise UnreadableFile(Sentence("unknown encoding %(name)s", name=repr(shown(given)))) from error
    if not getattr(found, "_is_text_encoding", True):
        raise UnreadableFile(Sentence("%(name)s is not an encoding of text", name=repr(shown(given))))
    return found.name


def _with_mark(name: str, start: bytes) -> str:
    return "utf-8-sig" if name == "utf-8" and start.startswith(codecs.BOM_UTF8) else name


def _bare_utf16(start: bytes) -> str | None:
    """UTF-16 without a byte-order mark: every other byte of a header in Latin letters is NUL."""
    pairs = len(start) // 2
    if pairs < 4:
        return None
    low, high = start[0 : 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if high > pairs * 0.6 and low < pairs * 0.1:
        return "utf-16-le"
    return "utf-16-be" if low > pairs * 0.6 and high < pairs * 0.1 else None


def _not_utf8_at(path: Path, longest_line: int) -> int | None:
    """Where the first byte stands that UTF-8 does not have there, or None. Raises UnreadableFile where a line never ends."""
    decoder, done, since_line_end, bad_at = codecs.getincrementaldecoder("utf-8")(), 0, 0, None
    for chunk in _chunks(path):
        since_line_end = len(chunk) if b"\n" in chunk or b"\r" in chunk else since_line_end + len(chunk)
        if since_line_end > longest_line:
            raise UnreadableFile(
                Sentence(
                    "%(file)s has a line of more than %(longest)d bytes; it is not a table",
                    file=path.name,
                    longest=longest_line,
                )
            )
        if bad_at is None:
            bad_at = _bad_at(decoder, chunk, done)
        done += len(chunk)
    return _bad_at(decoder, b"", done, final=True) if bad_at is None else bad_at


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _bad_at(decoder: codecs.IncrementalDecoder, chunk: bytes, done: int, final: bool = False) -> int | None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        return done + error.start
    return None


@dataclass
class _Counts:
    """What tells the encodings of eight bits apart."""

    multibyte: int = 0
    high_runs: int = 0
    long_runs: int = 0
    cp1252_holes: bool = False
    cp1251_holes: bool = False

    @property
    def mostly_utf8(self) -> bool:
        return self.multibyte > 20 and self.multibyte > 0.9 * self.high_runs


def _counts(path: Path) -> _Counts:
    counts = _Counts()
    for chunk in _chunks(path):
        if not chunk.isascii():
            _count(counts, chunk)
    return counts


def _count(counts: _Counts, chunk: bytes) -> None:
    runs = _HIGH.findall(chunk)
    counts.high_runs += len(runs)
    counts.long_runs += sum(1 for run in runs if len(run) >= 3) + len(_PAIR.findall(chunk))
    counts.multibyte += len(_MULTIBYTE.findall(chunk))
    counts.cp1252_holes |= any(byte in chunk for byte in b"\x81\x8d\x8f\x90\x9d")
    counts.cp1251_holes |= b"\x98" in chunk


def _eight_bit(path: Path, counts: _Counts) -> str:
    """Cyrillic words are runs of high bytes; in the Latin alphabets of western Europe high bytes stand alone."""
    if counts.long_runs * 2 > counts.high_runs and not counts.cp1251_holes:
        return "cp1251"
    if not counts.cp1252_holes:
        return "cp1252"
    if not counts.cp1251_holes:
        return "cp1251"
    raise UnreadableFile(Sentence("the encoding of %(file)s cannot be told; give --encoding", file=path.name))
