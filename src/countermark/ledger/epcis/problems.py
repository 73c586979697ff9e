"""What is wrong with one event: the model's word on each field, then what the types of single fields cannot say."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from countermark.ledger import jcs
from countermark.ledger.epcis.model import (
    EVENT_TYPES,
    AggregationEvent,
    AssociationEvent,
    ErrorDeclaration,
    Event,
    ObjectEvent,
    PersistentDisposition,
    SensorElement,
    SensorMetadata,
    SensorReport,
    TransactionEvent,
    TransformationEvent,
)
from countermark.ledger.epcis.patterns import EXPECTED, URI, Context

MAX_EVENT = 2**20
MAX_DEPTH = 32
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (`$.epcList[0]`, counted from the object that was checked) and what was expected."""

    path: str
    message: str


def validate(event: Any) -> list[Problem]:
    """What is wrong with one event, at most `MAX_PROBLEMS`; empty when it may be recorded."""
    if not isinstance(event, dict):
        return [Problem("$", "expected an object")]
    kind = EVENT_TYPES.get(event["type"]) if isinstance(event.get("type"), str) else None
    if kind is None:
        return [Problem("$.type", f"expected one of {', '.join(EVENT_TYPES)}")]
    if problem := _too_much(event):
        return [problem]
    try:
        model = msgspec.convert(event, kind)
    except msgspec.ValidationError as error:
        return [*field_problems(event, kind, error), *_key_problems(event, kind)][:MAX_PROBLEMS]
    return [*_key_problems(event, kind), *_rule_problems(model)][:MAX_PROBLEMS]


def _too_much(event: dict[str, Any]) -> Problem | None:
    try:
        text = jcs.encode(event)
    except ValueError as error:
        return Problem("$", f"cannot be recorded unchanged: {error}")
    if jcs.decode(text) != event:
        # A fraction beyond 2^53 is written like an integer, which would come back refused.
        return Problem("$", "cannot be recorded unchanged: a number is beyond 2^53")
    if len(text) > MAX_EVENT:
        return Problem("$", f"larger than {MAX_EVENT} bytes")
    # As few brackets as that cannot nest deeper: most events need no walk.
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH and _deeper_than(event, MAX_DEPTH):
        return Problem("$", f"nested more than {MAX_DEPTH} deep")
    return None


def _deeper_than(value: Any, depth: int) -> bool:
    if type(value) is dict:
        value = value.values()
    elif type(value) is not list:
        return False
    return depth == 0 or any(_deeper_than(one, depth - 1) for one in value)


def field_problems(value: dict[str, Any], model: type[Struct], first: msgspec.ValidationError) -> Iterator[Problem]:
    """One problem for each field that is wrong: the model by itself stops at the first."""
    problems = []
    for field in _single_fields(model):
        try:
            msgspec.convert(value, field)
        except msgspec.ValidationError as error:
            problems.append(_problem(error))
    yield from problems or [_problem(first)]


@lru_cache
def _single_fields(model: type[Struct]) -> list[type[Struct]]:
    """The model cut into models of one field. (Converting to a bare union of constrained types, outside a struct, corrupts
    memory in msgspec 0.22.)
    """
    return [
        msgspec.defstruct(
            f"{model.__name__}_{field.name}",
            [
                (field.name, field.type, msgspec.field(name=field.encode_name))
                if field.required
                else (field.name, field.type, msgspec.field(name=field.encode_name, default=UNSET))
            ],
        )
        for field in msgspec.structs.fields(model)
    ]


_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at (?:`key` in )?`(?P<path>[^`]*)`)?", re.DOTALL)


def _problem(error: msgspec.ValidationError) -> Problem:
    match = _MESSAGE.fullmatch(str(error))
    what, path = (match["what"], match["path"] or "$") if match else (str(error), "$")
    what = what[:1].lower() + what[1:]
    for pattern, expected in EXPECTED.items():
        if repr(pattern) in what:
            what = f"expected {expected}"
    return Problem(path, what.replace("`", ""))


def _key_problems(event: dict[str, Any], kind: type[Event]) -> Iterator[Problem]:
    yield from unknown_keys("$", event, kind)
    error, ilmd = event.get("errorDeclaration"), event.get("ilmd")
    if isinstance(error, dict):
        yield from unknown_keys("$.errorDeclaration", error, ErrorDeclaration)
    if isinstance(ilmd, dict):
        yield from unknown_keys("$.ilmd", ilmd, None)
    elements = event.get("sensorElementList")
    for number, element in enumerate(elements if isinstance(elements, list) else ()):
        yield from _sensor_keys(f"$.sensorElementList[{number}]", element)


def _sensor_keys(path: str, element: Any) -> Iterator[Problem]:
    if not isinstance(element, dict):
        return
    yield from unknown_keys(path, element, SensorElement)
    metadata, reports = element.get("sensorMetadata"), element.get("sensorReport")
    if isinstance(metadata, dict):
        yield from unknown_keys(f"{path}.sensorMetadata", metadata, SensorMetadata)
    for number, report in enumerate(reports if isinstance(reports, list) else ()):
        if isinstance(report, dict):
            yield from unknown_keys(f"{path}.sensorReport[{number}]", report, SensorReport)


def unknown_keys(path: str, value: Iterable[str], model: type[Struct] | None) -> Iterator[Problem]:
    known = known_fields(model) if model else ()
    for key in value:
        if key not in known and not _is_uri(key):
            yield Problem(
                f"{path}.{key}", "is no field of EPCIS 2.0; a field of your own needs a prefix, like example:field"
            )


@lru_cache
def known_fields(model: type[Struct]) -> frozenset[str]:
    # Only an event's type is read before its model is chosen.
    return frozenset(model.__struct_encode_fields__) | ({"type"} if issubclass(model, Event) else frozenset())


_match_uri = re.compile(URI).match


@lru_cache(maxsize=10_000)
def _is_uri(key: str) -> bool:
    return _match_uri(key) is not None


def _rule_problems(event: Event) -> Iterator[Problem]:
    """What the types of single fields cannot say."""
    yield from context_problems(event.context)
    if isinstance(event.certificationInfo, str):
        yield from _uri_problems("$.certificationInfo", [event.certificationInfo])
    match event:
        case ObjectEvent():
            yield from _object_problems(event)
        case TransactionEvent():
            if event.action != "DELETE" and event.epcList is UNSET and not event.quantityList:
                yield Problem("$", "needs an epcList or a quantityList")
        case AggregationEvent() | AssociationEvent():
            if event.action != "DELETE" and not event.childEPCs and not event.childQuantityList:
                yield Problem("$", "needs childEPCs or a childQuantityList")
        case TransformationEvent():
            yield from _transformation_problems(event)


def _object_problems(event: ObjectEvent) -> Iterator[Problem]:
    sensed = event.sensorElementList and event.readPoint
    if event.epcList is UNSET and not event.quantityList and not sensed:
        yield Problem("$", "needs an epcList, a quantityList, or a sensorElementList with a readPoint")
    if event.ilmd is not UNSET and event.action != "ADD":
        yield Problem("$.ilmd", "belongs only to an ADD event")
    yield from _repeated("$.epcList", event.epcList)
    yield from _disposition_problems(event.persistentDisposition)


def _transformation_problems(event: TransformationEvent) -> Iterator[Problem]:
    has_input = bool(event.inputEPCList or event.inputQuantityList)
    has_output = bool(event.outputEPCList or event.outputQuantityList)
    if not (has_input and has_output) and not ((has_input or has_output) and event.transformationID):
        yield Problem("$", "needs inputs and outputs, or one of them with a transformationID")
    yield from _repeated("$.inputEPCList", event.inputEPCList)
    yield from _repeated("$.outputEPCList", event.outputEPCList)
    yield from _disposition_problems(event.persistentDisposition)


def _disposition_problems(dispositions: PersistentDisposition | UnsetType) -> Iterator[Problem]:
    if dispositions is UNSET:
        return
    if dispositions.set is UNSET and dispositions.unset is UNSET:
        yield Problem("$.persistentDisposition", "needs set or unset")
    yield from _repeated("$.persistentDisposition.set", dispositions.set)
    yield from _repeated("$.persistentDisposition.unset", dispositions.unset)


def context_problems(context: Context | UnsetType) -> Iterator[Problem]:
    yield from _uri_problems("$.@context", context if isinstance(context, list) else [context])
    yield from _repeated("$.@context", context)


def _uri_problems(path: str, values: Iterable[Any]) -> Iterator[Problem]:
    for value in values:
        if isinstance(value, str) and not _is_uri(value):
            yield Problem(path, f"expected {EXPECTED[URI]}")


def _repeated(path: str, values: Any) -> Iterator[Problem]:
    if not isinstance(values, list) or len(values) < 2:
        return
    texts = [value if isinstance(value, str) else jcs.encode(value) for value in values]
    if len(set(texts)) < len(texts):
        yield Problem(path, "names something twice")
