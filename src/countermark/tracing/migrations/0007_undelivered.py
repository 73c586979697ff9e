"""What is undelivered is looked up: which message of ours an act sends, and up to which the other side has them."""

from typing import Any

from django.db import migrations, models


def link_again(apps: Any, schema_editor: Any) -> None:
    """The view is folded again from the acts: a handful in any store of before."""
    from countermark.tracing.requests.projection import PROJECTION

    if apps.get_model("tracing", "RequestLink").objects.exists():
        PROJECTION.rebuild()


class Migration(migrations.Migration):
    dependencies = [("tracing", "0006_request_ties"), ("ledger", "0001_initial")]
    operations = [
        migrations.AddField("requestlink", "sent", models.BigIntegerField(default=0), False),
        migrations.AddField("requestlink", "reached", models.BigIntegerField(default=0), False),
        migrations.AddIndex(
            "requestlink",
            models.Index(fields=["conversation", "sent", "reached"], name="tracing_requestlink_reached"),
        ),
        migrations.RunPython(link_again, migrations.RunPython.noop),
    ]
