"""One of each thing of the stockpile that an operation may be about."""

from collections.abc import Callable

from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.register import asking, projection
from countermark.stockpile import acts, kits
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.services import Lot
from countermark.stockpile.civilian import services as civilian
from countermark.stockpile.civilian.services import Said
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Plan
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Report
from countermark.stockpile.kits import KitFields
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, issued


def one_of_each(name: str) -> dict[str, str]:
    """The parameters of the path of an operation: the thing is there."""
    place = armoury(1)
    made = next((make(place) for part, make in _MAKERS.items() if f"/{part}/{{key}}" in name), "")
    return {"key": made, "code": _code(place, name), "place": place.depot}


def _code(place: Armoury, name: str) -> str:
    if "/kits/{code}" in name:
        return kits.set_kit(KitFields("Patrol", place.depot, place.weapons), by=ARMOURER)
    return issued(place) if "{code}" in name else ""


def _shipment(place: Armoury) -> str:
    key = shipments.prepare(Manifest(DEPOT, OTHER, place.weapons, "2030-01-01", authority="order 7"), by=ARMOURER)
    shipments.dispatch(key, by=ARMOURER)
    return key


def _incident(place: Armoury) -> str:
    return incidents.report(Report("theft", DEPOT, place.weapons, "burglary", "door forced"), by=ARMOURER)


def _surplus(place: Armoury) -> str:
    return disposal.declare(DEPOT, place.weapons, "keep", Reason("more_than_needed", "spare"), by=ARMOURER)


def _destruction(place: Armoury) -> str:
    said = Plan(DEPOT, place.weapons, "order 12", "cutting_or_shredding", "Observer", "none is")
    return disposal.plan(said, by=ARMOURER)


def _lot(_place: Armoury) -> str:
    return ammunition.describe(Lot("CBC", "9x19", "A1"), by=ARMOURER)


def _proposal(place: Armoury) -> str:
    _destruction(place)
    return acts.subjects("proposal", state="pending")[0].key


def _asked(place: Armoury) -> str:
    """What the owner of the token (`fuzz`) asked to change on the record of a weapon."""
    issued(place)
    held = projection.states_of(place.weapons)[place.weapons[0]].custody
    assert held is not None
    made = asking.correct(held.heads[0], None, reason=Reason("twice"), by=Actor("fuzz"))
    assert isinstance(made, asking.Waits)
    return made.proposal


def _fault(place: Armoury) -> str:
    rules = "eu-2021-555-7"
    answers = {f"{rules}/secure": "no", f"{rules}/apart": "yes"}
    civilian.inspect(Said("A Holder (1)", place.depot, "2026-05-04", [rules], answers), by=ARMOURER)
    return acts.subjects("visitfinding")[0].key


_MAKERS: dict[str, Callable[[Armoury], str]] = {
    "shipments": _shipment,
    "incidents": _incident,
    "surplus": _surplus,
    "destructions": _destruction,
    "lots": _lot,
    "proposals": _proposal,
    "asked": _asked,
    "faults": _fault,
}
