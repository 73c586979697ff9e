"""The best use of all offers for all needs together, and how near to the best it is proven to be.

Without least shares the best is a flow (`flow.py`), found exactly and in whole units. That flow is a bound for the market with its
least shares too, and its closed sets show where money is short: a need outside of them has all it asks for in any case, and two closed
sets have nothing to do with each other. What is left is a choice of yes and no, which needs of a closed set are funded at all where
money does not reach for the least share of each; HiGHS makes it, set by set. The flow then gives those chosen what they get,
so that money is whole units and no limit rests on a tolerance.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import fsum, inf, log
from typing import TYPE_CHECKING

import numpy as np

from countermark.cooperation.matching.flow import Flow, must
from countermark.cooperation.matching.rules import members
from countermark.cooperation.matching.table import Table

EXACT, NEAR = 1e-9, 1e-3
"""How near to the best, as a share of it, choices are made: few and many."""
FEW = 200
"""So many choices in one closed set are few: they are all made, and as exactly as can be. Of more, so many near the margin."""
PAIRS = 20_000
"""Pairs of need and offer that HiGHS is shown of one closed set; of more, each need's share of so many."""
_NODES = 20_000
"""Nodes of HiGHS's search at most, times choices: a measure that is the same on every machine, as seconds would not be."""
_TRIES = 5

if TYPE_CHECKING:
    from highspy import HighsLp


@dataclass(frozen=True)
class Solved:
    """The money, the objective, and a bound that no allocation can be above."""

    flow: Flow
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How far from the best this may be at most, as a share of it."""
        return max(0.0, self.bound - self.objective) / self.bound if self.bound else 0.0


def solve(found: Table, *besides: Flow) -> Solved:
    """The best allocation, not below those of `besides`, which are known already. The same table gives the same answer.

    Raises Refused, if what was fixed cannot be.
    """
    choices = frozenset(n for n in range(len(found.needs)) if found.chosen(n))
    relaxed = served(found, choices, least=False)
    bound = relaxed.total()
    short = [n for n in choices if 0 < relaxed.got(n) < found.least[n]]
    if not short:
        return Solved(relaxed, bound, bound)
    enough = frozenset(n for n in choices if relaxed.got(n) >= found.least[n])
    rounded = served(found, enough)
    if len(choices) > FEW and bound - rounded.total() <= NEAR * bound:
        return _better(bound, rounded, *besides)
    chosen, lost = set(enough), 0.0
    # A most for a pair ties closed sets to each other: then they are looked at together.
    for offers in [(1 << len(found.offers)) - 1] if found.capped else relaxed.closed:
        one = _Choice(found, offers, (relaxed, rounded))
        if not set(short).isdisjoint(one.all):
            made = one.made()
            chosen = chosen - set(one.all) | made.funded
            lost += max(0.0, fsum(found.value(n, relaxed.got(n)) for n in one.all) - made.bound)
    return _better(bound - lost, served(found, chosen), rounded, *besides)


def _better(bound: float, *known: Flow) -> Solved:
    best = max(known, key=Flow.total)
    return Solved(best, best.total(), max(bound, best.total()))


def served(found: Table, chosen: Collection[int], *, least: bool = True) -> Flow:
    """The best allocation where of the needs with a least share those `chosen` are funded, as far as they can be together.

    Without `least` none must have its least share. Raises Refused, if what was fixed cannot be.
    """
    flow = Flow(found)
    must(flow)
    funded = [n for n in found.order if n in chosen or not found.chosen(n)]
    if least:
        funded = [n for n in funded if not found.chosen(n) or _least(flow, n)]
    for n in funded:
        flow.push_all(n)
    if least:
        _try(flow, set(found.order) - set(funded))
    return flow


def _least(flow: Flow, n: int) -> bool:
    """Gives a need its least share; nothing, where that cannot be."""
    least = flow.table.least[n]
    if flow.push(n, least) == least:
        return True
    flow.drop(n)
    return False


def _try(flow: Flow, left_out: Collection[int]) -> None:
    """Whether one of those left out can have enough of what nobody else can use."""
    tries = 0
    for n in flow.table.order:
        if n not in left_out or tries == _TRIES or not flow.within_reach(n):
            continue
        if flow.push(n, flow.table.asked[n]) < flow.table.least[n]:
            flow.drop(n)
            tries += 1


@dataclass(frozen=True)
class _Made:
    """Which needs with a least share are funded, and what all needs of the set count at most."""

    funded: frozenset[int]
    bound: float


@dataclass
class _Rows:
    """Rows of a linear program: low <= sum of factor x column <= high."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    columns: list[Sequence[int]] = field(default_factory=list)
    factors: list[Sequence[float]] = field(default_factory=list)

    def add(self, low: float, columns: Sequence[int], factors: Sequence[float], high: float) -> None:
        """One more row."""
        self.low.append(low)
        self.high.append(high)
        self.columns.append(columns)
        self.factors.append(factors)


def _open_choices(found: Table, needs: Sequence[int], relaxed: Flow) -> list[int]:
    """The needs with a least share for which it is open whether they are funded: all where they are few, else those near the
    margin, by what a unit of money is worth there (the core of a knapsack). What is far above it is funded anyway.
    """
    choices = [n for n in needs if found.chosen(n)]
    if len(choices) <= FEW:
        return choices
    margin = max(found.density(n) for n in needs if relaxed.got(n) < found.asked[n])
    nearest = sorted(choices, key=lambda n: (abs(log(found.density(n) / margin)), n))
    return sorted(nearest[:FEW])


class _Choice:
    """The needs that live on one closed set of offers, as a mixed-integer program.

    Columns: for each pair of need and offer the share of the need that the offer pays; then yes or no for each need with a least share.
    """

    def __init__(self, found: Table, offers: int, flows: Sequence[Flow]) -> None:
        self.table = found
        self.all = [n for n, row in enumerate(found.rows) if row and found.asked[n] and not row & ~offers]
        self.choices = _open_choices(found, self.all, flows[0])
        settled = {n for n in self.all if found.chosen(n)} - set(self.choices)
        self.yes = {n for n in settled if flows[0].got(n) >= found.least[n]}
        self.needs = [n for n in self.all if n not in settled or n in self.yes]
        pairs = sum(found.rows[n].bit_count() for n in self.needs)
        self.exact = not settled and pairs <= PAIRS
        each = pairs if pairs <= PAIRS else max(4, PAIRS // len(self.needs))
        self.pairs = [(n, o) for n in self.needs for o in self._some(n, each, flows)]
        self._yes = {n: len(self.pairs) + at for at, n in enumerate(self.choices)}
        self.rows = _Rows()

    def _some(self, n: int, each: int, flows: Sequence[Flow]) -> Iterable[int]:
        """The offers of a need that are shown: those that serve it already, and others, not the same ones for every need."""
        row, count = self.table.rows[n], self.table.rows[n].bit_count()
        if count <= each:
            return members(row)
        serving = {o for flow in flows for o in flow.given[n]}
        skip = n * each % (count - each)
        return sorted(serving | set(islice(members(row), skip, skip + each)))

    def made(self) -> _Made:
        """The choice of HiGHS."""
        # Only who chooses among least shares needs the library.
        import highspy

        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        gap = EXACT if self.exact else NEAR / 2
        for name, value in {
            "output_flag": False, "threads": 1, "random_seed": 0,
            "mip_rel_gap": gap, "mip_abs_gap": gap, "mip_max_nodes": _NODES // (len(self.choices) or 1),
        }.items():  # fmt: skip
            solver.setOptionValue(name, value)
        solver.passModel(self._model())
        solver.run()
        values = solver.getSolution().col_value
        fixed = fsum(self.table.value(n, 0) for n in self.needs)
        bound = solver.getInfo().mip_dual_bound if self.exact else float("inf")
        funded = self.yes | {n for n in self.choices if values[self._yes[n]] > 0.5}
        return _Made(frozenset(funded), fixed + bound)

    def _constrain(self) -> None:
        """A need gets no more than it asks for, and its least share or nothing; an offer gives no more than it has."""
        table, rows, endless = self.table, self.rows, inf
        by_need, by_offer = defaultdict(list), defaultdict(list)
        for column, (n, o) in enumerate(self.pairs):
            by_need[n].append(column)
            by_offer[o].append(column)
        for n, columns in by_need.items():
            ones, share = [1.0] * len(columns), table.least[n] / table.asked[n]
            if n in self._yes:
                rows.add(-endless, [*columns, self._yes[n]], [*ones, -1.0], 0.0)
                rows.add(0.0, [*columns, self._yes[n]], [*ones, -share], endless)
            else:
                rows.add(share, columns, ones, 1.0)
        for o, columns in by_offer.items():
            budget = table.budget[o]
            rows.add(
                -endless, columns, [table.asked[self.pairs[at][0]] / max(1, budget) for at in columns], min(1, budget)
            )

    def _model(self) -> "HighsLp":
        import highspy

        self._constrain()
        table, rows, pairs, choices = self.table, self.rows, len(self.pairs), len(self.choices)
        model = highspy.HighsLp()
        model.sense_ = highspy.ObjSense.kMaximize
        model.num_col_, model.num_row_ = pairs + choices, len(rows.low)
        gain = {n: table.value(n, table.asked[n]) - table.value(n, 0) for n in self.needs}
        model.col_cost_ = np.array([*(gain[n] for n, _ in self.pairs), *[0.0] * choices])
        model.col_lower_ = np.zeros(pairs + choices)
        model.col_upper_ = np.array([*(self._most(n, o) for n, o in self.pairs), *[1.0] * choices])
        model.row_lower_, model.row_upper_ = np.array(rows.low), np.array(rows.high)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *map(len, rows.columns)], dtype=np.int32)
        model.a_matrix_.index_ = np.concatenate([np.array(columns, np.int32) for columns in rows.columns])
        model.a_matrix_.value_ = np.concatenate([np.array(factors) for factors in rows.factors])
        whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        model.integrality_ = [part] * pairs + [whole] * choices
        return model

    def _most(self, n: int, o: int) -> float:
        """The largest share of a need that an offer may pay."""
        most = self.table.most(n, o)
        money = self.table.budget[o] if most is None else min(most, self.table.budget[o])
        return min(1.0, money / self.table.asked[n])
