"""What the store knows for the comparison of ways to fund: needs and promises by year, how much of what was promised came, what running the fund cost.

Every figure is None where the store does not reach: nothing stated, or a rate missing. Needs are those the reader may see.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from countermark.cooperation import actors, acts
from countermark.cooperation import queries as room
from countermark.cooperation.fund import calls, queries
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.rules import books, eligibility, money
from countermark.cooperation.fund.rules.scenarios import MODELS, Model, Needs
from countermark.cooperation.fund.shapes import APPLICATION, PLEDGE, Pledge, Window
from countermark.cooperation.needs import Need
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject


@dataclass(frozen=True)
class Figures:
    """What the store knows, in whole units of `currency`. Shares are from 0 to 1."""

    currency: str
    years: tuple[int, ...]
    needs: tuple[float | None, ...]
    need_regions: Mapping[str, float]
    income: Mapping[str, tuple[float | None, ...]]
    income_regions: Mapping[str, float]
    certain: Mapping[str, float | None]
    collected: Mapping[str, float | None]
    overhead: Mapping[str, float | None]
    reach: float | None

    def asked(self) -> Needs:
        """What is needed, as the rules compare it."""
        return Needs(self.needs, dict(self.need_regions))

    def model(self, kind: str) -> Model:
        """One way to fund, as the rules compare it."""
        return Model(
            kind,
            self.income[kind],
            self.certain[kind],
            self.collected[kind],
            self.overhead[kind],
            carry=kind != "regular",
            reach=self.reach if kind == "existing" else 1.0,
            by_region=dict(self.income_regions) if kind == "regional" else None,
        )


def figures(who: Viewer, years: Sequence[int], currency: str) -> Figures:
    """Everything the store knows for some years."""
    by_region, needs = _needs(who, years, currency)
    kept = {one.key: one.of(Window) for one in queries.windows()}
    models = {model: [key for key, value in kept.items() if value.model == model] for model in MODELS}
    pledges = acts.subjects(PLEDGE, state="open")
    income = {model: _income(pledges, keys, years, currency) for model, keys in models.items()}
    return Figures(
        currency,
        tuple(years),
        needs,
        by_region,
        income,
        _regions(pledges, {key: kept[key] for key in models["regional"]}, years, currency),
        {model: _certain(pledges, keys, years, currency) for model, keys in models.items()},
        {model: _collected(pledges, keys, currency) for model, keys in models.items()},
        {model: _overhead(keys, currency) for model, keys in models.items()},
        _reach(),
    )


def whole(amounts: Mapping[str, int], currency: str) -> float | None:
    """Amounts by currency in whole units of one, by today's rates; None where one is missing."""
    worth = queries.valued(dict(amounts), currency, today())
    return None if worth is None else worth / 10 ** money.exponent(currency)


def _needs(who: Viewer, years: Sequence[int], currency: str) -> tuple[dict[str, float], tuple[float | None, ...]]:
    """What open needs ask for in each year: once, spread evenly over the years they run; running costs in each of them. And by region."""
    by_year: dict[int, dict[str, int]] = {year: defaultdict(int) for year in years}
    by_region: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    found = room.visible(who, "need", state="open")
    regions_of = actors.regions_of_each({room.owner(one) for one in found})
    for one in found:
        value = one.of(Need)
        first, last = int(value.begin[:4]), int(value.end[:4])
        region = next(iter(regions_of[room.owner(one)][1:]), "")
        for year, share in money.split(value.amount, {f"{year}": 1 for year in range(first, last + 1)}).items():
            if int(year) in by_year:
                by_year[int(year)][value.currency] += share + value.running
                by_region[region][value.currency] += share + value.running
    # A year that no need reaches is a year of which nobody has said anything.
    reached = {year for one in found for year in range(int(one.value["begin"][:4]), int(one.value["end"][:4]) + 1)}
    regions = {region: whole(amounts, currency) for region, amounts in by_region.items()}
    total = sum(value or 0 for value in regions.values())
    shares = {region: value / total for region, value in regions.items() if value} if total else {}
    return shares, tuple(whole(by_year[year], currency) if year in reached else None for year in years)


def _due(pledges: Sequence[Subject], keys: Sequence[str]) -> list[tuple[Pledge, int, str, int]]:
    """The instalments of pledges to some windows, as (pledge, year, day, amount)."""
    found = []
    for one in pledges:
        value = one.of(Pledge)
        if value.window in keys:
            found += [(value, int(part.day[:4]), part.day, part.amount) for part in value.due]
    return found


def _income(
    pledges: Sequence[Subject], keys: Sequence[str], years: Sequence[int], currency: str
) -> tuple[float | None, ...]:
    """What is promised or assessed for each year; None for a year for which nothing is known."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for value, year, _day, amount in _due(pledges, keys):
        sums[year][value.currency] += amount
    assessed = queries.postings().filter(window__in=list(keys), kind="assessment", account=books.ASSESSED)
    for day, of, total in assessed.values_list("day", "currency").annotate(sum=Sum("amount")):
        sums[int(day[:4])][of] += int(total)
    return tuple(whole(sums[year], currency) if year in sums else None for year in years)


def _regions(
    pledges: Sequence[Subject], windows: Mapping[str, Window], years: Sequence[int], currency: str
) -> dict[str, float]:
    """How promises to regional windows divide among their regions; a window of several divides evenly."""
    sums: dict[str, float] = defaultdict(float)
    for value, year, _day, amount in _due(pledges, list(windows)):
        worth = whole({value.currency: amount}, currency) if year in years else None
        regions = windows[value.window].regions
        for region in regions:
            sums[region] += (worth or 0) / len(regions)
    total = sum(sums.values())
    return {region: value / total for region, value in sums.items()} if total else {}


def _certain(pledges: Sequence[Subject], keys: Sequence[str], years: Sequence[int], currency: str) -> float | None:
    """Which share of what falls due in these years was promised before its year began."""
    early: dict[str, int] = defaultdict(int)
    every: dict[str, int] = defaultdict(int)
    for value, year, _day, amount in _due(pledges, keys):
        if year in years:
            every[value.currency] += amount
            early[value.currency] += amount if int(value.day[:4]) < year else 0
    return _share(early, every, currency)


def _collected(pledges: Sequence[Subject], keys: Sequence[str], currency: str) -> float | None:
    """Which share of what fell due until today was paid; what was paid early counts with it, to no more than the whole."""
    due: dict[str, int] = defaultdict(int)
    for value, _year, day, amount in _due(pledges, keys):
        due[value.currency] += amount if day <= today() else 0
    paid: dict[str, int] = defaultdict(int)
    names = [one.key for one in pledges if one.of(Pledge).window in keys]
    for (_pledge, of), amount in queries.paid_on(names).items():
        paid[of] += amount
    share = _share(paid, due, currency)
    return None if share is None else min(1.0, share)


def _overhead(keys: Sequence[str], currency: str) -> float | None:
    """Which share of what was given went to bank fees and exchange differences."""
    rows = queries.postings().filter(
        window__in=list(keys), account__in=(books.FEES, books.DIFFERENCES, books.CONTRIBUTIONS)
    )
    costs: dict[str, int] = defaultdict(int)
    given: dict[str, int] = defaultdict(int)
    for account, of, total in rows.values_list("account", "currency").annotate(sum=Sum("amount")):
        (given if account == books.CONTRIBUTIONS else costs)[of] += (
            -int(total) if account == books.CONTRIBUTIONS else int(total)
        )
    share = _share(costs, given, currency)
    return None if share is None else min(1.0, max(0.0, share))


def _share(part: Mapping[str, int], of: Mapping[str, int], currency: str) -> float | None:
    some, every = whole(part, currency), whole(of, currency)
    return None if some is None or not every else some / every


def _reach() -> float | None:
    """Which share of what was applied for the rules of facilities allow; None where no application could be judged."""
    judged = [eligibility.verdict(said) for one in acts.subjects(APPLICATION) if (said := calls.findings(one))]
    known = [verdict for verdict in judged if verdict != "undetermined"]
    return known.count("eligible") / len(known) if known else None
