"""What may be said in a tracing request, and what it makes of the conversation. Pure.

A conversation is a pure fold over the *set* of its messages, whatever the order or number of times they arrived: both sides
that hold the same messages see the same state. Each message carries its sender's running number and a clock that is larger than
every clock its sender had seen (Lamport), so that all messages have one order on both sides.

Sources: International Tracing Instrument (A/60/88, annex), paragraphs 6 and 15-23.
"""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical

Side = Literal["asker", "answerer"]
SIDES: tuple[Side, ...] = ("asker", "answerer")


def other(side: Side) -> Side:
    """The side that a side talks with."""
    return "answerer" if side == "asker" else "asker"


ILLICIT_GROUNDS: Mapping[str, str] = {
    "a": "illicit under the law of the State where it was found",
    "b": "transferred in violation of an arms embargo of the Security Council",
    "c": "not marked in accordance with the International Tracing Instrument",
    "d": "manufactured or assembled without a licence or authorization",
    "e": "transferred without a licence or authorization",
}
"""The five limbs of ITI 6, a closed list."""

REFUSAL_GROUNDS: Mapping[str, str] = {
    "investigation": "release would compromise an ongoing criminal investigation",
    "confidentiality_law": "release would violate legislation on confidential information",
    "no_guarantee": "the requesting State cannot guarantee the confidentiality of the information",
    "security": "national security, consistent with the Charter of the United Nations",
}
"""The four grounds of ITI 22, a closed list."""

DECISIONS: Mapping[str, str] = {"granted": "consent is given", "refused": "consent is not given"}
"""What a State says that is asked whether a datum of its own may be passed on."""

OUTCOMES: Mapping[str, str] = {
    "A1": "traced to the last legal holder",
    "A2": "traced to the first retail purchaser only",
    "A3": "traced to a holding of a State agency",
    "A4": "traced to an exporter or importing country: ask there",
    "A5": "reported stolen or lost before",
    "A6": "illicitly manufactured: the point of diversion is the manufacture",
    "A7": "established otherwise than by tracing",
    "B1": "serial number missing",
    "B2": "serial number obliterated or altered",
    "B3": "identifiers insufficient or inconsistent",
    "B4": "make or model misidentified",
    "B5": "several candidates that cannot be told apart",
    "B6": "no record found",
    "B7": "records destroyed, expired or illegible",
    "B8": "company closed, records not forwarded",
    "B9": "made before there was a duty to keep records",
    "B10": "weapon not of this country",
    "B11": "the same request was made before",
    "B12": "refused or restricted by another State (ITI 22)",
    "B13": "no answer",
    "B14": "not attempted",
}
"""How a trace ends: A, the origin is established; B, it is not."""


class StateWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One state of a conversation; `waits_for` is the side whose turn it is."""

    title: str
    waits_for: str
    clock: str = "running"


class MessageWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """One kind of message: who says it, in which states, and what it makes of them (empty: the state stays)."""

    title: str
    source: str
    by: Side | Literal["either"]
    from_: tuple[str, ...]
    to: str = ""
    needs: tuple[str, ...] = ()

    def is_said_by(self, side: Side) -> bool:
        """Whether a side may say it at all."""
        return self.by in (side, "either")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    states: dict[str, StateWord]
    messages: dict[str, MessageWord]


@cache
def table() -> _Table:
    """The states and messages there are (`conversation.toml`)."""
    text = resources.files("countermark.tracing.requests").joinpath("conversation.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Table)


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation.

    `number` counts the messages of its side from 1; `clock` is larger than every clock its sender had seen; `time` is RFC 3339 UTC,
    by the sender's clock, and decides nothing.
    """

    conversation: str
    side: Side
    number: int
    clock: int
    kind: str
    time: str
    body: dict[str, Any]

    @property
    def key(self) -> tuple[str, int]:
        return self.side, self.number


class Conversation(msgspec.Struct, frozen=True):
    """What the messages known come to.

    `crossed` are messages that were sent before their sender knew what the other side had said, and no longer fit: both sides
    leave them out alike. `waiting` are messages that came before an earlier one of the same side.
    """

    id: str
    state: str
    said: tuple[Message, ...]
    crossed: tuple[Message, ...]
    waiting: tuple[Message, ...]

    @property
    def clock(self) -> int:
        return max((message.clock for message in (*self.said, *self.crossed)), default=0)

    def seen(self, side: Side) -> int:
        """How many messages of a side are known without a gap."""
        return sum(1 for message in (*self.said, *self.crossed) if message.side == side)


def fold(conversation_id: str, messages: Iterable[Message]) -> Conversation:
    """The state of a conversation from the set of its messages."""
    usable, waiting = _without_gaps({message.key: message for message in messages})
    state, said, crossed = "draft", [], []
    for message in sorted(usable, key=_order):
        word = table().messages.get(message.kind)
        if word is None or not word.is_said_by(message.side) or state not in word.from_:
            crossed.append(message)
            continue
        state = word.to or state
        said.append(message)
    return Conversation(conversation_id, state, tuple(said), tuple(crossed), tuple(waiting))


def _order(message: Message) -> tuple[int, int, int]:
    return message.clock, SIDES.index(message.side), message.number


def _without_gaps(known: Mapping[tuple[str, int], Message]) -> tuple[list[Message], list[Message]]:
    usable: list[Message] = []
    waiting: list[Message] = []
    for side in SIDES:
        number = 1
        while (side, number) in known:
            usable.append(known[side, number])
            number += 1
        waiting += [message for key, message in sorted(known.items()) if key[0] == side and key[1] > number]
    return usable, waiting


def allowed(conversation: Conversation, side: Side) -> list[str]:
    """The kinds of message a side may send now."""
    return [
        kind for kind, word in table().messages.items() if word.is_said_by(side) and conversation.state in word.from_
    ]


def say(
    conversation: Conversation, side: Side, kind: str, body: Mapping[str, Any], time: str
) -> Message | list[Sentence]:
    """The next message of a side, or everything that is wrong with it."""
    if problems := refusals(conversation, side, kind, body):
        return problems
    return Message(
        conversation=conversation.id,
        side=side,
        number=conversation.seen(side) + 1,
        clock=conversation.clock + 1,
        kind=kind,
        time=time,
        body=dict(body),
    )


TYING = ("request", "forwarding")
"""Kinds of message that tie a request to others."""
LONGEST_TIE = 120


def marks_of(body: Mapping[str, Any]) -> frozenset[str]:
    """The canonical marks of the weapons a message is about."""
    weapons = body.get("weapons")
    found = [one.get("marks") for one in weapons if isinstance(one, dict)] if isinstance(weapons, list) else []
    texts = [text for marks in found for text in (marks if isinstance(marks, list) else [marks])]
    said = [text.get("reading") or text.get("mark") if isinstance(text, dict) else text for text in texts]
    return frozenset(filter(None, (canonical(text) for text in said if isinstance(text, str))))


def named_in(body: Mapping[str, Any]) -> frozenset[str]:
    """The other requests a message names."""
    named = body.get("linked_request")
    return frozenset({named.strip()} if isinstance(named, str) and named.strip() else ())


def refusals(conversation: Conversation, side: Side, kind: str, body: Mapping[str, Any]) -> list[Sentence]:
    """Why a message may not be sent now; empty when it may."""
    word = table().messages.get(kind)
    if word is None:
        return [
            Sentence(
                "%(kind)s is no kind of message; expected one of %(kinds)s",
                kind=kind,
                kinds=", ".join(table().messages),
            )
        ]
    if not word.is_said_by(side):
        return [Sentence("%(title)s: only the other side says that", title=word.title)]
    if conversation.state not in word.from_:
        return [
            Sentence(
                "%(title)s: not while the request is %(state)s",
                title=word.title,
                state=table().states[conversation.state].title,
            )
        ]
    return content_problems(kind, body)


def content_problems(kind: str, body: Mapping[str, Any]) -> list[Sentence]:
    """What a message lacks: the three blocks of a request (ITI 17), grounds and reason (ITI 22, 23), an outcome."""
    problems = [
        Sentence("%(member)s is missing", member=member)
        for member in table().messages[kind].needs
        if not _given(body.get(member))
    ]
    problems += _unknown(body, "grounds", REFUSAL_GROUNDS)
    problems += _unknown(body, "why_illicit", ILLICIT_GROUNDS)
    outcome = body.get("outcome")
    if outcome is not None and outcome not in OUTCOMES:
        problems.append(Sentence("outcome: expected one of %(codes)s", codes=", ".join(OUTCOMES)))
    if kind == "closing" and str(outcome).startswith("B") and not _given(body.get("reason")):
        problems.append(Sentence("%(member)s is missing", member="reason"))
    if kind in ("consent", "consent_request") and "about" in body and not _is_number(body["about"]):
        problems.append(Sentence("about: expected the number of a message of the other side"))
    if kind == "consent" and body.get("decision") not in (None, "", *DECISIONS):
        problems.append(Sentence("decision: expected one of %(codes)s", codes=", ".join(DECISIONS)))
    if "until" in body and not _is_day(body["until"]):
        problems.append(Sentence("until: expected a date like 2026-01-31"))
    if kind == "request":
        problems += _unidentified(body.get("weapons"))
    return problems


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _given(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _unknown(body: Mapping[str, Any], member: str, codes: Mapping[str, str]) -> list[Sentence]:
    given = body.get(member)
    if not _given(given):
        return []
    if not isinstance(given, list) or any(code not in codes for code in given):
        return [Sentence("%(member)s: expected a list of %(codes)s", member=member, codes=", ".join(codes))]
    return []


_IDENTIFIERS = ("marks", "kind", "calibre")


def _unidentified(weapons: Any) -> list[Sentence]:
    """A weapon that is not described as ITI 17(b) asks: marks, type, calibre; and one nobody confirmed (identify, then trace)."""
    if not isinstance(weapons, list):
        return [Sentence("weapons: expected a list")] if weapons else []
    problems = []
    for number, weapon in enumerate(weapons, 1):
        if not isinstance(weapon, dict):
            problems.append(Sentence("weapon %(number)s: expected an object", number=number))
            continue
        problems += [
            Sentence("weapon %(number)s: %(member)s is missing", number=number, member=member)
            for member in _IDENTIFIERS
            if not _given(weapon.get(member))
        ]
        if weapon.get("confirmed") is not True:
            problems.append(Sentence("weapon %(number)s: its identification is not confirmed", number=number))
    return problems


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


DIVERTING = ("theft", "loss")
"""Events after which a weapon is no longer where the law left it."""


class Diversion(msgspec.Struct, frozen=True):
    """The point at which a weapon became illicit, as far as answers tell (ITI 5)."""

    country: str
    year: int | None


def point_of_diversion(told: Iterable[tuple[str, Mapping[str, Any]]]) -> Diversion | None:
    """The last theft or loss in the events told by States: pairs of the State that told it and the event's facts."""
    found = [(str(facts.get("date", "")), state, facts) for state, facts in told if facts.get("event") in DIVERTING]
    if not found:
        return None
    date, state, facts = max(found, key=lambda one: one[0])
    year = int(date[:4]) if date[:4].isdigit() else None
    return Diversion(str(facts.get("country") or state), year)


class Periods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """National parameters, in days: the ITI names none. `remind` days before what is owed, a reminder; `source`: who set them."""

    acknowledge: int = 5
    answer: int = 30
    information: int = 30
    remind: int = 3
    source: str = ""


LONGEST_PERIOD = 3650


def period_problems(periods: Periods) -> list[Sentence]:
    """What is wrong with periods somebody sets."""
    problems = []
    for name in ("acknowledge", "answer", "information", "remind"):
        least = 0 if name == "remind" else 1
        if not least <= getattr(periods, name) <= LONGEST_PERIOD:
            problems.append(
                Sentence("%(name)s: expected %(least)d to %(most)d days", name=name, least=least, most=LONGEST_PERIOD)
            )
    if not periods.source.strip():
        problems.append(Sentence("%(member)s is missing", member="source"))
    return problems


class Due(msgspec.Struct, frozen=True):
    """What is owed next, by which side, until when."""

    side: Side
    what: str
    day: dt.date


_USUAL = Periods()


def due(conversation: Conversation, periods: Periods = _USUAL) -> Due | None:
    """What is owed next; None where the clock stands (refusal, closing, withdrawal) or nothing was sent.

    A delay sets a new date; a request for information stops the answerer's clock until it is met (ITI 21).
    """
    word = table().states[conversation.state]
    said = [message for message in conversation.said if table().messages[message.kind].to]
    if not said or word.clock == "stopped" or word.waits_for not in SIDES:
        return None
    last = said[-1]
    since = _day(last)
    match conversation.state:
        case "sent":
            return Due("answerer", "acknowledgement", since + dt.timedelta(days=periods.acknowledge))
        case "delayed" if _is_day(last.body.get("until")):
            return Due("answerer", "answer", dt.date.fromisoformat(str(last.body["until"])))
        case "information_requested":
            return Due("asker", "information", since + dt.timedelta(days=periods.information))
        case "answered" | "restricted":
            return Due("asker", "closing", since + dt.timedelta(days=periods.answer))
        case _:
            return Due("answerer", "answer", _clock_start(said) + dt.timedelta(days=periods.answer))


def _clock_start(said: Sequence[Message]) -> dt.date:
    """The day from which an answer is owed: the request, or the last thing the asker added to it."""
    return next(_day(message) for message in reversed(said) if message.side == "asker")


def _day(message: Message) -> dt.date:
    return dt.datetime.fromisoformat(message.time).date()
