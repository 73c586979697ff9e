"""Words of the stockpile in templates: `{{ holding.custody|stock_word:"custody" }}`, and times as people read them."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from countermark.stockpile.tabs import Shown, groups
from countermark.stockpile.words import LABELS

register = template.Library()


@register.filter
def stock_word(value: str, of: str) -> str:
    """A code in the reader's language; the code itself where it is not known."""
    text = LABELS.get(of, {}).get(value or "", value or "")
    return _(text) if text else ""


@register.simple_tag(takes_context=True)
def stock_tabs(context: Any, here: str) -> list[Shown]:
    """The pages of this room in groups, as far as who looks may see them."""
    return groups(context["user"], here)


@register.filter
def when(text: str) -> str:
    """A day or an RFC 3339 time, in the reader's time zone, as the house writes them everywhere; any other text as it stands.

    Not in the form of the language: 12/01/2026 is another day on the other side of a border. In a sentence that runs from right to left
    it stands in marks of isolation: else 2026-05-04 after an Arabic letter is shown as 04-05-2026 (Unicode UAX #9, rules W2 and W4).
    """
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return text or ""
    if len(text) <= len("2026-01-01"):
        return _isolated(found.date().isoformat())
    local = timezone.localtime(found) if found.tzinfo else found
    return _isolated(local.strftime("%Y-%m-%d %H:%M"))


def _isolated(text: str) -> str:
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if get_language_bidi() else text
