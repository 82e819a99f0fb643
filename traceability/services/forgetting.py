"""A vendor whose time of keeping is over leaves no name on farm and diary."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import (
    DiaryEntry,
    Farm,
    InputBatch,
    InputMove,
    IntervalHold,
    LabTest,
    Lot,
    LotMove,
    LotPacking,
    LotStep,
    Plot,
    Season,
    Subscription,
    WaterSource,
)
from traceability.rules.partners import SubscriptionEnd
from traceability.services.photos import forget_photos
from traceability.services.proof.personal import forget_words
from traceability.services.subscriptions import end_those_of


def forget_farmer(session: Session, vendor_id: str, *, now: datetime) -> None:
    """Take names, addresses and places off; lots and diary stay for the tracing.

    What its events say of people is erased beside the log, which stays whole. The files of
    pictures go after the commit. Nothing more is sent to partners.
    """
    forget_words(session, vendor_id=vendor_id)
    farms = sa.select(Farm.id).where(Farm.vendor_id == vendor_id)
    plots = sa.select(Plot.id).where(Plot.farm_id.in_(farms))
    seasons = sa.select(Season.id).where(Season.plot_id.in_(plots))
    session.execute(
        sa.update(DiaryEntry)
        .where(DiaryEntry.season_id.in_(seasons))
        .values(worker="", recorded_by=None, people=[], media=[], lat=None, lon=None, device_id="")
    )
    forget_photos(session, vendor_id, now=now)
    end_those_of(
        session, Subscription.vendor_id == vendor_id, reason=SubscriptionEnd.VENDOR, now=now
    )
    lots = sa.select(Lot.id).where(Lot.vendor_id == vendor_id)
    _forget_keepers(session, vendor_id, lots=lots)
    for kind in (LotStep, LotMove):
        session.execute(
            sa.update(kind).where(kind.lot_id.in_(lots)).values(actor_name="", actor_id=None)
        )
    session.execute(
        sa.update(Farm)
        .where(Farm.vendor_id == vendor_id)
        .values(name="-", address="", lat=None, lon=None, story={})
    )


def _forget_keepers(session: Session, vendor_id: str, *, lots: sa.Select[str]) -> None:
    """Take off who kept the shed, recorded tests and cleared holds; the records themselves stay.

    What was decided by an officer stays: that is no record of the vendor's people.
    """
    batches = sa.select(InputBatch.id).where(InputBatch.vendor_id == vendor_id)
    session.execute(
        sa.update(InputMove).where(InputMove.batch_id.in_(batches)).values(actor_id=None, note="")
    )
    session.execute(sa.update(LotPacking).where(LotPacking.lot_id.in_(lots)).values(worker=""))
    session.execute(
        sa.update(WaterSource).where(WaterSource.vendor_id == vendor_id).values(name=WaterSource.id)
    )
    session.execute(
        sa.update(LabTest).where(LabTest.vendor_id == vendor_id).values(recorded_by=None)
    )
    session.execute(
        sa.update(IntervalHold).where(IntervalHold.lot_id.in_(lots)).values(closed_by=None)
    )
