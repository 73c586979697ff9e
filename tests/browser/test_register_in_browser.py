"""The register's pages as registrars, officers and auditors use them."""

from typing import TYPE_CHECKING

import pytest

from countermark.register.models import Weapon
from tests.browser.conftest import Demonstration
from tests.browser.visitor import Visitor, trace_path

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def registrar(visitor: Visitor) -> Visitor:
    return visitor.sign_in("registrar")


def weapon_of(demonstration: Demonstration, sample: str) -> Weapon:
    return Weapon.objects.get(ref=demonstration.samples[sample].refs[0])


def said(page: "Page") -> str:
    return page.locator(".messages").inner_text()


def test_whoever_signs_in_comes_home_to_the_pages_of_the_role(visitor: Visitor) -> None:
    page = visitor.go("/accounts/login/")

    page.locator("#id_login").fill("tracing")
    page.locator("#id_password").fill("countermark-demo")
    page.locator(".sign-in .btn-primary").click()
    page.wait_for_url(f"{visitor.site}/")

    links = page.locator("nav.side a:not(.close-menu)").all_inner_texts()
    assert "Trace" in links
    assert "Load a file" not in links


def test_home_traces_what_is_typed_there(visitor: Visitor, demonstration: Demonstration) -> None:
    sample = demonstration.samples["exact"]
    page = visitor.sign_in("tracing").go("/")

    page.locator("#reading").fill(sample.readings[0].reading)
    page.locator(".ask button").click()

    assert page.locator(".candidate .no-break").first.inner_text() == sample.refs[0]


def test_the_list_is_filtered_and_the_search_is_saved(registrar: Visitor) -> None:
    page = registrar.go("/weapons/")

    page.locator("#filter_kind").select_option("revolver")
    page.locator("#filter_status").select_option("lost")
    page.locator(".filters .btn-primary").click()
    found = Weapon.objects.filter(kind="revolver", status="lost").count()
    assert page.locator("#count").inner_text().startswith(f"{found} weapon")

    page.locator(".list-tools summary").first.click()
    page.locator(".list-tools input[name='name']").fill("Lost revolvers")
    page.locator(".list-tools .menu-form .btn-primary").first.click()
    page.locator(".list-tools summary").first.click()
    assert page.locator(".search-line a").first.inner_text().startswith("Lost revolvers")


def test_what_is_seen_is_exported_with_its_purpose(registrar: Visitor) -> None:
    page = registrar.go("/weapons/?maker=Taurus&kind=revolver")

    page.locator(".list-tools summary").last.click()
    page.locator("input[name='purpose']").fill("Yearly count")
    with page.expect_download() as waiting:
        page.locator("form[data-downloads] button").click()

    lines = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) > Weapon.objects.filter(maker="Taurus", kind="revolver").count()


def test_a_record_tells_its_life_and_proves_each_entry(registrar: Visitor, demonstration: Demonstration) -> None:
    weapon = weapon_of(demonstration, "stolen")
    page = registrar.go(f"/weapons/{weapon.pk}/")

    assert page.locator(".timeline .event").count() >= 3
    assert page.locator(".timeline .gap").count() >= 1
    assert weapon.serial in page.locator("h1").inner_text()

    page.locator(".event-foot a", has_text="Proof").first.click()
    with page.expect_download() as waiting:
        page.locator(".page-actions .btn-primary").click()
    assert '"leaf_hash"' in waiting.value.path().read_text(encoding="utf-8")


def test_the_dossier_prints_without_what_is_pressed(registrar: Visitor, demonstration: Demonstration) -> None:
    page = registrar.go(f"/weapons/{weapon_of(demonstration, 'stolen').pk}/?print=1")

    page.emulate_media(media="print")

    assert page.locator(".dossier-note").is_visible()
    assert page.locator(".timeline .event").first.is_visible()
    assert not page.locator(".top").is_visible()
    assert page.locator("main .btn:visible").count() == 0


def test_a_new_weapon_is_keyed_twice_by_keyboard_alone(registrar: Visitor) -> None:
    page = registrar.go("/weapons/new/")

    registrar.tab_to("#id_m0-component")
    page.keyboard.type("frame")
    registrar.tab_to("#id_m0-mark")
    page.keyboard.type("BRW55O1")
    registrar.tab_to("#id_m0-again")
    page.keyboard.type("BRW5501")
    registrar.tab_to("#id_kind")
    page.keyboard.type("revolver")
    registrar.tab_to(".btn[value='save']")
    page.keyboard.press("Enter")
    page.locator(".field-errors").first.wait_for()
    assert "character 6" in page.locator(".field-errors").first.inner_text()

    page.locator("#id_m0-mark").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("BRW5501")
    registrar.tab_to("#id_m0-again")
    page.keyboard.press("Control+A")
    page.keyboard.type("BRW5501")
    page.keyboard.press("Enter")
    saved(page)

    assert Weapon.objects.filter(serial="BRW5501").count() == 1


def saved(page: "Page") -> None:
    """Goes past near duplicates, if any are shown, to the record."""
    page.locator(".messages, .twins, .field-errors").first.wait_for()
    if page.locator(".twins").count():
        page.locator(".twins button").click()
        page.locator(".messages").wait_for()


def test_records_that_nearly_bear_the_mark_are_shown_before_saving(
    registrar: Visitor, demonstration: Demonstration
) -> None:
    known = weapon_of(demonstration, "wrong-maker")
    before = Weapon.objects.count()
    page = registrar.go("/weapons/new/")

    page.locator("#id_m0-mark").fill(known.serial)
    page.locator("#id_m0-again").fill(known.serial)
    page.locator("#id_ref").fill("BROWSER-1")
    page.locator(".btn[value='save']").click()

    assert known.ref in page.locator(".twins").inner_text()
    assert Weapon.objects.count() == before
    page.locator(".twins button").click()
    assert "recorded" in said(page)
    assert Weapon.objects.filter(ref="BROWSER-1", serial=known.serial).exists()


def test_an_event_is_recorded_and_then_corrected_beside_what_it_said(
    registrar: Visitor, demonstration: Demonstration
) -> None:
    weapon = weapon_of(demonstration, "dropped")
    page = registrar.go(f"/weapons/{weapon.pk}/")

    page.locator(".page-actions .btn-primary").click()
    page.locator("#id_event").select_option("count")
    page.locator("#id_date").fill("2026-01-31")
    page.locator("form.card .btn-primary").click()
    assert page.locator(".timeline", has_text="2026-01-31").count() == 1

    page.locator(".timeline > li", has_text="2026-01-31").locator("a", has_text="Correct").click()
    assert "2026-01-31" in page.locator(".beside").inner_text()
    page.locator("#id_date").fill("2026-01-30")
    page.locator("#id_reason").select_option("source_wrong")
    page.locator("#id_words").fill("The list was signed a day earlier.")
    page.locator(".btn[value='save']").click()

    assert page.locator(".timeline > li.corrected", has_text="2026-01-31").count() == 1
    assert page.locator(".timeline > li:not(.corrected)", has_text="2026-01-30").count() == 1


def test_a_discrepancy_is_taken_up_and_decided(registrar: Visitor, demonstration: Demonstration) -> None:
    page = registrar.go("/discrepancies/")
    assert demonstration.samples["two-owners"].refs[0] in page.locator("table").inner_text()

    page.locator(".weapons-table tbody a").first.click()
    page.locator("input[value='as_recorded']").check()
    page.locator("form[action$='/decide/'] [name='reason']").fill("The maker used the number twice.")
    page.locator("form[action$='/decide/'] .btn-primary").click()

    assert "The decision was recorded" in said(page)


def test_the_auditor_reads_the_ledger_and_takes_a_checkpoint(visitor: Visitor) -> None:
    page = visitor.sign_in("auditor").go("/ledger/")
    assert page.locator(".log-facts .mark").first.inner_text().startswith("XA/main")

    with page.expect_download() as waiting:
        page.locator(".page-actions a[href='/ledger/checkpoint/']").click()
    note = waiting.value.path().read_text(encoding="utf-8")
    assert note.startswith("XA/main/")

    page.locator(".weapons-table tbody a").first.click()
    assert page.locator("pre.raw").first.inner_text()


def test_everything_but_live_candidates_works_without_scripts(
    browser: "Browser", site: str, demonstration: Demonstration
) -> None:
    sample = demonstration.samples["foreign-barrel"]
    with Visitor.with_browser(browser, site, scripts=False) as visitor:
        page = visitor.sign_in("registrar").go("/trace/")
        page.locator("#reading-1").fill(sample.readings[0].reading)
        page.locator("#component-1").select_option(sample.readings[0].component)
        page.locator(".add-mark").click()
        page.locator("#reading-2").fill(sample.readings[1].reading)
        page.locator("#component-2").select_option("barrel")
        page.locator("#trace-form .trace-buttons button").click()
        assert page.locator(".candidate .no-break").first.inner_text() == sample.refs[0]
        assert page.locator(".reading-key kbd").first.is_visible()

        page.locator(".candidate h3 a").first.click()
        assert page.locator(".timeline .event").count() >= 1
        page.locator(".page-actions .btn-primary").click()
        page.locator("#id_event").select_option("count")
        page.locator("#id_date").fill("2026-02-01")
        page.locator("form.card .btn-primary").click()
        assert page.locator(".timeline", has_text="2026-02-01").count() == 1

        page = visitor.go("/weapons/new/")
        page.locator("button[value='add']").click()
        assert page.locator("#id_m1-mark").is_visible()
        page.locator("#id_m0-mark").fill("NOSCRIPT 7")
        page.locator("#id_m0-again").fill("NOSCRIPT 7")
        page.locator("button[value='remove']").click()
        page.locator(".btn[value='save']").click()
        saved(page)
        assert "recorded" in said(page)

        visitor.sign_in("tracing").go(trace_path(demonstration.samples["two-owners"]))
        page.locator(".decide summary").first.click()
        page.locator("#reason-likely-1").fill("The proof mark decides.")
        page.locator(".candidate button[value='confirm']").first.click()
        assert "recorded" in said(page)
