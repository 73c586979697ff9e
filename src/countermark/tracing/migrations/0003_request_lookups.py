"""Drafts, checkpoints and guarded messages are looked up instead of searched for in every request (folded again by 0007)."""

from django.db import migrations, models


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
    ]
