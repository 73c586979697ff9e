"""What the pages of surplus and destruction share: who does what, and the form that leads back to them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.stockpile.views.pages import Page

HANDLE, COMMAND = "stock.handle", "stock.command"


def page_of(title: str, above: str = "", note: str = "") -> Page:
    """The page of a form; `above` is where it leads back to, the lists of all without it."""
    return Page(
        title, "disposal", above=(above or reverse("stockpile:disposal"), _("Surplus and destruction")), note=note
    )
