"""Windows of the fund, dated rates, and what donors promise."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from countermark.cooperation import actors, acts
from countermark.cooperation.acts import Words
from countermark.cooperation.fund import facilities
from countermark.cooperation.fund.common import beside, earmarked, keeper, today, window_here
from countermark.cooperation.fund.rules import money
from countermark.cooperation.fund.shapes import PLEDGE, RATE, WINDOW, Instalment, Pledge, Rate, Window
from countermark.cooperation.words import LABELS
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence


def open_window(
    title: str,
    model: str,
    currency: str,
    *,
    regions: Sequence[str] = (),
    facility: str = "",
    begin: str = "",
    end: str = "",
    request: str = "",
    by: Actor,
) -> str:
    """Opens a window whose books this node keeps from now on; returns its id. Said twice with one `request` it is opened once. Raises `Refused`."""
    if model not in LABELS["fundmodel"]:
        raise acts.refuse("model", model, acts.one_of(LABELS["fundmodel"]), "unknown")
    if facility and facility not in facilities.everything():
        raise acts.refuse("facility", facility, acts.one_of(facilities.everything()), "unknown")
    words = Words()
    with beside("currency"):
        money.require_currency(currency)
    if begin and end and acts.day("end", end) < acts.day("begin", begin):
        raise acts.refuse("end", end, "a day not before it begins", "range")
    value = Window(
        words(acts.required("title", title, "what the window is called"), column="title"),
        model,
        currency,
        keeper(),
        tuple(sorted({actors.region(one) for one in regions})),
        facility,
        acts.day("begin", begin) if begin else "",
        acts.day("end", end) if end else "",
    )
    key = acts.id_for(request)
    acts.state_record(WINDOW, key, value, by=by, state="open", due=value.end, texts=words.notes)
    return key


def close_window(key: str, *, by: Actor) -> None:
    """Ends a window: nothing is posted to it any more. Raises `Refused` while money is in it or promised from it."""
    from countermark.cooperation.fund import queries

    found = window_here(key)
    with acts.alone():
        sums = queries.balances(key)
        if any(
            sums.by_purse(account, currency)
            for account in ("bank", "committed", "advances")
            for currency in sums.currencies()
        ):
            raise acts.refuse(
                "window", key, "a window with nothing in the bank, nothing promised and nothing to account for", "state"
            )
        acts.state_record(WINDOW, key, found.of(Window), by=by, state="closed", due=found.due)


def set_rate(base: str, quote: str, day: str, rate: str, source: str, *, by: Actor) -> str:
    """Enters a dated rate: one `base` is so many `quote`. Said anew for the same day it replaces that. Raises `Refused`."""
    with beside("rate"):
        number = money.rate_of(rate)
    for column, code in (("base", base), ("quote", quote)):
        with beside(column):
            money.require_currency(code)
    if base == quote:
        raise acts.refuse("quote", quote, "another currency", "same")
    if acts.day("day", day) > today():
        raise acts.refuse("day", day, "a day that is not still to come", "future")
    words = Words()
    value = Rate(
        base, quote, day, f"{number:f}", words(acts.required("source", source, "who published it"), column="source")
    )
    key = hashlib.sha256(f"{base}\x1f{quote}\x1f{day}".encode()).hexdigest()[:32]
    acts.state_record(RATE, key, value, by=by, parent=f"rate:{base}/{quote}", due=day, texts=words.notes)
    return key


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A pledge as somebody says it: `due` are days with amounts as written; without any the whole is due on the day of the pledge."""

    window: str
    donor: str
    currency: str
    amount: str
    day: str
    due: Sequence[tuple[str, str]] = ()
    themes: Sequence[str] = ()
    regions: Sequence[str] = ()
    projects: Sequence[str] = ()
    note: str = ""


def pledge(said: Promise, *, by: Actor, request: str = "") -> str:
    """Notes what a donor promises; returns its id. It is not money yet, and not in the books. Raises `Refused`."""
    window_here(said.window)
    donor = actors.known_actor(said.donor)
    with beside("amount"):
        amount = money.parsed(said.amount, said.currency)
    with beside("due"):
        due = tuple(Instalment(acts.day("due", day), money.parsed(part, said.currency)) for day, part in said.due)
    if due and sum(one.amount for one in due) != amount:
        raise acts.refuse("due", "", Sentence("instalments that add up to %(amount)s", amount=money.shown(amount, said.currency)), "differs")  # fmt: skip
    words = Words()
    day = acts.day("day", said.day)
    value = Pledge(
        said.window,
        said.donor,
        said.currency,
        amount,
        day,
        tuple(sorted(due, key=lambda one: one.day)) or (Instalment(day, amount),),
        **earmarked(said.themes, said.regions, said.projects),
        note=words(said.note, column="note"),
    )
    key = acts.id_for(request)
    last = value.due[-1].day
    acts.state_record(PLEDGE, key, value, by=by, state="open", parent=donor.name, due=last, texts=words.notes)
    return key


def withdraw_pledge(key: str, reason: str, *, by: Actor) -> None:
    """Notes that what was promised and not yet paid will not come. Raises `Refused`."""
    found = acts.known(PLEDGE, key, Sentence("the id of a pledge"), "open")
    why = acts.required("reason", reason, "why it will not come")
    acts.state_record(
        PLEDGE, key, found.of(Pledge), by=by, state="withdrawn", parent=found.parent, due=found.due, note=why
    )
