"""Which unread place should be restored next, because it would tell the candidates apart best?"""

from collections import defaultdict
from collections.abc import Sequence
from math import log2

from countermark.marks.reading import Place, Reading

LEAST = 1e-9
"""Expected information, in bits, below which restoring a place is not worth a word."""


def restore_next(reading: Reading, candidates: Sequence[str], weights: Sequence[float]) -> Place | None:
    """The unread place or run with the largest expected entropy over the candidates; None when none would help.

    `candidates` are canonical marks with their probabilities `weights`. Of a run its first character counts. A place between
    two runs has no known position in the marks and is left out.
    """
    gaps = _gaps(reading.places)
    if not gaps or not candidates:
        return None
    best = max(gaps, key=lambda gap: _entropy(gap[1], candidates, weights))
    return best[0] if _entropy(best[1], candidates, weights) > LEAST else None


def _gaps(places: Sequence[Place]) -> list[tuple[Place, int]]:
    """(unread place, position in the mark), the position negative when it counts from the end."""
    runs = [i for i, place in enumerate(places) if place.kind == "run"]
    first, last = (runs[0], runs[-1]) if runs else (len(places), -1)
    found = [(place, i) for i, place in enumerate(places[: first + 1]) if place.kind != "char"]
    return found + [
        (place, i - len(places)) for i, place in enumerate(places) if i > last >= 0 and place.kind == "unknown"
    ]


def _entropy(position: int, candidates: Sequence[str], weights: Sequence[float]) -> float:
    share: dict[str, float] = defaultdict(float)
    for mark, weight in zip(candidates, weights, strict=True):
        inside = -len(mark) <= position < len(mark)
        share[mark[position] if inside else ""] += weight
    total = sum(share.values())
    if total <= 0.0:
        return 0.0
    return -sum(weight / total * log2(weight / total) for weight in share.values() if weight > 0.0)
