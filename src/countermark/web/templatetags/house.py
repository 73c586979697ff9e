"""Template tags every room uses; loaded everywhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from countermark.accounts import queries, rules
from countermark.accounts.models import User
from countermark.marks.sentences import told, unpacked

register = template.Library()

_CHECKS = ("checkbox", "radio")


@register.simple_tag
def mark(text: object) -> SafeString:
    """A serial, code, hash or id: always left to right, in a face that tells 0 from O and 1 from l."""
    return format_html('<bdi class="mark" dir="ltr">{}</bdi>', "" if text is None else text)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of `static/web/icons.svg`; what it stands for is always said in words beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("web/icons.svg"),
        name,
    )


@register.filter
def when(date: Mapping[str, str] | None) -> SafeString | str:
    """A date as its source wrote it, with its precision in words; never a padded one. A time is shown to the minute, with its own offset."""
    if not date or not date.get("text") or date.get("precision") == "unknown":
        return format_html('<span class="text-secondary">{}</span>', _("date unknown"))
    notes = {"year": _("year only"), "month": _("month only")}
    note = notes.get(date.get("precision", ""))
    if date.get("precision") == "instant":
        # As it was written it stands in the page for programs.
        return format_html('<time datetime="{}" dir="ltr">{}</time>', date["text"], to_the_minute(date["text"]))
    shown = format_html('<bdi dir="ltr">{}</bdi>', date["text"])
    return format_html('{} <small class="text-secondary">({})</small>', shown, note) if note else shown


@register.filter
def to_the_minute(text: str) -> str:
    """An RFC 3339 time as people read it, with its own offset; a date of any other precision as it stands."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-01-01"):
        return text
    zone = found.isoformat()[-6:] if found.utcoffset() else "UTC" if found.tzinfo else ""
    return f"{found:%Y-%m-%d %H:%M} {zone}".rstrip()


@register.filter
def may(user: User | AnonymousUser, permission: str) -> bool:
    """`{% if user|may:"weapon.add" %}`."""
    return queries.may(user, permission)


@register.filter
def role_label(role: str) -> str:
    """The name of a role in the reader's language."""
    return _(rules.ROLES[role].label) if role in rules.ROLES else role


@register.filter
def translated(text: str) -> str:
    """Translates a text that was marked where it was written."""
    return _(text) if text else ""


@register.filter
def sentence(text: str | Mapping[str, Any]) -> str:
    """What pure code says, in the reader's language: a sentence, or one as it was kept (`marks.sentences.packed`)."""
    return told(unpacked(text) if isinstance(text, Mapping) else text, _)


@register.simple_tag
def widget_class(widget: Mapping[str, Any]) -> str:
    """The class a form control needs to look like Tabler's, besides its own."""
    own = str(widget.get("attrs", {}).get("class", ""))
    return f"{_control_class(widget)} {own}".strip()


def _control_class(widget: Mapping[str, Any]) -> str:
    kind = widget.get("type", "")
    if "optgroups" in widget and kind == "select":
        return "form-select"
    if kind in _CHECKS:
        return "form-check-input" if "optgroups" not in widget else ""
    name = str(widget.get("template_name", ""))
    if kind == "hidden" or name.endswith("option.html"):
        return ""
    if name.endswith("select.html"):
        return "form-select"
    return "form-control"
