"""Filters that put the vocabularies' codes into words: `{% load codes %}`."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

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


_WRITTEN_ONLY_HERE = (gettext_noop("control"), gettext_noop("other"), gettext_noop("part"), gettext_noop("state stock"))
"""Codes whose words stand nowhere else, named for the translators."""


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
