"""The import wizard in a browser: by keyboard, small, right to left, without scripts, and for those who cannot see it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from countermark.accounts import services as accounts
from countermark.ledger.services import Actor
from countermark.register import jobs
from countermark.register.models import LoadJob, Weapon
from tests.support.browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHIEF = Actor("chief")
PASSWORD = "a-long-password"
FILE = """Record No;Type;Brand;Part;Serial number;Shoe size
A1;pistol;Taurus;frame;TKD48213;42
A2;revolver;Rossi;frame;D713302;41
A3;rifle;Mauser;receiver;;40
"""


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    path.write_text(FILE)
    return path


@pytest.fixture
def registrar(live_server: Any) -> str:
    accounts.add_user("registrar", ["registrar"], None, PASSWORD, by=CHIEF)
    return str(live_server.url)


def sign_in(page: "Page", base: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("[name=login]", "registrar")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base}/")


def to_columns(page: "Page", base: str, file: Path) -> None:
    page.goto(f"{base}/import/")
    page.set_input_files("[name=file]", file)
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/columns/")


def to_preview(page: "Page", base: str, file: Path) -> None:
    to_columns(page, base, file)
    page.get_by_label("Shoe size").select_option("-")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/values/")
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_selector("progress")
    assert jobs.run_next()
    page.wait_for_selector("h1:has-text('What would change')")


def wider_than_the_window(page: "Page") -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_a_file_is_loaded_and_undone_with_every_page_clean(page: "Page", registrar: str, register_file: Path) -> None:
    sign_in(page, registrar)
    found = []
    to_preview(page, registrar, register_file)
    found += violations(page)
    page.get_by_role("button", name="Load the rest").click()
    page.wait_for_selector("h1:has-text('Loading')")
    found += violations(page)
    jobs.run_next()
    page.wait_for_selector("h1:has-text('Loaded')")
    found += violations(page)
    assert Weapon.objects.count() == 2
    page.get_by_label("Reason").select_option("wrong_file")
    page.get_by_role("button", name="Undo 2").click()
    page.wait_for_selector("h1:has-text('Undoing')")
    jobs.run_next()
    page.wait_for_selector("h1:has-text('Undone')")
    assert [*found, *violations(page)] == []


def test_the_pages_of_a_file_are_clean_before_it_is_checked(page: "Page", registrar: str, register_file: Path) -> None:
    sign_in(page, registrar)
    page.goto(f"{registrar}/import/")
    found = violations(page)
    to_columns(page, registrar, register_file)
    found += violations(page)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("[role=alert]")
    found += violations(page)
    page.get_by_label("Shoe size").select_option("-")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/values/")
    assert [*found, *violations(page)] == []


def test_nothing_is_wider_than_a_small_screen(page: "Page", registrar: str, register_file: Path) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, registrar)
    page.goto(f"{registrar}/import/")
    wide = [wider_than_the_window(page)]
    to_columns(page, registrar, register_file)
    wide.append(wider_than_the_window(page))
    to_preview(page, registrar, register_file)
    assert [*wide, wider_than_the_window(page)] == [False, False, False]


def test_a_file_is_loaded_by_keyboard_alone(page: "Page", registrar: str, register_file: Path) -> None:
    sign_in(page, registrar)
    page.goto(f"{registrar}/import/")
    page.set_input_files("[name=file]", register_file)
    page.locator("form[enctype] button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/columns/")
    page.get_by_label("Shoe size").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/values/")
    page.get_by_role("button", name="Check the file").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("progress")
    assert LoadJob.objects.get().state == jobs.WAITING


@pytest.fixture
def plain(browser: "Browser") -> Iterator["Page"]:
    """A browser without scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_scripts_the_page_refreshes_itself_until_the_file_is_checked(
    plain: "Page", registrar: str, register_file: Path
) -> None:
    sign_in(plain, registrar)
    to_preview(plain, registrar, register_file)
    assert plain.get_by_text("rows refused").is_visible()


def test_a_double_click_on_load_loads_once(page: "Page", registrar: str, register_file: Path) -> None:
    sign_in(page, registrar)
    to_preview(page, registrar, register_file)
    page.get_by_role("button", name="Load the rest").dblclick()
    page.wait_for_selector("h1:has-text('Loading')")
    assert jobs.run_next()
    assert not jobs.run_next()
    assert Weapon.objects.count() == 2
