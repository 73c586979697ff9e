"""An inscription taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marks import inscription
from countermark.marks.inscription import Inscription, lookup

MAKERS = lookup(
    [
        ("Forjas Taurus S.A.", "Taurus"),
        ("Taurus", "Taurus"),
        ("CZ", "Česká zbrojovka"),
        ("Glock", "Glock"),
        ("S&W", "Smith & Wesson"),
    ]
)
CALIBRES = lookup([("9mm Parabellum", "9x19"), (".38 Special", "38SPL"), ("12", "12 gauge"), ("7.62x39", "7.62x39")])


def _split(text: str) -> Inscription:
    return inscription.split(text, MAKERS, CALIBRES)


def _best(text: str) -> str:
    return _split(text).serials[0].text


def test_an_inscription_gives_its_serial_and_its_evidence() -> None:
    found = _split("FORJAS TAURUS S.A. MADE IN BRAZIL TKD48213 CAL 9mm PARABELLUM")
    assert [serial.text for serial in found.serials] == ["TKD48213"]
    assert (found.maker, found.country, found.calibre) == ("Taurus", "BR", "9x19")


@pytest.mark.parametrize(
    "text", ["TKD48213", "AB 1234", "1998", "AB1998", "19981234", "BA 17 1234", "28-03-069-00", ""]
)
def test_without_known_words_the_whole_text_is_the_serial(text: str) -> None:
    assert [(serial.text, serial.weight) for serial in _split(text).serials] == [(text, 1.0)]


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("TAURUS 1998", "1998"),
        ("TAURUS AB1998", "AB1998"),
        ("TAURUS 19984711", "19984711"),
        ("AB 1998 77", "AB 1998 77"),
        ("1943 12345", "1943 12345"),
    ],
)
def test_digits_that_may_be_a_year_are_kept_in_the_serial_when_nothing_speaks_against(text: str, serial: str) -> None:
    assert _best(text) == serial


def test_a_year_beside_a_serial_and_a_country_is_evidence() -> None:
    found = _split("№ 4711 СССР 1976")
    assert (found.serials[0].text, found.country, found.year) == ("4711", "SUHH", 1976)


def test_a_year_that_is_the_serial_is_not_the_year() -> None:
    assert _split("TAURUS 1998").year is None


@pytest.mark.parametrize("text", ["TAURUS AB?12* BRAZIL", "AB?12* TAURUS", "GLOCK MADE IN AUSTRIA AB?12*"])
def test_wildcards_belong_to_the_serial(text: str) -> None:
    assert _best(text) == "AB?12*"


def test_a_run_that_stands_alone_belongs_to_the_serial_beside_it() -> None:
    assert _best("TAURUS * 123") == "* 123"


@pytest.mark.parametrize("text", ["CZ 12345", "NO 12345"])
def test_a_short_word_before_digits_may_be_their_beginning(text: str) -> None:
    assert {serial.text for serial in _split(text).serials} == {text, "12345"}


@pytest.mark.parametrize("label", ["S/N ", "S/N:", "№", "Nº ", "Serial No. ", "SERIAL NUMBER: "])
def test_what_follows_a_serial_label_is_the_serial(label: str) -> None:
    assert _best(f"GLOCK 17 {label}88 123 AUSTRIA") == "88 123"


@pytest.mark.parametrize(
    ("text", "calibre"),
    [
        ("TAURUS CAL. 12 AB123", "12 gauge"),
        ("TAURUS CAL.9mm PARABELLUM AB123", "9x19"),
        ("TAURUS 7,62x39 AB123", "7.62x39"),
        ("TAURUS .38 SPECIAL AB123", "38SPL"),
        ("TAURUS 5,45 mm AB123", "5,45 mm"),
        ("TAURUS .45 ACP AB123", ".45 ACP"),
        ("TAURUS 12 AB123", None),
    ],
)
def test_a_calibre_is_known_by_list_by_unit_or_by_label(text: str, calibre: str | None) -> None:
    assert _split(text).calibre == calibre


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("MADE IN BR AB123", "BR"),
        ("BR AB123", None),
        ("INDÚSTRIA BRASILEIRA AB123", "BR"),
        ("СДЕЛАНО В СССР АВ 1234", "SUHH"),
        ("AB123 W. GERMANY", "DE"),
    ],
)
def test_a_country_is_known_by_name_or_by_code_after_made_in(text: str, country: str | None) -> None:
    assert _split(text).country == country


def test_a_word_that_is_not_known_is_no_part_of_the_serial() -> None:
    assert _best("PISTOL AB 1234 TAURUS") == "AB 1234"


@pytest.mark.parametrize("text", ["TAURUS", "MADE IN BRAZIL", "9mm", "TAURUS *", "GLOCK AUSTRIA"])
def test_evidence_without_a_serial_is_taken_as_the_reading_itself(text: str) -> None:
    assert _split(text) == Inscription(serials=_split(text).serials)
    assert _best(text) == text


def test_lookups_may_be_functions() -> None:
    found = inscription.split("ACME 123", makers=lambda phrase: "Acme" if phrase == "ACME" else None)
    assert (found.maker, found.serials[0].text) == ("Acme", "123")


WORDS = st.sampled_from(
    [
        "TAURUS",
        "CZ",
        "MADE IN",
        "BRAZIL",
        "CAL",
        "9mm",
        "1998",
        "AB?1",
        "*",
        "№",
        "S/N:",
        "12",
        "甲1",
        "(1)",
        "PISTOL",
        "★",
    ]
)


@given(st.text() | st.lists(WORDS, max_size=10).map(" ".join))
def test_serials_are_stretches_of_the_text_whose_weights_sum_to_one(text: str) -> None:
    serials = _split(text).serials
    assert all(text[serial.start : serial.end] == serial.text for serial in serials)
    assert sum(serial.weight for serial in serials) == pytest.approx(1.0)
    assert [serial.weight for serial in serials] == sorted((serial.weight for serial in serials), reverse=True)


@given(st.text())
def test_a_phrase_is_its_own_phrase(text: str) -> None:
    assert inscription.phrase(inscription.phrase(text)) == inscription.phrase(text)


@pytest.mark.parametrize(
    ("written", "phrase"), [("S.A.", "SA"), ("Česká zbrojovka", "CESKA ZBROJOVKA"), ("s&w", "S&W")]
)
def test_a_phrase_has_no_accents_and_no_punctuation(written: str, phrase: str) -> None:
    assert inscription.phrase(written) == phrase


@pytest.mark.parametrize("code", sorted(set(inscription.COUNTRIES.values())))
def test_a_country_is_an_iso_3166_code(code: str) -> None:
    assert code.isalpha()
    assert len(code) in (2, 4)
