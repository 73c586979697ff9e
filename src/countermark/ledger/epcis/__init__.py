"""EPCIS 2.0 events in JSON (ISO/IEC 19987, section 10; vocabulary from CBV 2.0): the typed model and reading documents.

An event stays the plain JSON object that was received: extensions belong to it. The model says what is wrong with it. It
accepts no event that GS1's JSON schema (formats asserted) refuses; it refuses a little more: event types of a user's own,
IP literals in URIs, numbers beyond 2^53, and what is deeper, longer or larger than any real event.
"""

from countermark.ledger.epcis.documents import DOCUMENT_TYPES, Document, DocumentError, read_document
from countermark.ledger.epcis.model import EVENT_TYPES
from countermark.ledger.epcis.problems import MAX_DEPTH, MAX_EVENT, MAX_PROBLEMS, Problem, known_fields, validate

__all__ = [
    "DOCUMENT_TYPES",
    "EVENT_TYPES",
    "MAX_DEPTH",
    "MAX_EVENT",
    "MAX_PROBLEMS",
    "Document",
    "DocumentError",
    "Problem",
    "known_fields",
    "read_document",
    "validate",
]
