"""Scans that wait for the line outlive page, tab and browser: for their own person, sent once where they belong, or looked at."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from countermark.accounts.models import Place
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.stockpile import queries as stock
from countermark.stockpile import units
from countermark.stockpile.codes import house
from countermark.stockpile.counting import queries, services
from countermark.stockpile.counting.rules import Line
from tests.browser.test_count_in_browser import known, opened
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Route, StorageState

COUNTER, COMMANDER = Actor("counter"), Actor("commander")
WAITING = "/stockpile/scan/waiting/"


class Sheet:
    """A sheet of the counting officer's, with weapons to count."""

    def __init__(self) -> None:
        self.key, self.weapons = opened()
        self.place = known(self.key).place
        self.number = services.begin(self.key, by=COUNTER)
        self.code = house.shown(self.key)
        self.path = f"/stockpile/counts/{self.code}/sheet/"

    def codes(self, count: int = 3) -> list[str]:
        """What is scanned of the first weapons."""
        return [house.weapon_code(one.pk) for one in self.weapons[:count]]

    @property
    def lines(self) -> list[Line]:
        """What is counted."""
        return queries.lines(f"{self.key}.{self.number}")


@pytest.fixture
def sheet(store: str) -> Iterator[Sheet]:
    made = Sheet()
    yield made
    services.cancel(made.key, Reason("interrupted"), by=COMMANDER)  # the next one counts the same rack


def no_line(page: "Page") -> None:
    """From now on nothing that is sent arrives."""

    def lost(route: "Route") -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.context.route("**/*", lost)


def scan(page: "Page", *codes: str) -> None:
    """Scans without the pace of a scanner, which a busy machine may tear (test_scan_in_browser.py has that)."""
    for code in codes:
        page.fill("#scan", code)
        page.press("#scan", "Enter")


def settled(page: "Page") -> None:
    page.wait_for_function(
        "() => document.querySelectorAll('#scan-rows > li').length && "
        "!document.querySelector('#scan-rows > [data-scan-outcome=waiting]')"
    )


def left_behind(
    browser: "Browser", site: str, path: str, codes: list[str], user: str, first: str = ""
) -> "StorageState":
    """What a browser keeps that was closed while scans of somebody waited."""
    with Visitor.with_browser(browser, site) as visitor:
        page = visitor.sign_in(user).go(path)
        if first:
            scan(page, first)
            settled(page)
        no_line(page)
        scan(page, *codes)
        page.get_by_text(f"{len(codes)} waiting to be sent").wait_for()
        kept = page.context.storage_state()
        page.close()
        visitor.wrong.clear()  # the browser complains of the lost line
    kept["cookies"] = []  # the session ends with the browser
    return kept


def stored(page: "Page") -> int:
    """How many scans the browser keeps."""
    return int(page.evaluate("Object.keys(localStorage).filter(one => one.startsWith('countermark-scan:')).length"))


def test_scans_of_a_closed_browser_are_told_of_and_arrive_once_where_they_were_made(
    browser: "Browser", site: str, sheet: Sheet
) -> None:
    rack = sheet.place
    kept = left_behind(browser, site, sheet.path, sheet.codes(), "counter", first=units.code_of(rack))

    with Visitor.with_browser(browser, site, kept=kept) as visitor:
        page = visitor.sign_in("counter").go("/stockpile/")
        said = page.locator("[data-kept-waiting]")
        said.wait_for()
        assert said.inner_text().replace("\u2068", "").replace("\u2069", "") == (
            f"Scans that wait to be sent: 3 ({sheet.code}: 3)"
        )
        assert sheet.lines == []
        visitor.go(sheet.path)
        settled(page)
        assert stored(page) == 0
        visitor.go(sheet.path)
        assert page.locator("[data-kept]").is_hidden()

    assert [line.weapon for line in sheet.lines] == [str(one.pk) for one in sheet.weapons[:3]]
    assert {line.place for line in sheet.lines} == {rack}


def test_the_next_person_at_the_machine_sees_that_some_wait_and_none_of_them(
    browser: "Browser", site: str, sheet: Sheet
) -> None:
    codes = sheet.codes()
    kept = left_behind(browser, site, sheet.path, codes, "counter")

    with Visitor.with_browser(browser, site, kept=kept) as visitor:
        page = visitor.sign_in("armourer").go("/stockpile/")
        page.get_by_text("Scans of another person wait on this machine: 3").wait_for()
        visitor.go(WAITING)
        page.get_by_text("No scan of yours waits in this browser.").wait_for()
        assert not any(code in page.content() or sheet.code in page.content() for code in codes)
        visitor.go("/stockpile/scan/")
        assert page.locator("#scan-rows > li").count() == 0
        assert stored(page) == 3
    assert sheet.lines == []


def test_scans_of_a_sheet_that_was_ended_meanwhile_are_looked_at_and_discarded_by_keyboard(
    browser: "Browser", site: str, sheet: Sheet
) -> None:
    kept = left_behind(browser, site, sheet.path, sheet.codes(2), "counter")
    services.end(sheet.key, sheet.number, by=COUNTER)

    with Visitor.with_browser(browser, site, kept=kept) as visitor:
        page = visitor.sign_in("counter").go("/stockpile/")
        visitor.tab_to("[data-kept-waiting] a")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{WAITING}")
        assert page.locator("[data-scan-outcome=waiting]").count() == 2
        visitor.tab_to("[data-send]")
        page.keyboard.press("Enter")
        page.get_by_text("Sent: 0. To look at: 2.").wait_for()
        visitor.wrong.clear()  # the browser complains of the answer 404
        visitor.go(WAITING)
        assert page.locator("[data-scan-outcome=asked]").count() == 2
        assert "What it was scanned for is closed" in page.locator("[data-scan-outcome=asked]").first.inner_text()
        assert visitor.violations() == []
        visitor.tab_to("[data-discard]")
        page.once("dialog", lambda asked: asked.dismiss())
        page.keyboard.press("Enter")
        assert stored(page) == 2
        page.on("dialog", lambda asked: asked.accept())
        page.keyboard.press("Enter")
        page.wait_for_function("document.querySelectorAll('[data-discard]').length === 1")
        page.keyboard.press("Enter")
        page.get_by_text("No scan of yours waits in this browser.").wait_for()
        assert stored(page) == 0


def test_a_scan_that_was_taken_back_on_its_way_waits_until_that_has_arrived(
    browser: "Browser", site: str, sheet: Sheet
) -> None:
    kept = left_behind(browser, site, sheet.path, sheet.codes(1), "counter")
    for item in kept["origins"][0]["localStorage"]:
        if item["name"].startswith("countermark-scan:"):
            item["value"] = json.dumps({**json.loads(item["value"]), "recalled": True})

    with Visitor.with_browser(browser, site, kept=kept) as visitor:
        page = visitor.sign_in("counter").go(WAITING)
        page.context.route("**/undo/", lambda route: route.fulfill(status=401))
        page.click("[data-send]")
        page.get_by_text("You are signed out").wait_for()
        visitor.wrong.clear()  # the browser complains of the answer 401
        assert (stored(page), len(sheet.lines)) == (1, 1)
        page.context.unroute_all()
        page.click("[data-send]")
        page.get_by_text("No scan of yours waits in this browser.").wait_for()
        assert (stored(page), sheet.lines) == (0, [])


def test_scans_at_a_counter_whose_session_is_over_are_looked_at_and_put_on_no_other_counter(
    browser: "Browser", site: str, weapons: list[Weapon]
) -> None:
    path = "/stockpile/counter/issue/"
    kept = left_behind(browser, site, path, [house.weapon_code(weapons[0].pk)], "armourer")

    with Visitor.with_browser(browser, site, kept=kept) as visitor:
        page = visitor.sign_in("armourer").go(path)
        settled(page)
        assert "is not open any more" in page.locator("#scan-rows > li").first.inner_text()
        assert page.locator(".desk-weapons li").count() == 0
        visitor.go("/stockpile/")
        page.get_by_text("Scans that were not recorded, to look at: 1").wait_for()


@pytest.fixture
def weapons(store: str) -> list[Weapon]:
    """Weapons that lie in the depot of the demonstration's armourer."""
    depot = Place.objects.get(name="Central Ordnance Depot, Oruvale")
    return list(stock.in_store(units.of_site(depot.pk)).filter(status="active", finding="").order_by("pk")[:3])


def test_signing_out_says_what_waits_before_and_goes_only_where_one_knows(visitor: Visitor, sheet: Sheet) -> None:
    page = visitor.sign_in("counter").go(sheet.path)
    no_line(page)
    scan(page, *sheet.codes(1))
    page.get_by_text("1 waiting to be sent").wait_for()
    visitor.wrong.clear()
    page.context.unroute_all()
    visitor.go("/accounts/logout/")
    page.context.route("**/scan/", lambda route: route.abort())
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss() if len(asked) == 1 else dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    page.click("main form button")
    assert page.url.endswith("/accounts/logout/")
    page.click("main form button")
    page.wait_for_url("**/accounts/login/**")
    assert [text.partition(".")[0] for text in asked] == ["Scans that wait to be sent: 1"] * 2
    assert stored(page) == 1
    # A try to send that was under way when the line was cut, or its page left, is told of by the browser whenever it comes to it.
    visitor.wrong[:] = [wrong for wrong in visitor.wrong if "net::ERR_" not in wrong]


def test_two_tabs_of_one_person_send_each_scan_once_and_in_order(visitor: Visitor, sheet: Sheet) -> None:
    one, two, three = sheet.codes()
    page = visitor.sign_in("counter").go(sheet.path)
    other = page.context.new_page()
    other.goto(page.url)
    no_line(page)
    for tab, code in ((page, one), (other, two), (page, three)):
        tab.bring_to_front()
        scan(tab, code)
        tab.get_by_text("waiting to be sent").wait_for()
    visitor.wrong.clear()
    sent: list[str] = []

    def note(request: "Request") -> None:
        if request.method == "POST":
            sent.extend(code for code in (one, two, three) if code in (request.post_data or ""))

    page.context.on("requestfinished", note)
    page.context.unroute_all()
    for tab in (page, other):
        tab.evaluate("window.dispatchEvent(new Event('online'))")
    for tab in (page, other):
        settled(tab)
    assert sent == [one, two, three]
    assert [line.weapon for line in sheet.lines] == [str(weapon.pk) for weapon in sheet.weapons[:3]]
    assert stored(page) == 0
