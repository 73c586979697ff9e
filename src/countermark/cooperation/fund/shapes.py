"""What the acts of the fund say: its windows, promises, entries, calls, applications, awards, reports and closings, and how they are folded.

Amounts are minor units of an ISO 4217 currency, days ISO 8601, texts ids of notes, donors and recipients keys of actors. An entry is never
edited: the act that reverses it names it, and the first such act counts.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from countermark.cooperation import states
from countermark.cooperation.fund.rules import books, earmarks, money
from countermark.cooperation.fund.rules.books import Line, Lines
from countermark.cooperation.fund.rules.earmarks import Earmark
from countermark.cooperation.fund.rules.money import FundRefused
from countermark.cooperation.states import Step, Subject, to
from countermark.ledger import store, subjects
from countermark.ledger.entry import Entry
from countermark.ledger.subjects import text

WINDOW, RATE, PURSE, PLEDGE, ENTRY = "fundwindow", "fundrate", "fundpurse", "fundpledge", "fundentry"
CALL, APPLICATION, SCORE, AWARD, REPORT, CLOSING = (
    "fundcall", "fundapplication", "fundscore", "fundaward", "fundreport", "fundclosing",
)  # fmt: skip


class Window(msgspec.Struct, frozen=True, omit_defaults=True):
    """A window of the fund. `model` is how it is financed (`words.LABELS["fundmodel"]`), `currency` the one it reports in, `books` the
    `<state>/<node>` that keeps its books: no other node posts to it, so that nothing is promised twice.
    """

    title: str
    model: str
    currency: str
    books: str
    regions: tuple[str, ...] = ()
    facility: str = ""
    begin: str = ""
    end: str = ""


class Rate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dated rate: so many `quote` for one `base`, as a decimal number, from a source."""

    base: str
    quote: str
    day: str
    rate: str
    source: str


class PurseFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose money, under which earmark: what one donor gave to one window for some themes, regions or projects (none: for anything)."""

    window: str
    donor: str
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()


class Instalment(msgspec.Struct, frozen=True):
    """A part of a pledge and the day it is due."""

    day: str
    amount: int


class Pledge(msgspec.Struct, frozen=True, omit_defaults=True):
    """A promise of a donor. It stands beside the books: only what is paid in is posted."""

    window: str
    donor: str
    currency: str
    amount: int
    day: str
    due: tuple[Instalment, ...] = ()
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    note: str = ""


class PostedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of an entry, as `rules.books.Line`."""

    account: str
    currency: str
    amount: int
    purse: str
    award: str = ""


class EntryFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of the books. What it concerns is named: a pledge, an award and its tranche, a report; `rate` and `source` of money changed."""

    window: str
    kind: str
    day: str
    lines: tuple[PostedLine, ...]
    books: str
    pledge: str = ""
    award: str = ""
    tranche: int = 0
    report: str = ""
    rate: str = ""
    note: str = ""
    reversed_on: str = ""
    reason: str = ""


class CriterionFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A criterion of a call (`rules.grants.Criterion`); `label` is the id of a note."""

    code: str
    label: str
    weight: int
    best: int = 5


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call for proposals of a window. `scorers` are the person ids of who scores; `ceiling` is for one award, 0 for none."""

    window: str
    title: str
    currency: str
    budget: int
    opens: str
    closes: str
    criteria: tuple[CriterionFacts, ...]
    scorers: tuple[str, ...]
    ceiling: int = 0
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    conditions: str = ""


class BudgetLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the budget of an application: a category of cost (`words.LABELS["cost"]`) and an amount."""

    category: str
    amount: int


class Application(msgspec.Struct, frozen=True, omit_defaults=True):
    """An application to a call. `recipient` is the State it is for, which agrees by an act of its own where another applies; `facts` is
    what the rules of facilities ask (None: nobody has said). `agreed_by` (who agreed for the State) and `decided` no act states:
    they come of later ones.
    """

    call: str
    applicant: str
    recipient: str
    title: str
    currency: str
    amount: int
    months: int
    theme: str
    summary: str = ""
    budget: tuple[BudgetLine, ...] = ()
    project: str = ""
    facts: dict[str, bool | int | str | None] = {}
    agreed_by: str = ""
    decided: str = ""


class Score(msgspec.Struct, frozen=True, omit_defaults=True):
    """The marks of one scorer for one application, and why."""

    application: str
    scorer: str
    marks: dict[str, int]
    comment: str = ""


class TrancheFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tranche (`rules.grants.Tranche`)."""

    number: int
    amount: int
    due: str
    reports: int = 0


class Award(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was granted, of the `books` of which node: to whom (`applicant` is paid, `recipient` is the State it is for), how much, in which tranches, for what, on which terms.
    `accepted_by` (who accepted it for the State) and `ended` no act states: they come of later ones.
    """

    application: str
    window: str
    applicant: str
    recipient: str
    currency: str
    amount: int
    tranches: tuple[TrancheFacts, ...]
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    project: str = ""
    begin: str = ""
    end: str = ""
    terms: str = ""
    accepted_by: str = ""
    ended: str = ""
    books: str = ""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report on an award: what was done from a day to a day, and what of the money paid was spent since the report before. The node of the
    `books` accepts it.
    """

    award: str
    number: int
    begin: str
    end: str
    spent: int
    narrative: str
    answer: str = ""
    books: str = ""


class ClosingFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The books of a window closed through a day, by two people. `books` is the node that keeps them, as of a window; `sizes` says how much of
    each log was in them; `digest` what they came to.
    """

    window: str
    through: str
    by: str
    books: str
    decided_by: str = ""
    sizes: dict[str, int] = {}
    digest: str = ""


def lines_of(value: EntryFacts) -> Lines:
    """The lines of an entry as rules read them."""
    return tuple(Line(one.account, one.currency, one.amount, one.purse, one.award) for one in value.lines)


def of_books(log: str, keeper: str) -> bool:
    """Whether a log is one of the node that keeps some books: a node restored from a backup goes on in a log of a new generation."""
    return log.rpartition("/")[0] == keeper


def _reversed(subject: Subject, act: Entry) -> Subject:
    """The first reversal counts; a second, which only nodes that did not know of each other can have made, is a finding."""
    if not of_books(act.log, str(subject.value.get("books", ""))):
        return msgspec.structs.replace(subject, finding="other_books")
    if subject.state == "reversed":
        return msgspec.structs.replace(subject, finding="reversed_twice")
    said = {"reversed_on": text(act.body, "day"), "reason": text(act.body, "reason")}
    return msgspec.structs.replace(subject, state="reversed", value={**subject.value, **said})


def _decided(subject: Subject, act: Entry) -> Subject:
    """A closing that was approved states what was in the books then. The first approval counts, and only that of a second person: what was
    closed never changes.
    """
    if against := _against(subject, act):
        return against
    if text(act.body, "decided_by") in ("", str(subject.value.get("by"))):
        return msgspec.structs.replace(subject, finding="same_person")
    sizes = act.body.get("sizes")
    whole = {log: size for log, size in sizes.items() if type(size) is int} if isinstance(sizes, dict) else {}
    said = {"decided_by": text(act.body, "decided_by"), "sizes": whole, "digest": text(act.body, "digest")}
    return msgspec.structs.replace(subject, state="closed", value={**subject.value, **said})


def _declined(subject: Subject, act: Entry) -> Subject:
    """What was closed stays closed, whoever declines it afterwards."""
    said = {"decided_by": text(act.body, "decided_by")}
    return _against(subject, act) or msgspec.structs.replace(subject, state="declined", value={**subject.value, **said})


def _against(subject: Subject, act: Entry) -> Subject | None:
    """The closing with a finding, where an act cannot decide it: one of another node, or after it was decided."""
    if not of_books(act.log, str(subject.value["books"])):
        return msgspec.structs.replace(subject, finding="other_books")
    return msgspec.structs.replace(subject, finding="out_of_order") if subject.state != "proposed" else None


def _kept(step: Step) -> Step:
    """A step that only the node takes whose books it concerns."""

    def stepped(subject: Subject, act: Entry) -> Subject:
        keeper = str(subject.value.get("books", ""))
        if keeper and not of_books(act.log, keeper):
            return msgspec.structs.replace(subject, finding="other_books")
        return step(subject, act)

    return stepped


def _by_recipient(state: str, *, after: str, names: str) -> Step:
    """The step of the State an application or award is for: an act that speaks for another actor agrees to nothing and accepts nothing, and
    neither does one that comes when it is decided. `names` is the field that says who did it: who recorded the act.
    """

    def stepped(subject: Subject, act: Entry) -> Subject:
        if text(act.body, "actor") != subject.value["recipient"]:
            return msgspec.structs.replace(subject, finding="not_recipient")
        if subject.state != after:
            return msgspec.structs.replace(subject, finding="out_of_order")
        value = {**subject.value, names: act.recorded.by}
        return msgspec.structs.replace(subject, state=state, value=value)

    return stepped


def _applied(subject: Subject, act: Entry) -> Subject:
    """An application as it is handed in: a State that applies for itself agrees by that, and nothing else counts that an act brings along of
    what comes later.
    """
    said = {name: one for name, one in subject.value.items() if name not in ("agreed_by", "decided")}
    if said["applicant"] == said["recipient"]:
        said["agreed_by"] = act.recorded.by
    return msgspec.structs.replace(subject, value=said)


def _offered(subject: Subject, _act: Entry) -> Subject:
    """An award as it is made: nobody has accepted it yet, and it has not ended, whatever the act brings along."""
    said = {name: one for name, one in subject.value.items() if name not in ("accepted_by", "ended")}
    return msgspec.structs.replace(subject, value=said)


def _window(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
    """A window as the node that opened it says last: no other node takes its books over, or ends it."""
    stated = [act for act in acts if states.reads(act.body.get("value"), Window)]
    if not stated:
        return None
    keeper = stated[0].body["value"]["books"]
    own = [act for act in stated if act.body["value"]["books"] == keeper and of_books(act.log, keeper)]
    found = states.opened(kind, key, (own or stated[:1])[-1])
    return found if len(own) == len(stated) else msgspec.structs.replace(found, finding="other_books")


def _purse(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
    """A purse is what its key says, whoever opened it: conditions are never said anew."""
    for act in acts:
        value = act.body.get("value")
        if states.reads(value, PurseFacts):
            facts = msgspec.convert(value, PurseFacts)
            if (
                earmarks.purse_key(facts.window, facts.donor, Earmark(facts.themes, facts.regions, facts.projects))
                == key
            ):
                return states.opened(kind, key, act)
    return None


def _rate(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
    """The rate said last; what is no rate counts for nothing."""
    stated = [act for act in acts if states.reads(act.body.get("value"), Rate) and _is_rate(act.body["value"])]
    return states.opened(kind, key, stated[-1]) if stated else None


def _is_rate(value: dict[str, Any]) -> bool:
    try:
        money.rate_of(value["rate"])
    except FundRefused:
        return False
    return True


states.KINDS.folders |= {WINDOW: _window, PURSE: _purse, RATE: _rate}
for _kind, _shape in ((PLEDGE, Pledge), (CALL, Call), (SCORE, Score)):
    states.record(_kind, _shape)
states.machine(
    ENTRY,
    "cooperation_fundentry_posted",
    {"cooperation_fundentry_reversed": _reversed},
    state="posted",
    shape=EntryFacts,
)
states.machine(
    APPLICATION,
    "cooperation_fundapplication_made",
    {
        "cooperation_fundapplication_agreed": _by_recipient("agreed", after="made", names="agreed_by"),
        "cooperation_fundapplication_withdrawn": to("withdrawn", after=("made", "agreed")),
        "cooperation_fundapplication_rejected": to("rejected", after=("made", "agreed"), decided="reason"),
        "cooperation_fundapplication_awarded": to("awarded", after=("made", "agreed")),
    },
    state="made",
    shape=Application,
    begin=_applied,
)
states.machine(
    AWARD,
    "cooperation_fundaward_made",
    {
        "cooperation_fundaward_accepted": _by_recipient("accepted", after="offered", names="accepted_by"),
        "cooperation_fundaward_ended": _kept(to("ended", after=("offered", "accepted"), ended="reason")),
    },
    state="offered",
    shape=Award,
    begin=_offered,
)
states.machine(
    REPORT,
    "cooperation_fundreport_made",
    {
        "cooperation_fundreport_accepted": _kept(to("accepted", after=("made",), answer="answer")),
        "cooperation_fundreport_returned": _kept(to("returned", after=("made",), answer="answer")),
    },
    state="made",
    shape=Report,
)
states.machine(
    CLOSING,
    "cooperation_fundclosing_proposed",
    {
        "cooperation_fundclosing_approved": _decided,
        "cooperation_fundclosing_declined": _declined,
    },
    state="proposed",
    shape=ClosingFacts,
)


class PostingFacts(msgspec.Struct, frozen=True):
    """A row of the journal: one line of an entry, or of its reversal. `log` and `at` say where its act stands, for closed periods."""

    entry: str
    line: int
    reversal: bool
    window: str
    kind: str
    day: str
    account: str
    currency: str
    amount: int
    purse: str
    award: str
    pledge: str
    tranche: int
    report: str
    log: str
    at: int


def postings(key: str, acts: Sequence[Entry]) -> list[PostingFacts]:
    """The rows of the journal that the acts about one entry come to, in whatever order they arrived. Nothing for what is not sound or is of other books."""
    ordered = subjects.ordered(acts, states.KINDS.opening)
    opening = next((act for act in ordered if act.body["act"] == "cooperation_fundentry_posted"), None)
    if opening is None or not states.reads(opening.body.get("value"), EntryFacts):
        return []
    value = msgspec.convert(opening.body["value"], EntryFacts)
    lines = lines_of(value)
    try:
        books.require_sound(lines)
    except FundRefused:
        return []
    if not of_books(opening.log, value.books):
        return []
    rows = _rows(key, value, lines, opening, value.day, 0)
    back = next(
        (
            act
            for act in ordered
            if act.body["act"] == "cooperation_fundentry_reversed" and of_books(act.log, value.books)
        ),
        None,
    )
    return rows + (
        _rows(key, value, books.reversed_lines(lines), back, text(back.body, "day"), len(lines)) if back else []
    )


def _rows(key: str, value: EntryFacts, lines: Lines, act: Entry, day: str, first: int) -> list[PostingFacts]:
    at = store.index_of(act.position)
    return [
        PostingFacts(
            key, first + number, first > 0, value.window, value.kind, day, line.account, line.currency, line.amount, line.purse,
            line.award, value.pledge, value.tranche, value.report, act.log, at,
        )
        for number, line in enumerate(lines)
    ]  # fmt: skip
