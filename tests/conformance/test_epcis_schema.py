"""The event model held to GS1's JSON schema and to published documents."""

import csv
import json
import os
from pathlib import Path

import jsonschema
import pytest

from countermark.ledger import epcis

DATA = Path(os.environ.get("COUNTERMARK_CONFORMANCE_DATA", Path(__file__).parents[3] / "shared" / "data"))
OPEN = DATA / "epcis" / "open"
if not OPEN.is_dir():
    pytest.skip(f"no conformance material in {OPEN}", allow_module_level=True)

SCHEMA = json.loads((OPEN / "gs1-epcis" / "artefacts" / "EPCIS-JSON-Schema.json").read_bytes())
SCHEMA_VALIDATOR = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"

with (OPEN / "manifest.tsv").open(encoding="utf-8", newline="") as manifest:
    VERDICTS = {
        row["file"]: row["json_schema_with_formats"]
        for row in csv.DictReader(manifest, delimiter="\t")
        if row["json_schema_with_formats"]
    }


def documents(verdict: str) -> list[str]:
    """Capture and query documents: a bare event or a query is none."""
    return sorted(
        file
        for file, given in VERDICTS.items()
        if given == verdict and json.loads((OPEN / file).read_bytes()).get("type") in epcis._DOCUMENT_TYPES
    )


def test_the_schema_is_asserted_with_its_formats() -> None:
    assert {"uri", "date-time"} <= set(jsonschema.Draft7Validator.FORMAT_CHECKER.checkers)


def test_there_is_enough_to_judge_by() -> None:
    assert len(documents("valid")) >= 60
    assert len(documents("invalid")) >= 8


@pytest.mark.parametrize("file", documents("valid"))
def test_a_document_the_schema_accepts_is_accepted(file: str) -> None:
    document = epcis.read_document((OPEN / file).read_bytes())
    assert document.problems == []
    assert document.events


@pytest.mark.parametrize("file", documents("invalid"))
def test_a_document_the_schema_refuses_is_refused_with_a_place(file: str) -> None:
    problems = epcis.read_document((OPEN / file).read_bytes()).problems
    assert problems
    assert all(problem.path.startswith("$") and problem.message for problem in problems)
