"""Which marks are looked up for a reading, step by step: a wider one only while nothing explains the reading well."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from countermark.marks import expansion, skeleton
from countermark.marks.posterior import Ints
from countermark.marks.reading import Reading
from countermark.tracing import index
from countermark.tracing.search.question import Heard, Options, Query, Reference
from countermark.tracing.search.weighing import Scored, explained, weigh
from countermark.tracing.store import NO_ROWS, Known, Rows, Store, join


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
