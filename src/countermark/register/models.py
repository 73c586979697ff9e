"""Views of the register (folded from the logs) and its kept tables."""

from django.db import models


class Weapon(models.Model):
    """View: one weapon as the ledger says now. `serial` is the text of its control mark."""

    id = models.UUIDField(primary_key=True)
    source = models.TextField()
    ref = models.TextField()
    kind = models.TextField()
    maker = models.TextField()
    model = models.TextField()
    calibre = models.TextField()
    country = models.TextField()
    year = models.TextField()
    status = models.TextField()
    serial = models.TextField()
    holder = models.TextField()
    place = models.TextField()
    replaced_by = models.UUIDField(null=True)
    finding = models.TextField()
    first_recorded = models.TextField()
    last_time = models.TextField()
    entries = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["maker", "model"], name="register_weapon_maker"),
            models.Index(fields=["ref"], name="register_weapon_ref"),
            models.Index(fields=["holder"], name="register_weapon_holder", condition=~models.Q(holder="")),
            models.Index(fields=["place"], name="register_weapon_place", condition=~models.Q(place="")),
            models.Index(fields=["status"], name="register_weapon_status", condition=~models.Q(status="active")),
            models.Index(fields=["finding"], name="register_weapon_finding", condition=~models.Q(finding="")),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.ref}"


class Mark(models.Model):
    """View: what a mark of a weapon is found and named by; `canonical` is the form in which it is compared.

    What else is known of a mark stands in the weapon's state, which is folded when it is shown.
    """

    pk = models.CompositePrimaryKey("weapon_id", "number")
    weapon = models.ForeignKey(Weapon, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    number = models.SmallIntegerField()
    component = models.TextField()
    role = models.TextField()
    text = models.TextField()
    canonical = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["canonical"], name="register_mark_canonical", condition=~models.Q(canonical=""))
        ]

    def __str__(self) -> str:
        return self.text


class Link(models.Model):
    """View: which entries are about which weapon. `identity` names a source's own event number, where it gave one."""

    pk = models.CompositePrimaryKey("weapon_id", "position")
    weapon_id = models.UUIDField()
    position = models.BigIntegerField()
    identity = models.TextField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["identity"], name="register_link_identity", condition=models.Q(identity__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.weapon_id} {self.position}"


class Identity(models.Model):
    """View: what maker, model, kind, calibre and control mark of a weapon come to; one key of several is a collision."""

    pk = models.CompositePrimaryKey("key", "weapon_id")
    key = models.BigIntegerField()
    weapon_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.key} {self.weapon_id}"


class Spelling(models.Model):
    """View: each maker, model and calibre as sources write it, and how many weapons carry it."""

    pk = models.CompositePrimaryKey("list", "code", "text")
    list = models.TextField()
    code = models.BigIntegerField()
    text = models.TextField()
    n = models.IntegerField()

    def __str__(self) -> str:
        return self.text


class Term(models.Model):
    """Kept: an entry of a reference list (maker, model, calibre) and what else is known of it.

    `state` is `known` or, after a review, `rejected`. A spelling in no term is provisional and waits for review.
    """

    list = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    maker = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="known")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "name", "maker"], name="register_term_once")]

    def __str__(self) -> str:
        return self.name


class TermAlias(models.Model):
    """Kept with its term: another spelling of it, normalised."""

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="aliases")
    spelling = models.CharField(max_length=200)
    normalised = models.CharField(max_length=200, db_index=True)

    def __str__(self) -> str:
        return self.spelling


class Case(models.Model):
    """Kept: what was decided of a discrepancy. `subject` is `collision:<key>`, `<finding>:<weapon id>` or `hit:<case>:<weapon id>`."""

    subject = models.CharField(max_length=80, primary_key=True)
    owner = models.CharField(max_length=150, blank=True)
    due = models.CharField(max_length=10)
    state = models.CharField(max_length=12, default="open")
    reason = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.subject


class SavedSearch(models.Model):
    """Kept: a filter of the register list somebody named."""

    owner = models.CharField(max_length=150)
    name = models.CharField(max_length=100)
    query = models.TextField()
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="register_search_once")]

    def __str__(self) -> str:
        return self.name


class LoadJob(models.Model):
    """A long load asked for on a page or through the API: lease, progress, outcome (not part of the record)."""

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=150)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    path = models.TextField()
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default="waiting")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    report = models.JSONField(default=dict)
    lease_until = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Mention(models.Model):
    """View: an entry that names a weapon without being about it (`mentions`)."""

    pk = models.CompositePrimaryKey("weapon_id", "position")
    weapon_id = models.UUIDField()
    position = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.weapon_id} {self.position}"
