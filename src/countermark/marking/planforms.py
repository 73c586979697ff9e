"""The form that describes one weapon to plan its marks, and how it becomes a description; nothing in it must be filled in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.marking import methods
from countermark.marking.description import ELEMENTS
from countermark.marking.forms import choices, line, offer
from countermark.register.forms.capture import EXACT

ROWS_AT_MOST = 20
YES_OR_NO = (("", gettext_lazy("not stated")), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no")))
PLATES = {
    "": gettext_lazy("none"),
    "embedded": gettext_lazy("metal, embedded; removal destroys part of the weapon"),
    "removable": gettext_lazy("metal, can be taken off"),
    "other": gettext_lazy("not of metal"),
}
_PLATES: dict[str, dict[str, bool]] = {
    "embedded": {"metal": True, "embedded": True, "removal_destroys": True},
    "removable": {"metal": True, "embedded": False, "removal_destroys": False},
    "other": {"metal": False, "embedded": True},
}


def _choice(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False)


def _length(label: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label, required=False, min_value=0, max_value=10_000, widget=forms.NumberInput(attrs={"step": "any"})
    )


class Part(forms.Form):
    """One component."""

    type = _choice(gettext_lazy("Component"))
    material = _choice(gettext_lazy("Material"))
    plate = forms.ChoiceField(label=gettext_lazy("Plate"), required=False, choices=tuple(PLATES.items()))
    plate_width = _length(gettext_lazy("Plate, width in mm"))
    plate_height = _length(gettext_lazy("Plate, height in mm"))
    second_width = _length(gettext_lazy("Second plate, width in mm"))
    second_height = _length(gettext_lazy("Second plate, height in mm"))
    zone_width = _length(gettext_lazy("Area for marks, width in mm"))
    zone_height = _length(gettext_lazy("Area for marks, height in mm"))
    too_small = forms.ChoiceField(label=gettext_lazy("Too small for the whole mark"), required=False, choices=YES_OR_NO)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, type=choices("component", "—"), material=choices("material", _("not stated")))

    def described(self) -> dict[str, Any]:
        """The component as a description has it; empty where nothing was said."""
        data = self.cleaned_data
        found: dict[str, Any] = {name: data[name] for name in ("type", "material") if data[name]}
        if data["plate"]:
            found["plate"] = {**_PLATES[data["plate"]], **_size(data, "plate")}
        if data["second_width"] and data["second_height"]:
            found["second_plate"] = {**_PLATES["embedded"], **_size(data, "second")}
        if data["zone_width"] and data["zone_height"]:
            found["zone"] = _size(data, "zone")
        if data["too_small"]:
            found["too_small"] = data["too_small"] == "true"
        return found


def _size(data: Mapping[str, Any], prefix: str) -> dict[str, float]:
    sizes = {"width_mm": data[f"{prefix}_width"], "height_mm": data[f"{prefix}_height"]}
    return {name: size for name, size in sizes.items() if size}


_IN_A_MARK = (
    "serial", "country", "manufacturer", "year", "model", "symbol_code", "importer", "importer_city", "licence",
)  # fmt: skip


class Standing(forms.Form):
    """One mark the weapon bears already."""

    component = _choice(gettext_lazy("Component"))
    carrier = _choice(gettext_lazy("Carrier"))
    mark_kind = _choice(gettext_lazy("Kind of mark"))
    text = line(gettext_lazy("Mark"), mark=True)
    height = _length(gettext_lazy("Height of characters in mm"))
    depth = _length(gettext_lazy("Depth in mm"))
    layer = _choice(gettext_lazy("Open or hidden"))
    method = _choice(gettext_lazy("Method"))
    serial = line(gettext_lazy("Serial number in it"))
    country = line(gettext_lazy("Country in it"))
    manufacturer = line(gettext_lazy("Manufacturer in it"))
    year = line(gettext_lazy("Year in it"))
    model = line(gettext_lazy("Model in it"))
    symbol_code = line(gettext_lazy("Symbol code in it"))
    importer = line(gettext_lazy("Importer in it"))
    importer_city = line(gettext_lazy("Importer's city in it"))
    licence = line(gettext_lazy("Licence number in it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            component=choices("component", "—"),
            carrier=choices("carrier"),
            mark_kind=choices("mark_kind"),
            layer=choices("layer"),
            method=[("", _("not stated")), *((one.id, _(one.title)) for one in methods.known())],
        )

    def described(self) -> dict[str, Any]:
        """The mark as a description has it; empty where nothing was said."""
        data = self.cleaned_data
        elements = {name: data[name] for name in _IN_A_MARK if data[name]}
        found = {name: data[name] for name in ("component", "text") if data[name]}
        if not found and not elements:
            return {}
        sizes = {"height_mm": data["height"], "depth_mm": data["depth"]}
        return {
            **found,
            **{name: data[name] for name in ("carrier", "mark_kind", "layer", "method") if data[name]},
            **{name: size for name, size in sizes.items() if size},
            **({"elements": elements} if elements else {}),
        }


class Described(forms.Form):
    """The weapon, the occasion, the rules, and what is known of the marks to come."""

    occasion = _choice(gettext_lazy("Occasion"))
    import_purpose = _choice(gettext_lazy("Purpose of the import"))
    traceable_before = forms.ChoiceField(
        label=gettext_lazy("Its marks allow tracing already"), required=False, choices=YES_OR_NO
    )
    date = forms.DateField(
        label=gettext_lazy("Rules in force on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    identity = _choice(gettext_lazy("What is recorded as the weapon"))
    kind = _choice(gettext_lazy("Kind"))
    production = _choice(gettext_lazy("Production"))
    maker = line(gettext_lazy("Maker"))
    model = line(gettext_lazy("Model"))
    calibre = line(gettext_lazy("Calibre"))
    country = line(gettext_lazy("Country of manufacture"))
    year = forms.IntegerField(label=gettext_lazy("Year of manufacture"), required=False, min_value=1300, max_value=9999)
    control_component = _choice(gettext_lazy("Control component"))
    duplicate_serial = forms.BooleanField(label=gettext_lazy("Another weapon has the same serial"), required=False)
    prefixes = forms.BooleanField(label=gettext_lazy("Write (1) and (2) before the marks"), required=False)
    profiles = forms.MultipleChoiceField(
        label=gettext_lazy("Rules that apply"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    equipment = forms.MultipleChoiceField(
        label=gettext_lazy("Methods at hand"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: not known."),
    )
    described = forms.CharField(
        label=gettext_lazy("Or a whole description as JSON"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6, **EXACT, "dir": "ltr", "class": "mark-input"}),
    )

    def __init__(self, *args: Any, profiles: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unsaid = _("not stated")
        for name in ELEMENTS:
            self.fields[f"say_{name}"] = line(_words(name))
        offer(
            self,
            occasion=choices("occasion", unsaid),
            import_purpose=choices("import_purpose", unsaid),
            identity=[("", unsaid), *(one for one in choices("policy") if one[0] != "undecided")],
            kind=choices("kind", unsaid),
            production=choices("production", unsaid),
            control_component=choices("component", unsaid),
            profiles=profiles,
            equipment=[(one.id, _(one.title)) for one in methods.known()],
        )

    def clean_described(self) -> str:
        """The JSON, which must be one object."""
        written = str(self.cleaned_data["described"])
        try:
            good = not written.strip() or isinstance(json.loads(written), dict)
        except (ValueError, RecursionError):
            good = False
        if not good:
            raise forms.ValidationError(_("Expected one JSON object."))
        return written

    @property
    def first(self) -> list[forms.BoundField]:
        """The occasion and the rules."""
        return [self[name] for name in ("occasion", "import_purpose", "traceable_before", "date", "identity")]

    @property
    def weapon(self) -> list[forms.BoundField]:
        """The weapon itself."""
        names = ("kind", "production", "maker", "model", "calibre", "country", "year", "control_component")
        return [self[name] for name in (*names, "duplicate_serial", "prefixes")]

    @property
    def said(self) -> list[forms.BoundField]:
        """What the marks to come will say."""
        return [self[f"say_{name}"] for name in ELEMENTS]

    def whole(self, parts: Sequence[Part], marks: Sequence[Standing]) -> dict[str, Any]:
        """The description."""
        data = self.cleaned_data
        if data["described"].strip():
            given: dict[str, Any] = json.loads(data["described"])
            return given
        return dict(self._fields(data)) | {
            "weapon": dict(self._weapon(data)) | {"components": [one for part in parts if (one := part.described())]},
            "marks": [one for mark in marks if (one := mark.described())],
        }

    def _fields(self, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name in ("occasion", "import_purpose", "identity", "profiles", "equipment"):
            if data[name]:
                yield name, data[name]
        if data["traceable_before"]:
            yield "traceable_before", data["traceable_before"] == "true"
        if data["date"]:
            yield "date", data["date"].isoformat()
        if data["prefixes"]:
            yield "prefixes", True
        if elements := {name: data[f"say_{name}"] for name in ELEMENTS if data[f"say_{name}"]}:
            yield "elements", elements

    def _weapon(self, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        names = ("kind", "production", "maker", "model", "calibre", "country", "year", "control_component")
        for name in names:
            if data[name]:
                yield name, data[name]
        if data["duplicate_serial"]:
            yield "duplicate_serial", True


def _words(element: str) -> Any:
    return dict(choices("element"))[element]


def rows(
    kind: type[forms.Form], prefix: str, sent: QueryDict | None, initial: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Rows of a form: as many as were sent, with one more where that was asked for; else those to begin with, and one."""
    if sent is None:
        filled = [kind(prefix=f"{prefix}{n}", initial=dict(one)) for n, one in enumerate(initial[:ROWS_AT_MOST])]
        return filled or [kind(prefix=f"{prefix}0")]
    count = sent.get(f"{prefix}s", "")
    wanted = min(int(count) if count.isdecimal() and len(count) < 4 else 1, ROWS_AT_MOST)
    found = [kind(sent, prefix=f"{prefix}{n}") for n in range(wanted)]
    if sent.get("action") == f"add_{prefix}" and wanted < ROWS_AT_MOST:
        found.append(_added(kind(prefix=f"{prefix}{wanted}")))
    return found


def _added(row: forms.Form) -> forms.Form:
    """A row somebody has just asked for: they go on typing there."""
    first = next(iter(row.fields.values()))
    first.widget.attrs["autofocus"] = True
    return row


def initial_of(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """A description as the initial values of the form, of its components and of its marks."""
    weapon = given.get("weapon", {})
    head = {name: value for name, value in {**weapon, **given}.items() if name not in ("weapon", "marks", "components")}
    head |= {f"say_{name}": text for name, text in given.get("elements", {}).items()}
    return (
        head,
        [part_initial(one) for one in weapon.get("components", [])],
        [_mark(one) for one in given.get("marks", [])],
    )


def part_initial(one: Mapping[str, Any]) -> dict[str, Any]:
    """A component of a description as the initial values of its row."""
    zone, plate, second = one.get("zone") or {}, one.get("plate") or {}, one.get("second_plate") or {}
    kind = (
        ""
        if not plate
        else "other"
        if plate.get("metal") is False
        else "embedded"
        if plate.get("embedded")
        else "removable"
    )
    return {
        "type": one.get("type", ""),
        "material": one.get("material", ""),
        "plate": kind,
        "plate_width": plate.get("width_mm"),
        "plate_height": plate.get("height_mm"),
        "second_width": second.get("width_mm"),
        "second_height": second.get("height_mm"),
        "zone_width": zone.get("width_mm"),
        "zone_height": zone.get("height_mm"),
        "too_small": "" if one.get("too_small") is None else str(one["too_small"]).lower(),
    }


def _mark(one: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: one.get(name, "") for name in ("component", "carrier", "mark_kind", "text", "layer", "method")}
    return {**found, **one.get("elements", {}), "height": one.get("height_mm"), "depth": one.get("depth_mm")}
