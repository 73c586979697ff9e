"""The answer to a market: who gives whom how much and why, what stops what is unmet, and what the overrides cost."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from math import fsum
from typing import Any, NamedTuple

import msgspec

from countermark.cooperation.matching.flow import Flow
from countermark.cooperation.matching.greedy import greedy
from countermark.cooperation.matching.market import Id, Market
from countermark.cooperation.matching.rules import for_reasons, listed, members, stopped
from countermark.cooperation.matching.solver import Solved, solve
from countermark.cooperation.matching.table import Table, table
from countermark.marks.sentences import Sentence

_LOOKED = 60
"""Offers looked at to say who has the money."""


class Match(msgspec.Struct, frozen=True):
    """An offer gives a need an amount; `share` is what that is of the need."""

    need: Id
    offer: Id
    amount: Decimal
    share: float
    reasons: list[Sentence]


class Unmet(msgspec.Struct, frozen=True):
    """What a need still lacks, and why."""

    need: Id
    amount: Decimal
    why: Sentence


class Changed(msgspec.Struct, frozen=True):
    """What a need has with the overrides, and what it would have without."""

    need: Id
    amount: Decimal
    without: Decimal


class Cost(msgspec.Struct, frozen=True):
    """What overrides cost: the objective without them, by how much it is higher, and the needs whose amounts differ."""

    objective_without: float
    cost: float
    loses: list[Changed]
    gains: list[Changed]


class Answer(msgspec.Struct, frozen=True):
    """The answer (contract, *Cooperation*): `bound` is what no allocation can be above, `gap` how far this is from it as a
    share of it, `greedy` what one need after the other would have come to, with the same overrides.
    """

    matches: list[Match]
    unmet: list[Unmet]
    objective: float
    bound: float
    gap: float
    greedy: float
    overrides: Cost | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer for programs: amounts are numbers."""
        plain: dict[str, Any] = msgspec.to_builtins(self, builtin_types=(Decimal,), enc_hook=str)
        return {name: value for name, value in _numbers(plain).items() if value is not None}


def answer(market: Market) -> Answer:
    """The best use of all offers for all needs. The same market gives the same answer, whatever its order.

    Raises `market.Refused`, if what an officer fixed cannot be.
    """
    found = table(market)
    by_hand = greedy(found)
    solved = solve(found, by_hand)
    cost = _cost(found, solved) if market.overrides else None
    return Answer(
        matches=list(_matches(found, solved.flow)),
        unmet=list(_unmet(found, solved.flow)),
        objective=solved.objective,
        bound=solved.bound,
        gap=solved.gap,
        greedy=by_hand.total(),
        overrides=cost,
    )


def amounts(found: Table, flow: Flow) -> Iterator[tuple[int, int, int]]:
    """Every (need, offer, units), what was fixed included."""
    for n, given in enumerate(flow.given):
        for o, units in sorted((*given.items(), *found.fixed[n].items()), key=lambda one: str(found.offers[one[0]].id)):
            if units:
                yield n, o, units


def _matches(found: Table, flow: Flow) -> Iterator[Match]:
    partners: defaultdict[int, list[str]] = defaultdict(list)
    for n, o, _ in amounts(found, flow):
        partners[n].append(str(found.offers[o].id))
    for n, o, units in amounts(found, flow):
        need, offer = found.needs[n], found.offers[o]
        reasons = [*for_reasons(need, offer), *_terms(found, n, o, units, partners[n])]
        yield Match(need.id, offer.id, found.money(units), units / found.whole(n), reasons)


def _terms(found: Table, n: int, o: int, units: int, partners: list[str]) -> Iterator[Sentence]:
    """What the amount comes from."""
    need, offer = found.needs[n], found.offers[o]
    yield Sentence(
        "priority %(priority)d of 5; this pays %(share)s %% of the need",
        priority=need.priority,
        share=_percent(units, found.whole(n)),
    )
    others = [one for one in partners if one != str(offer.id)]
    if others:
        yield Sentence("together with %(offers)s", offers=listed(others))
    if need.weight != 1:
        yield Sentence("counts %(times)s times: %(why)s", times=f"{need.weight:f}", why=need.weight_reason)
    if o in found.fixed[n]:
        yield Sentence("fixed by an officer%(why)s", why=_why(found, n, o))
    elif found.most(n, o) == units:
        yield Sentence("that is the most this offer may give this need")


def _why(found: Table, n: int, o: int) -> str:
    pair = (str(found.needs[n].id), str(found.offers[o].id))
    reason = next(one.reason for one in found.market.overrides if (str(one.need), str(one.offer)) == pair)
    return f": {reason}" if reason else ""


def _percent(units: int, whole: int) -> str:
    """A share as a percentage, rounded down to a tenth."""
    tenths = 1000 * units // whole
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def _unmet(found: Table, flow: Flow) -> Iterator[Unmet]:
    for n, need in enumerate(found.needs):
        missing = found.asked[n] - flow.got(n)
        if missing:
            yield Unmet(need.id, found.money(missing), why_unmet(found, flow, n))


def why_unmet(found: Table, flow: Flow, n: int) -> Sentence:
    """What stops a need that does not have all it asks for."""
    need = found.needs[n]
    if not found.fit.of(need):
        return stopped(need, found.fit)
    if not found.rows[n]:
        return Sentence("an officer ruled out every offer that fits")
    short = _spent(found, flow, n)
    if found.chosen(n) and not flow.got(n):
        return Sentence(
            "it is of use from %(least)s on (%(share)s %%), and that much was not to be had: %(why)s",
            least=found.shown(found.least[n]),
            share=_percent(int(need.min_share * 1000), 1000),
            why=short,
        )
    return short


def _spent(found: Table, flow: Flow, n: int) -> Sentence:
    """On which needs the money that fits is spent: those of a higher or equal priority, and smaller ones that count more for the same money."""
    spent: defaultdict[int, int] = defaultdict(int)
    held = 0
    for looked, o in enumerate(members(found.rows[n])):
        if looked == _LOOKED:
            break
        held += found.budget[o]
        for taker in flow.takers(1 << o):
            spent[taker] += flow.given[taker][o]
    spent.pop(n, None)
    if not held:
        return Sentence("the offers that fit hold no money")
    mine = found.needs[n].priority
    first = [one for one in spent if found.needs[one].priority <= mine]
    others = [one for one in spent if found.needs[one].priority > mine]
    if not spent:
        return _exhausted(found, flow, n)
    if not others:
        return Sentence(
            "the budgets that fit are used by needs of no lower priority: %(needs)s", needs=_told(found, spent, first)
        )
    if not first:
        return Sentence(
            "the budgets that fit are used by needs that count more for the same money: %(needs)s",
            needs=_told(found, spent, others),
        )
    return Sentence(
        "the budgets that fit are used by needs of no lower priority (%(first)s) and by needs that count more for the same money (%(others)s)",
        first=_told(found, spent, first),
        others=_told(found, spent, others),
    )


def _exhausted(found: Table, flow: Flow, n: int) -> Sentence:
    """Why a need has no more, though no other has anything of the offers that fit."""
    if any(flow.left[o] for o in members(found.rows[n])):
        return Sentence("the offers that fit may give it no more")
    return Sentence("the offers that fit hold no more money")


def _told(found: Table, spent: dict[int, int], some: list[int]) -> str:
    largest = sorted(some, key=lambda one: (-spent[one], str(found.needs[one].id)))
    return listed([found.needs[one].id for one in largest], 3)


def _cost(found: Table, solved: Solved) -> Cost:
    """The same market without the overrides, and what differs."""
    free = table(msgspec.structs.replace(found.market, overrides=[]))
    without = solve(free, _unbound(free, found, solved.flow), greedy(free))
    changed = [
        Changed(need.id, found.money(_all(found, solved.flow, n)), found.money(without.flow.got(n)))
        for n, need in enumerate(found.needs)
    ]
    return Cost(
        objective_without=without.objective,
        cost=max(0.0, fsum((without.objective, -solved.objective))),
        loses=[one for one in changed if one.amount < one.without],
        gains=[one for one in changed if one.amount > one.without],
    )


def _all(found: Table, flow: Flow, n: int) -> int:
    return flow.got(n) + sum(found.fixed[n].values())


def _unbound(free: Table, found: Table, flow: Flow) -> Flow:
    """The money of an answer with overrides as one without: what an officer fixed could have been found too."""
    same = Flow(free)
    for n, o, units in amounts(found, flow):
        same.give(n, o, units)
    return same


class Totals(NamedTuple):
    """What an answer comes to in money."""

    asked: Decimal
    offered: Decimal
    matched: Decimal


def totals(market: Market, given: Answer) -> Totals:
    """All that is asked, offered and matched."""
    return Totals(
        sum((need.amount for need in market.needs), Decimal(0)),
        sum((offer.budget for offer in market.offers), Decimal(0)),
        sum((match.amount for match in given.matches), Decimal(0)),
    )


def _numbers(value: Any) -> Any:
    """Decimals as JSON numbers: whole ones as integers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return value
