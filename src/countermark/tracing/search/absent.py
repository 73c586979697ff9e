"""How well "not in this register" explains the readings."""

from collections.abc import Sequence
from math import log

import numpy as np

from countermark.marks import expansion, likelihood, posterior, skeleton
from countermark.marks.packed import Packed
from countermark.marks.posterior import Floats, Ints
from countermark.marks.reading import Reading
from countermark.tracing import index
from countermark.tracing.search.question import Heard, Options, Query, Reference, Weights
from countermark.tracing.search.weapons import density_of, foreign_share
from countermark.tracing.search.weighing import Scored, evidence_of, log_marginal
from countermark.tracing.store import Known, Store


def absence(
    store: Store,
    reference: Reference,
    known: Known,
    heard: Sequence[Heard],
    scored: Sequence[Scored],
    chance: Sequence[float],
    query: Query,
    options: Options,
) -> tuple[float, float]:
    """(log-likelihood of "not registered" with its prior odds, of "registered but not found")."""
    ways = []
    missed = []
    marginal = log_marginal(reference, query, options.weights)
    for number, (one, found) in enumerate(zip(heard, scored, strict=True)):
        others = _others(number, heard, chance, options)
        with_component = _with_component(one, options.weights)
        density = density_of(known, one.reading)
        block = _block(store, reference, one.reading, found, query, options.weights)
        parts = posterior.terms(one.reading, found.found, options.channel, block, density, marginal)
        weight = parts.weigh(options.absence)
        ways.append(log(max(weight, 1e-300)) + others + with_component)
        missed.append(log(max(options.absence.missed * (parts.new + parts.taken), 1e-300)) + others + with_component)
    prior = options.absent_prior
    odds = log(prior / (1.0 - prior)) if 0.0 < prior < 1.0 else -np.inf if prior <= 0.0 else np.inf
    return float(np.logaddexp.reduce(ways)) - log(len(ways)) + odds, max(missed)


def _with_component(heard: Heard, weights: Weights) -> float:
    return log(1.0 - weights.component) if index.component_code(heard.component) else 0.0


def _others(number: int, heard: Sequence[Heard], chance: Sequence[float], options: Options) -> float:
    """log P(the other readings | an absent weapon whose mark the numbered reading shows)."""
    first = heard[number].reading.places
    text = "".join(place.char for place in first)
    total = 0.0
    for other, one in enumerate(heard):
        if other == number:
            continue
        same = float(likelihood.of_marks(one.reading, [text], options.channel)[0]) if text else -np.inf
        total += float(np.logaddexp(same, log(foreign_share(one)) + chance[other])) + _with_component(
            one, options.weights
        )
    return total


def _block(
    store: Store, reference: Reference, reading: Reading, scored: Scored, query: Query, weights: Weights
) -> Floats | None:
    """Log-evidence of the marks in the reading's block of a thousand, asked only where neighbours are few."""
    places = reading.places
    tail = posterior.tail_digits(places)
    if len(tail) < posterior.TAIL or any(place.kind != "char" for place in places) or len(places) > skeleton.PLACES:
        return None
    own = "".join(place.char for place in places)
    if len(scored.rows.text) > 60 or own in scored.rows.text:
        return None
    start = len(places) - 1 - tail[-1]
    if not start:
        return None
    front = expansion.span([skeleton.class_of(place.char) for place in places[:start]])
    rows = store.span(front.low, front.high, (), 1000)
    rows = rows.take(_in_block(rows.text, own, start))
    makers = reference.makers.groups_of(rows.maker)
    return sum(evidence_of(reference, rows, makers, query, weights).values(), np.zeros(len(rows.text)))


def _in_block(marks: Packed, own: str, start: int) -> Ints:
    """Positions of the marks that differ from the reading in nothing but the digits of its block."""
    if len(own) > marks.codes.shape[1]:
        return np.zeros(0, np.int64)
    codes = marks.codes[:, : len(own)]
    same = codes == np.array([ord(char) for char in own], np.uint32)
    tail = slice(start, start + posterior.TAIL)
    same[:, tail] = (codes[:, tail] >= ord("0")) & (codes[:, tail] <= ord("9"))
    return np.flatnonzero((marks.lengths == len(own)) & same.all(axis=1))
