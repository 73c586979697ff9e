"""Alice and Bob have the same role at two places, Charlie has none; and weapons for them to see, or not."""

from collections.abc import Mapping, Sequence

from django.test import Client

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.ledger.services import Actor
from countermark.register import services

CHIEF = Actor("chief")
NORTH, SOUTH = "North depot", "South depot"
REVOLVER = {
    "kind": "revolver",
    "maker": "Rossi",
    "model": "M88",
    "calibre": ".38 Special",
    "country": "BR",
    "year": "1994",
}


def places() -> None:
    """The two depots."""
    for name in (NORTH, SOUTH):
        accounts.add_place(name, by=CHIEF)


def person(name: str, role: str = "", place: str | None = None) -> User:
    """Somebody with a role, at a place or for the whole State."""
    accounts.add_user(name, [role] if role else [], place, "a-long-password", by=CHIEF)
    return User.objects.get(username=name)


def client_of(name: str) -> Client:
    """Somebody there is, signed in."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def signed_in(name: str, role: str = "", place: str | None = None) -> Client:
    """A browser in which somebody new is signed in."""
    client = Client()
    client.force_login(person(name, role, place))
    return client


def weapon(
    ref: str,
    mark: str = "",
    *,
    place: str = "",
    facts: Mapping[str, str] = REVOLVER,
    marks: Sequence[Mapping[str, str]] = (),
) -> str:
    """Records a weapon, at a place if one is named. Returns its id."""
    said = marks or [{"component": "frame", "mark": mark or f"SN {ref}"}]
    weapon_id = services.add_weapon(ref, facts, said, by=CHIEF).weapon_id
    if place:
        event(weapon_id, event="move", date="2001-02-03", place=place)
    return weapon_id


def event(weapon_id: str, **fields: str) -> str:
    """Records an event (`from_` stands for the column `from`). Returns its eventID."""
    columns = {name.rstrip("_"): text for name, text in fields.items()}
    return services.add_event(weapon_id, columns, by=CHIEF).event_id
