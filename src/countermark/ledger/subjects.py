"""Acts about subjects: how a room keeps a state of its own in the logs and nowhere else. Pure.

An act names in `subjects` what it is about (`batch:<id>`, `count:<id>`, `machine:<id>` ...). The state of a subject is a fold over
the *set* of acts about it, from whatever logs they came: what a node did alone comes home with its log and needs no merging. The
act that opens a subject comes first, whatever the clocks say, then they stand as they were recorded.
"""

from collections.abc import Collection, Iterable

from countermark.ledger.entry import Body, Entry

LONGEST_SUBJECT = 200
"""A subject with more characters is none: no index of a database would hold it."""
MOST = 10**12 - 1
"""The largest number there can be: 12 digits."""


def subjects_of(entry: Entry, room: str) -> list[str]:
    """The subjects of a room (whose acts begin with `<room>_`) an entry is about; empty for anything else."""
    if entry.kind != "act" or not text(entry.body, "act").startswith(f"{room}_"):
        return []
    named = entry.body.get("subjects")
    texts = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    return [name for name in texts if ":" in name and len(name) <= LONGEST_SUBJECT]


def ordered(entries: Iterable[Entry], opening: Collection[str]) -> list[Entry]:
    """Acts in the order of the fold, each eventID once; acts of the words `opening` come first."""

    def order(entry: Entry) -> tuple[bool, str, str, int]:
        return (entry.body.get("act") not in opening, entry.recorded.time, entry.log, entry.position)

    unique: dict[str, Entry] = {}
    for entry in sorted(entries, key=order):
        unique.setdefault(entry.event_id, entry)
    return list(unique.values())


def happened(entry: Entry) -> str:
    """When what an act tells of happened: what was keyed in from paper happened before it was recorded."""
    return text(entry.body, "happened") or entry.recorded.time


def count(body: Body, key: str) -> int | None:
    """A whole number from 0 to `MOST`; None for anything else."""
    value = body.get(key)
    return value if type(value) is int and 0 <= value <= MOST else None


def text(body: Body, key: str) -> str:
    """A text field of a body that may come from anywhere; what is no text counts as absent."""
    value = body.get(key)
    return value if isinstance(value, str) else ""


def texts(body: Body, key: str) -> list[str]:
    """A list of texts of a body; what is none is left out."""
    value = body.get(key)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
