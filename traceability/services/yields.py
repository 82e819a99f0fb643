"""What a field gives at most: dated versions by crop and variety, each with its source."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from traceability.models import Crop, Variety, YieldBound
from traceability.services.rejudging import rejudge_yields
from traceability.services.supplies import OFFICE

MOST_KG_PER_HA = 1_000_000


@dataclass(frozen=True)
class BoundFacts:
    """At most so many kg a hectare and season from a day on; None: no bound is known any more."""

    most_kg_per_ha: int | None
    valid_from: date
    source: str = ""
    variety_id: str | None = None


def save_bound(
    session: Session, crop_id: str, *, facts: BoundFacts, actor: Actor, now: datetime
) -> str:
    """Add what a crop gives at most from a day on, or correct the version of that day.

    Harvests since then are judged anew. Return its id.

    :raises Invalid: for a bound out of range, or one without a source.
    :raises NotFound: for a crop, or a variety of it, that is not there.
    """
    actor.need(*OFFICE)
    if not facts.source:
        raise Invalid(msg("Write where the figure is from."), field="source")
    return put_bound(session, crop_id, facts, actor=actor, now=now)


def put_bound(
    session: Session, crop_id: str, facts: BoundFacts, *, actor: Actor, now: datetime
) -> str:
    """Save a bound; who may was asked before."""
    most = facts.most_kg_per_ha
    if most is not None and not 0 < most <= MOST_KG_PER_HA:
        raise Invalid(
            msg("Write a number from 1 to %(most)s."), field="most_kg_per_ha", most=MOST_KG_PER_HA
        )
    _need_crop(session, crop_id, facts.variety_id)
    bound = session.scalar(
        sa.select(YieldBound).where(
            YieldBound.crop_id == crop_id,
            YieldBound.variety_id.is_not_distinct_from(facts.variety_id),
            YieldBound.valid_from == facts.valid_from,
        )
    ) or YieldBound(crop_id=crop_id)
    for name, value in vars(facts).items():
        setattr(bound, name, value)
    session.add(bound)
    session.flush()
    subject = ("crop", crop_id)
    audit.record(
        session,
        "crop.bound_saved",
        actor=actor,
        subject=subject,
        now=now,
        variety=facts.variety_id,
        most_kg_per_ha=most,
        valid_from=facts.valid_from.isoformat(),
        source=facts.source,
    )
    rejudge_yields(session, crop_id, since=facts.valid_from, now=now)
    return bound.id


def _need_crop(session: Session, crop_id: str, variety_id: str | None) -> None:
    # Two who save a bound of one crop come one after the other.
    if lock(session, Crop, crop_id) is None:
        raise NotFound
    variety = session.get(Variety, variety_id) if variety_id else None
    if variety_id and (variety is None or variety.crop_id != crop_id):
        raise NotFound
