"""Actors for programs: who they are and where they work. Their contacts, and who speaks for them, stay with people."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from countermark.cooperation import actors, acts
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.states import Subject
from countermark.web.api.allowed import Token
from countermark.web.api.cooperation.common import VIEW, Key
from countermark.web.api.problems import MISSING, READ, Problem

router = Router(tags=["cooperation"])


class AidActor(Schema):
    """An actor: `country` is ISO 3166-1, `iati` its identifier in IATI files, `contact` whether one is kept (who says why sees it, on a page)."""

    id: str
    name: str
    kind: str
    country: str
    regions: list[str]
    iati: str
    contact: bool


def _facts(one: Subject, names: dict[str, str]) -> dict[str, Any]:
    facts = one.of(ActorFacts)
    told = {"kind": facts.kind, "country": facts.country, "regions": list(facts.regions), "iati": facts.iati}
    return {"id": one.key, "name": names.get(one.key, one.key), **told, "contact": bool(facts.contact)}


@router.get("/cooperation/actors", response={200: list[AidActor], **READ}, auth=Token(VIEW))
def list_actors(request: HttpRequest) -> list[dict[str, Any]]:
    """Every actor. Permission: `aid.view`."""
    names = actors.names()
    return [_facts(one, names) for one in acts.subjects("actor")]


@router.get("/cooperation/actors/{key}", response={200: AidActor, **MISSING}, auth=Token(VIEW))
def show_actor(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One actor. Permission: `aid.view`."""
    found = acts.subject("actor", key)
    if found is None:
        raise Problem(404, "there is no actor of that id")
    return _facts(found, actors.names([key]))
