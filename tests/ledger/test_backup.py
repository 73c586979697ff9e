"""A node outlives its machine: backup, restore, a new generation of its log."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from countermark.accounts.models import User
from countermark.ledger import backup, bundle, checkpoint, guard, identity, jcs, services, store
from countermark.ledger.backup import BackupError
from countermark.ledger.bundle import BundleError
from countermark.ledger.exchange import take_in, trust
from countermark.ledger.models import Log, NodeSetting, SideText
from countermark.ledger.schema import NewerSchemaError
from countermark.ledger.services import Draft, SideNote, append, timed_act
from countermark.ledger.verify import verify
from countermark.register import bodies
from tests.ledger.foreign import ANN, ForeignLog

pytestmark = pytest.mark.django_db


def weapon(number: int) -> Draft:
    mark = bodies.mark({"component": "receiver", "role": "control", "mark": f"AB{number:05}"})
    body = bodies.birth("S", str(number), {"kind": "rifle", "maker": "Norinco"}, [mark])
    return Draft("event", body, texts=(SideNote("party", f"Unité {number % 5}"),))


@pytest.fixture
def saved(db: None, tmp_path: Path) -> Path:
    """A backup of a node with weapons, side texts, an attachment and a copy of another node's log."""
    append([weapon(number) for number in range(300)], by=ANN)
    append([timed_act("document_captured", {}, kept=(services.attachment(b"\x00<epcis/>\xff", "text/xml"),))], by=ANN)
    services.erase([identity.ref("party", "Unité 3")], by=ANN, reason="asked to")
    depot = ForeignLog("XA/depot/1")
    depot.weapon("0", "AB00000")
    trust(depot.origin, depot.verifier_key, by=ANN)
    copy = tmp_path / "depot.bundle"
    copy.write_bytes(depot.bundle())
    take_in(copy, by=ANN)
    path = tmp_path / "node.backup"
    backup.write(path)
    return path


def emptied() -> None:
    """The store as it is after a disk failed and a new one was put in; key and checkpoint lie elsewhere."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("ledger_entry", "ledger_tile"):
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
        for table in (*sorted(backup._tables()), "ledger_entry", "ledger_tile", "ledger_log"):
            if table not in ("django_content_type", "auth_permission"):
                cursor.execute(f'DELETE FROM "{table}"')
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    identity.forget_secret()
    guard._checked.clear()


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Everything a backup promises to bring back."""
    tables = {
        "ledger_entry": "id, log_id, key, leaf, data",
        "ledger_tile": "id, root",
        "ledger_sidetext": "ref, kind, text, salt",
        "ledger_attachment": "digest, media_type, data",
        "ledger_peer": "origin, verifier_key, checkpoint",
        "register_weapon": "id, ref, maker, serial, status, entries",
        "register_mark": "weapon_id, number, text, canonical",
    }
    found = {}
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            cursor.execute(f"SELECT {columns} FROM {table}")
            rows = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()]
            found[table] = sorted(rows, key=str)
    return found


def test_what_was_backed_up_comes_back_and_the_log_opens_a_new_generation(saved: Path) -> None:
    before, old = contents(), services.require_own_log()
    size = store.size(old)
    emptied()
    restored = backup.restore(saved)
    new = services.require_own_log()
    assert (restored.origin, restored.previous) == (new.origin, old.origin) == ("XA/main/2", "XA/main/1")
    assert new.verifier_key != old.verifier_key
    after = contents()
    assert [row for row in after["ledger_entry"] if row[1] != new.id] == before.pop("ledger_entry")
    assert {table: after[table] for table in before} == before
    first = jcs.decode(next(store.raw_entries(new))[3])
    assert (first["body"]["act"], first["body"]["previous"], first["body"]["size"]) == (
        "log_restored",
        old.origin,
        size,
    )
    assert verify().ok


def test_a_restored_node_goes_on_with_the_same_names_for_the_same_people(saved: Path) -> None:
    name = identity.opaque("party", "Unité 1")
    emptied()
    backup.restore(saved)
    assert identity.opaque("party", "unité  1") == name
    append([weapon(300)], by=ANN)
    assert verify().ok


def test_an_erased_text_stays_erased(saved: Path) -> None:
    ref = identity.ref("party", "Unité 3")
    emptied()
    backup.restore(saved)
    assert SideText.objects.get(ref=ref).text == ""


def test_users_keep_their_passwords_and_times(db: None, tmp_path: Path) -> None:
    services.require_own_log()
    path = tmp_path / "users.backup"
    user = User(username="ann", person=identity.opaque("person", "ann"), salt="s")
    user.set_password("a long pass phrase")
    user.save()
    before = list(User.objects.values())
    backup.write(path)
    emptied()
    backup.restore(path)
    assert list(User.objects.values()) == before


def test_the_old_key_and_checkpoint_are_set_aside_not_overwritten(saved: Path, node: Path) -> None:
    old_key, old_note = (node / "node.key").read_bytes(), (node / "node.checkpoint").read_text()
    emptied()
    backup.restore(saved)
    assert (node / "node.1.key").read_bytes() == old_key
    assert (node / "node.1.checkpoint").read_text() == old_note
    assert checkpoint.read_unverified((node / "node.checkpoint").read_text()).origin == "XA/main/2"


def test_a_second_restore_opens_a_third_generation(saved: Path) -> None:
    emptied()
    backup.restore(saved)
    emptied()
    assert backup.restore(saved).origin == "XA/main/3"
    assert verify().ok


def test_the_last_checkpoint_of_the_closed_log_is_kept_and_goes_out_with_its_bundles(
    saved: Path, tmp_path: Path
) -> None:
    emptied()
    backup.restore(saved)
    old = Log.objects.get(origin="XA/main/1")
    note = NodeSetting.objects.get(name="checkpoint:XA/main/1").value
    assert checkpoint.open_note(note, [old.verifier_key]).size == store.size(old)
    bundle.write(tmp_path / "old.bundle", old)
    assert take_in(tmp_path / "old.bundle", by=ANN).new == 0


def test_entries_after_the_backup_are_not_slipped_into_the_closed_log(saved: Path, tmp_path: Path) -> None:
    append([weapon(301)], by=ANN)
    later = tmp_path / "later.bundle"
    bundle.write(later, services.require_own_log())
    emptied()
    backup.restore(saved)
    with pytest.raises(BundleError, match="closed by a restore"):
        take_in(later, by=ANN)
    append([weapon(302)], by=ANN)


def test_a_store_that_is_not_empty_is_not_restored_into(saved: Path) -> None:
    before = contents()
    with pytest.raises(BackupError, match="not empty"):
        backup.restore(saved)
    assert contents() == before


def test_the_signing_key_is_not_in_a_backup(saved: Path, node: Path) -> None:
    key = (node / "node.key").read_bytes().splitlines()[1]
    with zipfile.ZipFile(saved) as archive:
        assert not any(key in archive.read(name) for name in archive.namelist())


def test_a_backup_is_readable_by_its_owner_only(saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0


@given(data=st.data())
def test_a_backup_with_a_changed_byte_is_refused_or_holds_the_same(saved: Path, data: st.DataObject) -> None:
    whole = saved.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    expected = backup._read_back(io.BytesIO(whole))
    try:
        found = backup._read_back(io.BytesIO(changed))
    except BackupError:
        return
    assert found == expected, "a byte of the zip file that means nothing"


def test_a_damaged_backup_leaves_the_store_empty_and_the_key_where_it_was(saved: Path, node: Path) -> None:
    whole = saved.read_bytes()
    saved.write_bytes(whole[:1000] + b"damaged" + whole[1007:])
    emptied()
    with pytest.raises(BackupError):
        backup.restore(saved)
    assert not Log.objects.exists()
    assert not (node / "node.1.key").exists()


@pytest.mark.parametrize("content", [b"", b"PK", b"nonsense" * 100])
def test_what_is_no_backup_is_refused(db: None, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "junk"
    path.write_bytes(content)
    with pytest.raises(BackupError):
        backup.restore(path)


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The backup with another manifest."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_a_backup_of_a_newer_version_is_refused(saved: Path) -> None:
    rewritten(saved, lambda manifest: manifest["migrations"].append(["ledger", "9999_future"]))
    emptied()
    with pytest.raises(NewerSchemaError, match="9999_future"):
        backup.restore(saved)


def test_a_backup_of_another_format_is_refused(saved: Path) -> None:
    rewritten(saved, lambda manifest: manifest.update(version=2))
    emptied()
    with pytest.raises(BackupError, match="version"):
        backup.restore(saved)


def test_a_manifest_with_another_root_is_refused(saved: Path) -> None:
    rewritten(saved, lambda manifest: manifest["logs"][0].update(root="00" * 32))
    emptied()
    with pytest.raises(BackupError, match="root"):
        backup.restore(saved)
    assert not Log.objects.exists()


def test_an_interrupted_backup_leaves_neither_half_a_file_nor_a_changed_one(db: None, tmp_path: Path) -> None:
    append([weapon(1)], by=ANN)
    path = tmp_path / "node.backup"
    path.write_bytes(b"the last one")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.write(path, interrupt)
    assert path.read_bytes() == b"the last one"
    assert not list(tmp_path.glob(".node.backup*"))


def test_the_automatic_backup_lies_beside_the_store_and_restores(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = backup.automatic()
    try:
        assert str(path) in capsys.readouterr().err
        before = contents()
        emptied()
        backup.restore(path)
        assert contents()["register_weapon"] == before["register_weapon"]
    finally:
        path.unlink()
