"""The stockpile for programs: readers send what they saw, each with a token of its own; tags by place; alarms by place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.stockpile.models import Observation
from countermark.stockpile.readers import devices, tokens
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH
from tests.stockpile.readers.depots import EPC, pistol, readers

pytestmark = pytest.mark.django_db


def headers(user: User, *scopes: str) -> dict[str, str]:
    text = accounts.issue_token(user, "test", scopes, timezone.now() + timedelta(days=1), by=CHIEF)
    return {"Authorization": f"Bearer {text}"}


def post(path: str, body: Any, given: dict[str, str]) -> Any:
    return Client().post(f"/api/stockpile/{path}", body, content_type="application/json", headers=given)


def get(path: str, given: dict[str, str]) -> Any:
    return Client().get(f"/api/stockpile/{path}", headers=given).json()


def batch(reader: str = "north", *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"reader": reader, "reads": list(lines) or [{"epc": EPC, "antenna": 1, "rssi": -55.5}], **more}


@pytest.fixture
def armourer() -> User:
    """Alice, armourer of the northern depot; both depots have a reader."""
    readers()
    return people.person("alice", "armourer", NORTH)


def test_a_batch_is_taken_with_reader_antenna_and_time(armourer: User) -> None:
    time = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    line = {"epc": EPC.lower(), "antenna": 3, "time": time, "tid": "E2801160", "rssi": -61, "count": 4}

    answer = post("reads", batch("north", line), headers(armourer, "reads"))

    assert answer.json() == {"reads": 4, "tags": 1, "alarms": 0, "known": False}
    row = Observation.objects.get()
    assert (row.reader, row.antenna, row.tag, row.tid, row.reads, row.rssi) == (
        "main/north",
        3,
        EPC,
        "E2801160",
        4,
        -6100,
    )
    assert row.first == int(datetime.fromisoformat(time).timestamp() * 1000)


def test_a_batch_sent_twice_counts_once(armourer: User) -> None:
    given = headers(armourer, "reads")
    post("reads", batch(batch="2026-11-30/17"), given)

    assert post("reads", batch(batch="2026-11-30/17"), given).json()["known"]
    assert Observation.objects.get().reads == 1


def test_one_bad_line_and_nothing_is_taken(armourer: User) -> None:
    lines = [{"epc": EPC}, {"epc": "nonsense"}, {"epc": EPC, "time": "noon"}, {"epc": EPC, "tid": "1"}]

    answer = post("reads", batch("north", *lines), headers(armourer, "reads"))

    assert answer.status_code == 422
    assert [fault["column"] for fault in answer.json()["errors"]] == ["reads.1.epc", "reads.2.time", "reads.3.tid"]
    assert not Observation.objects.exists()


def test_reads_are_taken_from_readers_of_ones_own_places_only(armourer: User) -> None:
    given = headers(armourer, "reads")

    assert post("reads", batch("south"), given).status_code == 404
    assert post("reads", batch("none"), given).status_code == 404
    devices.retire("north", by=CHIEF)
    assert post("reads", batch("north"), given).status_code == 404


def test_the_token_of_one_reader_does_not_speak_for_another(armourer: User) -> None:
    devices.set_reader("gate", "http", NORTH, by=CHIEF)
    given = {"Authorization": f"Bearer {tokens.issue('gate', 'alice', 1, by=CHIEF)}"}

    assert post("reads", batch("gate"), given).status_code == 200
    assert post("reads", batch("north"), given).status_code == 404
    assert Client().get("/api/stockpile/tags", headers=given).status_code == 403


def test_no_reads_without_the_scope(armourer: User) -> None:
    assert post("reads", batch(), headers(armourer, "stock")).status_code == 403
    assert post("reads", batch(), {}).status_code == 401
    clerk = people.person("clerk", "registrar")
    assert post("reads", batch(), headers(clerk, "reads")).status_code == 403


def test_tags_are_bound_and_unbound_where_one_handles_the_weapon(armourer: User) -> None:
    north, south = people.weapon("N1", place=NORTH), people.weapon("S1", place=SOUTH)
    given = headers(armourer, "stock")

    bound = post("tags", {"weapon_id": north, "tag": EPC}, given)

    assert (bound.status_code, bound.json()["tag"], bound.json()["new"]) == (200, EPC, True)
    assert [line["weapon_id"] for line in get("tags", given)] == [north]
    assert post("tags", {"weapon_id": south, "tag": "E200"}, given).status_code == 404
    assert post("tags/unbind", {"tag": EPC}, given).json()["weapon_id"] == north
    assert post("tags/unbind", {"tag": EPC}, given).status_code == 404


def test_tags_and_alarms_of_other_places_are_left_out(armourer: User) -> None:
    pistol()
    chief = people.person("bob", "commander", SOUTH)
    taken = post("reads", batch("south"), headers(chief, "reads")).json()

    assert taken["alarms"] == 1
    assert [line["tag"] for line in get("tags", headers(armourer, "stock"))] == [EPC]
    assert get("tags", headers(chief, "stock")) == []
    for somebody in (armourer, chief):
        # The one has the weapon, the other the reader.
        assert [line["kind"] for line in get("alarms", headers(somebody, "stock"))] == ["elsewhere"]
    accounts.add_place("East depot", by=CHIEF)
    stranger = people.person("eve", "armourer", "East depot")
    assert get("alarms", headers(stranger, "stock")) == []
