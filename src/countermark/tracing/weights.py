"""Refitting the weights of evidence from confirmed identifications. Pure.

A statement is either what the record says, as it may be spelt or taken for, or plainly wrong: a mixture of two ways with the share of
wrong ones as its only unknown. That share is found by expectation and maximisation, begun from the share in use, which also counts as
`PRIOR` statements nobody made: a few confirmations move it little.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

from countermark.tracing.search.question import Weights

PRIOR = 40.0
STEPS = 50
LEAST, MOST = 0.002, 0.5


class Way(NamedTuple):
    """P(what was stated) if it is what the record says, and if it is plainly wrong."""

    right: float
    wrong: float


Ways = dict[str, list[Way]]
"""By the name of a weight."""


def coded(stated: int, recorded: int, choices: int) -> Way | None:
    """A statement of a code, wrong ones being spread over the other choices; None where nothing was stated or is recorded."""
    if not stated or not recorded:
        return None
    return Way(1.0, 0.0) if stated == recorded else Way(0.0, 1.0 / max(1, choices - 1))


def share(ways: Sequence[Way], start: float) -> float:
    """The share of wrong statements."""
    wrong = start
    for _ in range(STEPS):
        blamed = sum(_blame(way, wrong) for way in ways)
        wrong = min(max((PRIOR * start + blamed) / (PRIOR + len(ways)), LEAST), MOST)
    return wrong


def _blame(way: Way, wrong: float) -> float:
    """How likely a statement is wrong."""
    either = (1.0 - wrong) * way.right + wrong * way.wrong
    return wrong * way.wrong / either if either > 0.0 else 1.0


def fitted(ways: Ways, start: Weights) -> Weights:
    """Each weight refitted from the statements of its kind; one without statements stays."""
    named = {one.name: getattr(start, one.name) for one in fields(Weights)}
    return Weights(**{name: share(ways.get(name, []), value) for name, value in named.items()})
