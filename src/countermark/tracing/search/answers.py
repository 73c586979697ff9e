"""From readings of marks to candidate weapons with probabilities.

The pure core of tracing: it asks a `Store` for marks near the readings (`steps`), weighs them with `marks` (`weighing`), adds them up
to weapons (`weapons`) beside absence (`absent`), and explains itself (`told`). Every look-up is bounded; an answer that met a bound says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log
from time import perf_counter
from typing import Literal, TypeAlias

import numpy as np

from countermark.marks import posterior
from countermark.marks.posterior import Floats
from countermark.marks.reading import Place
from countermark.marks.restore import restore_next
from countermark.tracing.search.absent import absence
from countermark.tracing.search.question import USUAL, Heard, Options, Query, Reference, understand
from countermark.tracing.search.steps import find
from countermark.tracing.search.told import Candidate, candidates_of
from countermark.tracing.search.weapons import Weapons, best_first, log_chance, weapons_of
from countermark.tracing.search.weighing import Scored
from countermark.tracing.store import Known, Store

Outcome: TypeAlias = Literal["identified", "several", "none"]

IDENTIFIED = 0.95
"""Probability from which the best candidate is called the weapon."""

MISSED_WITH_NOTHING_NEAR = 0.1
"""Weight of "registered, but not found" where no mark at all is near the reading: few misreadings lead so far away."""

MOST_ATTEMPTS = 3
"""Times that a reading is looked up where the register got marks of new patterns in between."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Candidates best first; what their probabilities and `not_registered` leave to 1 is "registered, not found"."""

    outcome: Outcome
    not_registered: float
    candidates: tuple[Candidate, ...]
    restore_next: int | None
    restore_next_reading: int | None
    limited: bool
    elapsed_ms: float
    read_as: tuple[str, ...] = field(default=())


def search(store: Store, reference: Reference, query: Query, options: Options = USUAL) -> Answer:
    """The most probable weapons for a query; raises `SearchError` when a reading cannot be used."""
    started = perf_counter()
    understood, query = understand(query, reference)
    for _ in range(MOST_ATTEMPTS):
        known = store.known()
        best = [_likelier(store, reference, known, one, query, options) for one in understood]
        if not store.has_changed():
            break
    heard, scored = [one for one, _ in best], [found for _, found in best]
    return answer(store, reference, known, heard, scored, query, options, started)


def _likelier(
    store: Store, reference: Reference, known: Known, heard: Heard, query: Query, options: Options
) -> tuple[Heard, Scored]:
    """What an inscription shows the mark to be: of two parts that may be it, the one that some registered mark explains better."""
    found = find(store, reference, known, heard, query, options)
    if heard.otherwise is None:
        return heard, found
    other = find(store, reference, known, heard.otherwise, query, options)
    better = _shortfall(other, heard.otherwise, options) < _shortfall(found, heard, options)
    return (heard.otherwise, other) if better else (heard, found)


def _shortfall(scored: Scored, heard: Heard, options: Options) -> float:
    """Nats by which the best mark explains a reading worse than one that agrees in every place."""
    weighed = scored.found.log_reading + scored.found.log_evidence
    return posterior.own_likelihood(heard.reading, options.channel) - float(weighed.max(initial=-np.inf))


def answer(
    store: Store,
    reference: Reference,
    known: Known,
    heard: Sequence[Heard],
    scored: Sequence[Scored],
    query: Query,
    options: Options,
    started: float,
) -> Answer:
    """Weigh the weapons found against each other and against absence, and put the answer in words and numbers."""
    several = len(heard) > 1
    chance = [
        log_chance(known, one, found, options) if several else 0.0 for one, found in zip(heard, scored, strict=True)
    ]
    weapons = weapons_of(heard, scored, chance)
    absent, missed = absence(store, reference, known, heard, scored, chance, query, options)
    if not len(weapons.keys):
        missed += log(MISSED_WITH_NOTHING_NEAR)
    probability, not_registered = posterior.combine(weapons.log_weapon, absent, missed)
    order = best_first(scored, weapons, probability, options.top)
    candidates = candidates_of(order, weapons, probability, heard, scored, chance, options)
    restore = _restore(heard, scored, weapons, probability)
    best = candidates[0].probability if candidates else 0.0
    return Answer(
        outcome(best, not_registered) if candidates else "none",
        not_registered,
        candidates,
        restore[1] if restore else None,
        restore[0] if restore else None,
        any(found.rows.limited for found in scored),
        (perf_counter() - started) * 1e3,
        tuple(one.reading.text for one in heard),
    )


def outcome(best: float, not_registered: float) -> Outcome:
    """What an answer amounts to, tested in the order of the contract."""
    if best >= IDENTIFIED:
        return "identified"
    return "none" if not_registered > 0.5 else "several"


MOST_TOLD_APART = 200


def _restore(
    heard: Sequence[Heard], scored: Sequence[Scored], weapons: Weapons, probability: Floats
) -> tuple[int, int] | None:
    """(reading, place) to restore next."""
    if not any(place.kind != "char" for one in heard for place in one.reading.places):
        return None
    top = np.argsort(-probability, kind="stable")[:MOST_TOLD_APART]
    for number, one in enumerate(heard):
        rows = weapons.best_row[number, top]
        marks = list(scored[number].rows.text.take(rows[rows >= 0]))
        place: Place | None = restore_next(one.reading, marks, probability[top][rows >= 0].tolist())
        if place is not None:
            return number, place.at + one.offset
    return None
