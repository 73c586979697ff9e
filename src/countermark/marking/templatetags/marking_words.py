"""Words and drawings of the marking room in templates: `{{ batch.state|word:"batch_state" }}`."""

import msgspec
from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from countermark.ledger import identity
from countermark.marking import methods, planforms
from countermark.marking import words as vocabulary
from countermark.marking.description import Part
from countermark.register import services

register = template.Library()

_TONES = {
    "compliant": "good",
    "met": "good",
    "accepted": "good",
    "closed": "good",
    "good": "good",
    "used": "good",
    "known": "good",
    "not_compliant": "alarm",
    "missing": "alarm",
    "refused": "alarm",
    "stopped": "alarm",
    "rework": "alarm",
    "poor": "alarm",
    "incomplete": "note",
    "unknown": "note",
    "applied": "note",
    "running": "note",
    "provisional": "note",
    "withdrawn": "over",
    "exempt": "over",
    "not_applicable": "over",
    "voided": "over",
}
_SIGNS = {"good": "✓", "alarm": "✗", "note": "…", "over": "–"}
_METHODS = {one.id: one.title for one in methods.known()}


@register.filter
def word(value: str, of: str) -> str:
    """A code in the reader's language."""
    text = vocabulary.label(value or "", of)
    return _(text) if text else ""


@register.filter
def look(code: str) -> str:
    """How a verdict or state looks: `good`, `alarm`, `note` or `over`; what it is stands beside it in words."""
    return _TONES.get(code, "over")


@register.filter
def sign(code: str) -> str:
    """A sign for a verdict or state, so that nobody needs its colour."""
    return _SIGNS[look(code)]


@register.filter
def method_title(method: str) -> str:
    """A marking method, or what else somebody called it, in the reader's language."""
    return _(_METHODS[method]) if method in _METHODS else word(method, "machine")


@register.filter
def side_text(urn: str) -> str:
    """The text behind an opaque id; empty where it was erased."""
    return services.side_texts([urn]).get(urn, "") if urn else ""


@register.filter
def place_name(place: str) -> str:
    """The name of a place by its id."""
    return side_text(f"{identity.PREFIX}place:{place}") if place and ":" not in place else side_text(place)


@register.filter
def percent(share: float | None) -> str:
    """A share in percent, never rounded up to the whole; a dash where it is not known."""
    return "—" if share is None else f"{int(1000 * share) / 10:g} %"


@register.filter
def drawing(svg: str) -> SafeString:
    """An SVG of `marking.drawing`, which escapes every text it takes."""
    return mark_safe(svg)  # noqa: S308 - made by marking.drawing, where texts are escaped


@register.filter
def elements_word(element: str) -> str:
    """An element of a mark; with `|` between two of which one is enough."""
    return " / ".join(word(one, "element") for one in element.split("|"))


@register.filter
def words(code: str) -> str:
    """A code that has no words of its own, without its underscores."""
    return _(code.replace("_", " "))


@register.filter
def mm(length: float | None) -> str:
    """A length in millimetres without zeros that say nothing; a dash where none is asked for."""
    return "—" if length is None else f"{length:g}"


@register.filter
def plate_words(part: Part) -> str:
    """What the plate of a component is like."""
    kind = planforms.part_initial(msgspec.to_builtins(part))["plate"]
    return str(planforms.PLATES[kind])


@register.filter
def is_length(value: object) -> bool:
    """Whether a strictest value is a length."""
    return isinstance(value, int | float)
