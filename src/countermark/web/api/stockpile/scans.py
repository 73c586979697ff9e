"""What one scan means, for handhelds and other programs: the same answer as every field that scans."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from countermark.register.queries import scope
from countermark.stockpile.codes import describing, scanning
from countermark.stockpile.scanning import queries
from countermark.web.api.allowed import Token, person
from countermark.web.api.problems import RESPONSES
from countermark.web.api.texts import Strict

router = Router(tags=["stockpile"])


class Scan(Strict):
    """The text of one scan, as the scanner sent it; with an AIM identifier (`]d2`) where it sends one."""

    text: Annotated[str, Field(max_length=scanning.LONGEST, examples=["]d28004952114132A/B"])]


class ScanElement(Schema):
    """A GS1 application identifier with its value."""

    ai: str
    value: str


class ScanTag(Schema):
    """An RFID tag: its hexadecimal, encoding, filter value and EPC URI."""

    hex: str
    scheme: str
    filter: int
    uri: str


class ScanFinding(Schema):
    """Something to say of a scan; `refused` where the code may not be used."""

    refused: bool
    message: str


class ScanQuestion(Schema):
    """A character (`at` counts code points from 0) that may be another one: ask, do not change it."""

    at: int
    read: str
    may_be: list[str]


class ScanOther(Schema):
    """What the scan may mean besides."""

    kind: str
    value: str


class ScanMeaning(Schema):
    """What one scan means, and the weapons it leads to. `near` differ in a look-alike: ask, do not take one for the other."""

    kind: str
    value: str
    symbology: str
    text: str
    elements: list[ScanElement]
    tag: ScanTag | None
    findings: list[ScanFinding]
    questions: list[ScanQuestion]
    also: list[ScanOther]
    outcome: Literal["done", "asked", "refused"]
    weapons: list[UUID]
    near: list[UUID]
    form: str


@router.post("/stockpile/scan", response={200: ScanMeaning, **RESPONSES}, auth=Token("weapon.view"))
def scan(request: HttpRequest, asked: Scan) -> dict[str, object]:
    """Says what one scan means, and which weapons it leads to. Permission: `weapon.view`; weapons at places its holder may not
    see are left out. Appends nothing.
    """
    found = queries.look(asked.text, scope.of(person(request)))
    return {
        **describing.as_data(found.meaning),
        "outcome": found.outcome,
        "weapons": [weapon.id for weapon in found.weapons],
        "near": [weapon.id for weapon in found.near],
        "form": found.form,
    }
