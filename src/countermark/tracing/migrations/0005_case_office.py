"""The acts that give a case to an office say so in the view: acts of before gave it to none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracing", "0004_cases")]
    operations = [
        migrations.AddField("caselink", "office", models.CharField(default="", max_length=200), False),
        migrations.AddIndex(
            "caselink",
            models.Index(fields=["office"], condition=~models.Q(office=""), name="tracing_caselink_office"),
        ),
    ]
