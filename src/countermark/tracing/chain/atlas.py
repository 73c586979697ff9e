"""Where countries lie on the map: the middle of their largest piece of land, from a TopoJSON atlas. Pure.

Arcs of a topology are sums of small steps (TopoJSON 1.0, 2.1.4); a negative number is an arc read backwards.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pycountry

DEMONSTRATION: Mapping[str, tuple[float, float]] = {
    "XA": (-38.0, 4.0),
    "XB": (-36.0, 38.0),
    "XC": (-16.0, -24.0),
    # The region of cooperation.
    "XD": (-30.0, -4.0),
    "XE": (-24.0, 9.0),
    "XF": (-33.0, 14.0),
    "XG": (-22.0, -8.0),
    "XH": (-28.0, 4.0),
}
"""Made-up places at sea for the demonstration States (ISO 3166 leaves their codes to users)."""

Point = tuple[float, float]


def positions(topology: Mapping[str, Any], codes: Sequence[str]) -> dict[str, Point]:
    """(longitude, latitude) of each country in the atlas or of the demonstration; others are left out."""
    found = {code: DEMONSTRATION[code] for code in codes if code in DEMONSTRATION}
    shapes = {str(one.get("id")): one for one in _geometries(topology)}
    for code in codes:
        country = pycountry.countries.get(alpha_2=code)
        shape = shapes.get(country.numeric) if country else None
        if shape is not None:
            found[code] = _middle(topology, shape)
    return found


def _geometries(topology: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(topology.get("objects", {}).get("countries", {}).get("geometries", []))


def _middle(topology: Mapping[str, Any], shape: Mapping[str, Any]) -> Point:
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    rings = [_ring(topology, polygon[0]) for polygon in polygons]
    area, middle = max((_centroid(ring) for ring in rings), key=lambda one: one[0])
    return middle if area else rings[0][0]


def _ring(topology: Mapping[str, Any], arcs: Sequence[int]) -> list[Point]:
    points: list[Point] = []
    for number in arcs:
        arc = _arc(topology, number if number >= 0 else ~number)
        points += arc if number >= 0 else arc[::-1]
    return points


def _arc(topology: Mapping[str, Any], number: int) -> list[Point]:
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    x = y = 0
    points = []
    for step_x, step_y in topology["arcs"][number]:
        x, y = x + step_x, y + step_y
        points.append((x * kx + dx, y * ky + dy))
    return points


def _centroid(ring: Sequence[Point]) -> tuple[float, Point]:
    """The area of a ring and its centre, on the plane of longitude and latitude."""
    area = cx = cy = 0.0
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        area, cx, cy = area + cross, cx + (x0 + x1) * cross, cy + (y0 + y1) * cross
    if not area:
        return 0.0, ring[0]
    return abs(area), (round(cx / (3 * area), 2), round(cy / (3 * area), 2))
