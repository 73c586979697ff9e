"""A count by keyboard alone, with a scanner that is a keyboard; its pages at every width and written right to left."""

from typing import TYPE_CHECKING

from countermark.accounts.models import User
from countermark.ledger.services import Actor
from countermark.register.models import Weapon
from countermark.stockpile import acts, units
from countermark.stockpile import queries as stock
from countermark.stockpile.codes import house
from countermark.stockpile.counting import queries, services
from countermark.stockpile.counting.reading import Scan
from countermark.stockpile.counting.services import Opening, PlanFields
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

COMMANDER = Actor("commander")


def opened() -> tuple[str, list[Weapon]]:
    """A count of a rack of the counting officer's with weapons in it, and these."""
    seen = stock.visible(User.objects.get(username="counter"), "stock.count")
    for row in acts.rows("unit").filter(value__form="rack", key__in=list(seen or [])).order_by("key"):
        weapons = list(stock.in_store([row.key]).order_by("id"))
        if len(weapons) > 2:
            return services.open_count(Opening(row.key, counters=1), by=COMMANDER), weapons
    raise AssertionError("the demonstration has no rack with weapons")


def scanned(page: "Page", text: str, rows: int) -> str:
    """What a scanner types, and the outcome once the answer is there."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => { const rows = [...document.querySelectorAll('#scan-rows > li')]; "
        "return rows.length === n && rows.every(row => row.dataset.scanOutcome !== 'waiting'); }",
        arg=rows,
    )
    return str(page.locator("#scan-rows > li").first.get_attribute("data-scan-outcome"))


def test_a_rack_is_counted_without_a_mouse(visitor: Visitor) -> None:
    key, weapons = opened()
    visitor.sign_in("counter")
    page = visitor.go(f"/stockpile/counts/{house.shown(key)}/")
    visitor.tab_to("form[action$='/begin/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sheet/")
    assert visitor.focus() == "scan", "the field has the focus from the start"

    for number, weapon in enumerate(weapons[1:], 1):
        assert scanned(page, house.weapon_code(weapon.pk), number) == "done"
    last = len(weapons) - 1
    assert scanned(page, units.code_of(known(key).place), last + 1) == "done"
    assert scanned(page, "NOBODYS 7", last + 2) == "asked"
    page.locator(f"#count-progress:has-text('{last} of {len(weapons)}')").wait_for()
    assert visitor.violations() == []
    with visitor.window(320):
        assert visitor.overflow() == 0

    page.wait_for_timeout(1200)  # a tab within a second of a scan would be the scanner's
    visitor.tab_to("form[action$='/end/'] [name=sure]")
    page.keyboard.press("Space")
    visitor.tab_to("form[action$='/end/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{house.shown(key)}/")
    found = queries.outcome(known(key))
    assert [one.item for one in found.exceptions if one.outcome == "not_found"] == [str(weapons[0].pk)]
    assert found.figures["found"] == last


def known(key: str) -> queries.Counting:
    found = queries.counting(key)
    assert found is not None
    return found


def test_the_pages_of_counting_fit_every_window_and_direction(browser: "Browser", site: str) -> None:
    seen = stock.visible(User.objects.get(username="commander"), "stock.command")
    sites = acts.rows("unit").filter(value__form="site").order_by("key")
    place = next(row.key for row in sites if seen is None or row.key in seen)
    services.set_plan(place, PlanFields("us-monthly", first="2026-01-01"), by=COMMANDER)
    key = services.open_count(Opening(place, counters=1), by=COMMANDER)
    by = Actor("chief")
    sheet = services.begin(key, by=by)
    services.scan(key, sheet, [Scan("STRANGE 1", "1")], by=by)
    services.end(key, sheet, by=by)
    shown = f"/stockpile/counts/{house.shown(key)}/"
    for mirrored in (False, True):
        with Visitor.with_browser(browser, site, mirrored=mirrored) as visitor:
            visitor.sign_in("commander")
            for path in ("/stockpile/counts/", "/stockpile/counts/plan/", f"{shown}?outcome=not_found"):
                visitor.go(path)
                assert visitor.violations() == [], path
                with visitor.window(320):
                    assert visitor.overflow() == 0, path
