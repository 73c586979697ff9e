"""The fund for programs: a whole life of money, and who is answered what."""

from typing import Any

import pytest
from django.test import Client

from countermark.accounts.models import User
from countermark.cooperation import actors
from countermark.cooperation.fund import queries
from tests.cooperation.fund.money import DAY, MARKS, TREASURER, application, awarded, call, fund, reported, scored
from tests.register.people import signed_in

pytestmark = pytest.mark.django_db
API = "/api/cooperation/fund/"


def program(name: str, role: str, actor: str = "") -> Client:
    """A program of somebody with a role, who may speak for an actor."""
    client = signed_in(name, role)
    if actor:
        actors.seat(User.objects.get(username=name), actor, by=TREASURER)
    return client


def sent(client: Client, path: str, *, status: int = 200, once: str = "", **said: Any) -> Any:
    """What an operation answers."""
    headers = {"Idempotency-Key": once} if once else {}
    answer = client.post(API + path, said, content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json()


def got(client: Client, path: str, status: int = 200) -> Any:
    """What a reading operation answers."""
    answer = client.get(API + path)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_money_goes_its_whole_way_by_programs() -> None:
    of, keeper = fund(), program("keeper", "fund")
    money: dict[str, Any] = {"donor": of.donor, "currency": "USD", "amount": "1000.00", "day": DAY}
    first = sent(keeper, f"windows/{of.window}/income", once="a", **money)
    assert sent(keeper, f"windows/{of.window}/income", once="a", **money) == first
    assert got(keeper, f"windows/{of.window}")["balances"] == [
        {"currency": "USD", "bank": "1000.00", "committed": "0.00", "available": "1000.00", "advances": "0.00"}
    ]

    applicant = program("applicant", "partner", of.own)
    asked: dict[str, Any] = {
        "recipient": of.own,
        "title": "Machines",
        "amount": "900",
        "months": 12,
        "theme": "marking",
        "summary": "To mark.",
    }
    one = sent(
        applicant, f"calls/{call(of)}/applications", facts={"national_report": True, "gender_analysis": None}, **asked
    )["id"]
    for name in ("ana", "ben"):
        scorer = Client()
        scorer.force_login(User.objects.get(username=name))
        sent(scorer, f"applications/{one}/scores", marks=MARKS, comment="Sound.")
    assert got(keeper, f"applications/{one}")["score"] == 100.0

    tranches = [{"amount": "500.00", "due": DAY}, {"amount": "400.00", "due": "2026-12-31", "reports": 1}]
    award = sent(
        keeper, f"applications/{one}/award", amount="900.00", day=DAY, begin=DAY, end="2027-12-31", tranches=tranches
    )["id"]
    sent(program("authority", "authority", of.own), f"awards/{award}/accept")
    sent(keeper, f"awards/{award}/tranches", day=DAY, once="t")
    sent(keeper, f"awards/{award}/tranches", day=DAY, status=422)
    report = sent(
        applicant, f"awards/{award}/reports", begin=DAY, end="2026-10-31", spent="450.00", narrative="One runs."
    )["id"]
    sent(keeper, f"reports/{report}/accept", day="2026-11-01")
    sent(keeper, f"awards/{award}/refunds", amount="50.00", day="2026-11-01")

    whole = got(applicant, f"awards/{award}")
    assert {name: whole[name] for name in ("committed", "paid", "spent", "refunded", "open")} == {
        "committed": "400.00", "paid": "500.00", "spent": "450.00", "refunded": "50.00", "open": "0.00",
    }  # fmt: skip
    assert whole["reports"][0]["value"]["narrative"] == "One runs."
    sent(keeper, f"entries/{first['id']}/reverse", day="2026-11-02", reason="counted twice", status=422)


def test_a_program_sees_no_more_of_the_fund_than_its_person() -> None:
    of = fund()
    of.give("1000")
    of.give("333", donor=of.centre)
    award = awarded(of)
    donor, stranger = program("a_donor", "partner", of.donor), program("a_stranger", "partner", of.other)

    assert [one["given"] for one in got(donor, f"windows/{of.window}")["purses"]] == ["1000.00"]
    assert got(donor, f"windows/{of.window}")["balances"] == []
    assert got(stranger, f"windows/{of.window}")["purses"] == []
    assert (
        got(stranger, "awards")
        == got(stranger, "applications")
        == got(stranger, "pledges")
        == got(stranger, "statement")
        == []
    )
    got(stranger, f"awards/{award}", 404)
    got(donor, f"windows/{of.window}/journal", 404)
    sent(donor, "windows", title="Own", model="dedicated", currency="USD", status=403)


def test_the_books_are_closed_by_a_second_program_and_stated() -> None:
    of = fund()
    of.give()
    keeper = program("keeper", "fund")
    one = sent(keeper, f"windows/{of.window}/closings", through="2026-06-30")["id"]
    sent(keeper, f"closings/{one}/approve", status=422)

    sent(program("second_keeper", "fund"), f"closings/{one}/approve")

    assert got(keeper, f"windows/{of.window}")["closed_through"] == "2026-06-30"
    lines = got(keeper, f"statement?window={of.window}&begin=2026-01-01&end=2026-06-30&currency=USD")
    assert [(line["account"], line["carried"]) for line in lines] == [
        ("bank", "1000.00"),
        ("contributions", "-1000.00"),
    ]


def test_a_score_is_told_to_nobody_before_two_are_given() -> None:
    of = fund()
    one = application(of, call(of))
    ana = Client()
    ana.force_login(User.objects.get(username="ana"))
    sent(ana, f"applications/{one}/scores", marks=MARKS, comment="A doubt.")

    for client in (ana, program("keeper", "fund")):
        assert got(client, f"applications/{one}")["scores"] == []


def test_ways_to_fund_are_compared_and_what_nobody_knows_is_null() -> None:
    of = fund()
    of.give()
    reported(of, awarded(of), "0", accept=False)

    found = got(program("keeper", "fund"), "models?first=2026&count=2")

    assert [one["model"] for one in found] == ["dedicated", "regular", "regional", "existing"]
    assert all(one["adequacy"] is None for one in found)


def test_a_rate_a_fee_and_an_exchange_are_posted_by_programs() -> None:
    of, keeper = fund(), program("keeper", "fund")
    of.give("100", currency="EUR")
    sent(keeper, "rates", base="EUR", quote="USD", day="2026-06-01", rate="1.10", source="bank")
    sent(
        keeper,
        f"windows/{of.window}/exchanges",
        day=DAY,
        sold="EUR",
        sold_amount="50.00",
        bought="USD",
        bought_amount="54.00",
    )
    sent(keeper, f"windows/{of.window}/fees", day=DAY, currency="USD", amount="4.00")
    sent(keeper, f"windows/{of.window}/repayments", day=DAY, currency="USD", amount="50.00", purse=of.purse())

    sums = queries.balances(of.window)
    assert (sums.available("EUR"), sums.available("USD")) == (5000, 0)


def test_a_call_and_a_pledge_are_made_and_ended_by_programs() -> None:
    of, keeper = fund(), program("keeper", "fund")
    call(of)
    one = sent(
        keeper, "calls", window=of.window, title="Second call", currency="USD", budget="10", opens="2026-01-01", closes="2026-02-01",
        criteria=[{"code": "need", "label": "Need", "weight": 100}], scorers=["ana", "ben"],
    )["id"]  # fmt: skip
    sent(keeper, f"calls/{one}/close")
    pledge = sent(
        keeper,
        "pledges",
        window=of.window,
        donor=of.donor,
        currency="USD",
        amount="5",
        day=DAY,
        due=[{"day": DAY, "amount": "5"}],
    )["id"]
    sent(keeper, f"pledges/{pledge}/withdraw", reason="elections")

    assert [one["state"] for one in got(keeper, "calls?state=closed")] == ["closed"]
    assert got(keeper, "pledges")[0]["state"] == "withdrawn"


def test_a_program_that_keeps_the_books_reads_what_is_left_of_the_budget_of_a_call_and_no_other_does() -> None:
    of = fund()
    of.give("1000")
    key = call(of, budget="1000")
    awarded(of, application=scored(application(of, key)))

    assert got(program("keeper", "fund"), f"calls/{key}")["left"] == "100.00"
    assert got(program("applicant", "partner", of.own), f"calls/{key}")["left"] is None
