"""Entries about one weapon, made without a store."""

from collections.abc import Mapping, Sequence
from typing import Any

from countermark.ledger.entry import UNKNOWN_TIME, Entry, Recorded, event_id_of
from countermark.register import bodies
from countermark.register.rules import WeaponState, fold

SOURCE = "XA/main"
REF = "A1"
WEAPON = bodies.weapon_id(SOURCE, REF)
OTHER = bodies.weapon_id(SOURCE, "A2")
FACTS = {"kind": "rifle", "maker": "Izhmash", "model": "AKM", "calibre": "7.62x39mm", "country": "SUHH", "year": "1972"}
FRAME = {"component": "receiver", "role": "control", "mark": "ЖИ1408"}


def name(kind: str, text: str) -> str:
    """Stands for the opaque id of a text."""
    return f"urn:countermark:{kind}:{text}"


def entry(body: dict[str, Any], position: int, *, recorded: str = "", note: str = "") -> Entry:
    """An entry recorded in the minute `position`, unless told otherwise."""
    time = recorded or f"2024-01-01T00:{position % 60:02d}:00.000Z"
    return Entry(position, event_id_of("event", body), "event", body, Recorded(time, "", None, note=note))


def birth(
    facts: Mapping[str, str] = FACTS, marks: Sequence[Mapping[str, str]] = (FRAME,), corrects: str = ""
) -> dict[str, Any]:
    return bodies.birth(SOURCE, REF, facts, [bodies.mark(mark) for mark in marks], corrects)


def event(word: str, date: str = "", corrects: str = "", **fields: str) -> dict[str, Any]:
    """An event on a day (YYYY-MM-DD), or at an unknown time; `from_` stands for the column `from`."""
    moment = {
        "instant": f"{date}T00:00:00.000Z" if date else UNKNOWN_TIME,
        "offset": "+00:00",
        "precision": "day" if date else "unknown",
        "text": date,
    }
    columns = {key.rstrip("_"): value for key, value in fields.items()}
    body = bodies.event(WEAPON, SOURCE, {"event": word, **columns}, moment, name)
    if corrects:
        body.pop("countermark:writing")
        body = bodies.pinned({**body, "countermark:corrects": corrects})
    return body


def wrong(body: dict[str, Any], replacement: str = "") -> dict[str, Any]:
    """The declaration that an event was recorded in error."""
    return bodies.declaration(body, "typing_error", "urn:countermark:note:why", "2024-02-01T00:00:00.000Z", replacement)


def told(*several: dict[str, Any]) -> list[Entry]:
    """The bodies as entries, recorded one after the other."""
    return [entry(body, position) for position, body in enumerate(several)]


def state(*several: dict[str, Any]) -> WeaponState:
    """What the bodies say of the weapon, recorded one after the other."""
    return fold(WEAPON, told(*several))


def id_of(body: dict[str, Any]) -> str:
    return event_id_of("event", body)
