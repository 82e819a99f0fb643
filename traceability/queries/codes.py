"""What stands behind a code: goods, places, parties, and the links that were kept for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.gs1.resolving import Target
from traceability.models import DlLink, Farm, Gs1Party, Lot, Plot
from traceability.queries.lots import LotCard, select_cards
from traceability.rules import LotState


@dataclass(frozen=True)
class PlaceCard:
    """A farm, or with ``plot_id`` a plot of it, as its code shows it."""

    farm_id: str
    vendor_id: str
    farm_name: str
    commune: str
    story: dict[str, str]
    gln: str | None
    farm_code: str
    plot_id: str | None = None
    plot_name: str | None = None
    planting_area_code: str | None = None
    extension: str | None = None
    plot_code: str | None = None

    @property
    def name(self) -> str:
        """The plot with its farm, or the farm."""
        return f"{self.plot_name}, {self.farm_name}" if self.plot_name else self.farm_name

    @property
    def code(self) -> str:
        """What the public path ``/p/{code}`` carries."""
        return self.plot_code or self.farm_code


@dataclass(frozen=True)
class LinkCard:
    """A link that a vendor keeps for one of its codes."""

    id: str
    vendor_id: str
    anchor: str
    link_type: str
    href: str
    title: str
    media_type: str | None
    hreflang: list[str]
    context: list[str]
    is_default: bool
    created_at: datetime

    @property
    def target(self) -> Target:
        """The link as the resolver reads it."""
        return Target(
            self.link_type, self.href, self.title, self.media_type, tuple(self.hreflang),
            tuple(self.context), self.is_default,
        )  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """What GS1 gave to a vendor."""

    gln: str | None = None
    company_prefix: str | None = None


_LINK = [getattr(DlLink, name) for name in LinkCard.__dataclass_fields__]
_FARM = (
    Farm.id.label("farm_id"),
    Farm.vendor_id,
    Farm.name.label("farm_name"),
    Farm.commune,
    Farm.story,
    Farm.gln,
    Farm.trace_code.label("farm_code"),
)
_PLOT = (
    Plot.id.label("plot_id"),
    Plot.name.label("plot_name"),
    Plot.planting_area_code,
    Plot.extension,
    Plot.trace_code.label("plot_code"),
)


def links_at(session: Session, anchors: Collection[str]) -> list[LinkCard]:
    """Return the links kept for any of these anchors."""
    rows = session.execute(
        sa.select(*_LINK)
        .where(DlLink.anchor.in_(anchors))
        .order_by(DlLink.priority.desc(), DlLink.id)
    )
    return [LinkCard(**row._mapping) for row in rows]


def links_of_vendor(session: Session, *, vendor_id: str, limit: int = 200) -> list[LinkCard]:
    """Return a vendor's links by code."""
    rows = session.execute(
        sa.select(*_LINK)
        .where(DlLink.vendor_id == vendor_id)
        .order_by(DlLink.anchor, DlLink.priority.desc(), DlLink.id)
        .limit(limit)
    )
    return [LinkCard(**row._mapping) for row in rows]


def lot_at(session: Session, *, gtin: str, code: str) -> LotCard | None:
    """Return the lot of a GTIN with a lot number."""
    return _lot(session, Lot.gtin == gtin, Lot.code == code)


def lot_of_trace_code(session: Session, trace_code: str) -> LotCard | None:
    """Return the lot of one of our own codes."""
    return _lot(session, Lot.trace_code == trace_code)


def lots_of_gtin(session: Session, gtin: str, *, limit: int = 20) -> list[LotCard]:
    """Return the lots of a GTIN, the newest harvest first."""
    rows = session.execute(
        select_cards()
        .where(Lot.gtin == gtin)
        .order_by(Lot.harvested_on.desc(), Lot.id.desc())
        .limit(limit)
    )
    return [LotCard(**row._mapping) for row in rows]


def recalled_lots_of_gtin(session: Session, gtin: str, *, limit: int = 100) -> list[LotCard]:
    """Return the lots of a GTIN that were called back, the last first."""
    rows = session.execute(
        select_cards()
        .where(Lot.gtin == gtin, Lot.state == LotState.RECALLED)
        .order_by(Lot.state_at.desc(), Lot.id.desc())
        .limit(limit)
    )
    return [LotCard(**row._mapping) for row in rows]


def _lot(session: Session, *conditions: sa.ColumnElement[bool]) -> LotCard | None:
    row = session.execute(select_cards().where(*conditions)).first()
    return LotCard(**row._mapping) if row else None


def place_of_number(session: Session, gln: str, extension: str | None = None) -> PlaceCard | None:
    """Return the farm with a GLN, or its plot with an extension."""
    if extension is None:
        return _farm(session, Farm.gln == gln)
    return _plot(session, Farm.gln == gln, Plot.extension == extension)


def place_of_code(session: Session, code: str) -> PlaceCard | None:
    """Return the farm or plot with one of our own codes."""
    return _farm(session, Farm.trace_code == code) or _plot(session, Plot.trace_code == code)


def farm_place(session: Session, farm_id: str) -> PlaceCard | None:
    """Return a farm as a place."""
    return _farm(session, Farm.id == farm_id)


def _farm(session: Session, condition: sa.ColumnElement[bool]) -> PlaceCard | None:
    row = session.execute(sa.select(*_FARM).where(condition)).first()
    return PlaceCard(**row._mapping) if row else None


def _plot(session: Session, *conditions: sa.ColumnElement[bool]) -> PlaceCard | None:
    row = session.execute(
        sa.select(*_FARM, *_PLOT).join(Farm, Farm.id == Plot.farm_id).where(*conditions)
    ).first()
    return PlaceCard(**row._mapping) if row else None


def vendor_of_number(session: Session, gln: str) -> str | None:
    """Return the id of the vendor whose enterprise has a GLN."""
    return session.scalar(sa.select(Gs1Party.vendor_id).where(Gs1Party.gln == gln))


def numbers_of(session: Session, vendor_id: str) -> Numbers:
    """Return what GS1 gave to a vendor."""
    row = session.execute(
        sa.select(Gs1Party.gln, Gs1Party.company_prefix).where(Gs1Party.vendor_id == vendor_id)
    ).first()
    return Numbers(*row) if row else Numbers()


def gtins_of(session: Session, vendor_id: str, *, limit: int = 200) -> list[str]:
    """Return the GTINs that a vendor's lots carry."""
    found = (
        sa.select(Lot.gtin)
        .where(Lot.vendor_id == vendor_id, Lot.gtin.is_not(None))
        .distinct()
        .order_by(Lot.gtin)
        .limit(limit)
    )
    return [gtin for gtin in session.scalars(found) if gtin]


def places_of(session: Session, vendor_id: str) -> list[PlaceCard]:
    """Return a vendor's farms, each followed by its plots."""
    farms = session.execute(
        sa.select(*_FARM).where(Farm.vendor_id == vendor_id).order_by(Farm.code)
    ).all()
    plots = session.execute(
        sa.select(*_FARM, *_PLOT)
        .join(Farm, Farm.id == Plot.farm_id)
        .where(Farm.vendor_id == vendor_id)
        .order_by(Farm.code, Plot.code)
    ).all()
    made = []
    for farm in farms:
        made.append(PlaceCard(**farm._mapping))
        made += [PlaceCard(**row._mapping) for row in plots if row.farm_id == farm.farm_id]
    return made
