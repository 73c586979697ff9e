"""Words of cooperation in templates: `{{ need.value.theme|aid_word:"theme" }}`."""

from django import template
from django.utils.translation import gettext as _

from countermark.cooperation.words import LABELS

register = template.Library()


@register.filter
def aid_word(value: object, of: str) -> str:
    """A code in the reader's language; the code itself where it is not known."""
    code = str(value or "")
    text = LABELS.get(of, {}).get(code, code)
    return _(text) if text else ""
