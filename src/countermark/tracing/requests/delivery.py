"""Taking messages to other nodes over HTTP: store and forward, again and again until the other side says it has them."""

import json
import logging
import urllib.request
from collections.abc import Iterator

from countermark.ledger import nodes
from countermark.ledger.services import NODE, Actor
from countermark.tracing.requests import queries, services
from countermark.tracing.requests.states import Request

PATH = "/exchange/messages/"
SECONDS = 20
LONGEST_ANSWER = 10_000

_logger = logging.getLogger(__name__)


def set_address(origin: str, url: str, *, by: Actor) -> None:
    """Where a peer's node answers; empty takes it away. Raises `NotSaid` for an address that is not `https` (or loopback)."""
    if url and not nodes.is_address(url):
        raise services.refusal("an address begins with https:// (%(url)s does not)", url=url)
    nodes.set_address(origin, url, by=by)


def address(origin: str) -> str:
    """Where a peer's node answers, or nothing."""
    return nodes.address(origin)


def deliver_all() -> Iterator[tuple[str, int, str]]:
    """Tries to deliver what is undelivered, in order: (request, number, `delivered` or why not)."""
    for request in queries.undelivered():
        if url := address(request.peer):
            yield from _deliver(request, url)


def _deliver(request: Request, url: str) -> Iterator[tuple[str, int, str]]:
    for one in request.undelivered:
        number = one.envelope.number
        try:
            received = _post(url + PATH, services.sealed(request, number))
        except (OSError, ValueError, services.NotSaid) as error:
            _logger.info("message %s of %s was not delivered: %s", number, request.id, error)
            yield request.id, number, str(error) or type(error).__name__
            return
        services.delivered(request.id, min(received, number), by=NODE)
        yield request.id, number, "delivered"


opener = nodes.opener


def _post(url: str, token: str) -> int:
    headers = {"Content-Type": "application/jose"}
    asked = urllib.request.Request(url, token.encode(), headers, method="POST")  # noqa: S310 - only https gets in
    with opener.open(asked, timeout=SECONDS) as answer:
        said = json.loads(answer.read(LONGEST_ANSWER))
    return int(said["received"]) if isinstance(said, dict) and isinstance(said.get("received"), int) else 0
