"""The one table of requests between States. (The search tables are plain SQL: `index.ddl`.)"""

from django.db import models


class RequestLink(models.Model):
    """View: which act belongs to which tracing request."""

    position = models.BigIntegerField(primary_key=True)
    conversation = models.CharField(max_length=100, db_index=True)

    class Meta:
        db_table = "tracing_requestlink"

    def __str__(self) -> str:
        return f"{self.conversation}/{self.position}"
