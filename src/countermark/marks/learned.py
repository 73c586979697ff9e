"""The channel as confirmed identifications show it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from math import exp

from countermark.marks.channel import Channel, pairs_of
from countermark.marks.differences import align
from countermark.marks.reading import Reading


def fit(confirmed: Iterable[tuple[Reading, str]], start: Channel = Channel(), strength: float = 50.0) -> Channel:
    """The channel learned from confirmed (reading, canonical mark) pairs.

    Counts of each kind of edit are blended with `start`, which weighs as much as `strength` readings; single confusions
    seen at least five times get a probability of their own.
    """
    counts: Counter[str] = Counter()
    single: Counter[tuple[str, str]] = Counter()
    seen: Counter[str] = Counter()
    places = 0
    for reading, mark in confirmed:
        differences = align(reading, mark, start)
        places += len(mark)
        seen.update(mark)
        counts.update(difference.why for difference in differences)
        single.update((d.mark, d.read) for d in differences if d.why in ("lookalike", "near", "other"))
    if not places:
        return start
    prior = strength * 8
    share = {name: (counts[name]) / places for name in counts}

    def blend(name: str, default: float, choices: float) -> float:
        return (prior * default + places * share.get(name, 0.0) / choices) / (prior + places)

    learned = tuple(
        (mark, read, (count + prior * exp(pairs_of(start)[mark, read])) / (seen[mark] + prior))
        for (mark, read), count in sorted(single.items())
        if count >= 5
    )
    return replace(
        start,
        lookalike=blend("lookalike", start.lookalike, 2.0),
        near=blend("near", start.near, 2.0),
        other=blend("other", start.other, 9.0),
        dropped=blend("dropped", start.dropped, 1.0),
        swapped=blend("swapped", start.swapped, 1.0),
        confusion=learned,
    )
