"""Calls, scores, awards and their tranches. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from countermark.cooperation.fund.rules.money import MOST, FundRefused, OutOfRange, refused
from countermark.marks.sentences import Sentence

WHOLE = 100
"""What the weights of the criteria of a call add up to, and the best score there is."""
APART = 20
"""Points two scorers may lie apart; beyond that a third is asked."""
SCORERS = 2


@dataclass(frozen=True)
class Criterion:
    """A criterion of a call: `weight` in hundredths of the whole, marks from 0 to `best`."""

    code: str
    label: str
    weight: int
    best: int = 5


@dataclass(frozen=True)
class Tranche:
    """A part of an award: paid when `reports` reports were accepted; `due` is the day it is planned for."""

    number: int
    amount: int
    due: str
    reports: int = 0


def require_criteria(criteria: Sequence[Criterion]) -> None:
    """Criteria whose weights add up to 100, each with a code of its own. Raises `FundRefused`."""
    codes = [one.code for one in criteria]
    faults = []
    if not criteria or len(codes) != len(set(codes)) or not all(codes):
        faults.append(Sentence("every criterion has a code of its own"))
    if sum(one.weight for one in criteria) != WHOLE or any(one.weight <= 0 for one in criteria):
        faults.append(Sentence("weights are above nothing and add up to %(whole)d", whole=WHOLE))
    if any(not 1 <= one.best <= WHOLE for one in criteria):
        faults.append(Sentence("the best mark is from 1 to 100"))
    if faults:
        raise FundRefused(faults)


def require_marks(criteria: Sequence[Criterion], marks: Mapping[str, int]) -> None:
    """A mark for every criterion, from 0 to its best. Raises `FundRefused` with every fault."""
    faults = [
        Sentence("%(label)s: a mark from 0 to %(best)d", label=one.code, best=one.best)
        for one in criteria
        if not 0 <= marks.get(one.code, -1) <= one.best
    ]
    if faults or set(marks) - {one.code for one in criteria}:
        raise OutOfRange(faults or [Sentence("a mark for what is no criterion of this call")])


def score(criteria: Sequence[Criterion], marks: Mapping[str, int]) -> Fraction:
    """The weighted score of one scorer, from 0 to 100."""
    return sum((Fraction(one.weight * marks[one.code], one.best) for one in criteria), Fraction(0))


@dataclass(frozen=True)
class Outcome:
    """What scorers came to: `score` their mean (0 to 100) once enough gave theirs and agree, else None; `why` says what is missing."""

    score: Fraction | None
    given: int
    why: str


def outcome(criteria: Sequence[Criterion], given: Mapping[str, Mapping[str, int]]) -> Outcome:
    """The outcome of the scores by scorer: two that lie at most 20 points apart, or three."""
    scores = [score(criteria, marks) for marks in given.values()]
    if len(scores) < SCORERS:
        return Outcome(None, len(scores), "waits")
    if len(scores) == SCORERS and max(scores) - min(scores) > APART:
        return Outcome(None, len(scores), "third")
    return Outcome(sum(scores, Fraction(0)) / len(scores), len(scores), "")


def may_see(viewer: str, scorers: Iterable[str], *, scores: bool) -> bool:
    """Whether the scores of an application may be shown: to a scorer only when they have given theirs, to anybody only once two have.

    `scores` says whether the viewer is one who may score: a third, asked because two lie far apart, does not know by whom or how far.
    """
    names = set(scorers)
    return len(names) >= SCORERS and (viewer in names or not scores)


def require_tranches(tranches: Sequence[Tranche], amount: int) -> None:
    """Tranches numbered from 1 that add up to the award, each after no fewer reports than the one before. Raises `FundRefused`."""
    faults = []
    if not tranches or [one.number for one in tranches] != list(range(1, len(tranches) + 1)):
        faults.append(Sentence("tranches are numbered from 1 on"))
    if any(not 0 < one.amount <= MOST for one in tranches) or sum(one.amount for one in tranches) != amount:
        faults.append(Sentence("the tranches add up to the award"))
    reports = [one.reports for one in tranches]
    if reports != sorted(reports) or any(not 0 <= number < max(1, len(tranches)) for number in reports):
        faults.append(
            Sentence(
                "a later tranche asks for no fewer reports than an earlier one, and for fewer than there are tranches"
            )
        )
    if faults:
        raise FundRefused(faults)


def next_tranche(tranches: Sequence[Tranche], paid: Iterable[int], accepted: int) -> Tranche:
    """The tranche that may be paid next. Raises `FundRefused` where all are paid, or where it waits for a report that is not accepted."""
    done = set(paid)
    for tranche in sorted(tranches, key=lambda one: one.number):
        if tranche.number in done:
            continue
        if accepted < tranche.reports:
            raise refused(
                Sentence(
                    "tranche %(number)d is paid after %(reports)d accepted reports; there are %(accepted)d",
                    number=tranche.number, reports=tranche.reports, accepted=accepted,
                )
            )  # fmt: skip
        return tranche
    raise refused(Sentence("every tranche of this award is paid"))
