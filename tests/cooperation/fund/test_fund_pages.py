"""The fund on pages: who sees what, and a whole life of money from pledge to report."""

import csv
from typing import Any

import pytest
from django.test import Client

from countermark.accounts.models import User
from countermark.cooperation import actors, acts
from countermark.cooperation import queries as room
from countermark.cooperation.fund import awards, calls, closing, facilities, queries, windows
from countermark.cooperation.fund.shapes import AWARD, CALL, ENTRY, REPORT, WINDOW
from countermark.cooperation.fund.windows import Promise
from countermark.cooperation.projects import calendar
from countermark.ledger.services import Actor
from tests.cooperation.fund.money import DAY, TREASURER, Fund, application, awarded, call, fund, scored
from tests.register.people import signed_in

pytestmark = pytest.mark.django_db
ROOT = "/cooperation/fund/"


def seated(name: str, role: str, actor: str) -> Client:
    """Somebody with a role who speaks for an actor."""
    client = signed_in(name, role)
    actors.seat(User.objects.get(username=name), actor, by=TREASURER)
    return client


def sent(client: Client, path: str, **said: Any) -> str:
    """Sends a form and follows where it leads; the page it leads to."""
    answer = client.post(path, said, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def refused(client: Client, path: str, **said: Any) -> str:
    """Sends a form that is refused; the page that says why."""
    answer = client.post(path, said)
    assert answer.status_code == 422
    return answer.content.decode()


def seen(client: Client, path: str) -> str:
    """A page somebody reaches."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def key(kind: str) -> str:
    """The only subject of a kind."""
    return acts.subjects(kind)[0].key


def test_money_goes_its_whole_way_on_pages() -> None:
    of = fund()
    keeper = signed_in("keeper", "fund")
    base = f"{ROOT}windows/{of.window}/"
    page = sent(
        keeper, f"{base}post/contribution/", donor=of.donor, currency="USD", amount="1 000.00", day=DAY, once="a"
    )
    assert "1\u00a0000.00\u00a0USD" in page
    sent(keeper, f"{base}post/contribution/", donor=of.donor, currency="USD", amount="1 000.00", day=DAY, once="a")
    assert queries.balances(of.window).available("USD") == 100000

    call(of)
    applicant = seated("applicant", "partner", of.own)
    sent(
        applicant, f"{ROOT}calls/{key(CALL)}/apply/", recipient=of.own, title="Two machines", theme="marking", amount="900",
        months="18", summary="To mark.", budget="equipment; 900", national_report="yes", once="b",
    )  # fmt: skip
    found = acts.subjects("fundapplication")[0]
    assert found.value["facts"]["national_report"] is True
    assert found.value["facts"]["gender_analysis"] is None
    for name in ("ana", "ben"):
        scorer = Client()
        scorer.force_login(User.objects.get(username=name))
        sent(scorer, f"{ROOT}applications/{found.key}/score/", mark_need="5", mark_lasting="4", comment="Sound.")
    assert "92.0" in seen(keeper, f"{ROOT}applications/{found.key}/")

    sent(keeper, f"{ROOT}applications/{found.key}/grant/", amount="900", day=DAY, begin=DAY, end="2027-12-31", tranches=f"500; {DAY}; 0\n400; 2026-12-31; 1", once="c")  # fmt: skip
    award = key(AWARD)
    authority = seated("authority", "authority", of.own)
    sent(authority, f"{ROOT}awards/{award}/accept/")
    sent(keeper, f"{ROOT}awards/{award}/disburse/", day=DAY, once="d")
    assert "accepted reports" in refused(keeper, f"{ROOT}awards/{award}/disburse/", day=DAY, once="e")
    sent(
        applicant,
        f"{ROOT}awards/{award}/report/",
        begin=DAY,
        end="2026-10-31",
        spent="450.00",
        narrative="One runs.",
        once="f",
    )
    sent(keeper, f"{ROOT}reports/{key(REPORT)}/accept/", day="2026-11-01")
    sent(keeper, f"{ROOT}awards/{award}/refund/", amount="10", day="2026-11-01", once="g")

    sums = queries.award_sums(award)
    assert (sums.paid, sums.spent, sums.refunded, sums.open) == (50000, 45000, 1000, 4000)


def test_books_are_closed_by_two_people_on_pages() -> None:
    of = fund()
    of.give()
    keeper, second = signed_in("keeper", "fund"), signed_in("second_keeper", "fund")
    sent(keeper, f"{ROOT}windows/{of.window}/close/", through="2026-06-30")
    found = key("fundclosing")
    assert (
        "Close the books"
        not in seen(keeper, f"{ROOT}closings/{found}/").split("<h1")[1].split("</h1>")[1].split('class="tabs"')[0]
    )
    refused(keeper, f"{ROOT}closings/{found}/approve/")

    sent(second, f"{ROOT}closings/{found}/approve/")

    assert queries.closed_through(of.window) == "2026-06-30"
    assert "closed through 2026-06-30" in refused(
        keeper, f"{ROOT}windows/{of.window}/post/fee/", currency="USD", amount="1", day="2026-06-01"
    )


@pytest.fixture
def shown() -> dict[str, Any]:
    """A fund with a donor's pledge, an award to `own`, an entry reversed, and who looks at it."""
    of = fund()
    of.give("1000")
    of.give("333", donor=of.centre)
    pledge = windows.pledge(
        Promise(window=of.window, donor=of.donor, currency="USD", amount="77.77", day=DAY), by=TREASURER
    )
    award = awarded(of)
    awards.disburse(award, day=DAY, by=TREASURER)
    return {
        "of": of,
        "pledge": pledge,
        "award": award,
        "donor": seated("a_donor", "partner", of.donor),
        "recipient": seated("a_recipient", "partner", of.own),
        "stranger": seated("a_stranger", "partner", of.other),
        "keeper": signed_in("keeper", "fund"),
        "auditor": signed_in("an_auditor", "auditor"),
    }


def test_a_donor_sees_what_it_gave_and_nobody_elses(shown: dict[str, Any]) -> None:
    of: Fund = shown["of"]
    page = seen(shown["donor"], f"{ROOT}windows/{of.window}/")

    assert "1\u00a0000.00\u00a0USD" in page
    assert "333.00" not in page
    assert "77.77" in seen(shown["donor"], ROOT)
    assert "77.77" not in seen(shown["stranger"], ROOT)
    assert shown["stranger"].get(f"{ROOT}pledges/{shown['pledge']}/").status_code == 404


def test_a_donor_sees_where_it_went_and_not_the_award_itself(shown: dict[str, Any]) -> None:
    page = seen(shown["donor"], f"{ROOT}windows/{shown['of'].window}/").split('id="granted"')[1]

    assert "Republic of XA" in page
    assert "marking" in page
    assert shown["award"] not in page
    assert "333.00" not in page


def test_a_recipient_sees_its_award_and_others_do_not(shown: dict[str, Any]) -> None:
    path = f"{ROOT}awards/{shown['award']}/"
    assert "500.00" in seen(shown["recipient"], path)
    for other in ("donor", "stranger"):
        assert shown[other].get(path).status_code == 404
        assert shown[other].get(f"{ROOT}statements/?award={shown['award']}").content.count(b"500.00") == 0


def test_the_journal_is_for_who_keeps_the_books_and_the_auditor(shown: dict[str, Any]) -> None:
    path = f"{ROOT}windows/{shown['of'].window}/journal/"
    for who in ("keeper", "auditor"):
        assert "Bank" in seen(shown[who], path)
    for who in ("donor", "recipient", "stranger"):
        assert shown[who].get(path).status_code == 404
        assert shown[who].get(f"{ROOT}entries/{key(ENTRY)}/").status_code == 404


def test_every_page_of_the_fund_is_shown_to_who_keeps_the_books(shown: dict[str, Any]) -> None:
    of = shown["of"]
    windows.set_rate("EUR", "USD", "2026-01-01", "1.1", "bank", by=TREASURER)
    closing.propose(of.window, "2026-06-30", by=TREASURER)
    one = acts.subjects("fundapplication")[0].key
    for path in (
        "", f"windows/{of.window}/", f"windows/{of.window}/post/exchange/", f"windows/{of.window}/post/repayment/", f"windows/{of.window}/pledge/",
        f"entries/{key(ENTRY)}/", f"entries/{key(ENTRY)}/reverse/", f"pledges/{shown['pledge']}/", "rates/", "rates/add/", "calls/add/",
        f"calls/{key(CALL)}/", f"calls/{key(CALL)}/close/", f"applications/{one}/", f"awards/{shown['award']}/end/", "statements/?year=2026&currency=usd",
        "facilities/", "facilities/unscar/", "facilities/add/", "models/", f"closings/{key('fundclosing')}/", f"closings/{key('fundclosing')}/approve/",
    ):  # fmt: skip
        seen(shown["keeper"], ROOT + path)


def test_the_statement_of_a_year_is_taken_away_as_it_is_seen(shown: dict[str, Any]) -> None:
    answer = shown["keeper"].post(
        f"{ROOT}statements/?year=2026&currency=USD", {"format": "csv", "purpose": "for the auditors"}
    )
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(text.splitlines()))

    assert [row[1] for row in rows[1:3]] == ["Bank", "Paid to recipients, not yet accounted for"]


def test_scores_are_not_shown_before_two_gave_theirs() -> None:
    of = fund()
    of.give()
    one = application(of, call(of))
    calls.score(
        one,
        {"need": 3, "lasting": 1},
        "A secret doubt.",
        scorer=User.objects.get(username="ana"),
        speaks_for="",
        by=Actor("ana"),
    )
    ben = Client()
    ben.force_login(User.objects.get(username="ben"))
    assert "secret doubt" not in seen(ben, f"{ROOT}applications/{one}/")
    assert "secret doubt" not in seen(signed_in("keeper", "fund"), f"{ROOT}applications/{one}/")

    sent(ben, f"{ROOT}applications/{one}/score/", mark_need="3", mark_lasting="2")

    assert "secret doubt" in seen(ben, f"{ROOT}applications/{one}/")
    theirs = seen(seated("own_writer", "assistance", of.own), f"{ROOT}applications/{one}/")
    assert "secret doubt" not in theirs
    assert "when two scorers have given theirs" not in theirs


def test_a_line_that_is_none_is_named() -> None:
    of = fund()
    of.give()
    one = scored(application(of, call(of)))
    page = refused(
        signed_in("keeper", "fund"),
        f"{ROOT}applications/{one}/grant/",
        amount="900",
        day=DAY,
        begin=DAY,
        end=DAY,
        tranches="900",
    )

    assert "lines as the example" in page


def test_a_window_opened_twice_by_one_form_is_one() -> None:
    keeper = signed_in("keeper", "fund")
    for _time in range(2):
        sent(
            keeper,
            f"{ROOT}windows/add/",
            title="Regional window",
            model="regional",
            currency="USD",
            regions="west",
            once="x",
        )

    assert len(acts.subjects(WINDOW)) == 1


def test_a_facility_of_ones_own_is_added_and_a_broken_one_is_not() -> None:
    keeper = signed_in("keeper", "fund")
    assert "Conditions of our own fund" in sent(keeper, f"{ROOT}facilities/add/", rules=facilities.template())
    refused(keeper, f"{ROOT}facilities/add/", rules="id = 1")
    refused(keeper, f"{ROOT}facilities/add/", rules=facilities.template().replace("own-fund", "unscar"))


def test_what_waits_is_told_to_whom_it_waits_for(shown: dict[str, Any]) -> None:
    of: Fund = shown["of"]
    asked = application(of, call(of), applicant=of.centre)
    authority = seated("authority", "authority", of.own)

    assert f"/fund/applications/{asked}/" in seen(authority, "/cooperation/")
    assert "tranche 2 waits for it" in seen(shown["recipient"], "/cooperation/")
    assert "/fund/" not in seen(shown["stranger"], "/cooperation/").split('id="waits"')[1]

    awards.report(
        awards.ReportSaid(award=shown["award"], begin=DAY, end=DAY, spent="10", narrative="One runs."),
        speaks_for=of.own,
        by=Actor("applicant"),
    )
    assert "Report 1 on an award" in seen(shown["keeper"], "/cooperation/")
    assert "tranche 2" not in seen(shown["recipient"], "/cooperation/")


def test_days_of_the_fund_are_in_the_calendar_of_who_may_see_them(shown: dict[str, Any]) -> None:
    def kinds(name: str) -> set[str]:
        who = room.viewer(User.objects.get(username=name))
        return {one.kind for one in calendar.entries(who)}

    assert {"call", "pledge", "tranche"} <= kinds("keeper")
    assert kinds("a_donor") & {"pledge", "tranche"} == {"pledge"}
    assert kinds("a_recipient") & {"pledge", "tranche"} == {"tranche"}
    assert kinds("a_stranger") & {"pledge", "tranche"} == set()


def test_who_keeps_the_books_reads_what_is_left_of_the_budget_of_a_call_and_nobody_else_does() -> None:
    of = fund()
    of.give("1000")
    awarded(of)
    granted = acts.subjects("fundapplication")[0].key
    keeper, applicant = signed_in("keeper", "fund"), seated("applicant", "partner", of.own)

    assert "4\u00a0100.00\u00a0USD" in seen(keeper, f"{ROOT}calls/{key(CALL)}/")
    assert "4\u00a0100.00\u00a0USD" in seen(keeper, f"{ROOT}applications/{granted}/grant/")
    assert "Not granted yet" not in seen(applicant, f"{ROOT}calls/{key(CALL)}/")
