"""Which components a rule means, and which of them a weapon has."""

from dataclasses import dataclass

from countermark.marking.description import Description, Mark, Part
from countermark.marking.profiles import Requirement

FRAMES = frozenset(("frame", "receiver", "upper_receiver", "lower_receiver"))
TUBES = frozenset(("barrel", "launch_tube"))
_GROUPS = {"frame_or_receiver": FRAMES, "barrel_or_tube": TUBES}

# Kinds whose tube is what the weapon is (A/CONF.192/15 light weapons without a frame).
_TUBED = frozenset(("mortar", "recoilless_rifle", "anti_tank_launcher", "manpads", "grenade_launcher"))
# Kinds told too little to say whether the weapon has a frame or is a tube.
_OPEN = (None, "other")
# Parts that are exchanged in the field: no maker's word makes them what the weapon is where it has a frame (ITI para. 10).
_EXCHANGED = frozenset(("barrel", "slide", "bolt", "breech_block", "cylinder", "silencer"))

EVERYWHERE: frozenset[str] = frozenset()
"""Stands for any component."""


@dataclass(frozen=True, slots=True)
class Place:
    """Components of which any one may bear the mark; `name` is what a person is told."""

    name: str | None
    components: frozenset[str]

    def holds(self, mark: Mark) -> bool:
        return not self.components or mark.component in self.components


def types(description: Description) -> frozenset[str]:
    """The types of the components described."""
    parts = description.weapon.components if description.weapon else None
    return frozenset(part.type for part in parts or () if part.type)


def is_open(description: Description) -> bool:
    """Whether several components could stand for the weapon and none is named."""
    named = description.weapon.control_component if description.weapon else None
    return named is None and len(structural(description) & types(description)) > 1


def count(description: Description, component: str) -> int:
    """How many components of a type are described: two where a receiver is split into halves."""
    parts = description.weapon.components if description.weapon else None
    return sum(part.type == component for part in parts or ())


def is_tube(description: Description) -> bool:
    """Whether the weapon is a tube without a frame or receiver, as far as is told."""
    kind = description.weapon.kind if description.weapon else None
    has = types(description)
    return not has & FRAMES and (kind in _TUBED or "launch_tube" in has)


def may_be_tube(description: Description) -> bool:
    """Whether too little is told to say that the weapon has a frame or receiver."""
    kind = description.weapon.kind if description.weapon else None
    return kind in _OPEN and not types(description)


def part_of(description: Description, component: str | None) -> Part | None:
    parts = description.weapon.components if description.weapon else None
    return next((part for part in parts or () if part.type == component), None)


def structural(description: Description, one_part: bool = False) -> frozenset[str]:
    """The components an ITI 8(a) mark may stand on: frames and receivers, a launcher's tube, and what the model names.

    `one_part`: where the law has one component be the weapon, the one the maker names alone (27 CFR 478.12).
    ITI para. 10: a component whose destruction makes the weapon permanently inoperable and incapable of reactivation.
    """
    weapon = description.weapon
    control = weapon.control_component if weapon else None
    has = types(description)
    found = FRAMES
    if is_tube(description) or (may_be_tube(description) and _bears_tube(description)):
        found = found | TUBES
    if control and control != "plate" and (control not in _EXCHANGED or (has and not has & FRAMES)):
        found = found | {control}
    return frozenset((control,)) if one_part and control in found else found


def _bears_tube(description: Description) -> bool:
    return any(mark.component == "launch_tube" for mark in description.marks or ())


def control(description: Description) -> str:
    """The component that stands for the weapon: the one the maker names, else its frame, receiver or tube."""
    weapon = description.weapon
    allowed, has = structural(description), types(description)
    if weapon and weapon.control_component in allowed:
        return str(weapon.control_component)
    order = ("frame", "receiver", "lower_receiver", "upper_receiver", "launch_tube", "barrel")
    for component in order:
        if component in allowed and component in has:
            return component
    if weapon and weapon.kind in ("self_loading_pistol", "revolver"):
        return "frame"
    return "launch_tube" if weapon and weapon.kind in _TUBED else "receiver"


def of(requirement: Requirement, description: Description, one_part: bool = False) -> list[Place]:
    """The places that must each bear the mark; empty when it is not known which there are."""
    match requirement.where:
        case "structural" | "structural_and_another":
            return [Place(control(description), structural(description, one_part))]
        case "one_of":
            return [Place(None, frozenset().union(*(_GROUPS.get(name, {name}) for name in requirement.components)))]
        case "each":
            return _each(requirement, description)
        case _:
            return [Place(None, EVERYWHERE)]


def _each(requirement: Requirement, description: Description) -> list[Place]:
    has = types(description) | {mark.component for mark in description.marks or () if mark.component}
    places = []
    for name in requirement.components:
        group = _GROUPS.get(name)
        if group == FRAMES and is_tube(description):
            continue
        if group:
            present = group & has
            places.append(Place(_named(present, name, description), group))
        elif name in has:
            places.append(Place(name, frozenset((name,))))
    return places


def _named(present: frozenset[str], group: str, description: Description) -> str:
    if group == "frame_or_receiver":
        standing = control(description)
        return (
            standing if standing in FRAMES and (not present or standing in present) else min(present, default="frame")
        )
    return min(present, default="barrel")
