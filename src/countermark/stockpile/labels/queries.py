"""What stands on the labels of weapons and storage places: reads only, as far as a person may see them."""

from collections.abc import Iterable, Mapping, Sequence

from countermark.accounts.models import Place
from countermark.marks.sentences import Sentence
from countermark.register.models import Weapon
from countermark.register.queries import listing
from countermark.register.queries.listing import Asked
from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.stockpile import units
from countermark.stockpile.codes import house
from countermark.stockpile.codes import tags as encoding
from countermark.stockpile.codes.elements import Refused
from countermark.stockpile.labels.formats import Label
from countermark.stockpile.labels.pdf import MOST_LABELS
from countermark.stockpile.labels.symbols import NoLabel, no_label
from countermark.stockpile.scanning import queries as scanning
from countermark.stockpile.tags import queries as tags

CONTENTS = ("code", "gs1", "serial")
"""What the code on a weapon's label says: our own code, which says nothing to a stranger; the GS1 key of the tag on the weapon; its serial."""


def named(refs: Iterable[str], scope: Scope = EVERYTHING) -> list[Weapon]:
    """The weapons of lines, each once and in that order: record numbers, or what a scanner writes or a person reads off a weapon.

    Raises `NoLabel` naming those that are none, or several.
    """
    wanted = list(dict.fromkeys(filter(None, (ref.strip() for ref in refs))))
    _bounded(len(wanted))
    found: dict[str, list[Weapon]] = {}
    for weapon in scope.narrow(Weapon.objects.filter(ref__in=wanted, replaced_by=None)).order_by("id"):
        found.setdefault(weapon.ref, []).append(weapon)
    found |= {line: _scanned(line, scope) for line in wanted if line not in found}
    wrong = [ref for ref in wanted if len(found[ref]) != 1]
    if wrong:
        raise NoLabel(
            [Sentence("%(ref)s leads to no weapon you may see, or to several", ref=ref) for ref in wrong[:20]]
        )
    return list({weapon.id: weapon for ref in wanted for weapon in found[ref]}.values())


def _scanned(line: str, scope: Scope) -> list[Weapon]:
    """The weapons a serial, a code or a tag leads to; of records that were joined the one they are shown under."""
    ids = scanning.surviving(scanning.look(line, scope).weapons)
    return list(scope.narrow(Weapon.objects.filter(pk__in=ids)).order_by("id"))


def filtered(filters: Mapping[str, str], scope: Scope = EVERYTHING) -> list[Weapon]:
    """The weapons of a filtered list, by record number. Raises `NoLabel` for more than fit one printing."""
    rows = listing.selection(Asked(dict(filters)), scope).filter(replaced_by=None).order_by("ref", "id")
    found = list(rows[: MOST_LABELS + 1])
    _bounded(len(found))
    return found


def _bounded(count: int) -> None:
    if not 1 <= count <= MOST_LABELS:
        raise no_label(Sentence("1 to %(most)d labels at a time", most=MOST_LABELS))


def of_weapons(weapons: Sequence[Weapon], content: str = "code") -> list[Label]:
    """The labels of weapons. Raises `NoLabel` for weapons without a serial, or without a tag with a GS1 key, where that is to be the code."""
    if content not in CONTENTS:
        raise no_label(Sentence("the code of a weapon says one of %(names)s", names=", ".join(CONTENTS)))
    codes = _codes(weapons, content)
    lacking = [weapon for weapon in weapons if not codes.get(str(weapon.id))]
    if lacking:
        message = "%(ref)s has no serial for a label" if content == "serial" else "%(ref)s has no tag with a GS1 key"
        raise NoLabel([Sentence(message, ref=weapon.ref) for weapon in lacking[:20]])
    return [Label(codes[str(weapon.id)], weapon.serial or weapon.ref, _lines(weapon)) for weapon in weapons]


def _codes(weapons: Sequence[Weapon], content: str) -> dict[str, str]:
    if content == "gs1":
        bound = tags.of_weapons(str(weapon.id) for weapon in weapons)
        return {weapon: next(filter(None, map(_key, found)), "") for weapon, found in bound.items()}
    if content == "serial":
        return {str(weapon.id): weapon.serial for weapon in weapons}
    return {str(weapon.id): house.weapon_code(weapon.id) for weapon in weapons}


def _key(tag: str) -> str:
    try:
        return encoding.decode(tag).element_string
    except Refused:
        return ""


def _lines(weapon: Weapon) -> tuple[str, ...]:
    what = " ".join(filter(None, (weapon.maker, weapon.model)))
    ref = weapon.ref if weapon.serial else ""
    return tuple(filter(None, (what, weapon.calibre, ref)))


def of_places(places: Iterable[Place]) -> list[Label]:
    """The labels of storage places: name, and the code that a counter scans to say where it stands."""
    found = [(units.code_of(place.pk), place.name) for place in places]
    _bounded(len(found))
    return [Label(code, name, (house.shown(code),)) for code, name in found]


def of_codes(rows: Iterable[tuple[str, Sequence[str]]]) -> list[Label]:
    """Labels for codes given with their lines, the first as title: cards of persons, kits, anything else.

    A code of ours is printed under its lines too, in groups, to be keyed where nothing scans.
    """
    labels = [_of_code(code, [line for line in lines if line]) for code, lines in rows]
    _bounded(len(labels))
    return labels


def _of_code(code: str, lines: list[str]) -> Label:
    found = house.parse(code)
    if found is None or found[0] not in house.LETTERS:
        return Label(code, lines[0] if lines else code, tuple(lines[1:]))
    shown = house.shown(found[1])
    return Label(found[1], lines[0] if lines else shown, (*lines[1:], shown) if lines else ())
