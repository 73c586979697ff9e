"""Words of the register in templates: `{{ weapon.kind|label:"kind" }}`."""

from django import template
from django.utils.translation import gettext as _

from countermark.ledger.vocabulary import ACTS
from countermark.register import papercodes, words
from countermark.register.forms import reasons
from countermark.register.forms.reasons import Because
from countermark.register.reasons import told

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
def because(code: str, of: str) -> str:
    """The code of a reason in the reader's language; `of` is its list, or the event it is of."""
    return told(code, of)


@register.inclusion_tag("register/reason.html")
def reason_fields(of: str, name: str = "why") -> dict[str, Because]:
    """The fields that ask why, in a form that a page writes itself: `{% reason_fields "load_undone" %}`; `name` begins their ids."""
    return {"form": reasons.of(of)(auto_id=f"{name}_%s")}


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
