"""The tables of requests between States and of cases. (The search tables are plain SQL: `index.ddl`.)"""

from django.db import models


class RequestLink(models.Model):
    """View: which act belongs to which tracing request.

    `draft` is the draft it writes down; `peer` the other side; `held` the size of the peer's log of which a received message brought
    a checkpoint (0: none, -1: its act does not say); `guarded`: it told what may not be passed on without consent.
    """

    position = models.BigIntegerField(primary_key=True)
    conversation = models.CharField(max_length=100, db_index=True)
    draft = models.CharField(max_length=100, db_index=True)
    peer = models.CharField(max_length=100)
    held = models.BigIntegerField()
    guarded = models.BooleanField()

    class Meta:
        db_table = "tracing_requestlink"
        indexes = [
            models.Index(fields=["peer", "held"], name="tracing_requestlink_held"),
            models.Index(fields=["peer"], condition=models.Q(guarded=True), name="tracing_requestlink_guarded"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation}/{self.position}"


class CaseLink(models.Model):
    """View: which act belongs to which case; `office` is the place it gave the case to, empty where it gave it to none."""

    position = models.BigIntegerField(primary_key=True)
    case_id = models.CharField(max_length=100, db_index=True)
    office = models.CharField(max_length=200)

    class Meta:
        db_table = "tracing_caselink"
        indexes = [models.Index(fields=["office"], name="tracing_caselink_office", condition=~models.Q(office=""))]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.position}"
