"""Matching in a browser: needs and offers matched, a pair decided about by hand, what that costs; clean, narrow and mirrored."""

from typing import TYPE_CHECKING

from countermark.cooperation import acts
from tests.browser.visitor import Visitor
from tests.cooperation.region import OTHER, need, offer, region

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_who_matches_sees_why_decides_by_hand_and_sees_what_it_costs(
    browser: "Browser", site: str, visitor: Visitor
) -> None:
    donor = region()["donor"]
    need(end="2099-12-31")
    need(OTHER, priority=5, visibility="public", end="2099-12-31", title="Less pressing")
    offer(donor, budget="50000.50", end="2099-12-31")

    before = len(acts.subjects("matching"))
    page = visitor.sign_in("assistance").go("/cooperation/matching/")
    page.get_by_role("link", name="Match needs and offers").click()
    page.get_by_role("button", name="Match").dblclick()
    page.get_by_text("theme marking is one the offer is for").first.wait_for()
    page.get_by_role("link", name="Decide", exact=True).first.click()
    page.select_option("[name=what]", "limit")
    page.fill("[name=amount]", "20000")
    page.fill("[name=reason]", "It asked to wait for its budget.")
    page.get_by_role("button", name="Match again").click()
    page.get_by_text("What was decided by hand costs").wait_for()
    page.get_by_text("It asked to wait for its budget.").first.wait_for()
    assert len(acts.subjects("matching")) == before + 2

    path = page.url.removeprefix(site)
    with Visitor.with_browser(browser, site, width=320, mirrored=True) as narrow:
        narrow.sign_in("assistance")
        for one in ("/cooperation/matching/", path, f"{path}override/"):
            narrow.go(one)
            assert narrow.overflow() <= 0, one
            assert narrow.violations() == [], one
