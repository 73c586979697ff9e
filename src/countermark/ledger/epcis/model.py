"""The events of EPCIS 2.0 (ISO/IEC 19987, section 7) as types."""

# The fields keep the standard's own names.
# ruff: noqa: N815

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from countermark.ledger.epcis.patterns import (
    ACTION,
    ALERT,
    BIZ_STEP,
    COMPONENT,
    HEX,
    MEASUREMENT,
    OFFSET,
    PARTY_TYPE,
    REASON,
    TRANSACTION_TYPE,
    UNIT,
    Context,
    Decimal,
    Disposition,
    Time,
    Uri,
    UriOrUris,
)


class QuantityElement(Struct, forbid_unknown_fields=True):
    epcClass: Uri
    quantity: Decimal | UnsetType = UNSET
    uom: Annotated[str, Meta(pattern=UNIT)] | UnsetType = UNSET


class BizTransaction(Struct, forbid_unknown_fields=True):
    bizTransaction: Uri
    type: Annotated[str, Meta(pattern=TRANSACTION_TYPE)] | UnsetType = UNSET


class Source(Struct, forbid_unknown_fields=True):
    type: Annotated[str, Meta(pattern=PARTY_TYPE)]
    source: Uri


class Destination(Struct, forbid_unknown_fields=True):
    type: Annotated[str, Meta(pattern=PARTY_TYPE)]
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
    type: Annotated[str, Meta(pattern=MEASUREMENT)]
    exception: Annotated[str, Meta(pattern=ALERT)] | UnsetType = UNSET
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
    component: Annotated[str, Meta(pattern=COMPONENT)] | UnsetType = UNSET
    stringValue: str | UnsetType = UNSET
    booleanValue: bool | UnsetType = UNSET
    hexBinaryValue: Annotated[str, Meta(pattern=HEX)] | UnsetType = UNSET
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
    reason: Annotated[str, Meta(pattern=REASON)] | UnsetType = UNSET
    correctiveEventIDs: list[Uri] | UnsetType = UNSET


class Event(Struct, kw_only=True):
    """What events of all types have in common."""

    eventTime: Time
    eventTimeZoneOffset: Annotated[str, Meta(pattern=OFFSET)]
    context: Context | UnsetType = msgspec.field(default=UNSET, name="@context")
    recordTime: Time | UnsetType = UNSET
    eventID: Uri | UnsetType = UNSET
    certificationInfo: UriOrUris | UnsetType = UNSET
    errorDeclaration: ErrorDeclaration | UnsetType = UNSET
    bizStep: Annotated[str, Meta(pattern=BIZ_STEP)] | UnsetType = UNSET
    disposition: Disposition | UnsetType = UNSET
    readPoint: Place | UnsetType = UNSET
    bizLocation: Place | UnsetType = UNSET
    bizTransactionList: list[BizTransaction] | UnsetType = UNSET
    sourceList: list[Source] | UnsetType = UNSET
    destinationList: list[Destination] | UnsetType = UNSET
    sensorElementList: list[SensorElement] | UnsetType = UNSET


class ObjectEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=ACTION)]
    epcList: list[Uri] | UnsetType = UNSET
    quantityList: list[QuantityElement] | UnsetType = UNSET
    persistentDisposition: PersistentDisposition | UnsetType = UNSET
    ilmd: dict[str, Any] | UnsetType = UNSET


class AggregationEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=ACTION)]
    parentID: Uri | UnsetType = UNSET
    childEPCs: list[Uri] | UnsetType = UNSET
    childQuantityList: list[QuantityElement] | UnsetType = UNSET


class AssociationEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=ACTION)]
    parentID: Uri
    childEPCs: list[Uri] | UnsetType = UNSET
    childQuantityList: list[QuantityElement] | UnsetType = UNSET


class TransactionEvent(Event, kw_only=True):
    action: Annotated[str, Meta(pattern=ACTION)]
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
