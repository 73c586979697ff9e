"""Every language on offer is whole: translated, with the same places in every sentence and every plural there is."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import locale, settings
from django.test import Client
from django.utils import translation

from countermark.marks.sentences import Sentence
from countermark.register import words
from countermark.register.files.vocabulary import CODED
from countermark.register.templatetags import codes
from countermark.web import pseudo
from countermark.web.templatetags.house import sentence

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "countermark"
OFFERED = [code for code, _ in settings.LANGUAGES if code not in ("en", pseudo.CODE)]
PLACES = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>")
MOST_NEW = 0.1
"""Share of what the sources say that may be newer than a catalogue: `make messages` names it, a translator fills it in."""

offered = pytest.mark.parametrize("code", OFFERED)


@cache
def catalogue(code: str) -> Catalog:
    path = SOURCES / "locale" / translation.to_locale(code) / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=translation.to_locale(code))


def messages(code: str) -> Iterator[Message]:
    return (message for message in catalogue(code) if message.id)


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


# Whole


@offered
def test_every_message_of_a_language_on_offer_is_translated(code: str) -> None:
    assert [message.id for message in messages(code) if message.fuzzy or not all(forms(message.string))] == []


@offered
def test_a_translation_has_the_places_and_tags_of_its_message(code: str) -> None:
    def places(text: str) -> list[str]:
        return sorted(PLACES.findall(text))

    differing = {
        message.id: string
        for message in messages(code)
        for string in forms(message.string)
        if places(string) != places(forms(message.id)[-1])
    }
    assert differing == {}


@offered
def test_a_counted_message_has_every_plural_of_its_language(code: str) -> None:
    counted = [message for message in messages(code) if message.pluralizable]
    assert counted
    assert {len(forms(message.string)) for message in counted} == {catalogue(code).num_plurals}


@offered
def test_the_words_of_every_code_are_in_the_catalogue(code: str) -> None:
    known = {one for message in messages(code) for one in forms(message.id)}
    with translation.override("en"):
        said = {codes.words(value) for column, values in CODED.items() if column != "event" for value in values}
    assert sorted(said - known) == []


@offered
def test_the_labels_of_the_register_are_in_the_catalogue(code: str) -> None:
    known = {one for message in messages(code) for one in forms(message.id)}
    said = {text for labels in words.LABELS.values() for text in labels.values()}
    assert sorted(said - known) == []


@offered
def test_the_program_reads_what_was_compiled_from_the_catalogue(code: str) -> None:
    with translation.override(code):
        assert (
            translation.gettext("Trace a weapon from its marks")
            == catalogue(code)["Trace a weapon from its marks"].string
        )


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What the sources say now."""
    if shutil.which("xgettext") is None:
        pytest.skip("GNU gettext, which finds the messages, is not installed")
    copy = tmp_path_factory.mktemp("collected") / "src" / "countermark"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("vendor", "__pycache__", "*.mo"))
    (copy.parent.parent / "bin").mkdir()
    script = shutil.copy(ROOT / "bin" / "catalogues", copy.parent.parent / "bin" / "catalogues")
    variables = {**os.environ, "PYTHONPATH": str(copy.parent)}
    subprocess.run([sys.executable, script, "collect"], check=True, capture_output=True, env=variables)
    with (copy / "locale" / OFFERED[0] / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file)


@offered
def test_hardly_anything_is_said_that_a_language_on_offer_lacks(code: str, collected: Catalog) -> None:
    known = {message.id for message in messages(code)}
    said = [message.id for message in collected if message.id]
    lacking = [one for one in said if one not in known]
    assert len(lacking) <= MOST_NEW * len(said), f"make messages; then translate {lacking}"


def test_the_messages_of_pure_code_are_collected(collected: Catalog) -> None:
    assert "There is no reading." in collected
    assert "a discrepancy that is still open" in collected


# Shown


def test_the_language_is_chosen_before_signing_in(client: Client, db: None) -> None:
    client.post("/language/", {"language": "fr", "next": "/accounts/login/"})
    html = client.get("/accounts/login/").content.decode()
    assert '<html lang="fr" dir="ltr"' in html
    assert "Se connecter" in html


def test_arabic_pages_run_right_to_left(client: Client, db: None) -> None:
    client.cookies["countermark_language"] = "ar"
    html = client.get("/accounts/login/").content.decode()
    assert '<html lang="ar" dir="rtl"' in html
    assert "تسجيل الدخول" in html


def test_every_language_on_offer_is_named_in_itself_on_the_page(client: Client, db: None) -> None:
    html = client.get("/accounts/login/").content.decode()
    assert all(f'value="{code}" lang="{code}"' in html and name in html for code, name in settings.LANGUAGES)


def test_a_sentence_is_shown_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert sentence(Sentence("at most %(longest)d characters", longest=200)) == "au plus 200 caractères"


def test_a_sentence_that_was_kept_is_shown_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert sentence({"message": "There is no reading.", "values": {}}) == "Il n’y a pas de lecture."


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The mirrored English is active: what stays readable was not translated."""
    information = {"bidi": True, "code": pseudo.CODE, "name": "Mirrored", "name_local": "Mirrored"}
    monkeypatch.setitem(locale.LANG_INFO, pseudo.CODE, information)
    pseudo.install()
    with translation.override(pseudo.CODE):
        yield


@pytest.mark.usefixtures("mirrored")
def test_no_word_of_a_sentence_stays_readable_in_the_mirrored_english() -> None:
    shown = sentence(
        Sentence("%(file)s needs %(columns)s; it has %(names)s", file="1", columns=Sentence("a column"), names="2")
    )
    assert re.findall(r"(?<!\u202e)\b[A-Za-z]{2,}\b", shown) == []
