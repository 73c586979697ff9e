"""Tampering is seen, wherever it is, and never raises."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from countermark.ledger import checkpoint, guard, identity, jcs, services, store, tree
from countermark.ledger.entry import key_of
from countermark.ledger.models import LOG_SPAN, Log
from countermark.ledger.services import Draft, SideNote, append, timed_act
from countermark.ledger.verify import Report, verify
from countermark.register import bodies
from tests.ledger.foreign import ANN

pytestmark = pytest.mark.django_db
ENTRIES = 260


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """What stands in a tamperer's way: the triggers of the log tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        elif table in ("ledger_entry", "ledger_tile"):
            cursor.execute(f"DROP TRIGGER {table}_no_update")
            cursor.execute(f"DROP TRIGGER {table}_no_delete")
        yield


def tamper(sql: str, *parameters: Any) -> None:
    """Runs a statement past every guard; it must change something."""
    table = sql.split()[2] if sql.startswith("DELETE") else sql.split()[1]
    with unguarded(table), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert cursor.rowcount > 0, "nothing was tampered with"


def flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


@pytest.fixture
def log(db: None) -> Log:
    """A log of some hundred weapons with side texts, a setting, an attachment and an erased text."""
    own = services.require_own_log()
    drafts = [weapon(number) for number in range(ENTRIES)]
    append(drafts, by=ANN)
    services.set_setting("colour", "green", by=ANN)
    append([timed_act("document_captured", {}, kept=(services.attachment(b"<epcis/>", "text/xml"),))], by=ANN)
    services.erase([identity.ref("party", "Unit 3")], by=ANN, reason="asked to")
    return own


def weapon(number: int) -> Draft:
    mark = bodies.mark({"component": "receiver", "role": "control", "mark": f"AB{number:05}"})
    body = bodies.birth("S", str(number), {"kind": "rifle", "maker": "Norinco"}, [mark])
    return Draft("event", body, texts=(SideNote("party", f"Unit {number % 20}"),))


def stored(log: Log, index: int, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM ledger_entry WHERE id = %s", [log.id * LOG_SPAN + index])
        return bytes(cursor.fetchone()[0])


def first(report: Report) -> str:
    assert not report.ok
    assert report.first_difference is not None
    return report.first_difference.where


def test_an_untouched_store_is_as_the_logs_say(log: Log) -> None:
    report = verify()
    assert report == Report(
        ok=True,
        tree_size=ENTRIES + 4,
        root_hash=tree.stored_root(ENTRIES + 4, store.reader(log)).hex(),
        first_difference=None,
        differences=0,
    )


def test_a_store_without_a_log_is_in_order(db: None) -> None:
    assert verify() == Report(True, 0, tree.EMPTY_ROOT.hex(), None, 0)


def test_progress_ends_at_the_number_of_entries(log: Log) -> None:
    seen: list[tuple[int, int]] = []
    verify(progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (ENTRIES + 4, ENTRIES + 4)


@pytest.mark.parametrize("index", [0, 255, 256, ENTRIES + 3])
@pytest.mark.parametrize("place", [0.0, 0.6, 0.99])
def test_a_changed_byte_in_an_entry_is_found(log: Log, index: int, place: float) -> None:
    data = stored(log, index, "data")
    tamper(
        "UPDATE ledger_entry SET data = %s WHERE id = %s",
        flipped(data, int(place * len(data))),
        log.id * LOG_SPAN + index,
    )
    report = verify(quick=True)
    assert first(report) == "entry"
    assert report.first_difference is not None
    assert report.first_difference.id == f"{log.origin}#{index}"


@pytest.mark.parametrize("column", ["key", "leaf"])
@pytest.mark.parametrize("at", [0, 31])
def test_a_changed_byte_in_a_key_or_leaf_is_found(log: Log, column: str, at: int) -> None:
    value = flipped(stored(log, 7, column), at)
    tamper(f"UPDATE ledger_entry SET {column} = %s WHERE id = %s", value, log.id * LOG_SPAN + 7)
    assert first(verify(quick=True)) == "entry"


def test_an_entry_rewritten_with_all_its_hashes_is_found_by_the_last_signed_checkpoint(log: Log) -> None:
    guard.sign_current(log)
    rewrite(log, ENTRIES + 3)
    report = verify(quick=True)
    assert first(report) == "last checkpoint signed here"
    assert report.differences == 1


def test_a_rewritten_log_is_refused_against_an_older_checkpoint(log: Log) -> None:
    note = guard.sign_current(log)
    guard.checkpoint_path().unlink()
    rewrite(log, ENTRIES + 3)
    assert verify(quick=True).ok, "nothing but the checkpoint shows it"
    assert first(verify(note, quick=True)) == "checkpoint"


def rewrite(log: Log, index: int) -> None:
    """What somebody who knows the format would do to an entry of an incomplete tile."""
    value = jcs.decode(stored(log, index, "data"))
    value["recorded"]["by"] = "somebody else"
    data = jcs.encode(value)
    position = log.id * LOG_SPAN + index
    tamper(
        "UPDATE ledger_entry SET data = %s, leaf = %s, key = %s WHERE id = %s",
        data,
        tree.leaf_hash(data),
        key_of(value["eventID"]),
        position,
    )


def test_a_checkpoint_of_any_size_the_log_had_is_confirmed(log: Log) -> None:
    key = checkpoint.load_key(guard.checkpoint_path().with_suffix(".key"))
    for size in (0, 1, 256, 257, ENTRIES + 4):
        head = checkpoint.Checkpoint(log.origin, size, tree.stored_root(size, store.reader(log)))
        assert verify(checkpoint.sign(head, key), quick=True).ok, size


def test_a_checkpoint_of_more_entries_than_there_are_is_refused(log: Log) -> None:
    key = checkpoint.load_key(guard.checkpoint_path().with_suffix(".key"))
    head = checkpoint.Checkpoint(log.origin, ENTRIES + 5, bytes(32))
    assert first(verify(checkpoint.sign(head, key), quick=True)) == "checkpoint"


@pytest.mark.parametrize("note", ["", "nonsense", "XA/main/1\n3\nAAAA\n\n— XA/main/1 AAAA\n", "\x00", "é\n\n—"])
def test_a_checkpoint_that_is_none_is_reported(log: Log, note: str) -> None:
    assert first(verify(note, quick=True)) == "checkpoint"


def test_a_checkpoint_by_another_key_is_reported(log: Log) -> None:
    head = checkpoint.Checkpoint(log.origin, 1, tree.stored_root(1, store.reader(log)))
    assert first(verify(checkpoint.sign(head, checkpoint.generate_key()), quick=True)) == "checkpoint"


@pytest.mark.parametrize("at", [0, 16, 31])
def test_a_changed_byte_in_a_tile_is_found(log: Log, at: int) -> None:
    row = store.tile_position(log.id, 1, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT root FROM ledger_tile WHERE id = %s", [row])
        value = bytes(cursor.fetchone()[0])
    tamper("UPDATE ledger_tile SET root = %s WHERE id = %s", flipped(value, at), row)
    assert first(verify(quick=True)) == "tile"


def test_a_missing_tile_is_found(log: Log) -> None:
    tamper("DELETE FROM ledger_tile WHERE id = %s", store.tile_position(log.id, 1, 0))
    assert first(verify(quick=True)) == "tile"


def test_a_tile_too_many_is_found(log: Log) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_tile VALUES (%s, %s)", [store.tile_position(log.id, 1, 1), bytes(32)])
    assert first(verify(quick=True)) == "tile"


@pytest.mark.parametrize("index", [0, 5, ENTRIES + 2])
def test_a_missing_entry_is_found(log: Log, index: int) -> None:
    tamper("DELETE FROM ledger_entry WHERE id = %s", log.id * LOG_SPAN + index)
    assert first(verify(quick=True)) in ("entry", "log")


def test_an_entry_cut_off_the_end_is_found_by_the_last_signed_checkpoint(log: Log) -> None:
    guard.sign_current(log)
    tamper("DELETE FROM ledger_entry WHERE id = %s", log.id * LOG_SPAN + ENTRIES + 3)
    assert first(verify(quick=True)) == "last checkpoint signed here"


def test_an_entry_of_no_log_is_found(log: Log) -> None:
    tamper("UPDATE ledger_entry SET id = %s WHERE id = %s", 99 * LOG_SPAN, log.id * LOG_SPAN + ENTRIES + 3)
    assert first(verify(quick=True)) == "entry"


@pytest.mark.parametrize(("column", "value"), [("verifier_key", "XA/main/1+00000000+AAAA"), ("origin", "XA/main/9")])
def test_a_log_that_claims_another_origin_or_key_is_found(log: Log, column: str, value: str) -> None:
    tamper(f"UPDATE ledger_log SET {column} = %s", value)
    assert first(verify(quick=True)) in ("log", "last checkpoint signed here")


def test_a_log_that_claims_to_be_anothers_is_found(log: Log) -> None:
    tamper("UPDATE ledger_log SET own = %s", False)
    assert first(verify(quick=True)) == "log"


KEPT = [
    ("UPDATE ledger_sidetext SET text = 'Unit 99' WHERE text = 'Unit 7'", "kept text"),
    ("UPDATE ledger_sidetext SET text = 'Unit 3 again' WHERE text = ''", "kept text"),
    ("UPDATE ledger_sidetext SET salt = 'x' WHERE text = 'Unit 7'", "kept text"),
    ("UPDATE ledger_sidetext SET kind = 'place' WHERE text = 'Unit 7'", "kept text"),
    ("DELETE FROM ledger_sidetext WHERE text = 'Unit 7'", "kept text"),
    ("UPDATE ledger_nodesetting SET value = 'red' WHERE name = 'colour'", "kept setting"),
    ("DELETE FROM ledger_nodesetting WHERE name = 'colour'", "kept setting"),
    ("UPDATE ledger_attachment SET media_type = 'text/xmk'", "kept attachment"),
    ("DELETE FROM ledger_attachment", "kept attachment"),
    ("UPDATE ledger_keptindex SET digest = 'x' WHERE key = 'colour'", "kept index"),
    ("UPDATE ledger_keptindex SET position = position - 1 WHERE key = 'colour'", "kept index"),
    ("DELETE FROM ledger_keptindex WHERE key = 'colour'", "kept index"),
    ("UPDATE ledger_keptindex SET \"table\" = 'nothing' WHERE key = 'colour'", "kept index"),
]


@pytest.mark.parametrize(("sql", "where"), KEPT)
def test_a_changed_or_missing_kept_row_or_index_row_is_found(log: Log, sql: str, where: str) -> None:
    tamper(sql)
    assert first(verify()) == where


def test_a_changed_byte_of_an_attachment_is_found(log: Log) -> None:
    tamper("UPDATE ledger_attachment SET data = %s", b"<epcit/>")
    assert first(verify()) == "kept attachment"


def test_a_kept_row_no_entry_states_is_found(log: Log) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_nodesetting (name, value) VALUES ('sudo', 'yes')")
    assert first(verify()) == "kept setting"


VIEWS = [
    ("UPDATE register_weapon SET maker = 'Norincp' WHERE ref = '7'", "register_weapon"),
    ("UPDATE register_mark SET text = 'AB00008' WHERE text = 'AB00007'", "register_mark"),
    ("DELETE FROM register_mark WHERE text = 'AB00007'", "register_mark"),
    ("UPDATE register_spelling SET n = n + 1", "register_spelling"),
    ("DELETE FROM register_link WHERE position %% 2 = 0", "register_link"),
]


@pytest.mark.parametrize(("sql", "where"), VIEWS)
def test_a_changed_or_missing_view_row_is_found(log: Log, sql: str, where: str) -> None:
    tamper(sql)
    assert first(verify()) == where


def test_quick_leaves_out_views_and_kept_rows(log: Log) -> None:
    tamper("UPDATE register_weapon SET maker = 'Norincp' WHERE ref = '7'")
    tamper("UPDATE ledger_nodesetting SET value = 'red' WHERE name = 'colour'")
    assert verify(quick=True).ok
    assert verify().differences >= 2


@pytest.mark.parametrize("junk", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"body":1}'])
def test_an_entry_replaced_by_junk_is_reported_and_never_raises(log: Log, junk: bytes) -> None:
    tamper("UPDATE ledger_entry SET data = %s WHERE id = %s", junk, log.id * LOG_SPAN + 5)
    report = verify()
    assert first(report) == "entry"


def test_a_value_of_another_type_is_reported_on_sqlite(log: Log) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps the types of its columns")
    tamper("UPDATE ledger_entry SET data = 'text', leaf = 5 WHERE id = %s", log.id * LOG_SPAN + 5)
    tamper("UPDATE ledger_sidetext SET text = CAST(x'ff41' AS TEXT) WHERE text = 'Unit 7'")
    tamper("UPDATE register_weapon SET maker = CAST(x'ff41' AS TEXT) WHERE ref = '7'")
    report = verify()
    assert first(report) == "entry"
    assert report.differences >= 3
