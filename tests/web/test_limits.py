"""Bodies are cut off before they are kept, whether or not they state their length."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from countermark.web.limits import BodyLimit, Message, Receive, Send

LIMIT, UPLOAD, PICTURES = 100, 1000, 300


async def reads_everything(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Like Django: the whole body first, no answer when the client went away."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def status(chunks: list[bytes], path: str = "/trace/", headers: dict[bytes, bytes] | None = None) -> int:
    """The answer to a body sent in chunks."""
    waiting = [{"type": "http.request", "body": c, "more_body": n < len(chunks)} for n, c in enumerate(chunks, 1)]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": list((headers or {}).items())}
    asyncio.run(BodyLimit(reads_everything, LIMIT, UPLOAD, PICTURES)(scope, receive, send))
    return int(sent[0]["status"])


def test_a_body_within_the_limit_is_read() -> None:
    assert status([b"x" * LIMIT]) == 200


def test_a_body_that_states_too_much_is_refused_unread() -> None:
    assert status([], headers={b"content-length": b"101"}) == 413


def test_a_body_that_states_no_length_is_cut_off() -> None:
    assert status([b"x" * 60] * 50) == 413


def test_a_body_that_states_less_than_it_has_is_cut_off() -> None:
    assert status([b"x" * 60] * 2, headers={b"content-length": b"5"}) == 413


def test_a_form_with_photographs_may_be_larger_but_not_as_large_as_an_upload() -> None:
    assert status([b"x" * 60] * 5, "/marking/consultations/new/") == 200
    assert status([b"x" * 60] * 6, "/marking/consultations/new/") == 413


@pytest.mark.parametrize("path", ["/import/", "/api/loads"])
def test_an_upload_may_be_larger(path: str) -> None:
    assert status([b"x" * 60] * 10, path) == 200
    assert status([b"x" * 60] * 20, path) == 413
