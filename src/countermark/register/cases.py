"""Discrepancies as cases: records that share their marks, and weapons whose control component is unclear.

What is a discrepancy follows from the records and is never written down; what somebody decided about it is a kept row.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from countermark.accounts.models import User
from countermark.accounts.queries import may
from countermark.ledger import identity, kept, services
from countermark.ledger.services import Actor, Draft, KeptWrite, SideNote
from countermark.marks.sentences import Sentence
from countermark.register.checking import refuse
from countermark.register.models import Case

DAYS_SETTING = "discrepancy_days"
DAYS = 30
OPEN, DECIDED = "open", "decided"

OUTCOMES = ("as_recorded", "mended", "forwarded")
"""What may be decided: both records are right as they stand; the records were corrected; somebody else has taken it over."""


ANSWERED_BY: dict[str, str] = {}
"""Kinds of discrepancy that those with another permission may answer for too; rooms fill it when the program starts."""

SETTLED: dict[str, Callable[[str, str, Actor], None]] = {}
"""Kinds of discrepancy whose room records the decision too, from subject and reason, in the same transaction; rooms fill it when the
program starts."""


DECIDED_BY: dict[str, Callable[[str, User], bool]] = {}
"""Kinds of discrepancy not everybody who decides discrepancies may decide or answer for: by subject and person; rooms fill it when the
program starts."""


def kind_of(subject: str) -> str:
    """What kind of discrepancy a subject names."""
    return subject.partition(":")[0]


def may_answer(person: User, kind: str = "") -> bool:
    """Whether somebody may answer for discrepancies of a kind (empty: of any)."""
    others = ANSWERED_BY.values() if not kind else filter(None, [ANSWERED_BY.get(kind)])
    return any(may(person, permission) for permission in ("discrepancy.decide", *others))


def may_decide(person: User | None, subject: str) -> bool:
    """Whether somebody may decide this discrepancy, and answer for it, where not everybody may."""
    asked = DECIDED_BY.get(kind_of(subject))
    return asked is None or (person is not None and asked(subject, person))


def days() -> int:
    """How long a discrepancy may stay open: the node setting `discrepancy_days`, or 30."""
    text = services.setting(DAYS_SETTING, str(DAYS))
    return int(text) if text.isdecimal() and 0 < int(text) < 3660 else DAYS


def due_date(first_seen: str, allowed: int) -> str:
    """The day by which a discrepancy first seen at an RFC 3339 time is to be decided."""
    try:
        seen = datetime.fromisoformat(first_seen).date()
    except ValueError:
        seen = datetime.now(UTC).date()
    return (seen + timedelta(days=allowed)).isoformat()


def assign(subject: str, due: str, owner: str, *, by: Actor) -> None:
    """Makes somebody answerable for a discrepancy; one that was decided is open again. Raises `Refused` for somebody who may not decide discrepancies."""
    person = User.objects.filter(username=owner, disabled=False).first()
    if person is None or not may_answer(person, kind_of(subject)) or not may_decide(person, subject):
        raise refuse("owner", owner, "somebody who may decide discrepancies", "unknown")
    with services.alone():
        row = _row(subject, due)
        if row.state == OPEN and row.owner == owner and row.due == due:
            return
        row.owner, row.due, row.state, row.reason = owner, due, OPEN, ""
        fields = {"subject": subject, "owner": person.person, "due": due}
        services.append([_draft("case_assigned", fields, row)], by=by)


def decide(subject: str, due: str, outcome: str, reason: str, *, by: Actor) -> None:
    """Closes a discrepancy. Raises `Refused` without a reason, for an unknown outcome, or when it was decided meanwhile."""
    if outcome not in OUTCOMES:
        raise refuse("outcome", outcome, Sentence("one of %(codes)s", codes=", ".join(OUTCOMES)), "unknown")
    if not reason.strip():
        raise refuse("reason", reason, "why it is decided so", "missing")
    if not may_decide(User.objects.filter(username=by.name, disabled=False).first(), subject):
        raise refuse("subject", subject, "somebody else, who commands where the weapon was", "second_person")
    with services.alone():
        row = _row(subject, due)
        if row.state == DECIDED:
            raise refuse("subject", subject, "a discrepancy that is still open", "decided")
        row.state, row.reason, row.owner = DECIDED, identity.ref("note", reason), row.owner or by.name
        fields = {"subject": subject, "outcome": outcome, "reason": identity.opaque("note", reason)}
        services.append([_draft("case_decided", fields, row, SideNote("note", reason))], by=by)
        if (settle := SETTLED.get(kind_of(subject))) is not None:
            settle(subject, reason, by)


def is_past(due: str) -> bool:
    """Whether a due date is over."""
    return due < timezone.localdate().isoformat()


def _row(subject: str, due: str) -> Case:
    return Case.objects.filter(subject=subject).first() or Case(subject=subject, due=due)


def _draft(word: str, fields: dict[str, str], row: Case, *texts: SideNote) -> Draft:
    write = KeptWrite("case", row.subject, _digest(row), row.save)
    return services.timed_act(word, fields, kept=(write,), texts=texts)


def _digest(row: Case) -> str:
    values = {"subject": row.subject, "owner": row.owner, "due": row.due, "state": row.state, "reason": row.reason}
    return identity.digest(values)


def _kept_rows() -> Iterator[tuple[str, str]]:
    for row in Case.objects.order_by("subject").iterator():
        yield row.subject, _digest(row)


kept.register("case", _kept_rows)
