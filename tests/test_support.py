"""The ground the tests stand on."""

import socket
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import prepared
from tests.support.network import NetworkClosedError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cli import Cli


def test_an_address_beyond_this_machine_is_refused() -> None:
    with socket.socket() as probe, pytest.raises(NetworkClosedError):
        probe.connect(("192.0.2.1", 80))


def test_this_machine_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_a_fresh_store_keeps_what_is_committed(store: str) -> None:
    from django.db import connection

    from countermark.ledger.models import Log

    Log.objects.create(origin="XA/main/1", verifier_key="", own=False)
    connection.close()
    assert Log.objects.get().origin == "XA/main/1"


@pytest.mark.parametrize("turn", [1, 2])
def test_a_fresh_store_holds_nothing_of_the_last_test(store: str, turn: int) -> None:
    from countermark.ledger.models import Log

    assert not Log.objects.exists()
    Log.objects.create(origin="XA/main/1", verifier_key="", own=False)


def test_another_process_sees_the_store_of_the_test(run_cli: "Cli", store_url: str, tmp_path: "Path") -> None:
    run_cli("ledger", "checkpoint")
    assert (tmp_path / "node.key").stat().st_mode & 0o777 == 0o600


def test_commands_are_forked_from_a_process_that_has_imported_the_program_and_read_no_settings() -> None:
    process = prepared.context().Process(target=_look_around)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    process.close()


def _look_around() -> None:
    sys.exit("countermark.cli.load" not in sys.modules or "countermark.settings" in sys.modules)
