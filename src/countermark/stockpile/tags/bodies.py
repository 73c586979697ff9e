"""The EPCIS bodies of a tag put on a weapon and taken off it (docs/architecture.md, *Events about weapons*). Pure."""

from typing import Any

from countermark.ledger.vocabulary import EVENTS
from countermark.register import bodies
from countermark.register.tagged import BOUND, UNBOUND

Body = dict[str, Any]
BEACON = "urn:countermark:beacon:"


def uri(tag: str) -> str:
    """A tag's identifier as EPCIS names it. Of an EPC the raw form (GS1 TDS, *EPC Raw URI*): it says all bits of the tag and nothing about
    what they may mean, so that every node writes the same, whatever the scheme.
    """
    beacon = tag.removeprefix("ble:")
    return f"{BEACON}{beacon.lower()}" if beacon != tag else f"urn:epc:raw:{len(tag) * 4}.x{tag}"


def bound(weapon: str, tag: str, tid: str, time: str, source: str) -> Body:
    """A tag put on a weapon at an RFC 3339 time; `tid` is the number of its chip, empty where it was not read."""
    return _association(BOUND, weapon, tag, time, source, {"countermark:tid": tid} if tid else {})


def unbound(weapon: str, tag: str, time: str, source: str) -> Body:
    """A tag taken off a weapon."""
    return _association(UNBOUND, weapon, tag, time, source, {})


def _association(event: str, weapon: str, tag: str, time: str, source: str, more: Body) -> Body:
    word = EVENTS[event]
    return bodies.pinned(
        {
            "type": "AssociationEvent",
            "action": word.action,
            "bizStep": word.biz_step,
            "eventTime": time,
            "eventTimeZoneOffset": bodies.UTC_OFFSET,
            "parentID": f"urn:uuid:{weapon}",
            "childEPCs": [uri(tag)],
            "countermark:event": event,
            "countermark:date": {"text": time, "precision": "instant"},
            "countermark:source": source,
            "countermark:tag": tag,
            **more,
        }
    )
