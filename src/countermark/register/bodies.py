"""The EPCIS bodies of what the register records (docs/architecture.md, *Events about weapons*). Pure.

Names of parties, places and documents come in as text and go out as opaque ids: `name(kind, text)` gives the id.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from countermark.ledger import jcs, reasons
from countermark.ledger.entry import UNKNOWN_TIME
from countermark.ledger.vocabulary import EVENTS
from countermark.register import handover

WEAPON_NAMESPACE = uuid.UUID("6f1ad0c2-6b0e-5d6b-9d0a-3c6f4b1f7a55")
"""The published namespace of weapon ids: UUIDv5 over `source` U+001F `ref` (contract, *`--json` shapes*)."""

Body = dict[str, Any]
Name = Callable[[str, str], str]

FACTS = ("kind", "maker", "model", "calibre", "country", "year")
MARK_FIELDS = ("component", "carrier", "role", "mark_kind", "mark", "inscription", "mark_condition", "layer")
_DEFAULTS = {"carrier": "part", "mark_kind": "manufacture", "layer": "overt"}
UTC_OFFSET = "+00:00"


def weapon_id(source: str, ref: str) -> str:
    """The id of the weapon a source calls `ref`: lower-case UUIDv5."""
    digest = hashlib.sha1(WEAPON_NAMESPACE.bytes + f"{source}\x1f{ref}".encode(), usedforsecurity=False).digest()
    # RFC 9562, section 5.5; a load makes a million of them, and `uuid.uuid5` takes four times as long.
    text = (int.from_bytes(digest[:16]) & _NOT_VERSION | _VERSION_5).to_bytes(16).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_NOT_VERSION = ~(0xF << 76 | 0x3 << 62)
_VERSION_5 = 0x5 << 76 | 0x2 << 62


def pinned(body: Body) -> Body:
    """The body with `countermark:writing`, a digest of it as written.

    The CBV event hash compares meaning, not writing: "007" and "7" are one value to it. For a serial number or a source's own
    event number they are not, so every body made here carries a digest that tells them apart.
    """
    body["countermark:writing"] = "x" + hashlib.sha256(jcs.encode_plain(body)).hexdigest()[:32]
    return body


def mark(fields: Mapping[str, str]) -> Body:
    """One mark as it stands in `countermark:marks`: empty and default fields left out."""
    return {key: fields[key] for key in MARK_FIELDS if fields.get(key) and fields[key] != _DEFAULTS.get(key)}


def year_time(year: str) -> str:
    """The first instant of a year, or the unknown time."""
    return f"{int(year):04d}-01-01T00:00:00.000Z" if year else UNKNOWN_TIME


def birth(source: str, ref: str, facts: Mapping[str, str], marks: Iterable[Body], corrects: str = "") -> Body:
    """The commissioning event that opens a weapon's record; `corrects` names the birth it replaces."""
    year = facts.get("year", "")
    ilmd: Body = {f"countermark:{key}": facts[key] for key in FACTS if facts.get(key)}
    ilmd["countermark:source"] = source
    ilmd["countermark:ref"] = ref
    ilmd["countermark:marks"] = list(marks)
    body: Body = {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "eventTime": year_time(year),
        "eventTimeZoneOffset": UTC_OFFSET,
        "epcList": [f"urn:uuid:{weapon_id(source, ref)}"],
        "countermark:event": "manufacture",
        "countermark:date": {"text": year, "precision": "year" if year else "unknown"},
        "ilmd": ilmd,
    }
    if corrects:
        body["countermark:corrects"] = corrects
    return pinned(body)


def birth_beside(body: Body, old: Body) -> Body:
    """A corrective birth with what the old one said besides facts and marks: a captured one may tell the day, where the weapon is and whose.

    The day goes with the year of the facts, which another program may not have stated: it stays unless that is put right to another.
    """
    stays = _year(body) == _year(old) or str(body["eventTime"])[:4] == str(old["eventTime"])[:4]
    kept = (*_BESIDE_FACTS, *(_DAY if stays else ()))
    dropped = {"countermark:writing", *kept}
    return pinned(
        {key: value for key, value in body.items() if key not in dropped}
        | {key: old[key] for key in kept if key in old}
    )


def _year(birth: Body) -> str:
    return str(birth["ilmd"].get("countermark:year", ""))


_BESIDE_FACTS = ("bizLocation", "readPoint", "sourceList", "destinationList", "bizTransactionList")
_DAY = ("eventTime", "eventTimeZoneOffset", "countermark:date")


def marked(weapon: str, marks: Iterable[Body], source: str, corrects: str = "") -> Body:
    """The event that adds marks to a known weapon; the file does not say when they were put on."""
    body: Body = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "eventTime": UNKNOWN_TIME,
        "eventTimeZoneOffset": UTC_OFFSET,
        "epcList": [f"urn:uuid:{weapon}"],
        "countermark:event": "mark",
        "countermark:date": {"text": "", "precision": "unknown"},
        "countermark:source": source,
        "countermark:marks": list(marks),
    }
    if corrects:
        body["countermark:corrects"] = corrects
    return pinned(body)


def said_of(body: Body) -> Body:
    """What an event says, without what tells it from another one that says the same (what it corrects or opens again) and without what
    no events file tells (how the stockpile holds the weapon, the code of the reason).
    """
    return {key: value for key, value in body.items() if key not in _BESIDES}


_BESIDES = frozenset(
    {
        "countermark:corrects",
        "countermark:reopens",
        "countermark:writing",
        "errorDeclaration",
        handover.FIELD,
        reasons.EVENT_FIELD,
    }
)


def event(
    weapon: str,
    source: str,
    fields: Mapping[str, str],
    moment: Mapping[str, str],
    name: Name,
    hand_over: Body | None = None,
) -> Body:
    """A line of an events file as an EPCIS event.

    `fields` are the columns of the contract's *Events file* (without `note`) plus `occurrence` and `why` (a code of `ledger/reasons.py`); `moment` has `instant`,
    `offset`, `precision` and `text`. `hand_over` is what `handover.HandOver.body` gives, for an event of the stockpile.
    """
    word = EVENTS[fields["event"]]
    body: Body = {
        "type": "ObjectEvent",
        "action": word.action,
        "bizStep": word.biz_step,
        "eventTime": moment["instant"],
        "eventTimeZoneOffset": moment["offset"],
        "countermark:event": fields["event"],
        "countermark:date": {"text": moment["text"], "precision": moment["precision"]},
        "countermark:source": source,
    }
    if word.disposition:
        body["disposition"] = word.disposition
    if fields["event"] in ("install", "remove"):
        body["type"] = "AssociationEvent"
        body["parentID"] = f"urn:uuid:{weapon}"
        body["childEPCs"] = [_part(weapon, fields)]
    else:
        body["epcList"] = [f"urn:uuid:{weapon}"]
    _add_names(body, fields, name)
    for key in ("country", "id", "component", "mark", "other_ref", "same_as"):
        if fields.get(key):
            body[f"countermark:{key}"] = fields[key]
    if fields.get("why"):
        body[reasons.EVENT_FIELD] = fields["why"]
    if fields.get("occurrence", "1") != "1":
        body["countermark:occurrence"] = fields["occurrence"]
    if hand_over:
        body[handover.FIELD] = hand_over
    return pinned(body)


def _part(weapon: str, fields: Mapping[str, str]) -> str:
    """An id for the part itself: of the same part on the same weapon it is the same."""
    text = "\x1f".join((weapon, fields.get("component", ""), fields.get("mark", ""), fields.get("other_ref", "")))
    return f"urn:uuid:{uuid.uuid5(WEAPON_NAMESPACE, text)}"


def _add_names(body: Body, fields: Mapping[str, str], name: Name) -> None:
    if fields.get("from"):
        body["sourceList"] = [{"type": "owning_party", "source": name("party", fields["from"])}]
    if fields.get("to"):
        body["destinationList"] = [{"type": "owning_party", "destination": name("party", fields["to"])}]
    if fields.get("place"):
        body["bizLocation"] = {"id": name("place", fields["place"])}
    if fields.get("document"):
        body["bizTransactionList"] = [{"bizTransaction": name("document", fields["document"])}]


def side_texts(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """(kind, text) of every name an event file's line gives."""
    kinds = (("from", "party"), ("to", "party"), ("place", "place"), ("document", "document"))
    return [(kind, fields[column]) for column, kind in kinds if fields.get(column)]


def declaration(body: Body, code: str, note: str, time: str, replacement: str = "") -> Body:
    """The error declaration of an event: its body again, with the reason (a code, and the id of a note or empty) and what replaces it."""
    declared: Body = {"declarationTime": time, "reason": "incorrect_data" if replacement else "did_not_occur"}
    if replacement:
        declared["correctiveEventIDs"] = [replacement]
    declared[reasons.EVENT_FIELD] = code
    if note:
        declared["countermark:reason"] = note
    return {**body, "errorDeclaration": declared}
