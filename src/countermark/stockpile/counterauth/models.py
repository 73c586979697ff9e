"""Kept: what somebody on the roster proves with who they are."""

from django.db import models


class Proof(models.Model):
    """Kept: a PIN (its hash only) or a security key (its public key only) of somebody on the roster. No biometric, no template.

    `key` is `pin:<party>` or `passkey:<SHA-256 of the credential id>`. A `temporary` PIN is the one-time code by which a person sets their
    own, good until `until`. A row of kind `password` only counts the wrong passwords somebody gave as a second person (`tries`). `failures`, `locked` and `uses` (a key's signature counter) change without an act and stand in no digest.
    `version` goes up by one with each change, at whatever node of the State: of two that met, the greater holds (`travel`).
    """

    key = models.TextField(primary_key=True)
    party = models.TextField(db_index=True)
    kind = models.TextField()
    label = models.TextField(default="")
    secret = models.TextField(default="")
    temporary = models.BooleanField(default=False)
    until = models.TextField(default="")
    failures = models.IntegerField(default=0)
    locked = models.TextField(default="")
    uses = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.key
