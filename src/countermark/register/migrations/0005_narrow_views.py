"""Narrower views: a mark keeps what it is found and named by, and on SQLite links are kept by their key alone.

Marks are not: their rows are wide, and a load would write them all over instead of one after another.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LEFT_OUT = ("carrier", "mark_kind", "layer", "condition", "inscription", "until")
TABLES = {
    "register_link": (
        '"weapon_id" char(32) NOT NULL, "position" bigint NOT NULL, "identity" text NULL, PRIMARY KEY ("weapon_id", "position")',
        " WITHOUT ROWID",
        "weapon_id, position, identity",
        'CREATE INDEX "register_link_identity" ON "register_link" ("identity") WHERE "identity" IS NOT NULL',
    ),
    "register_mark": (
        (
            '"weapon_id" char(32) NOT NULL, "number" smallint NOT NULL, "component" text NOT NULL, "role" text NOT NULL,'
            ' "text" text NOT NULL, "canonical" text NOT NULL, PRIMARY KEY ("weapon_id", "number")'
        ),
        "",
        "weapon_id, number, component, role, text, canonical",
        'CREATE INDEX "register_mark_canonical" ON "register_mark" ("canonical") WHERE NOT ("canonical" = \'\')',
    ),
}


def narrow(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "sqlite":
        for column in LEFT_OUT:
            editor.execute(f"ALTER TABLE register_mark DROP COLUMN {column}")
        return
    for table, (definition, kind, columns, index) in TABLES.items():
        editor.execute(f"CREATE TABLE {table}_new ({definition}){kind}")
        key = columns.split(", ")[:2]
        editor.execute(f"INSERT INTO {table}_new SELECT {columns} FROM {table} ORDER BY {', '.join(key)}")  # noqa: S608
        editor.execute(f"DROP TABLE {table}")
        editor.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
        editor.execute(index)


class Migration(migrations.Migration):
    dependencies = [("register", "0004_paper_form")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(narrow, migrations.RunPython.noop)],
            state_operations=[migrations.RemoveField("mark", column) for column in LEFT_OUT],
        )
    ]
