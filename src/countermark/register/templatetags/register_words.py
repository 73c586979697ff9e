"""Words of the register in templates: `{{ weapon.kind|label:"kind" }}`."""

from django import template
from django.utils.translation import gettext as _

from countermark.ledger.vocabulary import ACTS
from countermark.register import papercodes, words

register = template.Library()

_TONES = {
    "active": "good",
    "destroyed": "over",
    "deactivated": "over",
    "exported": "over",
    "lost": "alarm",
    "stolen": "alarm",
}


@register.filter
def label(value: str, of: str) -> str:
    """A code in the reader's language."""
    text = words.label(value or "", of)
    return _(text) if text else ""


@register.filter
def tone(status: str) -> str:
    """How a status looks: `good`, `over`, `alarm` or `note`; what it is always stands beside it in words."""
    return _TONES.get(status, "note")


@register.filter
def act_label(word: str) -> str:
    """An act in the reader's language."""
    known = ACTS.get(word)
    return _(known.text) if known else word


@register.filter
def moment(time: str) -> str:
    """An RFC 3339 time to the minute, for reading; templates write UTC beside it."""
    return f"{time[:10]} {time[11:16]}" if len(time) > 16 else time


@register.filter
def paper_code(document: str) -> str:
    """The code of the paper form an event was keyed from, out of its document; empty when it is none."""
    return papercodes.parse(document.rpartition("; ")[2]) or ""


@register.filter
def times(count: int) -> range:
    """`{% for box in 20|times %}`."""
    return range(count)
