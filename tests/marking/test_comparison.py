"""What it costs to mark a stock one way or another: exact, and honest about what nobody said."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.marking.comparison import PROBLEMS, Option, Stock, compare

STEEL = Stock({"steel": 1000}, years=5, hours_a_year=100, wage_an_hour=Decimal(10), energy_price=Decimal("0.2"))
LASER = Option(
    "Laser",
    "laser",
    purchase=Decimal(30_000),
    life_years=5,
    yearly=Decimal(1_000),
    per_weapon=Decimal("0.5"),
    weapons_an_hour=Decimal(10),
    power_w=1000,
)


def one(option: Option, stock: Stock = STEEL) -> Any:
    return compare([option], stock)[0]


def test_the_total_is_the_sum_of_its_parts_over_the_years() -> None:
    found = one(LASER)

    assert found.parts == {
        "purchase": Decimal("30000.00"),
        "yearly": Decimal("5000.00"),
        "consumables": Decimal("500.00"),
        "labour": Decimal("1000.00"),
        "energy": Decimal("20.00"),
    }
    assert (found.total, found.per_weapon, found.unknown) == (Decimal("36520.00"), Decimal("36.52"), [])


def test_a_machine_is_bought_again_when_its_life_is_over() -> None:
    assert one(msgspec.structs.replace(LASER, life_years=2)).parts["purchase"] == Decimal("90000.00")


def test_what_was_not_given_is_named_and_the_total_is_a_least_one() -> None:
    found = one(msgspec.structs.replace(LASER, yearly=None, power_w=None))

    assert found.unknown == ["yearly", "power_w"]
    assert found.total == Decimal("31500.00")


def test_outsourcing_costs_a_price_a_weapon_and_the_way_there() -> None:
    found = one(Option("Abroad", "laser", outsourced=True, per_weapon=Decimal(8)))

    assert (found.total, found.unknown) == (Decimal("8000.00"), ["transport"])


def test_uptime_slows_a_machine_down() -> None:
    found = one(msgspec.structs.replace(LASER, uptime=Decimal("0.5")))

    assert (found.weapons_a_year, found.years_needed) == (500, Decimal("2.0"))


def test_a_speed_nobody_told_is_no_speed() -> None:
    found = one(msgspec.structs.replace(LASER, weapons_an_hour=None))

    assert (found.weapons_a_year, found.years_needed) == (None, None)
    assert "weapons_an_hour" in found.unknown


def test_what_does_not_finish_in_time_is_a_problem() -> None:
    assert "too_slow" in one(msgspec.structs.replace(LASER, weapons_an_hour=Decimal(1))).problems
    assert "too_slow" not in one(LASER).problems


def test_a_machine_without_power_is_a_problem_and_hand_stamps_are_none() -> None:
    dark = msgspec.structs.replace(STEEL, has_power=False)
    stamps = Option("Stamps", "hand_stamp", per_weapon=Decimal(0), weapons_an_hour=Decimal(6), power_w=0)

    assert "needs_power" in one(LASER, dark).problems
    assert "needs_power" not in one(stamps, dark).problems


def test_what_does_not_last_on_a_material_of_the_stock_is_a_problem_with_its_source() -> None:
    found = one(LASER, msgspec.structs.replace(STEEL, weapons={"steel": 900, "polymer": 100}))

    assert "poor_on_material" in found.problems
    assert [(m.material, m.weapons, m.durability) for m in found.materials if m.durability == "poor"] == [
        ("polymer", 100, "poor")
    ]
    assert all(m.source for m in found.materials)


def test_what_no_source_says_is_unknown() -> None:
    found = one(Option("New", "sorcery"))

    assert [(m.durability, m.source) for m in found.materials] == [("unknown", "")]
    assert found.problems == ["unknown_on_material"]


def test_options_without_problems_come_first_then_the_cheapest() -> None:
    dear = msgspec.structs.replace(LASER, name="Dear", purchase=Decimal(90_000))
    slow = msgspec.structs.replace(LASER, name="Slow", purchase=Decimal(1), weapons_an_hour=Decimal(1))

    assert [found.option.name for found in compare([slow, dear, LASER], STEEL)] == ["Laser", "Dear", "Slow"]


@pytest.mark.parametrize("changes", [{"weapons": {}}, {"weapons": {"steel": 0}}, {"years": 0}, {"hours_a_year": 0}])
def test_nothing_to_mark_cannot_be_compared(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        compare([LASER], msgspec.structs.replace(STEEL, **changes))


MONEY = st.none() | st.decimals(0, 10**6, places=2)
OPTIONS = st.builds(
    Option,
    st.text(max_size=5),
    st.sampled_from(["laser", "hand_stamp", "dot_peen", "nothing"]),
    st.booleans(),
    st.integers(1, 5),
    MONEY,
    st.none() | st.integers(1, 20),
    MONEY,
    MONEY,
    MONEY,
    st.none() | st.decimals("0.1", 100, places=1),
    power_w=st.none() | st.integers(0, 5000),
)


@given(options=st.lists(OPTIONS, max_size=4), count=st.integers(1, 10**6))
def test_any_options_are_compared_and_every_problem_is_explained(options: list[Option], count: int) -> None:
    found = compare(options, msgspec.structs.replace(STEEL, weapons={"steel": count, "polymer": 1}))

    assert len(found) == len(options)
    for option in found:
        assert option.total >= 0
        assert set(option.problems) <= set(PROBLEMS)
        assert abs(option.total - sum(option.parts.values())) < Decimal("0.05")


@given(option=OPTIONS, cost=st.decimals(0, 10**6, places=2))
def test_knowing_a_cost_never_makes_an_option_cheaper(option: Option, cost: Decimal) -> None:
    unknown = msgspec.structs.replace(option, per_weapon=None)

    assert one(msgspec.structs.replace(option, per_weapon=cost)).total >= one(unknown).total
