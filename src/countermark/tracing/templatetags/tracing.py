"""Template filters of tracing."""

from django import template

from countermark.tracing import interpol

register = template.Library()


@register.filter
def unlocalized(value: float) -> str:
    """A number for an attribute, with a point whatever the language."""
    return f"{value:.4f}"


@register.filter
def interpol_reference(about: str) -> str:
    """The reference INTERPOL gave to a request, case or weapon."""
    return interpol.reference_of(about)
