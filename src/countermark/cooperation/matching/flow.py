"""Money from offers to needs in whole units, exactly: who gets how much once it is said who is to get at least how much.

What a unit of money is worth depends on the need alone (6 - priority, over its amount), not on who pays. The amounts
that needs can have together then form a polymatroid (what a flow can bring to its sinks), and so it is best to serve
the needs one after the other, the one worth most a unit first, each as far as it can be served without taking anything
from those before: only from whom the earlier ones have it may change (an augmenting path).

Offers have levels: those with money left stand on 0; one without stands above a need it gives to, if that need could have
the same from an offer one level lower. Levels only rise while money is given away, so a path goes straight down, and
when a level is empty nothing above it can come down any more: those offers and the needs that live on them are closed
(Ahuja and Orlin 1991, distance-directed augmenting paths, with sets of bits for levels). A closed set is a bound
too: the needs that can be served from these offers alone can have no more than these hold (Hall's condition), which is what
`solver.py` builds on.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum

from countermark.cooperation.matching.market import Refused
from countermark.cooperation.matching.rules import members
from countermark.cooperation.matching.table import Table
from countermark.marks.sentences import Sentence

_LOOKED = 24
"""Offers that are looked at for one that can pay a whole need, so that it gets one partner rather than crumbs of many."""
_ENDLESS = 10**60
_NOWHERE = 10**9
"""The level of what no money can come to any more."""

Path = Sequence[tuple[int, int]]
"""Each need takes from the offer beside it what the next need gives up and takes from the next offer."""


class Flow:
    """Money under way: what each need has from each offer beyond what was fixed. Amounts are whole units."""

    def __init__(self, found: Table) -> None:
        self.table = found
        self.left = list(found.budget)
        self.given: list[dict[int, int]] = [{} for _ in found.needs]
        self._takers: list[dict[int, None]] = [{} for _ in found.offers]
        self._free = [self._uncapped(n, row) for n, row in enumerate(found.rows)]
        self._stale = True

    def got(self, n: int) -> int:
        """What a need has."""
        return sum(self.given[n].values())

    def total(self) -> float:
        """The objective: the sum over needs of what their funded share counts."""
        return fsum(self.table.value(n, self.got(n)) for n in range(len(self.given)))

    def push(self, n: int, amount: int, *, reroute: bool = True) -> int:
        """Gives a need up to so much more, also by rerouting what others have; returns how much it was."""
        if self._stale:
            self._relabel()
        missing = self._directly(n, amount)
        while reroute and missing and (path := self._path(n)):
            missing -= self._along(path, missing)
        return amount - missing

    def push_all(self, n: int) -> None:
        """Gives a need all it can have; if that is not all it asks for, closes what it lives on."""
        missing = self.table.asked[n] - self.got(n)
        if self.push(n, missing) < missing:
            self._close(n)

    def within_reach(self, n: int) -> bool:
        """Whether there is any money that could come to a need; says rather yes than no."""
        if self._stale:
            self._relabel()
        return self._lowest(n) != _NOWHERE

    @property
    def closed(self) -> Sequence[int]:
        """The sets of offers (bits), apart from each other, whose money does not reach for the needs that live on them."""
        return self._closed

    def give(self, n: int, o: int, amount: int) -> None:
        """Gives a need so much from an offer, which has it and may."""
        self._change(n, o, amount)
        self._stale = True

    def takers(self, offers: int) -> set[int]:
        """The needs that have money from these offers (bits)."""
        return {n for o in members(offers) for n in self._takers[o]}

    def drop(self, n: int) -> None:
        """Takes back all that a need has."""
        for o, amount in list(self.given[n].items()):
            self._change(n, o, -amount)
        self._stale = True

    def at_hand(self, n: int, amount: int) -> bool:
        """Whether a need could have so much without rerouting anything."""
        missing = amount
        for o in members(self._free[n]):
            missing -= min(self.left[o], self._room(n, o))
            if missing <= 0:
                return True
        return missing <= 0

    def _close(self, n: int) -> None:
        """Finds the offers whose money a need competes for that cannot have more; sets that have one in common are one."""
        waiting, found = self._free[n], 0
        while waiting:
            o = (waiting & -waiting).bit_length() - 1
            known = next((one for one in self._closed if one >> o & 1), 0)
            if known:
                self._closed.remove(known)
            found |= known or 1 << o
            for taker in () if known else self._takers[o]:
                waiting |= self._free[taker]
            waiting &= ~found
        self._closed.append(found)

    def _uncapped(self, n: int, row: int) -> int:
        """The offers of a row without those that may give nothing."""
        return row & ~sum(1 << o for o in members(row & self.table.capped) if self.table.most(n, o) == 0)

    def _relabel(self) -> None:
        """Finds every level anew."""
        self._levels = [sum(1 << o for o, left in enumerate(self.left) if left)]
        self._level = [0 if left else _NOWHERE for left in self.left]
        self._floor = [_NOWHERE] * len(self.given)
        self._closed: list[int] = []
        self._stale = False
        waiting = list(range(len(self.given)))
        while self._levels[-1]:
            at, above = len(self._levels) - 1, 0
            served = [n for n in waiting if self._free[n] & self._levels[at]]
            for n in served:
                self._floor[n] = at
                for o in self.given[n]:
                    if self._level[o] == _NOWHERE:
                        self._level[o] = at + 1
                        above |= 1 << o
            waiting = [n for n in waiting if self._floor[n] == _NOWHERE]
            self._levels.append(above)

    def _directly(self, n: int, amount: int) -> int:
        missing = amount
        while missing and (direct := self._free[n] & self._levels[0]):
            missing -= self._along([(n, self._payer(n, direct, missing))], missing)
        return missing

    def _payer(self, n: int, direct: int, amount: int) -> int:
        """An offer that can pay it all, else the first."""
        for looked, o in enumerate(members(direct)):
            if min(self.left[o], self._room(n, o)) >= amount:
                return o
            if looked == _LOOKED:
                break
        return (direct & -direct).bit_length() - 1

    def _room(self, n: int, o: int) -> int:
        """How much more an offer may give a need, its budget apart."""
        if not self.table.capped >> o & 1:
            return _ENDLESS
        most = self.table.most(n, o)
        return _ENDLESS if most is None else most - self.given[n].get(o, 0)

    def _lowest(self, n: int) -> int:
        """The lowest level on which an offer is that may give a need more."""
        self._floor[n] = at = self._lowest_of(n, self._free[n])
        return at

    def _lowest_of(self, n: int, free: int) -> int:
        levels = self._levels
        for at in range(self._floor[n], len(levels)):
            if free & levels[at]:
                return at
        return _NOWHERE

    def _path(self, n: int) -> Path:
        """The way for more money to a need; empty, if there is none."""
        path: list[tuple[int, int]] = []
        need = n
        while True:
            at = self._lowest(need)
            if path and at >= self._level[path[-1][1]]:
                need, o = path.pop()
                self._raise(o)
                continue
            if at == _NOWHERE:
                return ()
            found = self._free[need] & self._levels[at]
            path.append((need, (found & -found).bit_length() - 1))
            if not at:
                return path
            need = min(self._takers[path[-1][1]], key=self._lowest)

    def _raise(self, o: int) -> None:
        """Lifts an offer to just above the lowest of the needs it gives to; what stands above an empty level is closed."""
        bit, before = 1 << o, self._level[o]
        if before == _NOWHERE:
            return
        self._levels[before] &= ~bit
        others = ~bit
        at = min((self._lowest_of(n, self._free[n] & others) for n in self._takers[o]), default=_NOWHERE) + 1
        if not self._levels[before] or at >= _NOWHERE:
            above = bit
            if not self._levels[before]:
                above |= sum(self._levels[before + 1 :])
                del self._levels[before + 1 :]
            for one in members(above):
                self._level[one] = _NOWHERE
            return
        while len(self._levels) <= at:
            self._levels.append(0)
        self._level[o] = at
        self._levels[at] |= bit

    def _along(self, path: Path, amount: int) -> int:
        """Moves as much as goes along a path, at most `amount`; returns how much."""
        last = path[-1][1]
        moved = min(amount, self.left[last], *(self._room(n, o) for n, o in path))
        moved = min([moved, *(self.given[n][o] for (_, o), (n, _) in pairwise(path))])
        for (_, o), (n, _) in pairwise(path):
            self._change(n, o, -moved)
        for n, o in path:
            self._change(n, o, moved)
        if not self.left[last]:
            self._raise(last)
        return moved

    def _change(self, n: int, o: int, amount: int) -> None:
        given = self.given[n]
        given[o] = given.get(o, 0) + amount
        self.left[o] -= amount
        if given[o]:
            self._takers[o][n] = None
        else:
            del given[o]
            del self._takers[o][n]
        bit = 1 << o
        if self.table.capped & bit:
            self._free[n] = self._free[n] | bit if self._room(n, o) else self._free[n] & ~bit


def must(flow: Flow) -> None:
    """Gives needs for which something was fixed what they must at least have. Raises Refused, where that cannot be."""
    for n, need in enumerate(flow.table.needs):
        least = flow.table.least[n]
        if flow.table.fixed[n] and flow.push(n, least) < least:
            what = Sentence(
                "need %(id)s: what is fixed is below its least share, and the rest cannot be had", id=str(need.id)
            )
            raise Refused([what])
