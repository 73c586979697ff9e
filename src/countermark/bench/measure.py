"""Ways to search, measured turn by turn: whatever else the machine does hits all of them alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from countermark.bench import report
from countermark.bench.readings import Sample

WARMING = 20
"""Readings each way answers before it is timed."""


@dataclass
class System:
    """One way to search, the readings it is asked and the weapon keys that would be right.

    `backend` is the server process that works for it on this machine. `scans`: goes last in each turn, because it uses what
    another way already found by a scan, and its times mean nothing.
    """

    name: str
    find: Callable[[Sample], Sequence[int]]
    samples: Sequence[Sample]
    truth: Sequence[int]
    backend: int | None = None
    scans: bool = False
    found: list[Sequence[int]] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def answer(self, turn: int) -> None:
        """One reading, timed."""
        worked, at = self._worked(), perf_counter()
        self.found.append(self.find(self.samples[turn]))
        self.ms.append((perf_counter() - at) * 1e3)
        self.cpu_ms.append((self._worked() - worked) * 1e3)

    def _worked(self) -> float:
        """Seconds of processor time of this process and of the server's."""
        return process_time() + (_backend_seconds(self.backend) if self.backend else 0.0)

    def result(self) -> report.Result:
        """Its figures."""
        n = len(self.found)
        damage = [sample.damage for sample in self.samples[:n]]
        return report.result(self.name, damage, self.truth[:n], self.found, self.ms, self.cpu_ms)


def _backend_seconds(process: int) -> float:
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def interleaved(systems: Sequence[System], seconds: float, seed: int) -> list[report.Result]:
    """Every reading goes through all systems in an order drawn anew; one that has used `seconds` drops out."""
    for system in systems:
        for sample in system.samples[: 0 if system.scans else WARMING]:
            system.find(sample)
    random = np.random.default_rng(seed)
    for turn in range(max(len(system.samples) for system in systems)):
        for at in sorted(random.permutation(len(systems)).tolist(), key=lambda at: systems[at].scans):
            if (
                turn < len(systems[at].samples)
                and turn == len(systems[at].found)
                and sum(systems[at].ms) < seconds * 1e3
            ):
                systems[at].answer(turn)
    return [system.result() for system in systems]
