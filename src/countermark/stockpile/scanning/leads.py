"""Where a code of ours leads that is on no weapon: a kit, a receipt, a count, a paper, a storage place, a person's card. Reads only."""

from django.urls import reverse

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.ledger import identity
from countermark.stockpile import acts, queries, roster, units
from countermark.stockpile.codes import Meaning

VIEW = "stock.view"
PAGES = {
    "receipt": ("receipt", "stockpile:receipt"),
    "count": ("count", "stockpile:count"),
    "kit": ("kit", "stockpile:kit"),
    "manifest": ("shipment", "stockpile:shipment"),
    "destruction": ("destruction", "stockpile:destruction"),
}
"""What a code is for -> the kind of subject it names, and its page."""


def page_of(user: User, meaning: Meaning) -> str:
    """The address of the page of what a code names; empty for what there is not, or not for this person to see."""
    if not accounts.may(user, VIEW):
        return ""
    places = queries.visible(user)
    if meaning.kind in PAGES:
        kind, page = PAGES[meaning.kind]
        found = acts.subject(kind, queries.key_of(kind, meaning.value))
        seen = found is not None and (places is None or bool({found.place, found.person} & set(places)))
        return reverse(page, args=[found.key]) if found and seen else ""
    where, page = _place_or_person(meaning)
    return page if where and (places is None or where in places) else ""


def _place_or_person(meaning: Meaning) -> tuple[str, str]:
    """The place that a label or a card belongs to, and the page it leads to."""
    if meaning.kind == "place" and (place := units.place_of_code(meaning.value)):
        return str(place.pk), reverse("stockpile:unit", args=[place.pk])
    if meaning.kind == "person" and (person := roster.by_card(meaning.value)):
        return person.place, reverse("stockpile:person", args=[identity.ref_of(person.party)])
    return "", ""
