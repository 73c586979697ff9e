"""Requests are tied to each other by what their acts say, and found when something of them may not be kept any longer."""

from typing import Any

from django.db import migrations, models


def link_again(apps: Any, schema_editor: Any) -> None:
    """The views are folded again from the acts (the links by 0007): a handful in any store of before."""
    from countermark.tracing.cases.projection import PROJECTION as CASES
    from countermark.tracing.requests.projection import TIED

    if apps.get_model("tracing", "RequestLink").objects.exists():
        TIED.rebuild()
    if apps.get_model("tracing", "CaseLink").objects.exists():
        CASES.rebuild()


class Migration(migrations.Migration):
    dependencies = [("tracing", "0005_case_office"), ("ledger", "0001_initial")]
    operations = [
        migrations.AddField("requestlink", "expires", models.CharField(default="", max_length=10), False),
        migrations.AddIndex(
            "requestlink",
            models.Index(fields=["expires"], condition=~models.Q(expires=""), name="tracing_requestlink_expires"),
        ),
        migrations.CreateModel(
            name="RequestTie",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "position", "tie", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("conversation", models.CharField(db_index=True, max_length=100)),
                ("tie", models.CharField(db_index=True, max_length=120)),
            ],
            options={"db_table": "tracing_requesttie"},
        ),
        migrations.AddField("caselink", "conversation", models.CharField(default="", max_length=100), False),
        migrations.AddIndex(
            "caselink",
            models.Index(
                fields=["conversation"], condition=~models.Q(conversation=""), name="tracing_caselink_request"
            ),
        ),
        migrations.RunPython(link_again, migrations.RunPython.noop),
    ]
