"""Every language on offer is whole: translated, with the same places in every sentence and every plural there is."""

import ast
import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import locale, settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from countermark.marking import profiles
from countermark.marks.sentences import Sentence
from countermark.register import jobs, words
from countermark.register.files.vocabulary import CODED
from countermark.register.models import LoadJob
from countermark.register.templatetags import codes
from countermark.web import pseudo
from countermark.web.templatetags.house import sentence
from tests.register import people

if TYPE_CHECKING:
    from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "countermark"
OFFERED = [code for code, _ in settings.LANGUAGES if code not in ("en", pseudo.CODE)]
PLACES = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>")
MOST_NEW = 0
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
def test_the_titles_of_the_marking_rules_are_in_the_catalogue(code: str) -> None:
    known = {one for message in messages(code) for one in forms(message.id)}
    said = {profile.title for profile in profiles.shipped()}
    said |= {rule.title for profile in profiles.shipped() for rule in profile.rules}
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


def test_the_messages_of_forms_under_a_short_name_are_collected(collected: Catalog) -> None:
    assert {"Lot number", "Serial as read on the weapon", "New PIN"} <= {message.id for message in collected}


def test_gettext_goes_by_no_name_that_collecting_does_not_know() -> None:
    imported = re.compile(r"import gettext\w* as (\w+)")
    names = {name for path in SOURCES.rglob("*.py") for name in imported.findall(path.read_text(encoding="utf-8"))}
    known = re.search(r"^KEYWORDS = (\(.*\))$", (ROOT / "bin" / "catalogues").read_text(encoding="utf-8"), re.MULTILINE)
    assert known
    assert names - {"_"} <= set(ast.literal_eval(known[1]))


# Shown


def test_the_language_is_chosen_before_signing_in(client: Client, db: None) -> None:
    client.post("/language/", {"language": "fr", "next": "/accounts/login/"})
    page = client.get("/accounts/login/").content.decode()
    assert '<html lang="fr" dir="ltr"' in page
    assert "Se connecter" in page


def test_arabic_pages_run_right_to_left(client: Client, db: None) -> None:
    client.cookies["countermark_language"] = "ar"
    page = client.get("/accounts/login/").content.decode()
    assert '<html lang="ar" dir="rtl"' in page
    assert "تسجيل الدخول" in page


def test_every_language_on_offer_is_named_in_itself_on_the_page(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert all(f'value="{code}" lang="{code}"' in page and name in page for code, name in settings.LANGUAGES)


def test_a_sentence_is_shown_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert sentence(Sentence("at most %(longest)d characters", longest=200)) == "au plus 200 caractères"


def test_a_sentence_that_was_kept_is_shown_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert sentence({"message": "There is no reading.", "values": {}}) == "Il n’y a pas de lecture."


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch, settings: "Settings") -> Iterator[None]:
    """The mirrored English is active and on offer: what stays readable was not translated."""
    information = {"bidi": True, "code": pseudo.CODE, "name": "Mirrored", "name_local": "Mirrored"}
    monkeypatch.setitem(locale.LANG_INFO, pseudo.CODE, information)
    settings.LANGUAGES = [("en", "English"), (pseudo.CODE, "Mirrored")]
    pseudo.install()
    with translation.override(pseudo.CODE):
        yield


def readable(text: str) -> list[str]:
    """The English words of a text that are not mirrored."""
    return re.findall(r"(?<!\u202e)\b[A-Za-z]{2,}\b", text)


def told_on(page: str, start: str, end: str) -> str:
    """What a page says between two marks in it."""
    assert start in page
    return html.unescape(page.partition(start)[2].partition(end)[0])


@pytest.mark.usefixtures("mirrored")
def test_no_word_of_a_sentence_stays_readable_in_the_mirrored_english() -> None:
    needed = Sentence("%(file)s needs %(columns)s; it has %(names)s", file="1", columns=Sentence("a name"), names="2")
    assert readable(sentence(needed)) == []


@pytest.mark.usefixtures("mirrored", "db")
def test_why_a_reading_is_unusable_is_not_readable_in_the_mirrored_english() -> None:
    people.places()
    officer = people.signed_in("tina", "tracing")
    officer.cookies["countermark_language"] = pseudo.CODE
    page = officer.get("/trace/", {"reading": "**"}).content.decode()
    problem = told_on(page, '<div class="alert alert-warning problem">', "</div>")
    assert "\u202e" in problem
    assert readable(re.sub(r"<[^>]+>", "", problem)) == []


@pytest.mark.usefixtures("mirrored", "store")
def test_why_a_row_is_refused_is_not_readable_in_the_mirrored_english() -> None:
    registrar = people.signed_in("rita", "registrar")
    registrar.cookies["countermark_language"] = pseudo.CODE
    file = SimpleUploadedFile("register.csv", b"ref,kind,component,mark,year\r\nA1,rifle,frame,,1200\r\n")
    registrar.post("/import/", {"kind": "weapons", "file": file})
    job = LoadJob.objects.get()
    chosen = {f"column-{n}": name for n, name in enumerate(("ref", "kind", "component", "mark", "year"))}
    registrar.post(f"/import/{job.pk}/columns/", chosen)
    jobs.run_next()
    page = registrar.get(f"/import/{job.pk}/").content.decode()
    cells = re.findall(r'<td dir="auto">(.*?)</td>', page)
    assert len(cells) == 2
    assert readable(" ".join(cells).replace("mark_condition", "")) == []
