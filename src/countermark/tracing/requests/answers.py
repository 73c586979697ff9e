"""Building an answer from a weapon's record: what is released whole, what in part, and what that costs (reads only).

Whole entries prove themselves. Names are told one by one: by default those of bodies and places, never those of persons. An
event that is released in part loses its proof; the preview says so before anything is released.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from countermark.ledger import exchange, guard, identity, services, store
from countermark.ledger.models import LOG_SPAN, Log
from countermark.ledger.snapshot import snapshot
from countermark.register.queries import personal, records
from countermark.register.rules import HistoryEvent
from countermark.tracing.requests.handling import WHOLE, Handling
from countermark.tracing.requests.proofs import FORMAT, Answer, Consistency, Released

_PERSON = f"{identity.PREFIX}person:"
"""Officers who recorded: colleagues may read their names, another State is told none unless somebody chooses to."""

FACTS = ("event", "date", "country", "place", "from", "to", "document")
"""What can be told of an event without its entry."""


@dataclass(frozen=True)
class Choice:
    """What the releasing officer decided.

    `names`: opaque ids whose texts are told besides those of bodies and places; `without`: ids whose texts are not. `partly`:
    for an eventID, the facts told instead of the entry. `left_out`: eventIDs not told at all. `conditions`: how the datum is to be
    handled, in words; `handling` the same in the closed vocabulary, on the whole answer, `handled` on one event or name, by its id.
    """

    names: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    partly: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    conditions: tuple[str, ...] = ()
    handling: Handling | None = None
    handled: Mapping[str, Handling] = field(default_factory=dict)


class NoSuchWeapon(Exception):
    """The weapon an answer is to be about is not in this register."""


def build(weapon_id: str, request: str, choice: Choice, held_sizes: Iterable[int] = ()) -> Answer:
    """The answer about one weapon as it would be released now. Raises `NoSuchWeapon`.

    `held_sizes`: tree sizes of this log of which the asker holds a checkpoint: the answer shows that it continues them.
    """
    found = records.record(weapon_id)
    if found is None:
        raise NoSuchWeapon(weapon_id)
    log = services.require_own_log()
    with snapshot():
        note = guard.sign_current(log)
        size = store.size(log)
        told = _told(found.names, choice)
        lines = [line for line in found.history if line.event_id not in choice.left_out]
        return Answer(
            format=FORMAT,
            sender=log.origin.split("/")[0],
            request=request,
            weapon=_weapon(found),
            records=tuple(_handled(_released(line, log, size, told, choice), choice.handled) for line in lines),
            checkpoint=note,
            verifier_key=log.verifier_key,
            consistency=tuple(_continues(log, old, size) for old in sorted(set(held_sizes)) if 0 < old < size),
            conditions=choice.conditions,
            handling=_written(choice.handling) if choice.handling else None,
        )


def is_left_out(line: HistoryEvent) -> bool:
    """Whether an event is not told unless an officer says so: one declared an error, since the other State could not see the
    declaration; and one of a tag, which tells inventory apart, traces nothing, and could be copied by whoever knows its number.
    """
    return line.corrected or bool(line.tag)


def left_out(weapon_id: str) -> frozenset[str]:
    """The events of a weapon that are left out unless an officer says otherwise (`is_left_out`)."""
    found = records.record(weapon_id)
    return frozenset(line.event_id for line in found.history if is_left_out(line)) if found else frozenset()


def _handled(released: Released, handled: Mapping[str, Handling]) -> Released:
    """The record with the conditions on it and on the names it tells."""
    given = {urn: _written(handled[urn]) for urn in released.names if urn in handled}
    if released.event_id in handled:
        given[WHOLE] = _written(handled[released.event_id])
    return msgspec.structs.replace(released, handling=given) if given else released


def _written(conditions: Handling) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(conditions)
    return found


def _told(names: Mapping[str, str], choice: Choice) -> dict[str, str]:
    """The texts behind opaque ids that are released."""
    usual = {urn: text for urn, text in personal.impersonal(names).items() if not urn.startswith(_PERSON)}
    told = usual | {urn: names[urn] for urn in choice.names if urn in names}
    return {urn: text for urn, text in told.items() if urn not in choice.without}


def _weapon(found: records.Record) -> dict[str, Any]:
    whole = records.as_json(found, {})
    return {name: whole[name] for name in ("kind", "maker", "model", "calibre", "country", "year", "marks")}


def _released(line: HistoryEvent, log: Log, size: int, told: Mapping[str, str], choice: Choice) -> Released:
    urns = records.named(line)
    names = {urn: told[urn] for urn in urns if urn in told}
    silent = tuple(sorted(f"name:{urn.split(':')[2]}" for urn in urns if urn not in told))
    is_own = line.position // LOG_SPAN == log.id
    if line.event_id in choice.partly or not is_own:
        wanted = choice.partly.get(line.event_id, FACTS)
        facts = {name: value for name, value in _facts(line, told).items() if name in wanted and value}
        withheld = tuple(sorted({*silent, *(name for name in FACTS if name not in wanted)}))
        return Released(line.event_id, names=names, facts=facts, withheld=withheld)
    proof = exchange.inclusion(line.event_id, size)
    return Released(
        line.event_id,
        entry=_bytes_of(log, line.position).decode(),
        leaf_index=proof["leaf_index"],
        proof=tuple(proof["proof"]),
        names=names,
        withheld=silent,
    )


def _facts(line: HistoryEvent, told: Mapping[str, str]) -> dict[str, str]:
    return {
        "event": line.event,
        "date": line.date,
        "country": line.country,
        "place": told.get(line.place, ""),
        "from": told.get(line.sender, ""),
        "to": told.get(line.receiver, ""),
        "document": told.get(line.document, ""),
    }


def _bytes_of(log: Log, position: int) -> bytes:
    index = store.index_of(position)
    return next(data for _, _, _, data in store.raw_entries(log, index, index + 1))


def _continues(log: Log, old: int, size: int) -> Consistency:
    return Consistency(old, tuple(exchange.consistency(log, old, size)["proof"]))
