"""Alarms of tags: raised as acts when reads contradict the register (`rules.py`), until somebody has looked and says what it was."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from django.conf import settings

from countermark.ledger import services
from countermark.ledger.entry import Entry, now
from countermark.ledger.reasons import FIELD, IN_QUEUE, Reason
from countermark.ledger.services import Actor, Draft
from countermark.ledger.subjects import text
from countermark.register.cases import due_date
from countermark.stockpile import acts, states
from countermark.stockpile.readers.payloads import milliseconds
from countermark.stockpile.readers.rules import Alarm
from countermark.stockpile.states import Subject

DAYS = 1
"""Within how many days somebody is to look."""
OPEN, CLOSED = "open", "closed"
OUTCOMES = ("explained", "tag_replaced", "weapon_missing", "reader_fault")
"""What an alarm came to: the movement was known and not noted; the tag was copied or damaged; an incident was opened; it was misread."""
DECIDED = "decided"
"""The outcome of one that was decided in the queue of discrepancies; the words of its reason tell."""


def _closed(subject: Subject, act: Entry) -> Subject:
    said = {"outcome": text(act.body, "outcome"), "reason": act.recorded.note, "closed": act.recorded.time}
    # Alarms closed before there were codes fold as they did.
    coded = {FIELD: code} if (code := text(act.body, FIELD)) else {}
    value = {**subject.value, **said, **coded}
    return msgspec.structs.replace(subject, state=CLOSED, value=value)


states.machine("alarm", "stockpile_alarm_raised", {"stockpile_alarm_closed": _closed}, state=OPEN, shape=Alarm)


def name_of(alarm: Alarm) -> str:
    """The id of an alarm: the same contradiction, of the same moment, has the same one on whatever node."""
    said = f"{alarm.kind}|{alarm.tag}|{alarm.weapon}|{alarm.first}"
    return f"{settings.ENVIRONMENT.node}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def raise_all(alarms: Iterable[Alarm], *, by: Actor) -> list[Alarm]:
    """Raises those that are not raised yet, and returns them. While one of a kind stands open for a tag, no other of it is raised."""
    wanted = list(alarms)
    if not wanted:
        return []
    with acts.alone():
        standing = _standing({alarm.weapon for alarm in wanted})
        fresh = [alarm for alarm in wanted if (alarm.kind, alarm.tag) not in standing]
        known = set(acts.rows("alarm").filter(key__in=map(name_of, fresh)).values_list("key", flat=True))
        fresh = [alarm for alarm in fresh if name_of(alarm) not in known]
        if fresh:
            services.append([_draft(alarm) for alarm in fresh], by=by)
    return fresh


def _standing(weapons: Collection[str]) -> set[tuple[str, str]]:
    rows = acts.rows("alarm").filter(state=OPEN, parent__in=_parents(weapons))
    return {(row.value["kind"], row.value["tag"]) for row in rows}


def _draft(alarm: Alarm) -> Draft:
    value: dict[str, Any] = msgspec.to_builtins(alarm)
    fields = {
        "subjects": [f"alarm:{name_of(alarm)}"],
        "value": value,
        "weapon": alarm.weapon,
        "parent": f"weapon:{alarm.weapon}",
        "place": alarm.places[0] if alarm.places else "",
        "due": due_date(now(), DAYS),
        "time": now(),
    }
    return services.act("stockpile_alarm_raised", fields)


def close(alarm_id: str, outcome: str, reason: Reason | str, *, by: Actor) -> Subject:
    """Says what an alarm was; `reason` is of the list `alarm`. Raises `Refused` for an unknown or closed one, an unknown outcome, and without a reason."""
    if outcome not in OUTCOMES:
        raise acts.refuse("outcome", outcome, acts.one_of(OUTCOMES), "unknown")
    return _close(alarm_id, outcome, acts.reason_of("alarm", reason), by)


def decided(alarm_id: str, reason: str, *, by: Actor) -> None:
    """Closes an alarm that was decided in the queue of discrepancies; nothing where it is closed."""
    if alarm(alarm_id).state == OPEN:
        _close(alarm_id, DECIDED, Reason(IN_QUEUE, reason), by)


def _close(alarm_id: str, outcome: str, why: Reason, by: Actor) -> Subject:
    with acts.alone():
        if alarm(alarm_id).state != OPEN:
            raise acts.refuse("alarm", alarm_id, "an alarm that is open", "closed")
        fields = {"outcome": outcome}
        acts.append([acts.draft("stockpile_alarm_closed", [f"alarm:{alarm_id}"], fields, reason=why)], by=by)
        return alarm(alarm_id)


def alarm(alarm_id: str) -> Subject:
    """An alarm. Raises `Refused`."""
    found = acts.subject("alarm", alarm_id)
    if found is None:
        raise acts.refuse("alarm", alarm_id, "the id of an alarm", "unknown")
    return found


def looked_at(weapons: Collection[str]) -> dict[str, int]:
    """By tag, the time (ms since 1970) up to which its reads were explained when the last alarm of it was closed."""
    found: dict[str, int] = {}
    for row in acts.rows("alarm").filter(state=CLOSED, parent__in=_parents(weapons)):
        tag, time = row.value["tag"], milliseconds(row.time) or 0
        found[tag] = max(found.get(tag, 0), time)
    return found


def _parents(weapons: Collection[str]) -> list[str]:
    return [f"weapon:{weapon}" for weapon in weapons]
