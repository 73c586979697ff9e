"""The map of a chain as SVG: Vega-Lite, drawn on this machine without any network. The same facts stand in a table beside it."""

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from countermark.tracing.chain import atlas, rules
from countermark.tracing.chain.rules import Item

ATLAS = "vendor/world-atlas/countries-110m.json"
WIDTH, HEIGHT = 760, 380
DRAWN = 64
"""Maps kept, by content."""

_LAND, _BORDER, _KNOWN, _UNKNOWN, _INK = "#e7e9ec", "#ffffff", "#1f5f8b", "#b3541e", "#1b2430"


def svg(items: Sequence[Item]) -> str:
    """The map of a chain: numbered States in the order the weapon reached them, dashed where nobody told the way."""
    return _drawn(json.dumps(spec(items, known_atlas()), sort_keys=True))


def positions(items: Sequence[Item]) -> Mapping[str, atlas.Point]:
    """Where the countries of the chain lie on the map: longitude and latitude in degrees, by code; some have no place."""
    return atlas.positions(known_atlas(), rules.places(items))


def unplaced(items: Sequence[Item]) -> tuple[str, ...]:
    """Countries of the chain that the map has no place for."""
    known = positions(items)
    return tuple(code for code in rules.places(items) if code not in known)


def spec(items: Sequence[Item], topology: Mapping[str, Any]) -> dict[str, Any]:
    """The drawing as Vega-Lite, every value inside it. Without an atlas there is no land on it."""
    codes = rules.places(items)
    where = atlas.positions(topology, codes)
    points = [
        {"label": f"{number} {code}", "longitude": where[code][0], "latitude": where[code][1]}
        for number, code in enumerate(codes, 1)
        if code in where
    ]
    lines = [
        {
            "longitude": where[leg.origin][0], "latitude": where[leg.origin][1],
            "longitude2": where[leg.target][0], "latitude2": where[leg.target][1], "known": leg.known,
        }
        for leg in rules.legs(items)
        if leg.origin in where and leg.target in where
    ]  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "background": "#ffffff",
        "projection": {"type": "equalEarth"},
        "config": {"view": {"stroke": None}},
        "layer": [*land(topology), _lines(lines), *_points(points)],
    }


def land(topology: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layer of a drawing that shows the land; a plain sphere without an atlas."""
    if not topology:
        return [{"data": {"sphere": True}, "mark": {"type": "geoshape", "fill": "#f6f8fa"}}]
    data = {"values": topology, "format": {"type": "topojson", "feature": "countries"}}
    return [
        {"data": data, "mark": {"type": "geoshape", "fill": _LAND, "stroke": _BORDER, "strokeWidth": 0.5, "clip": True}}
    ]


def _lines(lines: list[dict[str, Any]]) -> dict[str, Any]:
    ends = {name: {"field": name} for name in ("longitude", "latitude", "longitude2", "latitude2")}
    known = {"test": "datum.known", "value": _KNOWN}
    dash = {"condition": {"test": "datum.known", "value": [1, 0]}, "value": [5, 4]}
    return {
        "data": {"values": lines},
        "mark": {"type": "rule", "strokeWidth": 2.5},
        "encoding": {**ends, "color": {"condition": known, "value": _UNKNOWN}, "strokeDash": dash},
    }


def _points(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    where = {name: {"field": name, "type": "quantitative"} for name in ("longitude", "latitude")}
    dot = {"type": "circle", "size": 140, "color": _INK, "opacity": 1}
    text = {"type": "text", "dy": -15, "fontSize": 15, "fontWeight": "bold", "color": _INK, "font": "sans-serif"}
    return [
        {"data": {"values": points}, "mark": dot, "encoding": where},
        {"data": {"values": points}, "mark": text, "encoding": {**where, "text": {"field": "label"}}},
    ]


@cache
def known_atlas() -> Mapping[str, Any]:
    """The atlas that is installed; empty without one."""
    path = finders.find(ATLAS)
    return dict(json.loads(Path(path).read_bytes())) if isinstance(path, str) else {}


@lru_cache(DRAWN)
def _drawn(text: str) -> str:
    # The library takes a second to start: only a process that draws a map pays for it.
    import vl_convert

    return str(vl_convert.vegalite_to_svg(text, allowed_base_urls=[]))
