"""A store is made whole, whatever became of an earlier try, and for its owner's eyes only."""

import stat
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support import cli, prepared

ROOMS = ["ledger", "accounts", "register"]


def migrate(environment: dict[str, str], room: str) -> None:
    """Makes the tables of one room and of those it needs, as a first migration that was killed leaves them."""
    from django.core.management import call_command

    prepared.do(partial(call_command, "migrate", room, verbosity=0), environment)


@pytest.mark.parametrize("room", ROOMS)
def test_a_first_migration_that_was_killed_is_completed(empty_store_url: str, tmp_path: Path, room: str) -> None:
    environment = cli.environment(empty_store_url, tmp_path)
    migrate(environment, room)
    made = cli.Cli(environment)("ledger", "verify")
    assert made.code == 0, made.err
    assert not list(tmp_path.rglob("*.backup")), "there was nothing to save yet"


def test_a_new_store_is_read_by_its_owner_only(empty_store_url: str, tmp_path: Path) -> None:
    if not empty_store_url.startswith("sqlite"):
        pytest.skip("a database server guards its own files")
    made = cli.Cli(cli.environment(empty_store_url, tmp_path))("ledger", "key")
    assert made.code == 0, made.err
    assert stat.S_IMODE(Path(urlsplit(empty_store_url).path).stat().st_mode) == 0o600
