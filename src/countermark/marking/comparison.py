"""What it costs and how long it takes to mark a stock of weapons, one way or another (A/70/115, paras. 16 and 61(a)). Pure.

Money is exact decimals of one currency that the State chooses; nothing is assumed. What was not given is named in `unknown`, and the
total is then a least one. What the material allows comes from `methods.toml`, with its sources.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from countermark.marking import methods
from countermark.marking.description import Material
from countermark.marking.methods import Rating
from countermark.marks.sentences import Sentence

Money = Decimal
CENT = Decimal("0.01")
ENERGY = ("power_w", "energy_price")


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to mark a stock. None: not known. Costs in one currency.

    `purchase` for each unit, again after `life_years`; `yearly` for each unit (maintenance, spare parts, licences);
    `per_weapon` consumables (plates, stamps) or, outsourced, the price of marking one, `transport` included there too. `uptime` is
    the share of working hours in which a unit works: power cuts and faults taken off.
    """

    name: str
    method: str
    outsourced: bool = False
    units: int = 1
    purchase: Money | None = None
    life_years: int | None = None
    yearly: Money | None = None
    per_weapon: Money | None = None
    transport: Money | None = None
    weapons_an_hour: Decimal | None = None
    people: int = 1
    power_w: int | None = None
    uptime: Decimal = Decimal(1)
    source: str = ""


class Stock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be marked: how many weapons by material, and in what circumstances. `hours_a_year` of work at the bench."""

    weapons: Mapping[Material, int]
    years: int
    hours_a_year: int
    wage_an_hour: Money | None = None
    energy_price: Money | None = None
    """For one kilowatt-hour."""
    has_power: bool | None = None

    @property
    def total(self) -> int:
        """Weapons of all materials."""
        return sum(self.weapons.values())


class Allowed(msgspec.Struct, frozen=True):
    """How a method does on one material of the stock."""

    material: str
    weapons: int
    durability: Rating
    recoverability: Rating
    source: str


class Compared(msgspec.Struct, frozen=True):
    """What an option comes to. `years_needed` None: cannot be told. `problems` are codes of `PROBLEMS`."""

    option: Option
    total: Money
    per_weapon: Money
    parts: dict[str, Money]
    unknown: list[str]
    weapons_a_year: int | None
    years_needed: Decimal | None
    materials: list[Allowed]
    problems: list[Literal["too_slow", "needs_power", "poor_on_material", "unknown_on_material"]]


PROBLEMS: dict[str, str] = {
    "too_slow": Sentence("does not finish within the years given"),
    "needs_power": Sentence("needs electric power that is not there"),
    "poor_on_material": Sentence("marks do not last on a material of the stock"),
    "unknown_on_material": Sentence("nobody was found who says how long marks last on a material of the stock"),
}


def compare(options: Sequence[Option], stock: Stock) -> list[Compared]:
    """Every option, those without problems first, then by what they cost at least.

    An empty stock, no years, and a number below nothing (or none at all): ValueError.
    """
    if stock.total <= 0 or stock.years <= 0 or stock.hours_a_year <= 0:
        raise ValueError("expected at least one weapon, one year and one hour of work a year")
    if not all(_is_amount(value) for value in _values(options, stock)):
        raise ValueError("expected numbers that are not negative")
    found = [_compared(option, stock) for option in options]
    return sorted(found, key=lambda one: (len(one.problems), len(one.unknown) > 0, one.total, one.option.name))


def _values(options: Sequence[Option], stock: Stock) -> list[object]:
    return [value for one in (*options, stock) for value in msgspec.structs.astuple(one)] + [*stock.weapons.values()]


def _is_amount(value: object) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value >= 0
    return not isinstance(value, int) or value >= 0


def _compared(option: Option, stock: Stock) -> Compared:
    parts, unknown = _costs(option, stock)
    total = sum(parts.values(), Decimal(0))
    a_year = _weapons_a_year(option, stock)
    needed = None if not a_year else (Decimal(stock.total) / a_year).quantize(Decimal("0.1"), ROUND_HALF_UP)
    materials = [_allowed(option.method, material, count) for material, count in stock.weapons.items() if count]
    return Compared(
        option=option,
        total=_rounded(total),
        per_weapon=_rounded(total / stock.total),
        parts={name: _rounded(cost) for name, cost in parts.items()},
        unknown=unknown,
        weapons_a_year=None if a_year is None else int(a_year),
        years_needed=needed,
        materials=materials,
        problems=_problems(option, stock, a_year, materials),
    )


def _rounded(cost: Money) -> Money:
    return cost.quantize(CENT, ROUND_HALF_UP)


def _costs(option: Option, stock: Stock) -> tuple[dict[str, Money], list[str]]:
    """What each part costs over the years, and what would have to be known to tell the rest."""
    given: dict[str, Money | None] = {"consumables": _times(option.per_weapon, stock.total)}
    unknown: list[str] = [] if option.per_weapon is not None else ["per_weapon"]
    if option.outsourced:
        given["transport"] = _times(option.transport, stock.total)
        unknown += [] if option.transport is not None else ["transport"]
        return {name: cost for name, cost in given.items() if cost is not None}, unknown
    given["purchase"] = _times(option.purchase, option.units * _bought(option, stock))
    given["yearly"] = _times(option.yearly, option.units * stock.years)
    unknown += [name for name in ("purchase", "life_years", "yearly") if getattr(option, name) is None]
    hours = None if not option.weapons_an_hour else Decimal(stock.total) / option.weapons_an_hour
    given["labour"] = _product(hours, stock.wage_an_hour, Decimal(option.people))
    unknown += [] if option.weapons_an_hour else ["weapons_an_hour"]
    unknown += [] if stock.wage_an_hour is not None else ["wage_an_hour"]
    if option.power_w != 0:
        kilowatts = None if option.power_w is None else Decimal(option.power_w) / 1000
        given["energy"] = _product(hours, kilowatts, stock.energy_price)
        unknown += [] if option.power_w is not None else ["power_w"]
        unknown += [] if stock.energy_price is not None else ["energy_price"]
    return {name: cost for name, cost in given.items() if cost is not None}, unknown


def _bought(option: Option, stock: Stock) -> int:
    """How often a unit is bought within the years: once, where its life is not known."""
    return -(-stock.years // option.life_years) if option.life_years else 1


def _times(cost: Money | None, count: int) -> Money | None:
    return None if cost is None else cost * count


def _product(*factors: Decimal | None) -> Decimal | None:
    result = Decimal(1)
    for factor in factors:
        if factor is None:
            return None
        result *= factor
    return result


def _weapons_a_year(option: Option, stock: Stock) -> Decimal | None:
    if not option.weapons_an_hour:
        return None
    return option.weapons_an_hour * option.units * stock.hours_a_year * option.uptime


def _allowed(method: str, material: Material, count: int) -> Allowed:
    found = next((one for one in methods.ranked(material, "manufacture") if one.id == method), None)
    if found is None:
        return Allowed(material, count, "unknown", "unknown", "")
    return Allowed(material, count, found.durability, found.recoverability, found.source)


def _problems(
    option: Option, stock: Stock, a_year: Decimal | None, materials: Sequence[Allowed]
) -> list[Literal["too_slow", "needs_power", "poor_on_material", "unknown_on_material"]]:
    found: list[Literal["too_slow", "needs_power", "poor_on_material", "unknown_on_material"]] = []
    if a_year is not None and a_year * stock.years < stock.total:
        found.append("too_slow")
    if stock.has_power is False and option.power_w != 0 and not option.outsourced:
        found.append("needs_power")
    if any(one.durability == "poor" for one in materials):
        found.append("poor_on_material")
    if any(one.durability == "unknown" for one in materials):
        found.append("unknown_on_material")
    return found
