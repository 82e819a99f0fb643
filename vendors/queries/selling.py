"""Who may sell, for the queries of other trades."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.db import COLON, joined
from vendors.models import Certificate, Vendor, VendorVacation
from vendors.rules import OPEN, Scheme


def may_sell(vendor_id: sa.ColumnExpressionArgument[str]) -> sa.ColumnElement[bool]:
    """Return the condition that the vendor of a row may sell at this moment."""
    return sa.exists().where(Vendor.id == vendor_id, Vendor.state.in_(OPEN))


def is_certified(
    vendor_id: sa.ColumnExpressionArgument[str], scheme: str, *, on: date
) -> sa.ColumnElement[bool]:
    """Return the condition that the vendor of a row may show a scheme's badge on a day."""
    return sa.exists().where(
        Certificate.vendor_id == vendor_id,
        Certificate.scheme == Scheme(scheme),
        Certificate.verified_at.is_not(None),
        Certificate.withdrawn_at.is_(None),
        Certificate.valid_from <= on,
        Certificate.valid_to > on,
    )


def is_one_of(
    vendor_id: sa.ColumnExpressionArgument[str], slugs: Collection[str]
) -> sa.ColumnElement[bool]:
    """Return the condition that the vendor of a row is among those of some addresses."""
    return sa.exists().where(Vendor.id == vendor_id, Vendor.slug.in_(list(slugs)))


def days_away(vendor_id: sa.ColumnExpressionArgument[str]) -> tuple[sa.Label[date], sa.Label[date]]:
    """Return the columns ``away_from`` and ``back_on`` of the vendor of a row."""
    mine = VendorVacation.vendor_id == vendor_id
    return (
        sa.select(VendorVacation.first_day).where(mine).scalar_subquery().label("away_from"),
        sa.select(VendorVacation.back_on).where(mine).scalar_subquery().label("back_on"),
    )


def any_vendor(session: Session) -> bool:
    """Tell whether the market has a vendor yet, in whatever state."""
    return session.scalar(sa.select(Vendor.id).limit(1)) is not None


def count_open(session: Session) -> int:
    """Return how many vendors may sell at this moment."""
    return session.scalar(sa.select(sa.func.count()).where(Vendor.state.in_(OPEN))) or 0


_NAMES = sa.select(Vendor.slug, Vendor.name).where(
    Vendor.slug.in_(sa.bindparam("slugs", expanding=True))
)


def vendor_names(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """Return the names of vendors by their addresses (one statement)."""
    if not slugs:
        return {}
    rows = session.execute(_NAMES, {"slugs": list(set(slugs))})
    return {row.slug: row.name for row in rows}


def open_slugs(session: Session, *, limit: int, skip: int = 0) -> Sequence[str]:
    """Return the slugs of vendors that may sell at this moment, in the order of their ids."""
    wanted = sa.select(Vendor.slug).where(Vendor.state.in_(OPEN)).order_by(Vendor.id)
    return session.scalars(wanted.offset(skip).limit(limit)).all()


def vendor_mark(vendor_id: sa.ColumnExpressionArgument[str]) -> sa.ScalarSelect[str]:
    """Return a text that changes whenever what the public sees of a vendor does.

    Each change of the row moves its version; verified certificates stand beside it.
    """
    certificate = (
        Certificate.id
        + COLON
        + Certificate.number
        + COLON
        + sa.cast(Certificate.valid_to, sa.String)
        + COLON
        + sa.func.coalesce(sa.cast(Certificate.stars, sa.String), "")
    )
    papers = (
        sa.select(joined(certificate))
        .where(Certificate.vendor_id == Vendor.id, Certificate.verified_at.is_not(None))
        .correlate(Vendor)
        .scalar_subquery()
    )
    return (
        sa.select(sa.cast(Vendor.version, sa.String) + "|" + sa.func.coalesce(papers, ""))
        .where(Vendor.id == vendor_id, sa.or_(*(Vendor.state == state for state in OPEN)))
        .scalar_subquery()
    )
