import django.db.models.fields.composite
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "pk",
                    django.db.models.fields.composite.CompositePrimaryKey(
                        "weapon_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("weapon_id", models.UUIDField()),
                ("position", models.BigIntegerField(db_index=True)),
            ],
        ),
    ]
