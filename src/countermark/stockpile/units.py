"""Places of the stockpile: sites and their storage units, with what they may hold and who keeps them; and the policies in force.

A storage unit is a place of the State (`accounts.Place`) with a record here. What is said of where exactly it lies is a side text,
shown by permission only.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from countermark.accounts.models import Place
from countermark.accounts.queries import places_below
from countermark.ledger import identity
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, SideNote
from countermark.register.files.vocabulary import KINDS
from countermark.register.services import side_texts
from countermark.stockpile import acts, states
from countermark.stockpile.codes import house
from countermark.stockpile.projection import PROJECTION
from countermark.stockpile.rules.custody import QUALIFICATIONS, SECONDED, Policy, merged

FORMS = ("site", "building", "room", "rack", "case", "vehicle", "counter")
MOST = 1_000_000
NATIONAL = "national"
"""The key of the policy of the whole State."""


class Unit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A storage unit. `capacity` is how many weapons it holds (0: not said), `weapons` the kinds it may hold (empty: all),
    `custodian` the party who keeps it, `location` the id of the side text that says where it is.
    """

    form: str
    code: str
    capacity: int = 0
    weapons: tuple[str, ...] = ()
    custodian: str = ""
    location: str = ""
    ammunition: bool = False


states.record("unit", Unit)
states.record("policy", Policy)


@dataclass(frozen=True)
class UnitFields:
    """What somebody says of a unit; names, not ids."""

    form: str
    capacity: int = 0
    weapons: tuple[str, ...] = ()
    custodian: str = ""
    location: str = ""
    ammunition: bool = False


def code_of(place: str) -> str:
    """The code printed on a storage unit: the same on every node of the State."""
    number = int.from_bytes(hashlib.sha256(place.encode()).digest()[:5])
    return house.code_of("place", number % house.NUMBERS)


def set_unit(place: str, fields: UnitFields, *, by: Actor) -> Unit:
    """Says what a place (id or name) is as a storage unit. Raises `Refused` for an unknown place or word, or a capacity that is none."""
    pk = acts.place_id(acts.required("place", place, "a place of this State"))
    if fields.form not in FORMS:
        raise acts.refuse("form", fields.form, acts.one_of(FORMS), "unknown")
    if not 0 <= fields.capacity <= MOST:
        raise acts.refuse("capacity", str(fields.capacity), "a number of weapons", "range")
    _known_kinds(fields.weapons)
    texts = [*_side("party", fields.custodian), *_side("note", fields.location)]
    unit = Unit(
        fields.form,
        code_of(pk),
        fields.capacity,
        tuple(fields.weapons),
        _named("party", fields.custodian),
        _named("note", fields.location),
        fields.ammunition,
    )
    acts.state_record("unit", pk, unit, place=pk, person=unit.custodian, texts=texts, by=by)
    return unit


def unit(place: str) -> Unit | None:
    """What a place is as a storage unit."""
    found = acts.subject("unit", place)
    return found.of(Unit) if found else None


def place_of_code(code: str) -> Place | None:
    """The place a code stands on."""
    for row in acts.rows("unit").filter(value__code=code):
        return Place.objects.filter(pk=row.key).first()
    return None


def looked_at(place: str, *, by: Actor) -> None:
    """Records that somebody looked where exactly a unit lies."""
    acts.append([acts.draft("stockpile_location_viewed", [f"{LOOKS}:{place}"], {})], by=by)


def looks(place: str) -> list[tuple[str, str]]:
    """Who looked where exactly a unit lies: the time it was recorded and the person id, the newest first; at most `LOOKS_SHOWN`."""
    found = sorted(PROJECTION.entries_about(f"{LOOKS}:{place}"), key=lambda act: act.recorded.time, reverse=True)
    return [(act.recorded.time, act.recorded.by) for act in found[:LOOKS_SHOWN]]


LOOKS = "unitlook"
"""What acts of looking are about: no kind with a state, for a unit is folded again with each act about it and would grow with the looks."""
LOOKS_SHOWN = 100


def location(unit_: Unit) -> str:
    """Where exactly a unit lies; empty where nobody said, or it was erased. Only for who may see exact locations."""
    return side_texts([unit_.location]).get(unit_.location, "")


def site_of(place: Place) -> Place:
    """The site a place belongs to: itself, or the nearest above that is one; without units, the place itself."""
    forms = {row.key: row.value["form"] for row in acts.rows("unit")}
    here: Place | None = place
    seen: set[str] = set()
    while here is not None and here.pk not in seen:
        if forms.get(here.pk) == "site":
            return here
        seen.add(here.pk)
        here = here.parent
    return place


def site_of_id(place: str) -> str:
    """The id of the site a place belongs to."""
    return str(site_of(Place.objects.get(pk=place)).pk)


def of_site(place: str) -> frozenset[str]:
    """Every place of the site a place belongs to: what its counter hands over."""
    return places_below(site_of(Place.objects.get(pk=place)).pk)


def set_policy(policy: Policy, *, place: str = "", reason: Reason | str, by: Actor) -> bool:
    """Sets the policy of a place, or of the State; `reason` is of the list `store_rules`. Raises `Refused`, also for an unknown word."""
    why = acts.reason_of("store_rules", reason)
    for step in policy.two_person:
        if step not in SECONDED:
            raise acts.refuse("two_person", step, acts.one_of(SECONDED), "unknown")
    for what in [one for some in policy.requires.values() for one in some]:
        if what not in QUALIFICATIONS:
            raise acts.refuse("requires", what, acts.one_of(QUALIFICATIONS), "unknown")
    pk = acts.place_id(place)
    return acts.state_record("policy", pk or NATIONAL, policy, place=pk, reason=why, by=by)


def own_policy(place: str) -> Policy | None:
    """What was set for a place itself (empty: for the State), before anything above it is merged in."""
    found = acts.subject("policy", place or NATIONAL)
    return found.of(Policy) if found else None


def policy_at(place: str) -> Policy:
    """What is asked at a place: the State's policy, made stricter by that of the nearest place above (itself first) that has one."""
    found = {one.key: one.of(Policy) for one in acts.subjects("policy")}
    here = Place.objects.filter(pk=place).first() if place else None
    seen: set[str] = set()
    while here is not None and here.pk not in found and here.pk not in seen:
        seen.add(here.pk)
        here = here.parent
    return merged(found.get(NATIONAL), found.get(here.pk) if here else None)


def _known_kinds(kinds: Iterable[str]) -> None:
    for kind in kinds:
        if kind not in KINDS:
            raise acts.refuse("weapons", kind, acts.one_of(sorted(KINDS)), "unknown")


def _named(kind: str, text: str) -> str:
    text = text.strip()
    return text if not text or identity.is_opaque(text) else identity.opaque(kind, text)


def _side(kind: str, text: str) -> list[SideNote]:
    text = text.strip()
    return [SideNote(kind, text)] if text and not identity.is_opaque(text) else []
