"""The projection of weapons: what it writes, what it leaves alone, and what it notices."""

from typing import Any

import pytest
from django.db import connection

from countermark.register import bodies, projection
from countermark.register import services as register
from countermark.register.projection import RegisterProjection, event_identity
from tests.register import people
from tests.register.told import event

pytestmark = pytest.mark.django_db


def execute(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def differences() -> set[str]:
    return {difference.where for difference in RegisterProjection().compare()}


def all_rows() -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for table in RegisterProjection().tables:
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = sorted(cursor.fetchall(), key=str)
    return found


@pytest.fixture
def weapons() -> list[str]:
    """Two weapons that share their marks, one with a life."""
    ids = [people.weapon("A1", "K1"), people.weapon("A2", "K1")]
    people.event(ids[0], event="issue", date="2001-03-02", to="Unit 5", id="7")
    people.event(ids[0], event="loss")
    return ids


@pytest.mark.parametrize(
    ("table", "tamper"),
    [
        ("register_weapon", "UPDATE register_weapon SET status = 'stolen'"),
        ("register_weapon", "DELETE FROM register_weapon WHERE ref = 'A2'"),
        ("register_mark", "UPDATE register_mark SET canonical = 'K2'"),
        ("register_identity", "DELETE FROM register_identity"),
        ("register_identity", "UPDATE register_identity SET key = key - 1"),
        ("register_spelling", "UPDATE register_spelling SET n = n + 1"),
        ("register_link", "UPDATE register_link SET identity = NULL"),
    ],
)
def test_a_row_that_was_changed_is_noticed_and_mended(weapons: list[str], table: str, tamper: str) -> None:
    assert differences() == set()
    before = all_rows()
    execute(tamper)
    assert table in differences()
    RegisterProjection().rebuild()
    assert differences() == set()
    assert all_rows() == before


def test_a_row_of_no_weapon_is_noticed(weapons: list[str]) -> None:
    nobody = bodies.weapon_id("nobody", "0")
    stored = nobody if connection.vendor == "postgresql" else nobody.replace("-", "")
    execute("INSERT INTO register_identity (key, weapon_id) VALUES (5, %s)", stored)
    assert differences() == {"register_identity"}


def test_a_weapon_found_to_be_another_leaves_its_identity(weapons: list[str]) -> None:
    register.join(weapons[1], weapons[0], reason="entered twice", by=people.CHIEF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM register_identity")
        assert cursor.fetchone()[0] == 1


def test_an_event_with_a_number_is_known_by_it_and_its_source_and_others_by_what_they_say() -> None:
    numbered = [event("loss", to=to, id=number) for to, number in (("Depot", "7"), ("Unit", "7"), ("Depot", "007"))]
    assert event_identity(numbered[0]) == event_identity(numbered[1]) != event_identity(numbered[2])
    said = [event("loss", to="Depot"), event("loss", to="Depot", corrects="ni:///x"), event("loss", to="Unit")]
    assert event_identity(said[0]) == event_identity(said[1]) != event_identity(said[2])


def test_entries_that_cannot_hold_a_text_are_left_out(weapons: list[str]) -> None:
    assert len(projection.entries_of(weapons[:1])) == 3
    assert [e.body["countermark:id"] for e in projection.entries_holding(weapons, b'"countermark:id":"7"')] == ["7"]
