"""The search tables: plain SQL, because what they owe their speed to differs between the two databases."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from countermark.tracing import index


def make_tables(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in index.ddl("postgresql" if editor.connection.vendor == "postgresql" else "sqlite"):
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]
    operations = [migrations.RunPython(make_tables, migrations.RunPython.noop)]
