"""Which lots came of which: closures over ``lot_edge``, forward to the buyers, backward to the fields.

The recursion carries ids alone, joined by UNION: a lot that was reached is not walked from again, so
a cycle ends and no chain is cut short. Depths and quantities follow from the edges in between.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.many import among, keys
from traceability.models import LotEdge

Column = InstrumentedAttribute[str]


@dataclass(frozen=True)
class Link:
    """So much of one lot went into another, in the unit of the source."""

    src_id: str
    dst_id: str
    quantity: int


@dataclass(frozen=True)
class Reached:
    """A lot that a trace came to.

    ``depth`` counts the fewest steps from a lot where it began (0: one of those). ``quantity`` is
    what passed between it and the other lots of the trace, in the unit of the sources: forward so
    much went into it, backward so much of it went into them.
    """

    lot_id: str
    depth: int
    quantity: int


def forward(session: Session, lot_ids: Collection[str]) -> tuple[Reached, ...]:
    """Return lots and whatever came of them, the nearest first (two statements)."""
    reached = _closure(session, lot_ids, LotEdge.src_id, LotEdge.dst_id)
    found = _links(session, reached, LotEdge.src_id)
    return _told(lot_ids, reached, [(link.src_id, link.dst_id, link.quantity) for link in found])


def backward(session: Session, lot_ids: Collection[str]) -> tuple[Reached, ...]:
    """Return lots and whatever went into them, the nearest first (two statements)."""
    reached = _closure(session, lot_ids, LotEdge.dst_id, LotEdge.src_id)
    found = _links(session, reached, LotEdge.dst_id)
    return _told(lot_ids, reached, [(link.dst_id, link.src_id, link.quantity) for link in found])


def around(session: Session, lot_id: str) -> tuple[tuple[Reached, ...], tuple[Reached, ...]]:
    """Return what went into a lot and what came of it, without itself (three statements)."""
    before = _closure(session, [lot_id], LotEdge.dst_id, LotEdge.src_id)
    after = _closure(session, [lot_id], LotEdge.src_id, LotEdge.dst_id)
    rows = session.connection().execute(
        sa.select(LotEdge.src_id, LotEdge.dst_id, LotEdge.quantity).where(
            sa.or_(among(session, LotEdge.dst_id, before), among(session, LotEdge.src_id, after))
        )
    )
    edges = [tuple(row) for row in rows]
    back = [(dst, src, passed) for src, dst, passed in edges if {src, dst} <= before]
    on = [(src, dst, passed) for src, dst, passed in edges if {src, dst} <= after]
    return _told([lot_id], before, back)[1:], _told([lot_id], after, on)[1:]


def links(session: Session, lot_ids: Collection[str]) -> tuple[Link, ...]:
    """Return what passed from one of these lots to another of them, each pair summed up."""
    return tuple(_links(session, set(lot_ids), LotEdge.src_id))


def _closure(session: Session, starts: Collection[str], near: Column, far: Column) -> set[str]:
    if not starts:
        return set()
    reached = keys(session, set(starts)).cte("reached", recursive=True)
    reached = reached.union(sa.select(far).join_from(reached, LotEdge, near == reached.c.value))
    return set(session.scalars(sa.select(reached.c.value)))


def _links(session: Session, chosen: set[str], near: Column) -> list[Link]:
    if not chosen:
        return []
    rows = session.connection().execute(
        sa.select(LotEdge.src_id, LotEdge.dst_id, LotEdge.quantity).where(
            among(session, near, chosen)
        )
    )
    passed: dict[tuple[str, str], int] = defaultdict(int)
    for src_id, dst_id, quantity in rows:
        if src_id in chosen and dst_id in chosen:
            passed[src_id, dst_id] += quantity
    return [Link(*ends, quantity) for ends, quantity in passed.items()]


def _told(
    starts: Collection[str], reached: set[str], steps: Sequence[tuple[str, str, int]]
) -> tuple[Reached, ...]:
    quantity: dict[str, int] = defaultdict(int)
    for _near, far, passed in steps:
        quantity[far] += passed
    depth = _depths(starts, steps)
    found = (Reached(lot_id, depth[lot_id], quantity[lot_id]) for lot_id in reached)
    return tuple(sorted(found, key=lambda one: (one.depth, one.lot_id)))


def _depths(starts: Collection[str], steps: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Return the fewest steps to each lot, ring by ring."""
    following: dict[str, list[str]] = defaultdict(list)
    for near, far, _quantity in steps:
        following[near].append(far)
    depth = dict.fromkeys(starts, 0)
    ring = list(depth)
    while ring:
        beyond = {far for near in ring for far in following[near]} - depth.keys()
        depth.update(dict.fromkeys(beyond, depth[ring[0]] + 1))
        ring = list(beyond)
    return depth
