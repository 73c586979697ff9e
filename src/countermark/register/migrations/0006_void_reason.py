from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0005_narrow_views")]

    operations = [
        migrations.AddField("paperform", "reason_code", models.CharField(blank=True, default="", max_length=30)),
    ]
