"""Opening, changing, identifying, asking about and closing a case: each an act in the ledger.

What somebody wrote is a document named by its digest; the acts name no person, place or text.
"""

import datetime as dt
import uuid
from typing import Any

import msgspec

from countermark.ledger import entry, jcs, services
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import NotAllowed, Sentence
from countermark.register import services as register
from countermark.tracing import services as tracing
from countermark.tracing.cases import queries, rules
from countermark.tracing.cases.rules import Closing, Facts
from countermark.tracing.cases.states import Case
from countermark.tracing.requests import services as requests

MEDIA_TYPE = "application/vnd.countermark.case+json"


class NotRecorded(NotAllowed):
    """What may not be recorded of a case; `problems` says everything that is wrong."""


def open_case(facts: Facts, *, by: Actor) -> Case:
    """Records the intake of a weapon found, seized or surrendered. Raises `NotRecorded`."""
    _checked(facts)
    case = str(uuid.uuid4())
    services.append([_act("recovery_opened", case, msgspec.to_builtins(facts))], by=by)
    return _case(case)


def change(case: str, facts: Facts, *, by: Actor) -> Case:
    """States the facts of a case anew; what was said before stays in the log. A closed case is open again."""
    _case(case)
    _checked(facts)
    services.append([_act("recovery_changed", case, msgspec.to_builtins(facts))], by=by)
    return _case(case)


def note(case: str, text: str, photograph: tuple[bytes, str] | None = None, *, by: Actor) -> Case:
    """Adds a remark, or a photograph (its bytes without metadata, and media type). Raises `NotRecorded`."""
    _case(case)
    if not text.strip() and photograph is None:
        raise NotRecorded([Sentence("write a remark or choose a photograph")])
    kept = services.attachment(*photograph) if photograph else None
    more = {"photograph": kept.key} if kept else {}
    services.append(
        [_act("recovery_noted", case, {"text": text[: rules.LONGEST]}, kept=(kept,) if kept else (), **more)], by=by
    )
    return _case(case)


def consider(case: str, weapon: str, probability: float, *, confirmed: bool, reason: str, by: Actor) -> Case:
    """Confirms or rejects a weapon of the register as the one of the case, with a reason.

    A confirmed one is recorded as recovered too: the event goes through the door every event goes through. Raises `NotRecorded`,
    and `register.Refused`.
    """
    known = _case(case)
    if known.facts is None:
        raise NotRecorded([Sentence("the intake of this case was erased")])
    facts = known.facts
    tracing.decide(weapon, queries.asked_of(facts), probability, confirmed=confirmed, reason=reason, by=by)
    if confirmed and known.weapon != weapon:
        columns = {
            "event": facts.how,
            "date": facts.date,
            "place": facts.place,
            "id": f"case {case} {len(known.considered)}",
        }
        register.add_event(weapon, columns, by=by)
    said = _act("recovery_identified", case, {"text": reason}, weapon=weapon, confirmed=confirmed)
    services.append([said], by=by)
    return _case(case)


def ask(case: str, peer: str, intended_use: str, *, confirmed: bool, by: Actor) -> str:
    """Drafts the request of a case (ITI 17); another person releases it. Returns the draft's id. Raises `NotRecorded`.

    `confirmed`: the officer stands for marks, type and calibre; without, nobody is asked (identify, then trace).
    """
    known = _case(case)
    if known.facts is None:
        raise NotRecorded([Sentence("the intake of this case was erased")])
    body = rules.request_body(known.facts, confirmed=confirmed, intended_use=intended_use)
    try:
        draft = requests.draft("request", body, peer=peer, by=by)
    except requests.NotSaid as refused:
        raise NotRecorded(refused.problems) from refused
    asked(case, queries.conversation_of(draft), by=by)
    return draft


def asked(case: str, conversation: str, *, by: Actor) -> None:
    """Notes that a request belongs to a case."""
    _case(case)
    services.append([_act("recovery_asked", case, None, conversation=conversation)], by=by)


def close(case: str, closing: Closing, *, by: Actor) -> Case:
    """Closes a case with its outcome. Raises `NotRecorded`."""
    known = _case(case)
    if wrong := rules.closing_problems(closing, identified=bool(known.weapon)):
        raise NotRecorded(wrong)
    services.append([_act("recovery_closed", case, msgspec.to_builtins(closing))], by=by)
    return _case(case)


def _act(word: str, case: str, document: Any, kept: tuple[Any, ...] = (), **fields: Any) -> Draft:
    whole = services.attachment(jcs.encode(document), MEDIA_TYPE) if document is not None else None
    named = {"case": case, **({"document": whole.key} if whole else {}), **fields}
    return services.timed_act(word, named, kept=(*((whole,) if whole else ()), *kept))


def _checked(facts: Facts) -> None:
    if wrong := rules.problems(facts, dt.date.fromisoformat(entry.now()[:10])):
        raise NotRecorded(wrong)


def _case(case: str) -> Case:
    found = queries.case(case)
    if found is None:
        raise NotRecorded([Sentence("there is no case %(id)s", id=case)])
    return found
