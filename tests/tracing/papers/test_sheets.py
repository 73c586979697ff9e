"""A message on paper: every language, the serial as written, a code that leads back, and no text that acts."""

import io
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from countermark.tracing.papers import labels, references, sheets
from countermark.tracing.requests import rules
from countermark.tracing.requests.messages import FORMAT, Envelope
from tests.tracing.requests.test_conversation import BODIES, WEAPON

HOSTILE = '#panic("x") $ *bold* [#read("/etc/passwd")] \\ <b> " \u202e'


def envelope(kind: str = "request", /, **body: Any) -> Envelope:
    said = {**BODIES.get(kind, {}), **body}
    return Envelope(FORMAT, "XA/main/1", "XB/main/1", "r-1", "asker", 1, 1, kind, "2026-03-01T08:00:00.000Z", said)


def _flat(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [text for one in data.values() for text in _flat(one)]
    if isinstance(data, list):
        return [text for one in data for text in _flat(one)]
    return [str(data)]


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_the_code_on_the_sheet_leads_back_to_the_message(language: str) -> None:
    said = envelope()
    page = Image.open(io.BytesIO(sheets.picture(said, language)))
    (found,) = zxingcpp.read_barcodes(page)
    assert found.text == sheets.reference(said)
    assert references.request_of(found.text) == "r-1"


def test_the_sheet_is_a_pdf_and_the_same_message_makes_the_same_sheet() -> None:
    assert sheets.pdf(envelope(), "fr").startswith(b"%PDF-")


@pytest.mark.parametrize("kind", rules.table().messages)
def test_every_kind_of_message_has_its_words_in_every_language(kind: str) -> None:
    for language in labels.LANGUAGES:
        assert labels.words(language)["kinds"][kind]
        assert sheets.sheet(envelope(kind), language)["blocks"]


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_closed_lists_are_whole_in_every_language(language: str) -> None:
    words = labels.words(language)
    assert set(words["why_illicit"]) == set(rules.ILLICIT_GROUNDS)
    assert set(words["grounds"]) == set(rules.REFUSAL_GROUNDS)
    assert set(words["outcome"]) == set(rules.OUTCOMES)


def test_the_three_blocks_of_a_request_stand_on_the_sheet() -> None:
    said = _flat(sheets.sheet(envelope(), "en"))
    assert {"found", "investigation", f"(a) {labels.words('en')['why_illicit']['a']}"} <= set(said)


def test_marks_stay_left_to_right() -> None:
    data = sheets.sheet(envelope(), "ar")
    marks = [
        one
        for block in data["blocks"]
        for row in block["rows"]
        for one in row["values"]
        if one["text"] in str(WEAPON["marks"])
    ]
    assert marks
    assert all(one["ltr"] for one in marks)


def test_what_a_person_wrote_is_text_and_never_acts() -> None:
    said = envelope(circumstances=HOSTILE, weapons=[{**WEAPON, "calibre": HOSTILE}])
    assert HOSTILE.replace("\u202e", "") in _flat(sheets.sheet(said, "en"))
    assert sheets.pdf(said, "en").startswith(b"%PDF-")


def test_a_text_of_any_length_is_cut_where_paper_ends() -> None:
    assert max(map(len, _flat(sheets.sheet(envelope(circumstances="x" * 100_000), "en")))) <= sheets.LONGEST + 1


@pytest.mark.parametrize("text", ["", "CM1", "CM2/a/asker/1/ff", "CM1/a/b", "a/b/c/d/e"])
def test_what_is_no_reference_leads_nowhere(text: str) -> None:
    assert references.request_of(text) == ""


def test_there_is_no_form_in_a_seventh_language() -> None:
    with pytest.raises(sheets.NoPaper, match="no form in de"):
        sheets.pdf(envelope(), "de")


def test_the_conditions_of_an_answer_stand_on_its_sheet() -> None:
    told = {"records": [], "conditions": ["for the court only"], "handling": {"no_onward": True}}
    said = _flat(sheets.sheet(envelope("answer", answer=told), "en"))
    assert "for the court only" in said
    assert any("consent" in text for text in said)


def test_events_that_a_letter_told_stand_on_the_sheet() -> None:
    told = {"events": [{"event": "import", "date": "1994", "country": "XC"}]}
    history = sheets.sheet(envelope("answer", answer=told), "fr")["history"]
    assert {"1994", labels.words("fr")["event"]["import"], "XC"} <= set(_flat(history))


def test_what_another_program_says_besides_is_not_left_out() -> None:
    assert "blue" in _flat(sheets.sheet(envelope(colour="blue"), "en"))


def test_a_message_too_long_for_paper_is_taken_as_a_file() -> None:
    with pytest.raises(sheets.NoPaper, match="as a file"):
        sheets.pdf(envelope(weapons=[WEAPON] * 5000), "en")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_draft_says_that_it_is_one_and_leads_to_no_message(language: str) -> None:
    page = Image.open(io.BytesIO(sheets.picture(envelope(), language, draft=True)))
    assert zxingcpp.read_barcodes(page) == []
    data = sheets.sheet(envelope(), language, draft=True)
    assert (data["draft"], data["digest"]) == (True, "")
