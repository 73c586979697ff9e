"""Drawings as SVG text: where marks stand on a weapon, and how they are laid out on a plate. Pure.

Colours are `currentColor` and presentation attributes, so that a drawing needs no style sheet, prints, and follows the page. Marks
are set left to right whatever the page's direction; a weapon is never mirrored, for then another side of it would be shown.
"""

from countermark.marking.drawing.layout import Reserved, layout
from countermark.marking.drawing.weapon import Drawn, Shown, diagram, drawn, legend

__all__ = ["Drawn", "Reserved", "Shown", "diagram", "drawn", "layout", "legend"]
