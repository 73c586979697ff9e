"""What the bench tells the register: the birth of a new weapon with its first mark, and the marks put on later."""

from typing import Any, NamedTuple

from countermark.ledger.entry import event_id_of
from countermark.ledger.services import Draft
from countermark.marking.acts import refuse
from countermark.marking.states import Item
from countermark.register import bodies, checking, services
from countermark.register.bodies import FACTS, UTC_OFFSET


class MarkMade(NamedTuple):
    """The draft of an event that says a mark was put on, its eventID, and the weapon it is about."""

    draft: Draft
    event_id: str
    weapon: str


def mark_put_on(item: Item, mark: int, time: str) -> MarkMade:
    """The event of one planned mark, at an RFC 3339 time. A weapon that is not in the register yet is born with it.

    Raises `Refused` for facts a file's row would be refused for, and for a `ref` that is another weapon's already.
    """
    planned, text = item.marks[mark], item.text_of(mark)
    said = planned.mark or (item.number if planned.numbered else text)
    fields = {
        "component": planned.component,
        "carrier": planned.carrier,
        "role": planned.role,
        "mark_kind": planned.mark_kind,
        "mark": said,
        "inscription": "" if text == said else text,
    }
    if item.weapon:
        body = _marked(item.weapon, [bodies.mark(fields)], time)
        draft = Draft(kind="event", body=body)
        return MarkMade(draft, event_id_of("event", body), item.weapon)
    return _born(item, fields)


def _born(item: Item, fields: dict[str, str]) -> MarkMade:
    source, ref = services.own_source(), item.ref or fields["mark"]
    facts = {key: str(item.description.get(key, "")) for key in FACTS}
    checked = checking.weapon(ref, facts, [fields])
    weapon = bodies.weapon_id(source, checked.ref)
    if services.standing_birth(weapon) is not None:
        raise refuse("ref", ref, "a record number not used for another weapon", "differs")
    draft = services.birth_draft(source, checked.ref, *checking.weapon_fields(checked))
    draft = services.reopening(draft, services.withdrawn_birth(weapon))
    return MarkMade(draft, event_id_of("event", draft.body), weapon)


def _marked(weapon: str, marks: list[dict[str, Any]], time: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "eventTime": time,
        "eventTimeZoneOffset": UTC_OFFSET,
        "epcList": [f"urn:uuid:{weapon}"],
        "countermark:event": "mark",
        "countermark:date": {"text": time, "precision": "instant"},
        "countermark:source": services.own_source(),
        "countermark:marks": marks,
    }
    return bodies.pinned(body)
