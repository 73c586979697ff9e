"""The books of a window: accounts, entries of double entry, balances, closed periods. Pure.

An entry has lines; a line is an amount in minor units of one currency on one account, debits positive and credits negative. Each line
names the *purse* its money belongs to: what one donor gave under one earmark. An entry balances in every currency, and in every purse,
by itself: so money given for one thing cannot be spent on another by a sum that comes out right, and each donor can be told what became of
their money. Commitments stand on two budgetary accounts beside the others, so that what is promised to recipients is no longer available.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from countermark.cooperation.fund.rules import money
from countermark.cooperation.fund.rules.money import MOST, FundRefused, OutOfRange, refused
from countermark.cooperation.rules.days import is_day
from countermark.marks.sentences import Sentence


def _(text: str) -> str:
    """Marks a text for translation; it is translated where it is shown."""
    return text


class Account(NamedTuple):
    """An account of the chart: its number, what it is called, and its group: asset, income, expense, clearing or budget."""

    number: int
    text: str
    group: str


BANK, ADVANCES, ASSESSED = "bank", "advances", "assessed"
CONTRIBUTIONS, GRANTS, FEES, DIFFERENCES = "contributions", "grants", "fees", "differences"
CONVERSION, COMMITTED, RESERVED = "conversion", "committed", "reserved"

CHART: Mapping[str, Account] = {
    BANK: Account(1000, _("Bank"), "asset"),
    ASSESSED: Account(1100, _("Assessed contributions not yet paid"), "asset"),
    ADVANCES: Account(1200, _("Paid to recipients, not yet accounted for"), "asset"),
    CONVERSION: Account(1900, _("Currency conversion"), "clearing"),
    CONTRIBUTIONS: Account(4000, _("Contributions"), "income"),
    GRANTS: Account(5000, _("Grants spent and accounted for"), "expense"),
    FEES: Account(5100, _("Bank fees"), "expense"),
    DIFFERENCES: Account(5200, _("Exchange differences"), "expense"),
    COMMITTED: Account(9000, _("Committed to recipients"), "budget"),
    RESERVED: Account(9100, _("Reserved for commitments"), "budget"),
}

KINDS: Mapping[str, str] = {
    "contribution": _("contribution received"),
    "assessment": _("contribution assessed"),
    "collection": _("assessed contribution received"),
    "exchange": _("money changed"),
    "fee": _("bank fee"),
    "commitment": _("committed to a recipient"),
    "release": _("commitment released"),
    "disbursement": _("tranche paid"),
    "expense": _("spending accepted"),
    "refund": _("refunded by a recipient"),
    "repayment": _("paid back to donors"),
}


class Line(NamedTuple):
    """An amount on an account; debits are positive. `purse` names whose money it is, `award` the award it concerns, if any."""

    account: str
    currency: str
    amount: int
    purse: str
    award: str = ""


Lines = tuple[Line, ...]


def require_sound(lines: Sequence[Line]) -> None:
    """Refuses lines that do not balance in every currency and purse, or name what there is not. Raises `FundRefused` with every fault."""
    faults = [fault for line in lines for fault in _faults(line)]
    if len(lines) < 2:
        faults.append(Sentence("an entry has a debit and a credit"))
    for (currency, _purse), rest in _sums(lines, lambda line: (line.currency, line.purse)).items():
        if rest:
            text = Sentence("debits and credits differ by %(amount)s", amount=money.shown(rest, currency))
            faults.append(text)
    if faults:
        raise FundRefused(faults)


def _faults(line: Line) -> list[Sentence]:
    found = []
    if line.account not in CHART:
        found.append(Sentence("%(account)s is no account of the chart", account=line.account))
    # Which of these somebody can be paid in is asked where an amount is typed: a fold takes what was posted before that was asked.
    if line.currency not in money.codes():
        found.append(Sentence("%(code)s is no currency somebody can be paid in (ISO 4217)", code=line.currency))
    if not line.purse:
        found.append(Sentence("a line names whose money it is"))
    if not 0 < abs(line.amount) <= MOST:
        found.append(money.NOTHING)
    return found


def _sums(lines: Iterable[Line], key: Callable[[Line], tuple[str, str]]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        sums[key(line)] += line.amount
    return sums


def reversed_lines(lines: Sequence[Line]) -> Lines:
    """What takes an entry back: the same lines on the other side."""
    return tuple(line._replace(amount=-line.amount) for line in lines)


NEVER_BELOW = (COMMITTED, ADVANCES, ASSESSED)
"""Accounts that are what is still open of something, and so never less than nothing."""


def require_within(balances: "Balances", lines: Sequence[Line]) -> None:
    """Refuses what would promise or pay more than there is, or settle more than was open. Raises `FundRefused`."""
    after = balances.copy()
    after.add(lines)
    for currency, purse in sorted({(line.currency, line.purse) for line in lines}):
        if after.available(currency, purse) < min(0, balances.available(currency, purse)):
            raise refused(Sentence("that money is spent or promised already"))
    for line in lines:
        if line.account in NEVER_BELOW and after.total(line.account, line.currency, line.purse, line.award) < 0:
            raise refused(Sentence("what this was is settled already"))


class Balances:
    """The sums of lines by account, currency, purse and award, in whatever order the lines came."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
        self.add(lines)

    def add(self, lines: Iterable[Line]) -> None:
        """Adds lines."""
        for line in lines:
            self.sums[line.account, line.currency, line.purse, line.award] += line.amount

    def copy(self) -> "Balances":
        """The same sums, to try something on."""
        twin = Balances()
        twin.sums.update(self.sums)
        return twin

    def total(self, account: str, currency: str = "", purse: str = "", award: str = "") -> int:
        """The balance of an account; narrowed to what is named. Amounts of several currencies are never added: name one."""
        return sum(
            amount
            for (acc, cur, owner, grant), amount in self.sums.items()
            if acc == account and cur == (currency or cur) and owner == (purse or owner) and grant == (award or grant)
        )

    def by_purse(self, account: str, currency: str, award: str = "") -> dict[str, int]:
        """The balance of an account in a currency by purse; purses with nothing are left out."""
        found: dict[str, int] = defaultdict(int)
        for (acc, cur, owner, grant), amount in self.sums.items():
            if acc == account and cur == currency and grant == (award or grant):
                found[owner] += amount
        return {owner: amount for owner, amount in sorted(found.items()) if amount}

    def available(self, currency: str, purse: str = "") -> int:
        """What is in the bank and not reserved for a commitment, in a currency; of one purse, or of all."""
        return self.total(BANK, currency, purse) + self.total(RESERVED, currency, purse)

    def available_by_purse(self, currency: str) -> dict[str, int]:
        """What is available in a currency, by purse."""
        found = defaultdict(int, self.by_purse(BANK, currency))
        for owner, amount in self.by_purse(RESERVED, currency).items():
            found[owner] += amount
        return {owner: amount for owner, amount in sorted(found.items()) if amount}

    def currencies(self) -> list[str]:
        """The currencies in which there is or was anything."""
        return sorted({key[1] for key in self.sums})

    def below_nothing(self) -> list[tuple[str, str, int]]:
        """Purses from which more was promised or paid than there is, as (currency, purse, amount): two nodes did both."""
        found = []
        for currency in self.currencies():
            found += [(currency, owner, left) for owner, left in self.available_by_purse(currency).items() if left < 0]
        return found


@dataclass(frozen=True)
class Closing:
    """The books of a window closed through a day. `sizes` says how much of each log was in them then: what came later is booked later."""

    through: str
    sizes: Mapping[str, int]


def booked(day: str, log: str, index: int, closings: Iterable[Closing]) -> str:
    """The day an entry counts for: its own, or, where that period was closed without it, the first day that was open then.

    So a closed period never changes, whatever arrives from whichever log, in whichever order.
    """
    for closing in sorted(closings, key=lambda one: one.through):
        if day <= closing.through and index >= closing.sizes.get(log, 0):
            day = (date.fromisoformat(closing.through) + timedelta(days=1)).isoformat()
    return day


def require_day(day: str, *, closed_through: str, today: str) -> str:
    """A day an entry may have: not still to come, and not in a closed period. Raises `FundRefused`."""
    if not is_day(day):
        raise refused(Sentence("%(day)s is no day; write it as 2026-01-31", day=day[:40]))
    if day > today:
        raise refused(Sentence("%(day)s is still to come", day=day))
    if day <= closed_through:
        raise refused(
            Sentence("the books are closed through %(through)s; a correction is dated after it", through=closed_through)
        )
    return day


def require_closable(through: str, *, closed_through: str, first: str, today: str) -> str:
    """A day the books may be closed through: a past one, after what is closed already and not before the first entry. Raises `FundRefused`."""
    require_day(through, closed_through=closed_through, today=today)
    if through >= today:
        raise refused(Sentence("books are closed for days that are over"))
    if not first or through < first:
        raise refused(Sentence("there is no entry in that period"))
    return through


# What each kind of entry posts.


def contribution(purse: str, currency: str, amount: int, fee: int = 0) -> Lines:
    """Money a donor paid in; `fee` is what a bank kept of it on the way."""
    kept = (Line(FEES, currency, fee, purse),) if fee else ()
    into = (Line(BANK, currency, amount - fee, purse),) if amount - fee else ()
    return _positive(amount, (*into, *kept, Line(CONTRIBUTIONS, currency, -amount, purse)))


def assessment(purse: str, currency: str, amount: int) -> Lines:
    """What a State owes to a regular budget by its assessment: income, not yet money."""
    return _positive(amount, (Line(ASSESSED, currency, amount, purse), Line(CONTRIBUTIONS, currency, -amount, purse)))


def collection(balances: Balances, purse: str, currency: str, amount: int) -> Lines:
    """An assessed contribution paid in, at most what is owed. Raises `FundRefused`."""
    owed = balances.total(ASSESSED, currency, purse)
    _require_at_most(amount, owed, currency, Sentence("what is assessed and not yet paid"))
    return _positive(amount, (Line(BANK, currency, amount, purse), Line(ASSESSED, currency, -amount, purse)))


def fee(balances: Balances, shares: Mapping[str, int], currency: str) -> Lines:
    """A bank's fee, borne by purses. Raises `FundRefused` for more than they have."""
    _require_available(balances, shares, currency)
    lines = [
        (Line(FEES, currency, share, owner), Line(BANK, currency, -share, owner)) for owner, share in shares.items()
    ]
    return tuple(line for pair in lines for line in pair)


class Deal(NamedTuple):
    """Money changed at a bank: so much sold, so much bought, and the dated rate (units of `bought` for one of `sold`) it is measured by."""

    sold: str
    sold_amount: int
    bought: str
    bought_amount: int
    rate: Decimal


def exchange(balances: Balances, shares: Mapping[str, int], deal: Deal) -> Lines:
    """Money of some purses changed: `shares` of what is sold, by purse. What the bank gave less or more than the dated rate is an exchange difference.

    Each currency balances by itself against the account of currency conversion. Raises `FundRefused`.
    """
    if deal.sold == deal.bought:
        raise refused(Sentence("money is changed into another currency"))
    if sum(shares.values()) != deal.sold_amount or deal.bought_amount <= 0:
        raise OutOfRange([money.NOTHING])
    _require_available(balances, shares, deal.sold)
    bought = money.split(deal.bought_amount, shares)
    dated = money.split(money.converted(deal.sold_amount, deal.sold, deal.bought, deal.rate), shares)
    lines: list[Line] = []
    for owner, share in shares.items():
        lines += [Line(BANK, deal.sold, -share, owner), Line(CONVERSION, deal.sold, share, owner)]
        got, expected = bought.get(owner, 0), dated.get(owner, 0)
        lines += [
            Line(BANK, deal.bought, got, owner),
            Line(CONVERSION, deal.bought, -expected, owner),
            Line(DIFFERENCES, deal.bought, expected - got, owner),
        ]
    return tuple(line for line in lines if line.amount)


def commitment(balances: Balances, shares: Mapping[str, int], currency: str, award: str) -> Lines:
    """Money promised to a recipient; never more than is available in each purse. Raises `FundRefused`."""
    _require_available(balances, shares, currency)
    return _reserve(shares, currency, award)


def release(balances: Balances, currency: str, award: str) -> Lines:
    """What is left of a commitment, set free; nothing where nothing is left."""
    left = balances.by_purse(COMMITTED, currency, award)
    return _reserve({owner: -amount for owner, amount in left.items()}, currency, award)


def disbursement(balances: Balances, currency: str, award: str, amount: int) -> Lines:
    """A tranche paid: at most what is still committed to the award, and drawn from its purses in proportion. Raises `FundRefused`."""
    left = balances.by_purse(COMMITTED, currency, award)
    _require_at_most(amount, sum(left.values()), currency, Sentence("what is still committed to this award"))
    shares = money.split(amount, left)
    paid = [
        (Line(ADVANCES, currency, share, owner, award), Line(BANK, currency, -share, owner))
        for owner, share in shares.items()
    ]
    freed = _reserve({owner: -share for owner, share in shares.items()}, currency, award)
    return (*(line for pair in paid for line in pair), *freed)


def expense(balances: Balances, currency: str, award: str, amount: int) -> Lines:
    """Spending of a recipient that was accepted: at most what was paid and not yet accounted for. Raises `FundRefused`."""
    shares = _of_advances(balances, currency, award, amount)
    lines = [
        (Line(GRANTS, currency, share, owner, award), Line(ADVANCES, currency, -share, owner, award))
        for owner, share in shares.items()
    ]
    return tuple(line for pair in lines for line in pair)


def refund(balances: Balances, currency: str, award: str, amount: int) -> Lines:
    """Money a recipient gives back: to the purses it came from, in proportion, where it is available again. Raises `FundRefused`."""
    shares = _of_advances(balances, currency, award, amount)
    lines = [
        (Line(BANK, currency, share, owner), Line(ADVANCES, currency, -share, owner, award))
        for owner, share in shares.items()
    ]
    return tuple(line for pair in lines for line in pair)


def repayment(balances: Balances, shares: Mapping[str, int], currency: str) -> Lines:
    """Money paid back to donors, each from their own purse and never more than is available there. Raises `FundRefused`."""
    _require_available(balances, shares, currency)
    lines = [
        (Line(CONTRIBUTIONS, currency, share, owner), Line(BANK, currency, -share, owner))
        for owner, share in shares.items()
    ]
    return tuple(line for pair in lines for line in pair)


def _of_advances(balances: Balances, currency: str, award: str, amount: int) -> dict[str, int]:
    open_ = balances.by_purse(ADVANCES, currency, award)
    _require_at_most(amount, sum(open_.values()), currency, Sentence("what was paid and not yet accounted for"))
    return money.split(amount, open_)


def _reserve(shares: Mapping[str, int], currency: str, award: str) -> Lines:
    lines = [
        (Line(COMMITTED, currency, share, owner, award), Line(RESERVED, currency, -share, owner, award))
        for owner, share in shares.items()
        if share
    ]
    return tuple(line for pair in lines for line in pair)


def _positive(amount: int, lines: Lines) -> Lines:
    if not 0 < amount <= MOST:
        raise OutOfRange([money.NOTHING])
    require_sound(lines)
    return lines


def _require_at_most(amount: int, most: int, currency: str, what: Sentence) -> None:
    if not 0 < amount <= MOST:
        raise OutOfRange([money.NOTHING])
    _require_no_more(amount, most, currency, what)


def _require_no_more(amount: int, most: int, currency: str, what: Sentence) -> None:
    if amount > most:
        raise OutOfRange(
            [Sentence("at most %(amount)s: %(what)s", amount=money.shown(max(most, 0), currency), what=what)]
        )


def _require_available(balances: Balances, shares: Mapping[str, int], currency: str) -> None:
    if not shares or any(share <= 0 for share in shares.values()):
        raise OutOfRange([money.NOTHING])
    for owner, share in shares.items():
        _require_no_more(share, balances.available(currency, owner), currency, Sentence("what is available"))
