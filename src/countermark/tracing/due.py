"""What is due: the reminders of requests, drafts that wait for release, consent asked for, hits nobody settled; ours and theirs, by day.

The instrument sets no periods; those of the nation do (`requests.periods`), and say how many days before a reminder comes.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.register import cases as decided
from countermark.tracing.cases import hits
from countermark.tracing.cases import queries as cases
from countermark.tracing.cases.queries import Alert
from countermark.tracing.requests import handling, periods, shown
from countermark.tracing.requests import queries as requests
from countermark.tracing.requests.handling import Reader
from countermark.tracing.requests.rules import Periods
from countermark.tracing.requests.states import Request

Kind = Literal["request", "draft", "consent", "erasure", "hit"]

WHAT = {
    "draft": gettext_lazy("a draft waits for release"),
    "consent": gettext_lazy("a decision on passing on"),
    "erasure": gettext_lazy("what they told is erased afterwards"),
    "hit": gettext_lazy("a stolen or lost weapon answers to a case"),
}


@dataclass(frozen=True)
class Duty:
    """One thing that is due. `day` is ISO 8601, empty where none is set; `soon` within the days of a reminder.

    `about` is a request or case; `whom` the other State, or who answers for it; `url` its page, empty where no address can carry it.
    """

    kind: Kind
    what: str | Promise
    day: str
    by_us: bool
    overdue: bool
    soon: bool
    about: str
    whom: str
    url: str


def due(user: User | None = None, within: int | None = None) -> list[Duty]:
    """What is due for those who may see it (None: what the node knows), overdue first, then by day; `within` days where given."""
    found = [*_of_requests(user), *_of_hits(user)]
    if within is not None:
        last = (timezone.localdate() + dt.timedelta(days=within)).isoformat()
        found = [one for one in found if one.day <= last]
    return sorted(found, key=lambda one: (not one.overdue, one.day or "9", one.about, one.kind))


def reminders(user: User | None = None) -> list[Duty]:
    """What is overdue, on either side, or to be done soon, and what waits here without a day."""
    return [one for one in due(user) if one.overdue or (one.by_us and (one.soon or not one.day))]


def _of_requests(user: User | None) -> Iterator[Duty]:
    reader: Reader | None = None
    if user is not None:
        if not accounts.may(user, "request.view"):
            return
        reader = requests.reader(user)
    known = periods.known()
    for one in requests.requests(reader):
        yield from _of_request(one, known)


def _of_request(one: Request, known: dict[str, Periods]) -> Iterator[Duty]:
    line = shown.line(one, known)
    remind = periods.of(one.peer[:2], known).remind

    def duty(kind: Kind, day: str, what: str | Promise = "", *, by_us: bool = True) -> Duty:
        left = (dt.date.fromisoformat(day) - timezone.localdate()).days if day else 0
        late, soon = bool(day) and left < 0, bool(day) and 0 <= left <= remind
        return Duty(kind, what or WHAT[kind], day, by_us, late, soon, one.id, line.state.name, line.url)

    if line.owed is not None:
        yield duty("request", line.owed.day, line.owed.what, by_us=line.owed.by_us)
    for _ in one.drafts:
        yield duty("draft", "")
    for _ in handling.unanswered(one.conversation, one.side):
        yield duty("consent", "")
    for day in _to_be_erased(one):
        yield duty("erasure", day)


def _to_be_erased(one: Request) -> list[str]:
    """Last days, still to come, on which something the other State told may be seen."""
    today = timezone.localdate().isoformat()
    days = {day for kept in one.received for day in handling.last_days(kept.envelope.body) if day >= today}
    return sorted(days)[:1]


def _of_hits(user: User | None) -> Iterator[Duty]:
    if user is not None and not accounts.may(user, "case.view"):
        return
    seen = cases.cases(cases.offices(user) if user is not None else None)
    yield from _hits([one for one in cases.alerts(seen) if one.open])


def _hits(alerts: Iterable[Alert]) -> Iterator[Duty]:
    for name, one in hits.with_decisions(list(alerts)).items():
        if one.state != decided.OPEN:
            continue
        case = name.split(":")[1]
        left = (dt.date.fromisoformat(one.due) - timezone.localdate()).days
        soon = 0 <= left <= Periods().remind
        url = reverse("tracing:case", args=[case])
        yield Duty(
            "hit", WHAT["hit"], one.due, by_us=True, overdue=one.overdue, soon=soon, about=case, whom=one.owner, url=url
        )
