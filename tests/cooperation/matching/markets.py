"""Invented markets, small enough to be looked through by hand, and what must hold of every answer."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from countermark.cooperation.matching import answers, rules
from countermark.cooperation.matching.answers import Answer
from countermark.cooperation.matching.market import Market, Need, Offer, Override

WORDS = ["a", "b"]
YEARS = ["2026", "2027", "2028"]


def words() -> st.SearchStrategy[list[str]]:
    """A list of words, empty for any."""
    return st.lists(st.sampled_from(WORDS), max_size=2, unique=True)


@st.composite
def windows(draw: st.DrawFn) -> tuple[str, str]:
    """A window of whole years."""
    first, last = sorted(draw(st.tuples(st.sampled_from(YEARS), st.sampled_from(YEARS))))
    return first, last


@st.composite
def needs(draw: st.DrawFn, number: int, most: int) -> Need:
    """A need of at most so much."""
    first, last = draw(windows())
    return Need(
        id=f"N{number}",
        amount=Decimal(draw(st.integers(1, most))),
        theme=draw(st.sampled_from(WORDS)),
        region=draw(st.sampled_from(WORDS)),
        priority=draw(st.integers(1, 5)),
        from_=first,
        to=last,
        kinds=draw(words()),
        min_share=Decimal(draw(st.sampled_from(["0", "0.3", "0.5", "1"]))),
    )


@st.composite
def offers(draw: st.DrawFn, number: int, most: int) -> Offer:
    """An offer of at most so much."""
    first, last = draw(windows())
    return Offer(
        id=f"O{number}",
        budget=Decimal(draw(st.integers(0, most))),
        themes=draw(words()),
        regions=draw(words()),
        from_=first,
        to=last,
        kinds=draw(words()),
        ceiling=draw(st.none() | st.integers(0, most).map(Decimal)),
        co_funding=Decimal(draw(st.sampled_from(["0", "0", "0.5"]))),
    )


@st.composite
def markets(draw: st.DrawFn, count: int = 6, most: int = 9) -> Market:
    """A market in whole units."""
    return Market(
        needs=[draw(needs(number, most)) for number in range(draw(st.integers(1, count)))],
        offers=[draw(offers(number, most)) for number in range(draw(st.integers(0, count)))],
        minor_units=0,
    )


@st.composite
def decided(draw: st.DrawFn) -> Market:
    """A market with something an officer decided about one pair."""
    market = draw(markets().filter(lambda market: bool(market.offers)))
    need, offer = draw(st.sampled_from(market.needs)), draw(st.sampled_from(market.offers))
    what = draw(st.sampled_from(["fix", "limit", "forbid"]))
    amount = Decimal(draw(st.integers(0, 5)))
    override = Override(
        need.id,
        offer.id,
        fix=amount if what == "fix" else None,
        limit=amount if what == "limit" else None,
        forbid=what == "forbid",
    )
    return Market(market.needs, market.offers, [override], minor_units=0)


def best(market: Market) -> Fraction:
    """The largest objective of all ways to give whole units, tried one after the other."""
    pairs = [
        (need, offer)
        for need in market.needs
        for offer in market.offers
        if not rules.not_met(need, offer) and offer.budget
    ]
    most = [range(int(min(need.amount, offer.budget, _cap(need, offer))) + 1) for need, offer in pairs]
    return max(value for tried in product(*most) if (value := _value(market, pairs, tried)) is not None)


def _cap(need: Need, offer: Offer) -> Decimal:
    part = (1 - offer.co_funding) * need.amount
    return part if offer.ceiling is None else min(part, offer.ceiling)


def _value(market: Market, pairs: list[tuple[Need, Offer]], tried: tuple[int, ...]) -> Fraction | None:
    """The objective of an allocation; None for one that may not be."""
    got: defaultdict[str, int] = defaultdict(int)
    spent: defaultdict[str, int] = defaultdict(int)
    for (need, offer), amount in zip(pairs, tried, strict=True):
        got[str(need.id)] += amount
        spent[str(offer.id)] += amount
    if any(spent[str(offer.id)] > offer.budget for offer in market.offers):
        return None
    value = Fraction(0)
    for need in market.needs:
        share = Fraction(got[str(need.id)], int(need.amount))
        if share > 1 or 0 < share < need.min_share:
            return None
        value += (6 - need.priority) * share
    return value


def violations(market: Market, found: Answer) -> list[str]:
    """What in an answer breaks a rule of the market."""
    needed = {str(need.id): need for need in market.needs}
    offered = {str(offer.id): offer for offer in market.offers}
    got: defaultdict[str, Decimal] = defaultdict(Decimal)
    spent: defaultdict[str, Decimal] = defaultdict(Decimal)
    wrong = []
    for match in found.matches:
        need, offer = needed[str(match.need)], offered[str(match.offer)]
        got[str(need.id)] += match.amount
        spent[str(offer.id)] += match.amount
        wrong += [f"{need.id} {offer.id}: {why}" for why in rules.not_met(need, offer)]
        if match.amount <= 0 or match.amount > _cap(need, offer) or not match.reasons:
            wrong.append(f"{need.id} {offer.id}: {match.amount}")
        if match.amount % (Decimal(1).scaleb(-market.decimals())):
            wrong.append(f"{match.amount} is no whole unit")
    wrong += [f"budget {one}" for one, offer in offered.items() if spent[one] > offer.budget]
    lacking = {str(one.need): one.amount for one in found.unmet}
    for one, need in needed.items():
        if 0 < got[one] < need.min_share * need.amount or got[one] + lacking.get(one, 0) != need.amount:
            wrong.append(f"{one} got {got[one]}")
    return wrong


def objective(market: Market, found: Answer) -> float:
    """The objective of the contract, from the matches alone."""
    needed = {str(need.id): need for need in market.needs}
    return float(
        sum(
            Fraction(m.amount) / Fraction(needed[str(m.need)].amount) * (6 - needed[str(m.need)].priority)
            for m in found.matches
        )
    )


__all__ = ["answers", "best", "decided", "markets", "objective", "violations"]
