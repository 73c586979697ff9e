"""Marks of a file that are easily taken for another of the same maker and kind, in the register or in the file: told, never refused.

Each block of weapons is one question to the register. The look ends with its time (`SECONDS`), and says how far it came.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from countermark.ledger import database
from countermark.register import bodies, lists
from countermark.register.files.staging import StagedWeapon
from countermark.register.models import Mark
from countermark.register.queries import twins
from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.register.queries.twins import ADDED, DROPPED
from countermark.register.rows import mark_text, spelling

SECONDS = 30.0
BLOCK = 500
BLOCK_LONGER = 50
"""Weapons in one question for forms with one character more: there are some four hundred of a mark."""
ASKED_LONGER = 1000
"""Weapons up to which the register is asked for these; for more its marks are gone through once, which takes less."""
STEP = 10_000
SHORTEST = 4
"""Characters of a mark: shorter ones are all near each other."""
MOST = 200_000
"""New weapons of a file that are looked at: they are held in memory."""
ALIKE = 20
"""Weapons of a file with one mark that are held: the hundredth tells no more."""
OF_ONE = 5
"""Near marks that are told of one weapon: the nearest."""
KEPT = 100_000

WHYS = (twins.SAME, twins.LOOKALIKE, twins.SWAPPED, DROPPED, ADDED)
Progress = Callable[[int, int], None]


class NearMark(msgspec.Struct, frozen=True):
    """A mark of a row, and another it is near to: of a weapon of the register (`weapon_id`), or of another row (`near_row`).

    `why` is one of `WHYS`: what the other mark is or has, against that of the row.
    """

    row: int
    ref: str
    mark: str
    why: str
    near_mark: str
    near_ref: str
    near_row: int = 0
    weapon_id: str = ""


@dataclass
class Near:
    """What a look at a file found. `rows` counts the weapons of the file that have a near mark, `by` how, each by its nearest.

    Of `of` new weapons `looked_at` were held against the register and each other, `longer` of them also against marks of the register
    with one character more. Where more than `MOST` were there, `of` counts what was not even read as new.
    """

    rows: int = 0
    by: Counter[str] = field(default_factory=Counter)
    of: int = 0
    looked_at: int = 0
    longer: int = 0
    marks: list[NearMark] = field(default_factory=list)

    @property
    def bounded(self) -> bool:
        """Whether the look ended before it had seen all."""
        return min(self.looked_at, self.longer) < self.of

    def as_dict(self, shown: int) -> dict[str, Any]:
        """What programs and pages read, with at most `shown` of the marks."""
        return {
            "rows": self.rows,
            "by": {why: self.by[why] for why in WHYS},
            "of": self.of,
            "looked_at": self.looked_at,
            "looked_for_longer": self.longer,
            "bounded": self.bounded,
            "marks": [msgspec.to_builtins(mark) for mark in self.marks[:shown]],
        }


class _Item(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A new weapon of the file: the mark that stands for it, and what another must share to be near."""

    row: int
    ref: str
    text: str
    plain: str
    maker: str
    kind: str
    weapon_id: str


def look(
    weapons: Iterable[StagedWeapon],
    total: int,
    source: str,
    *,
    scope: Scope = EVERYTHING,
    seconds: float = SECONDS,
    progress: Progress = lambda done, total: None,
) -> Near:
    """Near marks of the new ones among the `total` weapons of a file.

    `scope` is whose weapons of the register may be told of.
    """
    until = time.monotonic() + seconds
    makers = _makers()
    items: list[_Item] = []
    unread = total
    for block in database.chunks(weapons, BLOCK):
        if len(items) >= MOST or time.monotonic() > until:
            break
        items += _new(block, source, makers)
        unread -= len(block)
    near = Near(of=len(items) + unread)
    finding = _Finding(near, items, makers, scope)
    for block in database.chunks(items, BLOCK):
        if time.monotonic() > until:
            return finding.done()
        finding.nearest(block)
        progress(near.looked_at, 2 * near.of)
    if len(items) > ASKED_LONGER:
        near.longer = len(items) if finding.longer_of_all(items, until, progress) else 0
        return finding.done()
    for block in database.chunks(items, BLOCK_LONGER):
        if time.monotonic() > until:
            return finding.done()
        finding.longer(block)
        progress(near.of + near.longer, 2 * near.of)
    return finding.done()


def _makers() -> dict[str, str]:
    """A maker's spelling -> the one it is compared by."""
    return {
        spelling(alias): spelling(term.name) for term in lists.terms("maker") for alias in (*term.aliases, term.name)
    }


def _new(weapons: list[StagedWeapon], source: str, makers: Mapping[str, str]) -> Iterator[_Item]:
    ids = [bodies.weapon_id(source, weapon.ref) for weapon in weapons]
    known = {
        database.uuid_text(row[0])
        for row in database.select_in("SELECT DISTINCT weapon_id FROM register_link", "weapon_id", ids, kind="uuid")
    }
    for weapon, weapon_id in zip(weapons, ids, strict=True):
        if weapon_id in known:
            continue
        mark = next((mark for mark in weapon.marks if mark.role == "control" and mark.mark), None)
        plain = mark_text(mark.mark, mark.mark_condition) if mark else ""
        if mark and len(plain) >= SHORTEST:
            maker = spelling(weapon.facts.maker)
            facts = (makers.get(maker, maker), weapon.facts.kind, weapon_id)
            yield _Item(weapon.first_row, weapon.ref, mark.mark, plain, *facts)


class _Finding:
    """The look under way."""

    def __init__(self, near: Near, items: list[_Item], makers: Mapping[str, str], scope: Scope) -> None:
        self.near, self.makers, self.scope = near, makers, scope
        self.of: dict[int, dict[str, NearMark]] = {}  # row -> id or row of the other -> how it is near
        self.there: dict[str, list[_Item]] = {}
        for item in items:
            alike = self.there.setdefault(item.plain, [])
            if len(alike) < ALIKE:
                alike.append(item)

    def nearest(self, block: list[_Item]) -> None:
        """Looks for marks that are no longer, in the register and in the file."""
        asked: dict[str, list[tuple[_Item, str]]] = {}
        for item in block:
            for form, why in twins.forms(item.plain).items():
                asked.setdefault(form, []).append((item, why))
                for other in self.there.get(form, ()):
                    self._in_file(item, other, why)
        self._in_register(asked)
        self.near.looked_at += len(block)

    def longer(self, block: list[_Item]) -> None:
        """Looks for marks of the register with one character more; in the file their own rows have found them."""
        asked: dict[str, list[tuple[_Item, str]]] = {}
        for item in block:
            for form in twins.longer(item.plain):
                asked.setdefault(form, []).append((item, ADDED))
        self._in_register(asked)
        self.near.longer += len(block)

    def longer_of_all(self, items: list[_Item], until: float, progress: Progress) -> bool:
        """As `longer`, by going through the marks of the register; False where time ended before them."""
        wanted: dict[str, list[_Item]] = {}
        for item in items:
            wanted.setdefault(item.plain, []).append(item)
        asked: dict[str, list[tuple[_Item, str]]] = {}
        marks = Mark.objects.exclude(canonical="").values_list("canonical", flat=True)
        for number, form in enumerate(marks.iterator(chunk_size=STEP)):
            if number % STEP == 0:
                progress(self.near.of, 2 * self.near.of)
                if time.monotonic() > until:
                    return False
            if form not in asked:
                shorter = set(twins.shorter(form))
                if found := [(item, ADDED) for plain in shorter for item in wanted.get(plain, ())]:
                    asked[form] = found
            if len(asked) >= BLOCK:
                self._in_register(asked)
                asked.clear()
        self._in_register(asked)
        return True

    def _in_file(self, item: _Item, other: _Item, why: str) -> None:
        # Of two rows the later one is told of, whichever of them has found it.
        if item.row == other.row or not _comparable(item, other.maker, other.kind):
            return
        if other.row > item.row:
            if why != DROPPED:
                return
            item, other, why = other, item, ADDED
        self._add(item, f"{other.row}", NearMark(item.row, item.ref, item.text, why, other.text, other.ref, other.row))

    def _in_register(self, asked: Mapping[str, list[tuple[_Item, str]]]) -> None:
        for form, text, weapon_id, ref, maker, kind, place, holder in database.select_in(
            _MARKS, "m.canonical", list(asked)
        ):
            if self.scope.ids is not None and not {place, holder} & self.scope.ids:
                continue
            made_by = spelling(maker)
            for item, why in asked[form]:
                if _comparable(item, self.makers.get(made_by, made_by), kind):
                    other = database.uuid_text(weapon_id)
                    self._add(item, other, NearMark(item.row, item.ref, item.text, why, text, ref, weapon_id=other))

    def _add(self, item: _Item, other: str, found: NearMark) -> None:
        of = self.of.setdefault(item.row, {})
        of[other] = min(of.get(other, found), found, key=_distance)
        if len(of) > OF_ONE:
            # Of those that are furthest away the last one found.
            del of[max(reversed(of), key=lambda name: _distance(of[name]))]

    def done(self) -> Near:
        """What was found, by row, the nearest first."""
        self.near.rows = len(self.of)
        for _, of in sorted(self.of.items()):
            ranked = sorted(of.values(), key=_distance)
            self.near.by[ranked[0].why] += 1
            self.near.marks += ranked[: max(0, KEPT - len(self.near.marks))]
        return self.near


_MARKS = (
    "SELECT m.canonical, m.text, m.weapon_id, w.ref, w.maker, w.kind, w.place, w.holder FROM register_mark m "
    "JOIN register_weapon w ON w.id = m.weapon_id AND w.replaced_by IS NULL AND NOT (m.canonical = '')"
)


def _distance(mark: NearMark) -> int:
    return WHYS.index(mark.why)


def _comparable(item: _Item, maker: str, kind: str) -> bool:
    """Of one maker and one kind; a kind that is not stated may be any."""
    return item.maker == maker and (item.kind == kind or not item.kind or not kind)
