"""The position of an entry or tile is its row on SQLite: one tree less in each table, one descent less to read an entry."""

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from countermark.ledger.models import Position

append_only = import_module("countermark.ledger.migrations.0002_append_only")
TABLES = {
    "ledger_entry": (
        (
            '"id" integer NOT NULL PRIMARY KEY, "key" BLOB NOT NULL, "leaf" BLOB NOT NULL, "data" BLOB NOT NULL, "log_id" smallint'
            ' NOT NULL REFERENCES "ledger_log" ("id") DEFERRABLE INITIALLY DEFERRED,'
            ' CONSTRAINT "ledger_entry_once_per_log" UNIQUE ("key", "log_id")'
        ),
        "id, key, leaf, data, log_id",
    ),
    "ledger_tile": ('"id" integer NOT NULL PRIMARY KEY, "root" BLOB NOT NULL', "id, root"),
}


def copy_logs(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Row by row in the order of the log; triggers go with the old tables and are made again."""
    if editor.connection.vendor != "sqlite":
        return
    for table, (definition, columns) in TABLES.items():
        editor.execute(f"CREATE TABLE {table}_new ({definition})")
        editor.execute(f"INSERT INTO {table}_new ({columns}) SELECT {columns} FROM {table} ORDER BY id")  # noqa: S608
        editor.execute(f"DROP TABLE {table}")
        editor.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
    append_only.refuse_changes(apps, editor)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(copy_logs, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField("entry", "id", Position(primary_key=True, serialize=False)),
                migrations.AlterField("tile", "id", Position(primary_key=True, serialize=False)),
            ],
        )
    ]
