"""Ways of marking, ranked for a material by how long the mark lasts, whether it can be recovered, what it costs and whether the
means are at hand. Ratings and their sources are data (`methods.toml`); what no source says is unknown.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal, get_args

import msgspec

from countermark.marking.description import Material, Occasion

Rating = Literal["good", "fair", "poor", "unknown"]
Class = Literal["none", "low", "medium", "high"]

_RATED = {"good": 0, "fair": 1, "unknown": 2, "poor": 3}
_CLASSED = {"none": 0, "low": 1, "medium": 2, "high": 3}


class Rated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a method does on one material, and who says so (empty where nobody was found)."""

    durability: Rating
    recoverability: Rating
    source: str


class Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way of marking."""

    id: str
    title: str
    cost: Class
    power: Class
    fallback: str = ""
    by_hand: bool = False
    at_manufacture_only: bool = False
    aliases: tuple[str, ...] = ()
    """What else it is called, in lower case with `_` between words."""
    steel: Rated | None = None
    aluminium: Rated | None = None
    titanium: Rated | None = None
    polymer: Rated | None = None
    other: Rated | None = None


class Choice(msgspec.Struct, frozen=True):
    """A method as it stands for one material."""

    id: str
    title: str
    durability: Rating
    recoverability: Rating
    cost: Class
    power: Class
    by_hand: bool
    at_hand: bool | None
    source: str


_UNKNOWN = Rated("unknown", "unknown", "")


@cache
def known() -> tuple[Method, ...]:
    """Every method, in the order of the file."""
    text = resources.files("countermark.marking").joinpath("methods.toml").read_text("utf-8")
    return tuple(msgspec.convert(one, Method) for one in tomllib.loads(text)["methods"])


def rating(method: str, material: Material | None) -> Rated | None:
    """How a method does on a material; None where the method, the material or the rating is not known."""
    found = next((one for one in known() if _is_called(one, method)), None)
    return getattr(found, material) if found and material else None


def _is_called(method: Method, name: str) -> bool:
    plain = _plain(name)
    return plain in (method.id, _plain(method.title), *method.aliases)


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def ranked(
    material: Material | None, occasion: Occasion | None, equipment: Sequence[str] | None = None
) -> list[Choice]:
    """The methods for a material, best first; a poor one stands last and is not left out, so that its rating is seen.

    `equipment`: names of methods at hand; None where that is not known.
    """
    choices = [_choice(method, material, equipment) for method in known() if _possible(method, material, occasion)]
    return sorted(
        choices,
        key=lambda choice: (
            _RATED[choice.durability],
            choice.at_hand is False,
            _RATED[choice.recoverability],
            -_proven(choice.id),
            _CLASSED[choice.cost],
            choice.by_hand,
            choice.id,
        ),
    )


@cache
def _proven(name: str) -> int:
    """On how many materials a method is known to last: what speaks for it where the material is not known."""
    [method] = [one for one in known() if one.id == name]
    rated = [getattr(method, material) for material in get_args(Material)]
    return sum(one is not None and one.durability == "good" for one in rated)


def _possible(method: Method, material: Material | None, occasion: Occasion | None) -> bool:
    if not method.at_manufacture_only:
        return True
    return occasion in (None, "manufacture") and material is not None and getattr(method, material) is not None


def _choice(method: Method, material: Material | None, equipment: Sequence[str] | None) -> Choice:
    rated = (getattr(method, material) if material else None) or _UNKNOWN
    at_hand = None if equipment is None else any(_is_called(method, name) for name in equipment)
    return Choice(
        method.id,
        method.title,
        rated.durability,
        rated.recoverability,
        method.cost,
        method.power,
        method.by_hand,
        at_hand,
        rated.source,
    )
