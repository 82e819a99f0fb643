"""Where listings lie: at their farm, or else in the middle of their commune."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from kernel import places
from traceability.queries import FarmCard

EARTH_METRES = 6_371_000


@dataclass(frozen=True)
class Point:
    """A place on the map: degrees of WGS 84."""

    lat: float
    lon: float

    def metres_to(self, other: "Point") -> float:
        """Return the way to another place as the crow flies (haversine)."""
        north = sin(radians(other.lat - self.lat) / 2) ** 2
        east = sin(radians(other.lon - self.lon) / 2) ** 2
        spread = cos(radians(self.lat)) * cos(radians(other.lat))
        return 2 * EARTH_METRES * asin(sqrt(min(1.0, north + spread * east)))


def point_of(commune: str, farm: FarmCard | None) -> Point:
    """Return where a listing of a commune, and perhaps of a farm, lies."""
    if farm is not None and farm.lat is not None and farm.lon is not None:
        return Point(farm.lat, farm.lon)
    middle = places.commune(commune)
    return Point(middle.lat, middle.lon)
