"""The tables of requests between States and of cases. (The search tables are plain SQL: `index.ddl`.)"""

from django.db import models


class RequestLink(models.Model):
    """View: which act belongs to which tracing request.

    `draft` is the draft it writes down; `peer` the other side; `held` the size of the peer's log of which a received message brought
    a checkpoint (0: none, -1: its act does not say); `guarded`: it told what may not be passed on without consent; `expires`: the first
    day that is the last one on which something of it may be seen. `sent`: the number of the message of ours that goes to a node, `reached`: up
    to which number the other side has ours, as this act says (0: it says nothing).
    """

    position = models.BigIntegerField(primary_key=True)
    conversation = models.CharField(max_length=100, db_index=True)
    draft = models.CharField(max_length=100, db_index=True)
    peer = models.CharField(max_length=100)
    held = models.BigIntegerField()
    guarded = models.BooleanField()
    expires = models.CharField(max_length=10)
    sent = models.BigIntegerField()
    reached = models.BigIntegerField()

    class Meta:
        db_table = "tracing_requestlink"
        indexes = [
            models.Index(fields=["conversation", "sent", "reached"], name="tracing_requestlink_reached"),
            models.Index(fields=["peer", "held"], name="tracing_requestlink_held"),
            models.Index(fields=["peer"], condition=models.Q(guarded=True), name="tracing_requestlink_guarded"),
            models.Index(fields=["expires"], condition=~models.Q(expires=""), name="tracing_requestlink_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation}/{self.position}"


class RequestTie(models.Model):
    """View: what ties requests to each other, as opaque ids: `mark:` one asked about, `request:` itself, one it follows from or names."""

    pk = models.CompositePrimaryKey("position", "tie")
    position = models.BigIntegerField()
    conversation = models.CharField(max_length=100, db_index=True)
    tie = models.CharField(max_length=120, db_index=True)

    class Meta:
        db_table = "tracing_requesttie"

    def __str__(self) -> str:
        return f"{self.conversation} {self.tie}"


class CaseLink(models.Model):
    """View: which act belongs to which case; `office` is the place it gave the case to, `conversation` the request it made from it."""

    position = models.BigIntegerField(primary_key=True)
    case_id = models.CharField(max_length=100, db_index=True)
    office = models.CharField(max_length=200)
    conversation = models.CharField(max_length=100)

    class Meta:
        db_table = "tracing_caselink"
        indexes = [
            models.Index(fields=["office"], name="tracing_caselink_office", condition=~models.Q(office="")),
            models.Index(
                fields=["conversation"], name="tracing_caselink_request", condition=~models.Q(conversation="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.position}"
