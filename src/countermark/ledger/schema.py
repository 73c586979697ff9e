"""Makes the store ready: creates a missing one, migrates an older one after a backup, refuses a newer one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from countermark.environment import EnvironmentProblem, StoreUnusableError
from countermark.ledger import database, store


class NewerSchemaError(Exception):
    """The store was written by a newer version of this program."""


def prepare() -> None:
    """Brings the store's tables to this version.

    Raises `NewerSchemaError` for a store that is ahead of it, and `StoreUnusableError` where there can be none.
    """
    try:
        _prepare()
        _adopt_identity()
    except OSError as error:
        raise StoreUnusableError(str(error)) from error
    except DatabaseError as error:
        if "is not a database" not in str(error):
            raise
        raise StoreUnusableError(f"{connection.settings_dict['NAME']} is not a store: {error}") from error


def _prepare() -> None:
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made here and not by SQLite: names of people and the node's secret are for its owner's eyes only.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if not _outdated():
        return
    with _alone():
        outdated = _outdated()
        if not outdated:
            return
        if outdated == "older" and _holds_something():
            _backup_first()
        call_command("migrate", interactive=False, verbosity=0)


def _adopt_identity() -> None:
    """A store knows its State and node from its log: a forgotten variable must not make another register of it.

    Raises `EnvironmentProblem` when the environment names others; else children of this process inherit what the store says.
    """
    log = store.own_log()
    if log is None:
        return
    state, node, _ = log.origin.split("/")
    for variable, value in (("COUNTERMARK_STATE", state), ("COUNTERMARK_NODE", node)):
        if (given := os.environ.get(variable) or value) != value:
            raise EnvironmentProblem(f"{variable} is {given!r}, but this store belongs to {state}/{node}")
        os.environ[variable] = value
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, state=state, node=node)


def _outdated() -> str:
    """`empty`, `older` or nothing to do."""
    executor = MigrationExecutor(connection)
    applied = set(executor.loader.applied_migrations)
    known = set(executor.loader.disk_migrations or ())
    ours = {app.split(".")[-1] for app in settings.INSTALLED_APPS if app.startswith("countermark.")}
    ahead = sorted(f"{app} {name}" for app, name in applied - known if app in ours)
    if ahead:
        raise NewerSchemaError(f"this store was written by a newer version of Countermark ({', '.join(ahead)})")
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ""
    return "older" if any(app in ours for app, _ in applied) else "empty"


def _holds_something() -> bool:
    """Whether a log was opened here. Nothing is kept before; a first migration that was killed has left some tables."""
    with connection.cursor() as cursor:
        if "ledger_log" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT 1 FROM ledger_log LIMIT 1")
        return cursor.fetchone() is not None


def _backup_first() -> None:
    from countermark.ledger import backup

    backup.automatic()


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process migrates a store at a time."""
    if database.is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x434D5343])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [0x434D5343])
        return
    path = Path(str(connection.settings_dict["NAME"])).with_suffix(".lock")
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
