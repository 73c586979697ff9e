"""From likelihoods to honest probabilities over weapons and "not in this register".

Everything is weighed, nothing filters: each piece of evidence adds a log-likelihood. The absent weapon is a hypothesis like the
others. It lives where the registered ones live: in the same number blocks, on a number that no registered weapon of
its maker has. How many such numbers could have been read like this is estimated from the registered neighbours of the
reading. docs/search.md derives the terms and says how `Absence` was fitted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log, prod
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from countermark.marks.channel import PLAIN, Channel, plain_table
from countermark.marks.reading import Place, Reading

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

SHARPNESS = 14.0
"""How fast the probability of a spelling falls with its normalised edit similarity."""

UNLISTED = 0.55
"""Similarity below which a spelling is rather a name the register does not know."""


class Spelling(NamedTuple):
    """One way a maker or calibre is written: its code in the search table, its group of aliases, its share of the marks."""

    code: int
    text: str
    group: int
    weight: float


class Weighed(NamedTuple):
    """Log-likelihood of a piece of evidence by group and, last, where the record says nothing."""

    values: Floats

    @property
    def by_group(self) -> Floats:
        """Where the record says something."""
        return self.values[:-1]

    @property
    def marginal(self) -> float:
        """Where the record says nothing."""
        return float(self.values[-1])


@dataclass(frozen=True, eq=False)
class Spellings:
    """Every spelling known, aliases included."""

    known: tuple[Spelling, ...]

    @cached_property
    def _texts(self) -> list[str]:
        return [" ".join(spelling.text.casefold().split()) for spelling in self.known]

    @cached_property
    def _groups(self) -> tuple[Ints, Ints, Floats]:
        """(group number per spelling, group names, share per group)."""
        names, index = np.unique(np.array([s.group for s in self.known], np.int64), return_inverse=True)
        share = np.bincount(index, weights=[s.weight for s in self.known], minlength=len(names))
        total = share.sum()
        return index.astype(np.int64), names, share / total if total else np.full(len(names), 1 / max(1, len(names)))

    @cached_property
    def _by_code(self) -> tuple[Ints, Ints]:
        codes = np.array([s.code for s in self.known], np.int64)
        order = np.argsort(codes, kind="stable")
        # One more than any code, so that every code has a place to stand.
        return np.append(codes[order], np.iinfo(np.int64).max), np.append(self._groups[0][order], -1)

    def groups_of(self, codes: Ints) -> Ints:
        """Group number of each code; -1 for an unknown one."""
        known, groups = self._by_code
        at = known.searchsorted(codes)
        return np.where(known.take(at) == codes, groups.take(at), -1)

    @lru_cache(maxsize=4096)  # noqa: B019 - one value per register state, dropped with it
    def weigh(self, text: str, wrong: float) -> Weighed:
        """log P(text as spelt | group), `wrong` being the share of plainly wrong statements."""
        index, _, share = self._groups
        if not len(index):
            return Weighed(np.zeros(1))
        similar = cdist([" ".join(text.casefold().split())], self._texts, scorer=Indel.normalized_similarity)[0]
        best = np.zeros(len(share))
        np.maximum.at(best, index, similar)
        fit = np.exp(SHARPNESS * (best - 1.0))
        unlisted = float(np.exp(SHARPNESS * (UNLISTED - 1.0)))
        total = fit.sum() + unlisted
        astray = wrong + (1.0 - wrong) * unlisted / total
        by_group = (1.0 - wrong) * fit / total + astray * share
        return Weighed(np.log(np.maximum(np.append(by_group, (by_group * share).sum()), 1e-9)))

    def log_evidence(self, text: str, codes: Ints, wrong: float) -> Floats:
        """log P(text as spelt | what the record says), one per code."""
        return self.log_of_groups(text, self.groups_of(codes), wrong)

    def log_of_groups(self, text: str, groups: Ints, wrong: float) -> Floats:
        """As `log_evidence`, for codes already turned into groups."""
        # A group that is not known is -1: the last value.
        return self.weigh(text, wrong).values[groups]

    def likely(self, text: str, least: float = 0.02) -> tuple[int, ...]:
        """Codes of the makers the text probably means, at most three groups of them."""
        weighed = self.weigh(text, 0.05)
        top = np.argsort(-weighed.by_group)[:3]
        groups = [int(group) for group in top if weighed.by_group[group] > np.log(least)]
        index = self._groups[0]
        return tuple(s.code for s, group in zip(self.known, index.tolist(), strict=True) if group in groups and s.code)


def log_agreement(stated: int, recorded: Ints, wrong: float, choices: int) -> Floats:
    """log P(stated code | recorded code) when a share `wrong` is spread over the other choices; 0 is unknown."""
    other = wrong / max(1, choices - 1)
    marginal = (1.0 - wrong) / choices + other * (choices - 1) / choices
    return np.where(recorded == stated, log(1.0 - wrong), np.where(recorded == 0, log(marginal), log(other)))


@dataclass(frozen=True, slots=True)
class Absence:
    """Weights of the ways in which a weapon that is not registered gives this reading, fitted on generated registers.

    `neighbour`: it has a free number beside registered ones. `block`: a free number in a thinly filled block of a thousand.
    `foreign`: it carries a part of a registered weapon. `gap`: a free number among those the unread places allow. `new`: a
    block nobody registered; `taken` likewise, where the very text of the reading is registered. `missed` is no absence: the weapon is registered, but the reading is too far off to find it.
    """

    neighbour: float = 0.25
    block: float = 0.37
    foreign: float = 0.15
    gap: float = 0.67
    run: float = 0.6
    new: float = 3.0
    taken: float = 0.5
    missed: float = 0.1


class Terms(NamedTuple):
    """The linear terms of P(reading, evidence | not registered), in units of one registered weapon."""

    neighbour: float
    block: float
    foreign: float
    gap: float
    run: float
    new: float
    taken: float

    def weigh(self, absence: Absence) -> float:
        """The likelihood of an absent weapon before its prior odds."""
        return float(sum(getattr(absence, name) * value for name, value in zip(self._fields, self, strict=True)))


TAIL = 3
"""Running numbers change in their last digits: neighbours differ in one of the last three."""

_RNG = np.random.default_rng(20)
_MIX = _RNG.integers(1, 2**63, 128, dtype=np.uint64) | np.uint64(1)


class Found(NamedTuple):
    """Candidate marks for one reading, as arrays over marks.

    `codes` (n, width) code points and `lengths` as from `likelihood.matrix`; `log_reading` log P(reading | mark);
    `log_evidence`; `maker` any number that tells makers apart.
    """

    codes: NDArray[np.uint32]
    lengths: NDArray[np.intp]
    log_reading: Floats
    log_evidence: Floats
    maker: Ints


def own_likelihood(reading: Reading, channel: Channel) -> float:
    """log P(reading | a mark that agrees in every place)."""
    kinds = [place.kind for place in reading.places]
    unread, runs = kinds.count("unknown"), kinds.count("run")
    kept = len(kinds) - unread - runs
    return kept * log(channel.kept) + unread * log(channel.unread) + runs * log(channel.run)


def terms(
    reading: Reading, found: Found, channel: Channel, block: Floats | None, density: float, log_marginal: float
) -> Terms:
    """The terms for one reading.

    `block`: log-evidence of the registered marks in the reading's block of a thousand (None: not asked). `density`: registered
    marks per possible text of the reading's pattern. `log_marginal`: log P(evidence) for a weapon one knows nothing about.
    """
    own = own_likelihood(reading, channel)
    weight = np.exp(found.log_reading + found.log_evidence)
    total = float(weight.sum())
    anywhere = float(np.exp(own + log_marginal)) * density
    kinds = {place.kind for place in reading.places}
    if "run" in kinds:
        return Terms(0.0, 0.0, total, 0.0, total, anywhere, 0.0)
    if "unknown" in kinds:
        return Terms(0.0, 0.0, total, total, 0.0, anywhere, 0.0)
    registered = bool((found.log_reading >= own - 1e-3).any())
    new, taken = (0.0, anywhere) if registered else (anywhere, 0.0)
    neighbour = _neighbours(reading.places, found, channel)
    thin = 0.0 if block is None or not len(block) else float(np.exp(block).sum()) / 10**TAIL * float(np.exp(own))
    return Terms(neighbour, thin, total, 0.0, 0.0, new, taken)


def tail_digits(places: Sequence[Place]) -> list[int]:
    """Positions of the last three digits of a reading, counted from its end (0 is the last place)."""
    size = len(places)
    return [size - 1 - i for i in range(size - 1, -1, -1) if places[i].kind == "char" and places[i].char.isdigit()][
        :TAIL
    ]


class _Moves(NamedTuple):
    """What becomes of a mark when one of its last digits is changed into the one read there.

    `gained`: nats, `PLAIN` code points for each of the digits; `digits` read; `slight`: what each of all other digits adds up to.
    """

    gained: Floats
    digits: Ints
    slight: float


@lru_cache(maxsize=2048)
def _moves(channel: Channel, read: str) -> _Moves:
    gained = np.zeros((len(read), PLAIN))
    slight = 0.0
    for row, digit in zip(gained, read, strict=True):
        against = plain_table(channel)[ord(digit), 48:58].astype(np.float64) - log(channel.kept)
        row[48:58] = -against
        row[ord(digit)] = 0.0
        slight += float(np.exp(against).sum()) - 1.0
    return _Moves(gained.ravel(), np.array([ord(digit) for digit in read], np.int64), slight)


def _neighbours(places: Sequence[Place], found: Found, channel: Channel) -> float:
    """Sum over registered neighbours t of the mean P(reading | s), s a free number one of the last digits away from t."""
    tail = tail_digits(places)
    n = len(found.lengths)
    if not tail or not n:
        return 0.0
    moves = _moves(channel, "".join([places[len(places) - 1 - back].char for back in tail]))
    rows = np.arange(n)
    at = found.lengths - (np.array(tail)[:, None] + 1)
    inside, at = at >= 0, np.maximum(at, 0)
    stands = found.codes[rows, at] * inside
    better = moves.gained.take(np.minimum(stands, PLAIN - 1) + np.arange(len(tail))[:, None] * PLAIN)
    best = better.argmax(axis=0)
    chosen = best * n + rows
    gain = better.take(chosen)
    step = (moves.digits.take(best) - stands.take(chosen)).astype(np.uint64)
    moved = np.where(gain > 0.0, step * _MIX.take(at.take(chosen)), np.uint64(0))
    here = _hashes(found) + found.maker.astype(np.uint64) * _MIX[127]
    # A stable order would take twice as long; the first row of each is found afterwards.
    order = here.argsort()
    registered = here[order]
    new = np.flatnonzero(_differs_from_last(registered))
    first, registered = np.minimum.reduceat(order, new), registered[new]
    moved = moved[first]
    source = registered + moved
    # In order, because sorted numbers are looked up several times faster.
    order = source.argsort()
    source, first, moved = source[order], first[order], moved[order]
    near = np.minimum(registered.searchsorted(source), len(registered) - 1)
    free = (registered[near] != source) & (moved != 0)
    begins = np.flatnonzero(_differs_from_last(source))
    alike = np.add.reduceat(np.ones(len(source)), begins)
    size = alike.repeat(alike.astype(np.intp)) if len(begins) < len(source) else alike
    sites = 9 * len(tail)
    crowd = 1.0 / (1.0 - np.minimum(size, sites - 1) / (sites + 1.0))
    log_weight = (found.log_reading + found.log_evidence)[first]
    mean = np.where(free, np.exp(log_weight + gain[first]) * crowd, np.exp(log_weight) * moves.slight)
    return float(mean.sum()) / sites


def _differs_from_last(ordered: NDArray[np.uint64] | Ints) -> NDArray[np.bool_]:
    """Where a sorted array has a value for the first time."""
    new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def _hashes(found: Found) -> NDArray[np.uint64]:
    """One number per text, such that changing one place changes it by a known step."""
    hashed: NDArray[np.uint64] = found.codes.astype(np.uint64) @ _MIX[: found.codes.shape[1]]
    return hashed


def combine(log_weapons: Floats, log_absent: float, log_missed: float) -> tuple[Floats, float]:
    """Probabilities of the weapons and of absence; what is missing to 1 is "registered, but not found"."""
    highest = max(float(log_weapons.max(initial=-np.inf)), log_absent, log_missed)
    if not np.isfinite(highest):
        return np.zeros(len(log_weapons)), 1.0
    weapons = np.exp(log_weapons - highest)
    absent = float(np.exp(log_absent - highest))
    total = float(weapons.sum()) + absent + float(np.exp(log_missed - highest))
    return weapons / total, absent / total


def group_sum(keys: Ints, scores: Floats) -> tuple[Ints, Floats, Ints]:
    """Per distinct key: the key, the log of its summed probabilities and the row of its highest score.

    Summed, because a weapon whose number stands on frame and barrel has two places it may have been read from.
    """
    order = keys.argsort()
    ordered = keys[order]
    new = _differs_from_last(ordered)
    if not new.all():
        # Few weapons have several rows: only these are put in order of their scores, equal ones as they came.
        shared = ~new
        shared[:-1] |= shared[1:]
        several = order[shared]
        order[shared] = several[np.lexsort((several, -scores[several], keys[several]))]
    first = np.flatnonzero(new)
    return ordered[first], np.logaddexp.reduceat(scores[order], first), order[first].astype(np.int64)


def site_sizes(places: Iterable[Place], letters: int = 26) -> float:
    """How many texts have the reading's pattern of digits and letters."""
    return prod(10.0 if place.char.isdigit() else float(letters) for place in places if place.kind == "char")
