"""The border of a plot: read from what people write, judged, measured, drawn."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kernel.errors import Invalid
from kernel.messages import msg

Corner = tuple[float, float]
"""Longitude and latitude in degrees of WGS 84, as GeoJSON (RFC 7946) orders them."""

LEAST_CORNERS, MOST_CORNERS = 3, 200
MOST_M2 = 10_000_000
# Viet Nam with its waters.
WEST, SOUTH, EAST, NORTH = 102.0, 7.0, 112.0, 24.0
METRES_A_DEGREE = 111_320
_NUMBER = r"[+-]?\d{1,3}(?:\.\d{1,12})?"
_CORNER = re.compile(rf"\s*({_NUMBER})\s*[,;\s]\s*({_NUMBER})\s*", re.ASCII)


def read_outline(text: str) -> list[Corner]:
    """Read corners, one a line: latitude, longitude, such as ``20.8721, 106.3412``.

    Nothing written is no border. A border that is closed in writing is closed once.

    :raises Invalid: naming the line that is no corner, or what is wrong with the border.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    corners = [_corner(number, line) for number, line in enumerate(lines, 1)]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if corners:
        need_outline(corners)
    return corners


def need_outline(corners: Sequence[Corner]) -> None:
    """Refuse a border with too few or many corners, that crosses itself, or is too large.

    :raises Invalid: then.
    """
    if not LEAST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise Invalid(
            msg("A border has %(least)s to %(most)s corners."),
            field="outline",
            least=LEAST_CORNERS,
            most=MOST_CORNERS,
        )
    if any(not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH) for lon, lat in corners):
        raise Invalid(msg("This place is not in Viet Nam."), field="outline")
    if _crosses_itself(corners):
        raise Invalid(msg("The border crosses itself."), field="outline")
    if not 1 <= area_m2(corners) <= MOST_M2:
        raise Invalid(msg("A plot is between 1 m² and 1,000 hectares."), field="outline")


def write_outline(corners: Iterable[Sequence[float]]) -> str:
    """Return corners as people write them: latitude, longitude, one a line."""
    return "\n".join(f"{lat:.6f}, {lon:.6f}" for lon, lat in corners)


def area_m2(corners: Sequence[Sequence[float]]) -> int:
    """Return the area in whole square metres; a plot is small enough to be flat."""
    flat = _flat(corners, corners)
    ring = [*flat, flat[0]]
    return round(abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2)


@dataclass(frozen=True)
class Drawing:
    """Borders as points of an SVG that is ``width`` wide: the plot itself, and others beside it."""

    width: int
    height: int
    own: str
    others: tuple[str, ...]


def draw(
    own: Sequence[Sequence[float]], others: Sequence[Sequence[Sequence[float]]], *, width: int = 320
) -> Drawing | None:
    """Draw a border among its neighbours, north up; None where there is nothing to draw."""
    everything = [corner for ring in (own, *others) for corner in ring]
    if not everything:
        return None
    flat = _flat(everything, everything)
    west, east = min(x for x, _ in flat), max(x for x, _ in flat)
    south, north = min(y for _, y in flat), max(y for _, y in flat)
    margin = width // 16
    unit = (width - 2 * margin) / max(east - west, north - south, 1.0)

    def points(ring: Sequence[Sequence[float]]) -> str:
        return " ".join(
            f"{(x - west) * unit + margin:.1f},{(north - y) * unit + margin:.1f}"
            for x, y in _flat(ring, everything)
        )

    height = round((north - south) * unit) + 2 * margin
    return Drawing(width, height, points(own), tuple(points(ring) for ring in others if ring))


def _corner(number: int, line: str) -> Corner:
    # A comma inside a number is a decimal mark where a semicolon or a space stands between them.
    words = re.sub(r"(\d),(\d)", r"\1.\2", line) if line.count(",") != 1 else line
    found = _CORNER.fullmatch(words)
    if not found:
        raise Invalid(
            msg("Line %(number)s is no corner. Write it as 20.8721, 106.3412."),
            field="outline",
            number=number,
        )
    return float(found[2]), float(found[1])


def _flat(
    corners: Sequence[Sequence[float]], around: Sequence[Sequence[float]]
) -> list[tuple[float, float]]:
    """Return corners in metres east and north of the first of ``around``."""
    west, south = around[0][0], around[0][1]
    squeeze = math.cos(math.radians(south)) * METRES_A_DEGREE
    return [((lon - west) * squeeze, (lat - south) * METRES_A_DEGREE) for lon, lat in corners]


def _crosses_itself(corners: Sequence[Corner]) -> bool:
    sides = list(pairwise([*corners, corners[0]]))
    return any(
        _cross(*sides[i], *sides[j])
        for i in range(len(sides))
        for j in range(i + 2, len(sides))
        if (i, j) != (0, len(sides) - 1)
    )


def _cross(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    return _turn(a, b, c) != _turn(a, b, d) and _turn(c, d, a) != _turn(c, d, b)


def _turn(a: Corner, b: Corner, c: Corner) -> bool:
    return (c[1] - a[1]) * (b[0] - a[0]) > (b[1] - a[1]) * (c[0] - a[0])
