"""Accounts of units, what is due today, and kits, for programs. People are named by their ids, which say nothing."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.accounts.services import actor
from countermark.stockpile import kits, queries, unitaccounts, units
from countermark.stockpile.codes import house
from countermark.stockpile.kits import IN_USE, KitFields, Packed
from countermark.stockpile.unitaccounts import Account, Figures
from countermark.web.api.allowed import Token, person
from countermark.web.api.once import RequestKey, once_key
from countermark.web.api.problems import MISSING, READ, WRITE, not_found
from countermark.web.api.stockpile.subjects import HANDLE, VIEW, own, place_of
from countermark.web.api.texts import Short, Strict

router = Router(tags=["stockpile"])
KitCode = Annotated[str, Path(pattern=r"^KT-?[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]$")]


class AccountFigures(Schema):
    """What a unit answers for and where it is; `place` is the id of its site. `total` = store + out + transit + missing."""

    place: str
    name: str
    total: int
    store: int
    out: int
    transit: int
    missing: int
    overdue: int


class AccountHolder(Schema):
    """Somebody who has weapons of an account; `due` is when the first is to be back, empty where nothing says."""

    person: str
    weapons: int
    overdue: int
    due: str


class AccountPage(AccountFigures):
    """An account with who has what, the first due first."""

    people: list[AccountHolder]


class DueLine(AccountHolder):
    """Somebody who is to bring weapons back by the end of today."""

    weapon_ids: list[UUID]


class KitAccessory(Strict):
    """So many of something that is no weapon."""

    what: Annotated[Short, Field(min_length=1)]
    quantity: Annotated[int, Field(ge=1, le=kits.MOST_OF_ONE)] = 1


class KitPage(Schema):
    """A kit: its code, and what belongs to it. Texts that were erased are empty."""

    code: str
    name: str
    state: Literal["use", "dissolved"]
    place: str
    weapons: list[UUID]
    accessories: list[dict[str, Any]]


class KitToSet(Strict):
    """What a kit is to be. With the `code` of one it is said anew."""

    name: Annotated[Short, Field(min_length=1)]
    place: Short
    weapons: Annotated[list[UUID], Field(min_length=1, max_length=kits.MOST_WEAPONS)]
    accessories: list[KitAccessory] = Field(default_factory=list, max_length=kits.MOST_ACCESSORIES)
    code: Short = ""


class WhichStore(Schema):
    """The place of the counter, by id or name."""

    store: Short


@router.get("/stockpile/accounts", response={200: list[AccountFigures], **READ}, auth=Token(VIEW))
def list_accounts(request: HttpRequest) -> list[dict[str, Any]]:
    """Every unit one may see, in figures. Permission: `stock.view`."""
    return [_figures(one, found) for one, found in unitaccounts.overview(queries.visible(person(request)))]


@router.get("/stockpile/accounts/{place}", response={200: AccountPage, **MISSING}, auth=Token(VIEW))
def show_account(request: HttpRequest, place: Short) -> dict[str, Any]:
    """One unit, by the id of its site. Permission: `stock.view`."""
    of = unitaccounts.account(place, queries.visible(person(request)))
    if of is None:
        raise not_found("place")
    people = [
        {"person": one.party, "weapons": one.weapons, "overdue": one.overdue, "due": one.due}
        for one in unitaccounts.by_person(of)
    ]
    return {**_figures(of, unitaccounts.figures(of)), "people": people}


def _figures(of: Account, found: Figures) -> dict[str, Any]:
    return {"place": of.site.pk, "name": of.site.name, "total": found.total, **asdict(found)}


@router.get("/stockpile/due", response={200: list[DueLine], **MISSING}, auth=Token(HANDLE))
def due_today(request: HttpRequest, asked: Query[WhichStore]) -> list[dict[str, Any]]:
    """Who is to bring back what to a counter by the end of today, what is overdue first. Permission: `stock.handle`, at the place."""
    user = person(request)
    store = place_of(user, asked.store)
    here, handled = units.of_site(store), queries.visible(user, HANDLE)
    return [
        {
            "person": line.party,
            "weapons": line.weapons,
            "overdue": line.overdue,
            "due": line.due,
            "weapon_ids": [one.weapon.pk for one in held],
        }
        for line, held in unitaccounts.due_today(here if handled is None else here & handled)
    ]


@router.get("/stockpile/kits", response={200: list[KitPage], **READ}, auth=Token(VIEW))
def list_kits(request: HttpRequest) -> list[dict[str, Any]]:
    """The kits in use at the places one may see, by name. Permission: `stock.view`."""
    return [kits.plain(one) for one in kits.at(queries.visible(person(request)))]


@router.get("/stockpile/kits/{code}", response={200: KitPage, **MISSING}, auth=Token(VIEW))
def show_kit(request: HttpRequest, code: KitCode) -> dict[str, Any]:
    """One kit. Permission: `stock.view`."""
    return kits.plain(_kit(person(request), code))


@router.post("/stockpile/kits", response={200: KitPage, **WRITE}, auth=Token(HANDLE))
def set_kit(request: HttpRequest, given: KitToSet, key: RequestKey = "") -> dict[str, Any]:
    """Puts a kit together, once for one `Idempotency-Key`, or says one anew. Permission: `stock.handle`, where it is kept and where its weapons are."""
    user = person(request)
    code = _kit(user, given.code, HANDLE).code if given.code else ""
    along = [(one.what, one.quantity) for one in given.accessories]
    fields = KitFields(given.name, place_of(user, given.place), own(user, given.weapons), along)
    return kits.plain(_kit(user, kits.set_kit(fields, code=code, request=once_key(user, key), by=actor(user))))


@router.delete("/stockpile/kits/{code}", response={200: KitPage, **WRITE}, auth=Token(HANDLE))
def dissolve_kit(request: HttpRequest, code: KitCode) -> dict[str, Any]:
    """Takes a kit apart; twice is harmless. Permission: `stock.handle`, where it is kept."""
    user = person(request)
    one = _kit(user, code, HANDLE)
    if one.subject.state == IN_USE:
        kits.dissolve(one.code, by=actor(user))
    return kits.plain(_kit(user, code, HANDLE))


def _kit(user: User, code: str, permission: str = VIEW) -> Packed:
    found, places = kits.find(house.shown(code) if len(code) == 11 else code), queries.visible(user, permission)
    if found is None or (places is not None and found.subject.place not in places):
        raise not_found("kit")
    return found
