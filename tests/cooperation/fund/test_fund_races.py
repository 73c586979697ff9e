"""Two who keep the books at once: what there is once is granted once."""

import pytest

from countermark.cooperation.fund import awards, queries
from countermark.cooperation.fund.rules import books
from countermark.register.checking import Refused
from tests.cooperation.fund.money import TREASURER, award_said, fund, two_scored
from tests.support.races import at_once


@pytest.mark.usefixtures("store")
def test_two_who_grant_at_once_do_not_grant_the_budget_of_a_call_twice() -> None:
    of = fund()
    of.give("2000")
    first, second = two_scored(of, "1000")

    came = at_once(*[lambda key=key: awards.award(award_said(key), by=TREASURER) for key in (first, second)])

    assert sorted(isinstance(one, Refused) for one in came) == [False, True]
    assert queries.balances(of.window).total(books.COMMITTED, "USD") == 90000
