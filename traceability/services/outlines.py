"""The border of a plot, drawn or walked: what lies over it shares its sprays."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import NotFound
from traceability.models import Farm, Plot, Season
from traceability.rules.outlines import Corner, area_m2, need_outline
from traceability.services.holding import lock_land, settle_land


def draw_plot(
    session: Session,
    plot_id: str,
    *,
    outline: Sequence[Corner],
    takes_area: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the border of a plot, or take it away when it has no corners.

    ``takes_area`` makes its area that of the plot. Harvests on it are judged anew: plots
    under the border share their sprays.

    :raises Invalid: for a border that is none.
    """
    plot = lock(session, Plot, plot_id)
    farm = session.get(Farm, plot.farm_id) if plot else None
    if plot is None or farm is None:
        raise NotFound
    actor.need_at(farm.vendor_id, "recorder")
    if outline:
        need_outline(outline)
    lock_land(session, farm.vendor_id)
    before: dict[str, object] = {"outline": plot.outline, "area_m2": plot.area_m2}
    plot.outline = [list(corner) for corner in outline] or None
    if outline and takes_area:
        plot.area_m2 = area_m2(outline)
    session.flush()
    _note(session, plot, before, actor, now)
    first = session.scalar(
        sa.select(sa.func.min(Season.started_on)).where(Season.plot_id == plot.id)
    )
    if first is not None:
        settle_land(session, plot.id, since=first, now=now)


def _note(
    session: Session, plot: Plot, before: dict[str, object], actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        "plot.drawn",
        actor=actor,
        subject=("plot", plot.id),
        now=now,
        before=before,
        after={"outline": plot.outline, "area_m2": plot.area_m2},
        corners=len(plot.outline or ()),
        area_m2=plot.area_m2,
    )
