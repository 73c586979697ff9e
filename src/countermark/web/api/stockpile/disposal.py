"""Surplus, destruction, ammunition, and what waits for a second person."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.stockpile import acts, proposals, queries, units
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.rules import MOST, elsewhere
from countermark.stockpile.ammunition.services import Lot, Move
from countermark.stockpile.disposal import services
from countermark.stockpile.disposal.services import Destruction, Item, Review, Surplus
from countermark.stockpile.proposals import Proposal
from countermark.stockpile.rules.custody import needs_second
from countermark.stockpile.states import Subject
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, Problem
from countermark.web.api.shapes import shape
from countermark.web.api.stockpile.subjects import (
    COMMAND,
    HANDLE,
    VIEW,
    Key,
    Proposed,
    SubjectFacts,
    Weapons,
    WhichSubjects,
    facts,
    known,
    listed,
    own,
    place_of,
)
from countermark.web.api.texts import Because, Short, Strict, Word

router = Router(tags=["stockpile"])
EITHER = Token(HANDLE, COMMAND, any_of=True)
Said = Annotated[Word, Field(min_length=1)]
Figure = Annotated[int, Field(ge=0, le=10**9)]


class ReviewFacts(SubjectFacts):
    """A review of the need for a kind of weapon; `due` is the day of the next."""

    value: Annotated[dict[str, Any], shape(Review)]


class ReviewToRecord(Because):
    """How many weapons of a kind a place holds and needs, why that was reviewed, and the day of the next review."""

    place: Short
    kind: Short
    held: Figure
    needed: Figure
    next: Short


class ReviewOutcome(Schema):
    """How many are surplus."""

    surplus: int


class SurplusFacts(SubjectFacts):
    """Weapons declared surplus; `value.reason_code` says why, `value.reason` is the id of a text."""

    value: Annotated[dict[str, Any], shape(Surplus)]


class SurplusToDeclare(Because):
    """Weapons of a place that are surplus, why, and what is to become of them."""

    place: Short
    weapons: Weapons
    outcome: Literal["destroy", "transfer_agency", "donate_state", "sell_state", "sell_civil", "keep"]


class ApartAt(Strict):
    """Where surplus is stored apart."""

    store: Short


class DestructionFacts(SubjectFacts):
    """A list for destruction; authority, evidence, witness and residue are ids of texts."""

    value: Annotated[dict[str, Any], shape(Destruction)]


class DestructionItem(Schema):
    """A weapon of a list: planned, destroyed or withdrawn; `missing` is what is still asked for before it may be destroyed."""

    weapon_id: UUID
    state: str
    missing: str
    value: Annotated[dict[str, Any], shape(Item)]


class DestructionWhole(DestructionFacts):
    """A list with its weapons."""

    items: list[DestructionItem]


class DestructionToCorrect(Strict):
    """What is to be destroyed, by whose authority, how, before whom; `evidence` says who released what was evidence, or that nothing is."""

    weapons: Weapons
    authority: Said
    method: Literal[
        "burning_or_melting", "open_pit_detonation", "cutting_or_shredding", "bending_or_crushing", "dumping_at_sea", "burial", "other"
    ]  # fmt: skip
    witness: Said
    evidence: Said


class DestructionToPlan(DestructionToCorrect):
    """A list of weapons of a place that are to be destroyed."""

    place: Short


class SerialRead(Strict):
    """A serial as it is read on a weapon just before its destruction."""

    weapon_id: UUID
    serial: Annotated[Short, Field(min_length=1)]


class StillMissing(Schema):
    """What is still asked for before the weapon may be destroyed; empty for nothing."""

    missing: str


class WeaponsDestroyed(Strict):
    """Weapons destroyed; `confirmed` is their number, typed by a person: it cannot be taken back."""

    weapons: Weapons
    confirmed: Annotated[int, Field(ge=1, le=500)]
    happened: Short = ""


class WeaponWithdrawn(Because):
    """A weapon taken off a list, and why."""

    weapon_id: UUID


class ListToClose(Strict):
    """What became of the scrap."""

    residue: Said
    happened: Short = ""


class LotFacts(SubjectFacts):
    """A lot of ammunition; `on_hand` in `value` has the places one may see."""

    value: Annotated[dict[str, Any], shape(Lot)]


class LotToDescribe(Strict):
    """A lot as its package is marked."""

    maker: Said
    calibre: Said
    lot: Said
    year: Short = ""
    kind: Short = ""
    country: Short = ""
    condition: Literal["serviceable", "suspended", "unserviceable"] = "serviceable"


class LotMovement(Strict):
    """Rounds that come, go or are counted; for a count `quantity` is what was found. `to` is a place (move) or an id of the roster (issue).
    `why` is a code, for what is disposed of or a count finds otherwise; `note` says it in words.
    """

    word: Literal["receive", "issue", "return", "use", "move", "count", "dispose"]
    place: Short
    quantity: Annotated[int, Field(ge=0, le=MOST)]
    to: Short = ""
    why: Short = ""
    note: Word = ""
    happened: Short = ""


class LotOnHand(Schema):
    """Rounds on hand at the place afterwards."""

    on_hand: int


class ProposalFacts(SubjectFacts):
    """An act that waits for a second person, or was decided; `value.act` says which."""

    value: Annotated[dict[str, Any], shape(Proposal)]


@router.get("/stockpile/reviews", response={200: list[ReviewFacts], **READ}, auth=Token(VIEW))
def list_reviews(request: HttpRequest) -> list[dict[str, Any]]:
    """Reviews of the need at the places one may see, at most 300. Permission: `stock.view`."""
    return listed(person(request), "review", "")


@router.post("/stockpile/reviews", response={200: ReviewOutcome, **WRITE}, auth=Token(COMMAND))
def record_review(request: HttpRequest, given: ReviewToRecord) -> dict[str, int]:
    """Records a review of the need. Permission: `stock.command`, at the place."""
    user = person(request)
    place = place_of(user, given.place, COMMAND)
    spare = services.review(
        place, given.kind, held=given.held, needed=given.needed, reason=given.why, next_review=given.next, by=actor(user)
    )  # fmt: skip
    return {"surplus": spare}


@router.get("/stockpile/surplus", response={200: list[SurplusFacts], **READ}, auth=Token(VIEW))
def list_surplus(request: HttpRequest, asked: Query[WhichSubjects]) -> list[dict[str, Any]]:
    """What is declared surplus at the places one may see, the newest first, at most 300. Permission: `stock.view`."""
    return listed(person(request), "surplus", asked.state)


@router.post("/stockpile/surplus", response={200: SurplusFacts, **WRITE}, auth=Token(COMMAND))
def declare_surplus(request: HttpRequest, given: SurplusToDeclare, key: RequestKey = "") -> dict[str, Any]:
    """Declares weapons surplus; sent twice with one `Idempotency-Key` it is done once. Permission: `stock.command`, at the place."""
    user = person(request)
    place = place_of(user, given.place, COMMAND)
    weapons = [str(one) for one in dict.fromkeys(given.weapons)]
    made = services.declare(place, weapons, given.outcome, given.why, by=actor(user), request=once_key(user, key))
    return facts(known(user, "surplus", made, COMMAND))


@router.post("/stockpile/surplus/{key}/safeguard", response={200: SurplusFacts, **WRITE}, auth=Token(COMMAND))
def store_surplus_apart(request: HttpRequest, key: Key, given: ApartAt) -> dict[str, Any]:
    """Stores surplus apart. Permission: `stock.command`, where it is and where it goes."""
    user = person(request)
    known(user, "surplus", key, COMMAND)
    services.safeguard(key, place_of(user, given.store, COMMAND), by=actor(user))
    return facts(known(user, "surplus", key))


@router.post(
    "/stockpile/surplus/{key}/dispose", response={200: SurplusFacts, 202: Proposed, **WRITE}, auth=Token(COMMAND)
)
def surplus_disposed_of(request: HttpRequest, key: Key, once_as: RequestKey = "") -> Any:
    """Says that surplus is disposed of as declared; 202 where the rules of the place ask for a second person: it is proposed to them.

    Permission: `stock.command`, at its place.
    """
    user = person(request)
    found = known(user, "surplus", key, COMMAND)
    if services.seconded(found) and needs_second(units.policy_at(found.place), "dispose"):
        made = services.propose_dispose(key, by=actor(user), request=once_key(user, once_as))
        return Status(202, Proposed(proposal=made))
    services.dispose(key, by=actor(user))
    return facts(known(user, "surplus", key))


@router.get("/stockpile/destructions", response={200: list[DestructionFacts], **READ}, auth=Token(VIEW))
def list_destructions(request: HttpRequest, asked: Query[WhichSubjects]) -> list[dict[str, Any]]:
    """Lists for destruction at the places one may see, the newest first, at most 300. Permission: `stock.view`."""
    return listed(person(request), "destruction", asked.state)


@router.post("/stockpile/destructions", response={200: DestructionWhole, **WRITE}, auth=Token(HANDLE))
def plan_destruction(request: HttpRequest, given: DestructionToPlan, key: RequestKey = "") -> dict[str, Any]:
    """Makes a list and proposes it to a second person; sent twice with one `Idempotency-Key` it is made once. Permission: `stock.handle`,
    at the place.
    """
    user = person(request)
    place, weapons = place_of(user, given.place), own(user, given.weapons)
    said = services.Plan(place, weapons, given.authority, given.method, given.witness, given.evidence)
    made = services.plan(said, by=actor(user), request=once_key(user, key))
    return _whole(known(user, "destruction", made, HANDLE))


@router.post("/stockpile/destructions/{key}/correct", response={200: DestructionWhole, **WRITE}, auth=Token(HANDLE))
def correct_destruction(
    request: HttpRequest, key: Key, given: DestructionToCorrect, once_as: RequestKey = ""
) -> dict[str, Any]:
    """Says a list anew that was declined, and proposes it again; sent twice with one `Idempotency-Key` it is proposed once. Permission:
    `stock.handle`, at its place.
    """
    user = person(request)
    place = known(user, "destruction", key, HANDLE).place
    said = services.Plan(place, own(user, given.weapons), given.authority, given.method, given.witness, given.evidence)
    services.correct(key, said, by=actor(user), request=once_key(user, once_as))
    return _whole(known(user, "destruction", key))


@router.get("/stockpile/destructions/{key}", response={200: DestructionWhole, **MISSING}, auth=Token(VIEW))
def show_destruction(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One list with its weapons. Permission: `stock.view`, at its place."""
    return _whole(known(person(request), "destruction", key))


@router.post("/stockpile/destructions/{key}/readings", response={200: StillMissing, **WRITE}, auth=Token(HANDLE))
def read_serial(request: HttpRequest, key: Key, given: SerialRead) -> dict[str, str]:
    """Records a serial as it is read on a weapon of the list. Permission: `stock.handle`, at its place."""
    user = person(request)
    known(user, "destruction", key, HANDLE)
    return {"missing": services.read(key, str(given.weapon_id), given.serial, by=actor(user)) or ""}


@router.post("/stockpile/destructions/{key}/destroyed", response={200: DestructionWhole, **WRITE}, auth=Token(HANDLE))
def record_destruction(request: HttpRequest, key: Key, given: WeaponsDestroyed) -> dict[str, Any]:
    """Records the destruction of weapons that two people have read. Permission: `stock.handle`, at its place."""
    user = person(request)
    known(user, "destruction", key, HANDLE)
    weapons = [str(one) for one in dict.fromkeys(given.weapons)]
    services.destroy(key, weapons, confirmed=given.confirmed, happened=given.happened, by=actor(user))
    return _whole(known(user, "destruction", key))


@router.post("/stockpile/destructions/{key}/withdrawn", response={200: DestructionWhole, **WRITE}, auth=Token(HANDLE))
def withdraw_weapon(request: HttpRequest, key: Key, given: WeaponWithdrawn) -> dict[str, Any]:
    """Takes a weapon off a list. Permission: `stock.handle`, at its place."""
    user = person(request)
    known(user, "destruction", key, HANDLE)
    services.withdraw(key, str(given.weapon_id), given.why, by=actor(user))
    return _whole(known(user, "destruction", key))


@router.post("/stockpile/destructions/{key}/close", response={200: DestructionWhole, **WRITE}, auth=Token(HANDLE))
def close_destruction(request: HttpRequest, key: Key, given: ListToClose) -> dict[str, Any]:
    """Closes a list whose every weapon is destroyed or withdrawn. Permission: `stock.handle`, at its place."""
    user = person(request)
    known(user, "destruction", key, HANDLE)
    services.close(key, given.residue, happened=given.happened, by=actor(user))
    return _whole(known(user, "destruction", key))


@router.get("/stockpile/lots", response={200: list[LotFacts], **READ}, auth=Token(VIEW))
def list_lots(request: HttpRequest) -> list[dict[str, Any]]:
    """Lots of ammunition, at most 300, with rounds at the places one may see. Permission: `stock.view`."""
    user = person(request)
    places = queries.visible(user)
    rows = queries.visible_rows(user, "lot", VIEW)
    return [_lot(user, one) for one in rows if not elsewhere(one.of(Lot).on_hand, places)]


@router.post("/stockpile/lots", response={200: LotFacts, **WRITE}, auth=Token(HANDLE))
def describe_lot(request: HttpRequest, given: LotToDescribe) -> dict[str, Any]:
    """Describes a lot, or says anew what condition it is in. Permission: `stock.handle`."""
    user = person(request)
    made = ammunition.describe(Lot(**given.dict()), by=actor(user))
    return next(_lot(user, one) for one in queries.visible_rows(user, "lot", VIEW, key=made))


@router.post("/stockpile/lots/{key}/movements", response={200: LotOnHand, 202: Proposed, **WRITE}, auth=Token(HANDLE))
def move_rounds(request: HttpRequest, key: Key, given: LotMovement, once_as: RequestKey = "") -> Any:
    """Records rounds that come, go or are counted; sent twice with one `Idempotency-Key` they move once. 202 where a second person is asked
    for (as the rules of the place have it, or because they are issued to oneself): it is proposed to them. Permission: `stock.handle`, at the place.
    """
    user = person(request)
    asked = acts.id_for(once_key(user, once_as))
    said = Move(**given.dict() | {"place": place_of(user, given.place), "request": asked})
    if ammunition.seconded(key, said, by=actor(user)):
        return Status(202, Proposed(proposal=ammunition.propose(key, said, by=actor(user))))
    return {"on_hand": ammunition.move(key, said, by=actor(user))}


@router.get("/stockpile/proposals", response={200: list[ProposalFacts], **READ}, auth=Token(VIEW))
def list_proposals(request: HttpRequest, asked: Query[WhichSubjects]) -> list[dict[str, Any]]:
    """What waits for a second person, or was decided, at the places one may see, at most 300. Permission: `stock.view`."""
    return listed(person(request), "proposal", asked.state)


@router.post("/stockpile/proposals/{key}/approve", response={200: ProposalFacts, **WRITE}, auth=EITHER)
def approve_proposal(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Approves, and so does, what somebody else proposed. Permission: `stock.command`, at the place or above it as the act asks; of hand-overs,
    shipments sent off and ammunition, `stock.handle` or `stock.command` at the place.
    """
    user = person(request)
    _decidable(user, key)
    proposals.approve(key, by=actor(user))
    return facts(known(user, "proposal", key))


@router.post("/stockpile/proposals/{key}/decline", response={200: ProposalFacts, **WRITE}, auth=EITHER)
def decline_proposal(request: HttpRequest, key: Key, given: Because) -> dict[str, Any]:
    """Declines what was proposed. Permission: as to approve it; who proposed it may take it back so."""
    user = person(request)
    _decidable(user, key, own=True)
    proposals.decline(key, reason=given.why, by=actor(user))
    return facts(known(user, "proposal", key))


def _whole(one: Subject) -> dict[str, Any]:
    items = [
        {
            "weapon_id": item.of(Item).weapon,
            "state": item.state,
            "missing": (services.still_missing(item) or "") if item.state == "planned" else "",
            "value": item.value,
        }
        for item in services.items_of(one.key)
    ]
    return facts(one) | {"items": items}


def _decidable(user: User, key: str, *, own: bool = False) -> None:
    """Somebody decides on a proposal at whose place they command, or handle the stock where that will do; with `own` who made it may as well."""
    if accounts.may(user, COMMAND):
        known(user, "proposal", key, COMMAND, "place")
        return
    value = known(user, "proposal", key, HANDLE, "place").of(Proposal)
    asked = proposals.EXECUTORS.get(value.act)
    fits = asked is not None and HANDLE in asked.permissions
    if not fits and not (own and value.by == user.person):
        raise Problem(403, f"this needs the permission {COMMAND}")


def _lot(user: User, one: Subject) -> dict[str, Any]:
    places = queries.visible(user)
    rounds = one.value.get("on_hand", {})
    seen = {place: n for place, n in rounds.items() if places is None or place in places}
    return facts(one) | {"value": {**one.value, "on_hand": seen}}
