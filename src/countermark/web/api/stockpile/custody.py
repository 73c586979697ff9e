"""Hand-overs of the stockpile: what is where, who has what, and receipts."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.stockpile import acts, custody, handing, queries, receipts, settling
from countermark.stockpile.handing import HandOver
from countermark.stockpile.receipts import Counter, Receipt
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, not_found
from countermark.web.api.stockpile.subjects import Proposed
from countermark.web.api.texts import Because, Short, Strict, Word

router = Router(tags=["stockpile"])

HANDLE = "stock.handle"

ReceiptCode = Annotated[str, Path(pattern=r"^HR[0-9A-Z]{9}$")]
Weapons = Annotated[list[UUID], Field(min_length=1, max_length=custody.MOST)]


class StoreFigures(Schema):
    """A place in figures: weapons that are to lie there, out of it, on their way, missing, and overdue."""

    place: str
    name: str
    in_store: int
    out: int
    transit: int
    missing: int
    overdue: int


class OutLine(Schema):
    """A weapon that is out: who has it (an opaque id), how, since when and until when."""

    weapon_id: UUID
    serial: str
    holder: str
    custody: Literal["assignment", "shift", "loan", "repair", "evidence"]
    since: str
    due: str
    overdue: bool
    receipt: str


class ReceiptToMake(Strict):
    """A hand-over at a counter. `direction`: `in` takes weapons into the store, `out` issues them to `person` (an id of the roster) for
    `kind`, `back` takes them back. `happened` is when, if that was earlier; `override_code` and, in words, `override` say why somebody not eligible
    receives all the same.
    """

    direction: Literal["in", "out", "back"]
    store: Short
    weapons: Weapons
    person: Short = ""
    kind: Literal["", "assignment", "shift", "loan", "repair", "evidence"] = ""
    due: Short = ""
    sender: Short = ""
    document: Short = ""
    happened: Short = ""
    note: Word = ""
    override: Word = ""
    override_code: Short = ""


class ReceiptMade(Schema):
    """The code of the receipt; the same for a request sent again with one key."""

    receipt: str


class ReceiptPage(Schema):
    """A hand receipt and its proof, which anybody who has the key of the node checks without a network."""

    receipt: str
    direction: Literal["in", "out", "back"]
    weapons: list[UUID]
    person: str
    store: str
    kind: str
    due: str
    recorded: str
    happened: str
    signed: str
    proof: str


class MoveToMake(Strict):
    """Weapons of the store that go somewhere else in it."""

    weapons: Weapons
    store: Short
    happened: Short = ""
    note: Word = ""


class Moved(Schema):
    """How many were moved."""

    moved: int


class Settlement(Because):
    """Where a weapon is whose hand-overs contradict each other, and how that was found."""

    store: Short
    holder: Short = ""
    kind: Literal["assignment", "shift", "loan", "repair", "evidence"] = "shift"


class Settled(Schema):
    """The weapon whose hand-overs have one last one again."""

    weapon_id: UUID


class WhichOut(Schema):
    """Only what one party has, by its id; empty for all."""

    holder: Short = ""


@router.get("/stockpile/board", response={200: list[StoreFigures], **READ}, auth=Token("stock.view"))
def board(request: HttpRequest) -> list[dict[str, Any]]:
    """Every store one may see, in figures. Permission: `stock.view`."""
    lines = queries.board(queries.visible(person(request)))
    names = ("in_store", "out", "transit", "missing", "overdue")
    return [
        {"place": one.place.pk, "name": one.place.name} | {name: getattr(one, name) for name in names} for one in lines
    ]


@router.get("/stockpile/out", response={200: list[OutLine], **READ}, auth=Token("stock.view"))
def out(request: HttpRequest, asked: Query[WhichOut]) -> list[dict[str, Any]]:
    """What is out of the stores one may see, the longest overdue first, at most 500. Permission: `stock.view`."""
    found = queries.out_of(queries.visible(person(request)), holder=asked.holder)
    return [
        {
            "weapon_id": one.weapon.pk,
            "serial": one.weapon.serial,
            "holder": one.holding.holder,
            "custody": one.holding.custody,
            "since": one.holding.since,
            "due": one.holding.due,
            "overdue": one.overdue,
            "receipt": one.holding.receipt,
        }
        for one in found
        if one.holding is not None
    ]


@router.post("/stockpile/receipts", response={200: ReceiptMade, 202: Proposed, **WRITE}, auth=Token(HANDLE))
def make_receipt(request: HttpRequest, given: ReceiptToMake, key: RequestKey = "") -> Any:
    """Hands weapons over and makes the receipt, all or nothing; sent twice with one `Idempotency-Key` it is done once.

    Where the rules of the store, or an override, ask for a second person, or weapons go to who asks or come back from them, the answer is 202 and nothing is handed over: it is proposed, and done
    when somebody else approves; sent again with the same key it is then answered with the receipt. Permission: `stock.handle` at the store.
    """
    user = person(request)
    store = _place(user, given.store)
    said = HandOver(**given.dict() | {"store": store, "weapons": [str(one) for one in given.weapons]})
    asked = acts.id_for(once_key(user, key))
    at = Counter(store, actor(user), request=asked, happened=given.happened)
    if acts.subject("receipt", at.code) is not None:
        return {"receipt": at.code}
    if handing.seconded(said, at.by):
        return Status(202, Proposed(proposal=handing.propose(said, request=asked, by=at.by)))
    return {"receipt": handing.done(at, said)}


@router.get("/stockpile/receipts/{code}", response={200: ReceiptPage, **MISSING}, auth=Token("stock.view"))
def show_receipt(request: HttpRequest, code: ReceiptCode) -> dict[str, Any]:
    """One receipt of a store one may see. Permission: `stock.view`."""
    known = acts.subject("receipt", code)
    places = queries.visible(person(request))
    if known is None or (places is not None and known.place not in places):
        raise not_found("receipt")
    value = known.of(Receipt)
    return {
        "receipt": code,
        "direction": value.direction,
        "weapons": list(value.items),
        "person": value.person,
        "store": value.store,
        "kind": value.kind,
        "due": value.due,
        "recorded": known.since,
        "happened": value.happened,
        "signed": value.signed,
        "proof": receipts.proof_of(code),
    }


@router.post("/stockpile/moves", response={200: Moved, **WRITE}, auth=Token(HANDLE))
def move(request: HttpRequest, given: MoveToMake) -> dict[str, Any]:
    """Puts weapons of the store somewhere else in it. Permission: `stock.handle`, where they lie and where they go."""
    user = person(request)
    store = _place(user, given.store)
    weapons = [str(one) for one in given.weapons]
    within = scope.of(user, HANDLE)
    for found in queries.shown(given.weapons):
        if within.ids is not None and found.weapon.place not in within.ids:
            raise not_found("weapon")
    custody.move(weapons, store, note=given.note, happened=given.happened, by=actor(user))
    return {"moved": len(set(weapons))}


@router.post("/stockpile/weapons/{weapon_id}/settle", response={200: Settled, **WRITE}, auth=Token("stock.command"))
def settle(request: HttpRequest, weapon_id: UUID, given: Settlement) -> dict[str, Any]:
    """Says where a weapon is whose hand-overs contradict each other. Permission: `stock.command` at the store it is said to be at, and
    where the register has the weapon.
    """
    user = person(request)
    if not scope.of(user, "stock.command").narrow(Weapon.objects.filter(pk=weapon_id)).exists():
        raise not_found("weapon")
    store = _place(user, given.store, "stock.command")
    settling.settle(str(weapon_id), store, given.why, holder=given.holder, kind=given.kind, by=actor(user))
    return {"weapon_id": weapon_id}


def _place(user: User, text: str, permission: str = HANDLE) -> str:
    """The id of a place where somebody holds a permission; one answer for *not yours* and *absent*."""
    found = acts.place_id(text)
    if not found or not accounts.may_at(user, permission, found):
        raise not_found("place")
    return found
