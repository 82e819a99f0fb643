"""Which lots came of which: closures over ``lot_edge``, forward to the buyers, backward to the fields.

The recursion carries ids alone, joined by UNION: a lot that was reached is not walked from again, so
a cycle ends and no chain is cut short. Depths and quantities follow from the edges in between.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.many import among
from traceability.models import LotEdge

Column = InstrumentedAttribute[str]


@dataclass(frozen=True)
class Link:
    """So much of one lot went into another, in the unit of the source."""

    src_id: str
    dst_id: str
    quantity: int


class Reached(NamedTuple):
    """A lot that a trace came to; a tuple, since a trace makes thousands.

    ``depth`` counts the fewest steps from a lot where it began (0: one of those). ``quantity`` is
    what passed between it and the other lots of the trace, in the unit of the sources: forward so
    much went into it, backward so much of it went into them.
    """

    lot_id: str
    depth: int
    quantity: int


def forward(session: Session, lot_ids: Collection[str]) -> tuple[Reached, ...]:
    """Return lots and whatever came of them, the nearest first (one statement)."""
    return _walk(session, lot_ids, LotEdge.src_id, LotEdge.dst_id)


def backward(session: Session, lot_ids: Collection[str]) -> tuple[Reached, ...]:
    """Return lots and whatever went into them, the nearest first (one statement)."""
    return _walk(session, lot_ids, LotEdge.dst_id, LotEdge.src_id)


def links(session: Session, lot_ids: Collection[str]) -> tuple[Link, ...]:
    """Return what passed from one of these lots to another of them, each pair summed up."""
    chosen = set(lot_ids)
    if not chosen:
        return ()
    rows = session.connection().execute(
        sa.select(LotEdge.src_id, LotEdge.dst_id, LotEdge.quantity).where(
            among(session, LotEdge.src_id, chosen)
        )
    )
    passed: dict[tuple[str, str], int] = defaultdict(int)
    for src_id, dst_id, quantity in rows:
        if dst_id in chosen:
            passed[src_id, dst_id] += quantity
    return tuple(Link(*ends, quantity) for ends, quantity in passed.items())


def _walk(
    session: Session, starts: Collection[str], near: Column, far: Column
) -> tuple[Reached, ...]:
    """Read every edge on the way at once, then go ring by ring."""
    if not starts:
        return ()
    following: dict[str, list[str]] = defaultdict(list)
    quantity: dict[str, int] = defaultdict(int)
    dialect = session.get_bind().dialect.name
    asked = {"starts": _starts(dialect, starts)}
    # All at once: one by one, to fetch the rows takes longer than to find them.
    rows = session.connection().execute(_edges(dialect, near, far), asked).all()
    for one, other, passed in rows:
        following[one].append(other)
        quantity[other] += passed
    ring, found, depth = sorted(set(starts)), [], 0
    seen = set(ring)
    while ring:
        found += [Reached(lot_id, depth, quantity.get(lot_id, 0)) for lot_id in ring]
        beyond = set().union(*(following.get(lot_id, ()) for lot_id in ring)) - seen
        seen |= beyond
        ring, depth = sorted(beyond), depth + 1
    return tuple(found)


@cache
def _edges(dialect: str, near: Column, far: Column) -> sa.Select[str, str, int]:
    """Return the statement of all edges that lead away from what is reached.

    It is made once for each way: to make it took as long as a short trace. ``starts`` is its
    parameter, see ``_starts``.
    """
    begun: Any
    if dialect == "sqlite":
        begun = sa.func.json_each(sa.bindparam("starts", type_=sa.String)).table_valued("value")
    else:
        starts = sa.bindparam("starts", type_=ARRAY(sa.String))
        begun = sa.func.unnest(starts).table_valued("value").render_derived()
    first = sa.select(sa.cast(begun.c.value, sa.String).label("value"))
    reached = first.cte("reached", recursive=True)
    reached = reached.union(sa.select(far).join_from(reached, LotEdge, near == reached.c.value))
    if dialect == "sqlite":
        here = near == reached.c.value
        return sa.select(near, far, LotEdge.quantity).join_from(reached, LotEdge, here)
    # OFFSET 0 has PostgreSQL go by the index for each lot: it cannot guess how few they are.
    step = (
        sa.select(near.label("near"), far.label("far"), LotEdge.quantity)
        .where(near == reached.c.value)
        .offset(sa.literal_column("0"))
        .lateral("step")
    )
    return sa.select(step.c.near, step.c.far, step.c.quantity).join_from(reached, step, sa.true())


def _starts(dialect: str, lot_ids: Collection[str]) -> str | list[str]:
    """Return the lots where a trace begins as the one parameter of its statement."""
    chosen = list(set(lot_ids))
    return json.dumps(chosen) if dialect == "sqlite" else chosen
