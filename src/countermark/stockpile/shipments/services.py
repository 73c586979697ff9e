"""Shipments: prepared, dispatched, passed on, arrived; each step one transaction of an act and the events of the weapons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from countermark.ledger import identity
from countermark.ledger.entry import Entry
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, SideNote
from countermark.ledger.subjects import text, texts
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.register.files.errors import RowError
from countermark.register.services import side_texts
from countermark.stockpile import acts, custody, proposals, receipts, states, units
from countermark.stockpile.custody import Order
from countermark.stockpile.proposals import Approval
from countermark.stockpile.rules.custody import needs_second
from countermark.stockpile.shipments import rules
from countermark.stockpile.shipments.rules import Arrival
from countermark.stockpile.states import Subject

ON_THE_WAY = ("dispatched", "short")
MOST_SEALS = 100
LONGEST_SEAL = 40


class Shipment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A consignment. `sender` and `receiver` are places; `route`, `escort`, `vehicle`, `authority` and `ammunition` ids of notes (exactly
    where it goes is shown by permission only); `seals` their numbers; `received` the weapons that have arrived, `surplus` those that came
    with them unannounced. `account` is the party of the unit that answers for them on the way (empty: as before), `second` the person id of who
    confirmed, `asked_by` of who proposed it, where it was proposed; `loaded` is how many weapons were read as they were loaded; `seals_missing` and
    `seals_foreign` are how the seals found differed.
    """

    sender: str
    receiver: str
    weapons: tuple[str, ...]
    seals: tuple[str, ...] = ()
    authority: str = ""
    route: str = ""
    escort: str = ""
    vehicle: str = ""
    ammunition: str = ""
    received: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    passed: tuple[dict[str, str], ...] = ()
    dispatched: str = ""
    second: str = ""
    account: str = ""
    asked_by: str = ""
    loaded: int = 0
    seals_missing: tuple[str, ...] = ()
    seals_foreign: tuple[str, ...] = ()

    @property
    def short(self) -> list[str]:
        """What has not arrived."""
        return [weapon for weapon in self.weapons if weapon not in self.received]


def _dispatched(subject: Subject, act: Entry) -> Subject:
    said: dict[str, Any] = {"dispatched": text(act.body, "happened") or act.recorded.time}
    said["loaded"] = len(texts(act.body, "read"))
    said |= {name: text(act.body, name) for name in ("second", "account", "asked_by")}
    if subject.state != "prepared":
        return msgspec.structs.replace(subject, finding="out_of_order")
    return msgspec.structs.replace(subject, state="dispatched", value={**subject.value, **said})


def _passed(subject: Subject, act: Entry) -> Subject:
    one = {name: text(act.body, name) for name in ("party", "where", "condition")}
    one["time"] = text(act.body, "happened") or act.recorded.time
    return msgspec.structs.replace(subject, value={**subject.value, "passed": [*subject.value.get("passed", ()), one]})


def _arrived(subject: Subject, act: Entry) -> Subject:
    value = subject.value
    named = ("received", "surplus", "seals_missing", "seals_foreign")
    said = {name: sorted({*value.get(name, ()), *texts(act.body, name)}) for name in named}
    short = sorted(set(value["weapons"]) - set(said["received"]))
    # What an earlier arrival found stays found: what came late makes no broken seal whole.
    found = Arrival(short=tuple(short), **{name: tuple(some) for name, some in said.items()})
    state = "short" if short else "arrived"
    return msgspec.structs.replace(subject, state=state, finding=found.finding, value={**value, **said})


def _ended(state: str) -> states.Step:
    def step(subject: Subject, _act: Entry) -> Subject:
        return msgspec.structs.replace(subject, state=state)

    return step


states.machine(
    "shipment",
    "stockpile_shipment_prepared",
    {
        "stockpile_shipment_dispatched": _dispatched,
        "stockpile_shipment_passed": _passed,
        "stockpile_shipment_arrived": _arrived,
        "stockpile_shipment_cancelled": _ended("cancelled"),
        "stockpile_shipment_closed": _ended("closed"),
    },
    state="prepared",
    shape=Shipment,
)


@dataclass(frozen=True)
class Manifest:
    """What is to be sent. Places by id or name; `due` is the day or time it is to have arrived by."""

    sender: str
    receiver: str
    weapons: Sequence[str]
    due: str
    seals: Sequence[str] = ()
    authority: str = ""
    route: str = ""
    escort: str = ""
    vehicle: str = ""
    ammunition: str = ""


_NOTES = ("authority", "route", "escort", "vehicle", "ammunition")


def prepare(said: Manifest, *, by: Actor, request: str = "") -> str:
    """Writes the manifest; returns the id of the shipment. Raises `Refused` for weapons that cannot go, and without an authority or a date."""
    sender = acts.place_id(acts.required("sender", said.sender, "a place of this State"))
    receiver = acts.place_id(acts.required("receiver", said.receiver, "a place of this State"))
    acts.required("authority", said.authority, "who has ordered the transport")
    due = acts.due_time(acts.required("due", said.due, "when it is to have arrived"))
    if units.site_of_id(sender) == units.site_of_id(receiver):
        raise acts.refuse("receiver", said.receiver, "a place of another site: within a site weapons are moved", "same")
    _require_few_seals(said.seals)
    key = acts.id_for(request)
    notes = {name: str(getattr(said, name)).strip() for name in _NOTES}
    named = {name: identity.note(words) for name, words in notes.items()}
    value = Shipment(
        sender,
        receiver,
        tuple(dict.fromkeys(said.weapons)),
        tuple(dict.fromkeys(said.seals)),
        authority=named["authority"],
        route=named["route"],
        escort=named["escort"],
        vehicle=named["vehicle"],
        ammunition=named["ammunition"],
    )
    texts_ = [SideNote("note", words) for words in notes.values() if words]
    with acts.alone():
        if acts.subject("shipment", key) is not None:
            return key
        custody.require_here("dispatch", sender, value.weapons)
        fields = {"value": msgspec.to_builtins(value), "place": sender, "person": receiver, "due": due}
        names = [*texts_, *acts.place_notes(sender), *acts.place_notes(receiver)]
        acts.append([acts.draft("stockpile_shipment_prepared", [f"shipment:{key}"], fields, texts=names)], by=by)
    return key


def _require_few_seals(seals: Sequence[str]) -> None:
    """What stands on seals stands in the act: numbers, bounded, and no place for a text."""
    if len(seals) > MOST_SEALS:
        raise acts.refuse("seals", str(len(seals)), Sentence("at most %(most)d seals", most=MOST_SEALS), "range")
    for seal in seals:
        if len(seal) > LONGEST_SEAL:
            expected = Sentence("a seal number of at most %(most)d characters", most=LONGEST_SEAL)
            raise acts.refuse("seals", seal[:LONGEST_SEAL], expected, "range")


def dispatch(
    key: str,
    read: Sequence[str] | None = None,
    *,
    second: str = "",
    happened: str = "",
    account: str = "",
    asked_by: str = "",
    by: Actor,
) -> None:
    """Sends it off: the weapons are on their way, until they arrive on the account of the sender or of the unit that is named.

    `read` are the weapons as they were read when they were loaded: each end counts for itself, and what goes is what the manifest says (None
    where nobody read them here). `account` is the name (or party id) of the unit that answers for them on the way, such as the carrier's or the receiver's; `asked_by` the
    person id of who proposed it, where `by` approves. Raises `Refused`.
    """
    party, texts_ = _account(account)
    with acts.alone():
        known = known_shipment(key, "prepared")
        value = known.of(Shipment)
        _require_loaded(value.weapons, read)
        custody.require_second(value.sender, "dispatch", second, asked_by or identity.opaque("person", by.name))
        order = Order(
            "dispatch", shipment=key, due=known.due, document=key, happened=happened, account=party,
            only=units.of_site(value.sender),
        )  # fmt: skip
        events, _ = custody.drafts(order, value.weapons)
        fields = {
            "second": second,
            "happened": happened,
            "account": party,
            "asked_by": asked_by,
            "read": sorted(set(read or ())),
        }
        act = acts.draft("stockpile_shipment_dispatched", [known.name], fields, texts=texts_)
        acts.append([*events, act], by=by)


def _require_loaded(manifest: Sequence[str], read: Sequence[str] | None) -> None:
    if read is None:
        return
    missing, foreign = rules.loaded(manifest, read)
    errors = [RowError(0, "weapon", one, _UNREAD, "short") for one in missing]
    errors += [RowError(0, "weapon", one, _FOREIGN, "surplus") for one in foreign]
    if errors:
        raise acts.Refused(errors)


_UNREAD = Sentence("a weapon that was read as it was loaded: this one stands on the manifest and was not")
_FOREIGN = Sentence("a weapon of the manifest: this one stands not on it")


def _account(name: str) -> tuple[str, list[SideNote]]:
    """The party of the unit that answers for weapons on their way, and its name as a side text; empty: the account stays as it is."""
    text = name.strip()
    if not text or identity.is_opaque(text):
        return text, []
    return identity.opaque("party", text), [SideNote("party", text)]


def propose_dispatch(
    key: str,
    read: Sequence[str] | None = None,
    *,
    happened: str = "",
    account: str = "",
    by: Actor,
    request: str = "",
) -> str:
    """Asks a second person to send it off; returns the proposal. Raises `Refused` for one that cannot go."""
    party, texts_ = _account(account)
    command = {
        "shipment": key,
        "happened": acts.happened_at(happened),
        "account": party,
        "read": sorted(set(read or ())),
    }
    with acts.alone():
        known = known_shipment(key, "prepared")
        _require_loaded(known.of(Shipment).weapons, read)
        proposals.require_none_waits("dispatch", "shipment", key, known.place, request)
        custody.require_here("dispatch", known.place, known.of(Shipment).weapons)
        return proposals.propose(
            "dispatch", command, place=known.place, reason=None, by=by, texts=texts_, request=request
        )


@proposals.executor("dispatch", "stock.handle", "stock.command")
def _dispatch(command: dict[str, Any], approval: Approval) -> None:
    dispatch(
        text(command, "shipment"), texts(command, "read") or None, second=approval.second, happened=text(command, "happened"), account=text(command, "account"),
        asked_by=approval.proposer, by=approval.by,
    )  # fmt: skip


def pass_on(key: str, party: str, where: str, *, condition: str = "", happened: str = "", by: Actor) -> None:
    """Records that it went from hand to hand on the way: who took it over, where, and in what condition. Raises `Refused`."""
    said = {
        "party": ("party", acts.required("party", party, "who took it over")),
        "where": ("note", acts.required("where", where, "where it was handed over")),
        "condition": ("note", condition.strip()),
    }
    given = {name: pair for name, pair in said.items() if pair[1]}
    happened = acts.happened_at(happened)
    with acts.alone():
        known = known_shipment(key, *ON_THE_WAY)
        fields = {name: identity.opaque(kind, words) for name, (kind, words) in given.items()} | {"happened": happened}
        names = [SideNote(kind, words) for kind, words in given.values()]
        acts.append([acts.draft("stockpile_shipment_passed", [known.name], fields, texts=names)], by=by)


def arrive(
    key: str,
    read: Sequence[str],
    store: str,
    *,
    seals: Sequence[str] = (),
    note: str = "",
    happened: str = "",
    second: str = "",
    asked_by: str = "",
    by: Actor,
) -> Arrival:
    """Takes in what was read at the receiver, weapon by weapon. What is short stays on its way; what nobody announced is received with a finding.

    May be said again when a late one comes. What nobody announced needs a second person where the rules of the store ask for one to receive: `second`
    and `asked_by` as in `dispatch`. Raises `Refused` for a surplus weapon that is out, missing or destroyed by the record.
    """
    pk, happened = acts.place_id(acts.required("store", store, "a place of this State")), acts.happened_at(happened)
    _require_few_seals(seals)
    with acts.alone():
        known = known_shipment(key, *ON_THE_WAY)
        value = known.of(Shipment)
        if pk not in units.of_site(value.receiver):
            raise acts.refuse("store", store, "a place of the site it was sent to", "elsewhere")
        sealed = (value.seals, seals) if not value.received else ((), ())
        found = rules.arrival(value.weapons, value.received, read, *sealed)
        if found.surplus:
            custody.require_second(pk, "receive", second, asked_by or identity.opaque("person", by.name))
        to, account = receipts.account_of(pk), receipts.account_id(pk)
        base = Order(
            "arrive", to=to, account=account, store=pk, shipment=key, document=key, note=note, happened=happened
        )
        events = []
        for step, weapons in (("arrive", found.received), ("receive", found.surplus)):
            if weapons:
                events += custody.drafts(replace(base, step=step), weapons)[0]
        fields = {
            "received": list(found.received), "surplus": list(found.surplus), "finding": found.finding, "happened": happened,
            "seals_missing": list(found.seals_missing), "seals_foreign": list(found.seals_foreign), "second": second, "asked_by": asked_by,
        }  # fmt: skip
        names = [SideNote("note", note.strip())] if note.strip() else []
        act = acts.draft("stockpile_shipment_arrived", [known.name], fields, note=note.strip(), texts=names)
        acts.append([*events, act], by=by)
    return found


def seconded_arrival(known: Subject, read: Sequence[str], store: str) -> bool:
    """Whether what was read holds weapons nobody announced, and the rules of the store (an id) ask for a second person to receive."""
    value = known.of(Shipment)
    found = rules.arrival(value.weapons, value.received, read, (), ())
    return bool(found.surplus) and needs_second(units.policy_at(store), "receive")


def propose_arrival(
    key: str,
    read: Sequence[str],
    store: str,
    *,
    seals: Sequence[str] = (),
    note: str = "",
    happened: str = "",
    by: Actor,
    request: str = "",
) -> str:
    """Asks a second person to take in what was read, with what nobody announced; returns the proposal. `store` is an id. Raises `Refused`."""
    _require_few_seals(seals)
    words = note.strip()
    command = {
        "shipment": key, "read": list(dict.fromkeys(read)), "store": store, "seals": list(seals), "happened": acts.happened_at(happened),
        "note": identity.note(words),
    }  # fmt: skip
    with acts.alone():
        known = known_shipment(key, *ON_THE_WAY)
        proposals.require_none_waits("arrival", "shipment", key, store, request)
        foreign = [one for one in command["read"] if one not in known.of(Shipment).weapons]
        custody.drafts(Order("receive", store=store), foreign)
        told = [SideNote("note", words)] if words else []
        return proposals.propose("arrival", command, place=store, reason=None, by=by, texts=told, request=request)


@proposals.executor("arrival", "stock.handle", "stock.command")
def _arrival(command: dict[str, Any], approval: Approval) -> None:
    note = text(command, "note")
    arrive(
        text(command, "shipment"), texts(command, "read"), text(command, "store"), seals=texts(command, "seals"),
        note=side_texts([note]).get(note, ""), happened=text(command, "happened"), second=approval.second,
        asked_by=approval.proposer, by=approval.by,
    )  # fmt: skip


def cancel(key: str, reason: Reason | str, *, by: Actor) -> None:
    """Takes back a manifest that was not sent off. `reason` is of the list `shipment_cancelled`. Raises `Refused`."""
    why = acts.reason_of("shipment_cancelled", reason)
    with acts.alone():
        known = known_shipment(key, "prepared")
        acts.append([acts.draft("stockpile_shipment_cancelled", [known.name], {}, reason=why)], by=by)


def close_short(key: str, reason: Reason | str, *, by: Actor) -> None:
    """Closes one whose missing weapons are an incident's now. `reason` is of the list `shipment_closed`.

    Raises `Refused` while one of them is still said to be on its way.
    """
    why = acts.reason_of("shipment_closed", reason)
    with acts.alone():
        known = known_shipment(key, "short")
        states_ = projection.states_of(known.of(Shipment).short)
        if any(one.custody and one.custody.kind == "transit" for one in states_.values()):
            raise acts.refuse("shipment", key, "one whose missing weapons are reported lost or stolen", "early")
        acts.append([acts.draft("stockpile_shipment_closed", [known.name], {}, reason=why)], by=by)


def known_shipment(key: str, *wanted: str) -> Subject:
    """A shipment in one of some states (any, if none is named). Raises `Refused`."""
    return acts.known("shipment", key, Sentence("the id of a shipment"), *wanted)
