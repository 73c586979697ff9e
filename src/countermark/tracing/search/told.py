"""What is told of the weapons that are shown: how reading and mark differ, what the evidence adds, what speaks against them."""

from collections.abc import Sequence
from itertools import repeat
from math import log
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countermark.marks.channel import Channel
from countermark.marks.differences import Difference, align
from countermark.marks.posterior import Floats, Ints
from countermark.tracing import index
from countermark.tracing.search.question import Heard, Options
from countermark.tracing.search.weapons import Weapons, foreign_share
from countermark.tracing.search.weighing import Scored

NOTABLE = 0.01
"""Probability from which a second owner of a candidate's mark is looked for."""


class Contribution(NamedTuple):
    """What one piece of evidence adds to a candidate's log-likelihood, in nats (0 would be certain)."""

    what: Literal["reading", "component", "maker", "country", "kind", "calibre"]
    reading: int | None
    value: float


class Conflict(NamedTuple):
    """A reading that speaks against a candidate: it fits `weapon_key` (None: no registered weapon) better."""

    reading: int
    why: Literal["foreign_part", "two_owners"]
    weapon_key: int | None


class Candidate(NamedTuple):
    """One weapon. `mark` is the canonical mark that fits the first reading that fits, `number` its ordinal on the weapon."""

    weapon_key: int
    probability: float
    mark: str
    number: int
    component: str
    differences: tuple[tuple[int, Difference], ...]
    contributions: tuple[Contribution, ...]
    conflicts: tuple[Conflict, ...] = ()


class _Shown(NamedTuple):
    """The mark of a weapon that a reading fits best, as it is told; `evidence` in the order of the reading's."""

    mark: str
    number: int
    component: str
    log_reading: float
    log_mark: float
    evidence: tuple[float, ...]
    second_owner: int | None


def candidates_of(
    order: Ints,
    weapons: Weapons,
    probability: Floats,
    heard: Sequence[Heard],
    scored: Sequence[Scored],
    chance: Sequence[float],
    options: Options,
) -> tuple[Candidate, ...]:
    """The weapons to show. What is told of them is taken out of the arrays for all at once."""
    keys, likely = weapons.keys[order].tolist(), probability[order]
    if not options.explain:
        named = zip(keys, likely.tolist(), _named(scored, weapons.best_row[:, order]), strict=True)
        return tuple(Candidate(key, share, *mark, (), ()) for key, share, mark in named)
    notable = likely > NOTABLE
    marks = zip(*map(_shown, scored, weapons.best_row[:, order], repeat(notable)), strict=True)
    told = zip(keys, likely.tolist(), marks, strict=True)
    return tuple(_candidate(key, share, shown, heard, scored, chance, options) for key, share, shown in told)


def _named(scored: Sequence[Scored], rows: Ints) -> list[tuple[str, int, str]]:
    """Of each weapon mark, ordinal and component by the first reading that fits one of its marks; (readings, weapons) rows."""
    named = [("", 0, "")] * rows.shape[1]
    for found, of_reading in zip(reversed(scored), rows[::-1], strict=True):
        there = np.flatnonzero(of_reading >= 0)
        taken = found.rows.take(of_reading[there])
        components = map(index.COMPONENTS.__getitem__, taken.component.tolist())
        marks = zip(taken.text, taken.number.tolist(), components, strict=True)
        for place, mark in zip(there.tolist(), marks, strict=True):
            named[place] = mark
    return named


def _shown(found: Scored, rows: Ints, notable: NDArray[np.bool_]) -> list[_Shown | None]:
    """For each weapon, by the row of its mark; None where the reading fits none of its marks."""
    there = rows >= 0
    at = rows[there]
    taken = found.rows.take(at)
    evidence = [values.take(at).tolist() for values in found.evidence.values()]
    each = map(
        _Shown,
        taken.text,
        taken.number.tolist(),
        map(index.COMPONENTS.__getitem__, taken.component.tolist()),
        found.found.log_reading.take(at).tolist(),
        found.log_mark.take(at).tolist(),
        zip(*evidence, strict=True) if evidence else repeat(()),
        _second_owners(found, at, notable[there]),
    )
    return [next(each) if is_there else None for is_there in there.tolist()]


def _candidate(
    key: int,
    probability: float,
    shown: Sequence[_Shown | None],
    heard: Sequence[Heard],
    scored: Sequence[Scored],
    chance: Sequence[float],
    options: Options,
) -> Candidate:
    """One weapon; `shown` by reading."""
    differences: list[tuple[int, Difference]] = []
    contributions: list[Contribution] = []
    conflicts: list[Conflict] = []
    first: _Shown | None = None
    told = False
    for number, (one, found, mark) in enumerate(zip(heard, scored, shown, strict=True)):
        foreign = len(heard) > 1 and (mark is None or mark.log_mark < log(foreign_share(one)) + chance[number])
        if foreign:
            conflicts.append(Conflict(number, "foreign_part", _owner(found, key)))
        if mark is None:
            continue
        if not told:
            contributions += map(Contribution, found.evidence, repeat(None), mark.evidence)  # type: ignore[arg-type]
            told = True
        if foreign:
            continue
        first = first or mark
        differences += [(number, difference) for difference in _apart(one, mark.mark, options.channel)]
        contributions.append(Contribution("reading", number, mark.log_reading))
        if one.component:
            contributions.append(Contribution("component", number, mark.log_mark - mark.log_reading))
        if mark.second_owner is not None:
            conflicts.append(Conflict(number, "two_owners", mark.second_owner))
    text, ordinal, component = first[:3] if first is not None else ("", 0, "")
    return Candidate(
        key, probability, text, ordinal, component, tuple(differences), tuple(contributions), tuple(conflicts)
    )


def _apart(heard: Heard, mark: str, channel: Channel) -> list[Difference]:
    """How reading and mark differ, counted in the text as given."""
    differences = align(heard.reading, mark, channel)
    if not heard.offset:
        return differences
    return [difference._replace(at=difference.at + heard.offset) for difference in differences]


def _owner(found: Scored, weapon: int) -> int | None:
    """The other weapon a reading fits best."""
    others = np.flatnonzero(found.rows.weapon_key != weapon)
    if not len(others):
        return None
    return int(found.rows.weapon_key[others[np.argmax((found.log_mark + found.found.log_evidence)[others])]])


def _second_owners(found: Scored, rows: Ints, wanted: NDArray[np.bool_]) -> list[int | None]:
    """For each row that is wanted, another weapon of the same maker that carries exactly the same mark."""
    owners: list[int | None] = [None] * len(rows)
    asked = rows[wanted]
    alike = found.found.log_reading == found.found.log_reading.take(asked)[:, None]
    alike &= found.found.maker == found.found.maker.take(asked)[:, None]
    alike &= found.rows.weapon_key != found.rows.weapon_key.take(asked)[:, None]
    codes = found.rows.text.codes
    for place in np.flatnonzero(alike.any(axis=1)).tolist():
        others = np.flatnonzero(alike[place])
        same = others[(codes[others] == codes[asked[place]]).all(axis=1)]
        if len(same):
            owners[np.flatnonzero(wanted)[place]] = int(found.rows.weapon_key[same[0]])
    return owners
