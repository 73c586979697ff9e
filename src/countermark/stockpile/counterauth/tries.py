"""Wrong answers are counted in the database, each before it is looked at: of PINs, and of the passwords of second persons.

So a restart forgets none, several workers count together, and guesses sent at once are no way around the count.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from countermark.accounts import security_log
from countermark.ledger import entry
from countermark.stockpile import acts
from countermark.stockpile.counterauth import rules
from countermark.stockpile.counterauth.models import Proof

LOCK = timedelta(minutes=rules.LOCK_MINUTES)


def of_password(name: str) -> Proof:
    """The count of wrong passwords given with a user name, whether there is such a user or not; it is forgotten a quarter of an hour after the last.

    The name stands in it as a keyed digest: somebody may have typed their password there.
    """
    Proof.objects.filter(kind="password", until__lt=entry.now()).delete()
    digest = salted_hmac("countermark.counter.second", name.strip().casefold(), algorithm="sha256").hexdigest()
    return Proof.objects.get_or_create(key=f"password:{digest}", defaults={"kind": "password", "until": later(LOCK)})[0]


def require_open(row: Proof, field: str) -> None:
    """Refuses what was given in a field while the last wrong answer locks. Raises `Refused`."""
    if row.locked and entry.now() < row.locked:
        raise acts.refuse(field, "", "another try in a quarter of an hour: there were too many", "locked")


def count(row: Proof) -> bool:
    """Counts a try as a wrong one, before it is looked at; False if somebody counted meanwhile: then it is not looked at."""
    same = Proof.objects.filter(key=row.key, failures=row.failures, locked=row.locked)
    return bool(same.update(failures=F("failures") + 1))


def failed(row: Proof, what: str, **said: Any) -> None:
    """A counted try was wrong: every fifth in a row locks; the security log has it as `<what>_failed` or `<what>_locked`."""
    until = later(LOCK)
    with transaction.atomic():
        failures = Proof.objects.values_list("failures", flat=True).filter(key=row.key).first() or 0
        locks = rules.locks(failures) or (row.kind == "pin" and rules.blocked(failures))
        changed = ({"locked": until} if locks else {}) | ({"until": until} if row.kind == "password" else {})
        if changed:
            Proof.objects.filter(key=row.key).update(**changed)
    security_log.note(f"{what}_locked" if locks else f"{what}_failed", None, failures=failures, **said)


def right(row: Proof) -> None:
    """A counted try was right: nothing counts any more."""
    Proof.objects.filter(key=row.key).update(failures=0, locked="")


def later(wait: timedelta) -> str:
    """A time so long from now, as the ledger writes times."""
    return (datetime.now(UTC) + wait).isoformat(timespec="milliseconds").replace("+00:00", "Z")
