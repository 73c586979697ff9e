"""Shipments between sites; losses and thefts."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from countermark.accounts.services import actor
from countermark.stockpile import units
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Incident, Report
from countermark.stockpile.rules.custody import needs_second
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import MOST_SEALS, Manifest, Shipment
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE
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
Seals = Annotated[list[Short], Field(max_length=MOST_SEALS)]
Said = Annotated[Word, Field(min_length=1)]


class ShipmentFacts(SubjectFacts):
    """A shipment. In `value`, authority, route, escort, vehicle and ammunition are ids of texts."""

    value: Annotated[dict[str, Any], shape(Shipment)]


class ManifestToMake(Strict):
    """What is to be sent from a place to one of another site; `due` is the day or time it is to have arrived by."""

    sender: Short
    receiver: Short
    weapons: Weapons
    due: Short
    authority: Said
    seals: Seals = Field(default_factory=list)
    route: Word = ""
    escort: Word = ""
    vehicle: Word = ""
    ammunition: Word = ""


class Dispatch(Strict):
    """`weapons` are all that were read as they were loaded, and must be those of the manifest; when it was sent off, if that was earlier; `account` is the unit (name or id) that answers for the weapons on the way, where that is not
    the one that sends them.
    """

    weapons: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    happened: Short = ""
    account: Short = ""


class PassedOn(Strict):
    """Who took a shipment over on its way, where, and how seals and condition were."""

    party: Said
    where: Said
    condition: Word = ""
    happened: Short = ""


class ArrivalRead(Strict):
    """What was read at the receiver, weapon by weapon, and the seals found."""

    store: Short
    weapons: Annotated[list[UUID], Field(max_length=500)] = Field(default_factory=list)
    seals: Seals = Field(default_factory=list)
    note: Word = ""
    happened: Short = ""


class ArrivalOutcome(Schema):
    """What an arrival came to; `finding` is empty for one in order."""

    finding: Literal["", "short", "surplus", "seals"]
    received: list[UUID]
    short: list[UUID]
    surplus: list[UUID]
    seals_missing: list[str]
    seals_foreign: list[str]


class IncidentFacts(SubjectFacts):
    """A loss or theft. In `value`, circumstances, finding and sanction are ids of texts."""

    value: Annotated[dict[str, Any], shape(Incident)]


class IncidentToReport(Strict):
    """A loss or theft, and how it came about (a code of the list that events of losses and thefts have); the weapons are on the stolen list at once."""

    what: Literal["loss", "theft"]
    store: Short
    weapons: Weapons
    reason: Said
    circumstances: Said
    happened: Short = ""


class InquiryFound(Strict):
    """What an inquiry found, and what followed for whom; one of the two at least."""

    finding: Word = ""
    sanction: Word = ""


class WeaponsBack(Strict):
    """Weapons of an incident that came back, where they are put, and how they came back."""

    store: Short
    weapons: Weapons
    note: Said
    happened: Short = ""


class ProposalMade(Schema):
    """The id of a proposal that waits for somebody else."""

    proposal: str


@router.get("/stockpile/shipments", response={200: list[ShipmentFacts], **READ}, auth=Token(VIEW))
def list_shipments(request: HttpRequest, asked: Query[WhichSubjects]) -> list[dict[str, Any]]:
    """Shipments from and to the places one may see, the newest first, at most 300. Permission: `stock.view`."""
    return listed(person(request), "shipment", asked.state)


@router.post("/stockpile/shipments", response={200: ShipmentFacts, **WRITE}, auth=Token(HANDLE))
def prepare_shipment(request: HttpRequest, given: ManifestToMake, key: RequestKey = "") -> dict[str, Any]:
    """Writes a manifest; sent twice with one `Idempotency-Key` it is written once. Permission: `stock.handle`, at the sender."""
    user = person(request)
    said = given.dict() | {
        "sender": place_of(user, given.sender),
        "weapons": [str(one) for one in dict.fromkeys(given.weapons)],
    }
    made = shipments.prepare(Manifest(**said), by=actor(user), request=once_key(user, key))
    return facts(known(user, "shipment", made, HANDLE))


@router.get("/stockpile/shipments/{key}", response={200: ShipmentFacts, **MISSING}, auth=Token(VIEW))
def show_shipment(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One shipment. Permission: `stock.view`, at its sender or receiver."""
    return facts(known(person(request), "shipment", key))


@router.post(
    "/stockpile/shipments/{key}/dispatch", response={200: ShipmentFacts, 202: Proposed, **WRITE}, auth=Token(HANDLE)
)
def dispatch_shipment(request: HttpRequest, key: Key, given: Dispatch, once_as: RequestKey = "") -> Any:
    """Sends it off; 202 where the rules of the sender ask for a second person: it is proposed to them, and sent off when they approve.

    Permission: `stock.handle`, at the sender.
    """
    user = person(request)
    found = known(user, "shipment", key, HANDLE, "place")
    said = {"happened": given.happened, "account": given.account}
    read = [str(one) for one in given.weapons]
    if needs_second(units.policy_at(found.place), "dispatch"):
        made = shipments.propose_dispatch(key, read, **said, by=actor(user), request=once_key(user, once_as))
        return Status(202, Proposed(proposal=made))
    shipments.dispatch(key, read, **said, by=actor(user))
    return facts(known(user, "shipment", key))


@router.post("/stockpile/shipments/{key}/hands", response={200: ShipmentFacts, **WRITE}, auth=Token(HANDLE))
def pass_shipment_on(request: HttpRequest, key: Key, given: PassedOn) -> dict[str, Any]:
    """Records that it went from hand to hand on the way. Permission: `stock.handle`, at the sender or receiver."""
    user = person(request)
    known(user, "shipment", key, HANDLE)
    shipments.pass_on(key, given.party, given.where, condition=given.condition, happened=given.happened, by=actor(user))
    return facts(known(user, "shipment", key))


@router.post(
    "/stockpile/shipments/{key}/arrival", response={200: ArrivalOutcome, 202: Proposed, **WRITE}, auth=Token(HANDLE)
)
def take_shipment_in(request: HttpRequest, key: Key, given: ArrivalRead, once_as: RequestKey = "") -> Any:
    """Takes in what was read; what is short stays on its way and may come later. 202 where something is there that nobody announced, and the rules of
    the store ask for a second person to receive: it is proposed to them, and taken in when they approve.

    Permission: `stock.handle`, at the receiver.
    """
    user = person(request)
    one = known(user, "shipment", key, HANDLE, "person")
    read = [str(one) for one in given.weapons]
    store = place_of(user, given.store)
    said = {"note": given.note, "happened": given.happened}
    if shipments.seconded_arrival(one, read, store):
        request_key = once_key(user, once_as)
        made = shipments.propose_arrival(
            key, read, store, seals=given.seals, **said, by=actor(user), request=request_key
        )
        return Status(202, Proposed(proposal=made))
    found = shipments.arrive(key, read, store, seals=given.seals, **said, by=actor(user))
    names = ("finding", "received", "short", "surplus", "seals_missing", "seals_foreign")
    return {name: getattr(found, name) for name in names}


@router.post("/stockpile/shipments/{key}/cancel", response={200: ShipmentFacts, **WRITE}, auth=Token(HANDLE))
def cancel_shipment(request: HttpRequest, key: Key, given: Because) -> dict[str, Any]:
    """Takes back a manifest that was not sent off. Permission: `stock.handle`, at the sender."""
    user = person(request)
    known(user, "shipment", key, HANDLE, "place")
    shipments.cancel(key, given.why, by=actor(user))
    return facts(known(user, "shipment", key))


@router.post("/stockpile/shipments/{key}/close", response={200: ShipmentFacts, **WRITE}, auth=Token(HANDLE))
def close_shipment(request: HttpRequest, key: Key, given: Because) -> dict[str, Any]:
    """Closes one whose missing weapons are an incident's now. Permission: `stock.handle`, at the receiver."""
    user = person(request)
    known(user, "shipment", key, HANDLE, "person")
    shipments.close_short(key, given.why, by=actor(user))
    return facts(known(user, "shipment", key))


@router.get("/stockpile/incidents", response={200: list[IncidentFacts], **READ}, auth=Token(VIEW))
def list_incidents(request: HttpRequest, asked: Query[WhichSubjects]) -> list[dict[str, Any]]:
    """Losses and thefts of the places one may see, the newest first, at most 300. Permission: `stock.view`."""
    return listed(person(request), "incident", asked.state)


@router.post("/stockpile/incidents", response={200: IncidentFacts, **WRITE}, auth=Token(HANDLE))
def report_incident(request: HttpRequest, given: IncidentToReport, key: RequestKey = "") -> dict[str, Any]:
    """Reports weapons lost or stolen; sent twice with one `Idempotency-Key` it is reported once. Permission: `stock.handle`, at the store and
    where the weapons are kept.
    """
    user = person(request)
    store, weapons = place_of(user, given.store), own(user, given.weapons)
    report = Report(given.what, store, weapons, given.reason, given.circumstances, given.happened)
    made = incidents.report(report, by=actor(user), request=once_key(user, key))
    return facts(known(user, "incident", made, HANDLE))


@router.get("/stockpile/incidents/{key}", response={200: IncidentFacts, **MISSING}, auth=Token(VIEW))
def show_incident(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One loss or theft. Permission: `stock.view`, at its store."""
    return facts(known(person(request), "incident", key))


@router.post("/stockpile/incidents/{key}/inquiry", response={200: IncidentFacts, **WRITE}, auth=Token(COMMAND))
def record_inquiry(request: HttpRequest, key: Key, given: InquiryFound) -> dict[str, Any]:
    """Records what an inquiry found. Permission: `stock.command`, at its store."""
    user = person(request)
    known(user, "incident", key, COMMAND)
    incidents.inquire(key, finding=given.finding, sanction=given.sanction, by=actor(user))
    return facts(known(user, "incident", key))


@router.post("/stockpile/incidents/{key}/recovery", response={200: IncidentFacts, **WRITE}, auth=Token(HANDLE))
def record_recovery(request: HttpRequest, key: Key, given: WeaponsBack) -> dict[str, Any]:
    """Takes in weapons that came back. Permission: `stock.handle`, at its store and where they are put."""
    user = person(request)
    known(user, "incident", key, HANDLE)
    weapons, store = [str(one) for one in dict.fromkeys(given.weapons)], place_of(user, given.store)
    incidents.recover(key, weapons, store, note=given.note, happened=given.happened, by=actor(user))
    return facts(known(user, "incident", key))


@router.post("/stockpile/incidents/{key}/write-off", response={200: ProposalMade, **WRITE}, auth=Token(HANDLE))
def propose_write_off(request: HttpRequest, key: Key, given: Because) -> dict[str, str]:
    """Proposes to write off what has not come back; somebody above the store approves. Permission: `stock.handle`, at its store."""
    user = person(request)
    known(user, "incident", key, HANDLE)
    return {"proposal": incidents.propose_write_off(key, given.why, by=actor(user))}
