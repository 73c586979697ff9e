"""The comparison of ways to fund as a chart: Vega-Lite, drawn on this machine without any network. The same figures stand in a table beside it."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from countermark.cooperation.fund.rules.scenarios import Result

WIDTH, HEIGHT = 640, 260
DRAWN = 64
"""Charts kept, by content."""
_INKS = ("#1f5f8b", "#b3541e", "#3d6b35", "#6b3d6b")
_DASHES = ((1, 0), (7, 3), (2, 3), (9, 3, 2, 3))


def svg(years: Sequence[int], found: Sequence[Result], labels: Mapping[str, str], axis: tuple[str, str]) -> str:
    """The share of needs met in each year, a line for each way to fund; `axis` are the titles of both axes. Years that are unknown are gaps."""
    return _drawn(json.dumps(spec(years, found, labels, axis), sort_keys=True))


def spec(
    years: Sequence[int], found: Sequence[Result], labels: Mapping[str, str], axis: tuple[str, str]
) -> dict[str, Any]:
    """The drawing as Vega-Lite, every value inside it."""
    kinds = [labels[one.kind] for one in found]
    values = [
        {"year": str(year), "share": result.years[number].adequacy, "kind": labels[result.kind]}
        for result in found
        for number, year in enumerate(years)
        if result.years[number].adequacy is not None
    ]
    scale = {"domain": kinds}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "background": "#ffffff",
        "config": {"font": "sans-serif", "axis": {"labelFontSize": 13, "titleFontSize": 13}, "legend": {"labelFontSize": 13, "orient": "bottom"}},
        "data": {"values": values},
        "mark": {"type": "line", "point": {"size": 60}, "strokeWidth": 2.5},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": axis[0], "axis": {"labelAngle": 0}, "scale": {"domain": [str(year) for year in years]}},
            "y": {"field": "share", "type": "quantitative", "title": axis[1], "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}},
            "color": {"field": "kind", "type": "nominal", "title": None, "scale": {**scale, "range": list(_INKS)}},
            "strokeDash": {"field": "kind", "type": "nominal", "title": None, "scale": {**scale, "range": [list(one) for one in _DASHES]}},
        },
    }  # fmt: skip


@lru_cache(DRAWN)
def _drawn(text: str) -> str:
    # The library takes a second to start: only a process that draws pays for it.
    import vl_convert

    return str(vl_convert.vegalite_to_svg(text, allowed_base_urls=[]))
