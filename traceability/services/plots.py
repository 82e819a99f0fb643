"""Plots that are split, joined or drawn anew: what was sprayed on the old ones is inherited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from traceability.models import Farm, Plot, PlotHeritage
from traceability.services.farms import PlotFacts, create_plot, vendor_of
from traceability.services.holding import lock_land
from traceability.services.water import inherit_water

MOST_PARTS = 12


@dataclass(frozen=True)
class Part:
    """One plot that stands in the place of older ones; corners as [longitude, latitude]."""

    facts: PlotFacts
    outline: list[Any] | None = None


def replace_plots(
    session: Session,
    plot_ids: Sequence[str],
    *,
    parts: Sequence[Part],
    since: date,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Put new plots in the place of old ones of one farm; return their ids.

    One into several is a split, one into one is drawn anew, several into one are joined.
    The old ones keep their diaries and their sprays count for the new ones.

    :raises Conflict: when an old one was replaced already.
    :raises Invalid: for no parts, too many, or a day to come.
    """
    old = _old_plots(session, plot_ids)
    vendor_id = vendor_of(session, old[0])
    actor.need_at(vendor_id, "recorder")
    lock_land(session, vendor_id)
    if since > local_date(now):
        raise Invalid(msg("This day is still to come."), field="since")
    if not 1 <= len(parts) <= MOST_PARTS:
        raise Invalid(msg("Write 1 to %(most)s plots."), field="parts", most=MOST_PARTS)
    for one in old:
        _retire(session, one, since)
    made = [_make(session, old, part, since=since, actor=actor, now=now) for part in parts]
    audit.record(
        session,
        "plot.replaced",
        actor=actor,
        subject=("farm", old[0].farm_id),
        now=now,
        old=[one.id for one in old],
        new=made,
        since=since.isoformat(),
    )
    return made


def _old_plots(session: Session, plot_ids: Sequence[str]) -> Sequence[Plot]:
    old = session.scalars(sa.select(Plot).where(Plot.id.in_(plot_ids)).order_by(Plot.id)).all()
    if not old or len(old) != len(set(plot_ids)) or len({one.farm_id for one in old}) != 1:
        raise NotFound
    return old


def _retire(session: Session, plot: Plot, since: date) -> None:
    session.refresh(plot)
    if plot.retired_on is not None:
        raise Conflict(msg("Other plots stand in its place already."))
    plot.retired_on = since


def _make(
    session: Session,
    old: Sequence[Plot],
    part: Part,
    *,
    since: date,
    actor: Actor,
    now: datetime,
) -> str:
    farm = session.get_one(Farm, old[0].farm_id)
    plot_id = create_plot(session, farm.id, facts=part.facts, actor=actor, now=now)
    session.get_one(Plot, plot_id).outline = part.outline
    session.add_all(PlotHeritage(parent_id=one.id, child_id=plot_id, since=since) for one in old)
    session.flush()
    inherit_water(session, plot_id, since=since)
    return plot_id
