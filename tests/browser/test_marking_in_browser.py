"""The marking room in a browser: three weapons by keyboard alone, and every page clean, narrow and mirrored."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from countermark.ledger.services import Actor
from countermark.marking import batches, equipment, queries
from countermark.marking.batches import ItemDraft
from countermark.marking.models import BatchRow, ItemRow
from countermark.marking.states import Batch, Planned
from countermark.register.models import Weapon
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BY = Actor("marking")


@pytest.fixture
def order(store: str) -> Batch:
    """Three weapons at the bench, each to bear a mark of State stock."""
    rows = Weapon.objects.filter(status="active", replaced_by=None, finding="").exclude(serial="").order_by("-ref")[:3]
    drafts = [
        ItemDraft([Planned("frame", "state_stock", "XA POLICE")], str(row.id), row.ref, row.serial) for row in rows
    ]
    made = batches.make("Three by keyboard", "state_holding", drafts, by=BY)
    return batches.move(made.id, "released", by=BY)


@pytest.fixture
def pages(store: str, order: Batch) -> list[str]:
    """Every page of the room."""
    item = queries.items(order.id)[0]
    worked = ItemRow.objects.filter(state="accepted").first()
    running = BatchRow.objects.exclude(id=order.id).filter(state="running").first()
    assert worked is not None
    assert running is not None
    batch = f"/marking/orders/{order.id}/"
    return [
        "/", "/marking/", "/marking/orders/", "/marking/orders/new/", batch, f"{batch}bench/", f"{batch}sheet/",
        f"{batch}key/", f"/marking/orders/{running.id}/bench/", f"/marking/orders/{running.id}/",
        f"/marking/weapons/{worked.id}/", "/marking/plan/", f"/marking/plan/?weapon={item.weapon}", "/marking/rules/",
        "/marking/rules/eu-2019-68/", "/marking/rules/new/", "/marking/models/", "/marking/numbers/",
        "/marking/numbers/new/", "/marking/numbers/import-marks/", "/marking/machines/", "/marking/machines/new/",
        f"/marking/machines/{equipment.machines()[0].id}/", "/marking/machines/compare/", "/marking/consultations/",
        "/marking/consultations/new/", "/marking/finds/", f"/marking/origins/{item.weapon}/", "/marking/coverage/",
        f"/weapons/{item.weapon}/",
    ]  # fmt: skip


def press(page: "Page", *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def key_serial(page: "Page", serial: str) -> None:
    """Keys a serial twice: it is asked for once, and then once more."""
    for field in ("#id_first", "#id_second"):
        page.wait_for_selector(f"{field}:focus")
        page.keyboard.type(serial)
        press(page, "Enter")


def test_three_weapons_go_through_the_bench_by_keyboard_alone(visitor: Visitor, order: Batch) -> None:
    page = visitor.sign_in("marking").go(f"/marking/orders/{order.id}/bench/")

    for item in queries.items(order.id):
        key_serial(page, item.serial)
        page.wait_for_selector("button:focus")
        press(page, "Enter")
        page.wait_for_selector("[data-key='1']:focus")
        press(page, *"123456", "a")
        page.wait_for_selector(f"text=Weapon {item.position} is accepted.")

    assert "Every weapon of this work order is finished." in page.inner_text("main")
    assert [item.state for item in queries.items(order.id)] == ["accepted"] * 3


def test_the_bench_works_without_scripts(browser: "Browser", site: str, order: Batch) -> None:
    [item, *_others] = queries.items(order.id)
    with Visitor.with_browser(browser, site, scripts=False) as visitor:
        page = visitor.sign_in("marking").go(f"/marking/orders/{order.id}/bench/")
        key_serial(page, item.serial)
        page.click("text=The marks are on")
        for box in page.locator("input[name=criteria]").all():
            box.check()
        page.click("button[value=accept]")
        page.wait_for_selector("text=Weapon 1 is accepted.")


def test_a_double_click_on_a_step_counts_once(visitor: Visitor, order: Batch) -> None:
    page = visitor.sign_in("marking").go(f"/marking/orders/{order.id}/bench/")
    [item, *_others] = queries.items(order.id)
    key_serial(page, item.serial)

    page.dblclick("text=The marks are on")
    page.wait_for_selector("[data-key='1']")

    assert len(queries.items(order.id)[0].applied) == 1


def test_a_weapon_is_planned_from_the_register(visitor: Visitor, order: Batch) -> None:
    [item, *_others] = queries.items(order.id)
    page = visitor.sign_in("marking").go(f"/marking/plan/?weapon={item.weapon}")

    page.select_option("#id_occasion", "import")
    for name in ("iti", "unfp", "us-478.92", "eu-2019-68"):
        page.check(f"input[name=profiles][value='{name}']")
    page.fill("#id_part0-zone_width", "36")
    page.fill("#id_part0-zone_height", "9")
    page.select_option("#id_part0-material", "steel")
    page.locator("button[value=plan]").first.click()
    page.wait_for_selector("text=Findings")

    assert visitor.violations() == []
    assert page.locator(".to-scale svg").count() >= 1


def looked_at(visitor: Visitor, pages: list[str]) -> Iterator[str]:
    """What is wrong, by page."""
    visitor.sign_in("marking")
    for path in pages:
        visitor.go(path)
        if visitor.overflow() > 0:
            yield f"{path}: {visitor.overflow()} px too wide"
        yield from (f"{path}: {found}" for found in visitor.violations())


def test_marking_pages_are_accessible(visitor: Visitor, pages: list[str]) -> None:
    assert "\n".join(looked_at(visitor, pages)) == ""


def test_mirrored_marking_pages_are_accessible_and_fit_a_telephone(
    browser: "Browser", site: str, pages: list[str]
) -> None:
    with Visitor.with_browser(browser, site, width=320, mirrored=True) as visitor:
        assert "\n".join(looked_at(visitor, pages)) == ""


@pytest.mark.parametrize("look", ["dark", "contrast"])
def test_the_bench_and_coverage_are_accessible_in_other_colours(visitor: Visitor, order: Batch, look: str) -> None:
    visitor.sign_in("marking")
    visitor.page.context.add_cookies([{"name": "countermark_theme", "value": look, "url": visitor.site}])

    for path in (f"/marking/orders/{order.id}/bench/", f"/marking/orders/{order.id}/", "/marking/coverage/"):
        visitor.go(path)
        assert visitor.violations() == []
