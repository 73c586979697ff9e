"""Disposal: a list is authorised by a second person, every serial read by two, the destruction recorded and certified, the list reconciled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils import timezone

from countermark.ledger import identity
from countermark.ledger.entry import Entry, event_id_of
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, Draft, SideNote
from countermark.ledger.subjects import happened as happened_of
from countermark.ledger.subjects import text
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError
from countermark.register.files.vocabulary import KINDS
from countermark.register.rules import WeaponState
from countermark.stockpile import acts, custody, proposals, roster, states, units
from countermark.stockpile.custody import Order
from countermark.stockpile.disposal import rules
from countermark.stockpile.disposal.rules import OUTCOMES, Balance, Reading
from countermark.stockpile.proposals import Approval
from countermark.stockpile.states import Subject


class Destruction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A list of weapons to be destroyed. `authority`, `evidence` and `residue` are ids of notes, `witness` of a party, `document` the digest
    of the authority's paper. The weapons are subjects of their own (`destruction_item`).
    """

    method: str
    planned: int
    authority: str
    evidence: str
    witness: str
    document: str = ""
    residue: str = ""
    happened: str = ""
    approved_by: str = ""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A weapon of a list: how each reader read its serial, and what became of it."""

    weapon: str
    serial: str
    readings: tuple[dict[str, str], ...] = ()
    event_id: str = ""


class Review(msgspec.Struct, frozen=True, omit_defaults=True):
    """A surplus review of a place: how many are needed and held, why it was reviewed (a note, and a code), and the day of the next."""

    kind: str
    held: int
    needed: int
    reason: str = ""
    next: str = ""
    reason_code: str = ""


class Surplus(msgspec.Struct, frozen=True, omit_defaults=True):
    """Weapons declared surplus: what is to become of them, why (a note, and a code), and where they are safeguarded meanwhile. `second` is the person id of who confirmed
    that they were disposed of, `asked_by` of who proposed it, where it was proposed.
    """

    outcome: str
    weapons: tuple[str, ...]
    reason: str = ""
    safeguarded: str = ""
    second: str = ""
    asked_by: str = ""
    reason_code: str = ""


def _authorised(subject: Subject, act: Entry) -> Subject:
    said = {"approved_by": text(act.body, "approved_by")}
    state = "authorised" if subject.state == "planned" else subject.state
    return msgspec.structs.replace(subject, state=state, value={**subject.value, **said})


def _closed(subject: Subject, act: Entry) -> Subject:
    said = {"residue": text(act.body, "residue"), "happened": happened_of(act)}
    return msgspec.structs.replace(subject, state="closed", value={**subject.value, **said})


def _read(subject: Subject, act: Entry) -> Subject:
    one = {"reader": text(act.body, "reader"), "serial": text(act.body, "serial")}
    others = [reading for reading in subject.value.get("readings", ()) if reading["reader"] != one["reader"]]
    return msgspec.structs.replace(subject, value={**subject.value, "readings": [*others, one]})


def _destroyed(subject: Subject, act: Entry) -> Subject:
    finding = subject.finding if subject.state in ("planned", "destroyed") else "out_of_order"
    value = {**subject.value, "event_id": text(act.body, "event_id")}
    return msgspec.structs.replace(subject, state="destroyed", value=value, finding=finding)


def _withdrawn(subject: Subject, _act: Entry) -> Subject:
    if subject.state == "destroyed":
        return msgspec.structs.replace(subject, finding="out_of_order")
    return msgspec.structs.replace(subject, state="withdrawn")


def _safeguarded(subject: Subject, act: Entry) -> Subject:
    return msgspec.structs.replace(
        subject, state="safeguarded", value={**subject.value, "safeguarded": text(act.body, "store")}
    )


def _corrected(subject: Subject, act: Entry) -> Subject:
    """A list that was declined, said anew: it waits for a second person again."""
    value = act.body.get("value")
    if not isinstance(value, dict) or not states.reads(value, Destruction):
        return subject
    if subject.state != "planned":
        return msgspec.structs.replace(subject, finding="out_of_order")
    return msgspec.structs.replace(subject, value=dict(value))


def _relisted(subject: Subject, _act: Entry) -> Subject:
    return msgspec.structs.replace(subject, state="planned" if subject.state == "withdrawn" else subject.state)


states.record("review", Review)
states.machine(
    "surplus",
    "stockpile_surplus_declared",
    {
        "stockpile_surplus_safeguarded": _safeguarded,
        "stockpile_surplus_disposed": states.to("disposed", second="second", asked_by="asked_by"),
    },
    state="declared",
    shape=Surplus,
)
states.machine(
    "destruction",
    "stockpile_destruction_planned",
    {
        "stockpile_destruction_corrected": _corrected,
        "stockpile_destruction_authorised": _authorised,
        "stockpile_destruction_closed": _closed,
    },
    state="planned",
    shape=Destruction,
)
states.machine(
    "destruction_item",
    "stockpile_destruction_listed",
    {
        "stockpile_destruction_read": _read,
        "stockpile_destruction_done": _destroyed,
        "stockpile_destruction_withdrawn": _withdrawn,
        "stockpile_destruction_relisted": _relisted,
    },
    state="planned",
    shape=Item,
)


# --- surplus ----------------------------------------------------------------------------------------------------------


def review(place: str, kind: str, *, held: int, needed: int, reason: Reason | str, next_review: str, by: Actor) -> int:
    """Records a review of a place's need for a kind of weapon; returns how many are surplus. `reason` is of the list `need`. Raises `Refused`."""
    pk = acts.place_id(acts.required("place", place, "a place of this State"))
    if kind not in KINDS:
        raise acts.refuse("kind", kind, acts.one_of(KINDS), "unknown")
    if held < 0 or needed < 0:
        raise acts.refuse("needed", str(needed), "a number of weapons", "range")
    why = acts.reason_of("need", reason)
    acts.required("next", next_review, "the day of the next review")
    if next_review < timezone.localdate().isoformat():
        raise acts.refuse("next_review", next_review, "a day to come", "range")
    value = Review(kind, held, needed, identity.note(why.words), next_review, why.code)
    acts.state_record("review", f"{identity.ref_of(pk)}/{kind}", value, place=pk, due=next_review, reason=why, by=by)
    return max(0, held - needed)


def declare(
    place: str, weapons: Sequence[str], outcome: str, reason: Reason | str, *, by: Actor, request: str = ""
) -> str:
    """Declares weapons of a place surplus; returns the id. `reason` is of the list `surplus`. Said twice with one `request`, they are declared once.

    Raises `Refused` for weapons that are not in its stores.
    """
    pk = acts.place_id(acts.required("place", place, "a place of this State"))
    if outcome not in OUTCOMES:
        raise acts.refuse("outcome", outcome, acts.one_of(OUTCOMES), "unknown")
    why = acts.reason_of("surplus", reason)
    key = acts.id_for(request)
    with acts.alone():
        if acts.subject("surplus", key) is not None:
            return key
        custody.require_here("move", pk, weapons)
        _refuse_taken(weapons, _surplus_of(pk), Sentence("a weapon that is not declared surplus already"))
        note = identity.note(why.words)
        value = Surplus(outcome, tuple(dict.fromkeys(weapons)), note, reason_code=why.code)
        fields = {"value": msgspec.to_builtins(value), "place": pk}
        act = acts.draft(
            "stockpile_surplus_declared", [f"surplus:{key}"], fields, reason=why, texts=acts.place_notes(pk)
        )
        acts.append([act], by=by)
    return key


def safeguard(key: str, store: str, *, by: Actor) -> None:
    """Puts what is surplus apart, in a storage unit of its own, until it is disposed of. Raises `Refused`."""
    pk = acts.place_id(acts.required("store", store, "a place of this State"))
    with acts.alone():
        known = _known("surplus", key, "declared", "safeguarded")
        events, found = custody.drafts(Order("move", store=pk, document=key), known.of(Surplus).weapons)
        custody.fits(pk, found)
        acts.append([*events, acts.draft("stockpile_surplus_safeguarded", [known.name], {"store": pk})], by=by)


def dispose(key: str, *, second: str = "", asked_by: str = "", by: Actor) -> None:
    """Says that what was declared surplus is disposed of as declared; `second` and `asked_by` as in `Surplus`.

    Raises `Refused` while one of what is to be destroyed lies in a store still, and without a second person where the rules of the place
    ask for one (what is destroyed had one when its list was authorised).
    """
    with acts.alone():
        known = _disposable(key)
        if seconded(known):
            custody.require_second(known.place, "dispose", second, asked_by or identity.opaque("person", by.name))
        fields = {"second": second, "asked_by": asked_by}
        acts.append([acts.draft("stockpile_surplus_disposed", [known.name], fields)], by=by)


def seconded(known: Subject) -> bool:
    """Whether disposing of what was declared surplus is an act the rules of its place may ask a second person for."""
    return known.of(Surplus).outcome != "destroy"


def propose_dispose(key: str, *, by: Actor, request: str = "") -> str:
    """Asks a second person to confirm that surplus is disposed of; returns the proposal. Raises `Refused` as `dispose` does."""
    with acts.alone():
        known = _disposable(key)
        proposals.require_none_waits("dispose", "surplus", key, known.place, request)
        return proposals.propose("dispose", {"surplus": key}, place=known.place, reason=None, by=by, request=request)


@proposals.executor("dispose")
def _dispose(command: dict[str, Any], approval: Approval) -> None:
    dispose(text(command, "surplus"), second=approval.second, asked_by=approval.proposer, by=approval.by)


def _disposable(key: str) -> Subject:
    known = _known("surplus", key, "declared", "safeguarded")
    value = known.of(Surplus)
    if value.outcome == "destroy":
        held = [one.custody for one in projection.states_of(value.weapons).values()]
        if here := sum(1 for one in held if one and one.kind == "store"):
            expected = Sentence("the destruction of all of them: %(n)d are in the store", n=here)
            raise acts.refuse("surplus", key, expected, "early")
    return known


# --- destruction ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What is to be destroyed, by whose authority and how, before whom, and that nothing of it is evidence any more (or who released it)."""

    place: str
    weapons: Sequence[str]
    authority: str
    method: str
    witness: str
    evidence: str
    document: bytes | None = None


def plan(said: Plan, *, by: Actor, request: str = "") -> str:
    """Makes the list and asks a second person to authorise it; returns its id. Raises `Refused`."""
    pk = acts.place_id(acts.required("place", said.place, "a place of this State"))
    _require_whole(said)
    kept = [acts.document("document", said.document)] if said.document is not None else []
    key = acts.id_for(request)
    weapons = list(dict.fromkeys(said.weapons))
    with acts.alone():
        if acts.subject("destruction", key) is not None:
            return key
        found = _listable(weapons, pk)
        value = _said(said, len(weapons), kept[0].key if kept else "")
        fields = {"value": msgspec.to_builtins(value), "place": pk}
        texts = (*_notes(said), *acts.place_notes(pk))
        opening = acts.draft("stockpile_destruction_planned", [f"destruction:{key}"], fields, texts=texts, kept=kept)
        acts.append([opening, *[_listed(key, pk, state) for state in found.values()]], by=by)
        proposals.propose("destruction", {"destruction": key}, place=pk, reason=said.authority, by=by)
    return key


def correct(key: str, said: Plan, *, by: Actor, request: str = "") -> None:
    """Says a list anew that somebody declined to authorise, and asks again: other weapons, another authority, method or witness.

    The list keeps its id and place (that of `said` is not looked at), and its document where none is given. A weapon left out is taken off it,
    which its history shows. Said twice with one `request`, it is asked once. Raises `Refused`, also for a list that waits or was authorised.
    """
    _require_whole(said)
    kept = [acts.document("document", said.document)] if said.document is not None else []
    weapons = list(dict.fromkeys(said.weapons))
    with acts.alone():
        if request and acts.subject("proposal", acts.id_for(request)) is not None:
            return
        known = _known("destruction", key, "planned")
        if not declined(key):
            raise acts.refuse("destruction", key, "a list somebody declined to authorise", "state")
        found = _listable(weapons, known.place)
        value = _said(said, len(weapons), kept[0].key if kept else known.of(Destruction).document)
        fields = {"value": msgspec.to_builtins(value)}
        act = acts.draft("stockpile_destruction_corrected", [known.name], fields, texts=_notes(said), kept=kept)
        acts.append([act, *_changed(known, found)], by=by)
        command = {"destruction": key}
        proposals.propose("destruction", command, place=known.place, reason=said.authority, by=by, request=request)


def _require_whole(said: Plan) -> None:
    missing = rules.problems(said.authority, said.method, said.witness, (), bool(said.evidence.strip()))
    if missing:
        raise Refused([RowError(0, "destruction", "", one, "missing") for one in missing])


def _listable(weapons: Sequence[str], place: str) -> dict[str, WeaponState]:
    """The states of weapons of a site that may be on a list. Raises `Refused` naming every other."""
    found = custody.require_here("destroy", place, weapons)
    _refuse_taken(weapons, _listed_at(place), Sentence("a weapon that is on no open list for destruction"))
    return found


def _said(said: Plan, planned: int, document: str) -> Destruction:
    authority, evidence = identity.opaque("note", said.authority), identity.opaque("note", said.evidence)
    return Destruction(said.method, planned, authority, evidence, identity.opaque("party", said.witness), document)


def _notes(said: Plan) -> tuple[SideNote, ...]:
    return SideNote("note", said.authority), SideNote("note", said.evidence), SideNote("party", said.witness)


def _changed(known: Subject, wanted: Mapping[str, WeaponState]) -> list[Draft]:
    """What makes the weapons of a list those that are wanted."""
    items = {one.of(Item).weapon: one for one in items_of(known.key)}
    gone = [one for weapon, one in items.items() if weapon not in wanted and one.state == "planned"]
    back = [items[weapon] for weapon in wanted if weapon in items and items[weapon].state == "withdrawn"]
    drafts = [acts.draft("stockpile_destruction_withdrawn", [one.name], {}) for one in gone]
    drafts += [acts.draft("stockpile_destruction_relisted", [one.name], {}) for one in back]
    return drafts + [_listed(known.key, known.place, state) for weapon, state in wanted.items() if weapon not in items]


def _surplus_of(place: str) -> set[str]:
    """The weapons of a site that are declared surplus and not disposed of yet."""
    rows = acts.rows("surplus").filter(place__in=units.of_site(place)).exclude(state="disposed")
    return {weapon for row in rows for weapon in acts.subject_of_row(row).of(Surplus).weapons}


def _listed_at(place: str) -> set[str]:
    """The weapons of a site on a list that is open: neither destroyed nor taken off it, and not declined."""
    rows = acts.rows("destruction_item").filter(place__in=units.of_site(place), state="planned")
    here = [acts.subject_of_row(row) for row in rows]
    refused = {name for name in {one.parent for one in here} if declined(name.removeprefix("destruction:"))}
    return {one.of(Item).weapon for one in here if one.parent not in refused}


def _refuse_taken(weapons: Sequence[str], taken: Collection[str], expected: Sentence) -> None:
    """Refuses naming each weapon that is in another list: one weapon has one fate, and a second click makes no second list."""
    errors = [RowError(n, "weapon", one, expected, "exists") for n, one in enumerate(weapons, 1) if one in taken]
    if errors:
        raise Refused(errors)


def _listed(key: str, place: str, state: WeaponState) -> Draft:
    control = state.control_mark
    value = Item(state.id, control.text if control else "")
    fields = {"value": msgspec.to_builtins(value), "parent": f"destruction:{key}", "place": place}
    return acts.draft("stockpile_destruction_listed", [f"destruction_item:{key}/{state.id}"], fields)


@proposals.executor("destruction")
def _authorise(command: dict[str, Any], approval: Approval) -> None:
    known = _known("destruction", str(command.get("destruction", "")), "planned")
    fields = {"approved_by": approval.second}
    acts.append([acts.draft("stockpile_destruction_authorised", [known.name], fields)], by=approval.by)


def read(key: str, weapon: str, serial: str, *, by: Actor) -> Sentence | None:
    """Records how somebody reads the serial of a weapon just before its destruction; returns what is still missing, or None. Raises `Refused`."""
    words = acts.required("serial", serial, "the serial as it is read on the weapon")
    reader = identity.opaque("person", by.name)
    with acts.alone():
        _no_witness(_known("destruction", key, "authorised"), reader)
        item = _known("destruction_item", f"{key}/{weapon}", "planned")
        fields = {"reader": reader, "serial": words}
        acts.append([acts.draft("stockpile_destruction_read", [item.name], fields)], by=by)
        return still_missing(_known("destruction_item", f"{key}/{weapon}"))


def _no_witness(known: Subject, reader: str) -> None:
    """Refuses a reader who is the witness. Whoever is on no roster, as somebody from outside, is no user either and reads nothing."""
    witness = roster.find(known.of(Destruction).witness)
    if witness is not None and witness.person.user == reader:
        raise acts.refuse("reader", "", Sentence("a witness who reads no serial"), "witness")


def still_missing(item: Subject) -> Sentence | None:
    """Why a weapon of a list may not be destroyed yet, or None."""
    value = item.of(Item)
    return rules.agree(value.serial, [Reading(one["reader"], one["serial"]) for one in value.readings])


def destroy(key: str, weapons: Sequence[str], *, confirmed: int, happened: str = "", by: Actor) -> None:
    """Records the destruction of weapons both readers have read. `confirmed` is the number typed by hand: it cannot be taken back.

    Raises `Refused` naming every weapon that may not be destroyed, and for another number.
    """
    if confirmed != len(set(weapons)):
        expected = Sentence("the number of weapons: %(n)d", n=len(set(weapons)))
        raise acts.refuse("confirmed", str(confirmed), expected, "differs")
    with acts.alone():
        known = _known("destruction", key, "authorised")
        items = [_known("destruction_item", f"{key}/{weapon}", "planned") for weapon in dict.fromkeys(weapons)]
        wrong = [(item, why) for item in items if (why := still_missing(item)) is not None]
        if wrong:
            raise Refused([RowError(0, "weapon", item.of(Item).weapon, why, "unread") for item, why in wrong])
        witness = known.of(Destruction).witness
        order = Order("destroy", store=known.place, document=key, happened=happened, homes=units.of_site(known.place))
        events, _ = custody.drafts(order, [item.of(Item).weapon for item in items])
        done = [
            acts.draft("stockpile_destruction_done", [item.name], {"event_id": _id_of(event), "happened": happened, "witness": witness})
            for item, event in zip(items, events, strict=True)
        ]  # fmt: skip
        acts.append([*events, *done], by=by)


def _id_of(event: Draft) -> str:
    return event_id_of("event", event.body)


def withdraw(key: str, weapon: str, reason: Reason | str, *, by: Actor) -> None:
    """Takes a weapon off the list: it is kept, or it is evidence after all. `reason` is of the list `not_destroyed`. Raises `Refused`."""
    why = acts.reason_of("not_destroyed", reason)
    with acts.alone():
        _known("destruction", key, "planned", "authorised")
        item = _known("destruction_item", f"{key}/{weapon}", "planned")
        acts.append([acts.draft("stockpile_destruction_withdrawn", [item.name], {}, reason=why)], by=by)


def close(key: str, residue: str, *, happened: str = "", by: Actor) -> Balance:
    """Closes a list once it is even; `residue` is what became of the scrap. Raises `Refused` while weapons are neither destroyed nor withdrawn."""
    words, happened = acts.required("residue", residue, "what became of the scrap"), acts.happened_at(happened)
    with acts.alone():
        known = _known("destruction", key, "authorised")
        found = balance_of(key)
        if not found.even:
            expected = Sentence("every weapon destroyed or withdrawn: %(n)d are open", n=found.open)
            raise acts.refuse("destruction", key, expected, "early")
        fields = {"residue": identity.opaque("note", words), "happened": happened}
        act = acts.draft("stockpile_destruction_closed", [known.name], fields, texts=(SideNote("note", words),))
        acts.append([act], by=by)
    return found


def declined(key: str) -> bool:
    """Whether somebody declined to authorise a list that waits no more."""
    known = acts.subject("destruction", key)
    if known is None or known.state != "planned":
        return False
    asked = proposals.of_kind("destruction", "destruction", key, known.place)
    return bool(asked) and all(one.state == "declined" for one in asked)


def balance_of(key: str) -> Balance:
    """Planned = destroyed + withdrawn, as far as it has come."""
    items = items_of(key)
    by_state = {state: [one.key for one in items if one.state == state] for state in ("destroyed", "withdrawn")}
    return rules.balance([one.key for one in items], by_state["destroyed"], by_state["withdrawn"])


def items_of(key: str) -> list[Subject]:
    """The weapons of a list."""
    return acts.subjects("destruction_item", parent=f"destruction:{key}")


def known_surplus(key: str) -> Subject:
    """What was declared surplus. Raises `Refused` for an id that is none."""
    return _known("surplus", key)


def _known(kind: str, key: str, *wanted: str) -> Subject:
    return acts.known(kind, key, Sentence("the id of one there is"), *wanted)
