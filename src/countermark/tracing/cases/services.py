"""Opening, changing, identifying, asking about and closing a case: each an act in the ledger, each one transaction.

What somebody wrote is a document named by its digest; the acts name no person, place or text. An office is named by the id of its place.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from countermark.accounts.models import Place
from countermark.ledger import entry, jcs, services
from countermark.ledger.reasons import OTHER, Reason
from countermark.ledger.services import Actor, Draft, KeptWrite
from countermark.marks.sentences import NotAllowed, Sentence
from countermark.register import cases as decided
from countermark.register import projection
from countermark.register import rules as register_rules
from countermark.register import services as register
from countermark.tracing import services as tracing
from countermark.tracing.cases import hits, queries, rules
from countermark.tracing.cases.rules import Closing, Facts, Recovered
from countermark.tracing.cases.states import Case, Item
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.rules import OUTCOMES

MEDIA_TYPE = "application/vnd.countermark.case+json"


class NotRecorded(NotAllowed):
    """What may not be recorded of a case; `problems` says everything that is wrong."""


def open_case(facts: Facts, weapons: Sequence[Recovered] = (), office: str = "", *, by: Actor) -> Case:
    """Records the intake of weapons found, seized or surrendered together. Raises `NotRecorded`.

    `office`: the id of the place whose case it is; who holds no role there or above it does not see it. Empty: the whole State's.
    """
    _checked(facts, weapons)
    _check_office(office)
    case = str(uuid.uuid4())
    opened = _act("recovery_opened", case, msgspec.to_builtins(facts), {"office": office} if office else None)
    services.append([opened, *(_weapon(case, str(uuid.uuid4()), one) for one in weapons)], by=by)
    return _case(case)


def change(case: str, facts: Facts, weapons: Mapping[str, Recovered] | None = None, *, by: Actor) -> Case:
    """States the facts of a case, and some of its weapons, anew; what was said before stays in the log. A closed case is open again.

    Where a weapon was identified, the event on its record is corrected to the new date and place.
    """
    weapons = weapons or {}
    _checked(facts, weapons.values())
    with services.alone():
        known = _case(case)
        items = [_item(known, item) for item in weapons]
        stated = [] if facts == known.facts else [_act("recovery_changed", case, msgspec.to_builtins(facts))]
        stated += [_weapon(case, one.id, weapons[one.id]) for one in items if one.said != weapons[one.id]]
        services.append(stated or [_act("recovery_changed", case, msgspec.to_builtins(facts))], by=by)
        for weapon in known.weapons:
            _correct_event(case, weapon, facts, by=by)
    return _case(case)


def add_weapon(case: str, said: Recovered, *, by: Actor) -> Item:
    """Adds another weapon of the same find. Raises `NotRecorded`."""
    if wrong := rules.weapon_problems(said):
        raise NotRecorded(wrong)
    with services.alone():
        known = _case(case)
        if len(known.items) >= rules.MOST_WEAPONS:
            raise NotRecorded([_too_many()])
        item = str(uuid.uuid4())
        services.append([_weapon(case, item, said)], by=by)
        return _item(_case(case), item)


def add_weapons(case: str, weapons: Sequence[Recovered], *, by: Actor) -> Case:
    """Adds many weapons of the same find, or none where one cannot be right. Raises `NotRecorded`."""
    if wrong := _weapons_wrong(weapons):
        raise NotRecorded(wrong)
    with services.alone():
        if len(_case(case).items) + len(weapons) > rules.MOST_WEAPONS:
            raise NotRecorded([_too_many()])
        services.append([_weapon(case, str(uuid.uuid4()), one) for one in weapons], by=by)
    return _case(case)


def change_weapon(case: str, item: str, said: Recovered, *, by: Actor) -> Case:
    """States one weapon of a case anew. A closed case is open again. Raises `NotRecorded`."""
    if wrong := rules.weapon_problems(said):
        raise NotRecorded(wrong)
    with services.alone():
        found = _item(_case(case), item)
        services.append([_weapon(case, found.id, said)], by=by)
    return _case(case)


def drop_weapon(case: str, item: str, reason: str, *, by: Actor) -> Case:
    """Takes out a weapon that was recorded by mistake, with a reason. Raises `NotRecorded`; not one that was identified."""
    _require(reason)
    with services.alone():
        found = _item(_case(case), item)
        if found.weapon:
            raise NotRecorded([Sentence("withdraw the identification first")])
        services.append([_act("recovery_dropped", case, {"text": reason[: rules.LONGEST]}, {"item": item})], by=by)
    return _case(case)


def hand_over(case: str, office: str, *, by: Actor) -> Case:
    """Gives a case to another office (the id of its place), or to the whole State. Raises `NotRecorded`."""
    _check_office(office)
    with services.alone():
        if _case(case).office == office:
            raise NotRecorded([Sentence("the case is there already")])
        services.append([_act("recovery_moved", case, None, {"office": office})], by=by)
    return _case(case)


def note(case: str, text: str, photograph: tuple[bytes, str] | None = None, *, by: Actor) -> Case:
    """Adds a remark, or a photograph (its bytes without metadata, and media type). Raises `NotRecorded`."""
    _case(case)
    if not text.strip() and photograph is None:
        raise NotRecorded([Sentence("write a remark or choose a photograph")])
    kept = services.attachment(*photograph) if photograph else None
    more = {"photograph": kept.key} if kept else {}
    said = _act("recovery_noted", case, {"text": text[: rules.LONGEST]}, more, kept=(kept,) if kept else ())
    services.append([said], by=by)
    return _case(case)


def consider(case: str, item: str, weapon: str, probability: float, *, confirmed: bool, reason: str, by: Actor) -> Case:
    """Confirms or rejects a weapon of the register as one weapon of the case, with a reason.

    A confirmed one is recorded as recovered too: the event goes through the door every event goes through. Rejecting one that was
    confirmed declares that event wrong. Raises `NotRecorded`, and `register.Refused`.
    """
    with services.alone():
        known = _case(case)
        found = _item(known, item)
        if known.facts is None or found.said is None:
            raise NotRecorded([Sentence("the intake of this case was erased")])
        if confirmed:
            _check_free(known, found, weapon)
        asked = queries.asked_of(found.said)
        tracing.decide(weapon, asked, probability, confirmed=confirmed, reason=reason, by=by)
        if confirmed and found.weapon != weapon:
            _record_event(known.facts, case, found, weapon, by=by)
        if not confirmed and found.weapon == weapon and (event := _event_of(case, weapon)):
            register.correct_event(event, None, reason=Reason(OTHER, reason), by=by)
        fields = {"item": item, "weapon": weapon, "confirmed": confirmed}
        services.append([_act("recovery_identified", case, {"text": reason}, fields)], by=by)
    return _case(case)


def _check_free(known: Case, found: Item, weapon: str) -> None:
    """Raises `NotRecorded` where this weapon of the case is another one already, or another weapon of the case is that one."""
    if found.weapon and found.weapon != weapon:
        raise NotRecorded([Sentence("another weapon is confirmed here: withdraw that identification first")])
    if any(one.weapon == weapon for one in known.items if one.id != found.id):
        raise NotRecorded([Sentence("another weapon of this case was found to be that one")])


def _record_event(facts: Facts, case: str, found: Item, weapon: str, *, by: Actor) -> None:
    number = f"{_number(case)}{found.id} {len(found.considered)}"
    columns = {"event": facts.how, "date": facts.date, "place": facts.place, "id": number}
    register.add_event(weapon, columns, by=by)


def _number(case: str) -> str:
    """What the numbers of the events of a case begin with."""
    return f"case {case} "


def _event_of(case: str, weapon: str) -> str:
    """The standing event on a weapon's record that says it was recovered in a case."""
    entries = projection.entries_of([weapon])
    wrong = register_rules.declared_in_error(entries)
    numbered = (one for one in entries if str(one.body.get("countermark:id", "")).startswith(_number(case)))
    standing = [one for one in numbered if "errorDeclaration" not in one.body and one.event_id not in wrong]
    return standing[-1].event_id if standing else ""


def _correct_event(case: str, weapon: str, facts: Facts, *, by: Actor) -> None:
    """Corrects the event of an identified weapon to what the facts say now."""
    event = _event_of(case, weapon)
    columns = {"event": facts.how, "date": facts.date, "place": facts.place}
    if not event:
        return
    recorded = register.fields_of(register.standing_event(event))
    if {name: recorded[name] for name in columns} != columns:
        register.correct_event(
            event, columns, reason=Reason("found_since", f"the facts of case {case} were stated anew"), by=by
        )


def ask(
    case: str,
    peer: str,
    intended_use: str,
    items: Sequence[str] = (),
    *,
    confirmed: bool,
    parent: str = "",
    by: Actor,
) -> str:
    """Drafts a request about some weapons of a case, or all (ITI 17); another person releases it. Returns the draft's id.

    `confirmed`: the officer stands for marks, type and calibre; without, nobody is asked (identify, then trace). `parent`: the request it
    follows from. Raises `NotRecorded`.
    """
    known = _case(case)
    chosen = [_item(known, item) for item in items] or list(known.items)
    said = [one.said for one in chosen if one.said is not None]
    if known.facts is None or len(said) < len(chosen):
        raise NotRecorded([Sentence("the intake of this case was erased")])
    body = rules.request_body(known.facts, said, confirmed=confirmed, intended_use=intended_use)
    return ask_with(case, body, peer, [one.id for one in chosen], parent=parent, by=by)


def ask_with(
    case: str, body: Mapping[str, Any], peer: str, items: Sequence[str] = (), *, parent: str = "", by: Actor
) -> str:
    """Drafts a request with a body an officer wrote, and notes that it belongs to the case. Returns the draft's id. Raises `NotRecorded`.

    `parent`: the request it follows from.
    """
    with services.alone():
        try:
            draft = requests.draft("request", body, peer=peer, parent=parent, by=by)
        except requests.NotSaid as refused:
            raise NotRecorded(refused.problems) from refused
        asked(case, queries.conversation_of(draft), items, by=by)
    return draft


def asked(case: str, conversation: str, items: Iterable[str] = (), *, by: Actor) -> None:
    """Notes that a request belongs to a case, and which of its weapons it names. Raises `NotRecorded`."""
    known = _case(case)
    named = [_item(known, item).id for item in items]
    fields = {"conversation": conversation, **({"items": named} if named else {})}
    services.append([_act("recovery_asked", case, None, fields)], by=by)


def close(case: str, closing: Closing, *, by: Actor) -> Case:
    """Closes a case with its outcome, which settles the hits nobody decided. Raises `NotRecorded`."""
    with services.alone():
        known = _case(case)
        if known.closed:
            raise NotRecorded([Sentence("the case is closed already")])
        if wrong := rules.closing_problems(closing, identified=bool(known.weapons)):
            raise NotRecorded(wrong)
        services.append([_act("recovery_closed", case, msgspec.to_builtins(closing))], by=by)
        reason = closing.reason.strip() or f"the case was closed: {OUTCOMES[closing.outcome]}"
        for hit in hits.with_decisions(queries.alerts([known])).values():
            if hit.state == decided.OPEN:
                decided.decide(hit.subject, hit.due, "as_recorded", reason[:LONGEST_REASON], by=by)
    return _case(case)


LONGEST_REASON = 500
"""Characters of the reason of a decided discrepancy."""


def _act(
    word: str, case: str, document: Any, fields: Mapping[str, Any] | None = None, kept: tuple[KeptWrite, ...] = ()
) -> Draft:
    whole = services.attachment(jcs.encode(document), MEDIA_TYPE) if document is not None else None
    named = {"case": case, **({"document": whole.key} if whole else {}), **(fields or {})}
    return services.timed_act(word, named, kept=(*((whole,) if whole else ()), *kept))


def _weapon(case: str, item: str, said: Recovered) -> Draft:
    return _act("recovery_weapon", case, msgspec.to_builtins(said), {"item": item})


def _checked(facts: Facts, weapons: Collection[Recovered]) -> None:
    wrong = [*rules.problems(facts, dt.date.fromisoformat(entry.now()[:10])), *_weapons_wrong(weapons)]
    if len(weapons) > rules.MOST_WEAPONS:
        wrong.append(_too_many())
    if wrong:
        raise NotRecorded(wrong)


def _weapons_wrong(weapons: Iterable[Recovered]) -> list[Sentence]:
    return [
        Sentence("weapon %(number)d: %(problem)s", number=number, problem=problem)
        for number, said in enumerate(weapons, start=1)
        for problem in rules.weapon_problems(said)
    ]


def _too_many() -> Sentence:
    return Sentence("at most %(most)d weapons", most=rules.MOST_WEAPONS)


def _require(reason: str) -> None:
    if not reason.strip():
        raise NotRecorded([Sentence("a reason is missing")])


def _check_office(office: str) -> None:
    if office and not Place.objects.filter(id=office).exists():
        raise NotRecorded([Sentence("there is no place %(id)s", id=office)])


def _item(case: Case, item: str) -> Item:
    found = case.item(item)
    if found is None:
        raise NotRecorded([Sentence("there is no weapon %(id)s in this case", id=item)])
    return found


def _case(case: str) -> Case:
    found = queries.case(case)
    if found is None:
        raise NotRecorded([Sentence("there is no case %(id)s", id=case)])
    return found
