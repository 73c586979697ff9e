from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0006_void_reason")]

    operations = [
        migrations.AddField("paperform", "proposal", models.CharField(blank=True, default="", max_length=36)),
    ]
