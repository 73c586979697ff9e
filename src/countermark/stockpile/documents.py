"""What a hand-over names as its document where that is a thing of this room: how it is called on a record, and its page for who may see it."""

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.register import panels
from countermark.register.panels import Document
from countermark.stockpile import queries
from countermark.stockpile.codes import house
from countermark.stockpile.models import SubjectRow

KINDS: Mapping[str, tuple[str, str, str]] = {
    "shipment": (noop("Shipment"), "manifest", "stockpile:shipment"),
    "destruction": (noop("List for destruction"), "destruction", "stockpile:destruction"),
    "incident": (noop("Incident"), "", "stockpile:incident"),
    "surplus": (noop("Surplus"), "", "stockpile:surplus"),
}
"""By kind of subject: its word, what its printed code is for (empty: it has none), its page."""


def named(user: User, texts: Iterable[str]) -> dict[str, Document]:
    """Those of some texts that are ids of this room. Who may not see a thing is told its number alone."""
    wanted = [text for text in dict.fromkeys(texts) if len(text) in (32, 36)]
    if not wanted:
        return {}
    places = queries.visible(user) if accounts.may(user, queries.VIEW) else frozenset()
    return {row.key: _document(row, places) for row in SubjectRow.objects.filter(kind__in=list(KINDS), key__in=wanted)}


def _document(row: SubjectRow, places: frozenset[str] | None) -> Document:
    word, code, page = KINDS[row.kind]
    number = house.shown(house.whole_code(code, row.key)) if code else ""
    seen = places is None or bool({row.place, row.person} & places)
    return Document(_(word), number, reverse(page, args=[row.key]) if seen else "")


panels.documents(named)
