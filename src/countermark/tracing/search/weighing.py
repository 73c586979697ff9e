"""How well each mark that was found explains reading and evidence."""

from math import log
from typing import NamedTuple

import numpy as np

from countermark.marks import likelihood, posterior
from countermark.marks.channel import Channel
from countermark.marks.posterior import Floats, Ints
from countermark.marks.reading import Reading
from countermark.tracing import index
from countermark.tracing.search.question import Heard, Options, Query, Reference, Weights
from countermark.tracing.store import Rows

KINDS, COUNTRIES, COMPONENTS = 8, 50, 6
"""Among how many others a wrong kind, country or component is spread."""

HOPELESS = 25.0
"""Nats below the best mark at which the mark of any other weapon would explain a reading better, in ten million."""


class Scored(NamedTuple):
    """The marks found for one reading, weighed."""

    rows: Rows
    found: posterior.Found
    log_mark: Floats
    """log P(reading, component | mark)."""
    evidence: dict[str, Floats]


EXPLAINED = 2.4
"""Nats below a look-alike up to which the best mark explains a reading: beyond, two edits are searched."""

EXPLAINED_IN_A_CROWD = 7.0
"""The same where many marks are near: two edits then lead to thousands, and the true mark would seldom be among the ten best of these."""

CROWD = 250
"""Marks found with one edit from which on there are many."""


def explained(scored: Scored, reading: Reading, channel: Channel) -> bool:
    """Whether the best mark explains reading and evidence about as well as one look-alike would."""
    if not len(scored.log_mark):
        return False
    own = posterior.own_likelihood(reading, channel)
    most = sum(float(values.max()) for values in scored.evidence.values())
    best = float((scored.found.log_reading + scored.found.log_evidence).max()) - most
    short = EXPLAINED if len(scored.log_mark) <= CROWD else EXPLAINED_IN_A_CROWD
    return best > own + log(channel.lookalike / channel.kept) - short


def weigh(reference: Reference, rows: Rows, heard: Heard, query: Query, options: Options) -> Scored:
    """Likelihood of the reading and of the evidence for every mark; marks out of reach are left out."""
    codes, lengths = likelihood.compared(rows.text)
    log_reading = likelihood.of_codes(heard.reading, codes, lengths, options.channel)
    reached = np.flatnonzero(log_reading > log_reading.max(initial=-np.inf) - HOPELESS)
    if len(reached) < len(log_reading):
        rows, log_reading = rows.take(reached), log_reading[reached]
        codes, lengths = likelihood.compared(rows.text)
    makers = reference.makers.groups_of(rows.maker)
    evidence = evidence_of(reference, rows, makers, query, options.weights)
    total = sum(evidence.values(), np.zeros(len(log_reading)))
    maker = np.where(makers < 0, rows.maker, makers)
    found = posterior.Found(codes, lengths, log_reading, total, maker)
    return Scored(rows, found, log_reading + _component(rows, heard, options.weights), evidence)


def evidence_of(reference: Reference, rows: Rows, makers: Ints, query: Query, weights: Weights) -> dict[str, Floats]:
    """By what is known; `makers` are the groups of the rows' makers."""
    found: dict[str, Floats] = {}
    if query.maker:
        found["maker"] = reference.makers.log_of_groups(query.maker, makers, weights.maker)
    if country := index.country_code(query.country):
        found["country"] = posterior.log_agreement(country, rows.country, weights.country, COUNTRIES)
    if kind := index.kind_code(query.kind):
        found["kind"] = posterior.log_agreement(kind, rows.kind, weights.kind, KINDS)
    if query.calibre:
        found["calibre"] = reference.calibres.log_evidence(query.calibre, rows.calibre, weights.calibre)
    return found


def log_marginal(reference: Reference, query: Query, weights: Weights) -> float:
    """log P(evidence) of a weapon one knows nothing about."""
    total = 0.0
    if query.maker:
        total += reference.makers.weigh(query.maker, weights.maker).marginal
    if index.country_code(query.country):
        total -= log(10)
    if index.kind_code(query.kind):
        total -= log(5)
    if query.calibre:
        total += reference.calibres.weigh(query.calibre, weights.calibre).marginal
    return total


def _component(rows: Rows, heard: Heard, weights: Weights) -> Floats:
    """log P(component and kind of mark as stated | mark)."""
    total = np.zeros(len(rows.text))
    if stated := index.component_code(heard.component):
        total = total + posterior.log_agreement(stated, rows.component, weights.component, COMPONENTS)
    if heard.mark_kind:
        agrees = rows.mark_kind == index.mark_kind_code(heard.mark_kind)
        total = total + np.where(agrees, log(1 - weights.mark_kind), log(weights.mark_kind))
    return total
