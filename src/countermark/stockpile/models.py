"""Views of the stockpile, folded from its acts (`states.py`) and from the events of weapons (`holdings.py`)."""

from django.db import models

from countermark.ledger.models import ActLinkColumns, SubjectColumns
from countermark.stockpile.counterauth.models import Proof
from countermark.stockpile.readers.models import Observation, Tag, TakenBatch

__all__ = ["ActLink", "AloneRow", "Holding", "Observation", "Proof", "SubjectRow", "Tag", "TakenBatch"]


class ActLink(ActLinkColumns):
    """View: which acts are about which subject (`unit:<id>`, `receipt:<id>`, `count:<id>` ...)."""


class SubjectRow(SubjectColumns):
    """View: what the acts about one subject come to."""

    class Meta(SubjectColumns.Meta):
        indexes = [
            *SubjectColumns.Meta.indexes,
            # The newest of one place among very many: `queries.newest` names the condition, or SQLite passes the index over.
            models.Index(
                fields=["place", "kind", "since"], name="stockpile_subject_newest", condition=~models.Q(place="")
            ),
        ]


class Holding(models.Model):
    """View: where a weapon of the stockpile is and with whom, as its hand-overs say (`register.handover.Custody`).

    `store` is a place, `account` the unit that answers for it, `holder` who has it in hand; `heads` is 1 while nobody contradicts.
    """

    weapon_id = models.UUIDField(primary_key=True)
    custody = models.TextField()
    store = models.TextField()
    account = models.TextField()
    holder = models.TextField()
    due = models.TextField()
    receipt = models.TextField()
    shipment = models.TextField()
    since = models.TextField()
    status = models.TextField()
    heads = models.SmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["store", "custody"], name="stockpile_holding_store"),
            models.Index(fields=["holder"], name="stockpile_holding_holder", condition=~models.Q(holder="")),
            models.Index(fields=["account", "custody"], name="stockpile_holding_account"),
            models.Index(fields=["due"], name="stockpile_holding_due", condition=~models.Q(due="")),
            models.Index(fields=["receipt"], name="stockpile_holding_receipt", condition=~models.Q(receipt="")),
            models.Index(fields=["shipment"], name="stockpile_holding_shipment", condition=~models.Q(shipment="")),
        ]

    def __str__(self) -> str:
        return f"{self.weapon_id} {self.custody}"


class AloneRow(models.Model):
    """View: a change of who has a weapon of the stores, or where, that one person made beside the counters (`alone.py`)."""

    pk = models.CompositePrimaryKey("weapon_id", "key")
    weapon_id = models.UUIDField()
    key = models.CharField(max_length=64, db_index=True)
    what = models.TextField()
    by = models.TextField()
    recorded = models.TextField()
    place = models.TextField()

    class Meta:
        db_table = "stockpile_alone"

    def __str__(self) -> str:
        return f"{self.weapon_id} {self.what}"
