"""What one person changed of weapons of the stores beside their counters: filled from the weapons there are."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from countermark.ledger import database

CHUNK = 500


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """A view is never empty because a store is older."""
    from countermark.register import projection
    from countermark.stockpile.alone import view

    ids = [database.uuid_text(row[0]) for row in database.stream("SELECT weapon_id FROM stockpile_holding", [])]
    for some in database.chunks(ids, CHUNK):
        rows = [row for state in projection.states_of(some).values() for row in view.rows(state)]
        stored = [(database.uuid_parameter(row[0]), *row[1:]) for row in rows]
        database.insert_rows("stockpile_alone", view.COLUMNS, sorted(stored))


class Migration(migrations.Migration):
    dependencies = [("stockpile", "0006_newest"), ("register", "0005_narrow_views")]

    operations = [
        migrations.CreateModel(
            name="AloneRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "weapon_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("weapon_id", models.UUIDField()),
                ("key", models.CharField(db_index=True, max_length=64)),
                ("what", models.TextField()),
                ("by", models.TextField()),
                ("recorded", models.TextField()),
                ("place", models.TextField()),
            ],
            options={"db_table": "stockpile_alone"},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
