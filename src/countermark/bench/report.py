"""Figures of one run: recall by damage, latency, calibration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from countermark.bench.readings import DAMAGE

EDGES = (0.0, 0.05, 0.10, 0.20, 0.35, 0.50, 0.70, 0.85, 0.95, 0.99, 1.01)
WELL_FILLED = 30


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings whose best candidate had a probability in one range."""

    predicted: float
    observed: float
    n: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How honest probabilities are: `error` is the expected calibration error."""

    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One way to search, measured on all readings of a run; times in ms."""

    name: str
    n: int
    p50: float
    p95: float
    p99: float
    recall_1: float
    recall_10: float
    by_damage: dict[str, tuple[int, float, float]]
    right_1: tuple[bool, ...] = field(default=(), repr=False)
    """Per reading, whether the best candidate was right: two ways are compared on the readings both were asked."""
    right_10: tuple[bool, ...] = field(default=(), repr=False)


def calibration(predicted: Sequence[float], right: Sequence[bool]) -> Calibration:
    """Expected calibration error and the table behind it."""
    p, hit = np.array(predicted, float), np.array(right, float)
    bins = []
    error = 0.0
    for low, high in pairwise(EDGES):
        inside = (p >= low) & (p < high)
        n = int(inside.sum())
        if not n:
            continue
        bins.append(Bin(float(p[inside].mean()), float(hit[inside].mean()), n))
        error += abs(bins[-1].predicted - bins[-1].observed) * n / len(p)
    return Calibration(error, tuple(bins))


def result(
    name: str, damage: Sequence[str], truth: Sequence[int], found: Sequence[Sequence[int]], ms: Sequence[float]
) -> Result:
    """Recall and latency of one way to search."""
    first = np.array([bool(ranked) and ranked[0] == weapon for ranked, weapon in zip(found, truth, strict=True)])
    ten = np.array([weapon in ranked[:10] for ranked, weapon in zip(found, truth, strict=True)])
    kinds = np.array(damage)
    p50, p95, p99 = (float(x) for x in np.percentile(np.array(ms), [50, 95, 99]))
    by = {kind: _share(kinds == kind, first, ten) for kind in DAMAGE if (kinds == kind).any()}
    recall = float(first.mean()), float(ten.mean())
    return Result(name, len(truth), p50, p95, p99, *recall, by, tuple(first.tolist()), tuple(ten.tolist()))


def _share(inside: NDArray[np.bool_], first: NDArray[np.bool_], ten: NDArray[np.bool_]) -> tuple[int, float, float]:
    return int(inside.sum()), float(first[inside].mean()), float(ten[inside].mean())


def gain(ours: Result, theirs: Result) -> tuple[float, float]:
    """How much higher our recall@1 and recall@10 are, on the readings both were asked."""
    n = min(ours.n, theirs.n)
    pairs = ((ours.right_1, theirs.right_1), (ours.right_10, theirs.right_10))
    first, ten = (float(np.mean(mine[:n]) - np.mean(yours[:n])) for mine, yours in pairs)
    return first, ten


def table(results: Sequence[Result]) -> str:
    """A plain text table; the last four columns compare the first row with each other one, on the same readings."""
    head = f"{'':42} {'n':>5} {'p50 ms':>8} {'p95':>8} {'p99':>8} {'r@1':>6} {'r@10':>6}"
    lines = [f"{head}   ours: p50 x, p95 x, r@1 +, r@10 +"]
    ours = results[0]
    for one in results:
        figures = f"{one.n:5} {one.p50:8.2f} {one.p95:8.1f} {one.p99:8.1f} {one.recall_1:6.3f} {one.recall_10:6.3f}"
        first, ten = gain(ours, one)
        compared = (
            "" if one is ours else f"   {ours.p50 / one.p50:.3f} {ours.p95 / one.p95:.3f} {first:+.3f} {ten:+.3f}"
        )
        lines.append(f"{one.name:42} {figures}{compared}")
    lines.append("")
    for kind, (n, first, ten) in ours.by_damage.items():
        lines.append(f"  {kind:20} n {n:5}  recall@1 {first:.3f}  recall@10 {ten:.3f}")
    return "\n".join(lines)


def calibration_table(name: str, measured: Calibration) -> str:
    """A plain text table."""
    lines = [f"{name}: expected calibration error {measured.error:.4f}"]
    lines += [f"  predicted {b.predicted:.3f}  observed {b.observed:.3f}  n {b.n}" for b in measured.bins]
    return "\n".join(lines)


def as_json(value: Result | Calibration) -> dict[str, object]:
    """For `--json`."""
    return {name: figure for name, figure in asdict(value).items() if not name.startswith("right")}
