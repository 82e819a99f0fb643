"""A plain map of the city's communes, drawn by ourselves: no picture is fetched from anywhere."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kernel.places import Commune, commune, communes

WIDTH = 400
MARGIN = 14
KM_A_DEGREE = 111.32
SCALE_KM = 10
ISLANDS = "Đặc khu"


@dataclass(frozen=True)
class Spot:
    """A place to be marked, in degrees of WGS 84."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Placed:
    """A mark on the map, in its units; ``at_left`` when its name is written to the left of it."""

    spot: Spot
    x: float
    y: float
    at_left: bool


@dataclass(frozen=True)
class Sketch:
    """A map to be drawn: a dot for each commune, marks, and how long ten kilometres are."""

    width: int
    height: int
    dots: str
    marks: Sequence[Placed]
    bar: float


@dataclass(frozen=True)
class _Frame:
    """The piece of the earth that is shown; small enough to be flat."""

    south: float
    north: float
    west: float
    east: float

    @property
    def unit(self) -> float:
        """Units of the map for one kilometre."""
        return (WIDTH - 2 * MARGIN) / ((self.east - self.west) * KM_A_DEGREE * self.squeeze)

    @property
    def squeeze(self) -> float:
        """How much shorter a degree is eastward than northward."""
        return math.cos(math.radians((self.south + self.north) / 2))

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """Return where a point lies on the map."""
        x = MARGIN + (lon - self.west) * KM_A_DEGREE * self.squeeze * self.unit
        y = MARGIN + (self.north - lat) * KM_A_DEGREE * self.unit
        return round(x, 1), round(y, 1)


def draw(spots: Sequence[Spot]) -> Sketch:
    """Return the map with these spots marked; it grows until it holds them."""
    mainland = [one for one in communes() if not one.name.startswith(ISLANDS)]
    shown = [(one.lat, one.lon) for one in mainland] + [(one.lat, one.lon) for one in spots]
    lats, lons = [lat for lat, _lon in shown], [lon for _lat, lon in shown]
    frame = _Frame(min(lats), max(lats), min(lons), max(lons))
    height = frame.place(frame.south, frame.west)[1] + MARGIN
    dots = (frame.place(one.lat, one.lon) for one in mainland)
    return Sketch(
        width=WIDTH,
        height=math.ceil(height),
        dots=" ".join(f"M{x} {y}h0" for x, y in dots),
        marks=[_placed(frame, spot) for spot in spots],
        bar=round(SCALE_KM * frame.unit, 1),
    )


@cache
def sketch_of(key: str) -> Sketch:
    """Return the map with one commune marked.

    :raises Invalid: for an unknown key.
    """
    here = commune(key)
    return draw([Spot(here.name, here.lat, here.lon)])


@cache
def neighbours(key: str, most: int = 4) -> tuple[tuple[Commune, float], ...]:
    """Return the nearest communes with the distance between the centres in kilometres.

    :raises Invalid: for an unknown key.
    """
    here = commune(key)
    others = ((one, distance_km(here, one)) for one in communes() if one.key != key)
    return tuple(sorted(others, key=lambda pair: (pair[1], pair[0].key))[:most])


def distance_km(one: Spot | Commune, other: Spot | Commune) -> float:
    """Return the distance of two places on the sphere in kilometres."""
    lat, lat2 = math.radians(one.lat), math.radians(other.lat)
    east = math.radians(other.lon - one.lon)
    turn = math.sin((lat2 - lat) / 2) ** 2
    turn += math.cos(lat) * math.cos(lat2) * math.sin(east / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(turn))


def _placed(frame: _Frame, spot: Spot) -> Placed:
    x, y = frame.place(spot.lat, spot.lon)
    return Placed(spot, x, y, at_left=x > WIDTH / 2)
