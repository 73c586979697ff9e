"""Template filters of the trace page."""

from django import template

register = template.Library()


@register.filter
def unlocalized(value: float) -> str:
    """A number for an attribute, with a point whatever the language."""
    return f"{value:.4f}"
