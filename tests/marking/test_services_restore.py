"""A node that is restored from a backup: its work is there, and no number is issued a second time."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from countermark.ledger import backup
from countermark.ledger.verify import verify
from countermark.marking import batches, numbering
from countermark.marking.acts import Refused
from tests.marking import workshop
from tests.marking.nodes import Node
from tests.register.people import CHIEF
from tests.support import stores

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

pytestmark = pytest.mark.storage


def test_a_restored_node_has_its_batches_and_issues_no_number_twice(
    node: Path, template: str, tmp_path: Path, settings: "Settings", django_db_blocker: "DjangoDbBlocker"
) -> None:
    url, saved = os.environ["COUNTERMARK_DATABASE_URL"], tmp_path / "backup"
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    with (
        stores.migrated(url, tmp_path / "before", template) as one,
        stores.migrated(url, tmp_path / "after", template) as other,
        django_db_blocker.unblock(),
    ):
        with Node("main", one, tmp_path / "before", settings).at():
            workshop.authority(20)
            made = workshop.batch(2)
            workshop.accepted(workshop.items(made)[0])
            backup.write(saved)
            after_the_backup = {number.text for number in numbering.issue("xa-import", 3, by=CHIEF)}
        with Node("main", other, tmp_path / "after", settings).at():
            backup.restore(saved)

            assert [item.state for item in workshop.items(batches.batch(made.id))] == ["accepted", "waiting"]
            with pytest.raises(Refused):
                numbering.issue("xa-import", by=CHIEF)
            with pytest.raises(Refused):
                numbering.give_block("xa-import", 5, by=CHIEF)
            numbering.take_over("xa-import", 100, reason="the paper book ends at 23", by=CHIEF)
            numbering.give_block("xa-import", 5, by=CHIEF)
            again = {number.text for number in numbering.issue("xa-import", 3, by=CHIEF)}

            assert not again & after_the_backup
            assert verify().ok
