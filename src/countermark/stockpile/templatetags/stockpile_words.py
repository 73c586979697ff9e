"""Words of the stockpile in templates: `{{ holding.custody|stock_word:"custody" }}`, and times as people read them."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
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
    """A day or an RFC 3339 time in the reader's own way and time zone; any other text as it stands."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return text or ""
    if len(text) <= len("2026-01-01"):
        return date_format(found.date(), "SHORT_DATE_FORMAT")
    return date_format(timezone.localtime(found) if found.tzinfo else found, "SHORT_DATETIME_FORMAT")
