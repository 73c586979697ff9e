"""What of the fund waits for whom one speaks for, on the first page of the room, and the days of it in the calendar."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.cooperation import actors, acts, waiting
from countermark.cooperation.fund import queries
from countermark.cooperation.fund.common import today
from countermark.cooperation.fund.rules import money
from countermark.cooperation.fund.shapes import (
    APPLICATION,
    AWARD,
    CALL,
    CLOSING,
    REPORT,
    Application,
    Award,
    Call,
    ClosingFacts,
    Pledge,
    Report,
    TrancheFacts,
)
from countermark.cooperation.projects import calendar
from countermark.cooperation.projects.rules.month import Entry
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.cooperation.waiting import Waits


def _url(name: str, key: str) -> str:
    return reverse(f"cooperation:{name}", args=[key])


@waiting.source
def _for_the_state(who: Viewer) -> Iterator[Waits]:
    """Applications and awards the State one speaks for is asked about."""
    if not who.actor:
        return
    for one in acts.subjects(APPLICATION, state="made"):
        value = one.of(Application)
        if value.recipient == who.actor and not value.agreed_by:
            text = _("%(title)s: the State is asked whether it agrees to the application") % {"title": _title(one)}
            yield Waits(text, _url("fund_application", one.key), one.due)
    for one in acts.subjects(AWARD, parent=f"actor:{who.actor}", state="offered"):
        yield Waits(_("An award waits to be accepted by the State"), _url("fund_award", one.key), one.due)


@waiting.source
def _reports(who: Viewer) -> Iterator[Waits]:
    """Awards whose next tranche waits for a report of whom one speaks for."""
    if not who.actor:
        return
    mine = [
        one
        for one in acts.subjects(AWARD, state="accepted")
        if who.actor in (one.value["applicant"], one.value["recipient"])
    ]
    for one, due in _next(mine):
        if _given(one) < due.reports:
            text = _("Report on an award: tranche %(number)d waits for it") % {"number": due.number}
            yield Waits(text, _url("fund_award", one.key), due.due, alarming=due.due < today())


@waiting.source
def _for_the_books(who: Viewer) -> Iterator[Waits]:
    """Reports, closings and tranches that wait for who keeps the books."""
    if not who.keeps:
        return
    for one in acts.rows(REPORT).filter(state="made").order_by("since"):
        found = acts.subject_of_row(one)
        yield Waits(
            _("Report %(number)d on an award is to be read") % {"number": found.of(Report).number},
            _url("fund_report", found.key),
        )
    for found in acts.subjects(CLOSING, state="proposed"):
        text = _("Books are to be closed through %(through)s by a second person") % {
            "through": found.of(ClosingFacts).through
        }
        yield Waits(text, _url("fund_closing", found.key))
    for found, due in _next(acts.subjects(AWARD, state="accepted")):
        if queries.reports_accepted(found.key) >= due.reports:
            text = _("Tranche %(number)d of an award can be paid") % {"number": due.number}
            yield Waits(text, _url("fund_award", found.key), due.due, alarming=due.due < today())


def _next(found: list[Subject]) -> Iterator[tuple[Subject, TrancheFacts]]:
    """Awards with the next tranche of each that is not paid."""
    paid = queries.tranches_of_awards([one.key for one in found])
    for one in found:
        due = next((part for part in one.of(Award).tranches if part.number not in paid[one.key]), None)
        if due is not None:
            yield one, due


def _given(award: Subject) -> int:
    """How many reports on an award were handed in and not returned."""
    return sum(one.state != "returned" for one in acts.subjects(REPORT, parent=award.name))


def _title(found: Subject) -> str:
    return acts.texts_of([found]).get(str(found.value["title"]), found.key)


@calendar.source
def _calls(_who: Viewer) -> Iterator[Entry]:
    """Until when calls take applications."""
    for one in acts.subjects(CALL, state="open"):
        value = one.of(Call)
        yield Entry(f"fundcall-{one.key}", "call", _title(one), value.closes, value.closes, _url("fund_call", one.key))


@calendar.source
def _due(who: Viewer) -> Iterator[Entry]:
    """Instalments of pledges and tranches of awards one may see."""
    look = queries.reader(who)
    names = actors.names()
    for one in queries.pledges(look, state="open"):
        value = one.of(Pledge)
        for at, part in enumerate(value.due):
            title = f"{names.get(value.donor, value.donor)}: {money.shown(part.amount, value.currency)}"
            yield Entry(f"pledge-{one.key}-{at}", "pledge", title, part.day, part.day, _url("fund_pledge", one.key))
    found = queries.awards(look, state="accepted")
    paid = queries.tranches_of_awards([one.key for one in found])
    for one in found:
        award = one.of(Award)
        for tranche in award.tranches:
            if tranche.number not in paid[one.key]:
                title = f"{names.get(award.recipient, award.recipient)}: {money.shown(tranche.amount, award.currency)}"
                uid = f"tranche-{one.key}-{tranche.number}"
                yield Entry(uid, "tranche", title, tranche.due, tranche.due, _url("fund_award", one.key))
