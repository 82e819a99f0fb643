"""What hits of the embedded engine must be besides their words, and how near they lie."""

from collections.abc import Collection
from math import asin, cos, radians, sin, sqrt

import tantivy
from tantivy import FieldType, Occur, Query

from catalog.queries.sources import EVERYWHERE
from catalog.search.engine import FACETS, Filters, Near
from catalog.search.storing import NO_UNIT_PRICE, SCHEMA, degrees, read_spot

Parts = list[tuple[Occur, Query]]

EARTH_METRES = 6_371_000
METRES_OF_DEGREE = 111_195
MOST_SPOTS = 20_000


def narrowed(searcher: tantivy.Searcher, filters: Filters, *, without: str = "") -> Parts:
    """Return what hits must be, leaving one kind of filter out (for its facet)."""
    chosen = [(name, getattr(filters, name)) for name in FACETS if name != without]
    parts = [_any(name, values) for name, values in chosen if values]
    if filters.codes is not None:
        parts.append(_any("code", filters.codes))
    if filters.delivered_to:
        parts.append(_any("delivered_to", (filters.delivered_to, EVERYWHERE)))
    if filters.month is not None:
        parts.append(Query.term_query(SCHEMA, "months", filters.month))
    parts += _ranges(filters)
    if filters.near is not None:
        parts.append(_any("spot", [spot for spot, _ in spots(searcher, filters.near)]))
    return [(Occur.Must, Query.const_score_query(part, 0.0)) for part in parts]


def spots(searcher: tantivy.Searcher, near: Near) -> list[tuple[str, float]]:
    """Return the places within a circle at which anything is offered, with metres, nearest first."""
    counted = searcher.aggregate(
        _box(near), {"spots": {"terms": {"field": "spot", "size": MOST_SPOTS}}}
    )
    found = [
        (bucket["key"], metres_between(near.lat, near.lon, *read_spot(bucket["key"])))
        for bucket in counted["spots"]["buckets"]
    ]
    within = [(spot, metres) for spot, metres in found if metres <= near.metres]
    return sorted(within, key=lambda place: (place[1], place[0]))


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the way over the ground between two points in degrees (haversine)."""
    up, across = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    part = sin(up) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(across) ** 2
    return 2 * EARTH_METRES * asin(sqrt(min(1.0, part)))


def _ranges(filters: Filters) -> list[Query]:
    lowest = None if filters.rating_from is None else 10 * filters.rating_from
    unit_to = filters.unit_price_to
    if filters.unit_price_from is not None and unit_to is None:
        unit_to = NO_UNIT_PRICE - 1
    bounds = (
        ("price", filters.price_from, filters.price_to),
        ("unit_price", filters.unit_price_from, unit_to),
        ("rating", lowest, None),
    )
    return [
        Query.range_query(SCHEMA, field, FieldType.Integer, low, high)
        for field, low, high in bounds
        if low is not None or high is not None
    ]


def _box(near: Near) -> Query:
    """Return the square around a circle: few places are left to be measured."""
    high = near.metres / METRES_OF_DEGREE + 0.001
    wide = min(360.0, high / max(0.01, cos(radians(near.lat))))
    sides = (("lat", near.lat, high), ("lon", near.lon, wide))
    return Query.boolean_query(
        [
            (
                Occur.Must,
                Query.range_query(
                    SCHEMA, name, FieldType.Integer, degrees(at - far), degrees(at + far)
                ),
            )
            for name, at, far in sides
        ]
    )


def _any(field: str, values: Collection[str]) -> Query:
    return Query.term_set_query(SCHEMA, field, list(values))
