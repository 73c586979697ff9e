"""Postings: every entry is made here, of lines that balance, in an open period, of money that is there; what was wrong is reversed, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import msgspec

from countermark.cooperation import actors, acts
from countermark.cooperation.acts import Words
from countermark.cooperation.fund import queries, shapes
from countermark.cooperation.fund.common import beside, earmarked, keeper, today, window_here
from countermark.cooperation.fund.rules import books, earmarks, money
from countermark.cooperation.fund.rules.books import Balances, Deal, Lines
from countermark.cooperation.fund.rules.earmarks import Earmark
from countermark.cooperation.fund.shapes import (
    AWARD,
    ENTRY,
    PLEDGE,
    PURSE,
    WINDOW,
    Award,
    EntryFacts,
    Pledge,
    PostedLine,
    PurseFacts,
)
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence


@dataclass(frozen=True, kw_only=True)
class Refs:
    """What an entry concerns."""

    pledge: str = ""
    award: str = ""
    tranche: int = 0
    report: str = ""
    rate: str = ""


@dataclass(frozen=True, kw_only=True)
class Posting:
    """An entry to be posted: its kind (`books.KINDS`), its day, and what makes its lines from the balances of the window as they are then."""

    window: str
    kind: str
    day: str
    lines: Callable[[Balances], Lines]
    refs: Refs = field(default_factory=Refs)
    note: str = ""
    column: str = "amount"


def post(said: Posting, *, by: Actor, request: str = "", also: Sequence[Draft] = ()) -> str:
    """Posts an entry, together with other acts or not at all; returns its id. Said twice with one `request` it is posted once. Raises `Refused`."""
    key = acts.id_for(request)
    with acts.alone():
        if request and acts.subject(ENTRY, key) is not None:
            return key
        acts.append([*also, drafted(said, key)], by=by)
    return key


def drafted(said: Posting, key: str) -> Draft:
    """The act that posts an entry, decided while nobody else appends. Raises `Refused`."""
    window_here(said.window)
    with beside("day"):
        books.require_day(said.day, closed_through=queries.closed_through(said.window), today=today())
    sums = queries.balances(said.window)
    with beside(said.column):
        lines = said.lines(sums)
        books.require_sound(lines)
        books.require_within(sums, lines)
        # Nor may it be dated before there was what it takes.
        books.require_within(queries.balances(said.window, through=said.day), lines)
    words = Words()
    value = EntryFacts(
        said.window,
        said.kind,
        said.day,
        tuple(PostedLine(*line) for line in lines),
        keeper(),
        said.refs.pledge,
        said.refs.award,
        said.refs.tranche,
        said.refs.report,
        said.refs.rate,
        words(said.note, column="note"),
    )
    fields = {"value": acts.plain([value])[0], "parent": f"{WINDOW}:{said.window}", "due": said.day}
    return acts.draft("cooperation_fundentry_posted", [f"{ENTRY}:{key}"], fields, texts=words.notes)


def reverse(key: str, *, day: str, reason: str, by: Actor) -> None:
    """Takes an entry back by its lines on the other side, dated in an open period; it stays to be read. An entry is reversed once.

    What it leaves committed to an award that has ended is set free. Raises `Refused`.
    """
    words = Words()
    why = words(acts.required("reason", reason, "what was wrong with it"), column="reason")
    with acts.alone():
        found = acts.known(ENTRY, key, Sentence("the id of an entry"), "posted")
        value = found.of(EntryFacts)
        window_here(value.window)
        with beside("day"):
            books.require_day(day, closed_through=queries.closed_through(value.window), today=today())
        if day < value.day:
            raise acts.refuse("day", day, "a day not before that of the entry", "range")
        with beside("entry"):
            books.require_within(queries.balances(value.window), books.reversed_lines(shapes.lines_of(value)))
        fields = {"day": day, "reason": why}
        acts.append([acts.draft("cooperation_fundentry_reversed", [found.name], fields, texts=words.notes)], by=by)
        _release_ended(value, day, by)


def _release_ended(value: EntryFacts, day: str, by: Actor) -> None:
    """Sets free what a reversal left committed to awards that have ended: nobody can be paid it any more."""
    for award in sorted({line.award for line in value.lines if line.award}):
        grant = acts.subject(AWARD, award)
        if grant is None or grant.state != "ended" or not queries.award_sums(award).committed:
            continue
        lines = partial(books.release, currency=grant.of(Award).currency, award=award)
        posting = Posting(window=value.window, kind="release", day=day, refs=Refs(award=award), lines=lines)
        acts.append([drafted(posting, acts.new_id())], by=by)


@dataclass(frozen=True, kw_only=True)
class Income:
    """Money of a donor as somebody says it: paid in, assessed, or an assessed contribution paid. `fee` is what a bank kept of it."""

    window: str
    donor: str
    currency: str
    amount: str
    day: str
    fee: str = ""
    pledge: str = ""
    themes: Sequence[str] = ()
    regions: Sequence[str] = ()
    projects: Sequence[str] = ()
    note: str = ""


def contribute(said: Income, *, kind: str = "contribution", by: Actor, request: str = "") -> str:
    """Posts a contribution (`contribution`), an assessment (`assessment`) or the payment of one (`collection`); returns the entry.

    What is paid on a pledge carries the pledge's earmark: other conditions beside it are refused. Raises `Refused`.
    """
    if kind not in _INCOME:
        raise acts.refuse("kind", kind, acts.one_of(_INCOME), "unknown")
    earmark = _earmark(said)
    with beside("amount"):
        amount = money.parsed(said.amount, said.currency)
    with beside("fee"):
        fee = money.parsed(said.fee, said.currency) if said.fee.strip() else 0
    if fee > amount:
        raise acts.refuse("fee", said.fee, "at most what was paid", "range")
    purse, also = purse_of(said.window, actors.known_actor(said.donor).key, earmark)
    make = _INCOME[kind]
    posting = Posting(
        window=said.window, kind=kind, day=said.day, refs=Refs(pledge=said.pledge), note=said.note,
        lines=lambda sums: make(sums, purse, said.currency, amount, fee),
    )  # fmt: skip
    return post(posting, by=by, request=request, also=also)


_INCOME: dict[str, Callable[[Balances, str, str, int, int], Lines]] = {
    "contribution": lambda _sums, purse, currency, amount, fee: books.contribution(purse, currency, amount, fee),
    "assessment": lambda _sums, purse, currency, amount, _fee: books.assessment(purse, currency, amount),
    "collection": lambda sums, purse, currency, amount, _fee: books.collection(sums, purse, currency, amount),
}


def _earmark(said: Income) -> Earmark:
    own = Earmark(**earmarked(said.themes, said.regions, said.projects))
    if not said.pledge:
        return own
    found = acts.known(PLEDGE, said.pledge, Sentence("the id of a pledge"), "open").of(Pledge)
    if (found.window, found.donor, found.currency) != (said.window, said.donor, said.currency):
        raise acts.refuse("pledge", said.pledge, "a pledge of this donor to this window in this currency", "differs")
    promised = queries.earmark_of(found)
    if own not in (Earmark(), promised):
        raise acts.refuse("pledge", said.pledge, "the conditions the pledge was made under", "differs")
    return promised


def purse_of(window: str, donor: str, earmark: Earmark) -> tuple[str, list[Draft]]:
    """The purse of a donor's money under an earmark, and the act that opens it where it is new."""
    key = earmarks.purse_key(window, donor, earmark)
    if acts.subject(PURSE, key) is not None:
        return key, []
    value = PurseFacts(window, donor, earmark.themes, earmark.regions, earmark.projects)
    columns = {"parent": f"{WINDOW}:{window}"}
    return key, [acts.record_draft(PURSE, key, msgspec.to_builtins(value), columns)]


@dataclass(frozen=True, kw_only=True)
class Change:
    """Money changed as somebody says it: amounts as written; `purse` whose money, empty for what may be spent on anything. `rate` is the dated
    rate it is measured by; empty takes the last one entered.
    """

    window: str
    day: str
    sold: str
    sold_amount: str
    bought: str
    bought_amount: str
    purse: str = ""
    rate: str = ""
    note: str = ""


def exchange(said: Change, *, by: Actor, request: str = "") -> str:
    """Posts money changed at a bank; what it gave less or more than the dated rate is an exchange difference. Raises `Refused`."""
    with beside("sold_amount"):
        sold = money.parsed(said.sold_amount, said.sold)
    with beside("bought_amount"):
        bought = money.parsed(said.bought_amount, said.bought)
    rate = _rate(said)
    deal = Deal(said.sold, sold, said.bought, bought, rate)

    def lines(sums: Balances) -> Lines:
        return books.exchange(sums, shares_of(said.window, said.purse, said.sold, sold, sums), deal)

    posting = Posting(
        window=said.window,
        kind="exchange",
        day=said.day,
        lines=lines,
        refs=Refs(rate=str(rate)),
        note=said.note,
        column="sold_amount",
    )
    return post(posting, by=by, request=request)


def _rate(said: Change) -> Decimal:
    if said.rate.strip():
        with beside("rate"):
            return money.rate_of(said.rate)
    known = queries.rate_on(said.sold, said.bought, said.day)
    if known is None:
        raise acts.refuse("rate", "", "a rate: none is entered for these currencies on this day or before", "missing")
    return known


def shares_of(window: str, purse: str, currency: str, amount: int, sums: Balances) -> dict[str, int]:
    """Whose money a cost or change is of: one purse's where it is named, else of what was given for anything. Raises `FundRefused`."""
    if purse:
        return {purse: amount}
    return earmarks.unearmarked(queries.held(window, currency, sums), amount, currency)


def fee(
    window: str, currency: str, amount: str, *, day: str, purse: str = "", note: str = "", by: Actor, request: str = ""
) -> str:
    """Posts a bank's fee, borne by one purse or by what was given for anything. Raises `Refused`."""
    with beside("amount"):
        parsed = money.parsed(amount, currency)

    def lines(sums: Balances) -> Lines:
        return books.fee(sums, shares_of(window, purse, currency, parsed, sums), currency)

    return post(Posting(window=window, kind="fee", day=day, lines=lines, note=note), by=by, request=request)


def repay(
    window: str, purse: str, currency: str, amount: str, *, day: str, note: str = "", by: Actor, request: str = ""
) -> str:
    """Pays a donor back out of their own purse. Raises `Refused` for more than is available there."""
    if acts.known(PURSE, purse, Sentence("the key of a purse")).of(PurseFacts).window != window:
        raise acts.refuse("purse", purse, "a purse of this window", "differs")
    with beside("amount"):
        parsed = money.parsed(amount, currency)
    posting = Posting(
        window=window,
        kind="repayment",
        day=day,
        note=note,
        lines=lambda sums: books.repayment(sums, {purse: parsed}, currency),
    )
    return post(posting, by=by, request=request)
