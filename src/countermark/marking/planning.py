"""From the register to a plan: what is known of a weapon, under the rules in force here, as marks for a batch."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Count

from countermark.accounts.queries import Person
from countermark.ledger import database
from countermark.marking import catalogue, numbering, profiles, rules, staterules
from countermark.marking.acts import refuse
from countermark.marking.batches import MOST_ITEMS, ItemDraft
from countermark.marking.catalogue import ModelPart
from countermark.marking.description import read
from countermark.marking.numbers import Pattern
from countermark.marking.profiles import Profile
from countermark.marking.rules import Plan
from countermark.marking.rules.planning import PlannedMark
from countermark.marking.states import NUMBER, Planned
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.register.models import Identity
from countermark.register.queries import listing, scope
from countermark.register.queries.listing import Asked
from countermark.register.rows import identity_key
from countermark.register.rules import MarkState, WeaponState

UNKNOWN = "‹"
"""Begins what a planned text leaves open."""


class Planning(msgspec.Struct, frozen=True):
    """A plan with all it rests on: the description given, the plan, and the profiles it was made under."""

    given: dict[str, Any]
    plan: Plan
    profiles: tuple[Profile, ...]
    policy: tuple[Profile, ...] = ()
    """The State's identity policy, where the description names one."""

    @property
    def document(self) -> bytes:
        """The plan as it is kept: what was given, what came out, and by digest the rules it was made under."""
        return msgspec.json.encode({"given": self.given, **self.plan.as_json()}, order="sorted")

    @property
    def rule_documents(self) -> list[bytes]:
        """The profiles as they are kept beside it."""
        return [staterules.document(profile) for profile in (*self.profiles, *self.policy)]


class Known:
    """What many plans of one batch rest on, read once: the profiles, what is known of each model, and which identities are not
    one weapon's alone.
    """

    def __init__(self, found: Sequence[Profile], weapons: Iterable[WeaponState] = ()) -> None:
        self.profiles = found
        self._double = _doubles(weapons)
        self.model = cache(catalogue.find)
        self.control_component = cache(catalogue.control_component)
        self.policy = cache(catalogue.policy)

    def is_double(self, state: WeaponState) -> bool:
        """Whether another weapon has the same maker, model, kind, calibre and serial."""
        return identity_key(state) in self._double


def _doubles(weapons: Iterable[WeaponState]) -> frozenset[int]:
    keys = {key for state in weapons if (key := identity_key(state)) is not None}
    counted = Identity.objects.values("key").annotate(n=Count("key")).filter(n__gt=1).values_list("key", flat=True)
    return frozenset(key for some in database.chunks(keys, 5000) for key in counted.filter(key__in=some))


def plan(given: Mapping[str, Any], *, day: dt.date | None = None, known: Known | None = None) -> Planning:
    """A plan for a description (`countermark schema marking`), under this State's rules of a day (its own, else today)."""
    description, problems = read(given)
    asked = day or description.date or dt.date.today()  # noqa: DTZ011 - the day of the calendar on the wall
    wanted, _ = profiles.chosen(description.profiles, known.profiles if known else staterules.known())
    made = rules.plan(description, wanted, asked, problems)
    policy = (profiles.policy(description.identity),) if description.identity else ()
    return Planning(dict(given), made, tuple(wanted), policy)


def described(
    state: WeaponState,
    occasion: str,
    names: Sequence[str],
    elements: Mapping[str, str] | None = None,
    known: Known | None = None,
) -> dict[str, Any]:
    """What the register and the registry of models know of a weapon, and which parts this State counts, as a description.

    `elements` are those of the marks to come.
    """
    known = known or Known((), [state])
    here = settings.ENVIRONMENT.state
    model = known.model(state.maker, state.model)
    weapon: dict[str, Any] = {
        name: text for name in ("kind", "maker", "model", "calibre", "country") if (text := getattr(state, name))
    }
    control = known.control_component(state.maker, state.model, here)
    if control != catalogue.UNDECIDED:
        weapon["control_component"] = control
    parts = [_part(part) for part in model.parts] if model else []
    standing = sorted({mark.component for mark in state.marks if mark.component and not mark.until})
    if known.is_double(state):
        weapon["duplicate_serial"] = True
    weapon["components"] = [_told(part) for part in parts] or [{"type": component} for component in standing]
    given: dict[str, Any] = {"occasion": occasion, "weapon": weapon}
    if names:
        given["profiles"] = list(names)
    if (policy := known.policy(here).policy) != catalogue.UNDECIDED:
        given["identity"] = policy
    # Country and year are those of the mark to come, which the register does not know.
    facts = (("manufacturer", state.maker), ("model", state.model), ("calibre", state.calibre))
    given["elements"] = {name: text for name, text in facts if text} | dict(elements or {})
    given["marks"] = [_mark(mark, state) for mark in state.marks if mark.text and not mark.until]
    return given


def with_reserved(given: dict[str, Any]) -> dict[str, Any]:
    """A description with what the registry's model sets aside for later marks, on components whose area for marks is the model's."""
    weapon = given.get("weapon") or {}
    model = catalogue.find(str(weapon.get("maker", "")), str(weapon.get("model", "")))
    known = {part.part.type: _part(part) for part in model.parts} if model else {}
    for part in weapon.get("components", ()):
        of_model = known.get(part.get("type"), {})
        if "reserved" in of_model and part.get("zone") == of_model.get("zone"):
            part.setdefault("reserved", of_model["reserved"])
    return given


def _part(part: ModelPart) -> dict[str, Any]:
    """A component of a model as a description has it, with what is set aside for later marks."""
    told: dict[str, Any] = msgspec.to_builtins(part.part)
    if part.part.zone is not None and part.reserved:
        told["reserved"] = msgspec.to_builtins(part.reserved)
    return told


def _told(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value is not None}


def _mark(mark: MarkState, state: WeaponState) -> dict[str, Any]:
    """A mark as a description has it. What it says besides the serial is only known where the inscription is recorded."""
    told: dict[str, Any] = {
        "carrier": mark.carrier,
        "layer": mark.layer,
        "mark_kind": mark.mark_kind,
        "text": mark.text,
    }
    if mark.component:
        told["component"] = mark.component
    if mark.inscription:
        told["elements"] = {"serial": mark.text} | {
            element: text
            for element, text in (("manufacturer", state.maker), ("country", state.country), ("year", state.year))
            if text and text.casefold() in mark.inscription.casefold()
        }
    return told


def selected(asked: Asked, user: Person) -> list[str]:
    """The weapons a filter of the register's list finds and a person may put into a batch, by record number.

    Raises `Refused` for none, and for more than a batch may have.
    """
    found = listing.selection(asked, scope.of(user, "marking.manage")).filter(replaced_by=None).order_by("ref", "id")
    ids = [str(weapon_id) for weapon_id in found.values_list("id", flat=True)[: MOST_ITEMS + 1]]
    if not 0 < len(ids) <= MOST_ITEMS:
        count = Sentence("a filter that finds 1 to %(most)d weapons", most=MOST_ITEMS)
        raise refuse("weapons", str(len(ids)), count, "range")
    return ids


def for_weapons(
    weapon_ids: Sequence[str],
    occasion: str,
    names: Sequence[str],
    *,
    elements: Mapping[str, str] | None = None,
    authority: str = "",
    day: dt.date | None = None,
) -> tuple[list[ItemDraft], list[bytes]]:
    """A plan for each of some weapons of the register, as drafts for a batch, and the documents of the rules.

    What the numbers of the `authority` say already, country or year, is not written before them a second time. A weapon that
    needs no mark is left out. Raises `Refused` for an unknown weapon, and where a mark leaves something open
    besides its number.
    """
    states = projection.states_of(list(weapon_ids))
    numbered = numbering.authority(authority).written if authority else None
    known = Known(staterules.known(), states.values())
    drafts: list[ItemDraft] = []
    documents: dict[bytes, None] = {}
    for weapon_id in weapon_ids:
        if weapon_id not in states:
            raise refuse("weapon", weapon_id, "the id of a weapon in this register", "unknown")
        made = plan(described(states[weapon_id], occasion, names, elements, known), day=day, known=known)
        marks = [each for mark in made.plan.marks for each in _on_each_half(mark, states[weapon_id], numbered)]
        if marks:
            documents |= dict.fromkeys(made.rule_documents)
            drafts.append(_draft(states[weapon_id], made, marks))
    return drafts, list(documents)


def _draft(state: WeaponState, made: Planning, marks: list[Planned]) -> ItemDraft:
    control = state.control_mark
    serial = control.text if control else ""
    weapon = made.given["weapon"]
    return ItemDraft(marks, state.id, state.ref, serial, weapon, made.document)


def _on_each_half(mark: PlannedMark, state: WeaponState, numbered: Pattern | None) -> list[Planned]:
    """A mark once for each half that bears it; the first alone stands for the weapon."""
    first = planned(mark, state, numbered)
    return [first, *[msgspec.structs.replace(first, role="other")] * (mark.copies - 1)]


def planned(mark: PlannedMark, state: WeaponState | None = None, numbered: Pattern | None = None) -> Planned:
    """A mark of a plan as the bench needs it, its number written as `numbered` says.

    Raises `Refused` where its text leaves something open besides the number.
    """
    text = _said_once(mark, numbered) if numbered else mark.text
    if UNKNOWN in text.replace(NUMBER, ""):
        open_ = ", ".join(name for name, value in mark.elements.items() if not value and name != "serial")
        raise refuse("elements", text, Sentence("what stands in the mark: %(open)s", open=open_), "missing")
    # A weapon without a mark that stands for it gets one now.
    stands = bool(state and state.finding and state.control_mark is None and NUMBER in text)
    return Planned(
        component=mark.component,
        mark_kind=mark.mark_kind,
        text=text,
        mark=_code(mark.elements, text),
        carrier=mark.carrier,
        role="control" if stands else "other",
        method=mark.methods[0].id if mark.methods else "",
        height_mm=mark.height_mm,
        depth_mm=mark.depth_mm,
    )


def _said_once(mark: PlannedMark, numbered: Pattern) -> str:
    """The text without the country and year that its number says."""
    text, kinds = mark.text, {part.kind for part in numbered.parts}
    if NUMBER not in text:
        return text
    if "country" in kinds and mark.elements.get("country") == numbered.country:
        text = text.replace(f"{numbered.country} ", "", 1)
    if kinds & {"yy", "yyyy"} and (year := mark.elements.get("year")):
        text = text.replace(f"{year} ", "", 1)
    return text


def _code(elements: Mapping[str, str | None], text: str) -> str:
    code = elements.get("serial") or elements.get("symbol_code") or ""
    return "" if code == text else code


def checked(given: Mapping[str, Any], *, day: dt.date | None = None) -> rules.Answer:
    """What this State's rules say of the marks described."""
    description, problems = read(given)
    wanted, _ = profiles.chosen(description.profiles, staterules.known())
    return rules.check(description, wanted, day or description.date or dt.date.today(), problems)  # noqa: DTZ011


def unknown_profiles(names: Iterable[str]) -> list[str]:
    """The names that are no profile here."""
    known = {profile.id for profile in staterules.known()}
    return [name for name in names if name not in known]
