"""The few pieces of SVG the drawings are made of. Pure."""

from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape, quoteattr

Translate = Callable[[str], str]
"""Gives the message of the reader's language for an English one."""

LEFT_TO_RIGHT = {"direction": "ltr", "unicode_bidi": "isolate"}


def number(value: float) -> str:
    """A coordinate: at most three places after the point."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"


def element(name: str, content: Iterable[str] | str = "", /, **attributes: float | str) -> str:
    """An element; `content` is SVG already, `_` in attribute names stands for `-`."""
    written = "".join(f" {_named(key)}={quoteattr(_value(value))}" for key, value in attributes.items())
    inside = content if isinstance(content, str) else "".join(content)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _named(key: str) -> str:
    return "viewBox" if key == "viewBox" else key.rstrip("_").replace("_", "-")


def _value(value: float | str) -> str:
    return _printable(value) if isinstance(value, str) else number(value)


def _printable(text: str) -> str:
    """The text without characters XML has no place for."""
    return "".join(c if c.isprintable() or c in "\t\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def label(text: str, x: float, y: float, size: float, **attributes: float | str) -> str:
    """A piece of text."""
    usual = {"font_family": "sans-serif", "fill": "currentColor", **attributes}
    return element("text", escape(_printable(text)), x=x, y=y, font_size=size, **usual)


def mark(text: str, x: float, y: float, size: float, **attributes: float | str) -> str:
    """What stands on metal: left to right, one width for all characters."""
    usual = {"font_family": "monospace", "xml:space": "preserve", **LEFT_TO_RIGHT, **attributes}
    return label(text, x, y, size, **usual)


def picture(
    content: Iterable[str], *, width: float, height: float, title: str, description: str, name: str, unit: str = ""
) -> str:
    """A whole drawing with its title and description; `name` makes their ids unique on a page."""
    sizes = {"width": f"{number(width)}{unit}", "height": f"{number(height)}{unit}"} if unit else {}
    head = [
        element("title", escape(_printable(title)), id=f"{name}-title"),
        element("desc", escape(_printable(description)), id=f"{name}-desc"),
    ]
    return element(
        "svg",
        [*head, *content],
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        **sizes,
    )
