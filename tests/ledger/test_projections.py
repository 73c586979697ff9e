"""Views can be dropped and rebuilt equal."""

import pytest
from django.db import connection

from countermark.ledger import identity, projections, services
from countermark.ledger.models import KeptIndex
from countermark.ledger.projections import KeptProjection
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import Draft, SideNote, append
from countermark.ledger.verify import verify
from countermark.register import bodies
from tests.ledger.foreign import ANN

pytestmark = pytest.mark.django_db
VIEWS = ("register_weapon", "register_mark", "register_link", "register_spelling")


@pytest.fixture
def filled(db: None) -> None:
    for number in range(30):
        mark = bodies.mark({"component": "receiver", "role": "control", "mark": f"AB{number:05}"})
        body = bodies.birth("S", str(number), {"kind": "rifle", "maker": "Norinco"}, [mark])
        append([Draft("event", body, texts=(SideNote("party", f"Unit {number % 3}"),))], by=ANN)
    services.set_setting("colour", "green", by=ANN)
    services.set_setting("colour", "red", by=ANN)
    services.erase([identity.ref("party", "Unit 1")], by=ANN, reason="asked to")


def contents() -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for table in VIEWS:
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = sorted(cursor.fetchall(), key=str)
        cursor.execute('SELECT "table", key, digest, position FROM ledger_keptindex')
        found["kept"] = sorted(cursor.fetchall(), key=str)
    return found


def test_rebuilt_views_are_equal(filled: None) -> None:
    before = contents()
    assert all(before[table] for table in ("register_weapon", "register_mark", "register_link", "kept"))
    rebuild_views()
    assert contents() == before
    assert verify().ok


def test_rebuilding_repairs_what_was_tampered_with(filled: None) -> None:
    before = contents()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE register_weapon SET maker = 'x'")
        cursor.execute("DELETE FROM register_mark")
        cursor.execute("UPDATE ledger_keptindex SET digest = 'x'")
    assert not verify().ok
    rebuild_views()
    assert contents() == before
    assert verify().ok


def test_rebuilding_leaves_kept_rows_alone(filled: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_nodesetting SET value = 'tampered' WHERE name = 'colour'")
    rebuild_views()
    assert services.setting("colour") == "tampered"
    assert not verify().ok


def test_rebuilding_an_empty_store_is_harmless(db: None) -> None:
    rebuild_views()
    assert verify().ok


def test_rebuilding_says_how_far_it_is(filled: None) -> None:
    seen: list[tuple[int, int]] = []
    rebuild_views(lambda done, total: seen.append((done, total)))
    total = len(projections.PROJECTIONS)
    assert seen == [(done, total) for done in range(1, total + 1)]


def test_the_last_statement_about_a_kept_row_counts(filled: None) -> None:
    row = KeptIndex.objects.get(table="setting", key="colour")
    assert row.digest == identity.digest({"name": "colour", "value": "red"})


def test_a_projection_is_registered_once() -> None:
    before = list(projections.PROJECTIONS)
    projections.register(KeptProjection())
    assert before == projections.PROJECTIONS
