"""Events of lots in the words of EPCIS: each is written in the transaction of what it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import HOUSE, Actor
from kernel.clock import HANOI, local_date
from kernel.ids import new_id
from kernel.quantity import Unit
from traceability.epcis.building import Quantity, Reading, object_event
from traceability.gs1.ids import lot_id, place_id
from traceability.models import Farm, Lot, Plot, Season
from traceability.services.events import write_event
from traceability.services.proof.personal import recorded_by

# UN/CEFACT Recommendation 20; what is counted has none.
_UOM = {Unit.GRAM: "KGM", Unit.MILLILITRE: "LTR"}
MOST_IN_ONE = 200
"""So many lots in one event: a hold that reaches fifty thousand is told in several."""


@dataclass(frozen=True)
class Words:
    """What an event says besides its lots: the step, what they are after it, and its papers."""

    action: str
    step: str
    disposition: str
    set_: str = ""
    unset: str = ""
    transactions: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()
    # Crates and pallets that it happened to, as events name them.
    units: tuple[str, ...] = ()
    # What a thermometer said.
    readings: tuple[Reading, ...] = ()
    # Fields of the house's own.
    extensions: tuple[tuple[str, str], ...] = ()

    @property
    def persistent(self) -> dict[str, list[str]]:
        """What holds from now on, and what no longer does."""
        named = (("set", self.set_), ("unset", self.unset))
        return {key: [word] for key, word in named if word}


def root_of(session: Session) -> str:
    """Return the public address of the house, which rides along with every session of it."""
    return cast(str, session.info.get("root") or "http://localhost")


def name_of(session: Session, lot: Lot) -> str:
    """Return what a lot is called in events."""
    return lot_id(root_of(session), gtin=lot.gtin, code=lot.code, trace_code=lot.trace_code)


def amount_of(session: Session, lot: Lot, quantity: int | None) -> Quantity:
    """Return an amount of a lot: kilograms, litres or pieces; None: all of it, uncounted."""
    uom = _UOM.get(lot.unit)
    if quantity is None:
        return Quantity(name_of(session, lot), None, None)
    return Quantity(name_of(session, lot), quantity / 1000 if uom else quantity, uom)


def moment_of(day: date, now: datetime) -> datetime:
    """Return the instant of something of a day: now, or noon in Viet Nam of an earlier day."""
    if day >= local_date(now):
        return now
    return datetime.combine(day, time(12), HANOI)


def record_of(session: Session, by: Actor, *, vendor_id: str) -> dict[str, str]:
    """Return by whom an event was recorded, and what tells it from another that is like it."""
    return {"market:record": new_id()} | recorded_by(session, by, vendor_id=vendor_id)


def place_of(session: Session, season_id: str | None, *, vendor_id: str) -> str | None:
    """Return the plot of a season, or the first farm of a vendor, as a place of events."""
    root = root_of(session)
    if season_id is not None:
        row = session.execute(
            sa.select(Farm.gln, Plot.extension, Plot.trace_code)
            .join(Farm, Farm.id == Plot.farm_id)
            .join(Season, Season.plot_id == Plot.id)
            .where(Season.id == season_id)
        ).one()
        return place_id(root, gln=row.gln, extension=row.extension, code=row.trace_code)
    farm = session.execute(
        sa.select(Farm.gln, Farm.trace_code)
        .where(Farm.vendor_id == vendor_id)
        .order_by(Farm.code)
        .limit(1)
    ).first()
    if farm is None:
        return None
    return place_id(root, gln=farm.gln, extension=None, code=farm.trace_code)


def tell_object(
    session: Session,
    lots: Sequence[tuple[Lot, int | None]],
    words: Words,
    *,
    at: datetime,
    now: datetime,
    by: Actor = HOUSE,
    ilmd: dict[str, Any] | None = None,
    vendor_id: str | None = None,
) -> int:
    """Write what happened to amounts of lots; return the event's number.

    It is told by the vendor of the lots, or by who has them now (``vendor_id``); the name of
    the person who recorded it (``by``) stands in it as a digest.
    """
    first = lots[0][0]
    teller = vendor_id or first.vendor_id
    season_id = first.season_id if len(lots) == 1 and vendor_id is None else None
    place = place_of(session, season_id, vendor_id=teller)
    body = object_event(
        action=words.action,
        biz_step=words.step,
        disposition=words.disposition,
        at=at,
        read_point=place,
        biz_location=place,
        epcs=words.units,
        quantities=tuple(amount_of(session, lot, quantity) for lot, quantity in lots),
        ilmd=ilmd,
        biz_transactions=words.transactions,
        sources=words.sources,
        destinations=words.destinations,
        persistent=words.persistent,
        readings=words.readings,
        extensions=dict(words.extensions) | record_of(session, by, vendor_id=teller),
    )
    return write_event(session, body, vendor_id=teller, now=now)
