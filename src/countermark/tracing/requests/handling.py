"""How a datum of another State must be handled: who may see it, what for, until when, and whether it may be passed on. Pure.

The conditions are a small closed vocabulary that travels in the message with each datum (ITI 15, 22 c): on the whole message, on
an answer, on one record of it, or on one name. Several that hold at once are all kept.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from countermark.accounts.rules import ROLES
from countermark.marks.sentences import Sentence
from countermark.tracing.requests.rules import Conversation, Side, table

Hidden = Literal["", "expired", "staff"]

WHOLE = ""
"""The key of the conditions on a whole record, beside those on its names."""
LONGEST = 500
SHORTEST = 4
"""Shorter texts are codes and numbers that say nothing of where they came from."""
LONG_ENOUGH = 8
"""From so many letters on, a text is also found within a longer one."""


class Handling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The conditions on a datum; an empty member is no condition.

    `staff`: only these roles; `organisation`: only its people; `purpose`: what it may be used for; `no_onward`: it goes to no other
    State before its originator consented; `until`: the last day on which it may be seen, ISO 8601.
    """

    staff: tuple[str, ...] = ()
    organisation: str = ""
    purpose: str = ""
    no_onward: bool = False
    until: str = ""


STRICTEST = Handling(staff=("contact",), no_onward=True)
"""What holds where another program wrote conditions this one does not know."""


@dataclass(frozen=True)
class Reader:
    """Who looks: roles held nationally, names of their organisations, and the day by the clock."""

    roles: frozenset[str]
    organisations: frozenset[str]
    day: dt.date


def read(value: Any) -> Handling:
    """Conditions as they came; `STRICTEST` for what is no conditions of this vocabulary."""
    if value is None:
        return Handling()
    try:
        found = msgspec.convert(value, Handling)
    except msgspec.ValidationError:
        return STRICTEST
    return STRICTEST if found.until and _day(found.until) is None else found


def problems(value: Any) -> list[Sentence]:
    """What is wrong with conditions somebody writes."""
    if value is None:
        return []
    try:
        found = msgspec.convert(value, Handling)
    except msgspec.ValidationError as error:
        return [Sentence("handling: %(problem)s", problem=str(error))]
    wrong = []
    if unknown := [role for role in found.staff if role not in ROLES]:
        wrong.append(
            Sentence("handling: %(role)s is no role; expected %(roles)s", role=unknown[0], roles=", ".join(ROLES))
        )
    if found.until and _day(found.until) is None:
        wrong.append(Sentence("handling: expected a date like 2026-01-31"))
    if max(len(found.organisation), len(found.purpose)) > LONGEST:
        wrong.append(Sentence("handling: at most %(n)d characters", n=LONGEST))
    return wrong


def body_problems(body: Mapping[str, Any]) -> list[Sentence]:
    """What is wrong with all conditions in a message."""
    answer = body.get("answer")
    values = [body.get("handling"), *(_of_answer(answer) if isinstance(answer, dict) else ())]
    return [problem for value in values for problem in problems(value)]


def _of_answer(answer: Mapping[str, Any]) -> Iterator[Any]:
    yield answer.get("handling")
    for record in _records(answer):
        given = record.get("handling")
        yield from given.values() if isinstance(given, dict) else ()


def _records(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("records")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list | tuple) else []


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


# --- who may see ------------------------------------------------------------------------------------------------------


def is_past(handling: Handling, day: dt.date) -> bool:
    """Whether the last day on which a datum may be seen is over."""
    last = _day(handling.until)
    return last is not None and day > last


def hidden(handling: Handling, reader: Reader) -> Hidden:
    """Why a reader does not see a datum; empty when they do."""
    if is_past(handling, reader.day):
        return "expired"
    if handling.staff and not reader.roles & frozenset(handling.staff):
        return "staff"
    wanted = _plain(handling.organisation)
    if wanted and wanted not in {_plain(name) for name in reader.organisations}:
        return "staff"
    return ""


_STAYS = ("handling", "until")
"""What a hidden message still says: its conditions, and the date that the clock of the request needs."""


_Why = Callable[[Handling], Hidden]


def seen(body: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """What a message of another State says to a reader; `hidden` tells that there was more, and why it is not shown."""
    return _as_far(body, lambda handling: hidden(handling, reader))


def without_expired(body: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """What may be kept of a message on a day: all but what could be seen until a day before."""
    return _as_far(body, lambda handling: "expired" if is_past(handling, day) else "")


def last_days(body: Mapping[str, Any]) -> list[str]:
    """The last days on which something of a message may be seen, the first one first."""
    answer = body.get("answer")
    values = [body.get("handling"), *(_of_answer(answer) if isinstance(answer, dict) else ())]
    days = (_day(read(value).until) for value in values if value is not None)
    return sorted({day.isoformat() for day in days if day is not None})


def _as_far(body: Mapping[str, Any], why_not: _Why) -> dict[str, Any]:
    if why := why_not(read(body.get("handling"))):
        return _tombstone(body, why)
    answer = body.get("answer")
    if not isinstance(answer, dict):
        return dict(body)
    if why := why_not(read(answer.get("handling"))):
        return {**_tombstone(body, why), "handling": answer["handling"]}
    given = answer.get("records")
    if not isinstance(given, list | tuple):
        return dict(body)
    records = [_record_as_far(one, why_not) if isinstance(one, dict) else one for one in given]
    return {**body, "answer": {**answer, "records": records}}


def _tombstone(body: Mapping[str, Any], why: Hidden) -> dict[str, Any]:
    return {**{name: body[name] for name in _STAYS if name in body}, "hidden": why}


def _record_as_far(record: Mapping[str, Any], why_not: _Why) -> dict[str, Any]:
    given = record.get("handling")
    if not given:
        return dict(record)
    conditions = {key: read(value) for key, value in given.items()} if isinstance(given, dict) else {WHOLE: STRICTEST}
    if why := why_not(conditions.get(WHOLE, Handling())):
        return {"event_id": record.get("event_id", ""), "withheld": [f"handling:{why}"]}
    shut = {key: why for key, one in conditions.items() if key != WHOLE and (why := why_not(one))}
    if not shut:
        return dict(record)
    names = {urn: text for urn, text in (record.get("names") or {}).items() if urn not in shut}
    withheld = [*(record.get("withheld") or ()), *sorted({f"handling:{why}" for why in shut.values()})]
    return {**record, "names": names, "withheld": list(dict.fromkeys(withheld))}


# --- onward use -------------------------------------------------------------------------------------------------------

_SAYS_NOTHING = frozenset(
    {"handling", "kind", "calibre", "country", "event", "date", "format", "checkpoint", "verifier_key", "proof", "component"}
    | {"carrier", "role", "mark_kind", "outcome", "next_country", "until", "grounds", "why_illicit", "conditions", "withheld"}
    | {"consistency", "leaf_index", "sender", "request", "linked_request", "about", "decision", "year"}
)  # fmt: skip
"""Members whose values are codes, dates and proofs: they name neither a weapon, a person nor a place."""


def is_guarded(body: Mapping[str, Any]) -> bool:
    """Whether something in a message may not be passed on without consent."""
    return next(guarded(body), None) is not None


def guarded(body: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a message that may not be passed on without consent."""
    answer = body.get("answer")
    answer = answer if isinstance(answer, dict) else {}
    if read(body.get("handling")).no_onward:
        yield from _texts(body)
    elif read(answer.get("handling")).no_onward:
        yield from _texts(answer)
    else:
        for record in _records(answer):
            yield from _guarded_in_record(record)


def _guarded_in_record(record: Mapping[str, Any]) -> Iterator[str]:
    given = record.get("handling")
    conditions = given if isinstance(given, dict) else {}
    if read(conditions.get(WHOLE)).no_onward:
        yield from _texts(record)
        return
    for urn, text in (record.get("names") or {}).items():
        if read(conditions.get(urn)).no_onward:
            yield str(text)


def carried(body: Mapping[str, Any], texts: Iterable[str]) -> list[str]:
    """Which of some texts a message carries, whatever their case and spacing."""
    whole = {_plain(text) for text in _texts(body)}
    together = "\n".join(whole)
    wanted = {plain: text for text in texts if len(plain := _plain(text)) >= SHORTEST}
    return [
        text
        for plain, text in sorted(wanted.items())
        if plain in whole or (len(plain) >= LONG_ENOUGH and plain in together)
    ]


def _texts(value: Any, name: str = "") -> Iterator[str]:
    if name in _SAYS_NOTHING:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _texts(one, str(key))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def consents(conversation: Conversation, side: Side) -> frozenset[tuple[int, str]]:
    """What a side allowed to be passed on: the number of its message, and the State that may be told."""
    asked = {
        one.number: (one.body.get("about"), str(one.body.get("next_country", "")))
        for one in conversation.said
        if one.kind == "consent_request" and one.side != side
    }
    given: dict[int, bool] = {}
    for one in conversation.said:
        if one.kind == "consent" and one.side == side and isinstance(one.body.get("about"), int):
            given[one.body["about"]] = one.body.get("decision") == "granted"
    return frozenset(
        (about, country)
        for number, (about, country) in asked.items()
        if isinstance(about, int) and given.get(number, False)
    )


def unanswered(conversation: Conversation, side: Side) -> list[int]:
    """The numbers of the other side's requests for consent that a side has not answered yet."""
    answered = {one.body.get("about") for one in conversation.said if one.kind == "consent" and one.side == side}
    return [
        one.number
        for one in conversation.said
        if one.kind == "consent_request" and one.side != side and one.number not in answered
    ]


def moving(conversation: Conversation) -> list[str]:
    """The kinds of what was said that moved the request on; consent is about the use of a datum only."""
    return [one.kind for one in conversation.said if table().messages[one.kind].to]
