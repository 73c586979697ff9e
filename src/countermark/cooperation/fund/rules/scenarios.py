"""Ways to fund assistance compared over years (seed 48, 58): what each would bring, how much of the need it meets, how far ahead one knows. Pure.

*Adequacy* of a year is the share of its need that is met, of the whole the share of all needs. *Predictability* is the share of a year's
income that is certain when the year begins. *Steadiness* is how little income swings: 1 less the mean distance of the years from their mean, as a share
of it. Every figure follows from the inputs; where an input is unknown (None), what depends on it is None too, never nothing, and how many years are known is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MODELS = ("dedicated", "regular", "regional", "existing")
MOST_YEARS = 15


@dataclass(frozen=True)
class Needs:
    """What is needed in each year, in whole units of one currency; `by_region` divides it among regions as shares that add up to 1."""

    by_year: tuple[float | None, ...]
    by_region: Mapping[str, float | None]


@dataclass(frozen=True)
class Model:
    """A way to fund. `income` is what is expected in each year, `certain` the share of it that is known when the year begins.

    `collected` is the share of what is promised that is paid; `overhead` the share that running it costs; `carry` whether what is left may be spent
    in a later year. `reach` is the share of needs that may apply at all (an existing facility has conditions); `by_region` divides income among
    regional windows, whose money does not move between them.
    """

    kind: str
    income: tuple[float | None, ...]
    certain: float | None
    collected: float | None
    overhead: float | None
    carry: bool = True
    reach: float | None = 1.0
    by_region: Mapping[str, float | None] | None = None


@dataclass(frozen=True)
class Year:
    """What a way to fund does in one year; None where an input it follows from is unknown."""

    need: float | None
    available: float | None
    met: float | None
    adequacy: float | None


@dataclass(frozen=True)
class Result:
    """What a way to fund comes to, over the `known` years of which need and income are known. `worst` is the adequacy of the leanest of them."""

    kind: str
    years: tuple[Year, ...]
    known: int
    adequacy: float | None
    worst: float | None
    predictability: float | None
    steadiness: float | None


def compared(needs: Needs, models: Sequence[Model]) -> list[Result]:
    """Every way to fund against the same needs."""
    return [result(needs, model) for model in models]


def result(needs: Needs, model: Model) -> Result:
    """One way to fund, over all years of the needs. An unmet need does not wait for the next year; money may, where it is carried on."""
    years = _regional_years(needs, model) if model.by_region is not None else _years(needs.by_year, model, model.income)
    known = [(year.need, year.met) for year in years if year.need and year.met is not None]
    whole, met = sum(need or 0.0 for need, _met in known), sum(met or 0.0 for _need, met in known)
    shares = [year.adequacy for year in years if year.need and year.adequacy is not None]
    return Result(
        model.kind,
        tuple(years),
        len(known),
        met / whole if known else None,
        min(shares) if shares else None,
        model.certain if any(one is not None for one in model.income) else None,
        steadiness(model.income),
    )


def steadiness(income: Sequence[float | None]) -> float | None:
    """1 where every known year brings the same, 0 where they lie as far from their mean as it is large; None where fewer than two are known or nothing comes."""
    known = [one for one in income if one is not None]
    if len(known) < 2 or not sum(known):
        return None
    mean = sum(known) / len(known)
    apart = sum(abs(one - mean) for one in known) / len(known)
    return max(0.0, 1 - apart / mean)


def _years(needs: Sequence[float | None], model: Model, income: Sequence[float | None]) -> list[Year]:
    left: float | None = 0.0
    found = []
    for number, need in enumerate(needs):
        new = _times(income[number] if number < len(income) else None, model.collected, _rest(model.overhead))
        available = None if new is None or left is None else new + left
        reachable = _times(need, model.reach)
        met = None if available is None or reachable is None else min(available, reachable)
        found.append(Year(need, available, met, None if met is None or not need else met / need))
        left = None if available is None or met is None else available - met
        if not model.carry:
            left = 0.0
    return found


def _regional_years(needs: Needs, model: Model) -> list[Year]:
    windows = model.by_region or {}
    each = [
        _years(
            [_times(need, needs.by_region.get(region)) for need in needs.by_year],
            model,
            [_times(one, windows.get(region, 0.0)) for one in model.income],
        )
        for region in sorted(needs.by_region)
    ]
    found = []
    for number, need in enumerate(needs.by_year):
        met = _total([window[number].met for window in each]) if each else None
        available = _total([window[number].available for window in each]) if each else None
        found.append(Year(need, available, met, None if met is None or not need else met / need))
    return found


def _rest(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _times(*factors: float | None) -> float | None:
    product = 1.0
    for factor in factors:
        if factor is None:
            return None
        product *= factor
    return product


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
