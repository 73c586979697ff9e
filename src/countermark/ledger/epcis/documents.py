"""Capture and query documents in JSON (ISO/IEC 19987, section 10)."""

# The fields keep the standard's own names.
# ruff: noqa: N815

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from countermark.ledger import jcs
from countermark.ledger.epcis.patterns import VERSION, Context, Time, Uri
from countermark.ledger.epcis.problems import (
    MAX_PROBLEMS,
    Problem,
    context_problems,
    field_problems,
    unknown_keys,
    validate,
)
from countermark.ledger.eventhash import NAMESPACES, declared

MAX_DOCUMENT = 256 * 2**20


class DocumentError(ValueError):
    """Bytes that are no EPCIS document at all; says why."""


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
    model = DOCUMENT_TYPES.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise DocumentError(f"expected an object whose type is one of {', '.join(DOCUMENT_TYPES)}")
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
    schemaVersion: Annotated[str, Meta(pattern=VERSION)]
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
    schemaVersion: Annotated[str, Meta(pattern=VERSION)] | UnsetType = UNSET
    creationDate: Time | UnsetType = UNSET


DOCUMENT_TYPES: Mapping[str, type[Struct]] = {
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
        yield from field_problems(document, model, error)
        return
    yield from unknown_keys("$", document, model)
    yield from context_problems(document["@context"])
    body = document["epcisBody"]
    if "epcisHeader" in document:
        yield from unknown_keys("$.epcisHeader", document["epcisHeader"], _Header)
    if model is _EpcisQueryDocument:
        yield from unknown_keys("$.epcisBody", body, _QueryBody)
        results = body["queryResults"]
        yield from unknown_keys("$.epcisBody.queryResults", results, _QueryResults)
        yield from unknown_keys("$.epcisBody.queryResults.resultsBody", results["resultsBody"], _ResultsBody)
