"""The import wizard in a browser: file, columns, preview, load, refused rows, undo."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from countermark.register import jobs
from countermark.register.models import Weapon
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FILE = """Record No;Type;Brand;Country of origin;Part;Serial number;Shoe size
BW-1;pistol;Taurus;BR;frame;TKD48213;42
BW-1;;;;slide;TKD48213;
BW-2;revolver;Rossi;BR;frame;007713;41
BW-3;revolver;Rossi;Nowhere;frame;007714;40
"""


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    path = tmp_path / "old register.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def up_to_preview(page: "Page", file: Path) -> None:
    """From the chosen file to what it would change, as somebody with a foreign column and an unknown country does."""
    page.locator("input[type='file']").set_input_files(file)
    page.locator("form .btn-primary").first.click()
    page.locator("tr", has=page.locator("th", has_text="Shoe size")).locator("select").select_option("-")
    page.locator(".import-buttons .btn-primary").click()
    if "/values/" in page.url:
        page.locator(".import-buttons .btn-primary").click()
    assert jobs.run_next()
    page.reload()


def load_what_can_be_loaded(page: "Page") -> None:
    page.locator("button[name='on_error']").click()
    page.wait_for_url("**/import/*/")
    assert jobs.run_next()
    page.reload()


def undo(page: "Page") -> None:
    page.locator("#why_reason").select_option("wrong_file")
    page.locator("form[action$='/undo/'] button").click()
    page.wait_for_url("**/import/*/")
    assert jobs.run_next()
    page.reload()


def test_a_file_is_mapped_tried_loaded_and_undone(visitor: Visitor, register_file: Path) -> None:
    page = visitor.sign_in("registrar").go("/import/")

    up_to_preview(page, register_file)
    assert not Weapon.objects.filter(ref__startswith="BW-").exists()
    assert "Nowhere" in page.get_by_role("region", name="Refused rows").inner_text()
    with page.expect_download() as waiting:
        page.locator("a[href$='/refused.csv']").click()
    assert "Nowhere" in waiting.value.path().read_text(encoding="utf-8-sig")
    assert visitor.violations() == []

    load_what_can_be_loaded(page)
    assert set(Weapon.objects.filter(ref__startswith="BW-").values_list("ref", flat=True)) == {"BW-1", "BW-2"}
    assert visitor.violations() == []

    undo(page)
    assert not Weapon.objects.filter(ref__in=("BW-1", "BW-2")).exclude(maker="").exists()
    assert visitor.violations() == []


def test_the_progress_moves_on_by_itself_to_the_preview(visitor: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("ref,mark\nBW-9,KX1290\n", encoding="utf-8")
    page = visitor.sign_in("registrar").go("/import/")
    page.locator("input[type='file']").set_input_files(file)
    page.locator("form .btn-primary").first.click()
    page.locator(".import-buttons .btn-primary").click()
    page.locator("#bar").wait_for()

    assert jobs.run_next()

    page.locator("button[name='on_error']").wait_for()


def test_the_wizard_works_without_scripts_on_a_telephone(browser: "Browser", site: str, tmp_path: Path) -> None:
    file = tmp_path / "few.csv"
    file.write_text(FILE.replace("BW-", "NS-"), encoding="utf-8")
    with Visitor.with_browser(browser, site, width=320, scripts=False) as visitor:
        page = visitor.sign_in("registrar").go("/import/")
        up_to_preview(page, file)
        load_what_can_be_loaded(page)

    assert Weapon.objects.filter(ref__startswith="NS-").count() == 2


def test_each_step_fits_a_telephone_mirrored(browser: "Browser", site: str, tmp_path: Path) -> None:
    file = tmp_path / "mirrored.csv"
    file.write_text(FILE.replace("BW-", "MR-"), encoding="utf-8")
    with Visitor.with_browser(browser, site, width=320, mirrored=True) as visitor:
        page = visitor.sign_in("registrar").go("/import/")
        page.locator("input[type='file']").set_input_files(file)
        page.locator("form .btn-primary").first.click()
        wide = [visitor.overflow()]
        page.locator("tr", has=page.locator("th", has_text="Shoe size")).locator("select").select_option("-")
        page.locator(".import-buttons .btn-primary").click()
        wide.append(visitor.overflow())
        if "/values/" in page.url:
            page.locator(".import-buttons .btn-primary").click()
        assert jobs.run_next()
        page.reload()
        wide.append(visitor.overflow())

    assert max(wide) <= 0
