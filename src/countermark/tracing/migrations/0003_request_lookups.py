"""Drafts, checkpoints and guarded messages are looked up instead of searched for in every request."""

from typing import Any

from django.db import migrations, models


def link_again(apps: Any, schema_editor: Any) -> None:
    """The view is folded again from the acts: a handful in any store of before."""
    from countermark.tracing.requests.projection import PROJECTION

    if apps.get_model("tracing", "RequestLink").objects.exists():
        PROJECTION.rebuild()


class Migration(migrations.Migration):
    dependencies = [("tracing", "0002_requests"), ("ledger", "0001_initial")]
    operations = [
        migrations.AddField("requestlink", "draft", models.CharField(db_index=True, default="", max_length=100), False),
        migrations.AddField("requestlink", "peer", models.CharField(default="", max_length=100), False),
        migrations.AddField("requestlink", "held", models.BigIntegerField(default=0), False),
        migrations.AddField("requestlink", "guarded", models.BooleanField(default=False), False),
        migrations.AddIndex("requestlink", models.Index(fields=["peer", "held"], name="tracing_requestlink_held")),
        migrations.AddIndex(
            "requestlink",
            models.Index(fields=["peer"], condition=models.Q(guarded=True), name="tracing_requestlink_guarded"),
        ),
        migrations.RunPython(link_again, migrations.RunPython.noop),
    ]
