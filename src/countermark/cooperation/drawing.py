"""Charts and maps of this room as SVG: Vega-Lite, drawn on this machine without any network. The same facts stand in a table beside each."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.http import HttpResponse

WIDTH = 460
BAR = 26
"""Pixels of a bar, with the space around it."""
DRAWN = 64
"""Drawings kept, by content."""
INK, PAPER, GRID = "#1b2430", "#ffffff", "#dfe3e8"
COLOURS = ("#1f5f8b", "#b3541e", "#3c7a3c", "#6b4c9a", "#8a6d1d", "#a23b72")
"""Told apart on paper, on a screen and by who sees no red or green."""
_CONFIG: Mapping[str, Any] = {
    "background": PAPER,
    # Whoever shows it may measure letters otherwise than who drew it.
    "padding": {"left": 24, "right": 24, "top": 8, "bottom": 8},
    "view": {"stroke": None},
    "axis": {"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": INK, "gridColor": GRID, "labelLimit": 260},
    "legend": {"labelFontSize": 13, "titleFontSize": 13, "orient": "bottom", "title": None},
    "text": {"fontSize": 13, "color": INK},
    "range": {"category": list(COLOURS)},
}  # fmt: skip

Row = Mapping[str, str | float | None]


def svg(spec: Mapping[str, Any]) -> str:
    """A Vega-Lite drawing whose every value stands in it. Nothing is fetched."""
    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": _CONFIG, **spec}
    return _drawn(json.dumps(whole, sort_keys=True))


def answer(spec: Mapping[str, Any]) -> HttpResponse:
    """The drawing as an answer that nobody on the way keeps."""
    return HttpResponse(svg(spec), content_type="image/svg+xml", headers={"Cache-Control": "private, no-cache"})


def bars(
    rows: Sequence[Row], *, value: str, name: str, title: str, most: float | None = None, form: str = ",.0f"
) -> dict[str, Any]:
    """Bars from the side, one for each row in their order, each with its number; a row whose value is None says so by `note`."""
    shown = [{**row, "shown": row[value] if row[value] is not None else 0} for row in rows]
    scale = {"domain": [0, most]} if most is not None else {}
    # Whole numbers have no ticks between them: each would be told as the next whole one.
    axis = {"format": form, "tickMinStep": 1} if form.endswith(".0f") else {"format": form}
    where = {
        "y": {"field": name, "type": "nominal", "sort": None, "axis": {"title": None}},
        "x": {"field": "shown", "type": "quantitative", "title": title, "scale": scale, "axis": axis},
    }
    text = {"condition": {"test": f"isValid(datum['{value}'])", "field": value, "format": form}, "value": "–"}
    return {
        "width": WIDTH,
        "height": {"step": BAR},
        "data": {"values": shown},
        "encoding": where,
        "layer": [
            {"mark": {"type": "bar", "color": COLOURS[0]}},
            {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"text": text}},
        ],
    }


def lines(rows: Sequence[Row], *, x: str, value: str, series: str, title: str, form: str = ",.0f") -> dict[str, Any]:
    """Lines over days or years, a colour and a shape for each series; where nothing is known the line is broken."""
    return {
        "width": WIDTH,
        "height": 260,
        "data": {"values": list(rows)},
        "mark": {"type": "line", "point": {"size": 60}, "strokeWidth": 2, "invalid": "break-paths-show-domains"},
        "encoding": {
            "x": {"field": x, "type": "ordinal", "axis": {"title": None, "labelAngle": 0}},
            "y": {"field": value, "type": "quantitative", "title": title, "axis": {"format": form}},
            "color": {"field": series, "type": "nominal", "title": None},
            "shape": {"field": series, "type": "nominal", "legend": None},
        },
    }


@lru_cache(DRAWN)
def _drawn(text: str) -> str:
    # The library takes a second to start: only a process that draws pays for it.
    import vl_convert

    return str(vl_convert.vegalite_to_svg(text, allowed_base_urls=[]))
