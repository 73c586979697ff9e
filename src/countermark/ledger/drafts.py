"""What is handed to `services.append`, and what comes back. Pure values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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

    `load` is the id of the load the entries belong to, by which it can be undone; `asked_by` is the person id of who asked for what
    this one approves. No body holds it, so that no document that is captured can claim it.
    """

    name: str
    via: str = ""
    load: str = ""
    asked_by: str = ""


NODE = Actor("")


class Draft(msgspec.Struct, frozen=True):
    """What is to be appended.

    `event_id` and `body_json` may be given when they were computed before.
    """

    kind: Kind
    body: Body
    texts: tuple[SideNote, ...] = ()
    note: str = ""
    kept: tuple[KeptWrite, ...] = ()
    device_time: str | None = None
    event_id: str = ""
    body_json: bytes = b""


@dataclass(frozen=True)
class Ready:
    """Many events worked out beforehand, which name no side text and write no kept row.

    `keys` are their keys in the log, `begun` their bytes up to what was noted while recording (`entry.begun`). No log had one of
    them, and no view knew of what they are about, when all logs together had `as_of` entries. Where they have more, `unknown`
    tells whether that is still so; it is asked under the write lock. `fold` writes what the projections would make of them, given
    the position of the first one and the time of recording: a saved computation, no other way to a view.
    """

    keys: Sequence[bytes]
    begun: Sequence[bytes]
    as_of: int
    unknown: Callable[[], bool]
    fold: Callable[[int, str], None]


class Captured(msgspec.Struct, frozen=True):
    """What became of a draft: its eventID, its position, and whether it is new.

    `differs`: not new, yet it says something else than what the log has under this eventID (see `entry.is_alike`).
    """

    event_id: str
    position: int
    new: bool
    differs: bool = False
