"""What is known of a weapon that is to be marked, or whose marks are to be judged: the input of `check` and `plan`.

A description may be incomplete or wrong in places. `read` keeps what can be used and says what cannot, so that the answer goes
as far as it can.
"""

import datetime as dt
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

Occasion = Literal["manufacture", "import", "state_to_civil", "state_holding", "found", "deactivation"]
Purpose = Literal["permanent", "temporary", "museum"]
Kind = Literal[
    "revolver", "self_loading_pistol", "rifle", "carbine", "submachine_gun", "assault_rifle", "light_machine_gun", "shotgun",
    "heavy_machine_gun", "grenade_launcher", "anti_aircraft_gun", "anti_tank_gun", "recoilless_rifle", "anti_tank_launcher",
    "manpads", "mortar", "other",
]  # fmt: skip
Production = Literal["industrial", "craft", "converted", "reactivated", "private", "additive", "unknown"]
Component = Literal[
    "receiver", "frame", "upper_receiver", "lower_receiver", "barrel", "slide", "cylinder", "bolt", "breech_block",
    "trigger_housing", "launch_tube", "gripstock", "silencer", "plate", "other",
]  # fmt: skip
Material = Literal["steel", "aluminium", "titanium", "polymer", "other"]
MarkKind = Literal[
    "manufacture", "import", "state_stock", "transfer", "found", "deactivation", "owner", "proof", "covert"
]  # fmt: skip
Carrier = Literal["part", "plate"]
Layer = Literal["overt", "covert"]
Identity = Literal["control", "essential", "one_part"]

ELEMENTS = (
    "manufacturer", "country", "place", "city", "serial", "year", "model", "calibre", "importer", "importer_city", "licence",
    "symbol_code", "purchaser", "destination", "agency",
)  # fmt: skip
Element = Literal[
    "manufacturer", "country", "place", "city", "serial", "year", "model", "calibre", "importer", "importer_city", "licence",
    "symbol_code", "purchaser", "destination", "agency",
]  # fmt: skip

Millimetres = Annotated[float, Meta(gt=0, le=10_000)]
FromEdge = Annotated[float, Meta(ge=0, le=10_000)]
Text = Annotated[str, Meta(max_length=1_000)]
_MOST = 200
"""The longest list: a weapon has fewer components and marks, and each mark is held against each component."""


class Plate(Struct, frozen=True, forbid_unknown_fields=True):
    """A plate that carries marks. Sizes are those of the face that can be marked, in millimetres."""

    metal: bool | None = None
    embedded: bool | None = None
    removal_destroys: bool | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None


class Zone(Struct, frozen=True, forbid_unknown_fields=True):
    """The area set aside for marks on the part itself, in millimetres."""

    width_mm: Millimetres
    height_mm: Millimetres


class Reserved(Struct, frozen=True, forbid_unknown_fields=True):
    """Part of the zone kept for a later mark, in millimetres from the zone's upper left corner (A/70/115, para. 14)."""

    x_mm: FromEdge
    y_mm: FromEdge
    width_mm: Millimetres
    height_mm: Millimetres
    purpose: Text = "import"


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One component of the weapon."""

    type: Component | None = None
    material: Material | None = None
    plate: Plate | None = None
    second_plate: Plate | None = None
    zone: Zone | None = None
    reserved: tuple[Reserved, ...] | None = None
    """What of the zone is kept for later marks."""
    too_small: bool | None = None
    """Whether it is too small for the whole mark (EU 2019/68)."""


class Weapon(Struct, frozen=True, forbid_unknown_fields=True):
    """The weapon, as far as it is described."""

    kind: Kind | None = None
    production: Production | None = None
    maker: Text | None = None
    model: Text | None = None
    calibre: Text | None = None
    country: Text | None = None
    year: Annotated[int, Meta(ge=1300, le=9999)] | None = None
    """Of manufacture: what is older than an instrument's day for antiques is outside it."""
    control_component: Component | None = None
    components: Annotated[tuple[Part, ...], Meta(max_length=_MOST)] | None = None
    duplicate_serial: bool | None = None
    """Whether the register holds the serial for the same make, model, type and calibre already."""


class Mark(Struct, frozen=True, forbid_unknown_fields=True):
    """One mark on the weapon, or meant for it. Height is that of its characters, in millimetres; depth that of the strokes."""

    component: Component | None = None
    carrier: Carrier = "part"
    layer: Layer = "overt"
    mark_kind: MarkKind = "manufacture"
    method: Text | None = None
    text: Text | None = None
    elements: Mapping[Element, Text] | None = None
    height_mm: Millimetres | None = None
    depth_mm: Annotated[float, Meta(ge=0, le=100)] | None = None


class Description(Struct, frozen=True, forbid_unknown_fields=True):
    """A weapon, the occasion on which it is to be marked, and the profiles that are asked for (all of them where none is)."""

    occasion: Occasion | None = None
    import_purpose: Purpose | None = None
    traceable_before: bool | None = None
    profiles: Annotated[tuple[Text, ...], Meta(max_length=_MOST)] | None = None
    date: dt.date | None = None
    weapon: Weapon | None = None
    marks: Annotated[tuple[Mark, ...], Meta(max_length=_MOST)] | None = None
    elements: Mapping[Element, Text] | None = None
    """What is known already of the marks that are to be applied: the serial assigned, the importer..."""
    equipment: Annotated[tuple[Text, ...], Meta(max_length=_MOST)] | None = None
    """Marking methods at hand."""
    identity: Identity | None = None
    """Which components carry the weapon's identity under the State's policy, judged beside the profiles."""
    prefixes: bool = False
    """Whether the control mark is given "(1)" and other marks "(2)" (A/70/115, para. 22)."""


class Problem(Struct, frozen=True):
    """A part of the description that was left out because it cannot be used."""

    path: str
    expected: str


def read(value: Mapping[str, Any]) -> tuple[Description, list[Problem]]:
    """The usable part of a description and what was wrong with the rest; never raises for what a JSON object may hold."""
    problems: list[Problem] = []
    kept = _usable(value, Description, "$", problems)
    return msgspec.convert(kept, Description), problems


def _usable(value: Mapping[str, Any], model: type[Struct], path: str, problems: list[Problem]) -> dict[str, Any]:
    """The fields of a mapping that convert by themselves, smaller objects and lists cleaned first."""
    fields = _fields(model)
    kept: dict[str, Any] = {}
    for name, given in value.items():
        if given is None:
            continue
        if name not in fields:
            problems.append(Problem(_readable(f"{path}.{name}"), f"one of {', '.join(fields)}"))
            continue
        cleaned = _clean(given, _inner(fields[name].type), f"{path}.{name}", problems)
        if cleaned is None or not _converts(cleaned, fields[name].type, f"{path}.{name}", problems):
            continue
        kept[name] = cleaned
    missing = [name for name, field in fields.items() if field.required and name not in kept]
    if missing and value:
        problems.append(Problem(path, f"{' and '.join(missing)} in it"))
    return kept


@cache
def _fields(model: type[Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    """By name; msgspec works the types out anew at each call."""
    return {field.name: field for field in msgspec.structs.fields(model)}


def _clean(given: Any, inner: Any, path: str, problems: list[Problem]) -> Any:
    if get_origin(inner) is tuple:
        return _clean_list(given, get_args(inner)[0], path, problems)
    if isinstance(inner, type) and issubclass(inner, Struct):
        if not isinstance(given, Mapping):
            problems.append(Problem(path, "an object"))
            return None
        cleaned = _usable(given, inner, path, problems)
        return cleaned if _complete(cleaned, inner) else None
    if get_origin(inner) is Mapping:
        return _clean_elements(given, path, problems)
    return given


def _clean_list(given: Any, inner: Any, path: str, problems: list[Problem]) -> list[Any] | None:
    if not isinstance(given, list | tuple):
        problems.append(Problem(path, "a list"))
        return None
    if len(given) > _MOST:
        problems.append(Problem(f"{path}[{_MOST}...]", f"at most {_MOST}"))
    kept = []
    for number, one in enumerate(given[:_MOST]):
        where = f"{path}[{number}]"
        cleaned = _clean(one, inner, where, problems)
        if cleaned is not None and _converts(cleaned, inner, where, problems):
            kept.append(cleaned)
    return kept


def _clean_elements(given: Any, path: str, problems: list[Problem]) -> dict[str, str] | None:
    if not isinstance(given, Mapping):
        problems.append(Problem(path, "an object of elements and their texts"))
        return None
    kept = {}
    for name, text in given.items():
        if text is None:
            continue
        if name in ELEMENTS and isinstance(text, int) and not isinstance(text, bool):
            kept[name] = str(text)  # a year is often written as a number
            continue
        if name in ELEMENTS and isinstance(text, str) and len(text) <= 1_000 and _is_text(text):
            kept[name] = text
        else:
            wanted = "a text" if name in ELEMENTS else f"one of {', '.join(ELEMENTS)}"
            problems.append(Problem(_readable(f"{path}.{name}"), wanted))
    return kept


def _is_text(text: str) -> bool:
    """Whether every character is one: half of a surrogate pair, which JSON can hold, can be neither printed nor kept."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _readable(path: str) -> str:
    """A place named by a description itself, fit to be printed."""
    shown = path if len(path) <= _LONGEST_PATH else path[:_LONGEST_PATH] + "…"
    return shown.encode("utf-8", "replace").decode()


def _complete(cleaned: Mapping[str, Any], model: type[Struct]) -> bool:
    return all(name in cleaned for name, field in _fields(model).items() if field.required)


def _converts(value: Any, kind: Any, path: str, problems: list[Problem]) -> bool:
    if isinstance(value, str) and not _is_text(value):
        problems.append(Problem(path, "a text of characters"))
        return False
    try:
        msgspec.convert({"value": value}, _single(kind))
    except msgspec.ValidationError:
        problems.append(Problem(path, _expected(_inner(kind)) + _reckoned(value, _inner(kind))))
        return False
    return True


_LENGTH = re.compile(
    r"\s*(?:(\d{1,4})\s+)?(\d{0,4}(?:[.,]\d{1,6})?)(?:/(\d{1,4}))?\s*(mm|in(?:ch(?:es)?)?\.?|\"|″)?\s*", re.IGNORECASE
)


def _reckoned(given: Any, kind: Any) -> str:
    """What a length written as people write it ("1/16 in", "1,6 mm") is as a number of millimetres; empty for any other text."""
    found = _LENGTH.fullmatch(given) if kind is float and isinstance(given, str) else None
    if not found or not found[2] or found[3] == "0" * len(found[3] or ""):
        return ""
    length = int(found[1] or 0) + Fraction(found[2].replace(",", ".")) / int(found[3] or 1)
    inches = found[4] and found[4].casefold() != "mm"
    return f"; {given.strip()} is {float(length * Fraction('25.4') if inches else length):g}"


@cache
def _single(kind: Any) -> type[Struct]:
    """A model of one field: converting to a bare union outside a struct is not safe in msgspec 0.22."""
    return msgspec.defstruct("Single", [("value", kind)])


def _inner(kind: Any) -> Any:
    """The type without its None and its bounds."""
    given = [one for one in get_args(kind) if one is not type(None)]
    if type(None) in get_args(kind) and len(given) == 1:
        kind = given[0]
    return get_args(kind)[0] if hasattr(kind, "__metadata__") else kind


def _expected(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    return _WORDS.get(kind, "another value")


_LONGEST_PATH = 1_000

_WORDS: dict[Any, str] = {
    str: "a text of at most 1,000 characters",
    bool: "true or false",
    int: "a year",
    float: "a number of millimetres above 0",
    dt.date: "a date like 2026-01-31",
}
