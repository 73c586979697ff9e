"""The trace page as a tracing officer meets it."""

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import pytest

from countermark.demo.world import Sample
from countermark.ledger.models import Entry, SideText
from countermark.register.models import Weapon
from countermark.register.queries.personal import names_a_body
from tests.browser.conftest import Demonstration
from tests.browser.visitor import Visitor, trace_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCREENSHOT = Path(__file__).parents[2] / "docs" / "images" / "trace.png"


@pytest.fixture
def officer(visitor: Visitor) -> Visitor:
    return visitor.sign_in("tracing")


def newest_act() -> str:
    """What the last entry of the ledger says was done."""
    entry = Entry.objects.order_by("-pk").first()
    assert entry is not None
    return str(json.loads(bytes(entry.data))["body"]["act"])


def best(visitor: Visitor) -> str:
    """The record number of the first candidate."""
    return visitor.page.locator(".candidate .no-break").first.inner_text()


def test_candidates_appear_as_somebody_types_and_nothing_else_is_pressed(
    officer: Visitor, demonstration: Demonstration
) -> None:
    sample = demonstration.samples["lookalike"]
    page = officer.go("/trace/")

    page.locator("#reading-1").press_sequentially(sample.readings[0].reading, delay=20)
    page.locator(".candidate").first.wait_for()

    assert best(officer) == sample.refs[0]
    assert page.locator(".alignment .differs").first.is_visible()
    assert quote_plus(sample.readings[0].reading) in page.url
    assert page.locator("#reading-1").evaluate("e => e === document.activeElement")


def test_a_listener_hears_one_sentence_not_the_whole_answer(officer: Visitor, demonstration: Demonstration) -> None:
    page = officer.go("/trace/")

    page.locator("#reading-1").fill(demonstration.samples["exact"].readings[0].reading)
    page.locator(".candidate").first.wait_for()

    assert page.locator("#said").get_attribute("role") == "status"
    assert re.search(r"likely candidate", page.locator("#said").inner_text())
    assert page.locator("#answer [aria-live], #answer [role=status], #answer [role=alert]").count() == 0


def test_evidence_changes_the_answer_while_it_is_chosen(officer: Visitor, demonstration: Demonstration) -> None:
    page = officer.go(f"/trace/?reading={demonstration.samples['exact'].readings[0].reading}")

    page.locator("#kind").select_option("mortar")

    page.locator("text=kind does not agree").first.wait_for()


def test_a_reading_that_cannot_be_used_says_what_was_expected(officer: Visitor) -> None:
    page = officer.go("/trace/")

    page.locator("#reading-1").fill("*")

    page.locator(".problem").wait_for()
    assert "at least one character" in page.locator(".problem").inner_text()


def test_the_keys_for_illegible_characters_write_where_the_cursor_is(officer: Visitor) -> None:
    page = officer.go("/trace/")
    page.locator("#reading-1").fill("AB12")
    page.locator("#reading-1").press("ArrowLeft")

    page.locator("[data-insert='?']").click()

    assert page.locator("#reading-1").input_value() == "AB1?2"


def test_a_barrel_of_another_weapon_is_named_as_such(officer: Visitor, demonstration: Demonstration) -> None:
    sample = demonstration.samples["foreign-barrel"]

    page = officer.go(trace_path(sample))

    assert best(officer) == sample.refs[0]
    assert page.locator(".speaks-against").first.is_visible()
    assert page.locator(".speaks-against a").first.get_attribute("href", timeout=1000)


def test_a_mark_with_two_true_owners_shows_both_whole(officer: Visitor, demonstration: Demonstration) -> None:
    sample = demonstration.samples["two-owners"]

    page = officer.go(trace_path(sample))

    shown = page.locator(".candidate .no-break").all_inner_texts()
    assert set(sample.refs) <= set(shown)


def test_what_is_not_registered_says_so_and_whom_to_ask(officer: Visitor) -> None:
    page = officer.go("/trace/?reading=WQZ77Y0316K&country=BR")

    assert page.locator("#verdict").inner_text() == "Probably not in this register"
    assert "Brazil" in page.locator(".next-step").inner_text()
    assert page.locator(".chain").count() == 0


def test_the_place_that_is_worth_restoring_is_shown_in_the_reading(
    officer: Visitor, demonstration: Demonstration
) -> None:
    reading = demonstration.samples["exact"].readings[0].reading

    page = officer.go(f"/trace/?reading={reading[:-2]}%3F%3F")

    assert page.locator(".restore mark").inner_text() == "?"


def test_the_history_tells_where_lawful_custody_ended(officer: Visitor, demonstration: Demonstration) -> None:
    page = officer.go(trace_path(demonstration.samples["stolen"]))

    assert page.locator(".chain-gap").count() >= 1
    assert page.locator(".chain-last .badge").count() == 1


def test_names_that_may_be_personal_stay_hidden_in_the_history(officer: Visitor) -> None:
    weapon, name = privately_held()

    page = officer.go(f"/trace/?reading={quote_plus(weapon.serial)}&maker={quote_plus(weapon.maker)}")

    assert best(officer) == weapon.ref
    assert page.locator(".chain .hidden-name").count() >= 1
    assert name not in page.content()


def privately_held() -> tuple[Weapon, str]:
    """A weapon whose holder is a person, and that person's name."""
    names = dict(SideText.objects.filter(kind="party").values_list("ref", "text"))
    for weapon in Weapon.objects.filter(kind="shotgun").exclude(maker="").order_by("ref"):
        name = names.get(weapon.holder.rpartition(":")[2], "")
        if weapon.serial and name and not names_a_body(name):
            return weapon, name
    raise AssertionError("nobody holds a shotgun")


def test_whoever_traces_confirms_with_a_reason_and_the_ledger_has_it(
    officer: Visitor, demonstration: Demonstration
) -> None:
    sample = demonstration.samples["swapped"]
    page = officer.go(trace_path(sample))

    page.locator(".candidate .decide summary").first.click()
    page.locator("#reason-likely-1").fill("The slide carries the same number.")
    page.locator(".candidate button[value='confirm']").first.click()
    page.wait_for_url("**/weapons/*/")

    assert "recorded in the ledger" in page.locator(".messages").inner_text()
    assert sample.refs[0] in page.content()
    assert newest_act() == "candidate_confirmed"


def test_a_rejected_candidate_leads_back_to_the_same_answer(officer: Visitor, demonstration: Demonstration) -> None:
    sample = demonstration.samples["dropped"]
    page = officer.go(trace_path(sample))

    page.locator(".candidate .decide summary").first.click()
    page.locator("#reason-likely-1").fill("Another calibre is stamped on the barrel.")
    page.locator(".candidate button[value='reject']").first.click()
    page.locator(".messages").wait_for()

    assert page.locator("#reading-1").input_value() == sample.readings[0].reading
    assert best(officer) == sample.refs[0]
    assert newest_act() == "candidate_rejected"


def test_a_whole_trace_needs_the_keyboard_only(officer: Visitor, demonstration: Demonstration) -> None:
    sample = demonstration.samples["exact"]
    page = officer.go("/trace/")
    assert officer.focus() == "reading-1"

    page.keyboard.type(sample.readings[0].reading)
    page.keyboard.press("Tab")
    page.keyboard.press("r")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trace/?reading=*#answer")
    assert page.locator("#component-1").input_value() == "receiver"
    assert page.locator("#reading-2").count() == 0
    officer.tab_to(".candidate h3 a")
    officer.tab_to(".decide summary")
    page.keyboard.press("Enter")
    officer.tab_to("#reason-likely-1")
    page.keyboard.type("Read twice.")
    officer.tab_to("button[value='confirm']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/weapons/*/")

    assert sample.refs[0] in page.content()


def test_the_focus_is_seen(officer: Visitor) -> None:
    page = officer.go("/trace/")
    page.keyboard.press("Tab")

    width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert width >= 2


@pytest.mark.parametrize(
    "reading",
    ["ШЮ9659", "١٢٣٤٥", "AB\\*12", "A?*?B", "7" * 64, "漢字12345"],
    ids=["cyrillic", "arabic digits", "a star itself", "wild", "64 places", "han"],
)
def test_any_script_is_answered(officer: Visitor, reading: str) -> None:
    page = officer.go("/trace/")

    page.locator("#reading-1").fill(reading)
    page.locator("#trace-form .btn-primary").click()
    page.locator("#answer .verdict, #answer .problem").first.wait_for()

    assert page.locator("#reading-1").input_value() == reading


def test_too_many_places_are_refused_in_words(officer: Visitor) -> None:
    page = officer.go(f"/trace/?reading={'8' * 65}")

    assert "64" in page.locator(".problem").inner_text()


def test_a_printed_answer_leaves_out_what_is_pressed(officer: Visitor, demonstration: Demonstration) -> None:
    page = officer.go(trace_path(demonstration.samples["exact"]))

    page.emulate_media(media="print")

    assert page.locator(".candidate").first.is_visible()
    for pressed in (".decide", ".key-buttons", ".top", ".trace-buttons .btn"):
        assert not page.locator(pressed).first.is_visible()


def test_the_screenshot_of_the_readme_shows_a_good_answer(officer: Visitor, demonstration: Demonstration) -> None:
    """A weapon that was stolen, read with one letter for a digit: the theft and the last lawful record are in sight."""
    first = demonstration.samples["stolen"].readings[0]
    page = officer.go(trace_path(Sample("", "", (first._replace(reading=first.reading.replace("0", "O", 1)),), ())))

    assert page.locator(".candidate .differs").count() == 2
    assert page.locator(".chain-gap").first.is_visible()
    if os.environ.get("COUNTERMARK_WRITE_SCREENSHOT") == "1" or not SCREENSHOT.exists():
        write_screenshot(page)
    assert SCREENSHOT.stat().st_size < 300_000


def write_screenshot(page: "Page") -> None:
    """The page from its header down to the end of the history."""
    top = page.locator(".top").evaluate("e => e.offsetTop")
    end = page.locator(".card:has(> .chain)").bounding_box()
    assert end is not None
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    clip = {"x": 0, "y": top, "width": 1280, "height": end["y"] + end["height"] + 20 - top}
    page.screenshot(path=SCREENSHOT, full_page=True, clip=clip)  # type: ignore[arg-type]
