"""What happens in one depot shows to nobody of another: not on pages, not in their lists to choose from or their counters, not over the API."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from countermark.accounts import services as accounts
from countermark.accounts.models import Place, User
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.stockpile import acts, kits, units
from countermark.stockpile.ammunition import services as ammunition
from countermark.stockpile.ammunition.services import Lot, Move
from countermark.stockpile.assessment import services as assessment
from countermark.stockpile.counting.services import PlanFields, set_plan
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Plan
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Report
from countermark.stockpile.kits import KitFields
from countermark.stockpile.models import SubjectRow
from countermark.stockpile.readers import devices
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from countermark.stockpile.tags import services as tags
from countermark.stockpile.units import UnitFields
from countermark.web import errors
from countermark.web.api import api
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, RACK_A, Armoury, armoury, issued
from tests.stockpile.counting import halls
from tests.stockpile.test_assessment import said
from tests.web.other_rooms import PAGES

pytestmark = pytest.mark.django_db

ROLES = ("armourer", "commander", "counter", "reports", "auditor", "licensing", "registrar", "tracing", "marking")
THIRD = "Depot 8"
SERIALS = re.compile(r"AB10\d\d")
SECRETS = ("T. Rained", "R. Ecruit", RACK_A, "Sgt O. Wner", "Patrol kit", "door forced", "spare parts", "over the pass")
CHANGING = re.compile(
    r'<footer.*?</footer>|\d\d:\d\d(?: UTC)?|name="csrfmiddlewaretoken" value="\w+"|(?:name|id)="(?:token|request)" value="[\w-]+"'
    r'|value="[0-9a-f-]{32,36}"|HX-Request',
    re.DOTALL,
)
KEYS = {"key", "code", "ref", "place", "weapon_id", "subject"}


@pytest.fixture
def place() -> Armoury:
    found = armoury(12)
    accounts.add_place(THIRD, by=CHIEF)
    return found


@pytest.fixture
def outsider(place: Armoury) -> User:
    """Bob of another depot, who holds every duty there."""
    accounts.add_user("bob", list(ROLES), OTHER, "a-long-password", by=CHIEF)
    return User.objects.get(username="bob")


def busy(place: Armoury) -> None:
    """One of everything happens in the depot."""
    some = iter(place.weapons)
    issued(place, next(some))
    tags.bind(next(some), "3476451FD40000000000162E", by=ARMOURER)
    kits.set_kit(KitFields("Patrol kit", place.depot, [next(some)]), by=ARMOURER)
    sent = Manifest(DEPOT, THIRD, [next(some)], "2030-01-01", authority="order 7", route="over the pass")
    shipments.dispatch(shipments.prepare(sent, by=ARMOURER), by=ARMOURER)
    incidents.report(Report("theft", DEPOT, [next(some)], "burglary", "door forced"), by=ARMOURER)
    disposal.declare(DEPOT, [next(some)], "keep", Reason("more_than_needed", "spare parts"), by=ARMOURER)
    disposal.plan(Plan(DEPOT, [next(some)], "order 12", "cutting_or_shredding", "Observer", "none is"), by=ARMOURER)
    disposal.review(DEPOT, "revolver", held=9, needed=3, reason="regular", next_review="2030-01-01", by=ARMOURER)
    lot = ammunition.describe(Lot("CBC", "9x19", "A1"), by=ARMOURER)
    units.set_unit(place.rack_b, UnitFields("rack", ammunition=True), by=CHIEF)
    ammunition.move(lot, Move("receive", place.rack_b, 1000, second=place.second), by=ARMOURER)
    assessment.assess(place.depot, said("2026-05-01", doors="no"), by=Actor("commander7"))
    set_plan(place.depot, PlanFields("us-monthly", first="2026-01-01"), by=halls.COMMANDER)
    halls.counted(halls.opened(place.depot), ["AB1011", "QQ1"])
    devices.set_reader("gate", "llrp", DEPOT, address="10.0.0.7", by=CHIEF)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def plain(client: Client, url: str) -> str:
    """A page or answer without what is another each time: secrets of forms, the time, the size of the ledger."""
    answer = client.get(url)
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith(("text/html", "application/json")):
        return ""
    return CHANGING.sub("", answer.content.decode())


def added(before: str, after: str) -> list[str]:
    """Lines that only one of two pages has."""
    return sorted(set(before.split("\n")) ^ set(after.split("\n")))


def pages() -> list[str]:
    names = [name for name, page in PAGES.items() if page.method == "get" and not page.kwargs]
    return ["/", "/weapons/?serial=AB1000", *map(reverse, names)]


def operations() -> list[str]:
    """The paths of the API that are read, without the ones that stream."""
    paths = api.get_openapi_schema()["paths"]
    return [path for path, said_ in paths.items() if "get" in said_ and "/stockpile/" in path]


def test_nothing_another_depot_does_changes_what_one_sees_there(place: Armoury, outsider: User) -> None:
    client = signed_in(outsider)
    urls = [*pages(), *(path for path in operations() if "{" not in path)]
    before = {url: plain(client, url) for url in urls}

    busy(place)

    changed = {url: new for url in urls if (new := added(before[url], plain(client, url)))}
    assert sum(map(bool, before.values())) > len(urls) * 0.8
    assert changed == {}


def test_no_page_of_another_depots_things_says_anything_of_them(
    place: Armoury, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(place)
    # A refusal says the same of everything; to write out a thousand of them is most of what they cost.
    monkeypatch.setattr(errors, "_page", lambda request, status, *said, **more: HttpResponse(status=status))
    client = signed_in(outsider)

    told = {url: found for url in [*things(), *calls()] if (found := secrets(client, url))}

    assert told == {}
    assert len(things()) > 100


def things() -> list[str]:
    """Every page about one thing, for each thing there is that it may be about."""
    found = []
    for name, page in PAGES.items():
        for kwargs in filled(page.kwargs or {}) if page.method == "get" else ():
            try:
                found.append(reverse(name, kwargs=kwargs))
            except NoReverseMatch:
                continue
    return found


def filled(kwargs: dict[str, Any]) -> list[dict[str, Any]]:
    asked = KEYS & set(kwargs)
    if len(asked) != 1:
        return []
    (name,) = asked
    return [{**kwargs, name: value} for value in values(name)]


def values(name: str) -> list[str]:
    rows = SubjectRow.objects.order_by("kind", "key")
    if name == "place":
        return list(Place.objects.exclude(name=OTHER).values_list("pk", flat=True))
    if name == "weapon_id":
        return sorted({weapon for one in acts.subjects("receipt") for weapon in one.value["items"]})
    if name == "ref":
        return [row.person.rpartition(":")[2] for row in rows if row.person.startswith("urn:countermark:party:")][:3]
    return list(dict.fromkeys(rows.values_list("key", flat=True)))


def calls() -> list[str]:
    """Every operation about one thing, for each thing there is."""
    found = []
    for path in operations():
        names = re.findall(r"{(\w+)}", path)
        if len(names) == 1 and names[0] in KEYS:
            found += [path.replace(f"{{{names[0]}}}", value) for value in values(names[0])]
    return found


def secrets(client: Client, url: str) -> list[str]:
    text = plain(client, url)
    return [*SERIALS.findall(text), *(secret for secret in SECRETS if secret in text)]
