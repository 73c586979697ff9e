"""Countries are named in the reader's language."""

import pytest
from django.utils import translation

from countermark.register import countrynames
from countermark.register.files import countries


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "United Kingdom"), ("fr", "Royaume-Uni"), ("ar", "المملكة المتّحدة"), ("es", "Reino Unido")],
)
def test_a_country_is_named_in_the_active_language(language: str, name: str) -> None:
    with translation.override(language):
        assert countrynames.name("GB") == name


def test_a_country_that_was_is_named_in_the_active_language() -> None:
    with translation.override("fr"):
        assert countrynames.name("SUHH") == "URSS, Union des républiques socialistes soviétiques"


def test_a_country_whose_common_name_is_not_translated_has_its_official_name() -> None:
    with translation.override("ar"):
        assert countrynames.name("IR") != countries.name("IR")


def test_a_language_without_names_of_countries_has_the_english_ones() -> None:
    with translation.override("en-xr"):
        assert countrynames.every() == countries.all_codes()


def test_a_code_without_a_name_stands_for_itself() -> None:
    assert countrynames.name("XA") == "XA"


def test_options_have_the_country_given_chosen_and_no_other() -> None:
    written = countrynames.options("BR")
    assert '<option value="BR" selected>Brazil</option>' in written
    assert written.count(" selected") == 1
    assert countrynames.options("").count(" selected") == 0


def test_a_code_that_is_no_country_stays_among_the_options_and_is_escaped() -> None:
    assert countrynames.options("XA").endswith('<option value="XA" selected>XA</option>')
    assert "<b>" not in countrynames.options("<b>")
