"""Taking a load back: every event it appended is declared in error, in batches, by a service that may be run again.

Left alone, and said so: events that were corrected since, and weapons of which somebody recorded something later.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import msgspec

from countermark.ledger import database, services, store
from countermark.ledger.entry import Entry, decode
from countermark.ledger.models import Log
from countermark.ledger.reasons import FIELD, WITH_LOAD, Reason
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence
from countermark.register import bodies, checking, projection
from countermark.register.rules import declared_in_error, weapons_of
from countermark.register.services import UNDO_MARK, correction

CHUNK = 500
LOOK = 20_000
SKIPPED_NAMED = 100
ACT_PREFIX = "ni:///sha-256;"

Progress = Callable[[int, int], None]


class UnknownLoad(Exception):
    """Nothing in this node's logs belongs to the load."""


class Undone(msgspec.Struct):
    """What undoing a load did. `corrected` counts events that were declared in error before, `later` those of weapons that
    were left alone because something was recorded of them since; `weapons` names the first of these weapons.
    """

    load: str
    events: int = 0
    corrected: int = 0
    later: int = 0
    weapons: list[str] = []


def _silent(done: int, total: int) -> None:
    """Reports no progress."""


def undo_load(load: str, reason: Reason | str, *, by: Actor, progress: Progress = _silent) -> Undone:
    """Takes back what a load appended. `load` is its id (`recorded.load`) or the eventID of its act, `reason` of the list `load_undone`.

    A correction the load made is undone by putting back what it replaced. Run again after a crash it completes. Raises
    `UnknownLoad`, and `Refused` for what is no reason.
    """
    why = checking.reason("load_undone", reason)
    load = load.removeprefix(ACT_PREFIX)[:16]
    log = services.require_own_log()
    positions = list(_positions(load, progress))
    if not positions:
        raise UnknownLoad(Sentence("no entry of this node belongs to a load %(load)s", load=load))
    undone = Undone(load)
    for done, chunk in enumerate(database.chunks(positions, CHUNK)):
        _undo_chunk(log, chunk, undone, Reason(WITH_LOAD, why.words), by)
        progress(done * CHUNK + len(chunk), len(positions))
    if undone.events:
        fields = {"load": load, "events": undone.events, "left": undone.later, FIELD: why.code}
        services.append([services.timed_act("load_undone", fields, note=why.words)], by=by)
    return undone


def _positions(load: str, progress: Progress) -> Iterator[int]:
    """Positions of the load's events in the logs this node wrote; the logs are read once from end to end."""
    name = f'"load":"{load}"'.encode()
    for log in Log.objects.filter(own=True).order_by("id"):
        for index, (position, _, _, data) in enumerate(store.raw_entries(log)):
            if index % LOOK == 0:
                progress(index, 0)
            if name in data and _is_of(load, decode(position, data)):
                yield position


def _is_of(load: str, entry: Entry) -> bool:
    return entry.recorded.load == load and entry.kind == "event" and "errorDeclaration" not in entry.body


def _undo_chunk(log: Log, positions: Sequence[int], undone: Undone, why: Reason, by: Actor) -> None:
    # One transaction around looking and appending: nobody records something in between.
    with database.write_transaction(log.id):
        entries = sorted(store.entries_at(positions), key=lambda entry: entry.position)
        related = _related(entries)
        wrong = declared_in_error(entry for some in related.values() for entry in some)
        drafts: list[Draft] = []
        for entry in entries:
            others = [other for weapon in weapons_of(entry.body) for other in related.get(weapon, [])]
            if entry.event_id in wrong:
                undone.corrected += 1
            elif any(_later(other, entry, wrong) for other in others):
                _leave(undone, entry)
            else:
                undone.events += 1
                drafts += correction(entry, _put_back(entry, others), why)
        if drafts:
            # Its own mark: undoing again sees what was put back as neither the load's nor somebody else's.
            services.append(drafts, by=msgspec.structs.replace(by, load=UNDO_MARK + undone.load))


def _related(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    weapons = sorted({weapon for entry in entries for weapon in weapons_of(entry.body)})
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in projection.entries_of(weapons):
        for weapon in weapons_of(entry.body):
            found[weapon].append(entry)
    return found


def _later(other: Entry, entry: Entry, wrong: dict[str, str]) -> bool:
    """Whether `other` stands, was recorded after `entry`, and not by the same load."""
    load = entry.recorded.load
    own = other.recorded.load in (load, UNDO_MARK + load)
    if own or "errorDeclaration" in other.body or other.event_id in wrong:
        return False
    return (other.recorded.time, other.position) > (entry.recorded.time, entry.position)


def _leave(undone: Undone, entry: Entry) -> None:
    undone.later += 1
    for weapon in weapons_of(entry.body):
        if weapon not in undone.weapons and len(undone.weapons) < SKIPPED_NAMED:
            undone.weapons.append(weapon)


def _put_back(entry: Entry, others: Sequence[Entry]) -> Draft | None:
    """The event that an undone correction had replaced, as it was, naming the correction it replaces in turn."""
    corrected = entry.body.get("countermark:corrects")
    original = next((o for o in others if o.event_id == corrected and "errorDeclaration" not in o.body), None)
    if original is None:
        return None
    body = {**original.body, "countermark:corrects": entry.event_id}
    body.pop("countermark:writing", None)
    return Draft(kind="event", body=bodies.pinned(body))
