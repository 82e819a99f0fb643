"""Reads of the watch list: for the office with filters, for the farmer on the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.pages import Page
from traceability.models import WatchItem
from traceability.rules import WatchKind, WatchState
from vendors.queries import vendor_cards

SIZE = 300


@dataclass(frozen=True)
class MatterWish:
    """Which matters are asked for; ``by`` is new, old, kind or vendor."""

    state: WatchState = WatchState.OPEN
    kind: WatchKind | None = None
    vendor_id: str = ""
    by: str = "new"


@dataclass(frozen=True)
class Matter:
    """One matter of the list."""

    id: str
    kind: WatchKind
    vendor_id: str
    season_id: str | None
    entry_id: str | None
    lot_id: str | None
    batch_id: str | None
    detail: dict[str, str]
    state: WatchState
    reason: str
    decided_name: str
    opened_at: datetime
    changed_at: datetime

    @property
    def day(self) -> date | None:
        """The local day it concerns, where it concerns one."""
        return self._told("day")

    @property
    def since(self) -> date | None:
        """The day from which the bound holds that it does not keep."""
        return self._told("since")

    def _told(self, name: str) -> date | None:
        said = self.detail.get(name)
        return date.fromisoformat(said) if said else None


_COLUMNS = [getattr(WatchItem, name) for name in Matter.__dataclass_fields__]
_ORDERS: Mapping[str, tuple[sa.ColumnElement[Any], ...]] = {
    "new": (WatchItem.changed_at.desc(), WatchItem.id.desc()),
    "old": (WatchItem.changed_at.asc(), WatchItem.id.asc()),
    "kind": (WatchItem.kind.asc(), WatchItem.changed_at.desc(), WatchItem.id.desc()),
    "vendor": (WatchItem.vendor_id.asc(), WatchItem.changed_at.desc(), WatchItem.id.desc()),
}
SORTS = tuple(_ORDERS)


def matters(session: Session, wish: MatterWish, *, actor: Actor, page: int = 1) -> Page[Matter]:
    """Return the matters an officer asks for, none of a vendor he works for."""
    actor.need("reviewer", "approver")
    wanted = sa.select(*_COLUMNS).where(WatchItem.state == wish.state, _not_own(actor))
    if wish.kind is not None:
        wanted = wanted.where(WatchItem.kind == wish.kind)
    if wish.vendor_id:
        wanted = wanted.where(WatchItem.vendor_id == wish.vendor_id)
    wanted = wanted.order_by(*_ORDERS.get(wish.by, _ORDERS["new"]))
    rows = session.execute(wanted.offset((page - 1) * SIZE).limit(SIZE + 1))
    return Page.cut([Matter(**row._mapping) for row in rows], page, SIZE)


def matter(session: Session, item_id: str, *, actor: Actor) -> Matter | None:
    """Return one matter for an officer."""
    actor.need("reviewer", "approver")
    row = session.execute(
        sa.select(*_COLUMNS).where(WatchItem.id == item_id, _not_own(actor))
    ).first()
    return Matter(**row._mapping) if row else None


def matter_counts(session: Session, *, actor: Actor) -> dict[WatchKind, int]:
    """Return how many matters of each kind are to be looked at."""
    actor.need("reviewer", "approver")
    rows = session.execute(
        sa.select(WatchItem.kind, sa.func.count())
        .where(WatchItem.state == WatchState.OPEN, _not_own(actor))
        .group_by(WatchItem.kind)
    )
    return {row[0]: row[1] for row in rows}


def warnings_of(
    session: Session, *, season_id: str | None = None, vendor_id: str, batch_id: str | None = None
) -> list[Matter]:
    """Return the open matters of a season or a batch, for those who keep the records."""
    wanted = sa.select(*_COLUMNS).where(
        WatchItem.vendor_id == vendor_id, WatchItem.state == WatchState.OPEN
    )
    if season_id is not None:
        wanted = wanted.where(WatchItem.season_id == season_id)
    if batch_id is not None:
        wanted = wanted.where(WatchItem.batch_id == batch_id)
    rows = session.execute(wanted.order_by(WatchItem.changed_at.desc()).limit(50))
    return [Matter(**row._mapping) for row in rows]


def names_of(session: Session, rows: Page[Matter]) -> dict[str, str]:
    """Return the names of the vendors on a page of matters."""
    cards = vendor_cards(session, {row.vendor_id for row in rows.items})
    return {key: card.name for key, card in cards.items()}


def _not_own(actor: Actor) -> sa.ColumnElement[bool]:
    return WatchItem.vendor_id.not_in(list(actor.memberships))
