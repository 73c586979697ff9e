"""The table of numbered paper forms."""

from typing import ClassVar

from django.db import models


class PaperForm(models.Model):
    """Kept: a numbered form that was printed, and what became of it.

    `state` is `out`, `waits`, `keyed` or `void`; of one that waits, the `proposal` that stands for what it says tells where it stands by now
    (`papers.standing`). `issued_to` and `reason` are the digits of side texts, so that a name can be erased;
    `reason_code` is a code of the list `form_voided`.
    `written` is the time written on the paper, as it stands there; `event_id` and `weapon_id` are what was recorded from it
    (`weapon_id` also names the weapon a form was printed for).
    """

    code = models.CharField(max_length=11, primary_key=True)
    event = models.CharField(max_length=20, blank=True)
    weapon_id = models.CharField(max_length=36, blank=True)
    issued = models.CharField(max_length=24)
    issued_by = models.CharField(max_length=150)
    issued_to = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=5, default="out")
    written = models.CharField(max_length=40, blank=True)
    keyed = models.CharField(max_length=24, blank=True)
    keyed_by = models.CharField(max_length=150, blank=True)
    event_id = models.TextField(blank=True)
    reason = models.CharField(max_length=64, blank=True)
    reason_code = models.CharField(max_length=30, blank=True, default="")
    proposal = models.CharField(max_length=36, blank=True, default="")

    class Meta:
        app_label = "register"
        indexes: ClassVar = [models.Index(fields=["state", "issued"], name="register_paper_out")]

    def __str__(self) -> str:
        return self.code
