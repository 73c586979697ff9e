import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.register.files import countries
from countermark.register.files.countries import SUCCESSIONS, is_user_assigned, name, resolve, successors


@pytest.mark.parametrize(
    ("code", "first"), [("SUHH", "RU"), ("YUCS", "RS"), ("CSHH", "CZ"), ("CSXX", "RS"), ("DDDE", "DE"), ("ZRCD", "CD")]
)
def test_a_state_that_was_has_dated_successors_the_likeliest_first(code: str, first: str) -> None:
    found = successors(code)
    assert found[0].code == first
    assert all(len(s.since) == 10 and s.source for s in found)


def test_the_soviet_union_has_fifteen_successors() -> None:
    assert len({s.code for s in successors("SUHH")}) == 15


def test_a_state_of_today_has_none() -> None:
    assert successors("BR") == []


def test_every_withdrawn_code_has_successors_that_are_states_of_today() -> None:
    assert SUCCESSIONS.keys() == {country.alpha_4 for country in pycountry.historic_countries}
    today = {country.alpha_2 for country in pycountry.countries}
    assert {s.code for former in SUCCESSIONS.values() for s in former.successors} <= today


def test_no_successor_began_before_the_state_it_follows() -> None:
    assert all(int(s.since[:4]) >= former.first_year for former in SUCCESSIONS.values() for s in former.successors)


@pytest.mark.parametrize("code", ["AA", "QM", "QZ", "XA", "XZ", "ZZ"])
def test_codes_left_to_users_are_countries(code: str) -> None:
    assert is_user_assigned(code)
    assert resolve(code) == code


@pytest.mark.parametrize("code", ["AB", "QL", "Q", "XAA", "br", "UK", "USSR", "", "BRA"])
def test_other_letters_are_not(code: str) -> None:
    assert resolve(code) is None


def test_usual_mistakes_are_named() -> None:
    assert "GB is United Kingdom" in countries.expected("UK")
    assert "BR is Brazil" in countries.expected("br")


def test_countries_have_names() -> None:
    assert (name("BR"), name("XA"), name("ZZ")) == ("Brazil", "XA", "unknown country")
    assert "USSR" in name("SUHH")


@given(st.text(max_size=5), st.integers(0, 3000))
def test_a_resolved_code_resolves_to_itself(code: str, year: int) -> None:
    resolved = resolve(code, year)
    assert resolved is None or resolve(resolved, year) == resolved
