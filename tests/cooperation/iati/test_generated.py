"""Random projects, offers and windows: what is made of them is valid by the official schema, balances and invents nothing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.cooperation.iati import building, ruleset
from countermark.cooperation.iati.building import Facts, Movement, Party, Reporter, WindowFacts
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.kinds import Markers
from countermark.cooperation.iati.model import Activities
from countermark.cooperation.iati.reading import load
from countermark.cooperation.iati.writing import dump
from countermark.cooperation.offers import Offer
from countermark.cooperation.projects.rules.shapes import (
    STAGES,
    Deliverable,
    Giver,
    Indicator,
    Line,
    Passed,
    Project,
    Reading,
    Running,
    Terms,
)
from countermark.cooperation.rules.themes import THEMES
from tests.conftest import SCALE
from tests.cooperation.iati.standard import needs_standard, schema
from tests.cooperation.iati.strategies import TEXTS

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FEW = settings(max_examples=min(20 * SCALE, 300))
PARTIES = {
    "XA": Party("XA", "Republic of XA", "state", "XA"),
    "donor": Party("donor", "Fund & <Co>", "donor", "XD", "XD-GOV-7"),
    "un": Party("un", "مكتب", "un"),
    "ngo": Party("ngo", "\x01a name with a control sign", "ngo", "FR"),
}
WORDS = {str(number): text for number, text in enumerate((*TEXTS, "\x00\ud800 no XML"))}
CURRENCIES = ("EUR", "JPY", "KWD")


def day(random: Random) -> date:
    return date(2020, 1, 1) + timedelta(random.randint(0, 4000))


def window(random: Random) -> tuple[str, str]:
    begin = day(random)
    return begin.isoformat(), (begin + timedelta(random.choice([0, 200, 364, 365, 1500]))).isoformat()


def word(random: Random) -> str:
    return random.choice([*WORDS, "erased"])


def amount(random: Random) -> int:
    return random.choice([0, 1, 99, 5_000_050, 10**15])


def project(random: Random) -> Project:
    begin, end = window(random)
    givers = tuple(Giver(one, amount(random)) for one in random.sample(["donor", "un", "ngo"], random.randint(0, 3)))
    sides = ["XA", *(one.actor for one in givers)]
    signed = dict.fromkeys(random.sample(sides, random.randint(0, len(sides))), ("person", "2026-02-01T10:00:00.000Z"))
    passed = {gate: Passed("p", "2026-03-01T10:00:00.000Z", "e") for gate in STAGES[: random.randint(0, 4)]}
    return Project(
        title=word(random),
        recipient="XA",
        currency=random.choice(CURRENCIES),
        begin=begin,
        end=end,
        givers=givers,
        needs=(),
        themes=tuple(random.sample(sorted(THEMES), random.randint(0, 4))),
        aims=word(random),
        once=tuple(Line("equipment", amount(random)) for _ in range(random.randint(0, 2))),
        oda=random.choice(["", "yes", "no"]),
        running=tuple(Running("power", amount(random), 2025, random.randint(2025, 2028), random.choice(["", "XA"])) for _ in range(2)),
        terms=random.choice([None, Terms("d", signed=signed)]),
        indicators={str(number): indicator(random) for number in range(random.randint(0, 2))},
        deliverables={str(number): deliverable(random) for number in range(random.randint(0, 2))},
        passed=passed,
        outcome=random.choice(["", word(random)]),
    )  # fmt: skip


def indicator(random: Random) -> Indicator:
    days = sorted({day(random).isoformat() for _ in range(random.randint(0, 3))})
    readings = tuple(Reading(one, "71.3", word(random)) for one in days)
    due = random.choice([*days, day(random).isoformat()])
    return Indicator(word(random), "40", "95", due, word(random), readings=readings)


def deliverable(random: Random) -> Deliverable:
    owner, due = random.choice(["", "donor"]), day(random).isoformat()
    return Deliverable("equipment", word(random), due, owner, random.randint(1, 9), accepted=random.choice(["", due]))


def movement(random: Random) -> Movement:
    return Movement(
        random.choice(["1", "2", "3", "4", "11", "13"]),
        day(random),
        amount(random) - 500,
        random.choice(CURRENCIES),
        random.choice([None, PARTIES["donor"]]),
        random.choice([None, PARTIES["XA"]]),
        random.choice(TEXTS),
        "ref",
    )


def made(random: Random) -> Activities:
    reporter = Reporter(random.choice(list(PARTIES.values())), "en", NOW)
    facts = Facts(
        PARTIES,
        WORDS,
        [random.choice(TEXTS)],
        [movement(random) for _ in range(random.randint(0, 3))],
        Markers({"1": "2", "11": "0"}, flow=random.choice(["", "10"])),
        NOW,
        ["XA-fund"],
    )
    begin, end = window(random)
    regions = tuple(random.sample(["XA", "west", "FR"], random.randint(0, 3)))
    offer = Offer(word(random), "EUR", amount(random), begin, end, themes=("marking",), regions=regions)
    opened = random.choice([None, day(random)])
    fund = WindowFacts(
        "w", random.choice(TEXTS), "EUR", opened, opened, random.choice([True, False]), regions, facts.movements
    )
    stage = random.choice([*STAGES, "cancelled"])
    return building.portfolio(
        [
            building.project_activity("p", stage, project(random), facts, reporter),
            building.offer_activity("o", "open", offer, facts, reporter, PARTIES["donor"]),
            building.window_activity(fund, reporter),
        ],
        NOW,
    )


seeds = st.integers(0, 2**32 - 1)


@needs_standard
@FEW
@given(seeds)
def test_what_is_made_of_a_random_portfolio_is_valid_by_the_official_schema(seed: int) -> None:
    official: Any = schema()
    official.validate(load(dump(made(Random(seed)))).root)
    assert not list(official.error_log)


AVOIDABLE = {"1.1.3", "1.3.1", "2.1.1", "2.1.2", "2.1.4", "3.1.1", "3.4.2", "3.6.2", "4.1.1", "4.3.1", "6.2.2", "6.9.1", "6.11.1", "7.5.3", "7.8.1", "8.6.1", "12.3.1", "102.1.1", "107.1.2"}  # fmt: skip
"""Rules that no choice of a user could break: only how activities are made."""


@FEW
@given(seeds)
def test_what_is_made_breaks_no_rule_by_how_it_is_made(seed: int) -> None:
    read = load(dump(made(Random(seed))))
    broken: list[Finding] = [one for one in ruleset.check(read, NOW) if one.rule in AVOIDABLE]
    assert not read.findings
    assert not broken


@FEW
@given(seeds)
def test_movements_leave_as_they_are_to_the_last_minor_unit(seed: int) -> None:
    random = Random(seed)
    moved = [movement(random) for _ in range(3)]
    fund = WindowFacts("w", "W", "EUR", None, None, False, (), moved)
    read = load(dump(building.portfolio([building.window_activity(fund, Reporter(PARTIES["XA"], "en", NOW))], NOW)))
    found = [(one.type, one.value.currency, one.value.amount) for one in read.activities[0].transactions if one.value]
    places = {"EUR": 2, "JPY": 0, "KWD": 3}
    assert found == [(one.type, one.currency, Decimal(one.amount).scaleb(-places[one.currency])) for one in moved]


@given(st.lists(st.sampled_from(sorted(THEMES)), max_size=8))
def test_sectors_of_themes_add_up_to_a_hundred(themes: list[str]) -> None:
    found = building.sectors(themes)
    shares = [one.percentage for one in found if one.percentage is not None]
    assert (sum(shares) == 100) if len(found) > 1 else not shares
