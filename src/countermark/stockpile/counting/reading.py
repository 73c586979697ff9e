"""What one scan means in a count: a weapon that is to be there, another one, a rack the counter now stands at, or something to ask about."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from countermark.accounts.models import Place
from countermark.marks.text import canonical
from countermark.register.models import Weapon
from countermark.stockpile import acts, units
from countermark.stockpile.codes import Meaning
from countermark.stockpile.codes import scan as meaning_of
from countermark.stockpile.counting import rules
from countermark.stockpile.counting.expectation import Expectation
from countermark.stockpile.counting.rules import Line, Sight, Tree
from countermark.stockpile.scanning import queries as scanning

HOW = ("typed", "scanner", "pasted", "camera", "photograph", "paper", rules.BY_READER)
LONGEST = 100
LONGEST_ID = 64


@dataclass(frozen=True)
class Scan:
    """One scan as it came: `id` makes it count once. `what` is seen, unreadable or tag_mismatch; `eye` the mark read by eye beside a tag;
    `sure` takes a text as it was read, though it is nearly another.
    """

    text: str
    id: str
    place: str = ""
    how: str = "typed"
    at: str = ""
    what: str = rules.SEEN
    eye: str = ""
    sure: bool = False


@dataclass(frozen=True)
class Answer:
    """What became of a scan: `outcome` done, asked, refused or again; `word` says which (`rules.OUTCOMES`, `place`, `unknown` ...).

    `line` is what is recorded, or was before; `near` are weapons to choose from; `place` is where the counter stands now.
    """

    outcome: str
    word: str
    text: str
    line: Line | None = None
    near: tuple[Weapon, ...] = ()
    place: Place | None = None


def read(scan: Scan, expected: Expectation, tree: Tree) -> Answer:
    """What a scan means, before it is known whether it was counted already. Never raises."""
    text = scan.text.strip()[:LONGEST]
    if scan.what == rules.UNREADABLE and not text:
        return _done(scan, "", "", expected, tree)
    meaning = meaning_of(scan.text)
    if meaning.kind == "place":
        place = units.place_of_code(meaning.value)
        return Answer("done" if place else "refused", "place" if place else "unknown_place", text, place=place)
    if meaning.kind not in scanning.OF_WEAPONS:
        return Answer("refused", "no_weapon", text)
    found, near = _weapons(meaning, scan, expected)
    if len(found) == 1:
        return _done(scan, found[0], text, expected, tree)
    if found or (near and not scan.sure):
        wanted = found or [str(weapon.pk) for weapon in near]
        return Answer("asked", "several" if found else "near", text, near=tuple(_of(wanted)))
    return _done(scan, "", text, expected, tree)


def _weapons(meaning: Meaning, scan: Scan, expected: Expectation) -> tuple[list[str], tuple[Weapon, ...]]:
    """Ids of the weapons a scan may be, and those it nearly is. Of several, those that are to be there."""
    if meaning.kind == "weapon" and meaning.value in expected.items:
        return [meaning.value], ()
    if meaning.kind == "serial" and (own := expected.by_serial.get(canonical(meaning.value))):
        return list(own), ()
    known = scanning.look(scan.text)
    found = scanning.surviving(known.weapons)
    return [one for one in found if one in expected.items] or found, known.near


def _of(ids: Iterable[str]) -> list[Weapon]:
    return list(Weapon.objects.filter(pk__in=list(ids)[: scanning.MOST]).order_by("maker", "model", "id"))


def _done(scan: Scan, weapon: str, text: str, expected: Expectation, tree: Tree) -> Answer:
    line = Line(
        scan.id, weapon, "" if weapon in expected.items else text, scan.place, scan.what, how=scan.how, at=scan.at
    )
    if scan.eye.strip():
        line = _by_eye(line, scan.eye.strip()[:LONGEST], expected)
    sight = Sight(line.what, line.place, line.text, line.eye, line.weapon)
    word = rules.outcome(expected.items.get(line.weapon), sight, tree.apart)
    return Answer("done", "unknown" if word == "unexpected" and not line.weapon else word, text, line)


def _by_eye(line: Line, eye: str, expected: Expectation) -> Line:
    """A tag with the mark read beside it. The mark is what identifies: where it is another weapon's, that one is here, with a wrong tag."""
    own = expected.by_serial.get(canonical(eye), ())
    found = list(own) if len(own) == 1 else scanning.surviving(scanning.look(eye).weapons)
    if line.weapon in found:
        return line
    return replace_line(line, weapon=next(iter(found), line.weapon), what=rules.TAG_MISMATCH, eye=eye)


def replace_line(line: Line, **changes: str) -> Line:
    """A line with some fields changed."""
    return Line(**{**{name: getattr(line, name) for name in Line.__struct_fields__}, **changes})


def checked(scans: Iterable[Scan]) -> list[Scan]:
    """Scans with the id, way and time they need. Raises `Refused`."""
    found = []
    for scan in scans:
        if not scan.id or len(scan.id) > LONGEST_ID or not scan.id.isprintable():
            raise acts.refuse("id", scan.id, "an id of the scan's own, at most 64 characters", "form")
        if "\0" in scan.text.strip("\0") or "\0" in scan.eye:
            raise acts.refuse("scan", "", "a text without the sign NUL", "control")
        if scan.how not in HOW:
            raise acts.refuse("how", scan.how, acts.one_of(HOW), "unknown")
        if scan.what not in rules.WHAT:
            raise acts.refuse("what", scan.what, acts.one_of(rules.WHAT), "unknown")
        found.append(replace(scan, at=_time(scan.at)))
    return found


def _time(text: str) -> str:
    try:
        at = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        at = None
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at and at.tzinfo else ""


def happened(text: str) -> str:
    """The time written on a paper sheet: a day, or a day and time with its offset. Raises `Refused`."""
    moment = acts.moment(text)
    return moment.instant if moment else ""
