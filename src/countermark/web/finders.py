"""What the field in the header knows, in the order in which it is asked: an id, a record number, a serial, a reading."""

import uuid

from countermark.accounts.models import User
from countermark.marks.text import canonical
from countermark.register.models import Mark, Weapon
from countermark.register.queries import scope
from countermark.web.find import finder
from countermark.web.navigation import url


def _by_id(user: User, text: str) -> str | None:
    try:
        wanted = uuid.UUID(text.removeprefix("urn:uuid:"))
    except ValueError:
        return None
    seen = scope.of(user).narrow(Weapon.objects.filter(id=wanted))
    return url("register:weapon", str(wanted)) if seen.exists() else None


def _by_ref(user: User, text: str) -> str | None:
    found = list(scope.of(user).narrow(Weapon.objects.filter(ref=text)).values_list("id", flat=True)[:2])
    if len(found) == 1:
        return url("register:weapon", str(found[0]))
    return url("register:weapons", ref=text) if found else None


def _as_reading(user: User, text: str) -> str | None:
    return url("tracing:trace", reading=text) or None


def _by_serial(user: User, text: str) -> str | None:
    # For those who may not trace: the weapons that carry exactly this mark.
    form = canonical(text)
    marks = Mark.objects.filter(canonical=form).exclude(canonical="") if form else Mark.objects.none()
    seen = scope.of(user).narrow(marks, "weapon__").values_list("weapon_id", flat=True).distinct()[:2]
    found = list(seen)
    if len(found) == 1:
        return url("register:weapon", str(found[0]))
    return url("register:weapons", serial=text) if found else None


def fill() -> None:
    """Teaches the field in the header; called once, when the program starts."""
    finder("weapon.view", _by_id)
    finder("weapon.view", _by_ref)
    finder("trace", _as_reading)
    finder("weapon.view", _by_serial)
