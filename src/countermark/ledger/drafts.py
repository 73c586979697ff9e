"""What is handed to `services.append`, and what comes back. Pure values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from countermark.ledger.entry import Body, Kind


@dataclass(frozen=True)
class KeptWrite:
    """One kept row to write with an entry: `write` saves it, inside append's transaction."""

    table: str
    key: str
    digest: str
    write: Callable[[], None]


class SideNote(msgspec.Struct, frozen=True):
    """A side text an entry names by its opaque id."""

    kind: str
    text: str


class Actor(msgspec.Struct, frozen=True):
    """Who records: a person's name (empty for the node itself) and, on the command line, the operating-system user.

    `load` is the id of the load the entries belong to, by which it can be undone.
    """

    name: str
    via: str = ""
    load: str = ""


NODE = Actor("")


class Draft(msgspec.Struct, frozen=True):
    """What is to be appended.

    `event_id` and `body_json` may be given when they were computed before (bulk loads); `prepared` is handed to the
    projections with the entry, and is to them no more than a saved computation.
    """

    kind: Kind
    body: Body
    texts: tuple[SideNote, ...] = ()
    note: str = ""
    kept: tuple[KeptWrite, ...] = ()
    device_time: str | None = None
    event_id: str = ""
    body_json: bytes = b""
    prepared: Any = None


class Captured(msgspec.Struct, frozen=True):
    """What became of a draft: its eventID, its position, and whether it is new.

    `differs`: not new, yet it says something else than what the log has under this eventID (see `entry.is_alike`).
    """

    event_id: str
    position: int
    new: bool
    differs: bool = False
