"""A store that was rolled back is not written."""

from pathlib import Path

import pytest
from django.db import transaction

from countermark.ledger import checkpoint, guard, services, store
from countermark.ledger.checkpoint import KeyFileError
from countermark.ledger.guard import RolledBackError
from countermark.ledger.verify import verify
from tests.ledger.foreign import ANN

pytestmark = pytest.mark.django_db


def test_a_store_put_back_to_an_older_state_refuses_to_append_and_says_why() -> None:
    log = services.require_own_log()
    with transaction.atomic():
        services.set_setting("colour", "green", by=ANN)
        guard.sign_current(log)
        transaction.set_rollback(True)
    with pytest.raises(RolledBackError, match="rolled back"):
        services.set_setting("colour", "red", by=ANN)
    with pytest.raises(RolledBackError):
        guard.sign_current(log)
    assert not verify().ok


def test_a_store_put_back_and_grown_past_the_checkpoint_refuses_as_well() -> None:
    log = services.require_own_log()
    with transaction.atomic():
        services.set_setting("colour", "green", by=ANN)
        note = guard.sign_current(log)
        transaction.set_rollback(True)
    guard.checkpoint_path().unlink()
    services.set_setting("colour", "red", by=ANN)
    guard.remember(note)
    with pytest.raises(RolledBackError, match="not those"):
        services.set_setting("colour", "blue", by=ANN)


def test_a_checkpoint_is_remembered_beside_the_key_and_never_replaced_by_a_shorter_one() -> None:
    log = services.require_own_log()
    services.set_setting("colour", "green", by=ANN)
    note = guard.sign_current(log)
    assert guard.checkpoint_path().read_text(encoding="utf-8") == note
    seen = guard.last_signed(log)
    assert seen is not None
    assert seen.size == store.size(log)


def test_signing_the_same_log_twice_gives_the_same_checkpoint() -> None:
    log = services.require_own_log()
    assert guard.sign_current(log) == guard.sign_current(log)


def test_the_checkpoint_of_another_store_in_the_same_place_is_no_reason_to_refuse() -> None:
    services.require_own_log()
    head = checkpoint.Checkpoint("XA/other/1", 500, bytes(32))
    guard.remember(checkpoint.sign(head, checkpoint.generate_key()))
    services.set_setting("colour", "green", by=ANN)


def test_a_key_of_another_log_signs_nothing(node: Path) -> None:
    log = services.require_own_log()
    (node / "node.key").unlink()
    checkpoint.save_key(node / "node.key", checkpoint.generate_key())
    with pytest.raises(KeyFileError, match="not the key of XA/main/1"):
        guard.sign_current(log)
