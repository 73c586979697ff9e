"""The blind check for programs: asked, answered by file, and who may ask here."""

from typing import Any

import pytest

from countermark.ledger import sealing
from countermark.tracing.blind import messages
from countermark.tracing.requests import delivery
from tests.tracing.blind.test_blind_services import ANN, THEIR_SETUP, peer, reply_of_peer
from tests.tracing.requests.test_services import THEIRS, Peer
from tests.web.test_api import Program
from tests.web.test_api_tracing import program, put

__all__ = ["peer"]
pytestmark = pytest.mark.django_db

ASKED = {"peers": [THEIRS], "reading": "A818304"}


@pytest.fixture
def carol(peer: Peer) -> Program:
    return program()


def sent(sender: Program, text: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("reply.jose", text.encode())
    return sender.client.post("/api/blind/replies", {"file": file}, headers=sender.headers)


def test_a_question_goes_as_a_file_and_its_reply_comes_as_one(peer: Peer, carol: Program) -> None:
    (asked,) = carol.post("blind/questions", ASKED).json()["questions"]
    assert (asked["taken"], asked["hit"]) == ("", False)
    token = carol.get(f"blind/questions/{asked['id']}/file").content.decode()
    part = messages.sealed_part(THEIR_SETUP, sealing.own_public_key())
    reply = f"{reply_of_peer(peer, token)}\n{part}\n"
    told = sent(carol, reply).json()
    assert (told["hit"], told["known"], told["made"]) == (True, ["AB18304"], "2026-11-25")
    assert sent(carol, reply).json()["known"] == told["known"]
    assert carol.get("blind/questions").json() == [carol.get(f"blind/questions/{asked['id']}").json()]


def test_a_question_sent_twice_with_one_key_is_asked_once(carol: Program) -> None:
    key = {"Idempotency-Key": "k1"}
    first, again = (carol.post("blind/questions", ASKED, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["questions"] == again.json()["questions"]


def test_a_node_that_does_not_answer_is_named_and_its_question_kept(carol: Program) -> None:
    delivery.set_address(THEIRS, "http://127.0.0.1:9", by=ANN)
    told = carol.post("blind/questions", ASKED).json()
    assert [one["peer"] for one in told["problems"]] == [THEIRS]
    assert len(told["questions"]) == 1


@pytest.mark.parametrize("wrong", [{"peers": ["XZ/main/1"]}, {"reading": "A*"}, {"peers": []}])
def test_what_cannot_be_asked_is_refused(carol: Program, wrong: dict[str, Any]) -> None:
    assert carol.post("blind/questions", {**ASKED, **wrong}).status_code == 422
    assert carol.get("blind/questions").json() == []


def test_a_file_that_is_no_reply_is_refused(carol: Program) -> None:
    assert sent(carol, "nothing").status_code == 422
    assert carol.get("blind/questions/nobody").status_code == 404
    assert carol.get("blind/questions/nobody/file").status_code == 404


def test_who_may_ask_here_is_said_by_who_releases(carol: Program) -> None:
    said = {"answering": True, "opened": [THEIRS], "per_day": 3}
    assert put(program("tom", "tracing"), "blind", said).status_code == 403
    state = put(carol, "blind", said).json()
    assert (state["opened"], state["per_day"], state["by_file"]) == ([THEIRS], 3, [THEIRS])
    assert put(carol, "blind", {**said, "answering": False, "opened": []}).json()["opened"] == []
    assert put(carol, "blind", {**said, "opened": ["XZ/main/1"]}).status_code == 422
