"""Awards: money promised to a recipient, paid in tranches against accepted reports, accounted for or given back."""

from collections.abc import Sequence
from dataclasses import dataclass

from countermark.cooperation import actors, acts
from countermark.cooperation.acts import Words
from countermark.cooperation.fund import calls, entries, queries
from countermark.cooperation.fund.common import beside, keeper, today, window_here
from countermark.cooperation.fund.entries import Posting, Refs
from countermark.cooperation.fund.rules import books, earmarks, eligibility, grants, money
from countermark.cooperation.fund.rules.books import Balances, Lines
from countermark.cooperation.fund.rules.earmarks import Purpose
from countermark.cooperation.fund.rules.grants import Tranche
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    AWARD,
    CALL,
    ENTRY,
    REPORT,
    Application,
    Award,
    Call,
    Report,
    TrancheFacts,
)
from countermark.cooperation.states import Subject
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence


@dataclass(frozen=True, kw_only=True)
class AwardSaid:
    """An award as somebody says it: `tranches` as (amount as written, day planned, reports asked for before it)."""

    application: str
    amount: str
    day: str
    begin: str
    end: str
    tranches: Sequence[tuple[str, str, int]]
    terms: str = ""
    despite: str = ""


def award(said: AwardSaid, *, by: Actor, request: str = "") -> str:
    """Awards money to an application, and commits it, of purses whose earmark it fits; returns the id of the award. Raises `Refused`.

    Asked for are the agreement of the State, a score, and what the facility's binding rules ask, unless `despite` says why not: then that stands in
    the act. Never more than what was asked for, than is left of the budget of the call, or than is available.
    """
    key = acts.id_for(request)
    with acts.alone():
        if request and acts.subject(AWARD, key) is not None:
            return key
        found = acts.known(APPLICATION, said.application, Sentence("the id of an application"), "made", "agreed")
        asked = found.of(Application)
        call = acts.known(CALL, asked.call, Sentence("the id of a call")).of(Call)
        _require_decided(found, asked, call, said.despite)
        value, words = _value(said, asked, call)
        posting = Posting(
            window=call.window, kind="commitment", day=said.day, refs=Refs(award=key),
            lines=lambda sums: _committed(sums, value, key),
        )  # fmt: skip
        entry = entries.drafted(posting, acts.new_id())
        name = f"{AWARD}:{key}"
        fields = {"value": acts.plain([value])[0], "parent": f"actor:{asked.recipient}", "due": value.end}
        drafts = [
            acts.draft("cooperation_fundapplication_awarded", [found.name], {"award": name}, note=said.despite.strip()),
            acts.draft("cooperation_fundaward_made", [name], fields, texts=words.notes),
            entry,
        ]
        acts.append(drafts, by=by)
    return key


def _require_decided(found: Subject, asked: Application, call: Call, despite: str) -> None:
    if not asked.agreed_by:
        raise acts.refuse("application", found.key, "an application its State has agreed to", "agreement")
    if despite.strip():
        return
    if calls.outcome_of(found.key, call).score is None:
        raise acts.refuse(
            "application", found.key, "an application two scorers agree on, or a reason why not", "scores"
        )
    said = calls.findings(found)
    if said and eligibility.verdict(said) != "eligible":
        raise acts.refuse("application", found.key, "an application the binding rules of the facility allow, or a reason why not", "eligibility")  # fmt: skip


def _value(said: AwardSaid, asked: Application, call: Call) -> tuple[Award, Words]:
    with beside("amount"):
        amount = money.parsed(said.amount, asked.currency)
    if amount > asked.amount:
        raise acts.refuse("amount", said.amount, Sentence("at most what was asked for: %(amount)s", amount=money.shown(asked.amount, asked.currency)), "range")  # fmt: skip
    left = queries.left_of_call(asked.call)
    if amount > left:
        raise acts.refuse("amount", said.amount, Sentence("at most what is left of the budget of the call: %(amount)s", amount=money.shown(left, asked.currency)), "range")  # fmt: skip
    with beside("tranches"):
        parts = [
            (money.parsed(part, asked.currency), acts.day("tranches", due), reports)
            for part, due, reports in said.tranches
        ]
        tranches = [Tranche(number, *part) for number, part in enumerate(parts, 1)]
        grants.require_tranches(tranches, amount)
    begin, end = acts.day("begin", said.begin), acts.day("end", said.end)
    if end < begin:
        raise acts.refuse("end", end, "a day not before it begins", "range")
    words = Words()
    value = Award(
        said.application,
        call.window,
        asked.applicant,
        asked.recipient,
        asked.currency,
        amount,
        tuple(TrancheFacts(one.number, one.amount, one.due, one.reports) for one in tranches),
        (asked.theme,),
        actors.regions_of(asked.recipient),
        asked.project,
        begin,
        end,
        words(said.terms, column="terms"),
        books=keeper(),
    )
    return value, words


def _committed(sums: Balances, value: Award, key: str) -> Lines:
    purpose = Purpose(value.themes, value.regions, value.project)
    shares = earmarks.drawn(queries.held(value.window, value.currency, sums), purpose, value.amount, value.currency)
    return books.commitment(sums, shares, value.currency, key)


def accept(key: str, *, speaks_for: str, by: Actor) -> None:
    """The State an award is for accepts it and its terms, by its authority. Raises `Refused` for anybody else."""
    with acts.alone():
        found = acts.known(AWARD, key, Sentence("the id of an award"), "offered")
        if not speaks_for or speaks_for != found.of(Award).recipient:
            raise acts.refuse("award", key, "an award for the State you speak for", "denied")
        acts.append([acts.draft("cooperation_fundaward_accepted", [found.name], {"actor": speaks_for})], by=by)


def disburse(key: str, *, day: str, note: str = "", by: Actor, request: str = "") -> str:
    """Pays the next tranche of an accepted award, if the reports it waits for are accepted; returns the entry. Raises `Refused`."""
    entry = acts.id_for(request)
    with acts.alone():
        if request and acts.subject(ENTRY, entry) is not None:
            return entry
        value = acts.known(AWARD, key, Sentence("the id of an award"), "accepted").of(Award)
        tranches = [Tranche(one.number, one.amount, one.due, one.reports) for one in value.tranches]
        with beside("award"):
            due = grants.next_tranche(tranches, queries.tranches_paid(key), queries.reports_accepted(key))
        posting = Posting(
            window=value.window, kind="disbursement", day=day, note=note, refs=Refs(award=key, tranche=due.number),
            lines=lambda sums: books.disbursement(sums, value.currency, key, due.amount),
        )  # fmt: skip
        acts.append([entries.drafted(posting, entry)], by=by)
    return entry


@dataclass(frozen=True, kw_only=True)
class ReportSaid:
    """A report as somebody says it; `spent` is of the money paid, since the report before, as written."""

    award: str
    begin: str
    end: str
    spent: str
    narrative: str


def report(said: ReportSaid, *, speaks_for: str, by: Actor, request: str = "") -> str:
    """Reports on an award, for who was paid or the State it is for; returns the id of the report. Raises `Refused`."""
    key = acts.id_for(request)
    with acts.alone():
        if request and acts.subject(REPORT, key) is not None:
            return key
        found = acts.known(AWARD, said.award, Sentence("the id of an award"), "accepted")
        value = found.of(Award)
        if not speaks_for or speaks_for not in (value.applicant, value.recipient):
            raise acts.refuse("award", said.award, "an award to the actor you speak for", "denied")
        begin, end = acts.day("begin", said.begin), acts.day("end", said.end)
        if end < begin:
            raise acts.refuse("end", end, "a day not before it begins", "range")
        if end > today():
            raise acts.refuse("end", end, "a day that is not still to come", "future")
        spent = _spent(said, value)
        words = Words()
        told = words(acts.required("narrative", said.narrative, "what was done"), column="narrative")
        number = len(acts.subjects(REPORT, parent=found.name)) + 1
        facts = Report(said.award, number, begin, end, spent, told, books=value.books)
        fields = {"value": acts.plain([facts])[0], "parent": found.name, "due": end}
        acts.append([acts.draft("cooperation_fundreport_made", [f"{REPORT}:{key}"], fields, texts=words.notes)], by=by)
    return key


def _spent(said: ReportSaid, value: Award) -> int:
    if said.spent.strip() in ("0", "0.0", "0.00", "0.000"):
        return 0
    with beside("spent"):
        spent = money.parsed(said.spent, value.currency)
    waiting = sum(one.of(Report).spent for one in acts.subjects(REPORT, parent=f"{AWARD}:{said.award}", state="made"))
    open_ = queries.award_sums(said.award).open - waiting
    if spent > open_:
        raise acts.refuse("spent", said.spent, Sentence("at most what was paid and not accounted for: %(amount)s", amount=money.shown(max(open_, 0), value.currency)), "range")  # fmt: skip
    return spent


def accept_report(key: str, *, day: str, answer: str = "", by: Actor) -> None:
    """Accepts a report, and posts what was spent. Raises `Refused`."""
    words = Words()
    told = words(answer, column="answer")
    with acts.alone():
        found = acts.known(REPORT, key, Sentence("the id of a report"), "made")
        value = found.of(Report)
        grant = acts.known(AWARD, value.award, Sentence("the id of an award"), "accepted").of(Award)
        drafts = [acts.draft("cooperation_fundreport_accepted", [found.name], {"answer": told}, texts=words.notes)]
        if value.spent:
            posting = Posting(
                window=grant.window, kind="expense", day=day, refs=Refs(award=value.award, report=key), column="spent",
                lines=lambda sums: books.expense(sums, grant.currency, value.award, value.spent),
            )  # fmt: skip
            drafts.append(entries.drafted(posting, acts.new_id()))
        else:
            window_here(grant.window)
        acts.append(drafts, by=by)


def return_report(key: str, answer: str, *, by: Actor) -> None:
    """Returns a report, and says what is missing. Raises `Refused`."""
    words = Words()
    told = words(acts.required("answer", answer, "what is missing"), column="answer")
    with acts.alone():
        found = acts.known(REPORT, key, Sentence("the id of a report"), "made")
        window_here(acts.known(AWARD, found.of(Report).award, Sentence("the id of an award")).of(Award).window)
        acts.append(
            [acts.draft("cooperation_fundreport_returned", [found.name], {"answer": told}, texts=words.notes)], by=by
        )


def refund(
    key: str, amount: str, *, day: str, to_donors: bool = False, note: str = "", by: Actor, request: str = ""
) -> str:
    """Posts what a recipient gives back: to the purses it came from in proportion, or on to their donors; returns the entry. Raises `Refused`."""
    entry = acts.id_for(request)
    with acts.alone():
        if request and acts.subject(ENTRY, entry) is not None:
            return entry
        # Of an award that has ended too: where an expense was reversed, it is the one way home for that money.
        value = acts.known(AWARD, key, Sentence("the id of an award"), "accepted", "ended").of(Award)
        with beside("amount"):
            parsed = money.parsed(amount, value.currency)
        back = Posting(
            window=value.window, kind="refund", day=day, note=note, refs=Refs(award=key),
            lines=lambda sums: books.refund(sums, value.currency, key, parsed),
        )  # fmt: skip
        acts.append([entries.drafted(back, entry)], by=by)
        if to_donors:
            # The shares are those that just came back, purse by purse.
            shares = _shares(entry)
            on = Posting(
                window=value.window, kind="repayment", day=day, note=note,
                lines=lambda sums: books.repayment(sums, shares, value.currency),
            )  # fmt: skip
            acts.append([entries.drafted(on, acts.new_id())], by=by)
    return entry


def _shares(entry: str) -> dict[str, int]:
    from countermark.cooperation.fund.models import Posting as Row

    rows = Row.objects.filter(entry=entry, account=books.BANK, reversal=False).values_list("purse", "amount")
    return dict(rows)


def end(key: str, reason: str, *, day: str, by: Actor) -> None:
    """Ends an award: what was not paid is available again. Raises `Refused` while money paid is not accounted for or given back."""
    words = Words()
    why = words(acts.required("reason", reason, "why it ends"), column="reason")
    with acts.alone():
        found = acts.known(AWARD, key, Sentence("the id of an award"), "offered", "accepted")
        value, sums = found.of(Award), queries.award_sums(key)
        if sums.open:
            raise acts.refuse("award", key, Sentence("an award whose money is accounted for; %(amount)s are not", amount=money.shown(sums.open, value.currency)), "state")  # fmt: skip
        drafts = [acts.draft("cooperation_fundaward_ended", [found.name], {"reason": why}, texts=words.notes)]
        if sums.committed:
            posting = Posting(
                window=value.window, kind="release", day=day, refs=Refs(award=key),
                lines=lambda held: books.release(held, value.currency, key),
            )  # fmt: skip
            drafts.append(entries.drafted(posting, acts.new_id()))
        else:
            window_here(value.window)
        acts.append(drafts, by=by)
