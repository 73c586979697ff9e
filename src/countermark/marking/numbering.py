"""Issuing serial numbers and import marks: authorities, blocks given to nodes, numbers. None is ever issued twice.

An authority belongs to the log that opened it, which alone gives blocks; a block belongs to the log it was given to, which alone
issues from it, with or without a network. A node restored from a backup writes a new log, so it issues nothing from blocks of
which its old log may have issued more than the backup knows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from django.db.models import Max

from countermark.ledger.reasons import ON_A_WEAPON, Reason
from countermark.ledger.services import Actor, Draft
from countermark.marking import acts, numbers
from countermark.marking.acts import refuse
from countermark.marking.models import NumberRow
from countermark.marking.numbers import Block, Pattern, PatternError
from countermark.marking.states import SHAPES, Number, Record
from countermark.marks.sentences import Sentence, said
from countermark.marks.text import canonical
from countermark.register.models import Mark

PURPOSES = ("serial", "import", "state_stock", "extra")
"""What numbers are for: serials of one's own make, import marks, State stock, weapons without a usable serial."""
MOST = 1000
"""How many numbers may be issued in one act of a person."""
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Authority(msgspec.Struct, frozen=True):
    """Who numbers: how numbers are written (`numbers.parse`), for what, from which number on; `owner` is the log that gives blocks."""

    key: str
    title: str
    purpose: str
    country: str
    pattern: str
    system: str
    start: int
    owner: str

    def __post_init__(self) -> None:
        numbers.parse(self.pattern, self.country, self.system)

    @property
    def written(self) -> Pattern:
        """How its numbers are written."""
        return numbers.parse(self.pattern, self.country, self.system)


class _Block(msgspec.Struct, frozen=True):
    """What an act states of a block."""

    authority: str
    first: int
    last: int
    holder: str


SHAPES |= {"authority": Authority, "block": _Block}


class GivenBlock(msgspec.Struct, frozen=True):
    """A block of an authority: numbers `first` to `last`, which the log `holder` issues; how many are issued, used, voided."""

    key: str
    authority: str
    first: int
    last: int
    holder: str
    giver: str
    issued: int = 0
    used: int = 0
    voided: int = 0

    @property
    def left(self) -> int:
        """How many were never issued."""
        return self.last - self.first + 1 - self.issued


def open_authority(
    key: str, title: str, *, purpose: str, country: str, pattern: str, system: str = "", start: int = 1, by: Actor
) -> Authority:
    """Opens a numbering authority owned by this node. Saying the same again is harmless.

    Raises `Refused` for a pattern that is none, a key in use for something else, and a pattern whose numbers could be taken for
    those of another authority.
    """
    if _KEY.fullmatch(key) is None:
        raise refuse("key", key, "up to 40 small letters, digits and hyphens", "form")
    if purpose not in PURPOSES:
        raise refuse("purpose", purpose, acts.one_of(PURPOSES), "unknown")
    written = _pattern(pattern, country, system)
    if not 0 < start <= written.last:
        raise refuse("start", str(start), Sentence("a number from 1 to %(last)d", last=written.last), "range")
    title = acts.required("title", title, "what it is called")
    with acts.alone():
        wanted = Authority(key, title, purpose, country, pattern, system, start, acts.own_origin())
        if (known := authority_or_none(key)) is not None:
            if known != wanted:
                raise refuse("key", key, "a key no other authority has", "differs")
            return known
        for other in authorities():
            if numbers.may_collide(written, other.written):
                raise refuse(
                    "pattern",
                    pattern,
                    Sentence("numbers that cannot be taken for those of %(key)s", key=other.key),
                    "collides",
                )
        acts.append([acts.record_draft("authority", key, _value(wanted))], by=by)
    return wanted


def _pattern(pattern: str, country: str, system: str) -> Pattern:
    if re.fullmatch("[A-Z]{2}", country) is None:
        raise refuse("country", country, "two capital letters", "form")
    try:
        return numbers.parse(pattern, country, system)
    except PatternError as error:
        raise refuse("pattern", pattern, said(error), "form") from error


def _value(authority: Authority) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.to_builtins(authority)
    return value


def take_over(key: str, start: int, *, reason: str, by: Actor) -> Authority:
    """Makes this node's log the giver of an authority from a number on: after a restore, or when another node has ceased.

    `start` must lie beyond every number that may have been given: only who asks can know that. Raises `Refused`.
    """
    acts.required("reason", reason, "why, and how it is known what was given")
    with acts.alone():
        known = authority(key)
        if known.owner == acts.own_origin():
            raise refuse("key", key, "an authority of another log", "own")
        beyond = max((block.last + 1 for block in blocks(key)), default=known.start)
        if not beyond <= start <= known.written.last:
            raise refuse(
                "start",
                str(start),
                Sentence("a number from %(first)d to %(last)d", first=beyond, last=known.written.last),
                "range",
            )
        taken = msgspec.structs.replace(known, owner=acts.own_origin(), start=start)
        acts.append([acts.record_draft("authority", key, _value(taken), note=reason)], by=by)
    return taken


def authorities() -> list[Authority]:
    """Every authority, by key."""
    return [msgspec.convert(record.value, Authority) for record in acts.records("authority")]


def authority_or_none(key: str) -> Authority | None:
    """An authority, if there is one of this key."""
    record = acts.record("authority", key)
    return None if record is None else msgspec.convert(record.value, Authority)


def authority(key: str) -> Authority:
    """An authority. Raises `Refused`."""
    found = authority_or_none(key)
    if found is None:
        raise refuse("authority", key, "a numbering authority", "unknown")
    return found


def give_block(key: str, size: int, holder: str = "", *, by: Actor) -> GivenBlock:
    """Gives the next numbers of an authority to a node (its log's origin; this one if empty), which then issues them alone.

    Raises `Refused` where this node does not give blocks of the authority, and when too few numbers are left.
    """
    with acts.alone():
        giver = acts.own_origin()
        found = authority(key)
        if found.owner != giver:
            raise refuse(
                "authority", key, Sentence("asked of %(owner)s, which gives its blocks", owner=found.owner), "foreign"
            )
        given = [Block(one.first, one.last, one.holder) for one in blocks(key)]
        block = numbers.next_block(given, found.start, size, found.written.last, holder or giver)
        if block is None:
            raise refuse("size", str(size), "not more numbers than the pattern has left, and at least one", "used_up")
        new = GivenBlock(f"{key}/{block.first}@{giver}", key, block.first, block.last, block.holder, giver)
        stated = {name: getattr(new, name) for name in ("authority", "first", "last", "holder")}
        acts.append([acts.record_draft("block", new.key, stated)], by=by)
    return new


def blocks(key: str = "") -> list[GivenBlock]:
    """The blocks of an authority (of all, if empty), lowest first, with what became of their numbers."""
    found = [_given(record) for record in acts.records("block") if key in ("", record.value.get("authority"))]
    return sorted(found, key=lambda block: (block.authority, block.first))


def _given(record: Record) -> GivenBlock:
    held = NumberRow.objects.filter(block=record.key)
    return GivenBlock(
        key=record.key,
        giver=record.log,
        issued=held.count(),
        used=held.filter(state="used").count(),
        voided=held.filter(state="voided").count(),
        **{name: record.value[name] for name in ("authority", "first", "last", "holder")},
    )


def contradictions(key: str) -> list[tuple[GivenBlock, GivenBlock]]:
    """Blocks of an authority that share numbers, as two givers that took each other for gone would make them."""
    found = blocks(key)
    by_value = {Block(one.first, one.last, one.holder): one for one in found}
    return [(by_value[one], by_value[other]) for one, other in numbers.overlapping(list(by_value))]


def issue(key: str, count: int = 1, *, request: str = "", by: Actor) -> list[Number]:
    """Issues the next numbers of this node's blocks. With a `request`, asking again gives the same numbers again.

    A number that stands on a weapon of the register already is voided on the way and another one issued. Raises `Refused` when
    this node's blocks hold too few.
    """
    if not 0 < count <= MOST:
        raise refuse("count", str(count), Sentence("a number from 1 to %(last)d", last=MOST), "range")
    with acts.alone():
        if request and (known := asked_for(key, request)):
            return known
        return issue_for(authority(key), [Wanted(request)] * count, by=by)


@dataclass(frozen=True)
class Wanted:
    """What a number is for: a request somebody may repeat, and a weapon of a batch with its id in the register."""

    request: str = ""
    item: str = ""
    weapon: str = ""


def issue_for(found: Authority, wanted: Sequence[Wanted], *, by: Actor) -> list[Number]:
    """Issues a number for each of `wanted`, inside `acts.alone()`; one for an item is assigned to it by the same act.

    All or none: raises `Refused` when this node's blocks hold too few.
    """
    left, waiting = _left(found), list(reversed(wanted))
    drafts: list[Draft] = []
    issued_: list[str] = []
    year = datetime.now(UTC).year
    while waiting:
        candidates = list(islice(left, len(waiting)))
        if len(candidates) < len(waiting):
            raise refuse("authority", found.key, "a block given to this node with numbers left", "used_up")
        texts = {number: found.written.write(number, year) for _, number in candidates}
        standing = _standing(texts.values())
        for block, number in candidates:
            subject, text = f"number:{found.key}/{number}", texts[number]
            fields = {"authority": found.key, "block": block, "number": number, "text": text}
            if canonical(text) in standing:
                drafts.append(acts.draft("marking_number_issued", [subject], fields))
                drafts.append(acts.draft("marking_number_voided", [subject], {}, reason=Reason(ON_A_WEAPON)))
                continue
            drafts.append(_issued_for(subject, fields, waiting.pop()))
            issued_.append(subject)
    acts.append(drafts, by=by)
    rows = {row.subject: row for row in NumberRow.objects.filter(subject__in=issued_)}
    return [_number(rows[subject]) for subject in issued_]


def _issued_for(subject: str, fields: dict[str, Any], one: Wanted) -> Draft:
    subjects = [subject, f"item:{one.item}"] if one.item else [subject]
    whom = {"request": one.request, "item": one.item, "weapon": one.weapon}
    return acts.draft("marking_number_issued", subjects, {**fields, **whom})


def _standing(texts: Iterable[str]) -> set[str]:
    """Which of some numbers stand on a weapon of the register already, in canonical form."""
    wanted = [canonical(text) for text in texts]
    rows = Mark.objects.exclude(canonical="").filter(canonical__in=wanted)
    return set(rows.values_list("canonical", flat=True))


def _left(found: Authority) -> Iterator[tuple[str, int]]:
    """The numbers this node may still issue, in order, each with the key of its block."""
    origin = acts.own_origin()
    held = [one for one in acts.records("block") if one.value["authority"] == found.key]
    for record in sorted(held, key=lambda one: int(one.value["first"])):
        if record.value["holder"] != origin:
            continue
        highest = NumberRow.objects.filter(block=record.key).aggregate(highest=Max("number"))["highest"]
        block = Block(record.value["first"], record.value["last"], origin)
        while (number := numbers.next_number(block, highest)) is not None:
            yield record.key, number
            highest = number


def void(key: str, number: int, *, reason: Reason | str, by: Actor) -> Number:
    """Says that an issued number will not be used; `reason` is of the list `number_voided`. Raises `Refused` for one that stands on metal."""
    why = acts.reason_of("number_voided", reason)
    subject = f"number:{key}/{number}"
    with acts.alone():
        found = number_or_none(subject)
        if found is None or found.state != "issued":
            raise refuse("number", str(number), "a number that was issued and not used", "state")
        subjects = [subject]
        acts.append([acts.draft("marking_number_voided", subjects, {"number": number}, reason=why)], by=by)
    return number_of(subject)


def asked_for(key: str, request: str) -> list[Number]:
    """The numbers issued for a request."""
    rows = NumberRow.objects.filter(authority=key, request=request).exclude(request="").order_by("number")
    return [_number(row) for row in rows]


def of_item(item_id: str) -> list[Number]:
    """The numbers issued for a weapon of a batch."""
    return [_number(row) for row in NumberRow.objects.filter(item=item_id).order_by("number")]


def issued(key: str, *, state: str = "", limit: int = 1000) -> Sequence[Number]:
    """Numbers of an authority, the newest first."""
    rows = NumberRow.objects.filter(authority=key).order_by("-number")
    return [_number(row) for row in (rows.filter(state=state) if state else rows)[:limit]]


def number_or_none(subject: str) -> Number | None:
    """A number by its subject (`number:<authority>/<number>`)."""
    row = NumberRow.objects.filter(subject=subject).first()
    return None if row is None else _number(row)


def number_of(subject: str) -> Number:
    """A number that is known to be there."""
    return _number(NumberRow.objects.get(subject=subject))


def _number(row: NumberRow) -> Number:
    return Number(**{name: getattr(row, name) for name in Number.__struct_fields__})
