"""Tables of the ledger. `Entry` and `Tile` are the log: triggers refuse UPDATE and DELETE on them."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

LOG_SPAN = 1 << 40
"""Positions are `log_id * LOG_SPAN + index`: one integer names an entry on this node, in log order."""


class Position(models.BigIntegerField):  # type: ignore[type-arg]  # has no parameters when it runs
    """A key that is the row's own number on SQLite, where a `bigint` one would be kept in a tree of its own."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """`integer` on SQLite: eight bytes as well."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class Log(models.Model):
    """One log held here: the node's own (the newest generation is written to) or a copy of another's.

    `folded`: how often the views were folded anew since it came, so that who keeps a copy of a view sees that it is another one.
    """

    id = models.SmallAutoField(primary_key=True)
    origin = models.CharField(max_length=100, unique=True)
    verifier_key = models.CharField(max_length=200)
    own = models.BooleanField()
    folded = models.IntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.origin


class Entry(models.Model):
    """One entry of a log. `id` is its position, `key` SHA-256 of its eventID, `leaf` its RFC 9162 leaf hash."""

    id = Position(primary_key=True)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_index=False)
    key = models.BinaryField(max_length=32)
    leaf = models.BinaryField(max_length=32)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "log"], name="ledger_entry_once_per_log")]

    def __str__(self) -> str:
        return str(self.id)


class Tile(models.Model):
    """The root of one complete run of 256 elements. `id` is `((log_id * 8 + level) * LOG_SPAN) + index`."""

    id = Position(primary_key=True)
    root = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.id)


class KeptIndex(models.Model):
    """View: which entry last wrote a kept row, and the digest it states."""

    table = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    position = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="ledger_kept_row")]

    def __str__(self) -> str:
        return f"{self.table}/{self.key}"


class SideText(models.Model):
    """Kept: the text behind an opaque id. Erased rows stay as tombstones with empty text and salt."""

    ref = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=10)
    text = models.TextField()
    salt = models.CharField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["kind", "text"], name="ledger_side_text")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.ref[:8]}"


class NodeSetting(models.Model):
    """Kept: a setting of this node (its secret, whether it is a demonstration store, national parameters)."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.TextField()

    def __str__(self) -> str:
        return self.name


class Peer(models.Model):
    """Kept: a node whose logs and messages are accepted here (the node directory)."""

    origin = models.CharField(max_length=100, primary_key=True)
    verifier_key = models.CharField(max_length=200)
    encryption_key = models.CharField(max_length=200, blank=True)
    checkpoint = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.origin


class Attachment(models.Model):
    """Kept: a received or attached document, named by the SHA-256 of its bytes."""

    digest = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=100)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.digest


class Replica(models.Model):
    """How far a log of another node is taken in, beside its entries: work in progress, which a repeated exchange finds again.

    Side data is here for entries below `taken`, rows of kept tables for those below `kept`. `seen` is a signed checkpoint that
    the log must contain once it is held so far.
    """

    origin = models.CharField(max_length=100, primary_key=True)
    taken = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    seen = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.origin


class Contact(models.Model):
    """The last exchange with a node of the directory, by whichever side: times are RFC 3339 UTC of this node's clock.

    `behind` entries were there and not here when it ended, `ahead` the other way round; `problem` is a packed sentence or empty.
    """

    origin = models.CharField(max_length=100, primary_key=True)
    tried = models.CharField(max_length=24, blank=True)
    reached = models.CharField(max_length=24, blank=True)
    behind = models.BigIntegerField(null=True)
    ahead = models.BigIntegerField(null=True)
    problem = models.JSONField(default=str, blank=True)

    def __str__(self) -> str:
        return self.origin


class ActLinkColumns(models.Model):
    """View of a room: which acts are about which subject (`subjects.py`)."""

    pk = models.CompositePrimaryKey("subject", "position")
    subject = models.TextField()
    position = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.subject} {self.position}"


class SubjectColumns(models.Model):
    """View of a room: what the acts about one subject come to (`states.Subject`). What lists are searched by has a column of its own."""

    pk = models.CompositePrimaryKey("kind", "key")
    kind = models.TextField()
    key = models.TextField()
    state = models.TextField()
    parent = models.TextField()
    place = models.TextField()
    person = models.TextField()
    due = models.TextField()
    finding = models.TextField()
    since = models.TextField()
    time = models.TextField()
    by = models.TextField()
    log = models.TextField()
    acts = models.IntegerField()
    value = models.JSONField()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["kind", "state", "due"], name="%(app_label)s_subject_state"),
            models.Index(fields=["kind", "since"], name="%(app_label)s_subject_since"),
            models.Index(
                fields=["parent", "kind"], name="%(app_label)s_subject_parent", condition=~models.Q(parent="")
            ),
            models.Index(fields=["place", "kind"], name="%(app_label)s_subject_place", condition=~models.Q(place="")),
            models.Index(
                fields=["person", "kind"], name="%(app_label)s_subject_person", condition=~models.Q(person="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"
