"""A small region: two States, a donor and a regional centre, what they need and what they offer."""

from typing import Any

from countermark.cooperation import actors, acts, needs, offers
from countermark.cooperation.needs import Asked, Costed
from countermark.ledger.services import Actor

COORDINATOR = Actor("coordinator")
OWN, OTHER = "XA", "XQ"


def region() -> dict[str, str]:
    """The actors by a short name: `own`, `other`, `donor`, `centre`; a State of a filled store is changed by its key."""
    return {
        "own": _state(OWN),
        "other": _state(OTHER),
        "donor": actors.set_actor("", "Development Fund of XD", "donor", country_code="XD", by=COORDINATOR),
        "centre": actors.set_actor("", "Regional Centre West", "centre", regions=["west"], by=COORDINATOR),
    }


def _state(code: str) -> str:
    key = code if acts.subject("actor", code) else ""
    return actors.set_actor(key, f"Republic of {code}", "state", country_code=code, regions=["west"], by=COORDINATOR)


def said_need(**changes: Any) -> needs.Said:
    """A need as a State says it: a marking machine and its upkeep."""
    said: dict[str, Any] = {
        "title": "Marking of the police stocks",
        "theme": "marking",
        "gap": "A third of the weapons of the police bear no import mark.",
        "currency": "EUR",
        "priority": 2,
        "begin": "2026-01-01",
        "end": "2028-12-31",
        "wanted": [Asked("equipment", "dot-peen machine", 2), Asked("training")],
        "once": [Costed("equipment", "40000"), Costed("training", "10000.50")],
        "yearly": [Costed("power", "1200"), Costed("consumables", "800", OWN)],
        "languages": ["fr"],
        "readiness": {"rules": 3, "structures": 2, "infrastructure": 1, "staff": 1},
    }
    return needs.Said(**{**said, **changes})


def need(actor: str = OWN, **changes: Any) -> str:
    """A need of an actor, stated; its id."""
    return needs.state_need(said_need(**changes), actor=actor, by=COORDINATOR)


def said_offer(**changes: Any) -> offers.Said:
    """An offer as a donor says it."""
    said: dict[str, Any] = {
        "title": "Marking and records in the west",
        "currency": "EUR",
        "budget": "250000",
        "begin": "2026-01-01",
        "end": "2027-12-31",
        "kinds": ["funds", "equipment"],
        "themes": ["marking", "records"],
        "regions": ["west"],
    }
    return offers.Said(**{**said, **changes})


def offer(actor: str, **changes: Any) -> str:
    """An offer of an actor, made; its id."""
    return offers.state_offer(said_offer(**changes), actor=actor, by=COORDINATOR)
