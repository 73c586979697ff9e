"""Models: which part is the weapon, of what the parts are made; and how the State tells modular weapons apart."""

import datetime as dt
import math
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router, Schema
from pydantic import Field

from countermark.accounts.services import actor
from countermark.marking import catalogue
from countermark.marking.catalogue import Area, IdentityPolicy, Model, ModelPart
from countermark.web.api.allowed import Token, person
from countermark.web.api.marking.common import READ, WRITE, Changed
from countermark.web.api.problems import Fault, Problem
from countermark.web.api.shapes import shape
from countermark.web.api.texts import File, Strict, Word

router = Router(tags=["marking"])

LONGEST = 500
ModelLine = Annotated[dict[str, Any], shape(Model)]


class Named(Strict):
    """A model by its maker and name."""

    maker: Annotated[Word, Field(min_length=1)]
    model: Annotated[Word, Field(min_length=1)]


class ModelFile(Strict):
    """A registry as CSV, as `GET /api/marking/models.csv` gives it; one bad row and nothing is loaded."""

    text: File


class ModelsLoaded(Schema):
    """How many models are new or changed."""

    changed: int


class PolicyFields(Strict):
    """How the State tells modular weapons apart, from a day on, and the law or decision it rests on."""

    policy: catalogue.Policy
    source: Word = ""
    from_: Annotated[dt.date | None, Field(alias="from")] = None


@router.get("/marking/models", response={200: list[ModelLine], **READ}, auth=Token("marking.view"))
def models(request: HttpRequest) -> list[dict[str, Any]]:
    """The registry of models, by maker and name. Permission: `marking.view`."""
    return [msgspec.to_builtins(one) for one in catalogue.models()]


@router.get(
    "/marking/models.csv",
    response={200: None, **READ},
    auth=Token("marking.view"),
    openapi_extra={"x-media-type": "text/csv"},
)
def models_file(request: HttpRequest) -> HttpResponse:
    """The registry as it can be loaded again. Permission: `marking.view`."""
    return HttpResponse(catalogue.write_csv(catalogue.models()), content_type="text/csv; charset=utf-8")


@router.put("/marking/models", response={200: Changed, **WRITE}, auth=Token("marking.rules"))
def state(request: HttpRequest, given: Annotated[ModelLine, Body()]) -> dict[str, bool]:
    """States what is known of a model. Whether it was reviewed stays as it is. Permission: `marking.rules`."""
    model = _read(given)
    known = catalogue.find(model.maker, model.model)
    stated = msgspec.structs.replace(model, state=known.state if known else "provisional")
    return {"changed": catalogue.set_model(stated, by=actor(person(request)))}


@router.post("/marking/models/review", response={200: Changed, **WRITE}, auth=Token("marking.rules"))
def review(request: HttpRequest, given: Named) -> dict[str, bool]:
    """Says that a provisional model was checked. Permission: `marking.rules`."""
    return {"changed": catalogue.review_model(given.maker, given.model, by=actor(person(request)))}


@router.post("/marking/models/load", response={200: ModelsLoaded, **WRITE}, auth=Token("marking.rules"))
def load(request: HttpRequest, given: ModelFile) -> dict[str, int]:
    """Loads a registry. Permission: `marking.rules`."""
    changed, problems = catalogue.load_csv(given.text, by=actor(person(request)))
    if problems:
        faults = [
            Fault(column=f"{row}.{column}", value=value, expected=str(expected), code="form")
            for row, column, value, expected in problems[:50]
        ]
        raise Problem(422, "the registry has rows that cannot be loaded", *faults)
    return {"changed": changed}


@router.get(
    "/marking/policy",
    response={200: Annotated[dict[str, Any], shape(IdentityPolicy)], **READ},
    auth=Token("marking.view"),
)
def policy(request: HttpRequest) -> dict[str, Any]:
    """How this State tells modular weapons apart. Permission: `marking.view`."""
    found: dict[str, Any] = msgspec.to_builtins(catalogue.policy(settings.ENVIRONMENT.state))
    return found


@router.put("/marking/policy", response={200: Changed, **WRITE}, auth=Token("marking.rules"))
def set_policy(request: HttpRequest, given: PolicyFields) -> dict[str, bool]:
    """States it. Permission: `marking.rules`."""
    day = given.from_.isoformat() if given.from_ else ""
    stated = IdentityPolicy(settings.ENVIRONMENT.state, given.policy, given.source, day)
    return {"changed": catalogue.set_policy(stated, by=actor(person(request)))}


def _read(given: dict[str, Any]) -> Model:
    try:
        _require_plain(given)
        model = msgspec.convert(given, Model)
        _require_known(given)
    except ValueError as error:
        raise Problem(422, f"this describes no model: {error}") from error
    return model


def _require_known(given: dict[str, Any]) -> None:
    """No field that nobody reads. Raises ValueError."""
    parts = given.get("parts", [])
    areas = [area for part in parts for area in part.get("reserved", [])]
    for kind, some in ((Model, [given]), (ModelPart, parts), (Area, areas)):
        for one in some:
            if unknown := sorted(set(one) - set(kind.__struct_fields__)):
                raise ValueError(f"unknown field `{unknown[0]}`")


def _require_plain(value: Any) -> None:
    """Texts that a store keeps, numbers that JSON has. Raises ValueError."""
    if isinstance(value, str) and ("\0" in value.encode().decode() or len(value) > LONGEST):
        raise ValueError(f"a text of at most {LONGEST} characters is expected, none of them null")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is expected")
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _require_plain(one)
