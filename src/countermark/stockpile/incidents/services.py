"""Incidents (PoA II.17, II.19; MOSAIC 05.20): what is reported, what an inquiry finds, write-off by higher authority, recovery.

The report records the loss or theft of each weapon, which puts it on the stolen list the register keeps, in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from countermark.ledger import identity
from countermark.ledger.entry import Entry
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, SideNote
from countermark.ledger.subjects import text, texts
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.stockpile import acts, custody, proposals, receipts, states
from countermark.stockpile.custody import Order
from countermark.stockpile.proposals import Approval
from countermark.stockpile.states import Subject

What = Literal["loss", "theft"]
_STEPS = {"loss": "lose", "theft": "steal"}
OPEN = ("open", "inquiry")


class Incident(msgspec.Struct, frozen=True, omit_defaults=True):
    """A loss or theft. `circumstances`, `finding` and `sanction` are ids of notes; `recovered` the weapons that came back. `reason_code` says how it came about."""

    what: What
    weapons: tuple[str, ...]
    circumstances: str = ""
    happened: str = ""
    finding: str = ""
    sanction: str = ""
    recovered: tuple[str, ...] = ()
    count: str = ""
    reason_code: str = ""

    @property
    def missing(self) -> list[str]:
        """The weapons that have not come back."""
        return [weapon for weapon in self.weapons if weapon not in self.recovered]


def _looked_into(subject: Subject, act: Entry) -> Subject:
    said = {name: text(act.body, name) for name in ("finding", "sanction") if text(act.body, name)}
    state = "inquiry" if subject.state in OPEN else subject.state
    return msgspec.structs.replace(subject, state=state, value={**subject.value, **said})


def _recovered(subject: Subject, act: Entry) -> Subject:
    back = sorted({*subject.value.get("recovered", ()), *texts(act.body, "weapons")} & set(subject.value["weapons"]))
    state = "recovered" if len(back) == len(set(subject.value["weapons"])) else subject.state
    return msgspec.structs.replace(subject, state=state, value={**subject.value, "recovered": back})


def _written_off(subject: Subject, _act: Entry) -> Subject:
    finding = subject.finding if subject.state != "recovered" else "out_of_order"
    return msgspec.structs.replace(subject, state="written_off", finding=finding)


states.machine(
    "incident",
    "stockpile_incident_opened",
    {
        "stockpile_incident_inquired": _looked_into,
        "stockpile_incident_recovered": _recovered,
        "stockpile_incident_written_off": _written_off,
    },
    state="open",
    shape=Incident,
)


@dataclass(frozen=True)
class Report:
    """What is reported: loss or theft of some weapons of a store, how it came about (of the list `loss` or `theft`), the circumstances, and when, where that is known."""

    what: What
    store: str
    weapons: Sequence[str]
    reason: str
    circumstances: str
    happened: str = ""
    count: str = ""
    """The count that found it out, if one did."""


def report(said: Report, *, by: Actor, request: str = "") -> str:
    """Opens an incident and records the loss or theft of its weapons; returns its id. Said twice with one `request`, it is opened once.

    The code of how it came about stands in the event of each weapon, as of one that is keyed by hand. Raises `Refused` without it or circumstances, and for weapons that are missing already or are no more.
    """
    if said.what not in _STEPS:
        raise acts.refuse("what", said.what, acts.one_of(_STEPS), "unknown")
    circumstances = acts.required("circumstances", said.circumstances, "what is known of how it happened")
    why = acts.reason_of(said.what, Reason(said.reason, circumstances))
    store = acts.place_id(acts.required("store", said.store, "a place of this State"))
    key = acts.id_for(request)
    with acts.alone():
        if acts.subject("incident", key) is not None:
            return key
        order = Order(
            _STEPS[said.what],
            account=receipts.account_id(store),
            document=key,
            note=circumstances,
            why=why.code,
            happened=said.happened,
        )
        events, _ = custody.drafts(order, said.weapons)
        value = Incident(
            said.what,
            tuple(dict.fromkeys(said.weapons)),
            identity.note(circumstances),
            said.happened,
            count=said.count,
            reason_code=why.code,
        )
        fields = {"value": msgspec.to_builtins(value), "place": store, "happened": said.happened}
        names = (*acts.place_notes(store), SideNote("note", circumstances))
        acts.append([*events, acts.draft("stockpile_incident_opened", [f"incident:{key}"], fields, texts=names)], by=by)
    return key


def inquire(key: str, *, finding: str = "", sanction: str = "", by: Actor) -> None:
    """Records what the inquiry found, and what followed for whom. Raises `Refused` where nothing is said, or the incident is closed."""
    said = {"finding": finding.strip(), "sanction": sanction.strip()}
    given = {name: words for name, words in said.items() if words}
    if not given:
        raise acts.refuse("finding", "", "what the inquiry found", "missing")
    with acts.alone():
        known = known_incident(key)
        if known.state not in OPEN:
            raise acts.refuse("incident", key, "an incident that is open", "decided")
        fields = {name: identity.opaque("note", words) for name, words in given.items()}
        notes = [SideNote("note", words) for words in given.values()]
        acts.append([acts.draft("stockpile_incident_inquired", [known.name], fields, texts=notes)], by=by)


def recover(key: str, weapons: Sequence[str], store: str, *, note: str, happened: str = "", by: Actor) -> None:
    """Reconciles weapons that came back: they are in a store again, or where an officer has settled that they are. Raises `Refused` for weapons of another incident."""
    words = acts.required("note", note, "how it came back")
    pk = acts.place_id(acts.required("store", store, "a place of this State"))
    with acts.alone():
        known = known_incident(key)
        foreign = [weapon for weapon in weapons if weapon not in known.of(Incident).missing]
        if foreign or not weapons:
            raise acts.refuse(
                "weapon", ", ".join(foreign), "weapons of this incident that have not come back", "unknown"
            )
        to, account = receipts.account_of(pk), receipts.account_id(pk)
        order = Order("recover", to=to, account=account, store=pk, document=key, note=words, happened=happened)
        gone = [weapon for weapon in weapons if not _accounted_for(weapon)]
        events = custody.drafts(order, gone)[0] if gone else []
        act = acts.draft("stockpile_incident_recovered", [known.name], {"weapons": list(weapons), "happened": happened})
        acts.append([*events, act], by=by)


def _accounted_for(weapon: str) -> bool:
    """Whether a weapon that was reported is somewhere already: another depot had it, and an officer settled the contradiction."""
    state = projection.state_of(weapon)
    held = state.custody if state else None
    return held is not None and len(held.heads) == 1 and held.kind not in ("missing", "destroyed")


def propose_write_off(key: str, reason: Reason | str, *, by: Actor) -> str:
    """Asks somebody above the store to write off what has not come back; returns the proposal. `reason` is of the list `write_off`.

    Raises `Refused` before an inquiry.
    """
    why = acts.reason_of("write_off", reason)
    known = known_incident(key)
    if known.state != "inquiry" or not known.of(Incident).finding:
        raise acts.refuse("incident", key, "an incident whose inquiry has found something", "early")
    command = {"incident": key, FIELD: why.code}
    return proposals.propose("write_off", command, place=known.place, reason=why, by=by)


@proposals.executor("write_off", higher=True)
def _write_off(command: dict[str, Any], approval: Approval) -> None:
    known = known_incident(str(command.get("incident", "")))
    if known.state != "inquiry":
        raise acts.refuse("incident", known.key, "an incident whose inquiry has found something", "decided")
    code = text(command, FIELD)  # Empty in a proposal from before there were codes.
    fields = {"approved_by": approval.second, "proposed_by": approval.proposer, FIELD: code}
    acts.append([acts.draft("stockpile_incident_written_off", [known.name], fields)], by=approval.by)


def known_incident(key: str) -> Subject:
    """An incident. Raises `Refused` for an id that is none."""
    return acts.known("incident", key, Sentence("the id of an incident"))
