"""The needs and offers of the register as a market: what somebody may use, in one currency, as far as it is still open and unmet.

A need is in the region of the State whose it is, and offers name regions or countries: an offer for a region is put down as one for each State
of it. What projects bring already is off a need; what projects take already is off an offer.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from countermark.cooperation import acts, needs, offers, queries
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.matching import market
from countermark.cooperation.matching.market import Market
from countermark.cooperation.projects.rules.shapes import CANCELLED, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject

PREPARED = Decimal("0.25")
"""By how much more a need counts whose recipient says that everything is in place; in proportion, where some is."""
READINESS = "readiness "
"""How the reason for that weight begins."""
_LEVELS, _TOP = 4, 3


@dataclass(frozen=True)
class Inputs:
    """The market, and how many open needs and offers are not in it because they are in another currency."""

    market: Market
    others: int


def gathered(who: Viewer, currency: str, today: str, *, readiness: bool = False) -> Inputs:
    """What somebody may see and is open on a day (YYYY-MM-DD), in a currency. `readiness`: the prepared count more."""
    asked = [(one, one.of(needs.Need)) for one in queries.visible(who, "need", state="open")]
    given = [(one, one.of(offers.Offer)) for one in queries.visible(who, "offer", state="open")]
    regions = _regions()
    brought, left = _brought(), offers.left([one for one, _ in given])
    wanted = [
        _need(one, need, brought.get(one.key, 0), today, readiness=readiness)
        for one, need in asked
        if need.currency == currency and need.end >= today and brought.get(one.key, 0) < need.amount
    ]
    offered = [
        _offer(one, offer, left.get(one.key, offer.budget), today, regions)
        for one, offer in given
        if offer.currency == currency and offer.end >= today
    ]
    stated = [*(need.currency for _, need in asked), *(offer.currency for _, offer in given)]
    others = sum(one != currency for one in stated)
    wanted.sort(key=lambda need: str(need.id))
    offered.sort(key=lambda offer: str(offer.id))
    return Inputs(Market(wanted, offered, currency=currency, minor_units=money.exponent(currency)), others)


def currencies(who: Viewer) -> list[str]:
    """The currencies of open needs somebody may see, that of most needs first."""
    count: defaultdict[str, int] = defaultdict(int)
    for one in queries.visible(who, "need", state="open"):
        count[str(one.value.get("currency", ""))] += 1
    return sorted(count, key=lambda code: (-count[code], code))


def _need(one: Subject, need: needs.Need, brought: int, today: str, *, readiness: bool) -> market.Need:
    left = need.amount - brought
    least = max(Decimal(0), Decimal(need.min_share) * need.amount / 100 - brought) / left
    weight, reason = _prepared(need) if readiness else (Decimal(1), "")
    owner = queries.owner(one)
    return market.Need(
        id=one.key,
        amount=_amount(left, need.currency),
        theme=need.theme,
        region=owner,
        priority=need.priority,
        from_=max(need.begin, today),
        to=need.end,
        kinds=list(need.kinds),
        min_share=min(Decimal(1), least.quantize(Decimal("1e-12"))),
        recipient=owner,
        languages=list(need.languages),
        standards=list(need.compatible),
        weight=weight,
        weight_reason=reason,
    )


def _prepared(need: needs.Need) -> tuple[Decimal, str]:
    points = sum(need.readiness.values())
    if not points:
        return Decimal(1), ""
    return 1 + PREPARED * points / (_LEVELS * _TOP), f"{READINESS}{points}/{_LEVELS * _TOP}"


def _offer(one: Subject, offer: offers.Offer, left: int, today: str, regions: dict[str, set[str]]) -> market.Offer:
    names = [*offer.regions, *sorted(state for state, its in regions.items() if not its.isdisjoint(offer.regions))]
    return market.Offer(
        id=one.key,
        budget=_amount(max(0, left), offer.currency),
        themes=list(offer.themes),
        regions=list(dict.fromkeys(names)),
        from_=max(offer.begin, today),
        to=offer.end,
        kinds=list(offer.kinds),
        eligible=list(offer.eligible),
        languages=list(offer.languages),
        standards=list(offer.standards),
        ceiling=_amount(offer.ceiling, offer.currency) if offer.ceiling else None,
        co_funding=Decimal(offer.co_funding) / 100,
    )


def _amount(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-money.exponent(currency))


def _regions() -> dict[str, set[str]]:
    """The country and regions of every State, by its key."""
    facts = [(one.key, one.of(ActorFacts)) for one in acts.subjects("actor", state="state")]
    return {key: {one.country, *one.regions} - {""} for key, one in facts}


def _projects() -> list[Project]:
    rows = acts.rows("project").exclude(state=CANCELLED).order_by("key")
    return [acts.subject_of_row(row).of(Project) for row in rows]


def _brought() -> dict[str, int]:
    """What projects bring for each need, in minor units: spread over the needs a project answers by what they ask for."""
    found: defaultdict[str, int] = defaultdict(int)
    projects = _projects()
    needs_ = _needs_of(projects)
    for project in projects:
        answered = [(key, need) for key in project.needs if (need := _asked(needs_.get(key), project.currency))]
        whole, brought = sum(amount for _, amount in answered), sum(giver.amount for giver in project.givers)
        for key, amount in answered:
            found[key] += min(amount, brought * amount // whole)
    return found


def _needs_of(projects: Iterable[Project]) -> dict[str, needs.Need]:
    """The needs that projects answer, by key."""
    keys = sorted({key for project in projects for key in project.needs})
    return {row.key: acts.subject_of_row(row).of(needs.Need) for row in acts.rows("need").filter(key__in=keys)}


def _asked(need: needs.Need | None, currency: str) -> int:
    """What a need asks for; nothing, where it is in another currency."""
    return need.amount if need and need.currency == currency else 0


def _taken(found: Sequence[Subject]) -> dict[str, int] | None:
    """What projects take from offers, in the currency of the offer; nothing is known of a store without projects."""
    projects = _projects()
    if not projects:
        return None
    currency = {one.key: one.value.get("currency") for one in found}
    taken: defaultdict[str, int] = defaultdict(int)
    for giver in _givers(projects, currency):
        taken[giver[0]] += giver[1]
    return dict(taken)


def _givers(projects: Iterable[Project], currency: dict[str, object]) -> Iterable[tuple[str, int]]:
    for project in projects:
        for giver in project.givers:
            if giver.offer and currency.get(giver.offer) == project.currency:
                yield giver.offer, giver.amount


offers.given_by(_taken)
