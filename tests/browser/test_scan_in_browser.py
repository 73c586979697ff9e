"""One field takes every scan: a scanner's pace, floods, pastes, pauses, a lost line, and the last one taken back by Esc."""

import io
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image

from countermark.register.models import Weapon
from countermark.stockpile.codes import house
from tests.browser.visitor import Visitor
from tests.stockpile.codes.ends import CASES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page, Route

SCAN = "/stockpile/scan/"
OUTCOMES = "rows => rows.map(row => row.dataset.scanOutcome)"


@pytest.fixture
def codes(store: str) -> list[str]:
    """The codes of weapons that are known and not reported."""
    rows = Weapon.objects.filter(status="active", replaced_by=None).order_by("ref")[:40]
    return [house.weapon_code(row.id) for row in rows]


def outcomes(page: "Page") -> list[str]:
    return list(page.eval_on_selector_all("#scan-rows > li", OUTCOMES))


def settled(page: "Page", count: int) -> list[str]:
    """The outcomes when so many rows are there and none waits."""
    page.wait_for_function(
        "count => { const rows = [...document.querySelectorAll('#scan-rows > li')]; "
        "return rows.length === count && rows.every(row => row.dataset.scanOutcome !== 'waiting'); }",
        arg=count,
    )
    return outcomes(page)


def scanned(page: "Page", text: str, end: str = "Enter") -> None:
    """What a scanner that is a keyboard does."""
    page.keyboard.type(text)
    if end:
        page.keyboard.press(end)


def test_a_session_of_scans_by_keyboard_alone(visitor: Visitor, codes: list[str]) -> None:
    visitor.sign_in("registrar")
    page = visitor.go(SCAN)
    for case in CASES:
        assert page.evaluate("keys => countermarkScan.split(keys)", case.keys) == case.scans, case.what
    assert visitor.focus() == "scan"
    scanned(page, codes[2], "")  # a pause ends it
    assert settled(page, 1) == ["done"]
    scanned(page, codes[0])
    scanned(page, codes[1], "Tab")
    assert settled(page, 3) == ["done"] * 3
    assert visitor.focus() == "scan"
    scanned(page, codes[4], "Control+j")
    assert settled(page, 4) == ["done"] * 4
    page.keyboard.type("0109506000134352")
    page.keyboard.press("Control+]")
    scanned(page, "21A1")
    settled(page, 5)
    assert "(01)09506000134352(21)A1" in page.locator("#scan-rows > li").first.inner_text()
    scanned(page, codes[0])
    assert settled(page, 6)[0] == "again"
    assert "Already scanned at" in page.locator("#scan-rows > li").first.inner_text()
    scanned(page, "(01)09506000134353")
    assert settled(page, 7)[0] == "refused"
    page.evaluate("document.activeElement.blur()")
    scanned(page, codes[3])
    assert settled(page, 8)[0] == "done"
    page.keyboard.type("AB", delay=120)
    page.wait_for_timeout(200)
    assert page.input_value("#scan") == "AB"
    page.keyboard.press("Escape")
    assert page.input_value("#scan") == ""
    page.keyboard.press("Escape")  # a page that looks things up has nothing to take back
    assert outcomes(page)[0] == "done"
    assert visitor.focus() == "scan"
    page.keyboard.press("Tab")
    assert visitor.focus() != "scan"


def test_a_pasted_list_is_as_many_scans_and_a_lost_line_or_a_page_loaded_again_loses_none(
    visitor: Visitor, codes: list[str]
) -> None:
    visitor.sign_in("registrar")
    page = visitor.go(SCAN)

    def lost(route: "Route") -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.route(f"**{SCAN}", lost)
    page.evaluate(
        "text => { const held = new DataTransfer(); held.setData('text', text); document.getElementById('scan')"
        ".dispatchEvent(new ClipboardEvent('paste', { clipboardData: held, bubbles: true, cancelable: true })); }",
        "\n".join(codes) + "\n",
    )
    page.get_by_text(f"{len(codes)} waiting to be sent").wait_for()
    assert outcomes(page) == ["waiting"] * len(codes)
    page.once("dialog", lambda asked: asked.accept())  # the page warns before it is left
    page.reload()
    page.get_by_text(f"{len(codes)} waiting to be sent").wait_for()
    assert outcomes(page) == ["waiting"] * len(codes)
    page.keyboard.press("Escape")  # the last one was not sent yet
    assert outcomes(page)[0] == "undone"
    visitor.wrong.clear()  # the browser complains of the lost line
    page.unroute(f"**{SCAN}")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    assert settled(page, len(codes)) == ["undone", *["done"] * (len(codes) - 1)]


DETECTOR = """
window.BarcodeDetector = class {
  async detect(video) { return video.videoWidth ? window.before.map(rawValue => ({ rawValue })) : []; }
};
window.before = [];
"""
"""What the camera sees is what the test puts before it; that there is a picture at all is Chromium's doing."""
NO_CAMERA = (
    "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); }; }"
)
CAMERA = "[data-scan-camera]"


def test_a_code_before_the_camera_is_one_scan_however_long_it_stays_and_beside_others(
    visitor: Visitor, codes: list[str]
) -> None:
    visitor.page.add_init_script(DETECTOR)
    visitor.page.context.grant_permissions(["camera"], origin=visitor.site)
    page = visitor.sign_in("registrar").go(SCAN)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.click(CAMERA)
    page.wait_for_selector("[data-scan-video]:not([hidden])")
    page.evaluate("codes => { window.before = codes; }", codes[:2])
    assert settled(page, 2) == ["done", "done"]
    page.wait_for_timeout(500)  # three more pictures of the same codes
    assert outcomes(page) == ["done", "done"]
    assert all("camera" in data for data in sent)
    page.click(CAMERA)
    assert page.locator("[data-scan-video]").is_hidden()
    assert page.get_attribute(CAMERA, "aria-pressed") == "false"
    assert visitor.focus() == "scan"


def test_no_leave_for_the_camera_and_no_camera_are_said_in_words_and_a_photograph_still_reads(
    visitor: Visitor, codes: list[str]
) -> None:
    visitor.page.add_init_script(DETECTOR)
    page = visitor.sign_in("registrar").go(SCAN)
    page.click(CAMERA)
    page.get_by_text("The browser was not allowed to use the camera.").wait_for()
    page.evaluate(NO_CAMERA)
    page.click(CAMERA)
    page.get_by_text("No camera was found.").wait_for()
    assert page.locator("[data-scan-video]").is_hidden()
    page.set_input_files("[data-scan-photograph]", photograph(codes[0]))
    assert settled(page, 1) == ["done"]


def photograph(text: str) -> "FilePayload":
    """A picture of a QR code."""
    held = io.BytesIO()
    Image.fromarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=6)).save(held, "PNG")
    return {"name": "code.png", "mimeType": "image/png", "buffer": held.getvalue()}


def test_a_photographed_code_is_a_scan_and_the_pages_fit_a_telephone(
    browser: "Browser", site: str, codes: list[str]
) -> None:
    with Visitor.with_browser(browser, site, width=320, mirrored=True) as visitor:
        visitor.sign_in("registrar")
        page = visitor.go(SCAN)
        page.set_input_files("[data-scan-photograph]", photograph(codes[0]))
        assert settled(page, 1) == ["done"]
        for path in ("", "/stockpile/labels/?maker=Taurus"):
            page = visitor.go(path) if path else page
            assert (path, max(0, visitor.overflow()), visitor.violations()) == (path, 0, [])
