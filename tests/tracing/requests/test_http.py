"""Where other nodes hand their messages in, and how ours are taken to them."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client

from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.tracing.requests import delivery, queries
from countermark.tracing.requests import services as requests
from countermark.tracing.requests.services import NotSaid
from tests.tracing.requests.test_conversation import BODIES
from tests.tracing.requests.test_services import NODE, THEIRS, Peer, asked, peer

__all__ = ["peer"]

pytestmark = pytest.mark.django_db

PATH = "/exchange/messages/"


def _post(client: Client, data: bytes | str) -> Any:
    return client.post(PATH, data=data, content_type="application/jose")


def test_a_message_of_a_known_node_is_taken_without_signing_in(client: Client, peer: Peer) -> None:
    request = asked()
    answer = _post(client, peer.sealed(peer.says(request.id, 1, 2, "acknowledgement")))
    assert (answer.status_code, json.loads(answer.content)) == (202, {"received": 1})


def test_a_message_sent_twice_is_answered_alike(client: Client, peer: Peer) -> None:
    token = peer.sealed(peer.says(asked().id, 1, 2, "acknowledgement"))
    _post(client, token)
    assert _post(client, token).status_code == 202


def test_an_answer_larger_than_a_form_may_be_is_taken(client: Client, peer: Peer) -> None:
    said = peer.says(asked().id, 1, 2, "answer", body={**BODIES["answer"], "text": "x" * 3_000_000})
    assert _post(client, peer.sealed(said)).status_code == 202


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"x" * 1000, b"a.b.c.d.e"])
def test_anything_else_is_refused_and_says_no_more(client: Client, peer: Peer, data: bytes) -> None:
    size = store.total_size()
    answer = _post(client, data)
    assert (answer.status_code, json.loads(answer.content)) == (400, {"status": "refused"})
    assert store.total_size() == size


def test_the_door_is_for_handing_in_only(client: Client) -> None:
    assert client.get(PATH).status_code == 405


@pytest.mark.parametrize("url", ["http://example.org", "ftp://127.0.0.1", "file:///etc/passwd", "nonsense"])
def test_an_address_that_is_not_encrypted_is_refused(peer: Peer, url: str) -> None:
    with pytest.raises(NotSaid, match="https"):
        delivery.set_address(THEIRS, url, by=NODE)


class _Elsewhere(BaseHTTPRequestHandler):
    """A node on this machine that answers as it is told."""

    status, said, taken, url = 202, b'{"received": 1}', 0, ""

    def do_POST(self) -> None:
        type(self).taken += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, *_args: Any) -> None:
        """Tests print nothing."""


@pytest.fixture
def elsewhere() -> Iterator[type[_Elsewhere]]:

    class Handler(_Elsewhere):
        """One for each test: what it counts is its own."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    Handler.url = f"http://127.0.0.1:{server.server_port}"
    yield Handler
    server.shutdown()
    server.server_close()


def _state(request_id: str) -> Any:
    found = queries.request(request_id)
    assert found is not None
    return found


def test_a_message_is_delivered_and_not_sent_again(peer: Peer, elsewhere: Any) -> None:
    delivery.set_address(THEIRS, elsewhere.url, by=NODE)
    request = asked()
    assert [result for _, _, result in delivery.deliver_all()] == ["delivered"]
    assert (list(delivery.deliver_all()), elsewhere.taken) == ([], 1)
    assert _state(request.id).undelivered == ()


def test_only_requests_with_something_undelivered_are_read(
    peer: Peer, elsewhere: Any, django_assert_max_num_queries: Any
) -> None:
    delivery.set_address(THEIRS, elsewhere.url, by=NODE)
    asked()
    list(delivery.deliver_all())
    waits = asked()

    assert [one.id for one in queries.undelivered()] == [waits.id]
    list(delivery.deliver_all())
    with django_assert_max_num_queries(1):
        assert list(delivery.deliver_all()) == []


def test_what_the_other_side_says_it_has_is_delivered_however_it_came(peer: Peer) -> None:
    request = asked()
    requests.receive(peer.sealed(peer.says(request.id, 1, 2, "acknowledgement", received=1)), by=NODE)

    assert _state(request.id).undelivered == ()
    assert list(queries.undelivered()) == []
    assert verify().ok


@pytest.mark.parametrize(
    ("status", "said"), [(500, b""), (202, b"nonsense"), (302, b""), (400, b'{"status": "refused"}')]
)
def test_a_message_that_is_not_taken_stays_in_the_outbox(peer: Peer, elsewhere: Any, status: int, said: bytes) -> None:
    elsewhere.status, elsewhere.said = status, said
    delivery.set_address(THEIRS, elsewhere.url, by=NODE)
    request = asked()
    assert [result for _, _, result in delivery.deliver_all()] != ["delivered"]
    assert len(_state(request.id).undelivered) == 1


def test_a_node_that_is_away_is_tried_again_later(peer: Peer) -> None:
    delivery.set_address(THEIRS, "http://127.0.0.1:9", by=NODE)
    request = asked()
    list(delivery.deliver_all())
    assert len(_state(request.id).undelivered) == 1


def test_a_peer_that_claims_more_than_was_sent_is_not_believed(peer: Peer, elsewhere: Any) -> None:
    elsewhere.said = b'{"received": 99}'
    delivery.set_address(THEIRS, elsewhere.url, by=NODE)
    request = asked()
    list(delivery.deliver_all())
    assert _state(request.id).delivered == 1
