"""Laws of the books: they balance in every currency and purse, and no order of operations spends what is not there."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from countermark.cooperation.fund.rules import books, earmarks, money
from countermark.cooperation.fund.rules.books import Balances, Closing, Deal, Line, Lines
from countermark.cooperation.fund.rules.earmarks import Earmark, Purpose, Purse
from countermark.cooperation.fund.rules.money import FundRefused
from tests.conftest import SCALE
from tests.cooperation.fund.money import unbalanced

CURRENCIES = st.sampled_from(["USD", "JPY"])
AMOUNTS = st.integers(1, 10**7)
PARTS = st.sampled_from([30, 50, 1, 100, 101])
PURSES = {"any": Earmark(), "marking": Earmark(("marking",)), "north": Earmark(regions=("north",))}
PURPOSES = [
    Purpose(("marking",), ("XA", "north")),
    Purpose(("records",), ("XB", "south")),
    Purpose(("records",), ("XA", "north")),
]


class Fund(RuleBasedStateMachine):
    """Whatever is done to a fund, in whatever order, and whatever of it is refused."""

    @initialize()
    def opened(self) -> None:
        self.entries: list[tuple[str, str, Lines]] = []
        self.reversed: set[int] = set()
        self.balances = Balances()
        self.awards: dict[str, tuple[str, int, Purpose]] = {}
        self.today = "2026-01-01"
        self.closed = ""
        self.frozen: dict[str, dict[tuple[str, str, str, str], int]] = {}

    def post(self, kind: str, lines: Lines) -> None:
        books.require_sound(lines)
        books.require_within(self.balances, lines)
        books.require_day(self.today, closed_through=self.closed, today=self.today)
        self.entries.append((self.today, kind, lines))
        self.balances.add(lines)

    def tried(self, kind: str, make: Any, *args: Any) -> None:
        try:
            self.post(kind, make(*args))
        except FundRefused:
            return

    @rule(
        purse=st.sampled_from(sorted(PURSES)),
        currency=CURRENCIES,
        amount=st.integers(1000, 10**6),
        fee=st.integers(0, 100),
    )
    def contributes(self, purse: str, currency: str, amount: int, fee: int) -> None:
        self.tried("contribution", books.contribution, purse, currency, amount, min(fee, amount))

    @rule(currency=CURRENCIES, amount=AMOUNTS, paid=AMOUNTS)
    def is_assessed_and_pays(self, currency: str, amount: int, paid: int) -> None:
        self.tried("assessment", books.assessment, "any", currency, amount)
        self.tried("collection", books.collection, self.balances, "any", currency, paid)

    @rule(sold=CURRENCIES, bought=CURRENCIES, amount=AMOUNTS, got=AMOUNTS, rate=st.decimals("0.01", "200", places=2))
    def changes_money(self, sold: str, bought: str, amount: int, got: int, rate: Decimal) -> None:
        held = {purse: left for purse, left in self.balances.available_by_purse(sold).items() if left > 0}
        shares = money.split(min(amount, sum(held.values())), held)
        self.tried(
            "exchange", books.exchange, self.balances, shares, Deal(sold, sum(shares.values()), bought, got, rate)
        )

    @rule(currency=CURRENCIES, amount=st.integers(1, 1000))
    def pays_a_fee(self, currency: str, amount: int) -> None:
        self.tried("fee", books.fee, self.balances, {"any": amount}, currency)

    @rule(currency=CURRENCIES, amount=st.integers(200, 10**5), purpose=st.sampled_from(PURPOSES), part=PARTS)
    def awards_a_grant(self, currency: str, amount: int, purpose: Purpose, part: int) -> None:
        held = [Purse(key, earmark, self.balances.available(currency, key)) for key, earmark in PURSES.items()]
        award = f"award{len(self.awards)}"
        before = len(self.entries)
        try:
            shares = earmarks.drawn(held, purpose, amount, currency)
        except FundRefused:
            return
        self.tried("commitment", books.commitment, self.balances, shares, currency, award)
        if len(self.entries) > before:
            self.awards[award] = (currency, amount, purpose)
            self.moved_on(award, part)

    @precondition(lambda self: self.awards)
    @rule(data=st.data(), part=PARTS)
    def moves_an_award_on(self, data: st.DataObject, part: int) -> None:
        self.moved_on(data.draw(st.sampled_from(sorted(self.awards))), part)

    def moved_on(self, award: str, part: int) -> None:
        """Pays, accounts for and gives back a part (in hundredths) of what is open."""
        currency = self.awards[award][0]
        for kind, account in (
            ("disbursement", books.COMMITTED),
            ("expense", books.ADVANCES),
            ("refund", books.ADVANCES),
        ):
            open_ = self.balances.total(account, currency, award=award)
            self.tried(kind, getattr(books, kind), self.balances, currency, award, open_ * part // 100)

    @precondition(lambda self: self.awards)
    @rule(data=st.data())
    def ends_an_award(self, data: st.DataObject) -> None:
        award = data.draw(st.sampled_from(sorted(self.awards)))
        self.tried("release", books.release, self.balances, self.awards[award][0], award)

    @rule(purse=st.sampled_from(sorted(PURSES)), currency=CURRENCIES, amount=AMOUNTS)
    def pays_a_donor_back(self, purse: str, currency: str, amount: int) -> None:
        self.tried("repayment", books.repayment, self.balances, {purse: amount}, currency)

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def takes_an_entry_back(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.entries) - 1))
        if number in self.reversed or self.entries[number][1].startswith("reversed"):
            return
        before = len(self.entries)
        self.tried(f"reversed {self.entries[number][1]}", books.reversed_lines, self.entries[number][2])
        if len(self.entries) > before:
            self.reversed.add(number)

    @rule()
    def a_month_goes_by(self) -> None:
        year, month = int(self.today[:4]), int(self.today[5:7])
        self.today = f"{year + month // 12}-{month % 12 + 1:02d}-01"

    @precondition(lambda self: self.entries)
    @rule()
    def closes_the_books(self) -> None:
        through = f"{self.today[:4]}-{self.today[5:7]}-01"
        day = max((one for one, _, _ in self.entries if one < through), default="")
        try:
            books.require_closable(day, closed_through=self.closed, first=self.entries[0][0], today=self.today)
        except FundRefused:
            return
        self.closed = day
        self.frozen[day] = self.through(day)

    def through(self, day: str) -> dict[tuple[str, str, str, str], int]:
        lines = (line for one, _, lines in self.entries if one <= day for line in lines)
        return {key: amount for key, amount in Balances(lines).sums.items() if amount}

    @invariant()
    def it_balances_in_every_currency_and_purse(self) -> None:
        assert unbalanced(self.balances) == []

    @invariant()
    def no_purse_has_promised_more_than_it_has(self) -> None:
        assert self.balances.below_nothing() == []

    @invariant()
    def awards_are_never_exceeded(self) -> None:
        for award, (currency, amount, _) in self.awards.items():
            committed = self.balances.total(books.COMMITTED, currency, award=award)
            open_ = self.balances.total(books.ADVANCES, currency, award=award)
            spent = self.balances.total(books.GRANTS, currency, award=award)
            assert min(committed, open_, spent) >= 0
            assert committed + open_ + spent <= amount

    @invariant()
    def what_is_paid_and_given_back_stays_within_the_award(self) -> None:
        for award, (_currency, amount, _) in self.awards.items():
            moved = {
                kind: sum(
                    line.amount
                    for _day, of, lines in self.entries
                    if of.endswith(kind)
                    for line in lines
                    if (line.account, line.award) == ("advances", award)
                )
                for kind in ("disbursement", "refund")
            }
            assert 0 <= -moved["refund"] <= moved["disbursement"] <= amount

    @invariant()
    def earmarks_hold(self) -> None:
        for (_account, _currency, purse, award), moved in self.balances.sums.items():
            if award and moved:
                assert earmarks.fits(PURSES[purse], self.awards[award][2])

    @invariant()
    def closed_periods_stay(self) -> None:
        for day, sums in self.frozen.items():
            assert self.through(day) == sums


TestFund = Fund.TestCase
TestFund.settings = settings(max_examples=60 * SCALE, stateful_step_count=40, deadline=None)

LINES = st.lists(
    st.builds(
        Line, st.sampled_from(sorted(books.CHART)), CURRENCIES, AMOUNTS, st.sampled_from(sorted(PURSES)), st.just("")
    ),
    max_size=8,
)


@given(LINES.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_balances_are_the_same_in_whatever_order_lines_came(both: tuple[list[Line], Sequence[Line]]) -> None:
    assert Balances(both[0]).sums == Balances(both[1]).sums


def test_lines_that_balance_only_across_currencies_or_purses_are_refused() -> None:
    for other in (Line("contributions", "EUR", -100, "any"), Line("contributions", "USD", -100, "marking")):
        with pytest.raises(FundRefused):
            books.require_sound([Line("bank", "USD", 100, "any"), other])


def test_a_refusal_says_every_fault_of_an_entry() -> None:
    with pytest.raises(FundRefused) as refusal:
        books.require_sound([Line("cash", "USD", 0, "any"), Line("bank", "ABC", 5, "")])

    assert len(refusal.value.problems) >= 4


def test_changed_money_balances_in_both_currencies_and_shows_what_the_bank_kept() -> None:
    held = Balances(books.contribution("any", "EUR", 10_000))

    lines = books.exchange(held, {"any": 10_000}, Deal("EUR", 10_000, "USD", 10_700, Decimal("1.08")))

    books.require_sound(lines)
    assert Balances(lines).total(books.DIFFERENCES, "USD") == 100
    assert Balances(lines).total(books.BANK, "USD") == 10_700


def test_a_refund_goes_back_to_the_purses_in_proportion() -> None:
    held = Balances(books.contribution("any", "USD", 300))
    held.add(books.contribution("marking", "USD", 100))
    held.add(books.commitment(held, {"any": 300, "marking": 100}, "USD", "a"))
    held.add(books.disbursement(held, "USD", "a", 400))
    held.add(books.expense(held, "USD", "a", 200))

    held.add(books.refund(held, "USD", "a", 100))

    assert held.available_by_purse("USD") == {"any": 75, "marking": 25}


def test_more_than_was_paid_is_not_refunded() -> None:
    held = Balances(books.contribution("any", "USD", 300))
    held.add(books.commitment(held, {"any": 200}, "USD", "a"))
    held.add(books.disbursement(held, "USD", "a", 100))

    with pytest.raises(FundRefused):
        books.refund(held, "USD", "a", 101)


def test_a_contribution_that_is_promised_already_cannot_be_taken_back() -> None:
    given_ = books.contribution("any", "USD", 300)
    held = Balances(given_)
    held.add(books.commitment(held, {"any": 200}, "USD", "a"))

    with pytest.raises(FundRefused):
        books.require_within(held, books.reversed_lines(given_))


ENTRY = st.tuples(st.dates(max_value=date(2026, 12, 31)).map(str), st.sampled_from(["a", "b"]), st.integers(0, 20))
CLOSED = st.builds(
    Closing,
    st.sampled_from(["2025-12-31", "2026-03-31", "2026-06-30"]),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 20)),
)


@given(st.lists(ENTRY, max_size=10), st.lists(CLOSED, max_size=3))
def test_what_comes_after_a_closing_is_never_booked_into_what_was_closed(
    entries: list[tuple[str, str, int]], closings: list[Closing]
) -> None:
    for day, log, index in entries:
        on = books.booked(day, log, index, closings)
        assert on >= day
        for closing in closings:
            if index >= closing.sizes.get(log, 0):
                assert on > closing.through
        if all(index < closing.sizes.get(log, 0) for closing in closings):
            assert on == day


@given(st.lists(ENTRY, max_size=6), st.permutations(range(3)), st.lists(CLOSED, min_size=3, max_size=3))
def test_when_an_entry_counts_does_not_depend_on_the_order_closings_arrived_in(
    entries: list[tuple[str, str, int]], order: list[int], closings: list[Closing]
) -> None:
    turned = [closings[number] for number in order]

    assert [books.booked(*one, closings) for one in entries] == [books.booked(*one, turned) for one in entries]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-1-1", "2027-01-01", "2025-12-31", "x"])
def test_a_day_that_is_none_or_still_to_come_or_in_a_closed_period_is_refused(day: str) -> None:
    with pytest.raises(FundRefused):
        books.require_day(day, closed_through="2025-12-31", today="2026-11-30")


@pytest.mark.parametrize("day", ["2026-11-30", "2024-12-31", "2025-06-30"])
def test_books_are_closed_only_for_days_that_are_over_and_open_and_hold_something(day: str) -> None:
    with pytest.raises(FundRefused):
        books.require_closable(day, closed_through="2025-12-31", first="2025-01-01", today="2026-11-30")
