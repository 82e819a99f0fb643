"""Water: sources of a vendor, and from when until when plots draw from them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_id
from kernel.messages import msg
from traceability.models import EntryWater, Plot, PlotHeritage, PlotWater, WaterSource
from traceability.services.farms import vendor_of

MOST_NAME = 120


def add_source(session: Session, *, vendor_id: str, name: str, actor: Actor, now: datetime) -> str:
    """Name a source of a vendor and return its id.

    :raises Invalid: without a name, or with one that another source has.
    """
    actor.need_at(vendor_id, "recorder")
    called = " ".join(name.split())
    if not 2 <= len(called) <= MOST_NAME:
        raise Invalid(msg("Write what you call it, such as: the well by the road."), field="name")
    source = WaterSource(id=new_id(), vendor_id=vendor_id, name=called, created_at=now)
    try:
        with session.begin_nested():
            session.add(source)
    except IntegrityError:
        raise Invalid(msg("Another source has this name."), field="name") from None
    _note(session, "water.named", source.id, actor, now, name=called)
    return source.id


def draw_water(
    session: Session, source_id: str, *, plot_id: str, since: date, actor: Actor, now: datetime
) -> None:
    """Note that a plot draws from a source from a day on.

    :raises Invalid: for a day to come, or when it does already.
    :raises NotFound: for a plot of somebody else.
    """
    source = own_source(session, source_id, actor)
    plot = session.get(Plot, plot_id)
    if plot is None or vendor_of(session, plot) != source.vendor_id:
        raise NotFound
    if since > local_date(now):
        raise Invalid(msg("This day is still to come."), field="since")
    if session.scalar(
        sa.select(PlotWater.id)
        .where(
            PlotWater.plot_id == plot.id,
            PlotWater.source_id == source.id,
            PlotWater.until.is_(None) | (PlotWater.until > since),
        )
        .limit(1)
    ):
        raise Invalid(msg("This plot draws from it already."), field="plot")
    session.add(PlotWater(plot_id=plot.id, source_id=source.id, since=since))
    session.flush()
    _note(session, "water.drawn", source.id, actor, now, plot=plot.id, since=since.isoformat())


def leave_water(
    session: Session, draw_id: str, *, source_id: str, until: date, actor: Actor, now: datetime
) -> None:
    """Note from which day on a plot draws from a source no more; what was before stays known.

    :raises Conflict: when it stopped before.
    :raises Invalid: for a day before the first, or one to come.
    """
    source = own_source(session, source_id, actor)
    draw = lock(session, PlotWater, draw_id)
    if draw is None or draw.source_id != source.id:
        raise NotFound
    if draw.until is not None:
        raise Conflict(msg("This plot draws from it no more already."))
    if not draw.since <= until <= local_date(now):
        raise Invalid(msg("The day lies between the first one and today."), field="until")
    draw.until = until
    session.flush()
    _note(session, "water.left", source.id, actor, now, plot=draw.plot_id, until=until.isoformat())


def own_source(session: Session, source_id: str, actor: Actor) -> WaterSource:
    """Return a source, locked, of a vendor for whom somebody records.

    :raises NotFound: when there is none.
    """
    source = lock(session, WaterSource, source_id)
    if source is None:
        raise NotFound
    actor.need_at(source.vendor_id, "recorder")
    return source


def name_water(
    session: Session, entry_id: str, *, source_id: str | None, old_id: str | None, vendor_id: str
) -> None:
    """Keep the source of an entry; a correction that names none keeps the one named before.

    :raises Invalid: for the source of somebody else.
    """
    if source_id is None and old_id is not None:
        source_id = session.scalar(
            sa.select(EntryWater.source_id).where(EntryWater.entry_id == old_id)
        )
    if source_id is None:
        return
    source = session.get(WaterSource, source_id)
    if source is None or source.vendor_id != vendor_id:
        raise Invalid(msg("This source is not there."), field="water")
    session.add(EntryWater(entry_id=entry_id, source_id=source.id))
    session.flush()


def inherit_water(session: Session, plot_id: str, *, since: date) -> None:
    """Let a plot draw from what the older ones in whose place it stands drew from."""
    older = sa.select(PlotHeritage.parent_id).where(PlotHeritage.child_id == plot_id)
    sources = session.scalars(
        sa.select(PlotWater.source_id)
        .where(PlotWater.plot_id.in_(older), PlotWater.until.is_(None) | (PlotWater.until > since))
        .distinct()
        .order_by(PlotWater.source_id)
    ).all()
    session.add_all(
        PlotWater(plot_id=plot_id, source_id=source_id, since=since) for source_id in sources
    )
    session.flush()


def _note(
    session: Session, action: str, source_id: str, actor: Actor, now: datetime, **detail: Any
) -> None:
    audit.record(
        session, action, actor=actor, subject=("water_source", source_id), now=now, **detail
    )
