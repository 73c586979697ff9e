"""Adequacy, effectiveness and sustainability of assistance (A/70/115, 60) by the six criteria of the OECD DAC (10 December 2019). Pure.

Every figure is a part of a whole, and says both. Where the whole is nothing there is no figure: no data is not zero. What cannot be
measured (an amount in a currency nobody entered a rate for) is left out, and counted as left out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from countermark.cooperation.rules.lasting import lasted, later

Criterion = Literal["relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability"]
By = Literal["state", "region", "theme", "year"]
PERCENT = 100
URGENT = 2
"""Priorities up to this one are urgent."""
AGREED = ("implementation", "evaluation", "closed")
"""Stages of a project in which what it brings is agreed."""


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


ASKED = {
    "relevance": "adequacy", "coherence": "adequacy", "effectiveness": "effectiveness", "efficiency": "effectiveness",
    "impact": "effectiveness", "sustainability": "sustainability",
}  # fmt: skip
"""Which of the three that A/70/115 asks for a criterion answers."""


@dataclass(frozen=True)
class NeedFact:
    """A need: `amount` in its own currency, `measure` the same in the currency of the report (None without a rate); `min_share` in percent."""

    key: str
    state: str
    regions: tuple[str, ...]
    theme: str
    year: int
    priority: int
    amount: int
    measure: int | None
    end: str
    min_share: int = 0


@dataclass(frozen=True)
class ProjectFact:
    """A project. `given` is what its providers bring in the currency of the report (None without a rate); `found` and `answered` are overlaps;
    `deliverables` (due, accepted or empty) without those done without; `indicators` whether the target is reached, None where nobody has read;
    `running` (amount a year, has a payer, last year); `checks` (day, still running).
    """

    key: str
    state: str
    regions: tuple[str, ...]
    themes: tuple[str, ...]
    year: int
    stage: str
    needs: tuple[str, ...]
    given: int | None
    end: str
    looked: bool = False
    found: int = 0
    answered: int = 0
    deliverables: tuple[tuple[str, str], ...] = ()
    indicators: tuple[bool | None, ...] = ()
    running: tuple[tuple[int, bool, int], ...] = ()
    checks: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class AwardFact:
    """An award of a fund, its amounts in the currency of the report (None without a rate)."""

    state: str
    regions: tuple[str, ...]
    themes: tuple[str, ...]
    year: int
    amount: int | None
    paid: int | None
    spent: int | None


@dataclass(frozen=True)
class TrainedFact:
    """Somebody trained: when, and whether they were still in post on some days."""

    state: str
    regions: tuple[str, ...]
    theme: str
    certified: str
    checks: tuple[tuple[str, bool], ...]

    @property
    def year(self) -> int:
        """The year of the certificate."""
        return int(self.certified[:4])


Fact = NeedFact | ProjectFact | AwardFact | TrainedFact


@dataclass(frozen=True)
class Trend:
    """A figure of the register at its first and last snapshot; `better` whether high or low is good."""

    key: str
    first: Decimal
    last: Decimal
    better: str


@dataclass(frozen=True)
class Facts:
    """What is known, as far as who looks may see it. `trends` are of this State alone."""

    needs: tuple[NeedFact, ...] = ()
    projects: tuple[ProjectFact, ...] = ()
    awards: tuple[AwardFact, ...] = ()
    trained: tuple[TrainedFact, ...] = ()
    trends: tuple[Trend, ...] = ()
    trends_of: str = ""


@dataclass(frozen=True)
class Scope:
    """What a report is about: one State, region, theme, and the years from one to another (0 for any). Empty is no narrowing."""

    state: str = ""
    region: str = ""
    theme: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Figure:
    """A figure: `part` of `whole`, in the unit said; `left_out` could not be measured."""

    key: str
    part: int
    whole: int
    left_out: int = 0

    @property
    def share(self) -> float | None:
        """As a share of 1; None for no data."""
        return self.part / self.whole if self.whole else None


Count = Callable[[Facts, str], Figure]


@dataclass(frozen=True)
class Measure:
    """How a figure is counted: its text, what `part` and `whole` count, where that is from."""

    text: str
    criterion: Criterion
    counts: str
    source: str
    count: Count


def narrowed(facts: Facts, scope: Scope) -> Facts:
    """What is known within a scope."""

    def years(year: int) -> bool:
        return (not scope.first or year >= scope.first) and (not scope.last or year <= scope.last)

    def where(state: str, regions: tuple[str, ...]) -> bool:
        return (not scope.state or state == scope.state) and (not scope.region or scope.region in regions)

    def themed(themes: Iterable[str]) -> bool:
        return not scope.theme or scope.theme in themes

    trends = facts.trends if (not scope.state or scope.state == facts.trends_of) and not scope.theme else ()
    return replace(
        facts,
        needs=tuple(
            one for one in facts.needs if where(one.state, one.regions) and themed([one.theme]) and years(one.year)
        ),
        projects=tuple(
            one for one in facts.projects if where(one.state, one.regions) and themed(one.themes) and years(one.year)
        ),
        awards=tuple(
            one for one in facts.awards if where(one.state, one.regions) and themed(one.themes) and years(one.year)
        ),
        trained=tuple(
            one for one in facts.trained if where(one.state, one.regions) and themed([one.theme]) and years(one.year)
        ),
        trends=trends if not scope.region else (),
    )


def groups(facts: Facts, by: By) -> dict[str, Facts]:
    """What is known by State, region, theme or year, in order; what is in two regions or themes counts in each."""
    values: set[str] = set()
    everything: tuple[Fact, ...] = (*facts.needs, *facts.projects, *facts.awards, *facts.trained)
    for one in everything:
        values |= _values(one, by)
    return {value: narrowed(facts, _scope(by, value)) for value in sorted(values)}


def _values(one: Fact, by: By) -> set[str]:
    if by == "state":
        return {one.state}
    if by == "region":
        return set(one.regions)
    if by == "year":
        return {str(one.year)}
    return set(one.themes) if isinstance(one, ProjectFact | AwardFact) else {one.theme}


def _scope(by: By, value: str) -> Scope:
    if by == "year":
        return Scope(first=int(value), last=int(value))
    return Scope(
        state=value if by == "state" else "",
        region=value if by == "region" else "",
        theme=value if by == "theme" else "",
    )


def funded(facts: Facts) -> dict[str, Decimal | None]:
    """What of each need is funded by projects that are agreed, as a share of 1; None where that cannot be measured.

    What a project brings is spread over the needs it answers by their size.
    """
    needs = {one.key: one for one in facts.needs}
    shares: dict[str, Decimal | None] = dict.fromkeys(needs, Decimal(0))
    for project in facts.projects:
        answered = [needs[key] for key in project.needs if key in needs]
        if project.stage not in AGREED or not answered:
            continue
        measured = [one.measure for one in answered if one.measure]
        if project.given is None or len(measured) < len(answered):
            shares |= {one.key: None for one in answered}
            continue
        for one in answered:
            known = shares[one.key]
            if known is not None:
                shares[one.key] = known + Decimal(project.given) / sum(measured)
    return {key: None if share is None else min(share, Decimal(1)) for key, share in shares.items()}


# --- the figures -------------------------------------------------------------------------------------------------------------


def _by_number(facts: Facts, needs: Sequence[NeedFact], key: str) -> Figure:
    shares = funded(facts)
    known = [(one, share) for one in needs if (share := shares[one.key]) is not None]
    met = sum(share > 0 and share * PERCENT >= one.min_share for one, share in known)
    return Figure(key, met, len(known), len(needs) - len(known))


def _needs_met(facts: Facts, _today: str) -> Figure:
    return _by_number(facts, facts.needs, "needs_met")


def _urgent_met(facts: Facts, _today: str) -> Figure:
    return _by_number(facts, [one for one in facts.needs if one.priority <= URGENT], "urgent_met")


def _amount_met(facts: Facts, _today: str) -> Figure:
    shares = funded(facts)
    known = [
        (one.measure, share)
        for one in facts.needs
        if (share := shares[one.key]) is not None and one.measure is not None
    ]
    part = int(sum((Decimal(measure) * share for measure, share in known), Decimal(0)))
    return Figure("amount_met", part, sum(measure for measure, _share in known), len(facts.needs) - len(known))


def _looked(facts: Facts, _today: str) -> Figure:
    return Figure("overlap_looked", sum(one.looked for one in facts.projects), len(facts.projects))


def _answered(facts: Facts, _today: str) -> Figure:
    found = sum(one.found for one in facts.projects)
    return Figure("overlap_answered", sum(one.answered for one in facts.projects), found)


def _due(facts: Facts, today: str) -> list[tuple[str, str]]:
    """Deliverables that were accepted, or should have been by now."""
    every = [one for project in facts.projects for one in project.deliverables]
    return [(due, accepted) for due, accepted in every if accepted or due < today]


def _delivered(facts: Facts, today: str) -> Figure:
    due = _due(facts, today)
    return Figure("delivered", sum(bool(accepted) for _day, accepted in due), len(due))


def _on_time(facts: Facts, today: str) -> Figure:
    due = _due(facts, today)
    return Figure("on_time", sum(bool(accepted) and accepted <= day for day, accepted in due), len(due))


def _reached(facts: Facts, _today: str) -> Figure:
    every = [one for project in facts.projects for one in project.indicators]
    known = [one for one in every if one is not None]
    return Figure("indicators_reached", sum(known), len(known), len(every) - len(known))


def _paid(facts: Facts, _today: str) -> Figure:
    known = [(one.paid, one.amount) for one in facts.awards if one.paid is not None and one.amount is not None]
    return Figure(
        "paid", sum(paid for paid, _ in known), sum(amount for _, amount in known), len(facts.awards) - len(known)
    )


def _accounted(facts: Facts, _today: str) -> Figure:
    known = [(one.spent, one.paid) for one in facts.awards if one.spent is not None and one.paid is not None]
    return Figure(
        "accounted", sum(spent for spent, _ in known), sum(paid for _, paid in known), len(facts.awards) - len(known)
    )


def _better(facts: Facts, _today: str) -> Figure:
    moved = sum((one.last > one.first) if one.better == "high" else (one.last < one.first) for one in facts.trends)
    return Figure("figures_better", moved, len(facts.trends))


def _runs(years: int) -> Count:
    def count(facts: Facts, today: str) -> Figure:
        old = [one for one in facts.projects if one.stage in AGREED and later(one.end, years) <= today]
        answers = [lasted(one.checks, one.end, years) for one in old]
        return Figure(f"runs_{years}", answers.count(True), len(old) - answers.count(None), answers.count(None))

    return count


def _in_post(years: int) -> Count:
    def count(facts: Facts, today: str) -> Figure:
        old = [one for one in facts.trained if later(one.certified, years) <= today]
        answers = [lasted(one.checks, one.certified, years) for one in old]
        return Figure(f"post_{years}", answers.count(True), len(old) - answers.count(None), answers.count(None))

    return count


def _payer(facts: Facts, _today: str) -> Figure:
    every = [line for project in facts.projects for line in project.running]
    return Figure("running_paid", sum(has for _amount, has, _last in every), len(every))


def _covered(facts: Facts, _today: str) -> Figure:
    """Projects whose running-cost plan reaches as far as the needs they answer."""
    ends = {one.key: int(one.end[:4]) for one in facts.needs}
    asked = [
        (max(ends[key] for key in known), max((last for _a, _p, last in one.running), default=0))
        for one in facts.projects
        if (known := [key for key in one.needs if key in ends])
    ]
    return Figure("plan_covers", sum(last >= end for end, last in asked), len(asked))


_NEEDS, _PROJECTS = _("Needs and projects"), _("Projects")
_FUND, _CHECKS = _("Trust fund"), _("Check-backs with recipients")
_STAFF = _("Training: whether people are still in post")

MEASURES: dict[str, Measure] = {
    "needs_met": Measure(_("Needs that are funded"), "relevance", _("needs"), _NEEDS, _needs_met),
    "urgent_met": Measure(_("Urgent needs (priority 1 and 2) that are funded"), "relevance", _("needs"), _NEEDS, _urgent_met),
    "amount_met": Measure(_("Amount of needs that is funded"), "relevance", _("amount"), _NEEDS, _amount_met),
    "overlap_looked": Measure(_("Projects for which overlaps were looked for"), "coherence", _("projects"), _PROJECTS, _looked),
    "overlap_answered": Measure(_("Overlaps that the recipient has answered"), "coherence", _("overlaps"), _PROJECTS, _answered),
    "delivered": Measure(_("Deliverables due that were accepted"), "effectiveness", _("deliverables"), _PROJECTS, _delivered),
    "on_time": Measure(_("Deliverables due that were accepted in time"), "effectiveness", _("deliverables"), _PROJECTS, _on_time),
    "indicators_reached": Measure(_("Indicators that reached their target"), "effectiveness", _("indicators"), _PROJECTS, _reached),
    "paid": Measure(_("Of what the fund granted, paid out"), "efficiency", _("amount"), _FUND, _paid),
    "accounted": Measure(_("Of what was paid out, accounted for"), "efficiency", _("amount"), _FUND, _accounted),
    "figures_better": Measure(_("Figures of the register that have become better"), "impact", _("figures"), _("Snapshots of this register"), _better),
    "runs_1": Measure(_("Still running after one year"), "sustainability", _("projects"), _CHECKS, _runs(1)),
    "runs_3": Measure(_("Still running after three years"), "sustainability", _("projects"), _CHECKS, _runs(3)),
    "runs_5": Measure(_("Still running after five years"), "sustainability", _("projects"), _CHECKS, _runs(5)),
    "post_1": Measure(_("Staff in post one year after training"), "sustainability", _("people"), _STAFF, _in_post(1)),
    "post_3": Measure(_("Staff in post three years after training"), "sustainability", _("people"), _STAFF, _in_post(3)),
    "post_5": Measure(_("Staff in post five years after training"), "sustainability", _("people"), _STAFF, _in_post(5)),
    "running_paid": Measure(_("Running costs with somebody who pays"), "sustainability", _("lines"), _PROJECTS, _payer),
    "plan_covers": Measure(_("Running-cost plans that last as long as the need"), "sustainability", _("projects"), _NEEDS, _covered),
}  # fmt: skip


def figures(facts: Facts, today: str) -> list[Figure]:
    """Every figure, in the order of `MEASURES`."""
    return [measure.count(facts, today) for measure in MEASURES.values()]


def reached(baseline: str, target: str, value: str) -> bool | None:
    """Whether an indicator has reached its target; None where one of them is no number, or nothing was read."""
    try:
        first, wanted, found = Decimal(baseline), Decimal(target), Decimal(value)
    except ArithmeticError:
        return None
    if not (first.is_finite() and wanted.is_finite() and found.is_finite()):
        return None
    return found >= wanted if wanted >= first else found <= wanted
