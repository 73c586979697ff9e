"""The fund on the command line: a whole life of money, and who may what."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from countermark import cli
from countermark.accounts.models import User
from countermark.cli import cli as program
from countermark.cooperation import actors
from countermark.cooperation.fund import facilities, queries
from countermark.register.checking import Refused
from tests.cooperation.fund.money import DAY, TREASURER, application, awarded, call, fund
from tests.register.people import person

pytestmark = pytest.mark.django_db


def ran(*words: str, who: str = "") -> Any:
    """What a command prints."""
    result = CliRunner().invoke(
        program, [*(("--as", who) if who else ()), "cooperation", "fund", *words, "--json"], standalone_mode=False
    )
    if result.exception:
        raise result.exception
    return json.loads(result.stdout)


def seated(name: str, role: str, actor: str) -> str:
    """Somebody with a role who speaks for an actor."""
    actors.seat(person(name, role), actor, by=TREASURER)
    return name


def test_money_goes_its_whole_way_by_commands() -> None:
    of = fund()
    keeper, authority, applicant = (
        person("keeper", "fund").username,
        seated("authority", "authority", of.own),
        seated("applicant", "partner", of.own),
    )
    window = ran(
        "open", "--title", "North", "--model", "regional", "--currency", "USD", "--region", "west", who=keeper
    )["window"]
    ran("receive", window, "--donor", of.donor, "--currency", "USD", "--amount", "1000", "--day", DAY, who=keeper)
    call(of)
    opened = ran(
        "call", window, "--title", "Marking", "--currency", "USD", "--budget", "1000", "--opens", "2026-01-01", "--closes", "2099-01-01",
        "--criterion", "need", "Need", "100", "5", "--scorer", "ana", "--scorer", "ben", who=keeper,
    )["call"]  # fmt: skip
    asked = ran(
        "apply", opened, "--for", of.own, "--title", "Machines", "--amount", "900", "--months", "12", "--theme", "marking",
        "--summary", "To mark.", "--cost", "equipment", "900", "--fact", "national_report", "yes", who=applicant,
    )["application"]  # fmt: skip
    for name in ("ana", "ben"):
        ran("score", asked, "--mark", "need", "5", who=name)
    award = ran(
        "grant", asked, "--amount", "900", "--day", DAY, "--begin", DAY, "--end", "2027-12-31", "--tranche", "500", DAY, "0",
        "--tranche", "400", "2026-12-31", "1", who=keeper,
    )["award"]  # fmt: skip
    ran("accept", award, who=authority)
    ran("disburse", award, "--day", DAY, who=keeper)
    report = ran(
        "report",
        award,
        "--begin",
        DAY,
        "--end",
        "2026-10-31",
        "--spent",
        "450",
        "--narrative",
        "One runs.",
        who=applicant,
    )["report"]
    ran("report-accept", report, "--day", "2026-11-01", who=keeper)
    ran("refund", award, "50", "--day", "2026-11-01", "--to-donors", who=keeper)

    shown = ran("award", award, who=applicant)
    assert (shown["paid"], shown["spent"], shown["refunded"], shown["open"]) == ("500.00", "450.00", "50.00", "0.00")
    assert ran("show", window, who=keeper)["available"] == {"USD": "100.00"}
    assert len(ran("journal", window, who=keeper)["journal"]) == 14
    assert ran("statement", "--window", window, "--award", award, who=applicant)["statement"]


def test_a_period_is_closed_by_two_commands_of_two_people() -> None:
    of = fund()
    of.give()
    keeper, second = person("keeper", "fund").username, person("keeper2", "fund").username
    one = ran("close", of.window, "2026-06-30", who=keeper)["closing"]
    with pytest.raises(Refused):
        ran("close-approve", one, who=keeper)

    ran("close-approve", one, who=second)

    assert queries.closed_through(of.window) == "2026-06-30"


def test_who_does_not_keep_the_books_posts_nothing_and_reads_its_own() -> None:
    of = fund()
    of.give("7654321.98", donor=of.centre)
    donor = seated("a_donor", "partner", of.donor)

    with pytest.raises(cli.Finding):
        ran("fee", of.window, "USD", "1", "--day", DAY, who=donor)
    with pytest.raises(cli.Finding):
        ran("journal", of.window, who=donor)
    with pytest.raises(cli.Finding):
        ran("award", awarded_to_own(of), who=donor)
    assert "7654321" not in json.dumps(ran("show", of.window, who=donor))


def awarded_to_own(of: Any) -> str:
    """An award the donor has nothing to do with."""
    of.give("1000", donor=of.centre)
    return awarded(of)


def test_other_postings_by_commands() -> None:
    of = fund()
    of.give("100", currency="EUR")
    keeper = person("keeper", "fund").username
    ran("rate", "EUR", "USD", "1.10", "--day", "2026-06-01", "--source", "bank", who=keeper)
    ran("exchange", of.window, "--sold", "EUR", "50", "--bought", "USD", "55", "--day", DAY, who=keeper)
    ran("fee", of.window, "USD", "5", "--day", DAY, who=keeper)
    entry = ran("repay", of.window, "USD", "10", "--purse", of.purse(), "--day", DAY, who=keeper)["entry"]
    ran("reverse", entry, "--day", "2026-07-01", "--reason", "not asked for", who=keeper)
    pledge = ran(
        "pledge",
        of.window,
        "--donor",
        of.donor,
        "--currency",
        "USD",
        "--amount",
        "5",
        "--day",
        DAY,
        "--due",
        "2027-01-01",
        "5",
        who=keeper,
    )["pledge"]
    ran("pledge-withdraw", pledge, "--reason", "elections", who=keeper)

    assert ran("show", of.window, who=keeper)["available"] == {"EUR": "50.00", "USD": "50.00"}
    assert ran("pledges", "--state", "withdrawn", who=keeper)["pledges"][0]["id"] == pledge


def test_an_application_is_judged_by_the_rules_of_the_facility() -> None:
    of = fund(facility="unscar")
    one = application(of, call(of))
    result = CliRunner().invoke(program, ["cooperation", "fund", "judge", one, "--json"], standalone_mode=False)

    assert result.return_value == cli.FINDINGS
    assert json.loads(result.stdout)["verdict"] == "not_eligible"


def test_conditions_of_ones_own_are_added_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(facilities.template(), "utf-8")
    fund()
    assert User.objects.count() == 0

    assert ran("facility-add", str(tmp_path / "own.toml")) == {"facility": "own-fund"}
    assert "own-fund" in [one["id"] for one in ran("facilities")["facilities"]]


def test_ways_to_fund_are_compared_by_a_command() -> None:
    fund()

    assert {one["adequacy"] for one in ran("models", "--first", "2026")["models"]} == {None}
