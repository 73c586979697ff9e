"""Tables of people and places. All are *kept*: written only by `services`, each write answered by an act in the ledger.

Ids of users and places are the ids the ledger uses for them (`identity.opaque`), so that an event's place and a role's
place can be compared. Names stand here only; `salt` keeps them from being guessed from the digest in the ledger.
"""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from countermark.accounts.rules import Grant

ID_LENGTH = 100


class Organisation(models.Model):
    """A ministry, force or agency."""

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    salt = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """Somewhere weapons are kept or people work: a region, a depot, a station, each below another or at the top."""

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    name = models.CharField(max_length=200, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True)
    salt = models.CharField(max_length=32)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds users by name, whatever the case they type it in."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").casefold())


class User(AbstractBaseUser):
    """Somebody who signs in. The password, `last_login` and `must_change_password` are no part of the kept digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.CharField(max_length=ID_LENGTH, unique=True)
    username = models.CharField(max_length=64, unique=True)
    full_name = models.CharField(max_length=200, blank=True)
    disabled = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    salt = models.CharField(max_length=32)

    grants: tuple[Grant, ...] | None = None
    """What `queries.grants` read, for the life of this object: one request."""

    objects = UserManager()
    USERNAME_FIELD = "username"

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.full_name or self.username

    # Django and allauth ask for this name.
    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return not self.disabled


class UserRole(models.Model):
    """A role held: at a place and all below it, or nationally when `place` is empty; through `until`, or for good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    withdrawn = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class ApiToken(models.Model):
    """A program's way in. Only a hash is stored; `prefix` lets its owner recognise it. `last_used` is not in the digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    hash = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=100)
    expires = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)
    last_used = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=32)

    def __str__(self) -> str:
        return f"{self.prefix}…"
