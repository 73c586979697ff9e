"""The charts and the map of an evaluation."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from countermark.cooperation import drawing, indicators
from countermark.cooperation.evaluation.rules import Facts, Figure, NeedFact, funded
from countermark.cooperation.evaluation.states import Snapshot
from countermark.cooperation.states import Subject
from countermark.tracing.chain import atlas
from countermark.tracing.chain import drawing as maps

MAP_WIDTH, MAP_HEIGHT = 560, 360


def shares(named: Mapping[str, Figure], title: str) -> dict[str, Any]:
    """A figure by group, as bars in percent; a group without data has none."""
    rows = [
        {"name": name, "percent": None if one.share is None else round(100 * one.share, 1)}
        for name, one in named.items()
    ]
    return drawing.bars(rows, value="percent", name="name", title=title, most=100, form=".0f")


def trend(snapshots: Sequence[Subject], keys: Sequence[str]) -> dict[str, Any]:
    """Figures of the register over the days of their snapshots."""
    rows: list[dict[str, Any]] = []
    for one in snapshots:
        value = one.of(Snapshot)
        rows += [
            {
                "day": value.day,
                "value": float(value.figures[key]) if key in value.figures else None,
                "name": indicators.named(key),
            }
            for key in keys
        ]
    return drawing.lines(rows, x="day", value="value", series="name", title="")


def world(facts: Facts, countries: Mapping[str, str]) -> dict[str, Any]:
    """Needs on the map: a circle for each State, its size what is asked for, its darkness how much of that is funded.

    `countries` are ISO codes by the key of a State.
    """
    topology = maps.known_atlas()
    where = atlas.positions(topology, list(countries.values()))
    met = funded(facts)
    points = []
    for state, code in countries.items():
        own = [one for one in facts.needs if one.state == state and one.measure is not None]
        if code in where and own:
            points.append(_point(code, where[code], own, met))
    ends = {name: {"field": name, "type": "quantitative"} for name in ("longitude", "latitude")}
    dot = {
        "data": {"values": points},
        "mark": {"type": "circle", "opacity": 0.9, "stroke": drawing.INK},
        "encoding": {
            **ends,
            "size": {"field": "asked", "type": "quantitative", "scale": {"range": [80, 900]}, "legend": None},
            "color": {
                "field": "funded", "type": "quantitative", "title": _("Funded (%)"),
                "scale": {"domain": [0, 100], "range": ["#f4e3d7", drawing.COLOURS[0]]},
            },
        },
    }  # fmt: skip
    text = {
        "data": {"values": points},
        "mark": {"type": "text", "dy": -18, "fontWeight": "bold"},
        "encoding": {**ends, "text": {"field": "label"}},
    }
    return {
        "width": MAP_WIDTH,
        "height": MAP_HEIGHT,
        "projection": _projection([(one["longitude"], one["latitude"]) for one in points]),
        "layer": [*maps.land(topology), dot, text],
    }


def _projection(points: Sequence[atlas.Point]) -> dict[str, Any]:
    """The whole world, or the part of it where everything lies."""
    if not points:
        return {"type": "equalEarth"}
    east, north = [one[0] for one in points], [one[1] for one in points]
    span = max(max(east) - min(east), (max(north) - min(north)) * MAP_WIDTH / MAP_HEIGHT, LEAST_SPAN)
    if span > MOST_SPAN:
        return {"type": "equalEarth"}
    middle = (max(north) + min(north)) / 2
    turned = [-(max(east) + min(east)) / 2, 0]
    scale = MAP_WIDTH / math.radians(span * 1.4)
    return {"type": "equirectangular", "rotate": turned, "center": [0, middle], "scale": scale}


LEAST_SPAN, MOST_SPAN = 20, 120
"""Degrees of longitude a map of a region shows at least and at most."""


def _point(code: str, where: atlas.Point, own: Sequence[NeedFact], met: Mapping[str, Any]) -> dict[str, Any]:
    asked = sum(one.measure or 0 for one in own)
    given = sum(float(met[one.key] or 0) * (one.measure or 0) for one in own)
    return {
        "label": code,
        "longitude": where[0],
        "latitude": where[1],
        "asked": asked,
        "funded": round(100 * given / asked, 1) if asked else 0,
    }
