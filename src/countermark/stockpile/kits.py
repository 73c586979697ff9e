"""Kits: a weapon with what is issued along with it (magazines, an optic, a second weapon), put on a counter by one scan of its code.

A kit says what belongs together; it moves nothing and nobody answers for it. Weapons are issued and taken back as ever, each by its own event;
what is not a weapon stands in the remark of the receipt. Names and accessories are side texts: somebody may write a person's there.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from countermark.ledger import identity
from countermark.ledger.services import Actor, SideNote
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.register.files.errors import RowError
from countermark.register.services import side_texts
from countermark.stockpile import acts, states
from countermark.stockpile.acts import Refused
from countermark.stockpile.codes import house
from countermark.stockpile.states import Subject

IN_USE, DISSOLVED = "use", "dissolved"
MOST_WEAPONS = 50
MOST_ACCESSORIES = 50
MOST_OF_ONE = 10_000
LONGEST = 200


class Accessory(msgspec.Struct, frozen=True):
    """So many of something that is no weapon; `what` is the id of the side text that names it."""

    what: str
    quantity: int


class Kit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kit by the ids of its weapons; `name` is the id of a side text. Its code is the key of the subject."""

    name: str
    weapons: tuple[str, ...]
    accessories: tuple[Accessory, ...] = ()


states.record("kit", Kit)


@dataclass(frozen=True)
class KitFields:
    """What somebody says of a kit; names, not ids. `accessories` are pairs of a text and how many."""

    name: str
    place: str
    weapons: Sequence[str]
    accessories: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Packed:
    """A kit with its texts, as pages and counters show it."""

    subject: Subject
    kit: Kit
    name: str
    accessories: tuple[tuple[str, int], ...]

    @property
    def code(self) -> str:
        """Its code, without hyphens."""
        return self.subject.key

    @property
    def in_use(self) -> bool:
        """Whether a scan of its code still means anything."""
        return self.subject.state == IN_USE

    @property
    def contents(self) -> str:
        """What goes along that is no weapon: `2 × magazine, 1 × optic`."""
        return ", ".join(f"{quantity} × {what}" for what, quantity in self.accessories)

    @property
    def remark(self) -> str:
        """What a receipt says of it: code, name and what goes along. The same in every language."""
        along = f": {self.contents}" if self.accessories else ""
        return f"{house.shown(self.code)} {self.name}{along}"


def set_kit(fields: KitFields, *, code: str = "", request: str = "", by: Actor) -> str:
    """Makes a kit, or says anew what one (`code`) is; returns its code. With a `request` said twice one is made. Raises `Refused`.

    A weapon belongs to one kit in use at most.
    """
    name = acts.required("name", fields.name[:LONGEST], "the name of the kit")
    place = acts.place_id(acts.required("place", fields.place, "a place of this State"))
    things = accessories(fields.accessories)
    weapons = tuple(dict.fromkeys(fields.weapons))
    key = code or _new_code(request)
    with acts.alone():
        if request and not code and acts.subject("kit", key) is not None:
            return key
        if code and acts.subject("kit", code) is None:
            raise acts.refuse("kit", code, "the code of a kit", "unknown")
        _require_weapons(key, weapons)
        kit = Kit(
            identity.opaque("note", name),
            weapons,
            tuple(Accessory(identity.opaque("note", what), quantity) for what, quantity in things),
        )
        texts = [SideNote("note", text) for text in (name, *(what for what, _ in things))]
        acts.state_record("kit", key, kit, state=IN_USE, place=place, texts=texts, by=by)
    return key


def _new_code(request: str) -> str:
    if not request:
        return house.code_of("kit", secrets.randbelow(house.NUMBERS))
    number = int.from_bytes(hashlib.sha256(f"kit {request}".encode()).digest()[:5])
    return house.code_of("kit", number % house.NUMBERS)


def dissolve(code: str, *, by: Actor) -> bool:
    """Takes a kit apart: its code means nothing any more. Returns False where it was so already. Raises `Refused`."""
    with acts.alone():
        known = acts.subject("kit", code)
        if known is None:
            raise acts.refuse("kit", code, "the code of a kit", "unknown")
        return acts.state_record("kit", code, known.of(Kit), state=DISSOLVED, place=known.place, by=by)


def accessories(said: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Accessories checked, those of one name together, in the order said. Raises `Refused`."""
    found: dict[str, int] = {}
    for what, quantity in said:
        text = acts.required("accessories", what.strip()[:LONGEST], "what goes along")
        found[text] = found.get(text, 0) + quantity
        if not 0 < quantity <= found[text] <= MOST_OF_ONE:
            expected = Sentence("a number from 1 to %(most)d", most=MOST_OF_ONE)
            raise acts.refuse("accessories", str(quantity), expected, "range")
    if len(found) > MOST_ACCESSORIES:
        expected = Sentence("at most %(most)d accessories", most=MOST_ACCESSORIES)
        raise acts.refuse("accessories", str(len(found)), expected, "range")
    return list(found.items())


def accessories_of_text(text: str) -> list[tuple[str, int]]:
    """Accessories as they are written in a form, one a line: `2 magazine`, `2 x magazine` or `magazine` for one."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        first, _, rest = line.partition(" ")
        number = first.rstrip("xX×")
        many = number.isdecimal() and len(number) < 9 and bool(rest.strip())
        found.append((rest.strip().removeprefix("×").removeprefix("x ").strip(), int(number)) if many else (line, 1))
    return found


def _require_weapons(key: str, weapons: Sequence[str]) -> None:
    if not 0 < len(weapons) <= MOST_WEAPONS:
        expected = Sentence("1 to %(most)d weapons", most=MOST_WEAPONS)
        raise acts.refuse("weapons", str(len(weapons)), expected, "range")
    known, taken = projection.states_of(weapons), _kits_of(weapons)
    errors: list[RowError] = []
    for number, weapon in enumerate(weapons, 1):
        state, other = known.get(weapon), taken.get(weapon, key)
        if state is None or state.replaced_by:
            expected = Sentence("the id of a weapon in this register")
            errors.append(RowError(number, "weapon", weapon, expected, "unknown"))
        elif other != key:
            expected = Sentence("a weapon of no other kit: this one belongs to %(kit)s", kit=house.shown(other))
            errors.append(RowError(number, "weapon", weapon, expected, "kit"))
    if errors:
        raise Refused(errors)


def _kits_of(weapons: Iterable[str]) -> dict[str, str]:
    """The kits in use that some weapons belong to, by weapon."""
    wanted = frozenset(weapons)
    rows = acts.rows("kit").filter(state=IN_USE).values_list("key", "value")
    return {weapon: key for key, value in rows.iterator() for weapon in wanted & {*value["weapons"]}}


def find(code: str) -> Packed | None:
    """A kit by its code, with or without hyphens; None where there is none."""
    parsed = house.parse(code)
    known = acts.subject("kit", parsed[1]) if parsed and parsed[0] == "kit" else None
    return packed([known])[0] if known else None


def at(places: Iterable[str] | None, *, dissolved: bool = False) -> list[Packed]:
    """The kits of some places (None: of all), by name; those that were taken apart only where they are asked for."""
    rows = acts.rows("kit")
    if places is not None:
        rows = rows.filter(place__in=list(places))
    if not dissolved:
        rows = rows.filter(state=IN_USE)
    found = packed([acts.subject_of_row(row) for row in rows])
    return sorted(found, key=lambda one: (one.name.casefold(), one.code))


def packed(found: Sequence[Subject]) -> list[Packed]:
    """Kits with their texts; an erased text is empty."""
    kits = [(one, one.of(Kit)) for one in found]
    names = side_texts([text for _, kit in kits for text in (kit.name, *(thing.what for thing in kit.accessories))])
    return [
        Packed(
            one,
            kit,
            names.get(kit.name, ""),
            tuple((names.get(thing.what, ""), thing.quantity) for thing in kit.accessories),
        )
        for one, kit in kits
    ]


def plain(one: Packed) -> dict[str, Any]:
    """A kit as programs and commands tell it."""
    return {
        "code": house.shown(one.code),
        "name": one.name,
        "state": one.subject.state,
        "place": one.subject.place,
        "weapons": list(one.kit.weapons),
        "accessories": [{"what": what, "quantity": quantity} for what, quantity in one.accessories],
    }
