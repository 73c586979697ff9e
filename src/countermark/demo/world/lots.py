"""What a State bought, seized or made, lot by lot: makers number in runs, and States buy in runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from countermark.demo.world import tables
from countermark.demo.world.tables import Model

LAST_YEAR = 2024
_SECTOR_LETTER = {"army": "a", "police": "p", "prison": "r", "civil": "c"}
_LOT_SIZES = {
    "army": (8, 90),
    "police": (4, 60),
    "prison": (3, 25),
    "civil": (1, 1),
    "seized": (1, 1),
    "export": (10, 60),
}
_HEAVY = {
    "manpads", "mortar", "anti_tank_launcher", "recoilless_rifle", "heavy_machine_gun", "grenade_launcher",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lot:
    """`size` weapons of one model made in one month that entered the State's books in `year_in`."""

    sector: str
    model: Model
    size: int
    year_made: int
    month_made: int
    year_in: int


def plan(rng: Random, state: str, weapons: int) -> list[Lot]:
    """Lots of `weapons` weapons together, in the order in which they entered the State's books."""
    lots: list[Lot] = []
    for sector, count in _counts(tables.states()[state]["sectors"], weapons).items():
        lots.extend(_sector_lots(rng, state, sector, count))
    return sorted(lots, key=lambda lot: lot.year_in)


def _counts(shares: Mapping[str, float], weapons: int) -> dict[str, int]:
    counts = {sector: int(share * weapons) for sector, share in shares.items()}
    counts["army"] += weapons - sum(counts.values())
    return counts


def _sector_lots(rng: Random, state: str, sector: str, count: int) -> Iterator[Lot]:
    models = [model for model in tables.models() if model.lots[state] and _holds(sector, state, model)]
    # A weight counts weapons, and lots of heavy weapons are small: without the division they would fill the army.
    weights = [model.lots[state] / _mean_size(sector, model) for model in models]
    while count > 0:
        model = rng.choices(models, weights)[0]
        lot = _lot(rng, sector, model, min(count, _size(rng, sector, model)))
        count -= lot.size
        yield lot


def _holds(sector: str, state: str, model: Model) -> bool:
    if sector == "seized":
        return model.kind not in _HEAVY
    if sector == "export":
        return model.maker.country(LAST_YEAR) == state
    return _SECTOR_LETTER[sector] in model.users


def _range(sector: str, model: Model) -> tuple[int, int]:
    return (1, 6) if model.kind in _HEAVY else _LOT_SIZES[sector]


def _mean_size(sector: str, model: Model) -> float:
    return sum(_range(sector, model)) / 2


def _size(rng: Random, sector: str, model: Model) -> int:
    return rng.randint(*_range(sector, model))


def _lot(rng: Random, sector: str, model: Model, size: int) -> Lot:
    made = rng.randint(model.first_year, model.last_year)
    # States buy new; citizens also second-hand; seized weapons have any age.
    age = {"civil": rng.choice((0, 0, 1, 1, 2, 8, 15)), "seized": rng.randint(1, 25)}.get(
        sector, rng.choice((0, 1, 1, 2))
    )
    year_in = min(max(made + age, 1958 if sector != "seized" else 1992), LAST_YEAR)
    return Lot(sector, model, size, made, rng.randint(1, 12), year_in)
