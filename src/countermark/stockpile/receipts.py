"""Receive, issue, return: the counter's acts, each with one hand receipt for all the weapons it is about.

A receipt is opened with the events in one transaction, signed by who receives, and printed in two copies. Its code names it; its proof,
signed by this node, lets anybody who has the node's public key check it without a network (`proof_of`, `verify`).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.ledger.entry import Entry
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, Draft, SideNote
from countermark.ledger.subjects import text
from countermark.marks.sentences import Sentence
from countermark.register import signed
from countermark.register.rules import WeaponState
from countermark.stockpile import acts, custody, roster, states, units
from countermark.stockpile.codes import house
from countermark.stockpile.custody import Order
from countermark.stockpile.projection import PROJECTION
from countermark.stockpile.rules.custody import OUT
from countermark.stockpile.states import Subject

Direction = Literal["in", "out", "back"]
Check = Callable[[str, Mapping[str, WeaponState]], None]


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hand receipt: weapons received (`in`), issued (`out`) or returned (`back`). `person` is the other party, `second` the person id of
    whoever confirmed beside the armourer, `asked_by` that of the armourer where it was proposed and is recorded by who approved, `override_code` and `override` (the id of a note) say why somebody not eligible received all the same,
    `note` that of the remark: what goes along that is no weapon stands there.
    """

    direction: Direction
    items: tuple[str, ...]
    person: str
    store: str
    kind: str = ""
    due: str = ""
    account: str = ""
    happened: str = ""
    second: str = ""
    override: str = ""
    signed: str = ""
    signed_by: str = ""
    note: str = ""
    asked_by: str = ""
    override_code: str = ""


def _signed(subject: Subject, act: Entry) -> Subject:
    said = {"signed": text(act.body, "method"), "signed_by": text(act.body, "signer")}
    return msgspec.structs.replace(subject, state="signed", value={**subject.value, **said})


states.machine("receipt", "stockpile_receipt_made", {"stockpile_receipt_signed": _signed}, state="open", shape=Receipt)


@dataclass(frozen=True)
class Counter:
    """Where a counter stands, who is at it, and who confirmed beside them (person id; empty: nobody)."""

    store: str
    by: Actor
    second: str = ""
    request: str = ""
    """A key of the page: said twice (a double click, a line that broke), the act is done once."""
    happened: str = ""
    asked_by: str = ""
    """Who stands there, where that is not `by`: the person id of who proposed what `by` approves."""

    @property
    def armourer(self) -> str:
        """The person id of who hands over, or takes in."""
        return self.asked_by or identity.opaque("person", self.by.name)

    @property
    def code(self) -> str:
        """The code of the receipt this counter's act makes."""
        text = self.request or acts.new_id()
        return house.code_of("receipt", int.from_bytes(hashlib.sha256(text.encode()).digest()[:5]) % house.NUMBERS)


SIGNATURES = ("pin", "passkey", "paper", "witness")
"""How the receiver signed: a card's PIN, a security key or the platform's own check, on the paper copy, or before the second person."""


def receive(counter: Counter, weapons: Sequence[str], *, sender: str = "", document: str = "", note: str = "") -> str:
    """Takes weapons into the account of a store; returns the code of the receipt. Raises `Refused`."""
    store = acts.place_id(acts.required("store", counter.store, "a place of this State"))
    account = account_of(store)
    order = Order(
        "receive", to=account, sender=sender, account=account_id(store), store=store, document=document, note=note,
        happened=counter.happened,
    )  # fmt: skip
    return _done(counter, order, weapons, "in", _party_of(sender), check=custody.fits)


def issue(
    counter: Counter,
    weapons: Sequence[str],
    person: str,
    kind: str,
    *,
    due: str = "",
    override: Reason | str | None = None,
    note: str = "",
) -> str:
    """Issues weapons to somebody on the roster (party id); returns the code of the receipt.

    Who is not eligible receives only with a reason (`override`, of the list of that name) and a second person. Raises `Refused`.
    """
    why = acts.reason_of("override", override) if override else None
    store = acts.place_id(acts.required("store", counter.store, "a place of this State"))
    require_receiver(person, kind)
    policy, here = units.policy_at(store), units.of_site(store)
    due = due or custody.due_after(policy.hours.get(kind, 0), counter.happened)
    order = Order(
        "issue",
        to=person,
        account=account_id(store),
        store=store,
        kind=kind,
        due=due,
        note=note,
        happened=counter.happened,
        homes=here,
        only=here,
    )

    def check(_: str, found: Mapping[str, WeaponState]) -> None:
        eligible = require_eligible(person, kind, store, found, why)
        if not eligible and not counter.second:
            raise acts.refuse("second", "", "a second person who confirms the override", "second_person")

    return _done(counter, order, weapons, "out", person, override=why, check=check)


def give_back(counter: Counter, weapons: Sequence[str], *, person: str = "", note: str = "") -> str:
    """Takes issued weapons back into a store; returns the code of the receipt. `person` (party id) is who brings them, where it is not who has them.

    Raises `Refused`.
    """
    if person and roster.find(person) is None:
        raise acts.refuse("person", person, "somebody on the roster", "unknown")
    store = acts.place_id(acts.required("store", counter.store, "a place of this State"))
    order = Order(
        "return",
        to=account_of(store),
        account=account_id(store),
        store=store,
        note=note,
        happened=counter.happened,
        homes=units.of_site(store),
    )
    return _done(counter, order, weapons, "back", person)


def sign(code: str, method: str, signer: str, *, by: Actor, evidence: Mapping[str, str] | None = None) -> None:
    """Says how who received (or brought back) signed; `evidence` is a security key's signature. Raises `Refused`."""
    if method not in SIGNATURES:
        raise acts.refuse("method", method, acts.one_of(SIGNATURES), "unknown")
    with acts.alone():
        known = acts.subject("receipt", code)
        if known is None:
            raise acts.refuse("receipt", code, "the code of a receipt", "unknown")
        if known.state == "signed":
            return
        fields = {"method": method, "signer": signer, "evidence": dict(evidence) if evidence else ""}
        acts.append([acts.draft("stockpile_receipt_signed", [known.name], fields)], by=by)


def maker_of(code: str) -> str:
    """The person id of who was at the counter when a receipt was made; empty for what is none."""
    made = [act for act in PROJECTION.entries_about(f"receipt:{code}") if act.body["act"] == "stockpile_receipt_made"]
    return made[0].recorded.by if made else ""


def account_of(store: str) -> str:
    """The name of the unit that answers for what a store holds: its site."""
    return units.site_of(Place.objects.get(pk=store)).name


def account_id(store: str) -> str:
    """The party of that unit."""
    return identity.opaque("party", account_of(store))


def _party_of(name: str) -> str:
    return name if not name or identity.is_opaque(name) else identity.opaque("party", name)


def require_receiver(person: str, kind: str) -> None:
    """Refuses who is on no roster (party id) or has no card in use, and a custody nobody may have a weapon in. Raises `Refused`."""
    if kind not in OUT:
        raise acts.refuse("kind", kind, acts.one_of(OUT), "unknown")
    receiver = roster.find(person)
    if receiver is None or not receiver.active:
        raise acts.refuse("person", person, "somebody on the roster with a card in use", "unknown")


def require_eligible(
    person: str, kind: str, store: str, found: Mapping[str, WeaponState], override: Reason | None
) -> bool:
    """Whether somebody may receive some weapons. Raises `Refused` where they may not and nobody says why they receive all the same."""
    judged = roster.eligibility(person, [state.kind for state in found.values()], kind, store)
    if not judged.green and override is None:
        lacking = ", ".join(sorted({finding.what for finding in judged.missing}))
        expected = Sentence("somebody with the qualifications asked for, or a reason to override")
        raise acts.refuse("person", lacking, expected, "not_eligible")
    return judged.green


def _done(
    counter: Counter,
    order: Order,
    weapons: Sequence[str],
    direction: Direction,
    person: str,
    *,
    override: Reason | None = None,
    check: Check | None = None,
) -> str:
    """The events of a counter's act and its receipt, in one transaction; the code of a receipt that was made already, where it is said twice."""
    code, remark = counter.code, order.note.strip()
    reason = override.words if override else ""
    happened = acts.happened_at(counter.happened)
    custody.require_second(order.store, order.step, counter.second, counter.armourer)
    with acts.alone():
        if acts.subject("receipt", code) is not None:
            return code
        events, found = custody.drafts(replace(order, receipt=code), weapons)
        if check is not None:
            check(order.store, found)
        if not counter.second and own_hands(direction, person, found.values(), counter.armourer):
            expected = Sentence(
                "a second person who confirms: nobody alone hands weapons to themselves, or takes back their own"
            )
            raise acts.refuse("second", "", expected, "second_person")
        receipt = Receipt(
            direction, tuple(dict.fromkeys(weapons)), person or _common_holder(found.values()), order.store, order.kind,
            order.due, order.account, happened, counter.second, identity.note(reason),
            note=identity.note(remark), asked_by=counter.asked_by,
            override_code=override.code if override else "",
        )  # fmt: skip
        acts.append([*events, _made(code, receipt, reason, remark)], by=counter.by)
    return code


def own_hands(direction: str, person: str, weapons: Iterable[WeaponState], armourer: str) -> bool:
    """Whether who stands at the counter (person id) is the one on the roster who receives the weapons, brings them, or had them."""
    had = {state.holder for state in weapons} if direction == "back" else set()
    others = {person, *had} if direction in ("out", "back") else set()
    found = [one for party in sorted(others) if party and (one := roster.find(party))]
    return any(one.person.user == armourer for one in found)


def _made(code: str, receipt: Receipt, *said: str) -> Draft:
    texts = [*acts.place_notes(receipt.store), *(SideNote("note", text) for text in said if text)]
    fields = {
        "value": msgspec.to_builtins(receipt),
        "place": receipt.store,
        "person": receipt.person,
        "due": receipt.due,
        "happened": receipt.happened,
        FIELD: receipt.override_code,
    }
    return acts.draft("stockpile_receipt_made", [f"receipt:{code}"], fields, texts=texts)


def _common_holder(found: Iterable[WeaponState]) -> str:
    """Who has all of some weapons; empty where several have them."""
    holders = {state.holder for state in found}
    return holders.pop() if len(holders) == 1 else ""


# --- proof of a receipt ------------------------------------------------------------------------------------------------

_FORMAT = "countermark receipt v1"
PROOF_PREFIX = "CMR1."


def proof_of(code: str) -> str:
    """The proof of a receipt as its printed code holds it: what it says, signed with the key of this node. Raises `Refused`."""
    known = acts.subject("receipt", code)
    if known is None:
        raise acts.refuse("receipt", code, "the code of a receipt", "unknown")
    receipt = known.of(Receipt)
    lines = (_FORMAT, code, known.since, receipt.direction, str(len(receipt.items)), digest_of(receipt))
    return signed.seal(PROOF_PREFIX, lines)


def digest_of(receipt: Receipt) -> str:
    """SHA-256 over the weapons and the person of a receipt, in hexadecimal: a copy with another list has another."""
    text = "\n".join((receipt.person, receipt.store, receipt.kind, *sorted(receipt.items)))
    return hashlib.sha256(text.encode()).hexdigest()


class Proven(msgspec.Struct, frozen=True):
    """What a proof says, once its signature was checked: the receipt, when it was made, and which node signed."""

    code: str
    time: str
    direction: str
    items: int
    digest: str
    origin: str


def verify(proof: str, keys: Iterable[str]) -> Proven:
    """Checks the proof of a receipt against verifier keys, without a store. Raises ValueError for one that is not genuine."""
    try:
        lines, origin = signed.unseal(PROOF_PREFIX, proof, keys)
    except ValueError as error:
        raise error if error.args else ValueError(Sentence("the whole code of a hand receipt")) from error
    if len(lines) != _LINES or lines[0] != _FORMAT or not lines[4].isdecimal():
        raise ValueError(Sentence("the code of a hand receipt"))
    return Proven(lines[1], lines[2], lines[3], int(lines[4]), lines[5], origin)


_LINES = 6
