"""Tracing requests as people read them: what is owed, what was said, what an answer tells and how far it is proven."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from countermark.accounts.rules import ROLES
from countermark.ledger import entry as entries
from countermark.ledger import jcs
from countermark.ledger.models import Attachment, Peer
from countermark.register import countrynames, custody, words
from countermark.register import rules as register
from countermark.register.rules import HistoryEvent
from countermark.register.services import side_texts
from countermark.register.views.common import Name
from countermark.tracing.requests import handling, keyring, keys, periods, proofs, queries, rules
from countermark.tracing.requests.proofs import Answer, AnswerError, Released, Report
from countermark.tracing.requests.rules import Due, Message
from countermark.tracing.requests.states import Draft, Kept, Request

STATES = (
    gettext_noop("being drafted"), gettext_noop("sent"), gettext_noop("acknowledged"),
    gettext_noop("more information requested"), gettext_noop("in progress"), gettext_noop("answered in part"),
    gettext_noop("delayed"), gettext_noop("answered with restrictions"), gettext_noop("refused"), gettext_noop("answered"),
    gettext_noop("clarification sought"), gettext_noop("closed"), gettext_noop("withdrawn"),
)  # fmt: skip
KINDS = (
    gettext_noop("Request"), gettext_noop("Acknowledgement"), gettext_noop("Request for more information"),
    gettext_noop("Information asked for"), gettext_noop("Report of progress"),
    gettext_noop("Notice that the trace goes on with another State"), gettext_noop("Answer in part"), gettext_noop("Delay"),
    gettext_noop("Answer with restrictions"), gettext_noop("Refusal"), gettext_noop("Answer"),
    gettext_noop("Request for clarification"), gettext_noop("Closing"), gettext_noop("Withdrawal"),
    gettext_noop("Request for consent to pass on"), gettext_noop("Decision on consent to pass on"),
)  # fmt: skip
"""Titles of `conversation.toml`, named for the translators."""

OWED: Mapping[str, str | Promise] = {
    "acknowledgement": gettext_lazy("an acknowledgement"),
    "answer": gettext_lazy("an answer"),
    "information": gettext_lazy("the information asked for"),
    "closing": gettext_lazy("the closing of the request"),
}
MEMBERS: Mapping[str, str | Promise] = {
    "weapons": gettext_lazy("Weapons"),
    "why_illicit": gettext_lazy("Why illicit"),
    "circumstances": gettext_lazy("Circumstances"),
    "intended_use": gettext_lazy("Intended use"),
    "question": gettext_lazy("Question"),
    "text": gettext_lazy("Text"),
    "grounds": gettext_lazy("Grounds"),
    "reason": gettext_lazy("Reason"),
    "until": gettext_lazy("Answer expected by"),
    "outcome": gettext_lazy("Outcome"),
    "next_country": gettext_lazy("State to ask next"),
    "linked_request": gettext_lazy("Linked request"),
    "about": gettext_lazy("About message"),
    "decision": gettext_lazy("Decision"),
    "no_guarantee": gettext_lazy("Confidentiality cannot be guaranteed"),
    "handling": gettext_lazy("Handling conditions"),
    "hidden": gettext_lazy("Not shown"),
}
HIDDEN: Mapping[str, str] = {
    "expired": gettext_noop("the time for which it could be seen is over"),
    "staff": gettext_noop("it is for authorized staff only"),
}
"""Why a reader does not see what another State told."""
FACTS: Mapping[str, str | Promise] = {
    "event": gettext_lazy("event"),
    "date": gettext_lazy("date"),
    "country": gettext_lazy("country"),
    "place": gettext_lazy("place"),
    "from": gettext_lazy("from whom"),
    "to": gettext_lazy("to whom"),
    "document": gettext_lazy("document"),
    "name:party": gettext_lazy("a name"),
    "name:place": gettext_lazy("the name of a place"),
    "name:person": gettext_lazy("the officer who recorded it"),
    "name:document": gettext_lazy("the text of a document"),
    "name:note": gettext_lazy("a remark"),
    "handling:expired": gettext_lazy("what could be seen until a day that is past"),
    "handling:staff": gettext_lazy("what is for authorized staff only"),
}
CODES: Mapping[str, Mapping[str, str]] = {
    "why_illicit": rules.ILLICIT_GROUNDS,
    "grounds": rules.REFUSAL_GROUNDS,
    "outcome": rules.OUTCOMES,
    "decision": rules.DECISIONS,
    "hidden": HIDDEN,
}
_ADDRESSABLE = re.compile(r"[\w.~-]{1,100}", re.ASCII)
_DEEPEST = 4
_LONGEST = 20_000


@dataclass(frozen=True)
class State:
    """The other side: its country by name, and its node where it has one."""

    name: str
    origin: str


def state_of(peer: str) -> State:
    """Who a peer is."""
    return State(countrynames.name(peer[:2]), peer if "/" in peer else "")


def directory() -> list[tuple[str, str]]:
    """The nodes that can be asked, as choices."""
    origins = Peer.objects.exclude(encryption_key="").order_by("origin").values_list("origin", flat=True)
    return [(origin, f"{countrynames.name(origin[:2])} · {origin}") for origin in origins]


def title(kind: str) -> str:
    """A kind of message in words."""
    word = rules.table().messages.get(kind)
    return _(word.title) if word else kind


@dataclass(frozen=True)
class DirectoryKey:
    """One key of a peer as the directory shows it. `compared`: who, when and how, as one text; empty where nobody did."""

    verifier_key: str
    fingerprint: str
    encryption_key: str
    since: str
    until: str
    valid: bool
    announced: bool
    compared: str


def directory_keys(origin: str) -> list[DirectoryKey]:
    """The keys of a node of the directory, the log's own first."""
    known = keyring.of_peer(origin)
    names = side_texts([one.compared_by for one in known if one.compared_by])
    now = entries.now()
    return [
        DirectoryKey(
            one.verifier_key,
            keys.fingerprint(one.verifier_key),
            one.encryption_key,
            one.since[:10],
            one.until[:10],
            one.is_valid(now),
            one.announced,
            ", ".join(filter(None, (names.get(one.compared_by, ""), one.compared_on, one.compared_how))),
        )
        for one in known
    ]


@dataclass(frozen=True)
class Owed:
    """What is owed next, whether by us, and whether its day is past."""

    what: str | Promise
    by_us: bool
    day: str
    overdue: bool
    soon: bool = False


def due_of(request: Request, among: dict[str, rules.Periods] | None = None) -> Due | None:
    """What is owed next; None also where another State's program wrote a time that is none."""
    try:
        return rules.due(request.conversation, periods.of(request.peer[:2], among))
    except (ValueError, OverflowError):
        return None


def owed(request: Request, among: dict[str, rules.Periods] | None = None) -> Owed | None:
    """What a request waits for; `soon` within the days of a reminder. `among`: the periods known, read once for many."""
    due = due_of(request, among)
    if due is None:
        return None
    left = (due.day - timezone.localdate()).days
    is_soon = 0 <= left <= periods.of(request.peer[:2], among).remind
    return Owed(OWED[due.what], due.side == request.side, due.day.isoformat(), left < 0, is_soon)


@dataclass(frozen=True)
class Line:
    """A request in a list. `url` is empty for an id no address can carry."""

    request: Request
    url: str
    state: State
    status: str
    tone: str
    owed: Owed | None
    since: str


def line(request: Request, among: dict[str, rules.Periods] | None = None) -> Line:
    """A request as the list shows it."""
    state = request.conversation.state
    tone = {"refused": "alarm", "answered": "good", "closed": "over", "withdrawn": "over"}.get(state, "note")
    url = reverse("tracing:request", args=[request.id]) if _ADDRESSABLE.fullmatch(request.id) else ""
    last = max([*(one.time for one in request.kept), *(one.time for one in request.drafts)], default="")
    status = _(rules.table().states[state].title)
    return Line(request, url, state_of(request.peer), status, tone, owed(request, among), last)


@dataclass(frozen=True)
class Part:
    """One thing a message says: a text, a list of texts, or weapons."""

    label: str | Promise
    text: str = ""
    several: tuple[str, ...] = ()
    weapons: tuple[tuple[tuple[str | Promise, str], ...], ...] = ()


def parts(body: Mapping[str, Any]) -> list[Part]:
    """What a message says, in a reader's words; an answer is shown on a page of its own."""
    return [_part(name, value) for name, value in _in_order(body, MEMBERS) if name != "answer" and value]


def _in_order(said: Mapping[str, Any], known: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What is known in the order of its list, then what another program says besides."""
    return sorted(said.items(), key=lambda item: list(known).index(item[0]) if item[0] in known else len(known))


def _part(name: str, value: Any) -> Part:
    label = MEMBERS.get(name, name)
    if name == "weapons" and isinstance(value, list):
        return Part(label, weapons=tuple(_weapon(one) for one in value))
    if name in CODES:
        codes = value if isinstance(value, list) else [value]
        told = tuple(_coded(CODES[name], str(code)) for code in codes)
        return Part(label, several=told) if isinstance(value, list) else Part(label, told[0])
    if name == "handling":
        return Part(label, several=tuple(conditions_in_words(value)))
    if name == "next_country":
        return Part(label, _country(str(value)))
    return Part(label, plain(value))


def conditions_in_words(value: Any) -> list[str]:
    """Handling conditions as people read them."""
    found = handling.read(value)
    roles = ", ".join(_(ROLES[role].label) if role in ROLES else role for role in found.staff)
    return [
        *([_("only for authorized staff: %(roles)s") % {"roles": roles}] if roles else []),
        *([_("only for %(organisation)s") % {"organisation": found.organisation}] if found.organisation else []),
        *([_("only for this purpose: %(purpose)s") % {"purpose": found.purpose}] if found.purpose else []),
        *([_("not to be passed on without the consent of its State")] if found.no_onward else []),
        *([_("not to be seen after %(day)s") % {"day": found.until}] if found.until else []),
    ]


def without_guarantee(request: Request) -> str:
    """What the other State said beforehand that it cannot keep confidential (ITI 22 c); empty where it said nothing."""
    if request.side == "asker":
        return ""
    asked = next((one.envelope.body for one in request.received if one.envelope.kind == "request"), {})
    return plain(asked.get("no_guarantee") or "")


def _coded(codes: Mapping[str, str], code: str) -> str:
    return _(codes[code]) if code in codes else code


_WEAPON: Mapping[str, str | Promise] = {
    "marks": gettext_lazy("Marks"),
    "kind": gettext_lazy("Kind"),
    "calibre": gettext_lazy("Calibre"),
    "maker": gettext_lazy("Maker"),
    "model": gettext_lazy("Model"),
    "country": gettext_lazy("Country of manufacture"),
    "year": gettext_lazy("Year"),
    "confirmed": gettext_lazy("Identification confirmed"),
}


def _weapon(value: Any) -> tuple[tuple[str | Promise, str], ...]:
    if not isinstance(value, dict):
        return (("", plain(value)),)
    return tuple((_WEAPON.get(name, name), _fact(name, one)) for name, one in _in_order(value, _WEAPON) if one)


def _fact(name: str, value: Any) -> str:
    match name:
        case "confirmed":
            return _("yes") if value is True else _("no")
        case "kind":
            return _(words.KINDS.get(str(value), str(value)))
        case "country":
            return _country(str(value))
        case "marks" if isinstance(value, list):
            return " · ".join(_mark(one) for one in value)
        case _:
            return plain(value)


def _country(code: str) -> str:
    name = countrynames.name(code)
    return f"{name} ({code})" if name != code else code


def _mark(value: Any) -> str:
    if not isinstance(value, dict):
        return plain(value)
    component = _(words.COMPONENTS.get(str(value.get("component", "")), ""))
    return f"{plain(value.get('mark') or value.get('reading') or value.get('inscription') or '')} ({component})"


def plain(value: Any, deep: int = 0) -> str:
    """Anything another State's program may have written, as text."""
    if isinstance(value, dict) and deep < _DEEPEST:
        return "; ".join(f"{name}: {plain(one, deep + 1)}" for name, one in value.items())[:_LONGEST]
    if isinstance(value, list) and deep < _DEEPEST:
        return ", ".join(plain(one, deep + 1) for one in value)[:_LONGEST]
    return str(value)[:_LONGEST]


@dataclass(frozen=True)
class Said:
    """One message as the page shows it.

    `place` is `crossed` or `waiting` where it is left out of the conversation; `way` is how it went: `paper`, `arrived`,
    `not_arrived`, or empty for one that came over the network. `by` is who released or took it in here.
    """

    message: Message
    title: str
    ours: bool
    parts: list[Part]
    place: str
    way: str
    by: str
    answer: bool


def said(request: Request) -> list[Said]:
    """Everything that was said, in the order both sides see it; what waits for an earlier message comes last."""
    kept: dict[tuple[str, int], Kept] = {one.envelope.message.key: one for one in request.kept}
    conversation = request.conversation
    crossed = {message.key for message in conversation.crossed}
    known = sorted((*conversation.said, *conversation.crossed), key=lambda one: (one.clock, one.side, one.number))
    names = side_texts(list({one.by for one in request.kept if one.by}))
    away = {one.envelope.number for one in request.undelivered}
    return [
        *(_said(kept[one.key], request, "crossed" if one.key in crossed else "", away, names) for one in known),
        *(_said(kept[one.key], request, "waiting", away, names) for one in conversation.waiting),
    ]


def _said(one: Kept, request: Request, place: str, away: set[int], names: Mapping[str, str]) -> Said:
    message = one.envelope.message
    ours = message.side == request.side
    way = "paper" if one.paper else ""
    if ours and not one.paper:
        way = "not_arrived" if message.number in away else "arrived"
    has_answer = isinstance(message.body.get("answer"), dict)
    return Said(message, title(message.kind), ours, parts(message.body), place, way, names.get(one.by, ""), has_answer)


@dataclass(frozen=True)
class Waiting:
    """A draft that waits for release; `own` when the reader wrote it."""

    draft: Draft
    title: str
    by: str
    parts: list[Part]
    told: "Told | None"
    own: bool


def drafts(request: Request, reader: str) -> list[Waiting]:
    """The drafts of a request; `reader` is the opaque id of who looks."""
    names = side_texts([one.by for one in request.drafts if one.by])
    return [_waiting(one, request, names, own=one.by == reader) for one in request.drafts]


def _waiting(draft: Draft, request: Request, names: Mapping[str, str], *, own: bool) -> Waiting:
    body = body_of(draft)
    answer = told(body["answer"], request) if isinstance(body.get("answer"), dict) else None
    return Waiting(draft, title(draft.kind), names.get(draft.by, ""), parts(body), answer, own)


def body_of(draft: Draft) -> dict[str, Any]:
    """What a draft says; nothing where its document was erased."""
    kept = Attachment.objects.filter(pk=draft.digest).first()
    if kept is None or not bytes(kept.data):
        return {}
    body = jcs.decode(bytes(kept.data))
    return body if isinstance(body, dict) else {}


@dataclass(frozen=True)
class Event:
    """One event as it was told. `proof`: `before`, `asserted`, `unproven` or `forged`; `withheld` in words."""

    event: str
    date: dict[str, str]
    country: str
    sender: Name
    receiver: Name
    place: Name
    document: Name
    proof: str
    why: str
    withheld: tuple[str | Promise, ...]
    corrected: bool = False
    handling: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """An answer as people read it; `items` are events and the gaps between them, in order."""

    sender: str
    weapon: tuple[tuple[str | Promise, str], ...] = ()
    items: tuple[Event | custody.Gap, ...] = ()
    conditions: tuple[str, ...] = ()
    report: Report | None = None
    on_paper: bool = False
    problem: str = ""


def told(value: Mapping[str, Any], request: Request, *, ours: bool = True) -> Told:
    """An answer with its verification, done at once. `ours`: this node gave it, else the peer did."""
    try:
        answer = proofs.read(jcs.encode(dict(value)))
    except (AnswerError, ValueError):
        return on_paper(value, request.peer)
    if ours:
        return _told(answer, proofs.verify(answer, keys=[answer.verifier_key]))
    peer = Peer.objects.filter(origin=request.peer).first()
    keys = [peer.verifier_key] if peer else []
    first = next((one.envelope.holds for one in request.sent if one.envelope.kind == "request"), 0)
    held = queries.checkpoints_of(request.peer, {first, *(one.old for one in answer.consistency)})
    # A checkpoint that came after the request proves nothing about before; it may still show that the log was rewritten.
    report = proofs.verify(answer, [note for size, note in held.items() if size <= first], keys)
    problems = proofs.verify(answer, list(held.values()), keys).problems
    return _told(answer, msgspec.structs.replace(report, ok=report.ok and not problems, problems=problems))


def preview(answer: Answer) -> Told:
    """An answer that is about to be drafted."""
    return _told(answer, proofs.verify(answer, keys=[answer.verifier_key]))


def _told(answer: Answer, report: Report) -> Told:
    verified = {one.event_id: one for one in report.records}
    lines = [_history(number, one) for number, one in enumerate(answer.records)]
    released = dict(enumerate(answer.records))
    items: list[Event | custody.Gap] = []
    for item in custody.timeline(lines):
        if isinstance(item, custody.Gap):
            items.append(item)
            continue
        one = released[item.position]
        found = verified.get(one.event_id)
        proof = "unproven" if found is None else _proof(genuine=found.genuine, before=found.before)
        event = _event(item, one.withheld, proof, found.why if found else "")
        items.append(replace(event, handling=tuple(_record_conditions(one))))
    weapon = _weapon({k: v for k, v in answer.weapon.items() if v})
    return Told(
        answer.sender, weapon, tuple(items), (*conditions_in_words(answer.handling), *answer.conditions), report
    )


def _record_conditions(one: Released) -> Iterator[str]:
    for key, value in one.handling.items():
        about = f"{one.names[key]}: " if key in one.names else ""
        yield from (f"{about}{text}" for text in conditions_in_words(value))


def _proof(*, genuine: bool, before: str) -> str:
    if not genuine:
        return "forged"
    return "before" if before == "proven" else "asserted"


def _history(number: int, one: Released) -> HistoryEvent:
    """The line of a released entry, its opaque ids replaced by the texts that were told; or of the facts told instead."""
    if one.entry:
        try:
            found = register.history([entries.decode(number, one.entry.encode())])
        except (msgspec.DecodeError, ValueError, TypeError, AttributeError):
            found = []
        if found:
            return _named(found[0], one.names)
    return _of_facts(number, one.event_id, one.facts)


def _named(line: HistoryEvent, names: Mapping[str, str]) -> HistoryEvent:
    shown = {
        name: names.get(getattr(line, name), getattr(line, name))
        for name in ("sender", "receiver", "place", "document")
    }
    return msgspec.structs.replace(line, **shown)


def _of_facts(number: int, event_id: str, facts: Mapping[str, Any]) -> HistoryEvent:
    text = {name: plain(value) for name, value in facts.items()}
    return HistoryEvent(
        position=number,
        event_id=event_id,
        event=text.get("event", ""),
        time="",
        date=text.get("date", ""),
        precision="",
        recorded="",
        by="",
        sender=text.get("from", ""),
        receiver=text.get("to", ""),
        document=text.get("document", ""),
        place=text.get("place", ""),
        country=text.get("country", ""),
        note="",
        corrected=False,
        corrects="",
        reason="",
    )


def _event(line: HistoryEvent, withheld: Sequence[str], proof: str, why: str = "") -> Event:
    return Event(
        event=line.event,
        date={"text": line.date, "precision": line.precision},
        country=line.country,
        sender=_as_name(line.sender),
        receiver=_as_name(line.receiver),
        place=_as_name(line.place),
        document=_as_name(line.document),
        proof=proof,
        why=why,
        withheld=tuple(FACTS.get(name, name) for name in withheld),
        corrected=line.corrected,
    )


def _as_name(text: str) -> Name:
    return Name(hidden=True) if text.startswith("urn:countermark:") else Name(text)


def on_paper(value: Mapping[str, Any], peer: str) -> Told:
    """What a letter told, or a program that writes answers otherwise: facts without proof."""
    listed = value.get("events") or value.get("records") or []
    facts = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    lines = [_of_facts(number, "", one) for number, one in enumerate(facts)]
    items = tuple(
        item if isinstance(item, custody.Gap) else _event(item, (), "unproven") for item in custody.timeline(lines)
    )
    return Told(peer, items=items, on_paper=True)


def point_of_diversion(request: Request) -> rules.Diversion | None:
    """Where the weapon left lawful custody, as far as the answers of this request tell; of several weapons each chain says it."""
    asked = next((one.envelope.body.get("weapons") for one in request.kept if one.envelope.kind == "request"), None)
    if isinstance(asked, list) and len(asked) > 1:
        return None
    return rules.point_of_diversion(_facts_told(request))


def _facts_told(request: Request) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for message in request.conversation.said:
        answer = message.body.get("answer")
        if not isinstance(answer, dict):
            continue
        ours = message.side == request.side
        for item in told(answer, request, ours=ours).items:
            if isinstance(item, Event) and item.proof != "forged":
                country = item.country if len(item.country) == 2 else ""
                yield (
                    settings.ENVIRONMENT.state if ours else request.peer[:2],
                    {"event": item.event, "date": item.date["text"], "country": country},
                )
