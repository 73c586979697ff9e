"""The event model held to GS1's JSON schema and to published documents."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
        if given == verdict and json.loads((OPEN / file).read_bytes()).get("type") in epcis.DOCUMENT_TYPES
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


# Good values, near misses and nonsense for every field: what is drawn is now and then right.
GOOD_URIS = ["urn:uuid:1", "https://example.com/a?b#c", "urn:epc:id:sgtin:9521141.012345.4711", "a:b", "a:"]
BAD_URIS = ["no uri", "/path", "http://exa mple/", "a:ü", "a:%zz", "", "1a:b", "a:b\n"]
ODD_URIS = ["http://[::1]/", "urn:epcglobal:cbv:bizstep:receiving"]
URIS = st.sampled_from([*GOOD_URIS * 25, *BAD_URIS, *ODD_URIS])
GOOD_TIMES = ["2024-02-29T23:59:59Z", "2000-02-29T00:00:00.123456789+14:00", "0001-01-01T00:00:00.000Z"]
BAD_TIMES = [
    "2023-01-01",
    "2023-01-01T24:00:00Z",
    "2023-01-01 00:00:00Z",
    "2023-04-31T00:00:00Z",
    "0000-01-01T00:00:00Z",
]
ODD_TIMES = ["1900-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "2023-01-01T00:00:00", "2023-01-01T00:00:00Z\n"]
TIMES = st.sampled_from([*GOOD_TIMES * 40, *BAD_TIMES, *ODD_TIMES])
NUMBERS = st.sampled_from([*[0, 1, -1.5, 2**53 - 1] * 10, "1", True, None])
NONSENSE: st.SearchStrategy[Any] = st.sampled_from([None, 5, "x", [], {}, True, ["x"], {"x": 1}])
EXTENSION = {"example:x": NONSENSE, "x": NONSENSE}


def mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 40).flatmap(lambda chance: NONSENSE if chance == 40 else good)


def some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    """An object that now and then misses what it needs, and now and then has what it should not."""
    good = {name: value for name, value in optional.items() if name != "x"}
    return st.integers(0, 20).flatmap(
        lambda chance: (
            st.fixed_dictionaries({}, optional=required | optional)
            if chance == 20
            else mostly(st.fixed_dictionaries(required, optional=good))
        )
    )


def lists(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    distinct = st.lists(mostly(items), min_size=1, max_size=2, unique_by=repr)
    return st.integers(0, 20).flatmap(lambda chance: st.lists(items, max_size=3) if chance == 20 else mostly(distinct))


def word(*words: str, wrong: str) -> st.SearchStrategy[Any]:
    return mostly(st.sampled_from([*words * 20, wrong]) | URIS)


QUANTITIES = lists(
    some(
        {"epcClass": URIS},
        {"quantity": NUMBERS, "uom": st.sampled_from([*["KGM", "H87"] * 20, "kg", "K"]), "x": NONSENSE},
    )
)
PLACE = some({"id": URIS}, EXTENSION)
DEVICE = {"deviceID": URIS, "deviceMetadata": URIS, "rawData": URIS, "bizRules": URIS, "time": TIMES, **EXTENSION}
REPORT = some(
    {"type": word("Temperature", "Speed", wrong="https://gs1.org/voc/Speed")},
    DEVICE
    | {
        "exception": word("ALARM_CONDITION", wrong="ALARM"),
        "value": NUMBERS,
        "component": word("x", wrong="w"),
        "stringValue": mostly(st.text(max_size=2)),
        "booleanValue": mostly(st.booleans()),
        "hexBinaryValue": st.sampled_from([*["0aF"] * 20, "g", ""]),
        "uom": mostly(st.text(max_size=2)),
    },
)
SENSORS = lists(some({"sensorReport": lists(REPORT)}, {"sensorMetadata": some({}, DEVICE), **EXTENSION}))
DISPOSITION = word("in_transit", "stolen", wrong="https://ns.gs1.org/cbv/Disp-active")
PAIRS = {
    name: lists(
        some(
            {"type": word("owning_party" if item != "bizTransaction" else "po", wrong="owner"), item: URIS},
            {"x": NONSENSE},
        )
    )
    for name, item in [
        ("bizTransactionList", "bizTransaction"),
        ("sourceList", "source"),
        ("destinationList", "destination"),
    ]
}
DISPOSITIONS = lists(DISPOSITION)
EVENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from([*epcis.EVENT_TYPES]),
        "@context": st.just(CONTEXT),
        "eventTime": st.just("2024-01-01T00:00:00Z") | TIMES,
        "eventTimeZoneOffset": st.sampled_from([*["+00:00", "-14:00"] * 20, "+14:30", "Z"]),
        "action": mostly(st.sampled_from([*["ADD"] * 30, "OBSERVE", "DELETE", "REMOVE"])),
        "parentID": URIS,
        "bizTransactionList": PAIRS["bizTransactionList"],
        **{name: lists(URIS) for name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList")},
    },
    optional={
        "recordTime": TIMES,
        "eventID": URIS,
        "certificationInfo": URIS | lists(URIS),
        "errorDeclaration": some(
            {"declarationTime": TIMES},
            {"reason": word("incorrect_data", wrong="bad"), "correctiveEventIDs": lists(URIS), **EXTENSION},
        ),
        "bizStep": word("receiving", wrong="eating"),
        "disposition": DISPOSITION,
        "persistentDisposition": some({}, {"set": DISPOSITIONS, "unset": DISPOSITIONS, "x": NONSENSE}),
        "readPoint": PLACE,
        "bizLocation": PLACE,
        "sensorElementList": SENSORS,
        "transformationID": URIS,
        "ilmd": some({}, EXTENSION),
        "sourceList": PAIRS["sourceList"],
        "destinationList": PAIRS["destinationList"],
        **{f"{name}uantityList": QUANTITIES for name in ("q", "childQ", "inputQ", "outputQ")},
        **EXTENSION,
    },
)

SUBJECTS = {"epcList", "parentID", "childEPCs", "inputEPCList", "outputEPCList", "bizTransactionList"}
BASIS = {"type", "@context", "eventTime", "eventTimeZoneOffset", "action"} | SUBJECTS
KNOWN = {name: epcis.known_fields(kind) for name, kind in epcis.EVENT_TYPES.items()}


@st.composite
def fitting(draw: st.DrawFn) -> dict[str, Any]:
    """An event with only the fields of its type, or it would hardly ever be accepted."""
    event: dict[str, Any] = draw(EVENTS)
    known = KNOWN[event["type"]]
    kept = {key for key in event if key in known or ":" in key}
    few = draw(st.permutations(sorted(kept - BASIS)))[: draw(st.integers(0, 4))]
    lost = draw(st.sampled_from([*[""] * 20, *sorted((kept & BASIS) - {"@context"})]))
    return {key: event[key] for key in event if key in kept and (key in BASIS or key in few) and key != lost}


@given(fitting())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_the_model_accepts_the_schema_accepts(event: dict[str, Any]) -> None:
    if epcis.validate(event) == []:
        assert [error.message for error in SCHEMA_VALIDATOR.iter_errors(event)] == []


@given(fitting())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_model_refuses_little_more_than_the_schema_does(event: dict[str, Any]) -> None:
    text = json.dumps(event)
    # IP literals, null for a field left out, and the line break that `$` lets through at the end.
    stricter = "[::1]" in text or "null" in text or "\\n" in text
    if not stricter and SCHEMA_VALIDATOR.is_valid(event):
        assert epcis.validate(event) == []
