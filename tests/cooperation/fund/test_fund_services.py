"""The fund on a store: what is posted, promised, paid, reported, closed, and what is refused."""

from contextlib import suppress

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermark.accounts.models import User
from countermark.cooperation import acts
from countermark.cooperation import queries as room
from countermark.cooperation.fund import awards, calls, closing, common, entries, queries, windows
from countermark.cooperation.fund.entries import Change, Income
from countermark.cooperation.fund.models import Posting
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.shapes import APPLICATION, AWARD, CALL, PLEDGE, EntryFacts, PostedLine
from countermark.cooperation.fund.windows import Promise
from countermark.ledger import rebuild
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.register.views.common import sentence
from tests.cooperation.fund.money import (
    DAY,
    MARKS,
    SECOND,
    TREASURER,
    Fund,
    application,
    award_said,
    awarded,
    call,
    closed,
    fund,
    reported,
    scored,
    two_scored,
    unbalanced,
)

pytestmark = pytest.mark.django_db


def available(of: Fund, currency: str = "USD") -> int:
    return queries.balances(of.window).available(currency)


def test_what_a_donor_paid_is_available_less_what_the_bank_kept() -> None:
    of = fund()
    of.give("1000.00", fee="12.50")

    assert available(of) == 98750


def test_a_contribution_sent_twice_is_one() -> None:
    of = fund()

    assert of.give(request="r") == of.give(request="r")
    assert available(of) == 100000


def test_a_pledge_is_not_money_until_it_is_paid() -> None:
    of = fund()
    key = windows.pledge(
        Promise(window=of.window, donor=of.donor, currency="USD", amount="500", day=DAY, themes=["marking"]),
        by=TREASURER,
    )
    assert available(of) == 0

    of.give("200", pledge=key)

    assert queries.paid_on([key]) == {(key, "USD"): 20000}
    assert queries.balances(of.window).available("USD", of.purse(themes=("marking",))) == 20000


def test_money_is_not_paid_on_the_pledge_of_another() -> None:
    of = fund()
    key = windows.pledge(
        Promise(window=of.window, donor=of.centre, currency="USD", amount="500", day=DAY), by=TREASURER
    )

    with pytest.raises(Refused):
        of.give(pledge=key)


def test_instalments_add_up_to_the_pledge() -> None:
    of = fund()
    said = Promise(window=of.window, donor=of.donor, currency="USD", amount="500", day=DAY, due=[("2027-01-01", "300")])

    with pytest.raises(Refused):
        windows.pledge(said, by=TREASURER)


def test_a_pledge_that_will_not_come_is_withdrawn_with_a_reason() -> None:
    of = fund()
    key = windows.pledge(Promise(window=of.window, donor=of.donor, currency="USD", amount="500", day=DAY), by=TREASURER)

    windows.withdraw_pledge(key, "elections", by=TREASURER)

    found = acts.subject(PLEDGE, key)
    assert found is not None
    assert found.state == "withdrawn"


def test_an_entry_is_reversed_once_and_stays_to_be_read() -> None:
    of = fund()
    key = of.give()

    entries.reverse(key, day="2026-07-01", reason="counted twice", by=TREASURER)

    assert available(of) == 0
    assert Posting.objects.filter(entry=key).count() == 4
    with pytest.raises(Refused):
        entries.reverse(key, day="2026-07-02", reason="again", by=TREASURER)


def test_money_is_changed_at_the_dated_rate_and_the_difference_is_shown() -> None:
    of = fund()
    of.give("100", currency="EUR")
    windows.set_rate("EUR", "USD", "2026-06-01", "1.08", "central bank", by=TREASURER)

    entries.exchange(
        Change(window=of.window, day=DAY, sold="EUR", sold_amount="100", bought="USD", bought_amount="107"),
        by=TREASURER,
    )

    sums = queries.balances(of.window)
    assert (sums.available("EUR"), sums.available("USD"), sums.total(books.DIFFERENCES, "USD")) == (0, 10700, 100)


def test_money_is_not_changed_without_a_rate() -> None:
    of = fund()
    of.give("100", currency="EUR")

    with pytest.raises(Refused):
        entries.exchange(
            Change(window=of.window, day=DAY, sold="EUR", sold_amount="100", bought="USD", bought_amount="107"),
            by=TREASURER,
        )


def test_a_rate_is_that_of_the_day_or_the_last_before_and_works_both_ways() -> None:
    fund()
    windows.set_rate("EUR", "USD", "2026-01-01", "1.25", "bank", by=TREASURER)
    windows.set_rate("EUR", "USD", "2026-06-01", "1.10", "bank", by=TREASURER)

    assert queries.valued({"EUR": 100}, "USD", "2026-05-31") == 125
    assert queries.valued({"USD": 125}, "EUR", "2026-05-31") == 100
    assert queries.valued({"EUR": 100}, "USD", "2025-12-31") is None
    assert queries.valued({"EUR": 100, "JPY": 1}, "USD", DAY) is None


def test_an_award_commits_money_and_no_more_than_there_is() -> None:
    of = fund()
    of.give("1000")
    awarded(of)
    assert available(of) == 10000

    with pytest.raises(Refused, match="available"):
        awards.award(award_said(scored(application(of, call(of))), "900"), by=TREASURER)


def test_money_given_for_something_else_pays_for_no_award() -> None:
    of = fund()
    of.give("1000", themes=["training"])

    with pytest.raises(Refused, match="given for something else"):
        awarded(of)


def test_awards_add_up_to_no_more_than_the_budget_of_their_call() -> None:
    of = fund()
    of.give("2000")
    first, second = two_scored(of, "1000")
    awarded(of, application=first)

    with pytest.raises(Refused, match="is left of the budget"):
        awards.award(award_said(second), by=TREASURER)

    awards.award(award_said(second, "100", [("100", DAY, 0)]), by=TREASURER)
    assert queries.left_of_call(acts.subjects(CALL)[0].key) == 0


def test_what_an_award_gave_back_and_gave_up_is_left_of_the_budget_of_its_call() -> None:
    of = fund()
    of.give("2000")
    first, second = two_scored(of, "1000")
    key = awarded(of, application=first)
    awards.disburse(key, day=DAY, by=TREASURER)
    awards.refund(key, "200", day="2026-07-01", by=TREASURER)
    reported(of, key, "300")

    awards.end(key, "no customs clearance", day="2026-11-02", by=TREASURER)

    assert queries.left_of_call(acts.subjects(CALL)[0].key) == 70000
    assert awards.award(award_said(second, "700", [("700", DAY, 0)]), by=TREASURER)


def test_an_award_waits_for_the_scores_unless_it_is_said_why_not() -> None:
    of = fund()
    of.give("1000")
    key = application(of, call(of))
    with pytest.raises(Refused):
        awards.award(award_said(key), by=TREASURER)

    awards.award(award_said(key, despite="an emergency"), by=TREASURER)

    assert available(of) == 10000


def test_an_award_waits_for_the_state_it_is_for() -> None:
    of = fund()
    of.give("1000")
    key = scored(application(of, call(of), applicant=of.centre))
    with pytest.raises(Refused):
        awards.award(award_said(key), by=TREASURER)
    with pytest.raises(Refused):
        calls.agree(key, speaks_for=of.other, by=Actor("somebody"))

    calls.agree(key, speaks_for=of.own, by=Actor("authority"))
    made = awards.award(award_said(key), by=TREASURER)

    with pytest.raises(Refused):
        awards.accept(made, speaks_for=of.centre, by=Actor("applicant"))


def test_binding_rules_of_the_facility_stop_an_award() -> None:
    of = fund(facility="unscar")
    of.give("1000")
    key = scored(application(of, call(of)))  # a government itself

    with pytest.raises(Refused):
        awards.award(award_said(key), by=TREASURER)
    found = acts.subject(APPLICATION, key)
    assert found is not None
    assert {one.rule: one.result for one in calls.findings(found)}["applicant"] == "not_met"


def test_a_tranche_waits_for_the_award_to_be_accepted_and_the_next_for_a_report() -> None:
    of = fund()
    of.give("1000")
    offered = awards.award(award_said(scored(application(of, call(of)))), by=TREASURER)
    with pytest.raises(Refused):
        awards.disburse(offered, day=DAY, by=TREASURER)
    awards.accept(offered, speaks_for=of.own, by=Actor("authority"))

    awards.disburse(offered, day=DAY, by=TREASURER, request="t1")
    awards.disburse(offered, day=DAY, by=TREASURER, request="t1")
    assert queries.award_sums(offered).paid == 50000
    with pytest.raises(Refused, match="accepted reports"):
        awards.disburse(offered, day=DAY, by=TREASURER)
    reported(of, offered)
    awards.disburse(offered, day="2026-11-02", by=TREASURER)

    sums = queries.award_sums(offered)
    assert (sums.committed, sums.paid, sums.spent, sums.open) == (0, 90000, 45000, 45000)


def test_a_reversed_tranche_may_be_paid_again() -> None:
    of = fund()
    of.give("1000")
    key = awarded(of)
    entry = awards.disburse(key, day=DAY, by=TREASURER)

    entries.reverse(entry, day="2026-07-01", reason="to the wrong account", by=TREASURER)

    assert queries.tranches_paid(key) == []
    awards.disburse(key, day="2026-07-02", by=TREASURER)
    assert queries.award_sums(key).paid == 50000


def test_no_more_is_reported_as_spent_than_was_paid() -> None:
    of = fund()
    of.give("1000")
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    reported(of, key, "300", accept=False)

    with pytest.raises(Refused):
        reported(of, key, "300")


def test_a_returned_report_opens_no_tranche_and_posts_nothing() -> None:
    of = fund()
    of.give("1000")
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)

    awards.return_report(reported(of, key, accept=False), "receipts are missing", by=TREASURER)

    assert queries.award_sums(key).spent == 0
    with pytest.raises(Refused):
        awards.disburse(key, day=DAY, by=TREASURER)


def test_a_refund_is_available_again_or_goes_back_to_donors_in_proportion() -> None:
    of = fund()
    of.give("675")
    of.give("225", themes=["marking"])
    of.give("300", donor=of.centre)
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)

    awards.refund(key, "100", day="2026-07-01", by=TREASURER)
    assert available(of) == 30000 + 10000
    awards.refund(key, "50", day="2026-07-01", to_donors=True, by=TREASURER)

    assert available(of) == 30000 + 10000
    assert sum(one.repaid for one in queries.of_purses(of.window)) == 5000
    with pytest.raises(Refused):
        awards.refund(key, "350.01", day="2026-07-01", by=TREASURER)


def test_an_ended_award_sets_free_what_was_not_paid() -> None:
    of = fund()
    of.give("1000")
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    with pytest.raises(Refused):
        awards.end(key, "done", day="2026-11-01", by=TREASURER)
    reported(of, key, "500")

    awards.end(key, "the second machine was not needed", day="2026-11-02", by=TREASURER)

    assert available(of) == 50000
    found = acts.subject(AWARD, key)
    assert found is not None
    assert found.state == "ended"


STEPS = ("disbursement", "refund", "expense", "release", "end")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(STEPS))
def test_nothing_stays_committed_to_an_award_that_has_ended_in_whatever_order_its_entries_are_reversed(
    steps: list[str],
) -> None:
    with transaction.atomic():
        of = fund()
        of.give("1000")
        key = awarded(of)
        awards.disburse(key, day=DAY, by=TREASURER)
        reported(of, key, "100")
        awards.refund(key, "400", day="2026-11-01", by=TREASURER)

        for step in steps:
            with suppress(Refused):
                if step == "end":
                    awards.end(key, "no customs clearance", day="2026-11-02", by=TREASURER)
                for entry in Posting.objects.filter(kind=step, award=key).values_list("entry", flat=True).distinct():
                    entries.reverse(entry, day="2026-11-03", reason="an error", by=TREASURER)

        sums, grant = queries.award_sums(key), acts.subject(AWARD, key)
        assert grant is not None
        assert sums.committed == (0 if grant.state == "ended" else 90000 - sums.paid)
        assert available(of) == 100000 - sums.committed - sums.open - sums.spent
        assert unbalanced(queries.balances(of.window)) == []
        transaction.set_rollback(True)


def test_a_reversed_payment_of_an_ended_award_is_available_again() -> None:
    of = fund()
    of.give("1000")
    key = awarded(of)
    paid = awards.disburse(key, day=DAY, by=TREASURER)
    back = awards.refund(key, "500", day="2026-07-01", by=TREASURER)
    awards.end(key, "no customs clearance", day="2026-07-02", by=TREASURER)

    entries.reverse(back, day="2026-07-03", reason="it never came", by=TREASURER)
    entries.reverse(paid, day="2026-07-03", reason="nor did this leave", by=TREASURER)

    assert queries.award_sums(key).committed == 0
    assert available(of) == 100000


def test_what_a_reversed_expense_leaves_open_of_an_ended_award_can_be_given_back() -> None:
    of = fund()
    of.give("1000")
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    reported(of, key, "500")
    awards.end(key, "all is done", day="2026-11-02", by=TREASURER)
    spent = Posting.objects.filter(kind="expense").values_list("entry", flat=True)[0]
    entries.reverse(spent, day="2026-11-03", reason="the invoice was forged", by=TREASURER)

    awards.refund(key, "500", day="2026-11-04", by=TREASURER)

    assert available(of) == 100000


def test_a_scorer_gives_marks_once_and_not_for_who_they_speak_for() -> None:
    of = fund()
    key = application(of, call(of))
    ana = User.objects.get(username="ana")
    with pytest.raises(Refused):
        calls.score(key, MARKS, "", scorer=ana, speaks_for=of.own, by=Actor("ana"))
    calls.score(key, MARKS, "", scorer=ana, speaks_for="", by=Actor("ana"))

    with pytest.raises(Refused):
        calls.score(key, MARKS, "", scorer=ana, speaks_for="", by=Actor("ana"))


def test_somebody_the_call_does_not_name_scores_nothing() -> None:
    of = fund()
    key = application(of, call(of, scorers=["ana", "ben"]))

    with pytest.raises(Refused):
        calls.score(key, MARKS, "", scorer=User.objects.get(username="cyd"), speaks_for="", by=Actor("cyd"))


def test_a_closed_period_takes_no_entry_and_changes_no_more() -> None:
    of = fund()
    entry = of.give()
    closed(of)

    with pytest.raises(Refused):
        of.give(day="2026-06-01")
    with pytest.raises(Refused):
        entries.reverse(entry, day="2026-06-30", reason="wrong", by=TREASURER)
    entries.reverse(entry, day="2026-07-01", reason="wrong", by=TREASURER)

    assert queries.statement(queries.Wanted((of.window,), end="2026-06-30"))[0].carried == 100000
    assert queries.findings(of.window) == []


def test_nobody_closes_the_books_alone() -> None:
    of = fund()
    of.give()
    key = closing.propose(of.window, "2026-06-30", by=TREASURER)

    with pytest.raises(Refused):
        closing.approve(key, by=TREASURER)
    with pytest.raises(Refused):
        closing.propose(of.window, "2026-06-30", by=SECOND)
    closing.decline(key, "a contribution is missing", by=SECOND)
    assert queries.closed_through(of.window) == ""


def test_a_window_with_money_in_it_stays_open() -> None:
    of = fund()
    of.give()
    with pytest.raises(Refused):
        windows.close_window(of.window, by=TREASURER)

    entries.repay(of.window, of.purse(), "USD", "1000", day=DAY, by=TREASURER)
    windows.close_window(of.window, by=TREASURER)

    with pytest.raises(Refused):
        of.give()


def test_a_fee_is_borne_by_what_was_given_for_anything() -> None:
    of = fund()
    of.give("100", themes=["marking"])
    with pytest.raises(Refused):
        entries.fee(of.window, "USD", "1", day=DAY, by=TREASURER)
    of.give("100")

    entries.fee(of.window, "USD", "1", day=DAY, by=TREASURER)

    assert queries.balances(of.window).available("USD", of.purse()) == 9900


def test_what_a_state_is_assessed_is_owed_until_it_is_paid() -> None:
    of = fund(model="regular")
    said = Income(window=of.window, donor=of.other, currency="USD", amount="400", day=DAY)
    entries.contribute(said, kind="assessment", by=TREASURER)
    assert available(of) == 0

    entries.contribute(Income(**{**vars(said), "amount": "300"}), kind="collection", by=TREASURER)

    assert available(of) == 30000
    with pytest.raises(Refused):
        entries.contribute(Income(**{**vars(said), "amount": "101"}), kind="collection", by=TREASURER)


def test_what_became_of_a_purse_adds_up() -> None:
    of = fund()
    of.give("1000", fee="10")
    of.give("50", currency="EUR")
    windows.set_rate("EUR", "USD", "2026-06-01", "1.1", "bank", by=TREASURER)
    entries.exchange(
        Change(window=of.window, day=DAY, sold="EUR", sold_amount="50", bought="USD", bought_amount="54"), by=TREASURER
    )
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    awards.refund(key, "100", day="2026-07-01", to_donors=True, by=TREASURER)

    for one in queries.of_purses(of.window):
        assert one.given - one.owed - one.fees + one.changed - one.committed - one.paid - one.repaid == one.available


def test_the_journal_is_rebuilt_equal_and_verifies() -> None:
    of = fund()
    entry = of.give()
    of.give("1000")
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    reported(of, key)
    entries.reverse(entry, day="2026-07-01", reason="counted twice", by=TREASURER)
    closed(of)
    before = sorted(Posting.objects.values_list())

    rebuild.rebuild_views()

    assert sorted(Posting.objects.values_list()) == before
    assert verify().ok


def test_a_changed_row_of_the_journal_is_found() -> None:
    of = fund()
    of.give()
    Posting.objects.filter(account=books.BANK).update(amount=1)

    assert verify().first_difference is not None


def test_books_kept_at_another_node_are_posted_to_there_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    of = fund()
    monkeypatch.setattr("countermark.cooperation.fund.common.keeper", lambda: "XA/depot")

    with pytest.raises(Refused, match="XA/main"):
        of.give()


def test_what_another_node_posts_to_these_books_counts_for_nothing() -> None:
    of = fund()
    of.give()
    Posting.objects.update(log="XA/depot/1")

    assert available(of) == 0
    assert queries.journal([of.window]) == []


def test_what_an_award_is_drawn_from_and_gives_back_keeps_to_its_purses() -> None:
    of = fund()
    of.give("600", themes=["marking"])
    of.give("600", donor=of.centre)
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    awards.refund(key, "500", day="2026-07-01", by=TREASURER)

    sums = queries.balances(of.window)
    # The narrowest purse pays first: 600 of 900; a refund of what was paid goes back in the same proportion.
    assert sums.by_purse(books.COMMITTED, "USD", key)[of.purse(themes=("marking",))] == 26667
    assert sums.available("USD", of.purse(themes=("marking",))) == 33333
    assert unbalanced(sums) == []


def test_a_refund_to_donors_is_whole_or_not_at_all() -> None:
    of = fund()
    of.give("1000")
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    before = Posting.objects.count()

    with pytest.raises(Refused):
        awards.refund(key, "500", day="2099-01-01", to_donors=True, by=TREASURER)

    assert Posting.objects.count() == before


def test_money_is_asked_and_given_for_projects_there_are() -> None:
    of = fund()
    with pytest.raises(Refused):
        of.give(projects=["nothing"])
    with pytest.raises(Refused):
        application(of, call(of), project="nothing")


def test_an_entry_that_comes_late_into_a_closed_period_counts_on_the_first_open_day() -> None:
    of = fund()
    of.give()
    closed(of)
    # As a log that arrives later would bring it: the services themselves refuse the day.
    value = EntryFacts(
        of.window,
        "contribution",
        "2026-06-01",
        tuple(PostedLine(*line) for line in books.contribution(of.purse(), "USD", 500)),
        "XA/main",
    )
    late = acts.draft("cooperation_fundentry_posted", ["fundentry:late"], {"value": acts.plain([value])[0]})
    acts.append([late], by=TREASURER)

    assert queries.statement(queries.Wanted((of.window,), end="2026-06-30"))[0].carried == 100000
    assert [one.day for one in queries.journal([of.window]) if one.entry == "late"] == ["2026-07-01"] * 2
    assert available(of) == 100500
    assert queries.findings(of.window) == []


def test_a_closing_that_does_not_come_to_what_was_closed_is_a_finding() -> None:
    of = fund()
    of.give()
    closed(of)
    Posting.objects.filter(account=books.BANK).update(amount=1)

    assert any(one.startswith("closed_differs") for one in queries.findings(of.window))


def test_nothing_is_spent_on_a_day_before_it_came() -> None:
    of = fund()
    of.give(day="2026-03-01")

    with pytest.raises(Refused, match="spent or promised"):
        entries.fee(of.window, "USD", "1", day="2026-02-28", by=TREASURER)

    entries.fee(of.window, "USD", "1", day="2026-03-01", by=TREASURER)


def test_a_refusal_that_is_a_sentence_is_said_as_one() -> None:
    of = fund()

    with pytest.raises(Refused) as refusal:
        of.give(currency="XXX")

    assert sentence(refusal.value.errors[0]) == "XXX is no currency somebody can be paid in (ISO 4217)"


def test_where_one_state_alone_is_expected_it_is_named_alone() -> None:
    key = call(fund())
    calls.close_call(key, by=TREASURER)

    with pytest.raises(Refused) as refusal:
        calls.close_call(key, by=TREASURER)

    assert sentence(refusal.value.errors[0]) == "Expected open"


def test_days_the_wrong_way_round_or_still_to_come_are_refused() -> None:
    with pytest.raises(Refused, match="not before it begins"):
        fund(begin="2026-02-01", end="2026-01-01")
    of = fund()
    of.give()
    key = awarded(of)
    awards.disburse(key, day=DAY, by=TREASURER)
    said = awards.ReportSaid(award=key, begin=DAY, end="2999-01-01", spent="1", narrative="Foreseen.")
    with pytest.raises(Refused, match="still to come"):
        awards.report(said, speaks_for=of.own, by=Actor("applicant"))


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Etc/GMT-14"])
def test_today_is_the_same_day_in_the_fund_as_in_the_rest_of_the_room(zone: str) -> None:
    with timezone.override(zone):
        assert common.today() == room.today()
