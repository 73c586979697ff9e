"""The published JSON Schemas: what `marking check` and `plan` read and write, and what a profile may hold."""

from typing import Any, Literal

import msgspec

from countermark.marking.comparison import Option, Stock
from countermark.marking.description import Description
from countermark.marking.profiles import Change, Profile
from countermark.marking.rules.planning import PlannedMark, Space


class FindingShape(msgspec.Struct):
    """One finding (contract, *Marking*)."""

    rule: str
    profile: str
    force: Literal["binding", "political", "advisory"]
    verdict: Literal["met", "missing", "refused", "advice", "unknown"]
    component: str | None
    attribute: str
    message: str
    source: str
    confidence: Literal["read", "memory"]


class AnswerShape(msgspec.Struct, omit_defaults=True):
    """What `marking check` and `marking plan` print; the optional members are a plan's."""

    verdicts: dict[str, Literal["compliant", "not_compliant", "incomplete", "exempt", "not_applicable"]]
    findings: list[FindingShape]
    marks: list[PlannedMark]
    space: list[Space]
    planned_verdicts: dict[str, str] | None = None
    strictest: list[dict[str, Any]] | None = None
    conflicts: list[dict[str, Any]] | None = None
    made_under: dict[str, str] | None = None


class Comparing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `marking compare` reads: a stock, and ways to mark it."""

    stock: Stock
    options: list[Option]


NAMES: dict[str, type[msgspec.Struct]] = {
    "marking": Description,
    "marking-answer": AnswerShape,
    "marking-comparison": Comparing,
    "marking-profile": Profile,
    "marking-change": Change,
}


def schema(name: str) -> dict[str, Any]:
    """A JSON Schema (2020-12) by its name in `NAMES`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Countermark {name}",
        **msgspec.json.schema(NAMES[name]),
    }
