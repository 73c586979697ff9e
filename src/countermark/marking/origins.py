"""Weapons of other origins: how they were made, what is decided about those that were found, and deactivation.

The way of production is recorded beside the record of a weapon and counted apart. A weapon found is marked and recorded, or
destroyed (ITI, para. 9); until that is decided it stands in a list, the oldest first. A deactivated weapon stays on the register.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from countermark.accounts.queries import Person
from countermark.ledger import database, identity
from countermark.ledger.services import Actor, SideNote, require_own_log
from countermark.marking import acts
from countermark.marking.acts import refuse
from countermark.marking.description import Production
from countermark.marking.models import FindRow, ItemRow
from countermark.marking.states import SHAPES
from countermark.register import checking, projection, services
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.register.rules import TAKEN_IN, WeaponState

PRODUCTIONS: tuple[str, ...] = get_args(Production)
FOUND = TAKEN_IN
"""What a weapon's status is after it was found."""

Decision = Literal["mark", "destroy"]
DECISIONS: tuple[str, ...] = get_args(Decision)
LONGEST_DAYS = 30
"""After so many days an undecided find is overdue: the instrument says as soon as possible, and sets no number of days."""


class _Production(msgspec.Struct, frozen=True):
    production: Production


class _Decision(msgspec.Struct, frozen=True):
    decision: Decision


class _Certificate(msgspec.Struct, frozen=True):
    number: str
    authority: str
    date: str
    document: str


SHAPES |= {"origin": _Production, "decision": _Decision, "certificate": _Certificate}


@dataclass(frozen=True)
class Find:
    """A weapon found and not dealt with: since when, how many days, and what is decided (empty: nothing yet)."""

    weapon: Weapon
    since: str
    days: int
    decision: str

    @property
    def overdue(self) -> bool:
        """Whether it has waited too long for a decision, or for what was decided to be done."""
        return self.days > LONGEST_DAYS


def set_production(weapon_id: str, production: str, *, basis: str, by: Actor) -> bool:
    """Records how a weapon was made, and how that is known; False where it is recorded so. Raises `Refused`."""
    if production not in PRODUCTIONS:
        raise refuse("production", production, acts.one_of(PRODUCTIONS), "unknown")
    acts.required("basis", basis, "how it is known")
    state = _known(weapon_id)
    value = {"weapon": weapon_id, "production": production}
    return acts.state_record("origin", weapon_id, value, place=state.place, note=basis, by=by)


def production_of(weapon_id: str) -> str:
    """How a weapon was made; `unknown` where nobody said."""
    found = acts.record("origin", weapon_id)
    return "unknown" if found is None else str(found.value["production"])


def count_by_production() -> dict[str, int]:
    """How many weapons are recorded as made in each way; those nobody spoke of are not counted."""
    return dict(Counter(str(one.value["production"]) for one in acts.records("origin")))


def _known(weapon_id: str) -> WeaponState:
    state = projection.state_of(weapon_id)
    if state is None:
        raise refuse("weapon", weapon_id, "the id of a weapon in this register", "unknown")
    return state


def decide(weapon_id: str, decision: str, *, reason: str, by: Actor) -> bool:
    """Decides that a weapon found is marked and recorded, or destroyed; may be decided anew. Raises `Refused`."""
    if decision not in DECISIONS:
        raise refuse("decision", decision, acts.one_of(DECISIONS), "unknown")
    acts.required("reason", reason, "why it is decided so")
    state = _known(weapon_id)
    if state.status not in FOUND:
        raise refuse("weapon", weapon_id, "a weapon that was found, seized, surrendered or the like", "status")
    value = {"weapon": weapon_id, "decision": decision}
    return acts.state_record("decision", weapon_id, value, place=state.place, note=reason, by=by)


AT_MOST = 500
"""Finds of one page."""


def decision_of(weapon_id: str) -> str:
    """What is decided about a weapon found: `mark`, `destroy`, or nothing yet (empty)."""
    found = acts.record("decision", weapon_id)
    return "" if found is None else str(found.value["decision"])


def finds(user: Person, *, undecided: bool = False, after: str = "", limit: int | None = AT_MOST) -> list[Find]:
    """Weapons found that a person may see and that are not dealt with yet, the oldest first, at most `limit` (None: all).

    `after`: the id of the weapon the page before ended with. Raises `Refused` for one that is not a find the person may see.
    """
    rows = _found(user)
    if after:
        rows = rows.filter(_behind(rows, after))
    decided = _decided()
    if undecided:
        waiting: Iterator[Find] = (
            _find(row, "") for row in rows.iterator(chunk_size=500) if str(row.id) not in decided
        )
    else:
        waiting = _waiting(rows, decided, _accepted(decided))
    return list(islice(waiting, limit))


def _found(user: Person) -> QuerySet[Weapon]:
    """Weapons found that a person may see, with the time `since`; the oldest first."""
    seen = scope.of(user, "marking.view")
    rows = seen.narrow(Weapon.objects.filter(replaced_by=None).exclude(status="active").filter(status__in=FOUND))
    since = FindRow.objects.filter(weapon_id=OuterRef("pk")).values("since")[:1]
    # A store that was not rebuilt yet has no such view: the last event is the nearest that is known.
    return rows.annotate(since=Coalesce(Subquery(since), F("last_time"))).order_by("since", "id")


def _since(row: Weapon) -> str:
    """What `_found` worked out beside the columns."""
    since: str = row.since  # type: ignore[attr-defined]
    return since


def _behind(rows: QuerySet[Weapon], after: str) -> Q:
    try:
        row = rows.filter(pk=after).first()
    except ValidationError:
        row = None
    if row is None:
        raise refuse("after", after, "the id of the last weapon of the page before", "unknown")
    last = _since(row)
    return Q(since__gt=last) | Q(since=last, id__gt=after)


def _decided() -> dict[str, str]:
    return {one.key: str(one.value["decision"]) for one in acts.records("decision")}


def _accepted(decided: Mapping[str, str]) -> set[str]:
    """Which of the weapons to be marked a bench has marked."""
    to_mark = [key for key in decided if decided[key] == "mark"]
    return {
        weapon
        for some in database.chunks(to_mark, 5000)
        for weapon in ItemRow.objects.filter(state="accepted", weapon__in=some).values_list("weapon", flat=True)
    }


def _waiting(rows: QuerySet[Weapon], decided: Mapping[str, str], accepted: Collection[str]) -> Iterator[Find]:
    """What is not dealt with; a weapon that was destroyed is no find any more."""
    for row in rows.iterator(chunk_size=500):
        weapon = str(row.id)
        decision = decided.get(weapon, "")
        if decision != "mark" or not (weapon in accepted or _is_marked(weapon)):
            yield _find(row, decision)


def _find(row: Weapon, decision: str) -> Find:
    since = _since(row)
    days = (dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(since)).days
    return Find(row, since, max(days, 0), decision)


@dataclass(frozen=True)
class Counted:
    """How many finds wait: all that are not dealt with, those of them nobody has decided, and those that are overdue."""

    waiting: int
    undecided: int
    overdue: int
    overdue_undecided: int


def counted(user: Person) -> Counted:
    """How many finds a person may see wait."""
    decided, found = _decided(), _found(user)
    last = (dt.datetime.now(dt.UTC) - dt.timedelta(days=LONGEST_DAYS + 1)).isoformat()
    done = {str(one.id) for one in _of(found, decided, "mark")} - {str(one.weapon.id) for one in to_mark(user)}
    total: Counter[str] = Counter()
    for row in found.only("id").iterator():
        overdue = _since(row) <= last
        if str(row.id) not in done:
            total.update({"waiting": 1, "overdue": overdue})
        if str(row.id) not in decided:
            total.update({"undecided": 1, "overdue_undecided": overdue})
    return Counted(**{name: total[name] for name in Counted.__dataclass_fields__})


def _of(found: QuerySet[Weapon], decided: Mapping[str, str], decision: str) -> Iterator[Weapon]:
    """The finds of which one thing is decided."""
    keys = [key for key in decided if decided[key] == decision]
    for some in database.chunks(keys, 5000):
        yield from found.filter(pk__in=some)


def to_mark(user: Person) -> list[Find]:
    """The finds a person may see that are to be marked and are not yet, the oldest first."""
    decided = _decided()
    accepted = _accepted(decided)
    rows = [
        row for row in _of(_found(user), decided, "mark") if str(row.id) not in accepted and not _is_marked(str(row.id))
    ]
    return sorted((_find(row, "mark") for row in rows), key=lambda one: (one.since, str(one.weapon.id)))


def _is_marked(weapon_id: str) -> bool:
    state = projection.state_of(weapon_id)
    return state is not None and any(mark.mark_kind == "found" and mark.text and not mark.until for mark in state.marks)


@dataclass(frozen=True)
class Certificate:
    """A certificate of deactivation: its number, who issued it, the day, and the document's digest if one was attached."""

    weapon: str
    number: str
    authority: str
    date: str
    document: str


def deactivate(
    weapon_id: str,
    date: str,
    *,
    number: str,
    authority: str,
    document: bytes | None = None,
    by: Actor,
) -> Certificate:
    """Records a deactivation with its certificate: the event of the weapon and the certificate, both or neither.

    The weapon stays on the register. Said again, the same is harmless; said again with a `document` (JPEG, PNG or PDF), that is kept
    with it. Raises `Refused` for an unknown weapon, a date that is none, a document that is none, and without a number or an authority.
    """
    number = acts.required("number", number, "the number of the certificate")
    authority = acts.required("authority", authority, "who verified the deactivation")
    fields = {"event": "deactivation", "date": date, "document": number}
    checking.event(fields)
    require_own_log()
    kept = [acts.document("document", document)] if document is not None else []
    value = {
        "weapon": weapon_id,
        "number": identity.opaque("document", number),
        "authority": identity.opaque("party", authority),
        "date": date,
        "document": kept[0].key if kept else "",
    }
    texts = (SideNote("document", number), SideNote("party", authority))
    with acts.alone():
        state = _known(weapon_id)
        known = acts.record("certificate", weapon_id)
        if known is not None and not kept:
            value["document"] = str(known.value["document"])
        services.add_event(weapon_id, fields, by=by)
        acts.state_record("certificate", weapon_id, value, place=state.place, texts=texts, kept=kept, by=by)
    return Certificate(weapon_id, number, authority, date, value["document"])


def add_document(weapon_id: str, document: bytes, *, by: Actor) -> Certificate:
    """Keeps the document of a certificate that is recorded already. Raises `Refused` where there is no certificate."""
    known = certificate(weapon_id)
    if known is None:
        raise refuse("weapon", weapon_id, "a weapon with a certificate of deactivation", "unknown")
    return deactivate(weapon_id, known.date, number=known.number, authority=known.authority, document=document, by=by)


def certificate(weapon_id: str) -> Certificate | None:
    """The certificate of a deactivated weapon; names that were erased are empty."""
    found = acts.record("certificate", weapon_id)
    if found is None:
        return None
    value = {name: str(text) for name, text in found.value.items()}
    names = services.side_texts([value["number"], value["authority"]])
    return Certificate(
        weapon_id, names.get(value["number"], ""), names.get(value["authority"], ""), value["date"], value["document"]
    )


def needing_marks(user: Person) -> int:
    """How many finds a person may see are to be marked and stand in no batch that is still open."""
    decided = [one.weapon for one in to_mark(user)]
    ids = [str(weapon.id) for weapon in decided]
    in_work = {
        weapon
        for some in database.chunks(ids, 5000)
        for weapon in ItemRow.objects.filter(weapon__in=some)
        .exclude(state="withdrawn")
        .values_list("weapon", flat=True)
    }
    return len(ids) - len(in_work)
