"""The journal of the fund as a table: a view, folded from the acts about entries."""

from django.db import models


class Posting(models.Model):
    """View: one line of an entry of the books, or of its reversal (`shapes.PostingFacts`). Debits are positive, in minor units of `currency`."""

    pk = models.CompositePrimaryKey("entry", "line")
    entry = models.TextField()
    line = models.IntegerField()
    reversal = models.BooleanField()
    window = models.TextField()
    kind = models.TextField()
    day = models.TextField()
    account = models.TextField()
    currency = models.TextField()
    amount = models.BigIntegerField()
    purse = models.TextField()
    award = models.TextField()
    pledge = models.TextField()
    tranche = models.IntegerField()
    report = models.TextField()
    log = models.TextField()
    at = models.BigIntegerField()

    class Meta:
        app_label = "cooperation"
        indexes = [
            models.Index(fields=["window", "day"], name="cooperation_posting_window"),
            models.Index(fields=["purse"], name="cooperation_posting_purse"),
            models.Index(fields=["award"], name="cooperation_posting_award", condition=~models.Q(award="")),
            models.Index(fields=["pledge"], name="cooperation_posting_pledge", condition=~models.Q(pledge="")),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.line}"
