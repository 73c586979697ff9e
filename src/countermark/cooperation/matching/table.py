"""A market in whole units and numbers, with what an officer fixed, limited and ruled out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property, reduce
from operator import or_

from countermark.cooperation.matching.market import Market, Need, Offer, Refused
from countermark.cooperation.matching.rules import Fit, not_met
from countermark.marks.sentences import Sentence


@dataclass(frozen=True)
class Table:
    """A market in whole units and numbers. Lists are by need or by offer, in an order that is the same for the same set."""

    market: Market
    needs: Sequence[Need]
    offers: Sequence[Offer]
    fit: Fit
    rows: Sequence[int]
    """The offers, as bits, that fit each need."""
    asked: Sequence[int]
    """What each need still asks for, in units; what was fixed is off it already."""
    least: Sequence[int]
    """What it must at least get of that to be funded at all."""
    fixed: Sequence[dict[int, int]]
    """What an officer fixed for each need, by offer."""
    budget: Sequence[int]
    """What each offer still holds; what was fixed is off it already."""
    limits: dict[tuple[int, int], int]
    """The most of a pair (need, offer) that an officer said."""
    ceilings: Sequence[int | None]
    """The most each offer gives one need, where it says so."""
    parts: Sequence[Decimal | None]
    """The most each offer pays of the whole of a need, where some must come from elsewhere."""
    units: int
    """Units in one of the currency."""

    @cached_property
    def capped(self) -> int:
        """The offers (bits) that may have a most for one need."""
        by_offer = (
            1 << o for o, (c, p) in enumerate(zip(self.ceilings, self.parts, strict=True)) if (c, p) != (None, None)
        )
        return sum(by_offer) | reduce(or_, (1 << o for _, o in self.limits), 0)

    def most(self, n: int, o: int) -> int | None:
        """The most that an offer may give a need; None, if nothing but its budget says."""
        limits = [self.limits.get((n, o)), self.ceilings[o]]
        part = self.parts[o]
        if part is not None:
            limits.append(_down(part * self.whole(n)))
        return min((limit for limit in limits if limit is not None), default=None)

    @cached_property
    def order(self) -> list[int]:
        """The needs, that which is worth most a unit first."""
        return sorted(range(len(self.needs)), key=lambda n: (-self.density(n), str(self.needs[n].id)))

    def density(self, n: int) -> float:
        """What a unit of money counts at a need."""
        return self.worth(n) / self.whole(n)

    def whole(self, n: int) -> int:
        """All of what a need asks for, in units."""
        return self.asked[n] + sum(self.fixed[n].values())

    def worth(self, n: int) -> float:
        """What the whole of a need counts in the objective."""
        return worth(self.needs[n])

    def value(self, n: int, got: int) -> float:
        """What a need counts with so many units beyond what was fixed."""
        return self.worth(n) * (got + sum(self.fixed[n].values())) / self.whole(n)

    def money(self, amount: int) -> Decimal:
        """An amount in the currency."""
        found = Decimal(amount) / self.units
        return found.quantize(Decimal(1)) if found == found.to_integral_value() else found

    def shown(self, amount: int) -> str:
        """An amount as text, in the currency."""
        return f"{self.money(amount):f}"

    def chosen(self, n: int) -> bool:
        """Whether it is open if the need is funded at all: it asks for a least share, and nothing was fixed."""
        return self.least[n] > 0 and not self.fixed[n]


def worth(need: Need) -> float:
    """6 - priority, times the need's explained weight."""
    return (6 - need.priority) * float(need.weight)


def table(market: Market) -> Table:
    """The market in units. Raises Refused, if what an officer fixed cannot be."""
    needs = sorted(market.needs, key=lambda need: str(need.id))
    offers = sorted(market.offers, key=_flexibility)
    units = Decimal(10 ** market.decimals())
    fit = Fit(Market(needs, offers))
    rows = [fit.of(need) for need in needs]
    found = Table(
        market, needs, offers, fit, rows,
        asked=[_down(need.amount * units) for need in needs],
        least=[_up(need.amount * units * need.min_share) for need in needs],
        fixed=[{} for _ in needs],
        budget=[_down(offer.budget * units) for offer in offers],
        limits={},
        ceilings=[None if offer.ceiling is None else _down(offer.ceiling * units) for offer in offers],
        parts=[1 - offer.co_funding if offer.co_funding else None for offer in offers],
        units=int(units),
    )  # fmt: skip
    return _overridden(found) if market.overrides else found


def _flexibility(offer: Offer) -> tuple[int, int, int, str]:
    """Offers that few can use come first, so that money for a narrow purpose is not left behind."""
    lists = (offer.themes, offer.regions, offer.kinds)
    breadth = 1
    for words in lists:
        breadth *= len(words) or 1
    return sum(not words for words in lists), breadth, -bool(offer.eligible), str(offer.id)


def _down(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_FLOOR))


def _up(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))


def _overridden(found: Table) -> Table:
    """The table with what an officer fixed, limited and forbade."""
    at_need = {str(need.id): n for n, need in enumerate(found.needs)}
    at_offer = {str(offer.id): o for o, offer in enumerate(found.offers)}
    problems: list[Sentence] = []
    fixes: list[tuple[int, int, int]] = []
    rows = list(found.rows)
    for override in found.market.overrides:
        n, o = at_need[str(override.need)], at_offer[str(override.offer)]
        if override.limit is not None:
            found.limits[n, o] = _down(override.limit * found.units)
            continue
        if override.fix is not None:
            fixes.append((n, o, _down(override.fix * found.units)))
            problems += _fix_problems(found, *fixes[-1])
        rows[n] &= ~(1 << o)
    asked, least, budget = list(found.asked), list(found.least), list(found.budget)
    for n, o, amount in fixes:
        asked[n] -= amount
        least[n] = max(0, least[n] - amount)
        budget[o] -= amount
        found.fixed[n][o] = amount
    problems += _spent(found, asked, budget)
    if problems:
        raise Refused(problems)
    return replace(found, rows=rows, asked=asked, least=least, budget=budget)


def _fix_problems(found: Table, n: int, o: int, amount: int) -> Iterator[Sentence]:
    need, offer = found.needs[n], found.offers[o]
    for why in not_met(need, offer):
        yield _unfixed(need, offer, why)
    most = found.most(n, o)
    if most is not None and amount > most:
        yield _unfixed(need, offer, Sentence("it gives one need at most %(most)s", most=found.shown(most)))


def _unfixed(need: Need, offer: Offer, why: Sentence) -> Sentence:
    return Sentence(
        "need %(need)s from offer %(offer)s cannot be fixed: %(why)s", need=str(need.id), offer=str(offer.id), why=why
    )


def _spent(found: Table, asked: Sequence[int], budget: Sequence[int]) -> Iterator[Sentence]:
    for n, left in enumerate(asked):
        if left < 0:
            yield Sentence("need %(id)s: more is fixed than it asks for", id=str(found.needs[n].id))
    for o, left in enumerate(budget):
        if left < 0:
            yield Sentence("offer %(id)s: more is fixed than its budget", id=str(found.offers[o].id))
