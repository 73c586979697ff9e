"""What every command says before it does anything."""

import pytest
import time_machine

from countermark.cli import common
from countermark.ledger import services
from countermark.ledger.services import Actor


@pytest.mark.usefixtures("store")
def test_a_command_warns_on_stderr_of_a_clock_that_cannot_be_right(capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel("2040-01-01T12:00:00Z", tick=False):
        services.set_setting("colour", "green", by=Actor("ann"))
        common.ready()
        assert capsys.readouterr() == ("", "")
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False):
        common.ready()
    shown = capsys.readouterr()
    assert (shown.out, "clock says 2026-01-01" in shown.err) == ("", True)
