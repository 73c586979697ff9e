"""From marks to weapons: what all readings together say of each, and which come first."""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from countermark.marks import posterior, skeleton
from countermark.marks.posterior import Floats, Ints
from countermark.marks.reading import Reading
from countermark.tracing import index
from countermark.tracing.search.question import Heard, Options
from countermark.tracing.search.weighing import Scored
from countermark.tracing.store import DETAILS, Known

CONTROL = frozenset(("", "receiver", "frame", "plate", "lower_receiver"))
"""Components that usually carry the control mark: one of these rarely comes from another weapon."""

_IS_CONTROL = np.array([name in CONTROL for name in index.COMPONENTS])
"""By code."""

FOREIGN_CONTROL = 0.01

FOREIGN_PART = 0.10
"""Share of marks on a weapon, other than the one that found it, that are not its own in the register."""


class Weapons(NamedTuple):
    """Weapons over all readings."""

    keys: Ints
    log_weapon: Floats
    best_row: NDArray[np.int64]
    """(readings, weapons) row of the mark that fits best, -1 where the reading fits none of the weapon's marks."""
    evidence: Floats


def weapons_of(heard: Sequence[Heard], scored: Sequence[Scored], chance: Sequence[float]) -> Weapons:
    """Every weapon some reading found, with the likelihood of all readings and of the evidence, this counted once."""
    if len(scored) == 1:
        found = scored[0]
        keys, score, row = posterior.group_sum(found.rows.weapon_key, found.log_mark)
        evidence = found.found.log_evidence[row]
        return Weapons(keys, score + evidence, row[None, :], evidence)
    keys = np.unique(np.concatenate([one.rows.weapon_key for one in scored]))
    total = np.zeros(len(keys))
    evidence = np.full(len(keys), -np.inf)
    best_row = np.full((len(scored), len(keys)), -1, np.int64)
    for number, (one, found) in enumerate(zip(heard, scored, strict=True)):
        foreign = log(foreign_share(one)) + chance[number]
        own = np.full(len(keys), -np.inf)
        if len(found.rows.weapon_key):
            names, score, row = posterior.group_sum(found.rows.weapon_key, found.log_mark)
            at = np.searchsorted(keys, names)
            own[at] = score
            best_row[number, at] = row
            evidence[at] = np.maximum(evidence[at], found.found.log_evidence[row])
        total += np.logaddexp(own, foreign)
    return Weapons(keys, total + np.where(np.isfinite(evidence), evidence, 0.0), best_row, evidence)


def foreign_share(heard: Heard) -> float:
    return FOREIGN_CONTROL if heard.component in CONTROL else FOREIGN_PART


def log_chance(known: Known, heard: Heard, scored: Scored, options: Options) -> float:
    """log P(reading | the mark of any weapon at all): what a part from another weapon is weighed with."""
    own = posterior.own_likelihood(heard.reading, options.channel)
    near = float(np.exp(scored.log_mark).sum()) + float(np.exp(own)) * density_of(known, heard.reading)
    return log(max(near, 1e-300)) - log(max(known.marks, 1))


def density_of(known: Known, reading: Reading) -> float:
    places = reading.places
    text = "".join(place.char for place in places)
    count = known.counts.get(skeleton.pattern(text), 0) if all(place.kind == "char" for place in places) else 0
    return min(1.0, (count + 1.0) / posterior.site_sizes(places))


FEW = 500
"""Weapons up to which it takes least to put all of them in order."""


def best_first(scored: Sequence[Scored], weapons: Weapons, probability: Floats, top: int) -> Ints:
    """The `top` weapons by probability; of equal ones, first those on whose control component the mark stands."""
    rounded = (probability * 1e9).round()
    if 0 < top < len(rounded) and len(rounded) > FEW:
        chosen = np.flatnonzero(rounded >= np.partition(rounded, -top)[-top])
    else:
        chosen = np.arange(len(rounded))
    part = np.ones(len(chosen), bool)
    for row, found in zip(weapons.best_row[:, chosen], scored, strict=True):
        if len(found.log_mark):
            part &= ~_IS_CONTROL[DETAILS["component"].of(found.rows.details.take(row))] | (row < 0)
    return chosen[np.lexsort((part, -rounded[chosen]))[:top]]
