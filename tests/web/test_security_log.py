"""Failed sign-ins and refusals are lines that somebody who watches the node can count, and name nobody."""

import json
from collections.abc import Iterator

import pytest
from django.test import Client

from countermark.accounts import security_log
from tests.register import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.LogCaptureFixture]:
    monkeypatch.setattr(security_log.logger, "propagate", True)
    with caplog.at_level("INFO", "countermark.security"):
        yield caplog


def said(lines: pytest.LogCaptureFixture) -> list[str]:
    return [json.loads(one.message)["what"] for one in lines.records if one.name == "countermark.security"]


def test_a_failed_sign_in_is_a_line_without_the_name_that_was_tried(lines: pytest.LogCaptureFixture) -> None:
    people.person("alice", "armourer")

    Client().post("/accounts/login/", {"login": "alice", "password": "guessed"})

    assert said(lines) == ["sign_in_failed"]
    assert "alice" not in lines.text
    assert "guessed" not in lines.text


def test_a_refused_page_and_a_refused_token_are_lines(lines: pytest.LogCaptureFixture) -> None:
    client = people.signed_in("alice", "armourer")

    client.get("/ledger/")
    Client().get("/api/stockpile/board", headers={"Authorization": "Bearer made-up"})

    assert said(lines) == ["signed_in", "refused", "token_refused"]
