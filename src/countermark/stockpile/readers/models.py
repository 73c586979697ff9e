"""Tables of tags and readers: a view of which tags are bound, and what readers saw, which is no part of the record."""

from django.db import models


class Tag(models.Model):
    """View: a tag bound to a weapon (`register.tagged`). One tag on two weapons is two rows: a finding."""

    pk = models.CompositePrimaryKey("weapon_id", "tag")
    weapon_id = models.UUIDField()
    tag = models.TextField()
    tid = models.TextField()
    since = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["tag"], name="stockpile_tag_tag")]

    def __str__(self) -> str:
        return self.tag


class Observation(models.Model):
    """What one antenna of a reader saw of one tag in one minute (`reads.Key`, `reads.Seen`). Purged by age: no log, no view, not kept.

    `slot` counts minutes since 1970; `first` and `last` are milliseconds since 1970, `rssi` hundredths of a dBm.
    """

    pk = models.CompositePrimaryKey("reader", "slot", "tag", "antenna", "tid")
    reader = models.TextField()
    slot = models.IntegerField()
    tag = models.TextField()
    antenna = models.SmallIntegerField()
    tid = models.TextField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    reads = models.IntegerField()
    rssi = models.SmallIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tag", "slot"], name="stockpile_observation_tag")]

    def __str__(self) -> str:
        return f"{self.reader} {self.tag} {self.slot}"


class TakenBatch(models.Model):
    """The name a program gave a batch of reads, so that one sent again is not counted again. Purged with the observations."""

    name = models.TextField(primary_key=True)
    slot = models.IntegerField(db_index=True)

    def __str__(self) -> str:
        return self.name
