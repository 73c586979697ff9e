"""What is known of models for marking, and how a State tells modular weapons apart.

A model says which part its maker designates as control component, which parts are essential, of what material they are, and where
marks go. Where neither the maker nor the State has decided, the answer is `undecided` (A/70/115, paras. 19 to 22).
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from countermark.ledger.services import Actor
from countermark.marking import acts
from countermark.marking.acts import refuse
from countermark.marking.description import Component, Kind, Material, Part, Plate
from countermark.marking.states import SHAPES
from countermark.marks.sentences import Sentence
from countermark.register.models import Term
from countermark.register.rows import spelling

UNDECIDED = "undecided"
Policy = Literal["control", "essential", "one_part", "undecided"]
POLICIES: tuple[str, ...] = get_args(Policy)
"""Only the control component is marked and recorded; every essential one is; one part is the weapon in law, whose split halves share
its number; not decided yet."""
ModelState = Literal["provisional", "known"]


PURPOSE = "import"
"""What an area is set aside for where nothing else is said."""


class Area(msgspec.Struct, frozen=True):
    """Part of a zone set aside for a later mark; millimetres from the zone's upper left corner, as seen when it is read."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    purpose: str = PURPOSE


class ModelPart(msgspec.Struct, frozen=True):
    """One component of a model: as a description has it, whether it is essential, and what is set aside for later marks."""

    part: Part
    essential: bool = False
    reserved: tuple[Area, ...] = ()


class Model(msgspec.Struct, frozen=True):
    """A model of a maker. `control_component` None: the maker has designated none. `source` says who says so."""

    maker: str
    model: str
    kind: Kind | None = None
    control_component: Component | None = None
    parts: tuple[ModelPart, ...] = ()
    source: str = ""
    state: ModelState = "provisional"

    @property
    def key(self) -> str:
        """What names it: maker and model, however capitalised."""
        named = f"{spelling(self.maker)}\x1f{spelling(self.model)}".encode()
        return hashlib.sha256(named).hexdigest()[:40]


class IdentityPolicy(msgspec.Struct, frozen=True):
    """How a State tells modular weapons apart, from a day on, and on what ground."""

    country: str
    policy: Policy
    source: str
    from_: str = msgspec.field(name="from", default="")


_SPLIT = ("receiver", "frame")
"""What may come in halves that share one number (27 CFR 478.12)."""

SHAPES |= {"model": Model, "policy": IdentityPolicy}


def set_model(model: Model, *, note: str = "", by: Actor) -> bool:
    """States what is known of a model; False where that is known so already. Raises `Refused` for a description that contradicts itself."""
    maker = acts.required("maker", model.maker, "who makes it")
    name = acts.required("model", model.model, "what the model is called")
    kinds = [part.part.type for part in model.parts]
    if None in kinds or any(kinds.count(kind) > (2 if kind in _SPLIT else 1) for kind in kinds):
        raise refuse("components", name, "each component named, and once", "twice")
    if model.control_component and kinds and model.control_component not in kinds:
        raise refuse("control_component", model.control_component, "one of the components of the model", "unknown")
    _check_reserved(model)
    stated = msgspec.structs.replace(model, maker=maker, model=name)
    return acts.state_record("model", stated.key, msgspec.to_builtins(stated), note=note, by=by)


def _check_reserved(model: Model) -> None:
    for part in model.parts:
        zone = part.part.zone or part.part.plate
        for area in part.reserved:
            wide, high = (zone.width_mm, zone.height_mm) if zone else (None, None)
            inside = wide and high and area.x_mm + area.width_mm <= wide and area.y_mm + area.height_mm <= high
            if not inside or min(area.x_mm, area.y_mm) < 0 or min(area.width_mm, area.height_mm) <= 0:
                raise refuse("reserved", str(part.part.type), "an area inside the zone of the component", "range")


def add_model(described: Model, *, maker: str, model: str, by: Actor) -> Model:
    """Describes a model nobody has described yet. Raises `Refused` where one of this name, however spelt, is there."""
    with acts.alone():
        if find(maker, model) is not None:
            raise refuse("model", f"{maker} {model}", "a model that is not in the registry yet", "twice")
        stated = msgspec.structs.replace(described, maker=maker, model=model)
        set_model(stated, by=by)
    return stated


def change_model(described: Model, *, seen: str, by: Actor) -> bool:
    """States a model anew, as somebody changed it who had the version `seen` before them; False where it stood so already.

    Raises `Refused` where it was changed meanwhile: what the other one said would be lost.
    """
    with acts.alone():
        known = of_key(described.key)
        if known is None or version(known) != seen:
            raise refuse("model", described.model, "the model as it is now; somebody changed it meanwhile", "changed")
        return set_model(described, by=by)


def version(model: Model) -> str:
    """A digest of everything that is known of a model."""
    return hashlib.sha256(msgspec.json.encode(model)).hexdigest()


def of_key(key: str) -> Model | None:
    """The model of a key, or None."""
    record = acts.record("model", key)
    return None if record is None else msgspec.convert(record.value, Model)


def review_model(maker: str, model: str, *, by: Actor) -> bool:
    """Says that a provisional model was checked. Raises `Refused` for one that is not there."""
    found = find(maker, model)
    if found is None:
        raise refuse("model", f"{maker} {model}", "a model of the registry", "unknown")
    return set_model(msgspec.structs.replace(found, state="known"), by=by)


def models() -> list[Model]:
    """Every model, by maker and name."""
    found = [msgspec.convert(record.value, Model) for record in acts.records("model")]
    return sorted(found, key=lambda model: (spelling(model.maker), spelling(model.model)))


def find(maker: str, model: str) -> Model | None:
    """A model, however maker and model are spelt: aliases of the reference lists count too."""
    for one in _spellings("maker", maker):
        for other in _spellings("model", model):
            found = of_key(Model(one, other).key)
            if found is not None:
                return found
    return None


def _spellings(list_: str, text: str) -> list[str]:
    normal = spelling(text)
    known = Term.objects.filter(list=list_, aliases__normalised=normal).values_list("name", flat=True)
    return list(dict.fromkeys([text, *known]))


def control_component(maker: str, model: str, country: str) -> str:
    """The part that is the weapon: the maker's designation, else what the State has decided; else `undecided`.

    A State that counts one part as the weapon, or marks every essential one, goes by frame or receiver.
    """
    known = find(maker, model)
    if known is not None and known.control_component:
        return known.control_component
    stated = policy(country)
    if stated.policy in ("essential", "one_part") and known is not None:
        kinds = [part.part.type for part in known.parts]
        wanted = ("receiver", "frame", "lower_receiver", "upper_receiver", "launch_tube")
        return next((kind for kind in wanted if kind in kinds), UNDECIDED)
    return UNDECIDED


def set_policy(stated: IdentityPolicy, *, note: str = "", by: Actor) -> bool:
    """States the identity policy of a State. Raises `Refused` without a source (unless undecided)."""
    if stated.policy != UNDECIDED:
        acts.required("source", stated.source, "the law or decision it rests on")
    value = msgspec.to_builtins(stated)
    return acts.state_record("policy", stated.country, value, note=note, by=by)


def policy(country: str) -> IdentityPolicy:
    """The identity policy of a State; `undecided` where nobody stated one."""
    record = acts.record("policy", country)
    return IdentityPolicy(country, "undecided", "") if record is None else msgspec.convert(record.value, IdentityPolicy)


# --- files ------------------------------------------------------------------------------------------------------------

COLUMNS = (
    "maker", "model", "kind", "control_component", "component", "essential", "material", "zone_width_mm", "zone_height_mm",
    "plate", "plate_width_mm", "plate_height_mm", "second_plate_width_mm", "second_plate_height_mm", "reserved", "source",
    "too_small",
)  # fmt: skip
"""One row a component. `plate`: `embedded`, `removable`, `not_metal` or empty; `reserved`: areas `x y width height` in mm and, where it is
not for import marks, what for, `;` between them; `too_small`: `yes`, `no` or empty.
"""


def write_csv(found: Iterable[Model]) -> str:
    """A registry of models as CSV; `read_csv` brings it back unchanged."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for model in found:
        head = {
            "maker": model.maker,
            "model": model.model,
            "kind": model.kind or "",
            "control_component": model.control_component or "",
            "source": model.source,
        }
        writer.writerows([{**head, **_cells(part)} for part in model.parts] or [head])
    return text.getvalue()


def _cells(part: ModelPart) -> dict[str, str]:
    described = part.part
    zone, plate, second = described.zone, described.plate, described.second_plate
    return {
        "component": described.type or "",
        "essential": "yes" if part.essential else "no",
        "material": described.material or "",
        "zone_width_mm": _length(zone.width_mm if zone else None),
        "zone_height_mm": _length(zone.height_mm if zone else None),
        "plate": _plate_code(plate),
        "plate_width_mm": _length(plate.width_mm if plate else None),
        "plate_height_mm": _length(plate.height_mm if plate else None),
        "second_plate_width_mm": _length(second.width_mm if second else None),
        "second_plate_height_mm": _length(second.height_mm if second else None),
        "reserved": "; ".join(map(written, part.reserved)),
        "too_small": "" if described.too_small is None else "yes" if described.too_small else "no",
    }


def _plate_code(plate: Plate | None) -> str:
    if plate is None:
        return ""
    if plate.metal is False:
        return "not_metal"
    return "embedded" if plate.embedded else "removable"


def written(area: Area) -> str:
    """An area as people write it: `x y width height` in mm, and what it is set aside for where that is not the usual."""
    sizes = " ".join(map(_length, (area.x_mm, area.y_mm, area.width_mm, area.height_mm)))
    return sizes if area.purpose == PURPOSE else f"{sizes} {area.purpose}"


def area_of(text: str) -> Area | None:
    """What `written` wrote; None for what is no area."""
    words = text.split()
    sizes = [float(word) for word in words[:4] if _is_number(word)]
    if len(sizes) < 4:
        return None
    left, top, wide, high = sizes
    return Area(left, top, wide, high, " ".join(words[4:]) or PURPOSE)


def _length(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def read_csv(text: str) -> tuple[list[Model], list[tuple[int, str, str, str]]]:
    """Models of a CSV text, and what was wrong: (row, column, value, expected). Row 1 is the header."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        header, rows = reader.fieldnames or (), list(reader)
    except csv.Error:
        return [], [(reader.line_num, "", "", Sentence("a row of cells with commas between them"))]
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or not {"maker", "model"} <= set(header):
        expected = Sentence("the columns %(codes)s", codes=", ".join(COLUMNS))
        return [], [(1, unknown[0] if unknown else "maker", "", expected)]
    problems: list[tuple[int, str, str, str]] = []
    found: dict[str, Model] = {}
    for number, row in enumerate(rows, 2):
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        errors = list(_problems(number, cells))
        problems += errors
        if not errors:
            model = _model(cells)
            before = found.get(model.key)
            found[model.key] = model if before is None else _together(before, model)
    return list(found.values()), problems


def _together(one: Model, other: Model) -> Model:
    return msgspec.structs.replace(one, parts=(*one.parts, *other.parts))


_CODED: Mapping[str, Sequence[str]] = {
    "kind": get_args(Kind),
    "control_component": get_args(Component),
    "component": get_args(Component),
    "material": get_args(Material),
    "essential": ("yes", "no"),
    "plate": ("embedded", "removable", "not_metal"),
    "too_small": ("yes", "no"),
}
_LENGTHS = [name for name in COLUMNS if name.endswith("_mm")]


def _problems(number: int, cells: Mapping[str, str]) -> Iterator[tuple[int, str, str, str]]:
    for column in ("maker", "model"):
        if not cells[column]:
            yield number, column, "", Sentence("a text")
    for column, codes in _CODED.items():
        if cells[column] and cells[column] not in codes:
            yield number, column, cells[column], acts.one_of(codes)
    for column in _LENGTHS:
        if cells[column] and not _is_length(cells[column]):
            yield number, column, cells[column], Sentence("a length in millimetres above 0")
    for area in filter(None, cells["reserved"].split(";")):
        if area_of(area) is None:
            yield number, "reserved", area, Sentence("x, y, width and height in millimetres")


def _is_number(text: str) -> bool:
    try:
        return 0 <= float(text) <= 10_000
    except ValueError:
        return False


def _is_length(text: str) -> bool:
    return _is_number(text) and float(text) > 0


def _model(cells: Mapping[str, str]) -> Model:
    value: dict[str, Any] = {name: cells[name] for name in ("maker", "model", "source")}
    value |= {name: cells[name] for name in ("kind", "control_component") if cells[name]}
    value["parts"] = [_model_part(cells)] if cells["component"] else []
    return msgspec.convert(value, Model)


def _model_part(cells: Mapping[str, str]) -> dict[str, Any]:
    part: dict[str, Any] = {"type": cells["component"]}
    if cells["material"]:
        part["material"] = cells["material"]
    if cells["zone_width_mm"] and cells["zone_height_mm"]:
        part["zone"] = _sizes(cells, "zone")
    if cells["plate"]:
        part["plate"] = {**_PLATES[cells["plate"]], **_sizes(cells, "plate")}
    if cells["second_plate_width_mm"]:
        part["second_plate"] = {"metal": True, "embedded": True, **_sizes(cells, "second_plate")}
    if cells["too_small"]:
        part["too_small"] = cells["too_small"] == "yes"
    reserved = [msgspec.to_builtins(area_of(area)) for area in filter(None, cells["reserved"].split(";"))]
    return {"part": part, "essential": cells["essential"] == "yes", "reserved": reserved}


_PLATES: Mapping[str, Mapping[str, bool]] = {
    "embedded": {"metal": True, "embedded": True, "removal_destroys": True},
    "removable": {"metal": True, "embedded": False, "removal_destroys": False},
    "not_metal": {"metal": False, "embedded": True},
}


def _sizes(cells: Mapping[str, str], prefix: str) -> dict[str, float]:
    return {size: float(cells[f"{prefix}_{size}"]) for size in ("width_mm", "height_mm") if cells[f"{prefix}_{size}"]}


def load_csv(text: str, *, by: Actor) -> tuple[int, list[tuple[int, str, str, str]]]:
    """Loads a registry: how many models are new or changed, and what was wrong; one bad row and nothing is loaded."""
    found, problems = read_csv(text)
    if problems:
        return 0, problems
    with acts.alone():
        return sum(set_model(_reviewed(model), by=by) for model in found), []


def _reviewed(model: Model) -> Model:
    """A file does not say what was reviewed: that stays as it is."""
    known = acts.record("model", model.key)
    return model if known is None else msgspec.structs.replace(model, state=known.value.get("state", "provisional"))
