"""Reads of the fund: what the journal comes to, by window, purse, award, account, currency and year, as the closed periods say.

Every sum is of one currency; amounts of two are added nowhere. A figure that needs a rate nobody entered is None.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from countermark.cooperation import acts
from countermark.cooperation.fund import shapes
from countermark.cooperation.fund.models import Posting
from countermark.cooperation.fund.rules import books, grants, money
from countermark.cooperation.fund.rules.books import Balances, Closing, Line
from countermark.cooperation.fund.rules.earmarks import Earmark, Purse
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    AWARD,
    CALL,
    CLOSING,
    PLEDGE,
    PURSE,
    RATE,
    REPORT,
    SCORE,
    WINDOW,
    Application,
    Award,
    Call,
    ClosingFacts,
    Pledge,
    PurseFacts,
    Rate,
    Report,
    Score,
    Window,
)
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.ledger import jcs


def closings(window: str) -> list[Closing]:
    """The periods of a window that two people closed, on the node that keeps its books."""
    found = acts.subject(WINDOW, window)
    keeper = found.of(Window).books if found else ""
    done = [one.of(ClosingFacts) for one in acts.subjects(CLOSING, parent=f"{WINDOW}:{window}", state="closed")]
    return [Closing(value.through, value.sizes) for value in done if value.books == keeper]


def closed_through(window: str) -> str:
    """The day through which the books of a window are closed; empty for none."""
    return max((one.through for one in closings(window)), default="")


def postings(*windows: str) -> QuerySet[Posting]:
    """The rows of the journal of some windows, of all where none is named: those of the node that keeps their books. What another posts to
    them counts for nothing.
    """
    kept: dict[str, list[str]] = defaultdict(list)
    for one in acts.rows(WINDOW).filter(**({"key__in": windows} if windows else {})):
        kept[str(one.value.get("books"))].append(one.key)
    of_keepers = [Q(log__startswith=f"{node}/", window__in=keys) for node, keys in kept.items()]
    return Posting.objects.filter(reduce(or_, of_keepers)) if of_keepers else Posting.objects.none()


def balances(window: str, *, through: str = "") -> Balances:
    """What every account of a window comes to now; by the entries dated through a day where one is named."""
    rows = postings(window).filter(**({"day__lte": through} if through else {}))
    sums = rows.values_list("account", "currency", "purse", "award").annotate(sum=Sum("amount"))
    return Balances(
        Line(account, currency, int(total), purse, award) for account, currency, purse, award, total in sums
    )


class Booked(NamedTuple):
    """A line of the journal; `day` is the day it counts for: its own, or the first that was open where its period was closed without it."""

    day: str
    entry: str
    line: int
    reversal: bool
    kind: str
    account: str
    currency: str
    amount: int
    purse: str
    award: str


def journal(windows: Iterable[str], *, begin: str = "", end: str = "") -> list[Booked]:
    """The lines of some windows by the day they count for, in order; between two days (inclusive) where they are named."""
    names = ("log", "at", *Booked._fields)
    found = []
    for window in windows:
        closed = sorted(closings(window), key=lambda one: one.through)
        last = closed[-1].through if closed else ""
        # A line may count for a later day than its own, never for an earlier one.
        rows = postings(window).filter(**({"day__lte": end} if end else {}))
        for log, at, day, *rest in rows.values_list(*names).iterator(chunk_size=5000):
            counts = day if day > last else books.booked(day, log, at, closed)
            if begin <= counts and (not end or counts <= end):
                found.append(Booked(counts, *rest))
    found.sort()
    return found


def lines(rows: Iterable[Booked]) -> list[Line]:
    """Rows of the journal as rules read them."""
    return [Line(one.account, one.currency, one.amount, one.purse, one.award) for one in rows]


def purses(window: str) -> dict[str, PurseFacts]:
    """The purses of a window by key."""
    return {one.key: one.of(PurseFacts) for one in acts.subjects(PURSE, parent=f"{WINDOW}:{window}")}


def earmark_of(facts: PurseFacts | Pledge) -> Earmark:
    """The conditions of a purse or pledge as rules read them."""
    return Earmark(facts.themes, facts.regions, facts.projects)


def held(window: str, currency: str, sums: Balances) -> list[Purse]:
    """What is available of a currency in each purse of a window."""
    known = purses(window)
    return [
        Purse(key, earmark_of(known[key]), left)
        for key, left in sums.available_by_purse(currency).items()
        if key in known
    ]


def rate_on(base: str, quote: str, day: str) -> Decimal | None:
    """How many `quote` one `base` was, by the last rate entered for that day or before; the inverse of the other way round. None without one."""
    if base == quote:
        return Decimal(1)
    found = []
    for one, other in ((base, quote), (quote, base)):
        row = acts.rows(RATE).filter(parent=f"rate:{one}/{other}", due__lte=day).order_by("-due").first()
        if row is not None:
            value = Decimal(acts.subject_of_row(row).of(Rate).rate)
            found.append((row.due, value if one == base else 1 / value))
    return max(found)[1] if found else None


def valued(amounts: dict[str, int], to: str, day: str) -> int | None:
    """Amounts by currency as one amount of another, by the rates of a day; None where a rate is missing."""
    total = 0
    for currency, amount in amounts.items():
        rate = rate_on(currency, to, day) if amount else Decimal(1)
        if rate is None:
            return None
        total += money.converted(amount, currency, to, rate)
    return total


def paid_on(pledges: Sequence[str]) -> dict[tuple[str, str], int]:
    """What was paid in on some pledges, by pledge and currency."""
    rows = postings().filter(pledge__in=list(pledges), account=books.CONTRIBUTIONS).values_list("pledge", "currency")
    return {(pledge, currency): -int(total) for pledge, currency, total in rows.annotate(sum=Sum("amount"))}


@dataclass(frozen=True)
class AwardSums:
    """What an award comes to, in minor units of its currency. `paid` is everything that was disbursed, whatever became of it."""

    committed: int
    paid: int
    spent: int
    refunded: int

    @property
    def open(self) -> int:
        """What was paid and is neither accounted for nor given back."""
        return self.paid - self.spent - self.refunded


def award_sums(award: str) -> AwardSums:
    """The sums of one award from its rows of the journal."""
    return sums_of_awards([award])[award]


def sums_of_awards(keys: Sequence[str]) -> dict[str, AwardSums]:
    """The sums of some awards, by their ids."""
    rows = postings().filter(award__in=list(keys)).values_list("award", "account", "kind").annotate(sum=Sum("amount"))
    sums: dict[tuple[str, str, str], int] = {(award, account, kind): int(total) for award, account, kind, total in rows}
    committed: dict[str, int] = defaultdict(int)
    for (award, account, _kind), total in sums.items():
        committed[award] += total if account == books.COMMITTED else 0
    return {
        key: AwardSums(
            committed=committed[key],
            paid=sums.get((key, books.ADVANCES, "disbursement"), 0),
            spent=sums.get((key, books.GRANTS, "expense"), 0),
            refunded=-sums.get((key, books.ADVANCES, "refund"), 0),
        )
        for key in keys
    }


def left_of_call(key: str) -> int:
    """What of the budget of a call is not granted yet, in minor units: what an award gave up, or gave back, may be granted again. Nothing for
    a call there is not.
    """
    found = acts.subject(CALL, key)
    if found is None:
        return 0
    applied = [row.key for row in acts.rows(APPLICATION).filter(value__call=key).only("key")]
    made = [row.key for row in acts.rows(AWARD).filter(value__application__in=applied).only("key")]
    granted = sum(one.committed + one.paid - one.refunded for one in sums_of_awards(made).values())
    return max(found.of(Call).budget - granted, 0)


def tranches_paid(award: str) -> list[int]:
    """The numbers of the tranches of an award that were paid, and not taken back."""
    return tranches_of_awards([award])[award]


def tranches_of_awards(keys: Sequence[str]) -> dict[str, list[int]]:
    """The numbers of the tranches that were paid of some awards, by their ids."""
    rows = postings().filter(award__in=list(keys), account=books.ADVANCES, kind="disbursement")
    found: dict[str, list[int]] = {key: [] for key in keys}
    for award, tranche, total in rows.values_list("award", "tranche").annotate(sum=Sum("amount")).order_by("tranche"):
        if total > 0:
            found[award].append(tranche)
    return found


def reports_accepted(award: str) -> int:
    """How many reports on an award were accepted where the books of its window are kept: what another node accepts opens no tranche."""
    found = acts.subject(AWARD, award)
    window = acts.subject(WINDOW, found.of(Award).window) if found else None
    keeper = window.of(Window).books if window else ""
    accepted = acts.subjects(REPORT, parent=f"{AWARD}:{award}", state="accepted")
    return len([one for one in accepted if one.of(Report).books == keeper])


@dataclass(frozen=True)
class PurseLine:
    """What became of the money of one purse in one currency: what was `given`, less what is still `owed` of it, less fees and differences,
    with what was changed into it, is committed, paid out, paid back or available.
    """

    purse: str
    currency: str
    given: int
    owed: int
    fees: int
    changed: int
    committed: int
    paid: int
    repaid: int
    available: int


def of_purses(window: str, only: Iterable[str] | None = None, sums: Balances | None = None) -> list[PurseLine]:
    """What became of the money of each purse of a window, by currency."""
    sums = sums or balances(window)
    wanted = None if only is None else set(only)
    keys = sorted({(key[2], key[1]) for key in sums.sums if wanted is None or key[2] in wanted})
    repaid = _repaid(window)
    found = []
    for purse, currency in keys:
        back = repaid.get((purse, currency), 0)
        found.append(
            PurseLine(
                purse,
                currency,
                given=-sums.total(books.CONTRIBUTIONS, currency, purse) + back,
                owed=sums.total(books.ASSESSED, currency, purse),
                fees=sums.total(books.FEES, currency, purse) + sums.total(books.DIFFERENCES, currency, purse),
                changed=-sums.total(books.CONVERSION, currency, purse),
                committed=sums.total(books.COMMITTED, currency, purse),
                paid=sums.total(books.ADVANCES, currency, purse) + sums.total(books.GRANTS, currency, purse),
                repaid=back,
                available=sums.available(currency, purse),
            )
        )
    return found


@dataclass(frozen=True)
class Granted:
    """What of one purse went to one award, in minor units: still committed, paid and not accounted for, accounted for."""

    purse: str
    award: str
    currency: str
    committed: int
    open: int
    spent: int


def of_awards(window: str, only: Iterable[str]) -> list[Granted]:
    """To which awards the money of some purses of a window went."""
    wanted = set(only)
    sums = balances(window)
    keys = sorted(
        {(purse, award, currency) for _account, currency, purse, award in sums.sums if award and purse in wanted}
    )
    found = [
        Granted(
            purse,
            award,
            currency,
            sums.total(books.COMMITTED, currency, purse, award),
            sums.total(books.ADVANCES, currency, purse, award),
            sums.total(books.GRANTS, currency, purse, award),
        )
        for purse, award, currency in keys
    ]
    return [one for one in found if one.committed or one.open or one.spent]


def _repaid(window: str) -> dict[tuple[str, str], int]:
    rows = postings(window).filter(kind="repayment", account=books.CONTRIBUTIONS).values_list("purse", "currency")
    return {(purse, currency): int(total) for purse, currency, total in rows.annotate(sum=Sum("amount"))}


# Who may see what: the books are for who keeps them; a donor sees what it gave, who applies or receives what concerns it.


@dataclass(frozen=True)
class Reader:
    """Who looks at the fund: whom they speak for, and whether they keep its books or audit."""

    actor: str
    books: bool

    def sees_application(self, value: Application) -> bool:
        """Whether an application may be seen: by who makes it and the State it is for."""
        return self.books or (bool(self.actor) and self.actor in (value.applicant, value.recipient))

    def sees_purse(self, facts: PurseFacts) -> bool:
        """Whether what became of the money in a purse may be seen: by whose it is."""
        return self.books or (bool(self.actor) and facts.donor == self.actor)

    def sees(self, found: Subject) -> bool:
        """Whether a subject of the fund may be seen: windows, calls and rates by everybody in the room, entries and closings by who keeps the books."""
        if self.books or found.kind in OPEN_TO_ALL:
            return True
        if not self.actor:
            return False
        if found.kind == PLEDGE:
            return found.of(Pledge).donor == self.actor
        if found.kind == APPLICATION:
            return self.sees_application(found.of(Application))
        if found.kind == REPORT:
            found_award = acts.subject(AWARD, found.of(Report).award)
            return found_award is not None and self.sees(found_award)
        return found.kind == AWARD and self.actor in (found.of(Award).applicant, found.of(Award).recipient)


OPEN_TO_ALL = (WINDOW, CALL, RATE)


def find(look: Reader, kind: str, key: str) -> Subject | None:
    """A subject of the fund somebody may see; None for one that is none, and for one they may not see."""
    found = acts.subject(kind, key)
    return found if found is not None and look.sees(found) else None


def find_application(look: Reader, key: str, person: str) -> tuple[Subject, Subject] | None:
    """An application and its call, for whoever may see it and for the scorers the call names; None for everybody else."""
    found = acts.subject(APPLICATION, key)
    call = acts.subject(CALL, found.of(Application).call) if found else None
    if found is None or call is None:
        return None
    return (found, call) if look.sees(found) or person in call.of(Call).scorers else None


def reader(who: Viewer, *, keeps: bool = False) -> Reader:
    """The reader behind a viewer of the room; `keeps` says that they keep the books whoever they are."""
    return Reader(who.actor, keeps or who.keeps or who.all)


def windows(state: str = "") -> list[Subject]:
    """Every window, the oldest first; of one state where it is named."""
    rows = acts.rows(WINDOW)
    return [acts.subject_of_row(row) for row in (rows.filter(state=state) if state else rows).order_by("since", "key")]


def pledges(look: Reader, **columns: str) -> list[Subject]:
    """The pledges somebody may see, the newest first."""
    rows = acts.rows(PLEDGE).filter(**columns).order_by("-since", "key")
    found = [acts.subject_of_row(row) for row in rows]
    return [one for one in found if look.sees(one)]


def applications(look: Reader, call: str = "") -> list[Subject]:
    """The applications somebody may see, of one call where it is named."""
    found = [acts.subject_of_row(row) for row in acts.rows(APPLICATION).order_by("-since", "key")]
    return [
        one
        for one in found
        if look.sees_application(one.of(Application)) and one.of(Application).call == (call or one.of(Application).call)
    ]


def awards(look: Reader, **columns: str) -> list[Subject]:
    """The awards somebody may see: of who is paid and of the State they are for."""
    found = [acts.subject_of_row(row) for row in acts.rows(AWARD).filter(**columns).order_by("-since", "key")]
    return [one for one in found if look.sees(one)]


def purses_of(look: Reader, window: str) -> list[str]:
    """The purses of a window somebody may see: their own, or all."""
    return [key for key, facts in purses(window).items() if look.sees_purse(facts)]


def scores(application: str) -> list[Subject]:
    """The scores of an application. Who may see them is another matter (`scores_shown`)."""
    return acts.subjects(SCORE, parent=f"{APPLICATION}:{application}")


def scores_shown(look: Reader, application: str, call: Call, person: str) -> bool:
    """Whether the scores of an application are shown: to who keeps the books and to the scorers of its call, when `grants.may_see` says so."""
    mine = person in call.scorers
    given = [one.of(Score).scorer for one in scores(application)]
    return (look.books or mine) and grants.may_see(person, given, scores=mine)


@dataclass(frozen=True)
class StatementLine:
    """A line of a statement: an account in one currency over a period. `brought` is its balance before, `carried` after."""

    account: str
    currency: str
    brought: int
    debits: int
    credits: int

    @property
    def carried(self) -> int:
        """The balance at the end."""
        return self.brought + self.debits - self.credits


@dataclass(frozen=True)
class Wanted:
    """What a statement is of: some windows, over a period, narrowed to purses (of a donor), an award, a project or a currency. None is no narrowing."""

    windows: tuple[str, ...]
    begin: str = ""
    end: str = ""
    purses: frozenset[str] | None = None
    awards: frozenset[str] | None = None
    currency: str = ""

    def has(self, row: Booked) -> bool:
        """Whether a row of the journal is in it."""
        return (
            (self.purses is None or row.purse in self.purses)
            and (self.awards is None or row.award in self.awards)
            and row.currency == (self.currency or row.currency)
        )


def seen(look: Reader, wanted: Wanted) -> Wanted | None:
    """Of what is asked for what somebody may see: all of it, the purses of their own, else the awards of their own; None for nothing."""
    if look.books:
        return wanted
    own = frozenset(purse for key in wanted.windows for purse in purses_of(look, key))
    mine = frozenset(one.key for one in awards(look))
    purses_, awards_ = wanted.purses, wanted.awards
    if awards_ is not None and (kept := awards_ & mine):
        return replace(wanted, awards=kept)
    if awards_ is None and (kept := own if purses_ is None else own & purses_):
        return replace(wanted, purses=kept)
    return replace(wanted, awards=mine) if mine and purses_ is None and awards_ is None else None


def statement(wanted: Wanted) -> list[StatementLine]:
    """The accounts of a statement, by number and currency; those nothing ever stood on are left out."""
    before: dict[tuple[str, str], int] = defaultdict(int)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in journal(wanted.windows, end=wanted.end):
        if not wanted.has(one):
            continue
        key = (one.account, one.currency)
        if one.day < wanted.begin:
            before[key] += one.amount
        else:
            sums[key][one.amount < 0] += abs(one.amount)
    keys = sorted(set(before) | set(sums), key=lambda key: (books.CHART[key[0]].number, key[1]))
    return [
        StatementLine(account, currency, before[account, currency], *sums[account, currency])
        for account, currency in keys
    ]


def digest(rows: Iterable[Booked]) -> str:
    """A digest of what some rows of the journal come to, which whoever holds the same logs works out alike."""
    sums = Balances(lines(rows)).sums
    stated = [[*key, amount] for key, amount in sorted(sums.items()) if amount]
    return hashlib.sha256(jcs.encode(stated)).hexdigest()


def findings(window: str) -> list[str]:
    """What does not fit together in a window: purses below nothing, a closed period that is not as it was closed, entries reversed twice."""
    found = [
        f"below_nothing:{purse}:{currency}:{amount}" for currency, purse, amount in balances(window).below_nothing()
    ]
    rows = journal([window])
    for one in acts.subjects(CLOSING, parent=f"{WINDOW}:{window}", state="closed"):
        value = one.of(ClosingFacts)
        if value.digest != digest(row for row in rows if row.day <= value.through):
            found.append(f"closed_differs:{value.through}")
    entries = acts.rows(shapes.ENTRY).filter(parent=f"{WINDOW}:{window}").exclude(finding="")
    return found + [f"{finding}:{key}" for key, finding in entries.values_list("key", "finding")]
