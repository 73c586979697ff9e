"""Profiles: the marking rules of one law or instrument, as dated data (one TOML file each).

A profile says what must be marked, on what, when, how high and deep, and who says so. Nothing in the program knows a law by
name: `rules` reads these records. What a file may hold is the type `Profile`; its JSON Schema is printed by
`countermark schema marking-profile`.
"""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Literal, TypeVar

import msgspec

from countermark.marking.description import ELEMENTS, Component, Identity, Kind, MarkKind, Occasion, Production, Purpose

Force = Literal["binding", "political", "advisory"]
Where = Literal["anywhere", "structural", "each", "one_of", "structural_and_another"]
Group = Literal["frame_or_receiver", "barrel_or_tube"]
Condition = Literal["not_traceable", "duplicate_serial", "private_production", "licensed_production"]
Alphabet = Literal["latin", "cyrillic", "greek"]
Numerals = Literal["arabic", "roman"]
Unit = Literal["mm", "in"]

_MILLIMETRES = {"mm": Fraction(1), "in": Fraction(254, 10)}


class ProfileError(ValueError):
    """A profile that cannot be used; the text says where and what was expected."""


class Length(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A length in the unit of the law that demands it: 1/16 in is not 1.6 mm.

    `value` is a decimal (`"1.6"`) or a fraction (`"1/16"`), as text, so that nothing is rounded.
    """

    value: str
    unit: Unit

    @property
    def mm(self) -> Fraction:
        """Exactly, in millimetres."""
        return Fraction(self.value) * _MILLIMETRES[self.unit]

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Marks of some kinds that together show one of several sets of elements, on the components named.

    `elements`: one set is enough; inside a set `country|place` means either. An empty set asks for any mark at all.
    `mark_kinds` empty: of any kind. `components`: for `each` (those the weapon has; a group counts once, and no weapon is
    without one) and `one_of`.
    """

    elements: tuple[tuple[str, ...], ...]
    where: Where = "anywhere"
    mark_kinds: tuple[MarkKind, ...] = ()
    components: tuple[Component | Group, ...] = ()
    covert_counts: bool = False


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """One demand of an instrument."""

    id: str
    title: str
    source: str
    occasions: tuple[Occasion, ...]
    requires: Requirement
    unless: Requirement | None = None
    """What makes the demand unnecessary when the weapon bears it already."""
    unless_void_if: Condition | None = None
    """What makes `unless` count for nothing."""
    only_if: Condition | None = None
    force: Force | None = None
    """Where it differs from the profile's."""
    from_: dt.date | None = None
    to: dt.date | None = None
    encouraged: tuple[str, ...] = ()
    if_designated: tuple[str, ...] = ()
    """Elements required when the description names them (a model, if the maker designates one)."""
    doubtful: tuple[str, ...] = ()
    """Elements required only in ways a description may leave open; their absence is said, not held against the weapon."""
    small_components: tuple[tuple[str, ...], ...] = ()
    """What is enough on a component too small for the whole mark."""
    min_height: Length | None = None
    min_depth: Length | None = None
    min_depth_from: dt.date | None = None
    """The day from which the depth is demanded of what is first placed on the market; a mark whose depth is not told is advised then, no
    more, for a description does not say when that was."""
    alphabets: tuple[Alphabet, ...] = ()
    numerals: tuple[Numerals, ...] = ()
    removable_plate: Literal["refused", "advice", "silent"] = "silent"
    non_metallic: Literal["plate", "advice", "silent"] = "silent"
    year_may_be_in_serial: bool = False
    open_without_mark: bool = False
    """Whether the demand can be met by something that is no mark (a certificate), so that its absence decides nothing."""
    names_control: bool = False
    """Whether the mark belongs on the control component alone, so that one must be designated where several could be."""
    country_code: bool = False
    """The country is to be given as two letters of ISO 3166-1."""
    unique: bool = False
    """Whether a maker may give a number only once: one the register holds already is advised against."""
    durable: bool = False
    """Whether the mark must last: a method that does not on this material is advised against."""
    order: tuple[str, ...] = ()
    """The order in which elements are best given; advice only."""
    layout: str = ""
    deadline: str = ""
    note: str = ""
    confidence: Literal["read", "memory"] = "read"

    def on(self, day: dt.date) -> "Rule":
        """The rule as it stands on a day."""
        if self.min_depth_from is None or self.min_depth_from <= day:
            return self
        return msgspec.structs.replace(self, min_depth=None, min_depth_from=None)


class Exemption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An import that needs no mark."""

    purposes: tuple[Purpose, ...]
    source: str
    instead: str = ""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """The marking rules of one law or instrument."""

    id: str
    title: str
    jurisdiction: str
    force: Force
    source: str
    from_: dt.date
    rules: tuple[Rule, ...]
    to: dt.date | None = None
    kinds_outside: tuple[Kind, ...] = ()
    """Kinds of weapon the instrument does not cover."""
    productions_outside: tuple[Production, ...] = ()
    antiques_until: int | None = None
    """The last year of manufacture of an antique, which the instrument leaves to national law."""
    exemptions: tuple[Exemption, ...] = ()
    identity: Literal["control", "essential", "one_part", "unspecified"] = "unspecified"
    retention: str = ""
    note: str = ""

    def force_of(self, rule: Rule) -> Force:
        return rule.force or self.force

    def in_force(self, day: dt.date) -> bool:
        return self.from_ <= day and (self.to is None or day <= self.to)

    def rules_on(self, day: dt.date) -> tuple[Rule, ...]:
        """The rules valid on a day, as they stand on it."""
        return tuple(
            rule.on(day)
            for rule in self.rules
            if (rule.from_ is None or rule.from_ <= day) and (rule.to is None or day <= rule.to)
        )


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a State changes in a profile without rewriting it: rules it adds, and rules it ends with their last day."""

    changes: str
    """The id of the profile."""
    reason: str
    ended: dict[str, dt.date] = {}
    rules: tuple[Rule, ...] = ()


def read(text: str, name: str = "profile") -> Profile:
    """One profile from TOML. Raises `ProfileError` with the place and what was expected."""
    profile = _read(text, name, Profile)
    _refuse_nonsense(profile, name)
    return profile


def read_change(text: str, name: str = "change") -> Change:
    """One change of a profile from TOML. Raises `ProfileError`."""
    return _read(text, name, Change)


def is_change(text: str) -> bool:
    """Whether a TOML file changes a profile instead of being one."""
    try:
        return "changes" in tomllib.loads(text)
    except (ValueError, RecursionError):
        return False


def changed(profile: Profile, change: Change) -> Profile:
    """A profile with a State's change laid over it. Raises `ProfileError` for a rule that is not there, or is there already."""
    if unknown := set(change.ended) - {rule.id for rule in profile.rules}:
        raise ProfileError(f"{profile.id}: no rule is called {', '.join(sorted(unknown))}")
    kept = (
        msgspec.structs.replace(rule, to=change.ended[rule.id]) if rule.id in change.ended else rule
        for rule in profile.rules
    )
    made = msgspec.structs.replace(profile, rules=(*kept, *change.rules))
    _refuse_nonsense(made, f"{profile.id} as changed")
    return made


_Read = TypeVar("_Read", Profile, Change)


def _read(text: str, name: str, kind: type[_Read]) -> _Read:
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except (ValueError, RecursionError) as error:
        raise ProfileError(f"{name}: {error}") from error


def _refuse_nonsense(profile: Profile, name: str) -> None:
    seen: set[str] = set()
    for rule in profile.rules:
        if rule.id in seen:
            raise ProfileError(f"{name}: two rules are called {rule.id}")
        seen.add(rule.id)
        for length in (rule.min_height, rule.min_depth):
            _refuse_bad_length(length, f"{name}: {rule.id}")
        for requirement in (rule.requires, rule.unless):
            if requirement is not None:
                _refuse_bad_requirement(requirement, f"{name}: {rule.id}")
        _refuse_unknown_elements(
            (*rule.encouraged, *rule.if_designated, *rule.doubtful, *rule.order, *sum(rule.small_components, ())),
            f"{name}: {rule.id}",
        )


def _refuse_bad_length(length: Length | None, where: str) -> None:
    if length is None:
        return
    try:
        positive = length.mm > 0
    except (ValueError, ZeroDivisionError):
        positive = False
    if not positive:
        raise ProfileError(
            f'{where}: "{length.value}" is no length; expected a decimal like "1.6" or a fraction like "1/16"'
        )


def _refuse_bad_requirement(requirement: Requirement, where: str) -> None:
    if not requirement.elements:
        raise ProfileError(f"{where}: elements are missing; an empty set asks for any mark at all")
    if requirement.where in ("each", "one_of") and not requirement.components:
        raise ProfileError(f"{where}: {requirement.where} needs components")
    _refuse_unknown_elements(sum(requirement.elements, ()), where)


def _refuse_unknown_elements(elements: Iterable[str], where: str) -> None:
    for element in elements:
        for name in element.split("|"):
            if name not in ELEMENTS:
                raise ProfileError(f"{where}: {name} is no element of a mark; expected one of {', '.join(ELEMENTS)}")


@cache
def shipped() -> tuple[Profile, ...]:
    """The profiles that come with the program, in the order of their names."""
    files = sorted(
        (file for file in resources.files(__package__).iterdir() if file.name.endswith(".toml")),
        key=lambda file: file.name,
    )
    laws = (file for file in files if file.name != TEMPLATE and not file.name.startswith(_POLICY))
    return tuple(read(file.read_text("utf-8"), file.name) for file in laws)


@cache
def policy(name: Identity) -> Profile:
    """A State's choice of which components carry the weapon's identity, as a profile of its own, `identity`."""
    file = resources.files(__package__) / f"{_POLICY}{name.replace('_', '-')}.toml"
    return read(file.read_text("utf-8"), file.name)


TEMPLATE = "national-template.toml"
_POLICY = "identity-"


def template() -> str:
    """The file a State copies to write a profile of its own."""
    return resources.files(__package__).joinpath(TEMPLATE).read_text("utf-8")


def digest(profile: Profile) -> str:
    """SHA-256 of a profile's content, lower-case hex: names the version a plan was made under."""
    return hashlib.sha256(msgspec.json.encode(profile, order="sorted")).hexdigest()


def chosen(names: Sequence[str] | None, known: Sequence[Profile]) -> tuple[list[Profile], list[str]]:
    """The profiles named (all where none is), each once, and the names nobody knows."""
    if not names:
        return list(known), []
    by_id = {profile.id: profile for profile in known}
    wanted = dict.fromkeys(names)
    return [by_id[name] for name in wanted if name in by_id], [name for name in wanted if name not in by_id]
