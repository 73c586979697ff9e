"""Every page of this part: clean for axe, no wider than the window, nothing asked from elsewhere, useful without scripts."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from countermark.ledger import identity
from countermark.ledger.models import Entry
from countermark.ledger.services import Actor
from countermark.register import papers
from countermark.register.models import Weapon
from countermark.register.queries.discrepancies import queue
from countermark.register.queries.scope import EVERYTHING
from tests.browser.conftest import Demonstration
from tests.browser.visitor import Visitor, trace_path

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def pages(demonstration: Demonstration, store: str) -> dict[str, list[str]]:
    """The paths to look at, by who looks."""
    weapon = Weapon.objects.get(ref=demonstration.samples["stolen"].refs[0])
    record = f"/weapons/{weapon.pk}/"
    position = event_position(weapon)
    loss, new, correction = forms()
    return {
        "tracing": [
            "/",
            "/trace/",
            trace_path(demonstration.samples["two-owners"]),
            trace_path(demonstration.samples["foreign-barrel"]),
            "/trace/?reading=*",
            "/trace/?reading=WQZ77Y0316K&country=BR",
        ],
        "registrar": [
            "/",
            "/weapons/?maker=Taurus&kind=revolver&status=stolen",
            "/weapons/?maker=Taurus&kind=revolver&status=stolen&print=1",
            "/weapons/?maker=nobody",
            record,
            f"{record}?print=1",
            f"{record}events/{position}/",
            f"{record}events/new/",
            f"{record}events/{position}/correct/",
            f"{record}correct/",
            f"{record}join/",
            "/weapons/new/",
            "/import/",
            "/discrepancies/",
            f"/discrepancies/{discrepancy()}/",
            "/lists/",
            f"/weapons/?holder={identity.ref('party', 'Nadila Mourato')}",
            "/forms/",
            f"/forms/?weapon={weapon.pk}",
            f"/forms/{loss}/",
            f"/forms/{loss}/key/",
            f"/forms/{correction}/key/",
            f"/forms/sheet/?code={loss}&code={new}&code={correction}",
            f"/weapons/new/?form={new}",
            f"{record}events/new/?form={loss}",
            f"{record}correct/?form={correction}",
            "/accounts/sessions/",
        ],
        "contact": ["/cases/", "/requests/", "/requests/blind/", "/interpol/"],
        "auditor": ["/", "/ledger/", "/ledger/nodes/", f"/ledger/entries/{position}/"],
    }


def forms() -> list[str]:
    """The codes of a paper form for an event, a new weapon and a correction."""
    by = Actor("registrar")
    issued = (
        papers.issue("event", event="loss", by=by),
        papers.issue("weapon", by=by),
        papers.issue("correction", by=by),
    )
    return [form.code for [form] in issued]


def discrepancy() -> str:
    """The name of a discrepancy there is."""
    return queue(EVERYTHING)[0].subject


def event_position(weapon: Weapon) -> int:
    """Where the last event of a weapon stands."""
    about = [entry for entry in Entry.objects.order_by("-pk") if str(weapon.pk).encode() in bytes(entry.data)]
    return next(int(entry.pk) for entry in about if json.loads(bytes(entry.data))["kind"] == "event")


def looked_at(visitor: Visitor, pages: dict[str, list[str]], *widths: int) -> Iterator[str]:
    """What is wrong, by page: as it is opened, and then in windows of other widths."""
    for name, paths in pages.items():
        visitor.sign_in(name)
        for path in paths:
            visitor.go(path)
            yield from (f"{path}: {found}" for found in visitor.violations())
            yield from too_wide(visitor, path)
            for width in widths:
                with visitor.window(width):
                    yield from too_wide(visitor, path)


def too_wide(visitor: Visitor, path: str) -> Iterator[str]:
    if visitor.overflow() > 0:
        yield f"{path}: {visitor.overflow()} px too wide"


def test_pages_are_accessible_and_fit_a_telephone(visitor: Visitor, pages: dict[str, list[str]]) -> None:
    assert "\n".join(looked_at(visitor, pages, 320)) == ""


def test_mirrored_pages_are_accessible_and_fit_a_telephone(
    browser: "Browser", site: str, pages: dict[str, list[str]]
) -> None:
    with Visitor.with_browser(browser, site, width=320, mirrored=True) as visitor:
        assert "\n".join(looked_at(visitor, pages)) == ""
        assert visitor.page.locator("html").get_attribute("dir") == "rtl"


def test_serials_and_numbers_of_records_run_left_to_right_on_mirrored_pages(
    browser: "Browser", site: str, demonstration: Demonstration
) -> None:
    with Visitor.with_browser(browser, site, mirrored=True) as visitor:
        page = visitor.sign_in("registrar").go(trace_path(demonstration.samples["stolen"]))

        directions = page.locator(".mark, .mark-input, .alignment, .chance bdi, .no-break").evaluate_all(
            "all => all.map(e => getComputedStyle(e).direction)"
        )
        form, answer = page.locator(".trace-form").bounding_box(), page.locator("#answer").bounding_box()

    assert set(directions) == {"ltr"}
    assert form is not None
    assert answer is not None
    assert form["x"] > answer["x"]


@pytest.mark.parametrize("look", ["dark", "contrast"])
def test_an_answer_is_accessible_in_other_colours(visitor: Visitor, demonstration: Demonstration, look: str) -> None:
    visitor.sign_in("tracing")
    visitor.page.context.add_cookies([{"name": "countermark_theme", "value": look, "url": visitor.site}])

    page = visitor.go(trace_path(demonstration.samples["stolen"]))
    page.locator(".decide summary").first.click()

    assert page.locator("html").get_attribute("data-look") == look
    assert visitor.violations() == []
