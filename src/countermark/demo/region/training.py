"""Courses, who was nominated, chosen, taught and certified, and who is still in post."""

from typing import TYPE_CHECKING, Any

from countermark.cooperation import acts
from countermark.cooperation.training import queries, services
from countermark.cooperation.training.services import CallSaid, CourseSaid, Person
from countermark.cooperation.training.states import Nomination
from countermark.demo.region.tables import months_after, past, table
from countermark.ledger.services import Actor

if TYPE_CHECKING:
    from countermark.demo.region.build import Region

FIRST = ("Ana", "Bruno", "Carme", "Dario", "Elisa", "Fadi", "Gisele", "Hamid", "Inès", "Jonas", "Katia", "Leo", "Mina", "Nuno", "Olga", "Paul")  # fmt: skip
LAST = (
    "Abreu",
    "Brun",
    "Costa",
    "Diallo",
    "Esteve",
    "Farouk",
    "Gomes",
    "Hadad",
    "Ilves",
    "Janko",
    "Keita",
    "Lemos",
    "Moreau",
    "Nasri",
)
WOMEN = frozenset({"Ana", "Carme", "Elisa", "Gisele", "Inès", "Katia", "Mina", "Olga"})
FUNCTIONS = ("marking", "police", "records", "armourer", "tracing")
EACH = 3
"""People a State nominates for a course."""
PASSES = 9
"""Of ten who come."""


def furnish(region: "Region") -> None:
    """Makes the catalogue, the courses that were held, and the calls that are open."""
    for number, one in enumerate(table()["courses"]):
        key = services.describe(
            CourseSaid(one["title"], one["theme"], one["days"], one["languages"], one["contents"]),
            actor=region.actors[one["of"]], by=region.officer(one["of"]), request=f"demonstration {one['title']}",
        )  # fmt: skip
        for ago in one["held"]:
            _held(region, one, key, ago, number)
        if one["open"]:
            _open(region, one, key)


def _call(region: "Region", one: dict[str, Any], course: str, first: str) -> str:
    said = CallSaid(
        course, first, months_after(first, 0, one["days"] - 1), months_after(first, -1), seats=10, quota=2, languages=one["languages"],
        share=40, gap_years=3, where="Regional Centre for Peace West", source="Decision of the regional meeting",
    )  # fmt: skip
    by = region.officer(one["of"])
    return services.open_call(
        said, actor=region.actors[one["of"]], by=by, request=f"demonstration {one['title']} {first}"
    )


def _held(region: "Region", one: dict[str, Any], course: str, ago: int, number: int) -> None:
    first = f"{region.today.year - ago}-04-{10 + number:02d}"
    call, provider, by = _call(region, one, course, first), region.actors[one["of"]], region.officer(one["of"])
    before, after = months_after(first, -2), months_after(first, 0, -10)
    for state in table()["states"]:
        for rank in range(1, EACH + 1):
            _nominate(region, call, state, rank, before)
    services.choose(call, actor=provider, today=after, by=by)
    for day in range(1, one["days"] + 1):
        chosen = [found.key for found in queries.nominations(call) if found.state == "chosen"]
        there = [key for key in chosen if region.chance.random() > 0.05]
        services.attend(call, day, there, actor=provider, by=by, happened=months_after(first, 0, day - 1))
    for found in queries.nominations(call):
        if found.state == "chosen":
            _finish(region, found.key, first, provider, by)


def _nominate(region: "Region", call: str, state: dict[str, Any], rank: int, day: str) -> None:
    name = region.chance.choice(FIRST)
    person = Person(
        f"{name} {region.chance.choice(LAST)}", f"{state['code']}-{region.chance.randrange(1000, 9999)}",
        region.chance.choice(FUNCTIONS), "f" if name in WOMEN else "m", state["languages"], "", rank,
    )  # fmt: skip
    services.nominate(
        call, person, actor=state["code"], today=day, by=region.coordinator(state["code"]),
        request=f"demonstration {call} {state['code']} {rank}",
    )  # fmt: skip


def _finish(region: "Region", key: str, first: str, provider: str, by: Actor) -> None:
    """Tests, the certificate, and what the State says of the post in the years after."""
    before = region.chance.randrange(20, 60)
    passed = region.chance.randrange(10) < PASSES
    after = region.chance.randrange(65, 98) if passed else region.chance.randrange(30, 55)
    services.examine(key, actor=provider, by=by, before=before, after=after, passed=passed)
    if not passed or not _value(key).present:
        return
    services.certify(key, actor=provider, by=by, happened=past(months_after(first, 0, 20), region.today))
    value = _value(key)
    for years in (1, 3, 5):
        day = months_after(value.certified, 12 * years, 10)
        if day > region.today.isoformat() or region.chance.random() < 0.25:
            continue
        still = region.chance.random() < 1 - 0.14 * years
        services.check(key, day, still, actor=value.state, by=region.coordinator(value.state))
        if not still:
            return


def _value(key: str) -> Nomination:
    found = acts.subject("nomination", key)
    assert found is not None  # noqa: S101 -- it was made a moment ago
    return found.of(Nomination)


def _open(region: "Region", one: dict[str, Any], course: str) -> None:
    call = _call(region, one, course, months_after(region.today.isoformat(), 3))
    for state in table()["states"][1:4]:
        if set(state["languages"]) & set(one["languages"]):
            _nominate(region, call, state, 1, region.today.isoformat())
