"""What the worker of a served node does every so often."""

import logging
import threading

import pytest

from countermark.cli import serve
from countermark.stockpile.models import Observation
from countermark.stockpile.readers import services
from tests.stockpile.readers.depots import CHIEF, readers, seen


def test_a_chore_that_fails_is_said_and_tried_again_at_once(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[int] = []

    def do() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("away")

    chore = serve._Chore(3600, do, "it could not be done")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            chore.do_if_due()

    assert len(tries) == 2
    assert "it could not be done; trying again" in caplog.text


@pytest.mark.django_db
def test_old_observations_of_tags_are_purged(monkeypatch: pytest.MonkeyPatch) -> None:
    north, _ = readers()
    services.take(north, [seen(), seen(6 * 86_400, tag="E200")], by=CHIEF)
    monkeypatch.setattr("countermark.stockpile.readers.observations.DAYS", 5)
    monkeypatch.setattr(serve, "CHORES_SECONDS", 0)
    stop = threading.Event()
    chores = [chore for chore in serve._chores() if "observations" in chore.trouble]
    monkeypatch.setattr(serve, "_chores", lambda: [*chores, serve._Chore(0, stop.set, "")])
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)

    serve._keep_house(stop)

    assert Observation.objects.count() == 1
