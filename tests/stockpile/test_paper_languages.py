"""Papers in the languages that pages are not shown in: nothing of the form is left in English, and every letter is there to be printed."""

import ast
import inspect
import re
import zlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation

from countermark.ledger import reasons
from countermark.register.words import KINDS
from countermark.stockpile import acts, receipts
from countermark.stockpile.counting import certificate, presets, services
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.papers import destruction, languages, manifest, receipt, typesetting
from countermark.stockpile.states import Subject
from countermark.stockpile.words import LABELS
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, Armoury, armoury, issued
from tests.stockpile.counting.halls import COMMANDER, counted, known, opened
from tests.stockpile.test_papers import destroyed, shipped

OWN_WORDS = [code for code in languages.LANGUAGES if code not in dict(settings.LANGUAGES)]
WORDS = settings.BASE_DIR / "stockpile" / "papers" / "words"
GIVEN = {
    "Cpl",
    "Rained",
    "AB",
    "Rossi",
    "Special",
    "Depot",
    "Rack",
    "of",
    "commander",
    "rack",
    "was",
    "open",
    "UTC",
    "SHA",
}
"""Words of people, places, weapons and codes in these tests: data, which is printed as it was written."""
LATIN = re.compile(r"[A-Za-z]{2,}")
OTHER_LANGUAGE = pytest.mark.parametrize("language", OWN_WORDS)


@pytest.fixture
def place(db: None) -> Armoury:
    return armoury()


def texts(data: object) -> Iterator[str]:
    """Every text that a sheet has."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from texts(value)


def foreign(data: dict[str, Any]) -> set[str]:
    """Words in Latin letters that are none of the data. Ids and digests of a proof are no words."""
    labels = [row[0] for row in data.get("proof", [])]
    shown = {name: value for name, value in data.items() if name not in ("proof", "checkpoint", "language", "code")}
    codes = re.compile(r"\b(?:[A-Z]{2}-[\w-]+|\S*\d\S*)")
    return {word for text in texts([labels, shown]) for word in LATIN.findall(codes.sub("", text))} - GIVEN


def own_words(language: str) -> Catalog:
    locale = {"zh": "zh_Hans"}.get(language, language)
    with (WORDS / locale / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=locale)


def said_by(module: ModuleType) -> set[str]:
    """The messages a module looks up for a sheet. Refusals, which stand on pages alone, are sentences and none of them."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))
    return {
        ast.literal_eval(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in ("_", "ngettext")
        and isinstance(call.args[0], ast.Constant)
    }


def subject(kind: str, key: str) -> Subject:
    found = acts.subject(kind, key)
    assert found is not None
    return found


def receipt_of(place: Armoury, direction: str) -> Subject:
    """A receipt with all that can stand on one: weapons for an annex, a remark, another time, a second person."""
    people.person("commander7", "commander", DEPOT)
    at = place.counter(second=place.second, happened="2026-06-01T09:00+02:00")
    if direction == "in":
        code = receipts.receive(at, place.weapons, note="AB")
    else:
        code = receipts.issue(at, place.weapons, place.trained, "loan", due="2030-01-01", note="AB")
        if direction == "back":
            code = receipts.give_back(place.counter(second=place.second), place.weapons, person=place.trained)
    receipts.sign(code, "witness", place.trained, by=ARMOURER)
    return subject("receipt", code)


@OTHER_LANGUAGE
@pytest.mark.parametrize("direction", ["in", "out", "back"])
def test_no_english_word_of_a_receipt_is_left_in_any_direction(
    place: Armoury, language: str, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt, "FIT", 2)
    one = receipt_of(place, direction)

    with languages.spoken(language):
        assert foreign(receipt.sheet(one)) == set()

    assert {"Hand", "receipt", "Serial", "Page"} <= foreign(receipt.sheet(one)), "English is seen where there is any"


@OTHER_LANGUAGE
def test_no_english_word_of_the_certificate_of_a_count_is_left(place: Armoury, language: str) -> None:
    key = opened(place.depot)
    counted(key, ["AB1001", "AB1002", "ZZ9"])
    services.decide(key, [place.weapons[0]], "incident", "rack was open", by=COMMANDER)
    services.decide(key, ["text:ZZ9"], "investigate", "rack was open", by=COMMANDER)
    services.close(key, by=COMMANDER)

    data = certificate.sheet(known(key), language)

    data["facts"][2][1] = data["facts"][2][1].partition(" (")[0]  # the source of a rule is cited as it is
    assert foreign(data) - {"cmd", "one", "two"} == set()


@OTHER_LANGUAGE
def test_no_english_word_of_a_manifest_or_a_certificate_of_destruction_is_left(place: Armoury, language: str) -> None:
    sent, gone = shipped(place), destroyed(place)
    disposal.close(gone, "melted down", by=ARMOURER)

    with languages.spoken(language):
        loaded = manifest.sheet(subject("shipment", sent))
        certified = destruction.sheet(subject("destruction", gone))

    # What the fixtures have people write is hostile markup: only what the form itself says is looked at.
    of_form = [
        *[row[0] for data in (loaded, certified) for row in data["facts"]],
        *[row[0] for data in (loaded, certified) for row in data["signatures"]],
        *[
            table[part]
            for data in (loaded, certified)
            for table in data["tables"]
            for part in ("title", "head", "none")
        ],
        *[data[part] for data in (loaded, certified) for part in ("title", "page", "signatures_title", "proof_title")],
    ]
    assert foreign({"form": of_form, "proof": certified["proof"]}) == set()


@OTHER_LANGUAGE
def test_every_code_that_may_stand_on_a_paper_has_its_word(language: str) -> None:
    catalogue = own_words(language)
    printed = (
        "kind",
        "direction",
        "signature",
        "shipment_state",
        "method",
        "count_outcome",
        "count_decision",
        "count_sheet",
    )
    said = {word for name in printed for word in LABELS[name].values()}
    said |= {one.title for one in presets.known().values()} | set(KINDS.values())
    said |= set(reasons.LISTS["override"].codes.values())

    lacking = [word for word in sorted(said) if word not in catalogue or not catalogue[word].string]

    assert lacking == []


# Much of a sheet stands there in some cases alone, such as who answers for a recount by one of the two counters.
@OTHER_LANGUAGE
@pytest.mark.parametrize("paper", [certificate, destruction, manifest, receipt])
def test_every_message_of_a_paper_has_its_word_whatever_it_is_printed_for(language: str, paper: ModuleType) -> None:
    catalogue, said = own_words(language), said_by(paper)

    lacking = [text for text in sorted(said) if text not in catalogue or not catalogue[text].string]

    assert len(said) > 10, "a paper says more than this"
    assert lacking == []


@pytest.mark.parametrize(("count", "said"), [(1, "1 единица"), (3, "3 единицы"), (5, "5 единиц"), (21, "21 единица")])
def test_weapons_are_counted_as_russian_counts(count: int, said: str) -> None:
    with languages.spoken("ru"):
        text = translation.ngettext("%(n)d weapon", "%(n)d weapons", count) % {"n": count}

    assert text == f"{said} оружия"


def printable(pdf: bytes) -> set[str]:
    """Every character that a PDF says its glyphs stand for (ToUnicode, ISO 32000-1, 9.10.3)."""
    found: set[str] = set()
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            stream = zlib.decompress(packed)
        except zlib.error:
            continue
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
            for target in re.findall(rb"<[0-9A-Fa-f]+>\s*<([0-9A-Fa-f]+)>", block):
                found |= set(bytes.fromhex(target.decode()).decode("utf-16-be"))
    return found


# Arabic is left out: its letters are put together of shapes and dots, which stand for no letter alone.
@pytest.mark.parametrize("language", sorted({*languages.LANGUAGES} - {"ar"}))
def test_a_receipt_has_a_glyph_for_every_letter_of_its_language(place: Armoury, language: str) -> None:
    one = subject("receipt", issued(place))

    with languages.spoken(language):
        data, pdf = receipt.sheet(one), receipt.pdf(one)

    letters = {char for text in (data["title"], data["count"], data["hint"], *data["copies"]) for char in text}
    assert {char for char in letters if char.isalpha()} - printable(pdf) == set()


def test_a_receipt_offers_the_six_languages_and_is_printed_in_the_one_chosen(
    place: Armoury, monkeypatch: pytest.MonkeyPatch
) -> None:
    belo: Client = people.signed_in("belo", "armourer", DEPOT)
    path = f"/stockpile/receipts/{issued(place)}"
    page = belo.get(f"{path}/").content.decode()
    monkeypatch.setattr(typesetting, "pdf", lambda _template, data: data["title"].encode())

    printed = {code: belo.get(f"{path}/receipt.pdf?language={code}").content.decode() for code in languages.LANGUAGES}

    assert all(f'<option value="{code}" lang="{code}"' in page for code in languages.LANGUAGES)
    assert len(set(printed.values())) == 6
    assert (printed["zh"], printed["ru"]) == ("武器交接收据", "Расписка о передаче оружия")
