from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marking", "0003_find")]

    operations = [
        migrations.AddField("numberrow", "reason_code", models.TextField(default="")),
    ]
