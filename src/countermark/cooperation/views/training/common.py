"""What the pages of training share."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.cooperation import acts
from countermark.cooperation.views.pages import (
    viewer,
)
from countermark.register.views.common import me

HERE = "training"


def training_above() -> tuple[str, str]:
    """The page above all of these."""
    return reverse("cooperation:training"), _("Training")


def may_write(request: HttpRequest) -> bool:
    """Whether who looks may state anything here."""
    return accounts.may(me(request), "aid.write")


def speaking(request: HttpRequest) -> str:
    """The actor somebody speaks for. Raises `Refused` for who speaks for none."""
    found = viewer(request).actor
    if not found:
        raise acts.refuse("actor", "", "a seat: somebody who speaks for an actor", "denied")
    return found
