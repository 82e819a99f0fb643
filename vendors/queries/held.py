"""Certificates that were valid on a day of the past: what a label of that day may speak of."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import local_date
from vendors.models import Certificate
from vendors.rules import Scheme


@dataclass(frozen=True)
class HeldCertificate:
    """A certificate that was verified; ``valid_to`` is the first day it is not valid.

    One that was withdrawn later says so, with the reason: it was valid on the day.
    """

    vendor_id: str
    scheme: Scheme
    stars: int | None
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    withdrawn_on: date | None
    withdrawn_reason: str
    scope: dict[str, str] = field(default_factory=dict)

    def held_on(self, day: date) -> bool:
        """Tell whether it was valid on a day."""
        before_withdrawal = self.withdrawn_on is None or day < self.withdrawn_on
        return self.valid_from <= day < self.valid_to and before_withdrawal


def certificates_held(
    session: Session, days: Collection[tuple[str, date]]
) -> list[HeldCertificate]:
    """Return the certificates that vendors held on days (one statement), each once.

    ``days`` are pairs of a vendor and a day, such as the harvests of a packed lot.
    """
    asked = {
        "vendor_ids": list({vendor_id for vendor_id, _day in days}),
        "last": max(day for _vendor, day in days),
        "first": min(day for _vendor, day in days),
    }
    rows = session.execute(_certificates(), asked)
    cards = [_held(row) for row in rows]
    return [
        card
        for card in cards
        if any(vendor_id == card.vendor_id and card.held_on(day) for vendor_id, day in days)
    ]


@cache
def _certificates() -> sa.Select[*tuple[Any, ...]]:
    """Say once what is asked for every page: building it costs more than running it."""
    return (
        sa.select(*(getattr(Certificate, name) for name in _COLUMNS))
        .where(
            Certificate.vendor_id.in_(sa.bindparam("vendor_ids", expanding=True)),
            Certificate.verified_at.is_not(None),
            Certificate.valid_from <= sa.bindparam("last", type_=sa.Date),
            Certificate.valid_to > sa.bindparam("first", type_=sa.Date),
        )
        .order_by(Certificate.scheme, Certificate.valid_to.desc(), Certificate.id)
    )


_COLUMNS = (
    "vendor_id", "scheme", "stars", "number", "issuer", "valid_from", "valid_to", "withdrawn_at",
    "withdrawn_reason", "scope",
)  # fmt: skip


def _held(row: sa.Row[*tuple[Any, ...]]) -> HeldCertificate:
    return HeldCertificate(
        vendor_id=row.vendor_id,
        scheme=row.scheme,
        stars=row.stars,
        number=row.number,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        withdrawn_on=local_date(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_reason=row.withdrawn_reason or "",
        scope=row.scope,
    )
