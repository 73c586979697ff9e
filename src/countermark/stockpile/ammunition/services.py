"""Lots of ammunition (ECOWAS art. 18; UN Firearms Protocol art. 3; issue 5): described once, moved in quantities, never below nothing here."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from countermark.ledger import identity
from countermark.ledger.entry import Entry
from countermark.ledger.reasons import FIELD, OTHER, Reason
from countermark.ledger.services import Actor, SideNote
from countermark.ledger.subjects import text
from countermark.marks.sentences import Sentence
from countermark.marks.text import canonical
from countermark.register.services import side_texts
from countermark.stockpile import acts, proposals, roster, states, units
from countermark.stockpile.ammunition import rules
from countermark.stockpile.ammunition.rules import CONDITIONS, MOST, WORDS, Movement
from countermark.stockpile.proposals import Approval
from countermark.stockpile.rules.custody import needs_second
from countermark.stockpile.states import Subject


class Lot(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lot: maker, calibre or type, year and lot number as marked on the package. `on_hand` is folded from its movements, by place."""

    maker: str
    calibre: str
    lot: str
    year: str = ""
    kind: str = ""
    country: str = ""
    condition: str = "serviceable"
    on_hand: dict[str, int] = {}


def _described(subject: Subject, act: Entry) -> Subject:
    value = act.body.get("value")
    if not isinstance(value, dict):
        return subject
    return msgspec.structs.replace(subject, value={**value, "on_hand": subject.value.get("on_hand", {})})


def _moved(subject: Subject, act: Entry) -> Subject:
    quantity, word = act.body.get("quantity"), text(act.body, "word")
    if type(quantity) is not int or word not in WORDS or abs(quantity) > MOST:
        return subject
    before = [Movement(place, n) for place, n in subject.value.get("on_hand", {}).items()]
    moved = rules.movements(word, text(act.body, "place"), quantity, text(act.body, "to"))
    on_hand = rules.balances([*before, *moved])
    finding = "below_nothing" if any(n < 0 for n in on_hand.values()) else ""
    return msgspec.structs.replace(subject, value={**subject.value, "on_hand": on_hand}, finding=finding)


states.machine(
    "lot", "stockpile_lot_set", {"stockpile_lot_set": _described, "stockpile_lot_moved": _moved}, state="", shape=Lot
)


def key_of(maker: str, calibre: str, lot: str, year: str) -> str:
    """The key of a lot: the same on every node, however its maker is spelled in capitals and spaces."""
    text_ = "\x1f".join(canonical(part) for part in (maker, calibre, lot, year))
    return hashlib.sha256(text_.encode()).hexdigest()[:32]


def describe(value: Lot, *, by: Actor) -> str:
    """Describes a lot, or says anew what condition it is in; returns its key. Raises `Refused`."""
    for column in ("maker", "calibre", "lot"):
        acts.required(column, getattr(value, column), "as it is marked on the package")
    if value.condition not in CONDITIONS:
        raise acts.refuse("condition", value.condition, acts.one_of(CONDITIONS), "unknown")
    key = key_of(value.maker, value.calibre, value.lot, value.year)
    said = msgspec.structs.replace(value, on_hand={})
    with acts.alone():
        known = acts.subject("lot", key)
        if known is None or msgspec.structs.replace(known.of(Lot), on_hand={}) != said:
            fields = {"value": msgspec.to_builtins(said)}
            acts.append([acts.draft("stockpile_lot_set", [f"lot:{key}"], fields)], by=by)
    return key


@dataclass(frozen=True)
class Move:
    """A movement of a lot. `quantity` in rounds, or for a count the number found; `to` a place (move) or a party (issue, return).

    `why` is a code of the list `rounds`, where rounds go away or turn up that nobody handed over. `second` is the person id of who confirmed it, `asked_by` of who proposed it, where it was proposed.
    """

    word: str
    place: str
    quantity: int
    to: str = ""
    note: str = ""
    happened: str = ""
    request: str = ""
    second: str = ""
    asked_by: str = ""
    why: str = ""


def move(key: str, said: Move, *, by: Actor) -> int:
    """Records a movement; returns what is on hand at the place then. A count states what was found, and moves the difference.

    Raises `Refused` for a lot or place that is none, more than is there, a suspended lot that is to be issued, a unit that holds no ammunition,
    and without a second person where one is asked for (`seconded`).
    """
    place, to, texts = _sides(said)
    with acts.alone():
        known = _known(key)
        there = known.of(Lot).on_hand.get(place, 0)
        if _done(said):
            return there
        quantity = _possible(known, said, place, to)
        _require_confirmed(known, said, place, said.asked_by or identity.opaque("person", by.name))
        fields = {
            "word": said.word, "place": place, "quantity": quantity, "to": to if said.word == "move" else "",
            "party": "" if said.word == "move" else to, "happened": said.happened,
            "second": said.second, "asked_by": said.asked_by, FIELD: said.why if _unexplained(said.word, quantity) else "",
        }  # fmt: skip
        subjects = [known.name, *([f"lot_request:{acts.request_id(said.request)}"] if said.request else [])]
        names = [
            *texts,
            *acts.place_notes(place),
            *([SideNote("note", said.note.strip())] if said.note.strip() else []),
        ]
        acts.append([acts.draft("stockpile_lot_moved", subjects, fields, note=said.note.strip(), texts=names)], by=by)
        return _known(key).of(Lot).on_hand.get(place, 0)


def _done(said: Move) -> bool:
    """Whether a movement with this request was recorded already."""
    return bool(said.request) and acts.subject("lot_request", acts.request_id(said.request)) is not None


def seconded(key: str, said: Move, *, by: Actor) -> bool:
    """Whether a second person is asked for: by the rules of the place, or because who asks issues rounds to themselves; not for what was done under
    its request already. Raises `Refused`.
    """
    place, _to, _texts = _sides(said)
    return not _done(said) and _seconded(_known(key), said, place, identity.opaque("person", by.name))


def propose(key: str, said: Move, *, by: Actor) -> str:
    """Asks a second person for a movement; returns the proposal. Said twice with one `request` it is asked once. Raises `Refused` as `move` does."""
    place, to, texts = _sides(said)
    note = said.note.strip()
    command = {
        "lot": key, "word": said.word, "quantity": said.quantity, "to": to, "happened": said.happened, "why": said.why,
        "note": identity.note(note), "request": said.request,
    }  # fmt: skip
    told = [*texts, *acts.place_notes(place), *([SideNote("note", note)] if note else [])]
    with acts.alone():
        if acts.subject("proposal", acts.id_for(said.request)) is None:
            _possible(_known(key), said, place, to)
        return proposals.propose("rounds", command, place=place, reason=None, by=by, texts=told, request=said.request)


def of_command(command: dict[str, Any], place: str) -> Move:
    """The movement a proposal asks for. What was written is empty where it was erased meanwhile."""
    said = {name: text(command, name) for name in ("word", "to", "happened", "note", "request", "why")}
    if said["note"] and not said["why"] and said["word"] in ("count", "dispose"):
        said["why"] = OTHER  # It was asked for before there were codes.
    quantity = command.get("quantity")
    note = side_texts([said.pop("note")])
    return Move(place=place, quantity=quantity if type(quantity) is int else 0, note="".join(note.values()), **said)


@proposals.executor("rounds", "stock.handle", "stock.command")
def _approved(command: dict[str, Any], approval: Approval) -> None:
    said = replace(of_command(command, approval.place), second=approval.second, asked_by=approval.proposer)
    move(text(command, "lot"), said, by=approval.by)


def _require_confirmed(known: Subject, said: Move, place: str, beside: str) -> None:
    """Refuses a movement that needs a second person and has none, or the same one. `beside` is the person id of who asks for it."""
    if not said.second and _seconded(known, said, place, beside):
        raise acts.refuse("second", "", "a second person who confirms", "second_person")
    if said.second and said.second == beside:
        raise acts.refuse("second", "", "somebody else than who asks for it", "second_person")


def _seconded(known: Subject, said: Move, place: str, beside: str) -> bool:
    receiver = roster.find(said.to) if said.word == "issue" else None
    if receiver is not None and receiver.person.user == beside:
        return True
    difference = said.quantity - known.of(Lot).on_hand.get(place, 0)
    return needs_second(units.policy_at(place), rules.step(said.word, difference))


def _asked(kind: str, key: str, _acts: Sequence[Entry]) -> Subject:
    """A movement that was asked for under a key; there is nothing more to it."""
    return Subject(kind, key)


states.FOLDERS["lot_request"] = _asked


def _sides(said: Move) -> tuple[str, str, list[SideNote]]:
    """Where rounds are, where they go to or come from, and the name behind that (`_other_side`). Raises `Refused` for what is no movement."""
    if said.word not in WORDS:
        raise acts.refuse("word", said.word, acts.one_of(WORDS), "unknown")
    if not (0 if said.word == "count" else 1) <= said.quantity <= MOST:
        raise acts.refuse("quantity", str(said.quantity), "a number of rounds", "range")
    place = acts.place_id(acts.required("place", said.place, "a place of this State"))
    acts.happened_at(said.happened)
    return (place, *_other_side(said))


def _possible(known: Subject, said: Move, place: str, to: str) -> int:
    """The quantity that moves: of a count the difference it found. Raises `Refused` for what may not go as things stand."""
    value = known.of(Lot)
    there = value.on_hand.get(place, 0)
    quantity = said.quantity - there if said.word == "count" else said.quantity
    _require_allowed(said.word, value, there, quantity, to or place)
    if _unexplained(said.word, quantity):
        acts.reason_of("rounds", Reason(said.why, said.note))
    return quantity


def _unexplained(word: str, quantity: int) -> bool:
    """Whether rounds go away or turn up that nobody handed over: that needs a reason."""
    return word == "dispose" or (word == "count" and quantity != 0)


def _other_side(said: Move) -> tuple[str, list[SideNote]]:
    """The id of the place or party rounds go to or come from, and the name behind it where one was given: names stand in no act."""
    if said.word == "move":
        return acts.place_id(acts.required("to", said.to, "a place of this State")), []
    if said.word == "issue":
        if roster.find(said.to) is None:
            raise acts.refuse("to", said.to, "somebody on the roster", "unknown")
        return said.to, []
    name = said.to.strip()
    if not name or identity.is_opaque(name):
        return name, []
    return identity.opaque("party", name), [SideNote("party", name)]


def _require_allowed(word: str, value: Lot, there: int, quantity: int, goes_to: str) -> None:
    if word in ("issue", "use", "dispose", "move") and quantity > there:
        raise acts.refuse(
            "quantity", str(quantity), Sentence("at most %(n)d rounds: that is what is there", n=there), "range"
        )
    if word == "issue" and value.condition in ("suspended", "unserviceable"):
        raise acts.refuse("lot", value.lot, "a lot that may be used", "suspended")
    unit = units.unit(goes_to) if word in ("move", "receive") else None
    if unit is not None and not unit.ammunition:
        raise acts.refuse("place", goes_to, "a storage unit that may hold ammunition", "kind")


def _known(key: str) -> Subject:
    return acts.known("lot", key, Sentence("a lot that is described"))
