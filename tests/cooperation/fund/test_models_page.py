"""Ways to fund compared: from the store where it reaches, else no data; what is entered is used and shown."""

import pytest

from countermark.cooperation import acts
from countermark.cooperation.fund import figures, windows
from countermark.cooperation.fund.windows import Promise
from countermark.cooperation.queries import Viewer
from tests.cooperation.fund.money import TREASURER, fund
from tests.cooperation.region import need
from tests.register.people import signed_in

pytestmark = pytest.mark.django_db
PATH = "/cooperation/fund/models/"


def test_an_empty_store_gives_no_data_and_no_noughts() -> None:
    page = signed_in("looks", "auditor").get(PATH).content.decode()

    assert page.count("no data") > 20
    assert "0\u00a0%" not in page


def test_needs_and_pledges_of_the_store_are_the_figures() -> None:
    of = fund(currency="EUR")
    need()
    said = Promise(
        window=of.window, donor=of.donor, currency="EUR", amount="30000", day="2026-06-01",
        due=[("2026-06-30", "10000"), ("2027-06-30", "20000")],
    )  # fmt: skip
    windows.pledge(said, by=TREASURER)
    of.give("5000", currency="EUR", pledge=acts.subjects("fundpledge")[0].key)

    found = figures.figures(Viewer("XA"), [2026, 2027, 2029], "EUR")

    assert found.needs == (18666.84, 18666.83, None)
    assert found.income["dedicated"] == (10000.0, 20000.0, None)
    assert found.certain["dedicated"] == pytest.approx(2 / 3)
    assert found.collected["dedicated"] == 0.5
    assert found.income["regular"] == (None, None, None)
    assert found.need_regions == {"west": 1.0}


def test_needs_one_may_not_see_are_in_no_figure() -> None:
    fund()
    need()

    assert figures.figures(Viewer("XQ"), [2026], "EUR").needs == (None,)


def test_without_a_rate_a_figure_is_no_data() -> None:
    fund()
    need()

    assert figures.figures(Viewer("XA"), [2026], "USD").needs == (None,)
    windows.set_rate("EUR", "USD", "2026-01-01", "2", "bank", by=TREASURER)
    assert figures.figures(Viewer("XA"), [2026], "USD").needs == (37333.68,)


def test_what_is_entered_is_used_and_said_to_be_entered() -> None:
    query = "first=2026&count=1&currency=USD&need_2026=200&dedicated_2026=100&dedicated_certain=30&dedicated_collected=100&dedicated_overhead=10"
    page = signed_in("looks", "auditor").get(f"{PATH}?{query}").content.decode()

    assert "45\u00a0%" in page
    assert "entered on this page" in page


@pytest.mark.parametrize(
    "query", ["first=x&count=999&currency=QQQ", "need_2026=-5&dedicated_2026=many", "regions=" + "a," * 300]
)
def test_an_input_that_is_none_is_shown_beside_its_field_and_breaks_nothing(query: str) -> None:
    assert signed_in("looks", "auditor").get(f"{PATH}?{query}").status_code == 200


def test_the_chart_is_drawn_from_the_same_inputs() -> None:
    query = "first=2026&count=2&need_2026=200&dedicated_2026=100&dedicated_collected=100&dedicated_overhead=0"
    answer = signed_in("looks", "auditor").get(f"{PATH}chart.svg?{query}")

    assert answer["Content-Type"] == "image/svg+xml"
    assert b"Dedicated voluntary fund" in answer.content


def test_a_part_of_the_inputs_is_said_and_the_others_stay_those_of_the_store() -> None:
    fund(currency="EUR")
    need(visibility="public")

    page = signed_in("looks", "auditor").get(f"{PATH}?first=2026&dedicated_2026=5").content.decode()

    assert 'name="need_2026" value="18667"' in page
    assert 'name="dedicated_2026" value="5"' in page
    assert "This field is required" not in page


def test_amounts_entered_in_one_currency_are_not_taken_for_another() -> None:
    query = "first=2026&count=1&currency=JPY&shown=USD+&need_2026=200&dedicated_collected=70"
    page = signed_in("looks", "auditor").get(f"{PATH}?{query}").content.decode()

    assert 'value="200"' not in page
    assert 'value="70"' in page
