"""The trust fund in a browser: money posted by hand once, however often the button is pressed, and its pages clean, narrow and mirrored."""

from typing import TYPE_CHECKING

import pytest

from countermark.cooperation.fund import awards, queries
from tests.browser.visitor import Visitor
from tests.cooperation.fund.money import DAY, TREASURER, Fund, awarded, call, fund

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def of(store: str) -> Fund:
    """A fund with a contribution."""
    made = fund()
    made.give("1000")
    return made


def test_money_is_posted_once_however_often_the_button_is_pressed(visitor: Visitor, of: Fund) -> None:
    page = visitor.sign_in("fund").go(f"/cooperation/fund/windows/{of.window}/")
    page.get_by_role("link", name="Contribution").click()
    page.select_option("[name=donor]", of.donor)
    page.fill("[name=currency]", "usd")
    page.fill("[name=amount]", "250.50")
    page.fill("[name=day]", DAY)
    page.get_by_role("button", name="Post").dblclick()

    page.get_by_text("1\u00a0250.50\u00a0USD").first.wait_for()
    assert queries.balances(of.window).available("USD") == 125050


def test_mirrored_pages_of_the_fund_are_accessible_and_fit_a_telephone(browser: "Browser", site: str, of: Fund) -> None:
    one = call(of)
    award = awarded(of)
    awards.disburse(award, day=DAY, by=TREASURER)
    window = f"/cooperation/fund/windows/{of.window}/"
    with Visitor.with_browser(browser, site, width=320, mirrored=True) as visitor:
        visitor.sign_in("fund")
        for path in (
            "/cooperation/fund/", window, f"{window}post/exchange/", f"/cooperation/fund/calls/{one}/", f"/cooperation/fund/awards/{award}/",
            "/cooperation/fund/models/",
        ):  # fmt: skip
            visitor.go(path)
            assert visitor.overflow() <= 0, path
            assert visitor.violations() == [], path
