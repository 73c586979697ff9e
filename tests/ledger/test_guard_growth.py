"""A log is signed while it grows, so that a store that is lost or put back is noticed without anybody's care."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from countermark.ledger import checkpoint, guard, services
from countermark.ledger.verify import verify
from tests.ledger.foreign import ANN


def signed_size() -> int:
    return checkpoint.read_unverified(guard.checkpoint_path().read_text(encoding="utf-8")).size


def test_a_log_is_signed_with_its_first_entry_so_that_a_lost_store_is_not_begun_again_under_its_name(
    store: str,
) -> None:
    services.require_own_log()
    assert signed_size() == 1


def test_a_growing_log_is_signed_again_so_that_a_store_put_back_is_noticed(store: str) -> None:
    log = services.require_own_log()
    some = [services.timed_act("setting_changed", {"n": n}) for n in range(300)]
    services.append(some[:200], by=ANN)
    assert signed_size() == 1
    services.append(some[200:], by=ANN)
    assert signed_size() == 301
    assert guard.last_signed(log) is not None
    assert verify().ok


def test_a_log_that_grows_slowly_is_signed_again_after_a_while(store: str) -> None:
    services.require_own_log()
    os.utime(guard.checkpoint_path(), (0, 0))
    services.set_setting("colour", "green", by=ANN)
    assert signed_size() == 2


def test_nothing_is_signed_that_was_not_committed(store: str) -> None:
    services.require_own_log()
    os.utime(guard.checkpoint_path(), (0, 0))
    with transaction.atomic():
        services.set_setting("colour", "green", by=ANN)
        transaction.set_rollback(True)
    assert signed_size() == 1
    services.set_setting("colour", "red", by=ANN)


def test_an_event_is_recorded_when_the_key_is_out_of_reach_and_that_is_said(
    store: str, node: Path, caplog: pytest.LogCaptureFixture
) -> None:
    services.require_own_log()
    os.utime(guard.checkpoint_path(), (0, 0))
    (node / "node.key").unlink()
    services.set_setting("colour", "green", by=ANN)
    assert services.setting("colour") == "green"
    assert "no checkpoint of XA/main/1" in caplog.text


def test_a_snapshot_is_not_held_to_what_was_signed_after_it_began(store: str) -> None:
    log = services.require_own_log()
    with guard.as_of_now():
        services.append([services.timed_act("setting_changed", {"n": n}) for n in range(300)], by=ANN)
        seen = guard.last_signed(log)
    assert seen is not None
    assert (seen.size, signed_size()) == (1, 301)
