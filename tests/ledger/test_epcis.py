import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countermark.ledger import epcis, jcs
from countermark.ledger.eventhash import event_hash

EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "action": "ADD",
    "bizStep": "commissioning",
    "eventTime": "1977-01-01T00:00:00.000Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": ["urn:uuid:8b0f6c2e-5a0c-5c57-9e4b-3e5a9d9a2a11"],
    "countermark:event": "manufacture",
    "countermark:date": {"text": "1977", "precision": "year"},
    "ilmd": {"countermark:ref": "R1", "countermark:marks": [{"component": "frame", "mark": "A 1234"}]},
}
PART: dict[str, Any] = {
    "type": "AssociationEvent",
    "action": "ADD",
    "eventTime": "1977-01-01T00:00:00.000Z",
    "eventTimeZoneOffset": "+00:00",
    "parentID": "urn:uuid:8b0f6c2e-5a0c-5c57-9e4b-3e5a9d9a2a11",
    "childEPCs": ["urn:uuid:00000000-0000-4000-8000-000000000000"],
}
TRANSACTION = {key: value for key, value in EVENT.items() if key != "ilmd"} | {
    "type": "TransactionEvent",
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}],
}
CHANGE = {key: value for key, value in PART.items() if key not in ("action", "parentID", "childEPCs")} | {
    "type": "TransformationEvent",
    "inputEPCList": ["urn:x:1"],
    "outputEPCList": ["urn:x:2"],
}


def document(*events: Any, **fields: Any) -> dict[str, Any]:
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ex.example/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2024-01-01T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
        **fields,
    }


def query_document(*events: Any) -> dict[str, Any]:
    body = {"queryResults": {"queryName": "q", "resultsBody": {"eventList": list(events)}}}
    return document(type="EPCISQueryDocument", epcisBody=body)


def read(value: Any) -> epcis.Document:
    return epcis.read_document(json.dumps(value).encode())


def problems(event: Any) -> dict[str, str]:
    return {problem.path: problem.message for problem in epcis.validate(event)}


@pytest.mark.parametrize("event", [EVENT, PART, TRANSACTION, CHANGE], ids=lambda event: str(event["type"]))
def test_our_own_kinds_of_event_are_good(event: dict[str, Any]) -> None:
    assert epcis.validate(event) == []


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ({"type": "Event"}, "$.type", "expected one of ObjectEvent"),
        ({"action": "REMOVE"}, "$.action", "expected ADD, OBSERVE or DELETE"),
        ({"eventTime": "1977"}, "$.eventTime", "expected a date and time with offset"),
        ({"eventTime": "2023-02-29T00:00:00Z"}, "$.eventTime", "expected a date and time with offset"),
        ({"eventTimeZoneOffset": "+15:00"}, "$.eventTimeZoneOffset", "expected an offset"),
        ({"epcList": ["urn:x:1", "no uri"]}, "$.epcList[1]", "expected a URI"),
        ({"epcList": ["urn:x:1", "urn:x:1"]}, "$.epcList", "names something twice"),
        ({"epcList": 5}, "$.epcList", "expected array, got int"),
        ({"bizStep": "eating"}, "$.bizStep", "expected a business step of CBV 2.0"),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:receiving"}, "$.bizStep", "expected a business step of CBV 2.0"),
        ({"readPoint": {}}, "$.readPoint", "object missing required field id"),
        ({"certificationInfo": "no uri"}, "$.certificationInfo", "expected a URI"),
        ({"@context": ["urn:x:1", "urn:x:1"]}, "$.@context", "names something twice"),
        ({"@context": "no uri"}, "$.@context", "expected a URI"),
        ({"quantityList": [{"epcClass": "urn:x:1", "quantity": "1"}]}, "$.quantityList[0].quantity", "expected float"),
        ({"quantityList": [{"epcClass": "urn:x:1", "size": 1}]}, "$.quantityList[0]", "unknown field size"),
        ({"sourceList": [{"source": "urn:x:1"}]}, "$.sourceList[0]", "missing required field type"),
        ({"ilmd": {"maker": "x"}}, "$.ilmd.maker", "is no field of EPCIS 2.0"),
        ({"action": "OBSERVE"}, "$.ilmd", "belongs only to an ADD event"),
        ({"colour": "red"}, "$.colour", "is no field of EPCIS 2.0"),
        (
            {"errorDeclaration": {"why": 1, "declarationTime": "2024-01-01T00:00:00Z"}},
            "$.errorDeclaration.why",
            "no field",
        ),
        ({"persistentDisposition": {}}, "$.persistentDisposition", "needs set or unset"),
        ({"persistentDisposition": {"set": ["stolen", "stolen"]}}, "$.persistentDisposition.set", "twice"),
        ({"sensorElementList": [{"sensorReport": []}]}, "$.sensorElementList[0].sensorReport", "length >= 1"),
        ({"x:y": 2**53}, "$", "cannot be recorded unchanged"),
        ({"x:y": "\ud800"}, "$", "cannot be recorded unchanged"),
        ({"x:y": "x" * epcis.MAX_EVENT}, "$", "larger than"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(fields: dict[str, Any], path: str, message: str) -> None:
    found = problems({**EVENT, **fields})
    assert list(found) == [path]
    assert message in found[path]


@pytest.mark.parametrize("field", ["type", "action", "eventTime", "eventTimeZoneOffset"])
def test_a_required_field_is_missed(field: str) -> None:
    found = problems({key: value for key, value in EVENT.items() if key != field})
    assert f"$.{field}" in found or field in found["$"]


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        (EVENT, "epcList"),
        (PART, "childEPCs"),
        (TRANSACTION, "epcList"),
        (CHANGE, "inputEPCList"),
        (CHANGE, "outputEPCList"),
    ],
)
def test_an_event_about_nothing_is_refused(event: dict[str, Any], missing: str) -> None:
    assert "needs" in problems({key: value for key, value in event.items() if key != missing})["$"]


def test_removing_everything_needs_no_children() -> None:
    assert (
        epcis.validate({key: value for key, value in PART.items() if key != "childEPCs"} | {"action": "DELETE"}) == []
    )


def test_half_a_transformation_needs_an_id() -> None:
    half = {key: value for key, value in CHANGE.items() if key != "outputEPCList"}
    assert epcis.validate({**half, "transformationID": "urn:x:3"}) == []


def test_a_place_may_be_sensed_without_an_object() -> None:
    sensed = {
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 21.5, "uom": "CEL"}]}],
        "readPoint": {"id": "urn:x:1"},
    }
    assert epcis.validate({key: value for key, value in EVENT.items() if key != "epcList"} | sensed) == []


def test_several_wrong_fields_are_all_named() -> None:
    found = problems({**EVENT, "action": "x", "bizStep": "x", "eventTime": "x", "colour": "red"})
    assert set(found) == {"$.action", "$.bizStep", "$.eventTime", "$.colour"}


@pytest.mark.parametrize("value", [None, 5, "x", [], True])
def test_what_is_no_object_is_no_event(value: Any) -> None:
    assert problems(value) == {"$": "expected an object"}


@pytest.mark.parametrize("wrap", [lambda inner: {"x": inner}, lambda inner: [inner]])
@pytest.mark.parametrize(("depth", "good"), [(epcis.MAX_DEPTH - 1, True), (epcis.MAX_DEPTH, False), (50_000, False)])
def test_deep_nesting_is_refused(wrap: Callable[[Any], Any], depth: int, good: bool) -> None:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    assert (epcis.validate({**EVENT, "x:y": value}) == []) == good


def test_problems_are_cut_off_at_a_number_a_person_can_read() -> None:
    assert len(epcis.validate({**EVENT, **{f"key{number}": 1 for number in range(500)}})) == epcis.MAX_PROBLEMS
    assert len(read(document(*[{}] * 500)).problems) == epcis.MAX_PROBLEMS


@pytest.mark.parametrize("make", [document, query_document])
def test_the_events_of_a_document_are_read_as_received(make: Callable[..., dict[str, Any]]) -> None:
    found = read(make(EVENT, {**PART, "ex:note": 1}))
    assert found.problems == []
    assert found.events == [EVENT, {**PART, "ex:note": 1}]
    assert found.namespaces == {"ex": "https://ex.example/"}


@pytest.mark.parametrize(
    ("make", "path"),
    [(document, "$.epcisBody.eventList"), (query_document, "$.epcisBody.queryResults.resultsBody.eventList")],
)
def test_a_bad_event_is_placed_in_its_document(make: Callable[..., dict[str, Any]], path: str) -> None:
    found = read(make(EVENT, {**EVENT, "action": "x"}))
    assert [problem.path for problem in found.problems] == [f"{path}[1].action"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"schemaVersion": "two"}, "$.schemaVersion"),
        ({"creationDate": "today"}, "$.creationDate"),
        ({"epcisBody": {}}, "$.epcisBody"),
        ({"epcisBody": {"eventList": [5]}}, "$.epcisBody.eventList[0]"),
        ({"colour": "red"}, "$.colour"),
        ({"epcisHeader": {"x": 1}}, "$.epcisHeader.x"),
        ({"@context": 5}, "$.@context"),
    ],
)
def test_what_is_wrong_with_a_document_is_named_with_its_place(fields: dict[str, Any], path: str) -> None:
    found = read(document(EVENT, **fields))
    assert [problem.path for problem in found.problems] == [path]
    assert not found.events


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"5", b'{"type":"ObjectEvent"}', b'{"type":5}', b"\xff", b"[" * 99999]
)
def test_bytes_that_are_no_document_are_refused(data: bytes) -> None:
    with pytest.raises(epcis.DocumentError):
        epcis.read_document(data)


def test_a_body_stands_alone_with_the_prefixes_of_its_document() -> None:
    event = {**EVENT, "ex:note": "ex:value"}
    found = read(document(event))
    (body,) = found.bodies()
    assert event_hash(body) == event_hash(event, found.namespaces)
    assert body["@context"] == {"ex": "https://ex.example/"}
    assert epcis.validate(body) == []


def test_a_body_without_foreign_prefixes_is_left_as_it_was() -> None:
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"gs1": "https://gs1.org/voc/"}]
    assert list(read(document(EVENT, **{"@context": context})).bodies()) == [EVENT]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from([*{*EVENT, *PART, *TRANSACTION, *CHANGE}, "@context", "sensorElementList", "errorDeclaration"])
hostile = st.dictionaries(fields | st.text(), json_values, max_size=4)


@given(st.sampled_from([EVENT, PART, TRANSACTION, CHANGE]), hostile)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_accepted_can_be_recorded_and_hashed(event: dict[str, Any], change: dict[str, Any]) -> None:
    event = {**event, **change}
    if epcis.validate(event) == []:
        assert jcs.decode(jcs.encode(event)) == event
        assert event_hash(event)


@given(hostile, st.sampled_from([document, query_document]), hostile)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_is_read_or_refused(
    event: dict[str, Any], make: Callable[..., dict[str, Any]], top: dict[str, Any]
) -> None:
    data = json.dumps({**make({**EVENT, **event}), **top}).encode()
    try:
        found = epcis.read_document(data)
    except epcis.DocumentError:
        return
    assert all(problem.path.startswith("$") for problem in found.problems)
