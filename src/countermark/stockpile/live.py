"""The live board: the newest movements from maker to store to user, of the places somebody may see.

It says what was handed over and what is on its way, never where a weapon is that is out with somebody: neither who has it nor any place on
the way stands on it, so that a board on a wall gives no patrol and no transport away.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from countermark.accounts.models import Place, User
from countermark.ledger import store
from countermark.ledger.entry import now
from countermark.ledger.models import Log
from countermark.register.services import side_texts
from countermark.stockpile import acts, queries
from countermark.stockpile.models import SubjectRow
from countermark.stockpile.receipts import Receipt
from countermark.stockpile.shipments.services import ON_THE_WAY, Shipment
from countermark.stockpile.states import Subject

SHOWN = 12
"""Movements of each lane."""


@dataclass(frozen=True)
class Movement:
    """A hand-over: what (`direction` or state of a shipment), how many weapons, from and to which place or sender; `late` where it is overdue."""

    key: str
    time: str
    word: str
    count: int
    source: str = ""
    goal: str = ""
    kind: str = ""
    late: bool = False


@dataclass(frozen=True)
class Board:
    """Three lanes, the newest first: from makers and senders into the stores, between stores, between stores and their users."""

    incoming: Sequence[Movement]
    between: Sequence[Movement]
    users: Sequence[Movement]


def board(user: User) -> Board:
    """What somebody may see of it."""
    places = queries.visible(user)
    names = dict(Place.objects.values_list("pk", "name"))
    return Board(
        _receipts(places, names, ("in",)), _shipments(places, names), _receipts(places, names, ("out", "back"))
    )


def _receipts(places: frozenset[str] | None, names: dict[str, str], directions: Sequence[str]) -> list[Movement]:
    found = queries.newest("receipt", places, SHOWN, value__direction__in=list(directions))
    # Who receives a weapon is not named on a board; who sends weapons into a store is.
    senders = side_texts([one.person for one in found if one.value.get("direction") == "in"])
    return [_handed(one, names.get(one.place, ""), senders.get(one.person, "")) for one in found]


def _handed(one: Subject, store: str, sender: str) -> Movement:
    value = one.of(Receipt)
    incoming = value.direction == "in"
    source, goal = (sender, store) if value.direction in ("in", "back") else (store, "")
    return Movement(
        one.key,
        value.happened or one.since,
        value.direction,
        len(value.items),
        source if incoming or value.direction == "out" else "",
        goal,
        value.kind,
    )


def _shipments(places: frozenset[str] | None, names: dict[str, str]) -> list[Movement]:
    rows = SubjectRow.objects.filter(kind="shipment").exclude(state="prepared")
    if places is not None:
        here = list(places)
        rows = rows.filter(Q(place__in=here) | Q(person__in=here))
    return [_sent(acts.subject_of_row(row), names) for row in rows.order_by("-time", "key")[:SHOWN]]


def _sent(one: Subject, names: dict[str, str]) -> Movement:
    value = one.of(Shipment)
    late = one.state in ON_THE_WAY and bool(one.due) and one.due < now()[: max(10, len(one.due))]
    source, goal = names.get(value.sender, ""), names.get(value.receiver, "")
    return Movement(one.key, one.time, one.state, len(value.weapons), source, goal, late=late)


def mark() -> str:
    """What changes when anything is recorded, on this node or from another: the board is read anew only then."""
    return " ".join(f"{log.pk}:{store.size(log)}" for log in Log.objects.order_by("pk"))


# --- how many watch at once --------------------------------------------------------------------------------------------

MOST = 40
MOST_EACH = 4
_watching: Counter[UUID] = Counter()
_lock = threading.Lock()


def is_full(user: User) -> bool:
    """Whether no more may watch, or not this person."""
    with _lock:
        return _watching.total() >= MOST or _watching[user.pk] >= MOST_EACH


@contextmanager
def watching(user: User) -> Iterator[None]:
    """One more watches, until the block ends."""
    with _lock:
        _watching[user.pk] += 1
    try:
        yield
    finally:
        with _lock:
            _watching[user.pk] -= 1
            if not _watching[user.pk]:
                del _watching[user.pk]
