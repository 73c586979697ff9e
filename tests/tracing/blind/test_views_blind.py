"""The page of the blind check: several States at once, files in and out, and who may ask here."""

import html
import io
from typing import Any, Self

import pytest
from django.test import Client

from countermark.ledger import sealing
from countermark.tracing.blind import http, messages, psi, queries
from countermark.tracing.blind import services as blind
from countermark.tracing.requests import delivery
from tests.register import people
from tests.tracing.blind.test_blind_services import (
    ANN,
    SECRET,
    THEIR_PART,
    THEIR_SETUP,
    answering,
    opened,
    part_of,
    peer,
    question,
    reply_of_peer,
)
from tests.tracing.requests.test_services import THEIRS, Peer

__all__ = ["answering", "peer"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def carol() -> Client:
    return people.signed_in("carol", "contact")


def page_of(client: Client, answer: Any = None) -> str:
    shown = answer or client.get("/requests/blind/")
    return html.unescape(shown.content.decode())


def named(name: str, text: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = name
    return file


def asked_by_file(client: Client, reading: str = "A818304") -> tuple[str, str]:
    """The question in the list and its file."""
    client.post("/requests/blind/", {"peers": [THEIRS], "reading": reading})
    (one,) = queries.questions()
    return one.id, client.get(f"/requests/blind/{one.id}/question/").content.decode()


def test_a_state_without_an_address_is_asked_by_file_and_its_reply_taken_in(peer: Peer, carol: Client) -> None:
    _, token = asked_by_file(carol)
    assert "no reply yet" in page_of(carol)
    part = messages.sealed_part(THEIR_SETUP, sealing.own_public_key())
    reply = named("reply.jose", f"{reply_of_peer(peer, token)}\n{part}\n")
    assert carol.post("/requests/blind/take/", {"file": reply}).status_code == 302
    page = page_of(carol)
    assert "knows such a mark" in page
    assert 'href="/requests/new/?to=XB&reading=AB18304"' in page


def test_a_file_that_is_no_reply_is_refused_beside_its_field(peer: Peer, carol: Client) -> None:
    answer = carol.post("/requests/blind/take/", {"file": named("x", "nothing")})
    assert answer.status_code == 422
    assert carol.post("/requests/blind/take/").status_code == 422


class OneAfterTheOther:
    """A pool that asks in the test's own thread, where its store is."""

    def __init__(self, _: int) -> None:
        self.map = map

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def test_several_states_are_asked_at_once_and_each_says_what_it_knows(
    peer: Peer, carol: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(url: str, token: str, longest: int) -> str:
        replies.append(token)
        if longest == messages.LONGEST_PART:
            return messages.sealed_part(THEIR_SETUP, sealing.own_public_key())
        return reply_of_peer(peer, token)

    replies: list[str] = []
    monkeypatch.setattr(http, "_post", post)
    monkeypatch.setattr(http, "ThreadPoolExecutor", OneAfterTheOther)
    delivery.set_address(THEIRS, "https://xb.example", by=ANN)
    carol.post("/requests/blind/", {"peers": [THEIRS], "reading": "AB18304"})
    carol.post("/requests/blind/", {"peers": [THEIRS], "reading": "QQ99999"})
    assert len(replies) == 3
    assert [one.known for one in queries.questions()] == [(), ("AB18304",)]
    assert queries.held(THEIRS) == (THEIR_PART,)


def test_a_state_that_does_not_answer_keeps_no_other_from_being_asked(peer: Peer) -> None:
    delivery.set_address(THEIRS, "http://127.0.0.1:9", by=ANN)
    told = http.ask_all([THEIRS, "XC/main/1"], "AB18304", by=ANN)
    assert ["does not answer" in str(told[0]), "no address" in str(told[1])] == [True, True]
    assert [one.taken for one in queries.questions()] == [""]


def test_a_question_that_came_as_a_file_is_answered_with_a_file(answering: Peer, carol: Client) -> None:
    answer = carol.post("/requests/blind/answer/", {"file": named("q", question(answering))})
    first, second = b"".join(answer).decode().splitlines()
    said = opened(answering, first)
    assert psi.hits(SECRET, part_of(answering, second), said.points) == [0]
    assert carol.post("/requests/blind/answer/", {"file": named("q", "?")}).status_code == 422


def test_who_may_ask_and_how_often_is_set_on_the_page(answering: Peer, carol: Client) -> None:
    assert "at most 20 times" in page_of(carol)
    carol.post("/requests/blind/answering/", {"answering": "on", "opened": [THEIRS], "per_day": "3"})
    assert "at most 3 times" in page_of(carol)
    carol.post("/requests/blind/answering/", {"opened": [THEIRS], "per_day": "3"})
    assert "answers no blind questions" in page_of(carol)
    carol.post("/requests/blind/answering/", {"answering": "on", "per_day": "3"})
    assert not blind.is_open_to(THEIRS)
    assert carol.post("/requests/blind/answering/", {"per_day": "-1"}).status_code == 422


def test_who_only_drafts_is_not_offered_the_switch(answering: Peer) -> None:
    assert "Change who may ask" not in page_of(people.signed_in("tom", "tracing"))


def test_a_mark_that_cannot_be_asked_about_is_refused_with_the_reason(peer: Peer, carol: Client) -> None:
    answer = carol.post("/requests/blind/", {"peers": [THEIRS], "reading": "A*"}, follow=True)
    assert "run of unreadable places" in page_of(carol, answer)
    assert queries.questions() == []
    assert carol.post("/requests/blind/", {"reading": "AB18304"}).status_code == 422
