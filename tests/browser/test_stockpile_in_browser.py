"""The stockpile in a browser: a morning and an evening at the counter with a scanner, and every page clean, narrow and mirrored."""

import time
from typing import TYPE_CHECKING

import pytest

from countermark.accounts.models import Place
from countermark.ledger import identity
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.stockpile import acts, queries, roster, units
from countermark.stockpile.models import Holding
from countermark.stockpile.scanning import queries as scanning
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BY = Actor("armourer")
SECONDS = 90
"""Machine time for twenty weapons out and twenty home (issue, *Shown by*)."""


@pytest.fixture
def depot(store: str) -> Place:
    """The depot of the demonstration's armourer."""
    return Place.objects.get(name="Central Ordnance Depot, Oruvale")


@pytest.fixture
def weapons(depot: Place) -> list[Weapon]:
    """Twenty weapons that lie there, each with a serial that leads to no other."""
    found = queries.in_store(units.of_site(depot.pk)).filter(status="active", finding="").exclude(serial="")
    alone = [
        one for one in found.order_by("pk") if [found.pk for found in scanning.look(one.serial).weapons] == [one.pk]
    ]
    assert len(alone) >= 20
    return alone[:20]


def card_of(depot: Place) -> str:
    """A new card for somebody trained."""
    person = next(one for one in roster.at([depot.pk]) if one.name.startswith("Cpl"))
    return roster.new_card(person.party, reason="lost", by=BY)


@pytest.fixture
def pages(depot: Place) -> list[str]:
    """Every list and form of the office behind the counter, and one record of each kind the demonstration has."""
    person = identity.ref_of(roster.at([depot.pk])[0].party)
    receipt = acts.rows("receipt").filter(place=depot.pk).first()
    assert receipt is not None
    records = [
        f"/stockpile/{path}/{row.key}/"
        for kind, path in RECORDS.items()
        if (row := acts.rows(kind).filter(place=depot.pk).first())
    ]
    lists = (
        "",
        "home/",
        "units/",
        "units/rules/",
        "people/",
        "proposals/",
        "receipts/",
        "counts/",
        "shipments/",
        "incidents/",
    )
    tail = (
        "assessments/",
        "features/",
        "disposal/",
        "ammunition/",
        "tags/",
        "tags/readers/",
        "labels/",
        "scan/",
        f"units/{depot.pk}/",
        f"people/{person}/",
    )
    paths = [f"/stockpile/{path}" for path in (*lists, *tail)]
    return [*paths, f"/stockpile/receipts/{receipt.key}/", *records]


RECORDS = {
    "shipment": "shipments", "incident": "incidents", "destruction": "disposal/lists", "surplus": "disposal/surplus",
    "lot": "ammunition", "proposal": "proposals", "count": "counts",
    "assessment": "assessments",
}  # fmt: skip
FORMS = {
    "armourer": (
        "counter/issue/",
        "counter/move/",
        "shipments/new/",
        "incidents/new/",
        "disposal/lists/new/",
        "ammunition/new/",
        "pin/",
        "keys/",
    ),
    "commander": (
        "units/set/",
        "units/rules/set/",
        "people/new/",
        "disposal/review/",
        "disposal/surplus/new/",
        "assessments/",
        "assessments/add/",
        "features/set/",
        "tags/readers/new/",
        "civilian/",
        "civilian/begin/",
        "civilian/add/?day=2026-10-05&handguns=1&others=2&rules=eu-2021-555-7",
        "civilian/rules/de-awaffv-13/",
    ),
}


@pytest.mark.parametrize("role", ["armourer", "commander"])
def test_pages_of_the_stockpile_are_accessible_and_fit_a_telephone_mirrored_too(
    browser: "Browser", site: str, pages: list[str], role: str
) -> None:
    """Each page once: the lists wide, the forms narrow and mirrored for one role, the other way round for the other."""
    wide, narrow = pages, [f"/stockpile/{path}" for path in FORMS[role]]
    if role == "commander":
        wide, narrow = narrow, wide
    for paths, width, mirrored in ((wide, 1280, False), (narrow, 320, True)):
        with Visitor.with_browser(browser, site, width=width, mirrored=mirrored) as visitor:
            visitor.sign_in(role)
            for path in paths:
                visitor.go(path)
                assert (path, visitor.violations(), visitor.overflow()) == (path, [], 0)


def scan(page: "Page", *texts: str) -> None:
    """What a keyboard-wedge scanner types: fast, with a return at the end of each."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Enter")


def access_key(page: "Page", key: str) -> None:
    """Presses Alt and a key as a keyboard does; Playwright's own presses bear no text while Alt is down, and Chromium goes by that."""
    pressed = {"type": "keyDown", "modifiers": 1, "key": key, "text": key, "unmodifiedText": key}
    page.context.new_cdp_session(page).send("Input.dispatchKeyEvent", pressed)


def test_twenty_weapons_are_issued_and_taken_back_by_scanner_alone(
    visitor: Visitor, depot: Place, weapons: list[Weapon]
) -> None:
    card, serials = card_of(depot), [weapon.serial for weapon in weapons]
    out = Holding.objects.filter(custody="shift").count()
    page = visitor.sign_in("armourer").go("/stockpile/counter/issue/")
    begun = time.monotonic()

    scan(page, card)
    page.wait_for_selector("#desk .receiver")
    scan(page, *serials)
    page.wait_for_selector(f"#desk >> text={serials[-1]}")
    page.evaluate("document.querySelector('#desk details').open = true")
    page.focus("#second-name")
    scan(page, "PC-NOBODYS")
    assert visitor.focus() == "second-secret", "the return after a second person's card hands nothing over yet"
    page.fill("#second-name", "")
    page.focus("#scan")
    scan(page, card)
    page.wait_for_selector("text=Handed over")
    assert Holding.objects.filter(custody="shift").count() == out + 20

    access_key(page, "2")
    page.wait_for_url("**/return/")
    scan(page, card)
    page.wait_for_selector("#desk .receiver")
    scan(page, *serials, card)
    page.wait_for_selector("text=Handed over")

    assert Holding.objects.filter(custody="shift").count() == out
    assert time.monotonic() - begun < SECONDS
    assert len(acts.subjects("receipt")) >= 2


def test_esc_takes_the_last_scan_back(visitor: Visitor, depot: Place, weapons: list[Weapon]) -> None:
    page = visitor.sign_in("armourer").go("/stockpile/counter/issue/")
    scan(page, card_of(depot), weapons[0].serial, weapons[1].serial)
    page.wait_for_selector(f"#desk >> text={weapons[1].serial}")

    page.keyboard.press("Escape")

    page.wait_for_selector("text=Taken back")
    assert weapons[1].serial not in page.inner_text("#desk")
    assert weapons[0].serial in page.inner_text("#desk")
