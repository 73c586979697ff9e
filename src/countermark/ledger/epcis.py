"""EPCIS 2.0 events in JSON (ISO/IEC 19987, section 10; vocabulary from CBV 2.0): the typed model and reading documents.

An event stays the plain JSON object that was received: extensions belong to it. The model says what is wrong with it. It
accepts no event that GS1's JSON schema (formats asserted) refuses; it refuses a little more: event types of a user's own,
IP literals in URIs, numbers beyond 2^53, and what is deeper, longer or larger than any real event.
"""

# The fields keep the standard's own names.
# ruff: noqa: N815

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from countermark.ledger import jcs
from countermark.ledger.eventhash import NAMESPACES, declared

MAX_DOCUMENT = 256 * 2**20
MAX_EVENT = 2**20
MAX_DEPTH = 32
MAX_PROBLEMS = 100

_CHARACTER = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_NAME = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
_URI_BODY = (
    r"[A-Za-z][A-Za-z0-9+.\-]*:"
    rf"(?://(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{{2}})*@)?{_NAME}(?::[0-9]*)?(?:/{_CHARACTER}*)*"
    rf"|/(?:{_CHARACTER}+(?:/{_CHARACTER}*)*)?|(?:{_CHARACTER}+(?:/{_CHARACTER}*)*)?)"
    rf"(?:\?(?:{_CHARACTER}|[/?])*)?(?:#(?:{_CHARACTER}|[/?])*)?\Z"
)
URI = rf"^{_URI_BODY}"
"""RFC 3986 URI (with scheme), without IP literals."""

_LEAP = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
TIME = (
    r"^(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,30})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
"""RFC 3339 date-time."""


def _vocabulary(words: str, taken: str = r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/") -> str:
    """A bare word of the standard, or a URI of one's own that does not stand for a word of the standard."""
    return rf"^(?:(?:{'|'.join(words.split())})\Z|(?!{taken}){_URI_BODY})"


_BIZ_STEP = _vocabulary(
    "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting "
    "decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing "
    "killing loading other packing picking receiving removing repackaging repairing replacing reserving retail_selling "
    "sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting unloading unpacking "
    "void_shipping"
)
_DISPOSITION = _vocabulary(
    "active available completeness_inferred completeness_verified conformant container_closed container_open damaged "
    "destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance "
    "mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled "
    "reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown"
)
_TRANSACTION_TYPE = _vocabulary("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt")
_PARTY_TYPE = _vocabulary("owning_party possessing_party location")
_REASON = _vocabulary("did_not_occur incorrect_data")
_COMPONENT = _vocabulary(
    "x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude "
    "altitude"
)
_GS1_VOC = r"https?://(?:www\.)?gs1\.org/voc/"
_MEASUREMENT = _vocabulary(
    "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance AmountOfSubstancePerUnitVolume "
    "Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance Conductivity Count Density "
    "Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity "
    "ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length "
    "LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass "
    "MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power "
    "Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume "
    "Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction "
    "VolumetricFlux Wavenumber",
    _GS1_VOC,
)
_ALERT = _vocabulary("ALARM_CONDITION ERROR_CONDITION", _GS1_VOC)
_OFFSET = r"^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)\Z"
_UNIT = r"^[A-Z0-9]{2,3}\Z"
_HEX = r"^[A-Fa-f0-9]+\Z"
_VERSION = r"^[0-9]+(?:\.[0-9]+)*\Z"
_ACTION = r"^(?:ADD|OBSERVE|DELETE)\Z"

_EXPECTED = {
    URI: "a URI",
    TIME: "a date and time with offset, like 2026-01-31T09:00:00.000Z",
    _BIZ_STEP: "a business step of CBV 2.0 or a URI of your own",
    _DISPOSITION: "a disposition of CBV 2.0 or a URI of your own",
    _TRANSACTION_TYPE: "a business transaction type of CBV 2.0 or a URI of your own",
    _PARTY_TYPE: "owning_party, possessing_party, location or a URI of your own",
    _REASON: "did_not_occur, incorrect_data or a URI of your own",
    _COMPONENT: "a component of CBV 2.0 or a URI of your own",
    _MEASUREMENT: "a measurement type of GS1 or a URI of your own",
    _ALERT: "ALARM_CONDITION, ERROR_CONDITION or a URI of your own",
    _OFFSET: "an offset like +01:00",
    _UNIT: "a unit of UN/ECE Recommendation 20 (two or three capitals or digits)",
    _HEX: "hexadecimal digits",
    _VERSION: "a version like 2.0",
    _ACTION: "ADD, OBSERVE or DELETE",
}

Uri = Annotated[str, Meta(pattern=URI)]
Time = Annotated[str, Meta(pattern=TIME)]
Disposition = Annotated[str, Meta(pattern=_DISPOSITION)]
Decimal = Annotated[float, Meta(ge=-(2**53) + 1, le=2**53 - 1)]
# A union of a constrained text and a list corrupts memory when msgspec 0.22 frees it: `_uri_problems` looks at the text.
UriOrUris = str | list[Uri]
Context = str | dict[str, Any] | list[str | dict[str, Any]]


class QuantityElement(Struct, forbid_unknown_fields=True):
    epcClass: Uri
    quantity: Decimal | UnsetType = UNSET
    uom: Annotated[str, Meta(pattern=_UNIT)] | UnsetType = UNSET


class BizTransaction(Struct, forbid_unknown_fields=True):
    bizTransaction: Uri
    type: Annotated[str, Meta(pattern=_TRANSACTION_TYPE)] | UnsetType = UNSET


class Source(Struct, forbid_unknown_fields=True):
    type: Annotated[str, Meta(pattern=_PARTY_TYPE)]
    source: Uri


class Destination(Struct, forbid_unknown_fields=True):
    type: Annotated[str, Meta(pattern=_PARTY_TYPE)]
    destination: Uri


class PersistentDisposition(Struct, forbid_unknown_fields=True):
    set: Annotated[list[Disposition], Meta(min_length=1)] | UnsetType = UNSET
    unset: Annotated[list[Disposition], Meta(min_length=1)] | UnsetType = UNSET


class Place(Struct):
    id: Uri


class SensorMetadata(Struct):
    time: Time | UnsetType = UNSET
    startTime: Time | UnsetType = UNSET
    endTime: Time | UnsetType = UNSET
    deviceID: Uri | UnsetType = UNSET
    deviceMetadata: Uri | UnsetType = UNSET
    rawData: Uri | UnsetType = UNSET
    dataProcessingMethod: Uri | UnsetType = UNSET
    bizRules: Uri | UnsetType = UNSET


class SensorReport(Struct):
    type: Annotated[str, Meta(pattern=_MEASUREMENT)]
    exception: Annotated[str, Meta(pattern=_ALERT)] | UnsetType = UNSET
    deviceID: Uri | UnsetType = UNSET
    deviceMetadata: Uri | UnsetType = UNSET
    rawData: Uri | UnsetType = UNSET
    dataProcessingMethod: Uri | UnsetType = UNSET
    bizRules: Uri | UnsetType = UNSET
    time: Time | UnsetType = UNSET
    microorganism: Uri | UnsetType = UNSET
    chemicalSubstance: Uri | UnsetType = UNSET
    coordinateReferenceSystem: Uri | UnsetType = UNSET
    value: Decimal | UnsetType = UNSET
    component: Annotated[str, Meta(pattern=_COMPONENT)] | UnsetType = UNSET
    stringValue: str | UnsetType = UNSET
    booleanValue: bool | UnsetType = UNSET
    hexBinaryValue: Annotated[str, Meta(pattern=_HEX)] | UnsetType = UNSET
    uriValue: Uri | UnsetType = UNSET
    minValue: Decimal | UnsetType = UNSET
    maxValue: Decimal | UnsetType = UNSET
    meanValue: Decimal | UnsetType = UNSET
    sDev: Decimal | UnsetType = UNSET
    percRank: Decimal | UnsetType = UNSET
    percValue: Decimal | UnsetType = UNSET
    uom: str | UnsetType = UNSET


class SensorElement(Struct):
    sensorReport: Annotated[list[SensorReport], Meta(min_length=1)]
    sensorMetadata: SensorMetadata | UnsetType = UNSET


class ErrorDeclaration(Struct):
    declarationTime: Time
    reason: Annotated[str, Meta(pattern=_REASON)] | UnsetType = UNSET
    correctiveEventIDs: list[Uri] | UnsetType = UNSET


class Event(Struct, kw_only=True):
    """What events of all types have in common."""

    eventTime: Time
    eventTimeZoneOffset: Annotated[str, Meta(pattern=_OFFSET)]
    context: Context | UnsetType = msgspec.field(default=UNSET, name="@context")
    recordTime: Time | UnsetType = UNSET
    eventID: Uri | UnsetType = UNSET
    certificationInfo: UriOrUris | UnsetType = UNSET
    errorDeclaration: ErrorDeclaration | UnsetType = UNSET
    bizStep: Annotated[str, Meta(pattern=_BIZ_STEP)] | UnsetType = UNSET
    disposition: Disposition | UnsetType = UNSET
    readPoint: Place | UnsetType = UNSET
    bizLocation: Place | UnsetType = UNSET
    bizTransactionList: list[BizTransaction] | UnsetType = UNSET
    sourceList: list[Source] | UnsetType = UNSET
    destinationList: list[Destination] | UnsetType = UNSET
    sensorElementList: list[SensorElement] | UnsetType = UNSET


class ObjectEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=_ACTION)]
    epcList: list[Uri] | UnsetType = UNSET
    quantityList: list[QuantityElement] | UnsetType = UNSET
    persistentDisposition: PersistentDisposition | UnsetType = UNSET
    ilmd: dict[str, Any] | UnsetType = UNSET


class AggregationEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=_ACTION)]
    parentID: Uri | UnsetType = UNSET
    childEPCs: list[Uri] | UnsetType = UNSET
    childQuantityList: list[QuantityElement] | UnsetType = UNSET


class AssociationEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=_ACTION)]
    parentID: Uri
    childEPCs: list[Uri] | UnsetType = UNSET
    childQuantityList: list[QuantityElement] | UnsetType = UNSET


class TransactionEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=_ACTION)]
    bizTransactionList: Annotated[list[BizTransaction], Meta(min_length=1)]
    parentID: Uri | UnsetType = UNSET
    epcList: list[Uri] | UnsetType = UNSET
    quantityList: list[QuantityElement] | UnsetType = UNSET


class TransformationEvent(Event, kw_only=True):
    inputEPCList: list[Uri] | UnsetType = UNSET
    inputQuantityList: list[QuantityElement] | UnsetType = UNSET
    outputEPCList: list[Uri] | UnsetType = UNSET
    outputQuantityList: list[QuantityElement] | UnsetType = UNSET
    transformationID: Uri | UnsetType = UNSET
    persistentDisposition: PersistentDisposition | UnsetType = UNSET
    ilmd: dict[str, Any] | UnsetType = UNSET


EVENT_TYPES: Mapping[str, type[Event]] = {
    kind.__name__: kind
    for kind in (ObjectEvent, AggregationEvent, AssociationEvent, TransactionEvent, TransformationEvent)
}


class DocumentError(ValueError):
    """Bytes that are no EPCIS document at all; says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (`$.epcList[0]`, counted from the object that was checked) and what was expected."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """The events of a capture or query document, as received, with the prefixes it declares, and what is wrong with it."""

    events: Sequence[dict[str, Any]]
    namespaces: Mapping[str, str]
    problems: Sequence[Problem]

    def bodies(self) -> Iterator[dict[str, Any]]:
        """The events, each able to stand alone: with the prefixes that need declaring in an `@context` of its own."""
        foreign = {prefix: uri for prefix, uri in self.namespaces.items() if NAMESPACES.get(prefix) != uri}
        for event in self.events:
            prefixes = foreign | declared(event.get("@context"))
            yield {**event, "@context": prefixes} if prefixes else event


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
        return [*_field_problems(event, kind, error), *_key_problems(event, kind)][:MAX_PROBLEMS]
    return [*_key_problems(event, kind), *_rule_problems(model)][:MAX_PROBLEMS]


def read_document(data: bytes) -> Document:
    """Reads an EPCISDocument or EPCISQueryDocument in JSON; DocumentError when it is not even that.

    A document with problems is to be refused as a whole; paths start at the document.
    """
    if len(data) > MAX_DOCUMENT:
        raise DocumentError(f"the document is larger than {MAX_DOCUMENT} bytes")
    try:
        document = jcs.decode(data)
    except ValueError as error:
        raise DocumentError(f"not JSON: {error}") from error
    kind = document.get("type") if isinstance(document, dict) else None
    model = _DOCUMENT_TYPES.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise DocumentError(f"expected an object whose type is one of {', '.join(_DOCUMENT_TYPES)}")
    problems = [*_document_problems(document, model)]
    if problems:
        return Document((), {}, problems[:MAX_PROBLEMS])
    path, events = _event_list(document)
    for number, event in enumerate(events):
        problems += [Problem(f"{path}[{number}]{one.path[1:]}", one.message) for one in validate(event)]
        if len(problems) >= MAX_PROBLEMS:
            break
    return Document(events, declared(document["@context"]), problems[:MAX_PROBLEMS])


class _Attribute(Struct):
    id: Uri
    attribute: float | str | dict[str, Any] | UnsetType = UNSET


class _VocabularyElement(Struct):
    id: Uri
    attributes: list[_Attribute] | UnsetType = UNSET
    children: list[Uri] | UnsetType = UNSET


class _Vocabulary(Struct):
    type: Uri
    vocabularyElementList: list[_VocabularyElement] | UnsetType = UNSET


class _MasterData(Struct):
    vocabularyList: list[_Vocabulary] | UnsetType = UNSET


class _Header(Struct):
    epcisMasterData: _MasterData | UnsetType = UNSET


class _Body(Struct):
    eventList: list[dict[str, Any]]


class _EpcisDocument(Struct):
    context: Context = msgspec.field(name="@context")
    type: str
    schemaVersion: Annotated[str, Meta(pattern=_VERSION)]
    creationDate: Time
    epcisBody: _Body
    id: Uri | UnsetType = UNSET
    instanceIdentifier: str | UnsetType = UNSET
    sender: str | UnsetType = UNSET
    receiver: str | UnsetType = UNSET
    epcisHeader: _Header | UnsetType = UNSET


class _ResultsBody(Struct):
    eventList: list[dict[str, Any]]
    vocabularyList: list[_Vocabulary] | UnsetType = UNSET


class _QueryResults(Struct):
    queryName: str
    resultsBody: _ResultsBody
    subscriptionID: str | UnsetType = UNSET


class _QueryBody(Struct):
    queryResults: _QueryResults


class _EpcisQueryDocument(Struct):
    context: Context = msgspec.field(name="@context")
    type: str
    epcisBody: _QueryBody
    id: Uri | UnsetType = UNSET
    schemaVersion: Annotated[str, Meta(pattern=_VERSION)] | UnsetType = UNSET
    creationDate: Time | UnsetType = UNSET


_DOCUMENT_TYPES: Mapping[str, type[Struct]] = {
    "EPCISDocument": _EpcisDocument,
    "EPCISQueryDocument": _EpcisQueryDocument,
}


def _event_list(document: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    body = document["epcisBody"]
    if "queryResults" in body:
        return "$.epcisBody.queryResults.resultsBody.eventList", body["queryResults"]["resultsBody"]["eventList"]
    return "$.epcisBody.eventList", body["eventList"]


def _document_problems(document: dict[str, Any], model: type[Struct]) -> Iterator[Problem]:
    try:
        msgspec.convert(document, model)
    except msgspec.ValidationError as error:
        yield from _field_problems(document, model, error)
        return
    yield from _unknown_keys("$", document, model)
    yield from _context_problems(document["@context"])
    body = document["epcisBody"]
    if "epcisHeader" in document:
        yield from _unknown_keys("$.epcisHeader", document["epcisHeader"], _Header)
    if model is _EpcisQueryDocument:
        yield from _unknown_keys("$.epcisBody", body, _QueryBody)
        results = body["queryResults"]
        yield from _unknown_keys("$.epcisBody.queryResults", results, _QueryResults)
        yield from _unknown_keys("$.epcisBody.queryResults.resultsBody", results["resultsBody"], _ResultsBody)


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


def _field_problems(value: dict[str, Any], model: type[Struct], first: msgspec.ValidationError) -> Iterator[Problem]:
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
    for pattern, expected in _EXPECTED.items():
        if repr(pattern) in what:
            what = f"expected {expected}"
    return Problem(path, what.replace("`", ""))


def _key_problems(event: dict[str, Any], kind: type[Event]) -> Iterator[Problem]:
    yield from _unknown_keys("$", event, kind)
    error, ilmd = event.get("errorDeclaration"), event.get("ilmd")
    if isinstance(error, dict):
        yield from _unknown_keys("$.errorDeclaration", error, ErrorDeclaration)
    if isinstance(ilmd, dict):
        yield from _unknown_keys("$.ilmd", ilmd, None)
    elements = event.get("sensorElementList")
    for number, element in enumerate(elements if isinstance(elements, list) else ()):
        yield from _sensor_keys(f"$.sensorElementList[{number}]", element)


def _sensor_keys(path: str, element: Any) -> Iterator[Problem]:
    if not isinstance(element, dict):
        return
    yield from _unknown_keys(path, element, SensorElement)
    metadata, reports = element.get("sensorMetadata"), element.get("sensorReport")
    if isinstance(metadata, dict):
        yield from _unknown_keys(f"{path}.sensorMetadata", metadata, SensorMetadata)
    for number, report in enumerate(reports if isinstance(reports, list) else ()):
        if isinstance(report, dict):
            yield from _unknown_keys(f"{path}.sensorReport[{number}]", report, SensorReport)


def _unknown_keys(path: str, value: Iterable[str], model: type[Struct] | None) -> Iterator[Problem]:
    known = _known(model) if model else ()
    for key in value:
        if key not in known and not _is_uri(key):
            yield Problem(
                f"{path}.{key}", "is no field of EPCIS 2.0; a field of your own needs a prefix, like example:field"
            )


@lru_cache
def _known(model: type[Struct]) -> frozenset[str]:
    # Only an event's type is read before its model is chosen.
    return frozenset(model.__struct_encode_fields__) | ({"type"} if issubclass(model, Event) else frozenset())


_match_uri = re.compile(URI).match


@lru_cache(maxsize=10_000)
def _is_uri(key: str) -> bool:
    return _match_uri(key) is not None


def _rule_problems(event: Event) -> Iterator[Problem]:
    """What the types of single fields cannot say."""
    yield from _context_problems(event.context)
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


def _context_problems(context: Context | UnsetType) -> Iterator[Problem]:
    yield from _uri_problems("$.@context", context if isinstance(context, list) else [context])
    yield from _repeated("$.@context", context)


def _uri_problems(path: str, values: Iterable[Any]) -> Iterator[Problem]:
    for value in values:
        if isinstance(value, str) and not _is_uri(value):
            yield Problem(path, f"expected {_EXPECTED[URI]}")


def _repeated(path: str, values: Any) -> Iterator[Problem]:
    if not isinstance(values, list) or len(values) < 2:
        return
    texts = [value if isinstance(value, str) else jcs.encode(value) for value in values]
    if len(set(texts)) < len(texts):
        yield Problem(path, "names something twice")
