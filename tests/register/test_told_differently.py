"""One event that two logs have in different words: a discrepancy, never a silent loss."""

from pathlib import Path

import pytest

from countermark.ledger import exchange
from countermark.ledger.verify import verify
from countermark.register import projection, services
from countermark.register.queries import discrepancies
from countermark.register.queries.scope import EVERYTHING
from countermark.register.rules import fold
from tests.ledger.foreign import ANN, ForeignLog
from tests.register import people

pytestmark = pytest.mark.django_db


def numbered(serial: str, weapon: str) -> dict[str, object]:
    """An event as another program writes it."""
    return {
        "@context": {"acme": "https://acme.example/"},
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2020-01-01T00:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": [f"urn:uuid:{weapon}"],
        "acme:serial": serial,
    }


def taken_in(log: ForeignLog, folder: Path) -> None:
    """Takes a depot's log in."""
    exchange.trust(log.origin, log.verifier_key, by=ANN)
    (folder / "b").write_bytes(log.bundle())
    exchange.take_in(folder / "b", by=ANN)


def told(weapon: str, *serials: str) -> list[ForeignLog]:
    logs = [ForeignLog(f"XA/depot-{number}/1") for number, _ in enumerate(serials)]
    for log, serial in zip(logs, serials, strict=True):
        log.add("event", numbered(serial, weapon))
    return logs


def subjects() -> list[str]:
    return [one.subject for one in discrepancies.queue(EVERYTHING)]


@pytest.mark.parametrize("backwards", [False, True])
def test_two_wordings_of_one_event_are_a_discrepancy_in_whatever_order_they_arrive(
    tmp_path: Path, backwards: bool
) -> None:
    weapon = people.weapon("R 1")
    logs = told(weapon, "007", "7")
    for log in reversed(logs) if backwards else logs:
        taken_in(log, tmp_path)

    assert subjects() == [f"told_differently:{weapon}"]
    assert discrepancies.one(subjects()[0], EVERYTHING) is not None
    assert len([e for e in projection.entries_of([weapon]) if "acme:serial" in e.body]) == 2
    assert verify().ok


def test_the_same_event_from_two_logs_is_none(tmp_path: Path) -> None:
    weapon = people.weapon("R 1")
    for log in told(weapon, "007", "007"):
        taken_in(log, tmp_path)
    assert subjects() == []


def test_it_ends_when_the_event_is_declared_an_error(tmp_path: Path) -> None:
    weapon = people.weapon("R 1")
    for log in told(weapon, "007", "7"):
        taken_in(log, tmp_path)
    event_id = next(e.event_id for e in projection.entries_of([weapon]) if "acme:serial" in e.body)

    services.correct_event(event_id, None, reason="the number was read wrongly", by=ANN)

    assert subjects() == []
    assert fold(weapon, projection.entries_of([weapon])).finding == ""
