"""Fills a store with the region, through the same services people use: nothing here knows a table."""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from django.conf import settings
from django.utils import timezone

from countermark.accounts import demo
from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cooperation import actors, acts, indicators, needs, offers
from countermark.cooperation.matching import runs
from countermark.cooperation.needs import Asked, Costed
from countermark.demo.region import consultation, fund, outcomes, projects, published, tables, training
from countermark.demo.region.tables import begin, table
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence

COORDINATOR = Actor("assistance")
EVIDENCE = {
    "marking": "marked_share",
    "records": "discrepancies_open",
    "tracing": "requests_unanswered",
    "stockpile": "missing",
}
"""The figure of the register that shows a need of a theme."""
READINESS = ("rules", "structures", "infrastructure", "staff")


@dataclass
class Region:
    """What was made so far: keys of actors, needs and projects by the names the file gives them."""

    own: str
    today: date
    by: Actor
    chance: Random
    actors: dict[str, str] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)

    def coordinator(self, state: str) -> Actor:
        """Who works on projects for a State."""
        return COORDINATOR if state == self.own else Actor(f"coordinator of {state}")

    def authority(self, state: str) -> Actor:
        """Who passes gates for a State."""
        return Actor("authority" if state == self.own else f"authority_{state.lower()}")

    def officer(self, giver: str) -> Actor:
        """Who works on projects for a donor or organisation."""
        return Actor("partner" if giver == "agency" else f"officer of {giver}")


def furnish(*, by: Actor, today: date | None = None) -> None:
    """Makes the region. `today` is the day its years count back from; the present one where none is named."""
    region = Region(settings.ENVIRONMENT.state, today or timezone.localdate(), by, Random(7))
    _actors(region)
    _seats(region)
    _needs(region)
    _offers(region)
    projects.furnish(region)
    fund.furnish(region)
    training.furnish(region)
    outcomes.furnish(region)
    consultation.furnish(region)
    published.furnish(region)
    _matching(region)


def _actors(region: Region) -> None:
    for one in table()["states"]:
        region.actors[one["code"]] = actors.set_actor(
            "", one["name"], "state", country_code=one["code"], regions=one["regions"], by=COORDINATOR
        )
    for one in table()["others"]:
        region.actors[one["key"]] = actors.set_actor(
            acts.request_id(f"demonstration {one['key']}"), one["name"], one["kind"], country_code=one.get("country", ""),
            regions=one.get("regions", ()), contact=one["contact"], by=COORDINATOR,
        )  # fmt: skip


def _seats(region: Region) -> None:
    """Who speaks for whom: an authority for each State, the partner for the development agency, a second fund manager."""
    for one in table()["states"]:
        name = region.authority(one["code"]).name
        if name != "authority":
            accounts.add_user(
                name, ["authority"], None, demo.PASSWORD, full_name=f"Authority of {one['code']}", by=region.by
            )
        actors.seat(User.objects.get(username=name), one["code"], by=COORDINATOR)
    accounts.add_user("fund2", ["fund"], None, demo.PASSWORD, full_name="Edmar Lisboa Trant", by=region.by)
    actors.seat(User.objects.get(username="partner"), region.actors["agency"], by=COORDINATOR)


def _needs(region: Region) -> None:
    for one in table()["needs"]:
        said = _need(region, one)
        request = f"demonstration {one['state']} {one['title']}"
        key = needs.state_need(said, actor=one["state"], by=region.coordinator(one["state"]), request=request)
        if one["project"]:
            region.needs[one["project"]] = key


def _need(region: Region, one: dict[str, Any]) -> needs.Said:
    state, first = one["state"], begin(region.today, one["year"])
    languages = next(known["languages"] for known in table()["states"] if known["code"] == state)
    visibility = one.get("visibility", "public")
    # What a register can count is better evidence than words; a store that has nothing to count has none.
    shown = indicators.figure(EVIDENCE.get(one["theme"], "")) if state == region.own else None
    return needs.Said(
        indicator=shown.indicator.key if shown else "",
        indicator_value=shown.written if shown else "",
        indicator_day=shown.as_of if shown else "",
        title=one["title"],
        theme=one["theme"],
        gap=one["gap"],
        currency="EUR",
        priority=one["priority"],
        begin=first,
        end=f"{int(first[:4]) + tables.NEED_YEARS}-12-31",
        wanted=[Asked(*wanted) for wanted in one["wanted"]],
        once=[Costed(*cost) for cost in one["once"]],
        yearly=[Costed(kind, amount, state if payer == "own" else "") for kind, amount, payer in one["yearly"]],
        languages=languages,
        after=state if any(cost[2] == "own" for cost in one["yearly"]) else "",
        readiness=dict(zip(READINESS, one["readiness"], strict=True)),
        visibility=visibility,
        partners=[region.actors["ministry"]] if visibility == "partners" else [],
    )


def _offers(region: Region) -> None:
    for one in table()["offers"]:
        first = begin(region.today, one["year"])
        said = offers.Said(
            title=one["title"],
            currency="EUR",
            budget=one["budget"],
            begin=first,
            end=f"{int(first[:4]) + one['years'] - 1}-12-31",
            kinds=one["kinds"],
            themes=one.get("themes", ()),
            regions=one.get("regions", ()),
            ceiling=one.get("ceiling", ""),
            co_funding=one.get("co_funding", 0),
            languages=one.get("languages", ()),
            standards=one.get("standards", ()),
        )
        actor = region.actors[one["of"]]
        offers.state_offer(said, actor=actor, by=region.officer(one["of"]), request=f"demonstration {one['title']}")


def _matching(region: Region) -> None:
    """What is open matched, and once again with a decision by hand, so that what it costs can be seen."""
    request = "demonstration matching"
    key = runs.match(
        currency="EUR", today=region.today.isoformat(), actor=region.own, by=COORDINATOR, request=request
    )  # fmt: skip
    found = acts.known(runs.KIND, key, Sentence("the run made just now"))
    largest = max(runs.document(found).answer.matches, key=lambda match: match.amount, default=None)
    if largest is None:
        return
    reason = "The provider has asked to wait for its new budget."
    runs.override(
        key, str(largest.need), str(largest.offer), limit="10000", reason=reason, actor=region.own, by=COORDINATOR,
        request=f"{request} decided",
    )  # fmt: skip
