"""Views of the marking room, folded from its acts (`states.py`). `ledger_entry` is what they are made of."""

from django.db import models

from countermark.ledger.models import ActLinkColumns


class ActLink(ActLinkColumns):
    """View: which acts are about which subject (`batch:<id>`, `machine:<id>` ...)."""


class RecordRow(models.Model):
    """View: a value as its last act states it: an authority, a block, a model, a machine, a rule of the State ..."""

    pk = models.CompositePrimaryKey("kind", "key")
    kind = models.TextField()
    key = models.TextField()
    value = models.JSONField()
    place = models.TextField()
    since = models.TextField()
    time = models.TextField()
    by = models.TextField()
    log = models.TextField()
    acts = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class NumberRow(models.Model):
    """View: a number issued, and what became of it."""

    subject = models.TextField(primary_key=True)
    authority = models.TextField()
    number = models.BigIntegerField()
    block = models.TextField()
    text = models.TextField()
    state = models.TextField()
    request = models.TextField()
    item = models.TextField()
    time = models.TextField()
    by = models.TextField()
    reason = models.TextField()
    finding = models.TextField()
    reason_code = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["authority", "number"], name="marking_number_order"),
            models.Index(fields=["block", "number"], name="marking_number_block"),
            models.Index(fields=["item"], name="marking_number_item", condition=~models.Q(item="")),
            models.Index(
                fields=["authority", "request"], name="marking_number_request", condition=~models.Q(request="")
            ),
        ]

    def __str__(self) -> str:
        return self.text


class BatchRow(models.Model):
    """View: a work order."""

    id = models.TextField(primary_key=True)
    name = models.TextField()
    occasion = models.TextField()
    profiles = models.JSONField()
    date = models.TextField()
    authority = models.TextField()
    place = models.TextField()
    state = models.TextField()
    time = models.TextField()
    by = models.TextField()
    items = models.IntegerField()
    note = models.TextField()
    finding = models.TextField()

    def __str__(self) -> str:
        return self.name


class ItemRow(models.Model):
    """View: one weapon of a batch and how far it has come."""

    id = models.TextField(primary_key=True)
    batch = models.TextField()
    position = models.IntegerField()
    weapon = models.TextField()
    ref = models.TextField()
    serial = models.TextField()
    description = models.JSONField()
    plan = models.TextField()
    marks = models.JSONField()
    state = models.TextField()
    attempt = models.IntegerField()
    keyed = models.TextField()
    number = models.TextField()
    applied = models.JSONField()
    inspections = models.JSONField()
    started = models.TextField()
    time = models.TextField()
    reason = models.TextField()
    finding = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["batch", "position"], name="marking_item_order"),
            models.Index(fields=["weapon"], name="marking_item_weapon", condition=~models.Q(weapon="")),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.position}"


class FindRow(models.Model):
    """View: a weapon the State has taken in, and since when (`found.py`)."""

    weapon_id = models.UUIDField(primary_key=True)
    since = models.TextField()

    def __str__(self) -> str:
        return f"{self.weapon_id} {self.since}"


class StateMark(models.Model):
    """View: a weapon that bears a readable mark of State stock (`statemarks.py`)."""

    pk = models.CompositePrimaryKey("weapon_id", "number")
    weapon_id = models.UUIDField()
    number = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.weapon_id} {self.number}"
