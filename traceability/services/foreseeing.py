"""What will follow from an entry or a harvest, told before it is written down. Nothing is stored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import local_date
from traceability.models import DiaryEntry, InputProduct, Lot, Season, grew_in, is_latest
from traceability.queries.land import related_plots, sprays_on
from traceability.rules import (
    Activity,
    Application,
    Block,
    Clearance,
    EntryStatus,
    Spray,
    days_between,
    judge_harvest,
    labels_on,
    least_days,
    most_uses,
)
from traceability.services.diary import EntryFacts
from traceability.services.entering import may_enter_from
from traceability.services.farms import season_of
from traceability.services.findings import uses_of
from traceability.services.judging import Used, crop_of, judge_used, with_labels

MOST_LOTS = 20


@dataclass(frozen=True)
class Limit:
    """A product that would be used too often, or again too soon (days), by its label."""

    product: str
    found: int
    bound: int


@dataclass(frozen=True)
class Foresight:
    """What follows from a spraying.

    ``free_from``: the first day on which this land may be harvested, None: no day.
    ``enter_from``: when people may enter again. ``lots``: codes of lots harvested already
    that it would hold.
    """

    product: str
    free_from: date | None
    block: Block | None
    enter_from: datetime | None = None
    too_many: tuple[Limit, ...] = ()
    too_close: tuple[Limit, ...] = ()
    lots: tuple[str, ...] = ()

    @property
    def is_grave(self) -> bool:
        """Tell whether the farmer has to see it before he goes on."""
        return bool(
            self.free_from is None or self.block or self.too_many or self.too_close or self.lots
        )


def foresee_spray(
    session: Session,
    season_id: str,
    *,
    facts: EntryFacts,
    entry_root: str = "",
) -> Foresight | None:
    """Return what follows from a spraying; None where nothing is named yet.

    ``entry_root`` is the entry that it corrects: that one does not count besides.

    :raises Invalid: for a product or a batch that is not there.
    """
    season, vendor_id = season_of(session, season_id)
    if not (facts.input_name or facts.product_ids or facts.batch_ids):
        return None
    used = _used(session, season, facts, vendor_id)
    last_on, hours = facts.ended_on or facts.done_on, used.judged.reentry_hours
    spray = _spray(used, facts, entry_root)
    many, close = _limits(session, season, used.product_ids, facts, entry_root)
    return Foresight(
        product=used.name,
        free_from=spray.free_from,
        block=spray.block or (Block.UNKNOWN if spray.free_from is None else None),
        enter_from=may_enter_from(last_on, facts.happened_at, hours) if hours else None,
        too_many=many,
        too_close=close,
        lots=_held_by(session, season, spray) if facts.status is EntryStatus.DONE else (),
    )


def foresee_harvest(session: Session, season_ids: Collection[str], *, day: date) -> Clearance:
    """Return what the sprays on the land of seasons say about a harvest of all into one lot."""
    land: set[str] = set()
    for plot_id in session.scalars(
        sa.select(Season.plot_id).where(Season.id.in_(season_ids)).distinct()
    ).all():
        land |= related_plots(session, plot_id, on=day)
    return judge_harvest(sprays_on(session, land, until=day), day)


def foresee_entering(session: Session, season_id: str, *, day: date) -> tuple[str, datetime] | None:
    """Return the product for which nobody may be on a season's land on a day, and until when."""
    season, _vendor_id = season_of(session, season_id)
    land = related_plots(session, season.plot_id, on=day)
    rows = session.execute(
        sa.select(
            DiaryEntry.input_name,
            sa.func.coalesce(DiaryEntry.ended_on, DiaryEntry.done_on).label("last_on"),
            DiaryEntry.happened_at,
            DiaryEntry.reentry_hours,
        )
        .join(Season, Season.id == DiaryEntry.season_id)
        .where(
            Season.plot_id.in_(land),
            DiaryEntry.activity == Activity.SPRAY,
            DiaryEntry.status == EntryStatus.DONE,
            DiaryEntry.reentry_hours > 0,
            DiaryEntry.done_on <= day,
            is_latest(),
        )
        .order_by(DiaryEntry.done_on.desc())
        .limit(20)
    ).all()
    until = [
        (row.input_name or "", may_enter_from(row.last_on, row.happened_at, row.reentry_hours))
        for row in rows
    ]
    last = max(until, key=lambda one: one[1], default=None)
    return last if last and local_date(last[1]) >= day else None


def _used(session: Session, season: Season, facts: EntryFacts, vendor_id: str) -> Used:
    return judge_used(
        session,
        season,
        day=facts.done_on,
        typed=(facts.input_name, facts.phi_days, facts.active_ingredient),
        product_ids=facts.product_ids,
        batch_ids=facts.batch_ids,
        vendor_id=vendor_id,
    )


def _spray(used: Used, facts: EntryFacts, entry_root: str) -> Spray:
    judged = used.judged
    return Spray(
        used.name, facts.done_on, judged.phi_days, facts.ended_on, judged.block, entry_root
    )


def _limits(
    session: Session,
    season: Season,
    product_ids: Collection[str],
    facts: EntryFacts,
    entry_root: str,
) -> tuple[tuple[Limit, ...], tuple[Limit, ...]]:
    """Count each product's uses with this one among them, and the days to the nearest other."""
    many, close = [], []
    products = session.scalars(
        sa.select(InputProduct).where(InputProduct.id.in_(product_ids)).order_by(InputProduct.key)
    ).all()
    listed = with_labels(session, list(products), crop_of(session, season)) if products else []
    mine = Application(entry_root, facts.done_on, facts.ended_on or facts.done_on)
    for product, told in zip(products, listed, strict=True):
        others = uses_of(session, season.id, product.id)
        uses = [mine, *(one for one in others if one.entry_root != entry_root)]
        labels = labels_on(told.labels, facts.done_on)
        most, least = most_uses(labels), least_days(labels)
        days = days_between(uses, entry_root)
        if most is not None and len(uses) > most:
            many.append(Limit(product.name, len(uses), most))
        if least is not None and days is not None and days < least:
            close.append(Limit(product.name, days, least))
    return tuple(many), tuple(close)


def _held_by(session: Session, season: Season, spray: Spray) -> tuple[str, ...]:
    """Return the codes of lots harvested already that a spraying forbids."""
    plots = related_plots(session, season.plot_id, on=spray.done_on)
    seasons = sa.select(Season.id).where(Season.plot_id.in_(plots))
    rows = session.execute(
        sa.select(Lot.code, Lot.harvested_on)
        .where(grew_in(seasons), Lot.harvested_on >= spray.done_on)
        .order_by(Lot.harvested_on, Lot.code)
        .limit(MOST_LOTS)
    )
    return tuple(row.code for row in rows if spray.forbids(row.harvested_on))
