"""The register of authorities' orders as the office reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.pages import Page
from vendors.models import AuthorityOrder, Vendor
from vendors.rules.orders import UNFINISHED, OrderKind, OrderState, hours_left

PER_PAGE = 50


@dataclass(frozen=True)
class OrderCard:
    """One line of the register; ``vendor_name`` and ``vendor_code`` are empty without a vendor."""

    id: str
    year: int
    number: int
    kind: OrderKind
    state: OrderState
    document_no: str
    authority: str
    text: str
    vendor_id: str | None
    vendor_name: str | None
    vendor_code: str | None
    listing_code: str
    received_at: datetime
    due_at: datetime
    entered_by_name: str
    done_at: datetime | None
    done_by_name: str
    outcome: str

    @property
    def label(self) -> str:
        """Return its number as it is quoted."""
        return f"{self.number:02d}/{self.year}"

    @property
    def is_unfinished(self) -> bool:
        """Tell whether the clock runs."""
        return self.state in UNFINISHED

    @property
    def was_late(self) -> bool:
        """Tell whether it was done after its time."""
        return self.done_at is not None and self.done_at > self.due_at

    def left(self, now: datetime) -> int:
        """Return the whole hours left; negative when it is late."""
        return hours_left(self.due_at, now)


def authority_orders(
    session: Session, *, unfinished: bool = False, year: int | None = None, page: int = 1
) -> Page[OrderCard]:
    """Return a page of the register: what is late first, then what is due, then the newest."""
    rows = session.execute(
        _where(unfinished=unfinished, year=year)
        .order_by(
            sa.case((AuthorityOrder.state.in_(UNFINISHED), 0), else_=1),
            sa.case((AuthorityOrder.state.in_(UNFINISHED), AuthorityOrder.due_at)),
            AuthorityOrder.year.desc(),
            AuthorityOrder.number.desc(),
        )
        .limit(PER_PAGE + 1)
        .offset((page - 1) * PER_PAGE)
    )
    return Page.cut([_card(row) for row in rows], page, PER_PAGE)


def whole_authority_register(session: Session, *, year: int | None = None) -> Sequence[OrderCard]:
    """Return every line of the register in the order of its numbers."""
    rows = session.execute(
        _where(unfinished=False, year=year).order_by(AuthorityOrder.year, AuthorityOrder.number)
    )
    return [_card(row) for row in rows]


def authority_order(session: Session, order_id: str) -> OrderCard | None:
    """Return one line of the register."""
    row = session.execute(_CARD.where(AuthorityOrder.id == order_id)).one_or_none()
    return None if row is None else _card(row)


_CARD = sa.select(
    AuthorityOrder.id,
    AuthorityOrder.year,
    AuthorityOrder.number,
    AuthorityOrder.kind,
    AuthorityOrder.state,
    AuthorityOrder.document_no,
    AuthorityOrder.authority,
    AuthorityOrder.text,
    AuthorityOrder.vendor_id,
    Vendor.name,
    Vendor.code,
    AuthorityOrder.listing_code,
    AuthorityOrder.received_at,
    AuthorityOrder.due_at,
    AuthorityOrder.entered_by_name,
    AuthorityOrder.done_at,
    AuthorityOrder.done_by_name,
    AuthorityOrder.outcome,
).outerjoin(Vendor, Vendor.id == AuthorityOrder.vendor_id)


def _card(row: Any) -> OrderCard:
    return OrderCard(*row)


def _where(*, unfinished: bool, year: int | None) -> sa.Select[*tuple[Any, ...]]:
    wanted = _CARD
    if unfinished:
        wanted = wanted.where(AuthorityOrder.state.in_(UNFINISHED))
    if year is not None:
        wanted = wanted.where(AuthorityOrder.year == year)
    return wanted
