"""Reads of inspections: the newest of each holder, what is late, which faults are open. Nobody's name is in them."""

from collections.abc import Iterable

from countermark.stockpile import acts
from countermark.stockpile.assessment.queries import today
from countermark.stockpile.civilian.services import Visit
from countermark.stockpile.states import Subject

__all__ = ["faults_of", "holder_code", "latest", "of_holder", "open_faults", "today"]
Places = Iterable[str] | None


def latest(places: Places) -> list[Subject]:
    """The last visit of each holder, those that are due again first."""
    newest: dict[str, Subject] = {}
    for one in sorted(_visible("visit", places), key=lambda one: (one.of(Visit).day, one.time, one.key)):
        newest[one.person] = one
    return sorted(newest.values(), key=lambda one: (not one.due or one.due >= today(), one.due, one.key))


def of_holder(party: str, places: Places) -> list[Subject]:
    """Every visit to a holder, the newest first."""
    found = [one for one in _visible("visit", places) if one.person == party]
    return sorted(found, key=lambda one: one.of(Visit).day, reverse=True)


def open_faults(places: Places) -> list[Subject]:
    """Faults that are not settled, the longest overdue first."""
    found = [one for one in _visible("visitfinding", places) if one.state == "open"]
    return sorted(found, key=lambda one: (one.due, one.key))


def faults_of(visit: str) -> list[Subject]:
    """What a visit found."""
    return sorted(
        acts.subjects("visitfinding", parent=f"visit:{visit}"), key=lambda one: (one.state != "open", one.due)
    )


def holder_code(party: str) -> str:
    """A short code that tells holders apart in a list and names nobody: the last 8 digits of the opaque id."""
    return party[-8:]


def _visible(kind: str, places: Places) -> list[Subject]:
    wanted = None if places is None else set(places)
    return [one for one in acts.subjects(kind) if wanted is None or one.place in wanted]
