"""Figures of one run: recall by damage, latency, calibration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from countermark.bench.readings import DAMAGE

EDGES = (0.0, 0.05, 0.10, 0.20, 0.35, 0.50, 0.70, 0.85, 0.95, 0.99, 1.01)


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
    """One way to search, measured on all readings of a run; times in ms, `cpu` of the processor, the server's included."""

    name: str
    n: int
    p50: float
    p95: float
    p99: float
    cpu_p50: float
    cpu_p95: float
    recall_1: float
    recall_10: float
    by_damage: dict[str, tuple[int, float, float]]
    each_1: tuple[bool, ...] = field(default=(), repr=False)
    """Per reading, whether the best candidate was right: two ways are compared on the readings both were asked."""
    each_10: tuple[bool, ...] = field(default=(), repr=False)
    each_ms: tuple[float, ...] = field(default=(), repr=False)
    each_cpu: tuple[float, ...] = field(default=(), repr=False)


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
    name: str,
    damage: Sequence[str],
    truth: Sequence[int],
    found: Sequence[Sequence[int]],
    ms: Sequence[float],
    cpu_ms: Sequence[float],
) -> Result:
    """Recall and latency of one way to search."""
    first = np.array([bool(ranked) and ranked[0] == weapon for ranked, weapon in zip(found, truth, strict=True)])
    ten = np.array([weapon in ranked[:10] for ranked, weapon in zip(found, truth, strict=True)])
    kinds = np.array(damage)
    by = {kind: _share(kinds == kind, first, ten) for kind in DAMAGE if (kinds == kind).any()}
    p50, p95, p99 = (float(x) for x in np.percentile(np.array(ms), [50, 95, 99]))
    cpu_p50, cpu_p95 = (float(x) for x in np.percentile(np.array(cpu_ms), [50, 95]))
    recall = float(first.mean()), float(ten.mean())
    right = tuple(first.tolist()), tuple(ten.tolist())
    return Result(
        name, len(truth), p50, p95, p99, cpu_p50, cpu_p95, *recall, by, right[0], right[1], tuple(ms), tuple(cpu_ms)
    )


def _share(inside: NDArray[np.bool_], first: NDArray[np.bool_], ten: NDArray[np.bool_]) -> tuple[int, float, float]:
    return int(inside.sum()), float(first[inside].mean()), float(ten[inside].mean())


def gain(ours: Result, theirs: Result) -> tuple[float, float]:
    """How much higher our recall@1 and recall@10 are, on the readings both were asked."""
    n = min(ours.n, theirs.n)
    pairs = ((ours.each_1, theirs.each_1), (ours.each_10, theirs.each_10))
    first, ten = (float(np.mean(mine[:n]) - np.mean(yours[:n])) for mine, yours in pairs)
    return first, ten


def ratios(ours: Result, theirs: Result) -> tuple[float, float, float, float]:
    """Our median and p95 over theirs, by the clock and of the processor, on the readings both were asked."""
    n = min(ours.n, theirs.n)
    times = ((ours.each_ms, theirs.each_ms), (ours.each_cpu, theirs.each_cpu))
    p50, p95, cpu_p50, cpu_p95 = (
        float(np.percentile(mine[:n], at) / max(np.percentile(yours[:n], at), 1e-6))
        for mine, yours in times
        for at in (50, 95)
    )
    return p50, p95, cpu_p50, cpu_p95


def table(results: Sequence[Result], ours: Sequence[int] = (0,)) -> str:
    """A plain text table, then one comparing each of our rows (`ours`) with every other, on the same readings."""
    lines = [
        f"{'':46} {'n':>5} {'p50 ms':>8} {'p95':>8} {'p99':>8} {'cpu p50':>8} {'cpu p95':>8} {'r@1':>6} {'r@10':>6}"
    ]
    for one in results:
        times = f"{one.p50:8.2f} {one.p95:8.1f} {one.p99:8.1f} {one.cpu_p50:8.2f} {one.cpu_p95:8.1f}"
        lines.append(f"{one.name:46} {one.n:5} {times} {one.recall_1:6.3f} {one.recall_10:6.3f}")
    for number in ours:
        mine = results[number]
        lines += ["", f"{mine.name}, over the others:  p50  p95  cpu p50  cpu p95  r@1  r@10"]
        for at, one in enumerate(results):
            if at in ours:
                continue
            compared = "  ".join(f"{ratio:.3f}" for ratio in ratios(mine, one))
            first, ten = gain(mine, one)
            lines.append(f"  {one.name:46} {compared}  {first:+.3f} {ten:+.3f}")
    lines.append("")
    for kind, (n, first, ten) in results[0].by_damage.items():
        lines.append(f"  {kind:20} n {n:5}  recall@1 {first:.3f}  recall@10 {ten:.3f}")
    return "\n".join(lines)


def calibration_table(name: str, measured: Calibration) -> str:
    """A plain text table."""
    lines = [f"{name}: expected calibration error {measured.error:.4f}"]
    lines += [f"  predicted {b.predicted:.3f}  observed {b.observed:.3f}  n {b.n}" for b in measured.bins]
    return "\n".join(lines)


def as_json(value: Result | Calibration) -> dict[str, object]:
    """For `--json`."""
    return {name: figure for name, figure in asdict(value).items() if not name.startswith("each")}
