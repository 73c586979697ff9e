"""The comparison of ways to fund as a chart. The same figures stand in a table beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from countermark.cooperation import drawing
from countermark.cooperation.fund.rules.scenarios import Result

WIDTH, HEIGHT = 640, 260
_DASHES = ((1, 0), (7, 3), (2, 3), (9, 3, 2, 3))
"""Lines told apart without colour too."""


def spec(
    years: Sequence[int], found: Sequence[Result], labels: Mapping[str, str], axis: tuple[str, str]
) -> dict[str, Any]:
    """The share of needs met in each year, a line for each way to fund; `axis` are the titles of both axes. Years that are unknown are gaps."""
    values = [
        {"year": str(year), "share": result.years[number].adequacy, "kind": labels[result.kind]}
        for result in found
        for number, year in enumerate(years)
        if result.years[number].adequacy is not None
    ]
    scale = {"domain": [labels[one.kind] for one in found]}
    by_kind = {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "legend": {"columns": 2, "columnPadding": 32, "labelLimit": 300},
    }
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": values},
        "mark": {"type": "line", "point": {"size": 60}, "strokeWidth": 2.5},
        "encoding": {
            "x": {
                "field": "year", "type": "ordinal", "title": axis[0], "axis": {"labelAngle": 0},
                "scale": {"domain": [str(year) for year in years]},
            },
            "y": {"field": "share", "type": "quantitative", "title": axis[1], "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}},
            "color": {**by_kind, "scale": {**scale, "range": list(drawing.COLOURS[: len(found)])}},
            "strokeDash": {**by_kind, "scale": {**scale, "range": [list(one) for one in _DASHES]}},
        },
    }  # fmt: skip
