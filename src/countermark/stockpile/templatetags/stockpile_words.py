"""Words of the stockpile in templates: `{{ holding.custody|stock_word:"custody" }}`, and times as people read them."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from countermark.stockpile.words import LABELS

register = template.Library()


@register.filter
def stock_word(value: str, of: str) -> str:
    """A code in the reader's language; the code itself where it is not known."""
    text = LABELS.get(of, {}).get(value or "", value or "")
    return _(text) if text else ""


@register.filter
def when(text: str) -> str:
    """A day or an RFC 3339 time, in the reader's time zone, as the house writes them everywhere; any other text as it stands.

    Not in the form of the language: 12/01/2026 is another day on the other side of a border.
    """
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return text or ""
    if len(text) <= len("2026-01-01"):
        return found.date().isoformat()
    local = timezone.localtime(found) if found.tzinfo else found
    return local.strftime("%Y-%m-%d %H:%M")
