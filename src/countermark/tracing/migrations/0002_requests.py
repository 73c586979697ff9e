"""The view that links acts about messages to their request."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracing", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="RequestLink",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("conversation", models.CharField(db_index=True, max_length=100)),
            ],
            options={"db_table": "tracing_requestlink"},
        ),
    ]
