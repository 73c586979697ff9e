"""The shell in a real browser: keyboard alone, 320 px, right to left, without JavaScript, axe clean."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from countermark.accounts import services
from countermark.web import pseudo
from tests.support.browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

PAGES = (
    "/",
    "/find/",
    "/keys/",
    "/accounts/users/",
    "/accounts/users/add/",
    "/accounts/users/armourer/",
    "/accounts/places/",
    "/accounts/tokens/",
    "/accounts/2fa/",
    "/accounts/password/change/",
    "/nowhere",
)
ENTRANCES = ("/accounts/login/", "/keys/", "/nowhere")


@pytest.fixture
def site(live_server: "LiveServer") -> str:
    """A served demonstration store. Returns its address."""
    services.add_demo_users()
    return str(live_server.url)


@pytest.fixture
def _mirrored(settings: "Settings") -> Iterator[None]:
    """Offers the mirrored English."""
    from django.conf import locale

    settings.LANGUAGES = [("en", "English"), (pseudo.CODE, "Mirrored")]
    locale.LANG_INFO[pseudo.CODE] = {"bidi": True, "code": pseudo.CODE, "name": "Mirrored", "name_local": "Mirrored"}
    pseudo.install()
    yield
    del locale.LANG_INFO[pseudo.CODE]


def sign_in(page: "Page", site: str, name: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator(f"button[value='{name}']").click()
    page.wait_for_url(f"{site}/")


def overflow(page: "Page") -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def looked_at(page: "Page", site: str, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """The findings for each path that has any."""
    findings = {}
    for path in paths:
        page.goto(site + path)
        problems = violations(page)
        if overflow(page) > 0:
            problems.append(f"{overflow(page)} px too wide")
        if problems:
            findings[path] = problems
    return findings


def in_turn(paths: tuple[str, ...], first: int, scale: int) -> tuple[str, ...]:
    """Every other path from the first or second on: looks and widths take turns so that each page has both widths; a soak has all."""
    return paths[first::2] if scale == 1 else paths


@pytest.mark.parametrize(
    ("look", "width", "first"), [("light", 1280, 0), ("contrast", 320, 0), ("light", 320, 1), ("dark", 1280, 1)]
)
def test_pages_are_accessible_and_fit(page: "Page", site: str, look: str, width: int, first: int, scale: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies([{"name": "countermark_theme", "value": look, "url": site}])

    assert looked_at(page, site, in_turn(ENTRANCES, first, scale)) == {}
    sign_in(page, site, "admin")
    assert looked_at(page, site, in_turn(PAGES, first, scale)) == {}


@pytest.mark.usefixtures("_mirrored")
@pytest.mark.parametrize(("width", "first"), [(1280, 1), (320, 0)])
def test_pages_run_right_to_left(page: "Page", site: str, width: int, first: int, scale: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies([{"name": "countermark_language", "value": pseudo.CODE, "url": site}])

    sign_in(page, site, "admin")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert looked_at(page, site, in_turn(PAGES, first, scale)) == {}


@pytest.mark.usefixtures("_mirrored")
def test_right_to_left_the_navigation_stands_on_the_right_and_ids_stay_left_to_right(page: "Page", site: str) -> None:
    page.context.add_cookies([{"name": "countermark_language", "value": pseudo.CODE, "url": site}])
    sign_in(page, site, "admin")

    side = page.locator("nav.side").bounding_box()
    main = page.locator("main").bounding_box()
    assert side is not None
    assert main is not None
    assert side["x"] > main["x"]
    assert page.locator("footer bdi").first.get_attribute("dir") == "ltr"


def test_controls_are_large_enough_for_gloves(page: "Page", site: str) -> None:
    sign_in(page, site, "admin")
    page.goto(f"{site}/accounts/users/add/")

    controls = page.locator("main button, main input[type=text], main label:has(input), .side a, .top summary").all()
    small = [c.inner_text() for c in controls if (box := c.bounding_box()) is not None and box["height"] < 44]
    assert controls
    assert small == []


def test_a_person_signs_in_and_out_by_keyboard_alone(page: "Page", site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator("#id_login").focus()
    page.keyboard.type("registrar")
    page.keyboard.press("Tab")
    page.keyboard.type("countermark-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")

    page.locator("summary.person").focus()
    page.keyboard.press("Enter")
    for _step in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Sign out":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/accounts/login/")


def test_the_first_tab_stop_skips_to_the_content(page: "Page", site: str) -> None:
    sign_in(page, site, "admin")
    page.goto(f"{site}/accounts/users/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_slash_goes_to_the_field_that_finds_anything(page: "Page", site: str) -> None:
    sign_in(page, site, "assistance")

    page.keyboard.press("/")
    page.keyboard.type("AB/12")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/")
    assert "AB/12" in page.content()


def test_a_scanner_that_ends_with_a_tab_sends_the_field_and_a_person_goes_on(page: "Page", site: str) -> None:
    sign_in(page, site, "assistance")
    page.keyboard.press("/")

    page.keyboard.type("AB12", delay=80)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != "omnibox"
    # Keys as near to each other as a scanner's, however busy this machine is.
    page.evaluate(
        "text => { const field = document.getElementById('omnibox'); field.value = ''; field.focus();"
        " const press = key => field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));"
        " for (const key of text) { press(key); field.value += key; } press('Tab'); }",
        "ZZ404404",
    )

    page.wait_for_url("**/find/")


def test_a_question_mark_shows_the_shortcuts_and_escape_hides_them(page: "Page", site: str) -> None:
    sign_in(page, site, "admin")

    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#keys").is_visible()


def test_two_letters_lead_to_a_page(page: "Page", site: str) -> None:
    sign_in(page, site, "admin")

    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url(f"{site}/accounts/users/")


def test_a_shortcut_typed_into_a_field_is_text(page: "Page", site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.locator("#id_login").press_sequentially("a/?gu")

    assert page.locator("#id_login").input_value() == "a/?gu"
    assert not page.locator("dialog#keys").is_visible()


def test_dark_follows_the_device_until_somebody_chooses(page: "Page", site: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site}/accounts/login/")

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_the_browser_loads_nothing_from_elsewhere_and_breaks_no_policy(page: "Page", site: str) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sign_in(page, site, "admin")
    for path in PAGES[:-1]:
        page.goto(site + path)

    assert all(url.startswith((site, "data:")) for url in asked)
    assert complaints == []


def test_everything_works_without_javascript(browser: "Browser", site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, site, "admin")
    page.locator("a.to-menu").click()
    page.locator("nav.side a", has_text="Users").click()
    page.get_by_role("link", name="Add a user").click()
    page.locator("#id_username").fill("alice")
    page.get_by_role("checkbox", name="Auditor").check()
    page.get_by_role("button", name="Add").click()

    assert page.locator(".secret-once").inner_text().count("-") == 3
    context.close()
