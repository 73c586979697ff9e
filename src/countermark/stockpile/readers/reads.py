"""What readers say, in one form whatever they speak: a read, and reads of one minute put together. Pure.

A reader sees one tag many times a second. What is kept is one row per reader, antenna, tag, chip and minute: a function of the
*set* of reads, so it does not matter in how many pieces, or in which order, they arrive.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

SLOT_MS = 60_000
"""How long the reads of one row may lie apart, in milliseconds."""
MOST_ANTENNA = 32_767
MOST_READS = 1_000_000
"""How many reads one report may stand for."""
STALE_MS = 7 * 86_400_000
"""How old a read may be when it arrives: what a handheld kept while it had no network."""
AHEAD_MS = 300_000
"""How far a reader's clock may be ahead of ours."""


class Read(msgspec.Struct, frozen=True, gc=False):
    """A tag seen: `tag` and `tid` as `register.tagged` writes them, `time` in milliseconds since 1970 (UTC), `rssi` in hundredths of
    a dBm (None: not told). `reads` is how often it was seen.
    """

    tag: str
    time: int
    antenna: int = 0
    tid: str = ""
    rssi: int | None = None
    reads: int = 1


class Key(NamedTuple):
    """What the reads of one row have in common; `slot` counts minutes since 1970."""

    reader: str
    slot: int
    tag: str
    antenna: int
    tid: str


class Seen(NamedTuple):
    """Reads put together: first and last in milliseconds since 1970, how many, and the strongest signal."""

    first: int
    last: int
    reads: int
    rssi: int | None

    def joined(self, other: "Seen") -> "Seen":
        """Both together; the order does not matter."""
        heard = [rssi for rssi in (self.rssi, other.rssi) if rssi is not None]
        return Seen(
            min(self.first, other.first),
            max(self.last, other.last),
            self.reads + other.reads,
            max(heard) if heard else None,
        )


Gathered = dict[Key, Seen]


def gather(reader: str, reads: Iterable[Read], into: Gathered | None = None) -> Gathered:
    """Reads of one reader put together by minute, added to what was gathered before."""
    gathered: Gathered = {} if into is None else into
    for read in reads:
        key = Key(reader, read.time // SLOT_MS, read.tag, read.antenna, read.tid)
        seen = Seen(read.time, read.time, read.reads, read.rssi)
        known = gathered.get(key)
        gathered[key] = seen if known is None else known.joined(seen)
    return gathered


def joined(some: Mapping[Key, Seen], more: Mapping[Key, Seen]) -> Gathered:
    """Two gatherings as one."""
    result = dict(some)
    for key, seen in more.items():
        result[key] = result[key].joined(seen) if key in result else seen
    return result


def at(told: int | None, received: int) -> int:
    """When a read happened: as the reader told, unless its clock is plainly wrong; then when it came in. Milliseconds."""
    if told is None or not received - STALE_MS <= told <= received + AHEAD_MS:
        return received
    return told


def tag_of(text: str) -> str:
    """An EPC in hexadecimal as it is kept, or the empty string for what is none. Readers write either case, some with blanks."""
    compact = "".join(text.split()).removeprefix("0x").upper()
    return compact if is_hex(compact) and len(compact) % 4 == 0 and 4 <= len(compact) <= 124 else ""


def tid_of(text: str) -> str:
    """The number of a chip as it is kept, or the empty string for what is none."""
    compact = tag_of(text)
    return compact if 8 <= len(compact) <= 64 else ""


def is_hex(text: str) -> bool:
    """Whether a text is upper-case hexadecimal."""
    return bool(text) and not set(text) - _HEX


_HEX = frozenset("0123456789ABCDEF")
