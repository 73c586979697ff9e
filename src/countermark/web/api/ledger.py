"""The ledger: the signed checkpoint, proofs, and entries as they are stored."""

from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from countermark.ledger import contacts, exchange, guard, services, store
from countermark.web.api.allowed import Token
from countermark.web.api.problems import MISSING
from countermark.web.api.texts import Strict
from countermark.web.api.weapons import full_event_id

router = Router(tags=["ledger"])

LARGEST = 1 << 40
ENTRIES_MAX = 10_000

Size = Annotated[int, Field(ge=0, le=LARGEST)]


@router.get(
    "/ledger/checkpoint",
    response={200: None, **MISSING},
    auth=Token("ledger.view"),
    openapi_extra={"x-media-type": "text/plain"},
)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed checkpoint of this node's log (C2SP signed note). Permission: `ledger.view`."""
    return HttpResponse(guard.sign_current(services.require_own_log()), content_type="text/plain; charset=utf-8")


class Inclusion(Schema):
    """That an entry is in the log, by RFC 9162; lower-case hex."""

    leaf_index: int
    tree_size: int
    leaf_hash: str
    proof: list[str]
    root_hash: str


class At(Strict):
    """The size of the tree to prove in; the whole log when left out."""

    at: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


@router.get("/ledger/proof/{path:event_id}", response={200: Inclusion, **MISSING}, auth=Token("ledger.view"))
def proof(request: HttpRequest, event_id: str, asked: Query[At]) -> dict[str, Any]:
    """Proves that an entry is in the log. Permission: `ledger.view`. The eventID goes into the path percent-encoded, with or
    without its leading `ni:///`.
    """
    return exchange.inclusion(full_event_id(event_id), asked.at)


class Consistency(Schema):
    """That the log of `new` entries begins with that of `old`."""

    old: int
    new: int
    proof: list[str]


class Between(Strict):
    """Two sizes of the log."""

    old: Size
    new: Size


@router.get("/ledger/consistency", response={200: Consistency, **MISSING}, auth=Token("ledger.view"))
def consistency(request: HttpRequest, asked: Query[Between]) -> dict[str, Any]:
    """Proves that nothing was changed between two sizes of the log. Permission: `ledger.view`."""
    return exchange.consistency(services.require_own_log(), asked.old, asked.new)


class ReplicatingNode(Schema):
    """A node of this State in the directory. `behind` entries were missing here at the end of the last exchange, `ahead` there; null
    before the first one. `taken` of the `held` entries of its log are here with all that belongs to them.
    """

    origin: str
    verifier_key: str
    admission: Literal["admitted", "ended", ""]
    address: str
    held: int
    taken: int
    tried: str
    reached: str
    behind: int | None
    ahead: int | None
    problem: str


@router.get("/ledger/nodes", response={200: list[ReplicatingNode], **MISSING}, auth=Token("ledger.view"))
def nodes(request: HttpRequest) -> list[dict[str, Any]]:
    """The nodes this one replicates with, and how far apart they are. Permission: `ledger.view`."""
    return [asdict(state) for state in contacts.states()]


class Span(Schema):
    """Where to begin, and how many entries at most."""

    start: Annotated[int, Field(ge=0, le=LARGEST, alias="from")] = 0
    limit: Annotated[int, Field(ge=1, le=ENTRIES_MAX)] = 1000


@router.get(
    "/ledger/entries",
    response={200: None, **MISSING},
    auth=Token("ledger.view"),
    openapi_extra={"x-media-type": "application/x-ndjson"},
)
def entries(request: HttpRequest, asked: Query[Span]) -> HttpResponse:
    """Entries of this node's log as stored, one a line, from an index on. Permission: `ledger.view`. The header
    `Countermark-Next` names the index to go on with, and is left out at the end.
    """
    log = services.require_own_log()
    size = store.size(log)
    end = min(size, asked.start + asked.limit)
    lines = [data for _, _, _, data in islice(store.raw_entries(log, asked.start, max(end, asked.start)), asked.limit)]
    headers = {"Countermark-Next": str(end)} if end < size else {}
    body = b"".join(line + b"\n" for line in lines)
    return HttpResponse(body, content_type="application/x-ndjson; charset=utf-8", headers=headers)
