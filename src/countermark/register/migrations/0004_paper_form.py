from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0003_identity_of_weapon"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperForm",
            fields=[
                ("code", models.CharField(max_length=11, primary_key=True, serialize=False)),
                ("event", models.CharField(blank=True, max_length=20)),
                ("weapon_id", models.CharField(blank=True, max_length=36)),
                ("issued", models.CharField(max_length=24)),
                ("issued_by", models.CharField(max_length=150)),
                ("issued_to", models.CharField(blank=True, max_length=64)),
                ("state", models.CharField(default="out", max_length=5)),
                ("written", models.CharField(blank=True, max_length=40)),
                ("keyed", models.CharField(blank=True, max_length=24)),
                ("keyed_by", models.CharField(blank=True, max_length=150)),
                ("event_id", models.TextField(blank=True)),
                ("reason", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "issued"], name="register_paper_out")],
            },
        ),
    ]
