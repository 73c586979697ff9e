"""What the stockpile hands over is told by an events file and known again when the file is read back."""

from pathlib import Path

import pytest

from countermark.register import exporting
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.stockpile import receipts
from tests.register.people import CHIEF
from tests.stockpile.armoury import armoury, issued, state

pytestmark = pytest.mark.django_db


def test_exported_hand_overs_load_back_unchanged(tmp_path: Path) -> None:
    place = armoury()
    issued(place, *place.weapons[:2])
    receipts.give_back(place.counter(), [place.weapons[0]])
    before = [state(weapon) for weapon in place.weapons]

    rows = exporting.export("events", tmp_path / "e.csv", CHIEF)
    report = load_events(tmp_path / "e.csv", Options(), by=CHIEF)

    assert (report.rows, report.new, report.changed, report.refused) == (rows, 0, 0, 0), report.errors
    assert [state(weapon) for weapon in place.weapons] == before
