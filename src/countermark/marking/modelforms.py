"""The form of a model: what its parts are like, where marks go on them, and what is set aside for marks to come."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.marking import catalogue, planforms
from countermark.marking.catalogue import Area, Model, ModelPart
from countermark.marking.description import Part, Plate, Zone
from countermark.marking.forms import choices, line, offer
from countermark.register.forms.capture import EXACT

AREAS_AT_MOST = 20


class Head(forms.Form):
    """What names a new model."""

    maker = line(gettext_lazy("Maker"), required=True)
    model = line(gettext_lazy("Model"), required=True)


class Known(forms.Form):
    """What is known of the model as a whole."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    control_component = forms.ChoiceField(
        label=gettext_lazy("Control component"),
        required=False,
        help_text=gettext_lazy("The part its maker designates as the weapon; one of those below."),
    )
    source = line(gettext_lazy("Source"), help_text=gettext_lazy("Who says so: a manual, a drawing, a letter."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unsaid = _("not stated")
        offer(self, kind=choices("kind", unsaid), control_component=choices("component", unsaid))


class Areas(forms.CharField):
    """Areas of a zone, one a line."""

    widget = forms.Textarea

    def clean(self, value: Any) -> tuple[Area, ...]:
        """The areas. Raises ValidationError with the line that is none."""
        lines = [one for one in str(super().clean(value)).splitlines() if one.strip()]
        if len(lines) > AREAS_AT_MOST:
            raise forms.ValidationError(_("Expected at most %(most)d areas.") % {"most": AREAS_AT_MOST})
        return tuple(_area(one) for one in lines)

    def prepare_value(self, value: Any) -> Any:
        """The areas as they are written."""
        return value if isinstance(value, str) or value is None else "\n".join(map(catalogue.written, value))


def _area(text: str) -> Area:
    found = catalogue.area_of(text.replace(",", " "))
    if found is None:
        expected = _("Expected four numbers in millimetres: from the left, from the top, width, height.")
        raise forms.ValidationError(f"{text.strip()}: {expected}")
    return found


class PartRow(planforms.Part):
    """One component of a model."""

    essential = forms.BooleanField(label=gettext_lazy("Essential component"), required=False)
    reserved = Areas(
        label=gettext_lazy("Set aside for later marks"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, **EXACT, "dir": "ltr", "class": "mark-input"}),
        help_text=gettext_lazy(
            "One area a line, in mm: from the left, from the top, width, height, and for what if not for import."
        ),
    )
    remove = forms.BooleanField(label=gettext_lazy("Leave this component out"), required=False)
    field_order = (
        "type", "material", "essential", "too_small", "zone_width", "zone_height", "plate", "plate_width", "plate_height",
        "second_width", "second_height", "reserved", "remove",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Two sides make an area, and what is set aside lies inside it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("remove") or not (any(data.values()) or self.errors):
            return data
        if not data.get("type") and "type" not in self.errors:
            self.add_error("type", _("Expected a component."))
        for prefix in ("zone", "second"):
            self._need_both(data, prefix)
        if any(data.get(f"plate_{side}") for side in ("width", "height")) and not data.get("plate"):
            self.add_error("plate", _("Expected what the plate is like."))
        self._need_inside(data)
        return data

    def _need_both(self, data: Mapping[str, Any], prefix: str) -> None:
        sides = {side: data.get(f"{prefix}_{side}") for side in ("width", "height")}
        for side, length in sides.items():
            if not length and any(sides.values()) and f"{prefix}_{side}" not in self.errors:
                self.add_error(f"{prefix}_{side}", _("Expected the other side too."))

    def _need_inside(self, data: Mapping[str, Any]) -> None:
        prefix = "zone" if data.get("zone_width") else "plate"
        wide, high = (data.get(f"{prefix}_{side}") or 0 for side in ("width", "height"))
        for area in data.get("reserved") or ():
            inside = area.x_mm + area.width_mm <= wide and area.y_mm + area.height_mm <= high
            if not inside or not (area.width_mm and area.height_mm):
                self.add_error(
                    "reserved", f"{catalogue.written(area)}: " + _("Expected an area inside the area for marks.")
                )
                return

    def part(self, known: ModelPart | None) -> ModelPart | None:
        """The component as the registry has it; None where the row is empty or is to be left out.

        What the form does not ask stays as it was known: a plate whose kind was not changed keeps its facts.
        """
        data = self.cleaned_data
        if data["remove"] or not data["type"]:
            return None
        described: dict[str, Any] = self.described()
        before = msgspec.to_builtins(known.part) if known else {}
        for name in ("plate", "second_plate"):
            if name in described and before.get(name) and (name != "plate" or "plate" not in self.changed_data):
                sizes = {side: described[name].get(side) for side in ("width_mm", "height_mm")}
                described[name] = {**before[name], **sizes}
        return ModelPart(msgspec.convert(described, Part), data["essential"], data["reserved"])


def initial_of(part: ModelPart) -> dict[str, Any]:
    """A component as the initial values of its row."""
    described = planforms.part_initial(msgspec.to_builtins(part.part))
    return {**described, "essential": part.essential, "reserved": part.reserved}


def rows(model: Model, sent: QueryDict | None) -> list[PartRow]:
    """The rows of a model's components: as known, as sent, and one more where that was asked for."""
    initial = [initial_of(part) for part in model.parts]
    if sent is None:
        found: list[PartRow] = planforms.rows(PartRow, "part", None, initial)
        return found
    kept = planforms.rows(PartRow, "part", sent, ())
    for row, one in zip(kept, initial, strict=False):
        row.initial = one
    return kept


def stated(model: Model, form: Known, parts: Sequence[PartRow]) -> Model:
    """The model as the forms have it."""
    data = form.cleaned_data
    return msgspec.structs.replace(
        model,
        kind=data["kind"] or None,
        control_component=data["control_component"] or None,
        source=data["source"],
        parts=tuple(_kept(model, parts)),
    )


def _kept(model: Model, parts: Sequence[PartRow]) -> Iterator[ModelPart]:
    for number, row in enumerate(parts):
        known = model.parts[number] if number < len(model.parts) else None
        if (part := row.part(known)) is not None:
            yield part


def surface(part: Part) -> Zone | Plate | None:
    """Where a component is marked: its own area, else its plate."""
    return part.zone or part.plate
