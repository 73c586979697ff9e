"""The view that links acts about recovered weapons to their case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracing", "0003_request_lookups")]
    operations = [
        migrations.CreateModel(
            name="CaseLink",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("case_id", models.CharField(db_index=True, max_length=100)),
            ],
            options={"db_table": "tracing_caselink"},
        ),
    ]
