"""One model: its components with the areas for marks, drawn to scale, and the form that changes them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.marking import catalogue, drawing, modelforms, space
from countermark.marking.catalogue import Model, ModelPart
from countermark.marking.drawing import Reserved, Shown
from countermark.marking.views import common
from countermark.marks.sentences import Sentence
from countermark.register.checking import Refused
from countermark.register.views.common import GET_OR_POST, REFUSED, actor, posted

NOBODYS = Model("", "")


@requires("marking.view")
@require_GET
def model(request: HttpRequest, key: str) -> HttpResponse:
    """What is known of a model, with its drawing."""
    found = _model(key)
    return render(request, "marking/model.html", {"model": found, "drawn": drawn(found)})


def _model(key: str) -> Model:
    found = catalogue.of_key(key)
    if found is None:
        raise Http404(_("There is no such model."))
    return found


@requires("marking.rules")
@GET_OR_POST
def model_add(request: HttpRequest) -> HttpResponse:
    """A model nobody has described yet."""
    head = modelforms.Head(posted(request), initial=request.GET.dict())
    return _edit(request, NOBODYS, head)


@requires("marking.rules")
@GET_OR_POST
def model_edit(request: HttpRequest, key: str) -> HttpResponse:
    """The components of a model, their areas for marks and what is set aside, changed."""
    return _edit(request, _model(key), None)


def _edit(request: HttpRequest, known: Model, head: modelforms.Head | None) -> HttpResponse:
    sent, saving = posted(request), request.POST.get("action") == "record"
    form = modelforms.Known(
        sent,
        initial={
            "kind": known.kind or "",
            "control_component": known.control_component or "",
            "source": known.source,
        },
    )
    rows = modelforms.rows(known, sent)
    bound = [one for one in (head, form, *rows) if one is not None and one.is_bound]
    good = bool(sent) and not [one for one in bound if not one.is_valid()]
    shown = modelforms.stated(known, form, [row for row in rows if row.is_bound]) if good else known
    if good and saving:
        try:
            made = _record(request, shown, head, known)
        except Refused as refused:
            common.show_refused(form, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect("marking:model", made.key)
    context = {
        "model": known,
        "head": head,
        "form": form,
        "rows": rows,
        "drawn": drawn(shown),
        "seen": catalogue.version(known),
    }
    wrong = saving and any(one.errors for one in bound)
    return render(request, "marking/model_edit.html", context, status=REFUSED if wrong else 200)


def _record(request: HttpRequest, shown: Model, head: modelforms.Head | None, known: Model) -> Model:
    """States the model. Raises `Refused` where somebody else changed it meanwhile, or a new one is there already."""
    by = actor(request)
    if head is not None:
        return catalogue.add_model(shown, maker=head.cleaned_data["maker"], model=head.cleaned_data["model"], by=by)
    catalogue.change_model(shown, seen=request.POST.get("seen", ""), by=by)
    return known


# The drawing


def drawn(found: Model) -> dict[str, Any]:
    """A model as it is drawn: its components numbered on an outline, and each area for marks to scale."""
    shown = [Shown(one.part.type or "", _role(one, found)) for one in found.parts]
    return {
        "diagram": drawing.diagram(found.kind or "", shown, name="model", translate=_),
        "areas": list(_areas(found.parts)),
        "control": found.control_component,
    }


def _role(one: ModelPart, found: Model) -> str:
    """What the description of the drawing says of a component."""
    if one.part.type == found.control_component:
        return _("control component")
    return _("essential component") if one.essential else _("component")


def _areas(parts: Sequence[ModelPart]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(parts, 1):
        part = one.part
        carriers = (("part", part.zone), ("plate", part.plate), ("second_plate", part.second_plate))
        surface = modelforms.surface(part)
        areas = [
            _area(f"zone-{number}-{carrier}", carrier, face.width_mm, face.height_mm, one if face is surface else None)
            for carrier, face in carriers
            if face is not None and face.width_mm and face.height_mm
        ]
        yield {"number": number, "part": one, "areas": areas}


def _area(name: str, carrier: str, wide: float, high: float, one: ModelPart | None) -> dict[str, Any]:
    aside = [Reserved(a.x_mm, a.y_mm, a.width_mm, a.height_mm) for a in (one.reserved if one else ())]
    height = space.USUAL_HEIGHT_MM
    fits = space.grid(wide, high, height)
    said = Sentence(
        "%(lines)d lines of %(columns)d characters of %(height)s mm",
        lines=fits.lines,
        columns=fits.columns,
        height=f"{height:g}",
    )
    return {
        "carrier": carrier,
        "fits": said.told(_),
        "svg": drawing.layout(wide, high, (), height, reserved=aside, name=name, translate=_),
        "reserved": [catalogue.written(area) for area in one.reserved] if one else [],
    }
