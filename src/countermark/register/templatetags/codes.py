"""Filters that put the vocabularies' codes into words: `{% load codes %}`."""

from django import template
from django.utils.translation import gettext as _

from countermark.ledger.vocabulary import ACTS, EVENTS, STATUSES

register = template.Library()

_KINDS = {
    "manpads": "MANPADS",
    "self_loading_pistol": "self-loading pistol",
    "submachine_gun": "sub-machine gun",
    "anti_aircraft_gun": "anti-aircraft gun",
    "anti_tank_gun": "anti-tank gun",
    "anti_tank_launcher": "anti-tank launcher",
}


@register.filter
def words(code: str) -> str:
    """A coded value of the register file as words."""
    return _(_KINDS.get(code, code.replace("_", " "))) if code else ""


@register.filter
def status(code: str) -> str:
    """A weapon's status in words."""
    return _(STATUSES[code]) if code in STATUSES else code


@register.filter
def event(code: str) -> str:
    """An event's or act's word in the reader's language."""
    if code in EVENTS:
        return _(EVENTS[code].text)
    return _(ACTS[code].text) if code in ACTS else code
