"""Collisions by weapon instead of by count. On SQLite the key is the row: one tree, not two."""

import django.db.models.fields.composite
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from countermark.ledger import database
from countermark.register import rows
from countermark.register.rules import MarkState, WeaponState

COLUMNS = ("kind", "maker", "model", "calibre", "serial")


def make_table(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = editor.connection.vendor == "postgresql"
    editor.execute("DROP TABLE register_identity")
    editor.execute(
        f"CREATE TABLE register_identity (key bigint NOT NULL, weapon_id {'uuid' if on_postgresql else 'char(32)'} NOT NULL,"
        f" PRIMARY KEY (key, weapon_id)){'' if on_postgresql else ' WITHOUT ROWID'}"
    )


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The rows of the weapons there are: a view is never empty because a store is older."""
    sql = f"SELECT id, {', '.join(COLUMNS)} FROM register_weapon WHERE replaced_by IS NULL AND serial <> ''"  # noqa: S608
    for weapons in database.chunks(database.stream(sql, []), 2000):
        keys = ((_key(*weapon[1:]), weapon[0]) for weapon in weapons)
        found = sorted((key, weapon_id) for key, weapon_id in keys if key is not None)
        database.insert_rows("register_identity", ("key", "weapon_id"), found)


def _key(kind: str, maker: str, model: str, calibre: str, serial: str) -> int | None:
    mark = MarkState(1, role="control", text=serial)
    return rows.identity_key(WeaponState("", kind=kind, maker=maker, model=model, calibre=calibre, marks=(mark,)))


class Migration(migrations.Migration):
    dependencies = [("register", "0002_mention")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(make_table, migrations.RunPython.noop),
                migrations.RunPython(fill, migrations.RunPython.noop),
            ],
            state_operations=[
                migrations.DeleteModel(name="Identity"),
                migrations.CreateModel(
                    name="Identity",
                    fields=[
                        (
                            "pk",
                            django.db.models.fields.composite.CompositePrimaryKey(
                                "key", "weapon_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("key", models.BigIntegerField()),
                        ("weapon_id", models.UUIDField()),
                    ],
                ),
            ],
        ),
    ]
