"""The journey of a lot: what events of EPCIS tell of it, and what the places are called."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from traceability.epcis.building import MARKET
from traceability.gs1.ids import own_path, place_ids
from traceability.models import EventField, EventWhat, Farm, Plot, TraceEvent
from traceability.queries.naming import roots_of
from traceability.rules import WhatRole

MOST_STOPS = 200
# What of a harvest is on the way to what was packed of it; the rest of it went to others.
INWARD = frozenset({"commissioning", "storing", "sampling", "inspecting", "receiving"})
MOST_READINGS = 30


@dataclass(frozen=True)
class Stop:
    """One event of a lot; ``place`` is how it is called, ``place_name`` what people say."""

    seq: int
    event_id: str
    at: datetime
    type: str
    step: str
    disposition: str
    ref: str
    role: WhatRole
    quantity: float | None
    uom: str | None
    place: str
    # What its place calls the store, and how warm it was kept there, in degrees Celsius.
    store: str = ""
    coldest: float | None = None
    hottest: float | None = None
    place_name: str = ""


@dataclass(frozen=True)
class KeptAt:
    """What the thermometers of a store said of a lot at one time, in degrees Celsius."""

    at: datetime
    store: str
    coldest: float
    hottest: float


def readings(
    session: Session, refs: Collection[str], *, vendors: Collection[str]
) -> tuple[KeptAt, ...]:
    """Return how warm a thing of these names was kept, the newest first; the last thirty.

    What who told it declared wrong afterwards is left out, and what strangers tell (`journey`).
    """
    coldest, hottest = _celsius(sa.func.min), _celsius(sa.func.max)
    rows = session.execute(
        sa.select(TraceEvent.event_time, _store(), coldest, hottest)
        .join(EventWhat, EventWhat.event_seq == TraceEvent.seq)
        .where(
            EventWhat.ref.in_(refs), may_tell(vendors), ~is_declared_wrong(), coldest.is_not(None)
        )
        .order_by(TraceEvent.event_time.desc(), TraceEvent.seq.desc())
        .limit(MOST_READINGS)
    )
    return tuple(KeptAt(*row) for row in rows)


def journey(
    session: Session,
    refs: Collection[str],
    *,
    harvests: Collection[str] = (),
    vendors: Collection[str],
) -> tuple[Stop, ...]:
    """Return the events in which things of these names took part, in order (one or two statements).

    ``refs`` are as events name a thing, ``harvests`` what went into it: of those only what may
    have led to it, and last where there is too much. ``vendors`` are whose things they are: what partners of others
    tell of them is no part of it, nor what who told it declared wrong afterwards.
    """
    asked = {"refs": list(refs), "harvests": list(harvests), "vendors": list(vendors)}
    rows = sorted(session.execute(_events(), asked).all(), key=lambda row: (row.at, row.seq))
    names = _names(session, {row.place for row in rows if row.place})
    return tuple(Stop(**row._mapping, place_name=names.get(row.place, "")) for row in rows)


@cache
def _events() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    own = EventWhat.ref.in_(sa.bindparam("refs", expanding=True))
    harvest = EventWhat.ref.in_(sa.bindparam("harvests", expanding=True))
    place = sa.func.coalesce(TraceEvent.biz_location, TraceEvent.read_point, "")
    return (
        sa.select(
            TraceEvent.seq,
            TraceEvent.event_id,
            TraceEvent.event_time.label("at"),
            TraceEvent.type,
            sa.func.coalesce(TraceEvent.biz_step, "").label("step"),
            sa.func.coalesce(TraceEvent.disposition, "").label("disposition"),
            EventWhat.ref,
            EventWhat.role,
            EventWhat.quantity,
            EventWhat.uom,
            place.label("place"),
            _store().label("store"),
            _celsius(sa.func.min).label("coldest"),
            _celsius(sa.func.max).label("hottest"),
        )
        .join(EventWhat, EventWhat.event_seq == TraceEvent.seq)
        .where(
            own | (harvest & TraceEvent.biz_step.in_(INWARD)),
            may_tell(sa.bindparam("vendors", expanding=True)),
            ~is_declared_wrong(),
        )
        .order_by(own.desc(), TraceEvent.event_time, TraceEvent.seq, EventWhat.position)
        .limit(MOST_STOPS)
    )


def may_tell(
    vendors: Collection[str] | sa.BindParameter[str],
) -> sa.ColumnElement[bool]:
    """Tell whether an event counts on pages of these vendors' things: theirs, or the house's.

    A partner tells events of whatever he names; of others' goods nobody has to believe him.
    """
    return sa.or_(TraceEvent.partner_id.is_(None), TraceEvent.vendor_id.in_(vendors))


def is_declared_wrong() -> sa.ColumnElement[bool]:
    """Tell whether an event has an error declaration, by the same teller: nobody else's counts."""
    again = aliased(TraceEvent)
    return (
        sa.exists()
        .where(
            again.event_id == TraceEvent.event_id,
            again.declared > "",
            again.vendor_id.is_not_distinct_from(TraceEvent.vendor_id),
            again.partner_id.is_not_distinct_from(TraceEvent.partner_id),
        )
        .correlate(TraceEvent)
    )


def _names(session: Session, places: Collection[str]) -> dict[str, str]:
    """Return what farms and plots are called, by how events call them."""
    roots = roots_of(session)
    codes = {found[1] for one in places if (found := own_path(one, roots))}
    glns = {gln[1] for one in places if (gln := re.match(r".*/414/(\d{13})(?:/|$)", one))}
    if not codes and not glns:
        return {}
    rows = session.execute(_places(), {"codes": list(codes), "glns": list(glns)})
    return dict(_named(rows, roots))


@cache
def _places() -> sa.Select[*tuple[Any, ...]]:
    codes: sa.BindParameter[str] = sa.bindparam("codes", expanding=True)
    glns: sa.BindParameter[str] = sa.bindparam("glns", expanding=True)
    return (
        sa.select(
            Farm.name,
            Farm.gln,
            Farm.trace_code,
            Plot.name.label("plot"),
            Plot.extension,
            Plot.trace_code.label("plot_code"),
        )
        .outerjoin(Plot, Plot.farm_id == Farm.id)
        .where(sa.or_(Farm.trace_code.in_(codes), Plot.trace_code.in_(codes), Farm.gln.in_(glns)))
        .limit(400)
    )


def _named(
    rows: Iterable[sa.Row[*tuple[Any, ...]]], roots: Sequence[str]
) -> Iterable[tuple[str, str]]:
    for row in rows:
        for form in place_ids(roots, gln=row.gln, extension=None, code=row.trace_code):
            yield form, row.name
        if row.plot_code:
            name = f"{row.name}, {row.plot}"
            for form in place_ids(roots, gln=row.gln, extension=row.extension, code=row.plot_code):
                yield form, name


def _store() -> sa.SQLColumnExpression[str]:
    """Return what the house's own events call the store of a place; empty: they say nothing."""
    found = (
        sa.select(sa.func.min(EventField.text))
        .where(EventField.event_seq == TraceEvent.seq, EventField.name == f"event {MARKET}store")
        .correlate(TraceEvent)
    )
    return sa.func.coalesce(found.scalar_subquery(), "")


def _celsius(worst: Callable[..., Any]) -> sa.ScalarSelect[Any]:
    """Return the least or the most that thermometers said in an event."""
    kind = aliased(EventField)
    is_warmth = sa.exists().where(
        kind.event_seq == EventField.event_seq,
        kind.name == "sensor.type",
        kind.text == "Temperature",
    )
    return (
        sa.select(worst(EventField.number))
        .where(
            EventField.event_seq == TraceEvent.seq,
            EventField.name == "sensor.value.CEL",
            is_warmth,
        )
        .correlate(TraceEvent)
        .scalar_subquery()
    )
