"""What the other capabilities know, as the figures read it; each reads only what who looks may see."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from countermark.cooperation import actors, acts, indicators, needs, queries
from countermark.cooperation.evaluation.rules import (
    AwardFact,
    Facts,
    NeedFact,
    ProjectFact,
    TrainedFact,
    Trend,
    reached,
)
from countermark.cooperation.evaluation.states import CheckBack, Snapshot
from countermark.cooperation.fund import queries as fund
from countermark.cooperation.fund.rules import money
from countermark.cooperation.fund.shapes import Award
from countermark.cooperation.projects.rules.shapes import Indicator, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.cooperation.training import queries as training
from countermark.cooperation.training.states import Call, Nomination

RUNS = {"yes": True, "partly": True, "no": False}
"""What the answer of a check-back means for whether it still runs."""


@dataclass
class Rates:
    """Amounts in the currency of the report, by the rates of a day; asked for each currency once."""

    to: str
    day: str

    def __post_init__(self) -> None:
        self._known: dict[str, Decimal | None] = {}

    def measure(self, amount: int, currency: str) -> int | None:
        """An amount in minor units of the report's currency; None where nobody entered a rate."""
        if currency not in self._known:
            self._known[currency] = fund.rate_on(currency, self.to, self.day)
        rate = self._known[currency]
        return None if rate is None else money.converted(amount, currency, self.to, rate)


def facts(who: Viewer, currency: str, today: str) -> Facts:
    """Everything the figures read, as far as somebody may see it."""
    rates, regions = Rates(currency, today), _regions()
    return Facts(
        needs=tuple(_needs(who, rates, regions)),
        projects=tuple(_projects(who, rates, regions)),
        awards=tuple(_awards(who, rates, regions)),
        trained=tuple(_trained(who, regions)),
        trends=tuple(trends(who)),
        trends_of=actors.own_state(),
    )


def usual_currency(who: Viewer) -> str:
    """The currency most needs are in; the euro where there are none."""
    found = Counter(str(one.value.get("currency", "")) for one in queries.visible(who, "need"))
    return max(found, key=lambda code: (found[code], code), default="") or "EUR"


def _regions() -> dict[str, tuple[str, ...]]:
    return {one.key: one.of(actors.ActorFacts).regions for one in acts.subjects("actor")}


def _needs(who: Viewer, rates: Rates, regions: dict[str, tuple[str, ...]]) -> Iterable[NeedFact]:
    for one in queries.visible(who, "need"):
        if one.state not in ("open", "met"):
            continue
        value = one.of(needs.Need)
        state = queries.owner(one)
        yield NeedFact(
            one.key, state, regions.get(state, ()), value.theme, int(value.begin[:4]), value.priority, value.amount,
            rates.measure(value.amount, value.currency), value.end, value.min_share,
        )  # fmt: skip


def _projects(who: Viewer, rates: Rates, regions: dict[str, tuple[str, ...]]) -> Iterable[ProjectFact]:
    checks = _checks(who)
    for one in queries.visible(who, "project"):
        value = one.of(Project)
        kept = [thing for thing in value.deliverables.values() if not thing.dropped]
        yield ProjectFact(
            one.key, value.recipient, regions.get(value.recipient, ()), value.themes, int(value.begin[:4]), one.state, value.needs,
            rates.measure(value.given, value.currency), value.end, value.looked is not None,
            len(value.looked.found) if value.looked else 0,
            len(set(value.looked.found) & set(value.answers)) if value.looked else 0,
            tuple((thing.due, thing.accepted) for thing in kept),
            tuple(_reached(thing) for thing in value.indicators.values()),
            tuple((line.amount, bool(line.payer), line.last) for line in value.running),
            checks.get(one.key, ()),
        )  # fmt: skip


def _reached(one: Indicator) -> bool | None:
    return reached(one.baseline, one.target, one.readings[-1].value) if one.readings else None


def _checks(who: Viewer) -> dict[str, tuple[tuple[str, bool], ...]]:
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for one in queries.visible(who, "checkback"):
        value = one.of(CheckBack)
        if value.runs in RUNS:
            found[value.project].append((value.day, RUNS[value.runs]))
    return {key: tuple(sorted(some)) for key, some in found.items()}


def _awards(who: Viewer, rates: Rates, regions: dict[str, tuple[str, ...]]) -> Iterable[AwardFact]:
    found = fund.awards(fund.reader(who))
    every = fund.sums_of_awards([one.key for one in found])
    for one in found:
        value, sums = one.of(Award), every[one.key]
        yield AwardFact(
            value.recipient, regions.get(value.recipient, ()), value.themes, int((value.begin or one.since)[:4]),
            rates.measure(value.amount, value.currency), rates.measure(sums.paid, value.currency),
            rates.measure(sums.spent, value.currency),
        )  # fmt: skip


def _trained(who: Viewer, regions: dict[str, tuple[str, ...]]) -> Iterable[TrainedFact]:
    people = training.trained(who)
    calls = {one.key: one.of(Call).theme for one in acts.subjects("call")} if people else {}
    for one in people:
        value = one.of(Nomination)
        yield TrainedFact(
            value.state, regions.get(value.state, ()), calls.get(value.call, ""), value.certified, value.checks
        )


def snapshots(who: Viewer) -> list[Subject]:
    """The snapshots of the register's figures somebody may see, the oldest first."""
    return sorted(queries.visible(who, "snapshot"), key=lambda one: str(one.value["day"]))


def trends(who: Viewer) -> list[Trend]:
    """Each figure of the register that two snapshots have, at the first and last of them."""
    known: dict[str, list[Decimal]] = defaultdict(list)
    for one in snapshots(who):
        for key, text in one.of(Snapshot).figures.items():
            known[key].append(Decimal(text))
    return [
        Trend(key, values[0], values[-1], indicators.REGISTRY[key].better)
        for key, values in known.items()
        if len(values) > 1 and key in indicators.REGISTRY
    ]
