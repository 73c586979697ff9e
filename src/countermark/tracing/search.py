"""From readings of marks to candidate weapons with probabilities.

The pure core of tracing: it asks a `Store` for marks near the readings, weighs them with `marks`, and explains itself.
Every look-up is bounded; an answer that met a bound says so.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import repeat
from math import log
from time import perf_counter
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from countermark.marks import expansion, inscription, likelihood, posterior, skeleton
from countermark.marks.channel import Channel
from countermark.marks.differences import Difference, align
from countermark.marks.packed import Packed
from countermark.marks.posterior import Absence, Floats, Ints, Spelling, Spellings
from countermark.marks.reading import Place, Reading, ReadingError, parse
from countermark.marks.restore import restore_next
from countermark.marks.sentences import Sentence, said, sentence
from countermark.tracing import index
from countermark.tracing.store import DETAILS, NO_ROWS, Known, Rows, Store, join

Outcome: TypeAlias = Literal["identified", "several", "none"]

IDENTIFIED = 0.95
"""Probability from which the best candidate is called the weapon."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence weighs: the share of statements that are plainly wrong, or of marks another mark is taken for.

    Those of docs/search.md; `learning` refits them from confirmed identifications.
    """

    maker: float = 0.05
    calibre: float = 0.07
    kind: float = 0.05
    country: float = 0.05
    component: float = 0.05
    mark_kind: float = 0.05


KINDS, COUNTRIES, COMPONENTS = 8, 50, 6
"""Among how many others a wrong kind, country or component is spread."""

HOPELESS = 25.0
"""Nats below the best mark at which the mark of any other weapon would explain a reading better, in ten million."""

CONTROL = frozenset(("", "receiver", "frame", "plate", "lower_receiver"))
"""Components that usually carry the control mark: one of these rarely comes from another weapon."""

_IS_CONTROL = np.array([name in CONTROL for name in index.COMPONENTS])
"""By code."""

FOREIGN_CONTROL = 0.01
FOREIGN_PART = 0.10
"""Share of marks on a weapon, other than the one that found it, that are not its own in the register."""

MOST_SHOWN = 10

MISSED_WITH_NOTHING_NEAR = 0.1
"""Weight of "registered, but not found" where no mark at all is near the reading: few misreadings lead so far away."""

NOTABLE = 0.01
"""Probability from which a second owner of a candidate's mark is looked for."""


MOST_ATTEMPTS = 3
"""Times that a reading is looked up where the register got marks of new patterns in between."""


class SearchError(ValueError):
    """A query that cannot be answered: the column at fault and a sentence for a person."""

    def __init__(self, column: str, message: Sentence) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class MarkReading:
    """One mark as read; `component` and `mark_kind` may be empty."""

    reading: str
    component: str = ""
    mark_kind: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """The marks read off one weapon, and evidence that may be empty or wrong."""

    readings: tuple[MarkReading, ...]
    maker: str = ""
    country: str = ""
    kind: str = ""
    calibre: str = ""


@dataclass(frozen=True)
class Reference:
    """How the register spells things."""

    makers: Spellings = Spellings(())
    calibres: Spellings = Spellings(())

    @cached_property
    def maker_lookup(self) -> dict[str, str]:
        """Maker phrases, for taking an inscription apart."""
        return inscription.lookup((s.text, s.text) for s in self.makers.known)

    @cached_property
    def calibre_lookup(self) -> dict[str, str]:
        """Calibre phrases, likewise."""
        return inscription.lookup((s.text, s.text) for s in self.calibres.known)


@dataclass(frozen=True, slots=True)
class Options:
    """How to search. `two_edits`: `staged` opens the second step only when the first explains the reading badly.

    `explain`: whether the candidates say which characters differ.
    """

    absent_prior: float = 0.10
    top: int = MOST_SHOWN
    two_edits: Literal["staged", "always", "never"] = "staged"
    channel: Channel = Channel()
    absence: Absence = Absence()
    limit: int = 20_000
    explain: bool = True
    weights: Weights = Weights()


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


class Heard(NamedTuple):
    """A reading understood: the mark itself, where it stands in the text as given, and its attributes.

    `otherwise`: what else may be the mark in an inscription, where that is about as likely.
    """

    reading: Reading
    offset: int
    component: str
    mark_kind: str
    otherwise: "Heard | None" = None


class Scored(NamedTuple):
    """The marks found for one reading, weighed."""

    rows: Rows
    found: posterior.Found
    log_mark: Floats
    """log P(reading, component | mark)."""
    evidence: dict[str, Floats]


def search(store: Store, reference: Reference, query: Query, options: Options = Options()) -> Answer:
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


def understand(query: Query, reference: Reference) -> tuple[list[Heard], Query]:
    """Parse the readings; evidence inside an inscription fills what the query leaves empty."""
    if not query.readings:
        raise SearchError("reading", Sentence("There is no reading."))
    heard = []
    for given in query.readings:
        parts = [(given.reading, 0)]
        if len(given.reading.split()) > 1:
            parts, query = _taken_apart(given.reading, query, reference)
        first, *others = [_heard(text, offset, given) for text, offset in parts]
        if isinstance(first, ReadingError):
            raise SearchError("reading", sentence(said(first))) from first
        usable = (other for other in others if isinstance(other, Heard))
        heard.append(first._replace(otherwise=next(usable, None)))
    return heard, query


def _heard(text: str, offset: int, given: MarkReading) -> Heard | ReadingError:
    try:
        return Heard(parse(text), offset, given.component, given.mark_kind)
    except ReadingError as problem:
        return problem


CLOSE = 0.5
"""Share of the best serial's weight from which the next one of an inscription is searched too."""


def _taken_apart(text: str, query: Query, reference: Reference) -> tuple[list[tuple[str, int]], Query]:
    """The likeliest serial of an inscription and where it begins, with the next one if it is close; the rest as evidence."""
    found = inscription.split(text, reference.maker_lookup, reference.calibre_lookup)
    if not found.serials or found.serials[0].text == text:
        return [(text, 0)], query
    likely = [serial for serial in found.serials[:2] if serial.weight >= CLOSE * found.serials[0].weight]
    filled = replace(
        query,
        maker=query.maker or found.maker or "",
        country=query.country or found.country or "",
        calibre=query.calibre or found.calibre or "",
    )
    return [(serial.text, serial.start) for serial in likely], filled


def find(store: Store, reference: Reference, known: Known, heard: Heard, query: Query, options: Options) -> Scored:
    """The marks near one reading, weighed; the search widens while nothing explains the reading well."""
    rows = NO_ROWS
    scored = None
    for widen in _stages(heard.reading, query, reference, known, options):
        wider = widen(store)
        if scored is not None and not wider.text:
            continue
        rows = wider if scored is None else join([rows, wider])
        scored = weigh(reference, rows, heard, query, options)
        if options.two_edits == "staged" and explained(scored, heard.reading, options.channel):
            break
    return scored if scored is not None else weigh(reference, rows, heard, query, options)


_Widen: TypeAlias = Callable[[Store], Rows]


def _stages(reading: Reading, query: Query, reference: Reference, known: Known, options: Options) -> Iterable[_Widen]:
    kinds = {place.kind for place in reading.places}
    limit = options.limit
    if "run" in kinds:
        likely = query.maker and _marks_at_end(reading, known) <= MOST_SCANNED
        makers = reference.makers.likely(query.maker) if likely else ()
        every: list[_Widen] = [lambda store: _ranges(store, reading, (), limit)]
        return [lambda store: _ranges(store, reading, makers, limit), *every] if makers else every
    widest = options.two_edits != "never"
    if "unknown" in kinds:
        everywhere = partial(_ranges, reading=reading, makers=(), limit=limit)
        keys_of = partial(expansion.keys_of_unknown, reading, known.patterns, sieve=known.sieve)
        return _by_keys(keys_of, (0, 1) if widest else (0,), limit, everywhere)
    within = partial(expansion.keys_within, reading, patterns=known.patterns, sieve=known.sieve)
    return _by_keys(within, (1, 2) if widest else (1,), limit)


MOST_SCANNED = 500_000
"""Marks of a range among which those of likely makers are looked for: about half a second."""


def _marks_at_end(reading: Reading, known: Known) -> float:
    """About how many registered marks share the longer known end of a reading."""
    places = max(end.places for end in expansion.ends(reading))
    return float(known.marks / skeleton.DIGIT_CLASSES**places)


def _by_keys(
    keys_of: Callable[..., Ints | None], edits: Iterable[int], limit: int, too_many: _Widen | None = None
) -> Iterator[_Widen]:
    """A step for each number of edits, asking for what was not asked before; `too_many` where the first has too many keys."""
    asked: Ints | None = None
    for number in edits:
        keys = keys_of(edits=number)
        if keys is None:
            if too_many is not None and asked is None:
                yield too_many
            return
        fresh = keys if asked is None else expansion.without(keys, asked)
        yield partial(_looked_up, fresh, limit)
        asked = keys


def _looked_up(keys: Ints, limit: int, store: Store) -> Rows:
    return store.lookup(keys, limit)


def _ranges(store: Store, reading: Reading, makers: Sequence[int], limit: int) -> Rows:
    """By the longer known end, the other one filtered."""
    front, back = expansion.ends(reading)
    width = skeleton.BITS * index.LAST_PLACES
    if front.places >= back.places:
        return store.span(front.low, front.high, makers, limit)
    shift = skeleton.BITS * (skeleton.PLACES - index.LAST_PLACES)
    low = back.low >> shift
    high = low + (1 << max(0, width - skeleton.BITS * back.places))
    return store.end_span(low, high, (front.low, front.high), makers, limit)


EXPLAINED = 2.4
"""Nats below a look-alike up to which the best mark explains a reading: beyond, two edits are searched."""

EXPLAINED_IN_A_CROWD = 7.0
"""The same where many marks are near: two edits then lead to thousands, and the true mark would seldom be among the ten best of these."""

CROWD = 120
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
    evidence = _evidence(reference, rows, makers, query, options.weights)
    total = sum(evidence.values(), np.zeros(len(log_reading)))
    maker = np.where(makers < 0, rows.maker, makers)
    found = posterior.Found(codes, lengths, log_reading, total, maker)
    return Scored(rows, found, log_reading + _component(rows, heard, options.weights), evidence)


def _evidence(reference: Reference, rows: Rows, makers: Ints, query: Query, weights: Weights) -> dict[str, Floats]:
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


def _log_marginal(reference: Reference, query: Query, weights: Weights) -> float:
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


class _Weighed(NamedTuple):
    """Weapons over all readings."""

    keys: Ints
    log_weapon: Floats
    best_row: NDArray[np.int64]
    """(readings, weapons) row of the mark that fits best, -1 where the reading fits none of the weapon's marks."""
    evidence: Floats


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
    chance = [_chance(known, one, found, options) if several else 0.0 for one, found in zip(heard, scored, strict=True)]
    weapons = _weapons(heard, scored, chance)
    absent, missed = absence(store, reference, known, heard, scored, chance, query, options)
    if not len(weapons.keys):
        missed += log(MISSED_WITH_NOTHING_NEAR)
    probability, not_registered = posterior.combine(weapons.log_weapon, absent, missed)
    order = _best_first(scored, weapons, probability, options.top)
    candidates = _candidates(order, weapons, probability, heard, scored, chance, options)
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


FEW = 500
"""Weapons up to which it takes least to put all of them in order."""


def _best_first(scored: Sequence[Scored], weapons: _Weighed, probability: Floats, top: int) -> Ints:
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


def outcome(best: float, not_registered: float) -> Outcome:
    """What an answer amounts to, tested in the order of the contract."""
    if best >= IDENTIFIED:
        return "identified"
    return "none" if not_registered > 0.5 else "several"


def _density(known: Known, reading: Reading) -> float:
    places = reading.places
    text = "".join(place.char for place in places)
    count = known.counts.get(skeleton.pattern(text), 0) if all(place.kind == "char" for place in places) else 0
    return min(1.0, (count + 1.0) / posterior.site_sizes(places))


def _chance(known: Known, heard: Heard, scored: Scored, options: Options) -> float:
    """log P(reading | the mark of any weapon at all): what a part from another weapon is weighed with."""
    own = posterior.own_likelihood(heard.reading, options.channel)
    near = float(np.exp(scored.log_mark).sum()) + float(np.exp(own)) * _density(known, heard.reading)
    return log(max(near, 1e-300)) - log(max(known.marks, 1))


def _foreign(heard: Heard) -> float:
    return FOREIGN_CONTROL if heard.component in CONTROL else FOREIGN_PART


def _weapons(heard: Sequence[Heard], scored: Sequence[Scored], chance: Sequence[float]) -> _Weighed:
    """Every weapon some reading found, with the likelihood of all readings and of the evidence, this counted once."""
    if len(scored) == 1:
        found = scored[0]
        keys, score, row = posterior.group_sum(found.rows.weapon_key, found.log_mark)
        evidence = found.found.log_evidence[row]
        return _Weighed(keys, score + evidence, row[None, :], evidence)
    keys = np.unique(np.concatenate([one.rows.weapon_key for one in scored]))
    total = np.zeros(len(keys))
    evidence = np.full(len(keys), -np.inf)
    best_row = np.full((len(scored), len(keys)), -1, np.int64)
    for number, (one, found) in enumerate(zip(heard, scored, strict=True)):
        foreign = log(_foreign(one)) + chance[number]
        own = np.full(len(keys), -np.inf)
        if len(found.rows.weapon_key):
            names, score, row = posterior.group_sum(found.rows.weapon_key, found.log_mark)
            at = np.searchsorted(keys, names)
            own[at] = score
            best_row[number, at] = row
            evidence[at] = np.maximum(evidence[at], found.found.log_evidence[row])
        total += np.logaddexp(own, foreign)
    return _Weighed(keys, total + np.where(np.isfinite(evidence), evidence, 0.0), best_row, evidence)


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
    marginal = _log_marginal(reference, query, options.weights)
    for number, (one, found) in enumerate(zip(heard, scored, strict=True)):
        others = _others(number, heard, chance, options)
        with_component = _with_component(one, options.weights)
        density = _density(known, one.reading)
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
        total += float(np.logaddexp(same, log(_foreign(one)) + chance[other])) + _with_component(one, options.weights)
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
    return sum(_evidence(reference, rows, makers, query, weights).values(), np.zeros(len(rows.text)))


def _in_block(marks: Packed, own: str, start: int) -> Ints:
    """Positions of the marks that differ from the reading in nothing but the digits of its block."""
    if len(own) > marks.codes.shape[1]:
        return np.zeros(0, np.int64)
    codes = marks.codes[:, : len(own)]
    same = codes == np.array([ord(char) for char in own], np.uint32)
    tail = slice(start, start + posterior.TAIL)
    same[:, tail] = (codes[:, tail] >= ord("0")) & (codes[:, tail] <= ord("9"))
    return np.flatnonzero((marks.lengths == len(own)) & same.all(axis=1))


class _Shown(NamedTuple):
    """The mark of a weapon that a reading fits best, as it is told; `evidence` in the order of the reading's."""

    mark: str
    number: int
    component: str
    log_reading: float
    log_mark: float
    evidence: tuple[float, ...]
    second_owner: int | None


def _candidates(
    order: Ints,
    weapons: _Weighed,
    probability: Floats,
    heard: Sequence[Heard],
    scored: Sequence[Scored],
    chance: Sequence[float],
    options: Options,
) -> tuple[Candidate, ...]:
    """The weapons to show. What is told of them is taken out of the arrays for all at once."""
    keys, likely = weapons.keys[order].tolist(), probability[order]
    notable = likely > NOTABLE
    marks = zip(*map(_shown, scored, weapons.best_row[:, order], repeat(notable)), strict=True)
    told = zip(keys, likely.tolist(), marks, strict=True)
    return tuple(_candidate(key, share, shown, heard, scored, chance, options) for key, share, shown in told)


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
        foreign = len(heard) > 1 and (mark is None or mark.log_mark < log(_foreign(one)) + chance[number])
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
        if options.explain:
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


MOST_TOLD_APART = 200


def _restore(
    heard: Sequence[Heard], scored: Sequence[Scored], weapons: _Weighed, probability: Floats
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


__all__ = [
    "Answer",
    "Candidate",
    "MarkReading",
    "Options",
    "Query",
    "Reference",
    "SearchError",
    "Spelling",
    "Spellings",
    "search",
]
