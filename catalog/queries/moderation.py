"""What the office has to look at: queues, counts, what the checks found, what was changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingChange, ListingFlag
from catalog.rules import APPROVED_ONCE, ListingKind, ListingState
from catalog.rules.changes import ChangeState
from catalog.rules.checks import Check
from kernel.db import joined
from kernel.pages import Page
from vendors.queries.naming import vendor_ids_named

VIEWS: dict[str, frozenset[ListingState]] = {
    "waiting": frozenset({ListingState.SUBMITTED}),
    "changed": APPROVED_ONCE,
    "flagged": APPROVED_ONCE | {ListingState.SUBMITTED},
    "shown": frozenset({ListingState.PUBLISHED}),
    "declined": frozenset({ListingState.DECLINED}),
    "taken_down": frozenset({ListingState.TAKEN_DOWN}),
}
"""The lists of the desk with the states of their listings."""

TO_DO = ("waiting", "changed", "flagged")
"""Lists that wait for somebody: the longest waiting first."""

CHANGE = "change"
"""As a reason of the filter: a change waits."""


@dataclass(frozen=True)
class Wanted:
    """Which listings the office looks for; ``reason``: the value of a check, or CHANGE."""

    view: str = "waiting"
    vendor: str = ""
    reason: str = ""


@dataclass(frozen=True)
class QueueRow:
    """A listing in a list of the office; ``since`` is when it began to wait, or was put there."""

    id: str
    code: str
    vendor_id: str
    kind: ListingKind
    title: dict[str, str]
    state: ListingState
    state_reason: str
    price_vnd: int
    version: int
    since: datetime
    checks: tuple[Check, ...]
    has_change: bool


@dataclass(frozen=True)
class Flag:
    """What a check found, with the listing that shows the same picture, if that is it."""

    check: Check
    field: str
    words: str
    law: str
    scheme: str
    found_at: datetime
    cleared_at: datetime | None
    other_id: str | None
    other_code: str | None
    other_title: dict[str, str] | None


_FLAGGED = (
    sa.select(ListingFlag.id)
    .where(ListingFlag.listing_id == Listing.id, ListingFlag.cleared_at.is_(None))
    .correlate(Listing)
)
_CHANGED = (
    sa.select(ListingChange.id)
    .where(ListingChange.listing_id == Listing.id, ListingChange.state == ChangeState.WAITING)
    .correlate(Listing)
)


def office_queue(
    session: Session, wanted: Wanted, *, page: int = 1, size: int = 50
) -> Page[QueueRow]:
    """Return one of the office's lists (one statement): what waits, the longest waiting first."""
    page, since = max(page, 1), _since(wanted.view)
    order = (since, Listing.id) if wanted.view in TO_DO else (since.desc(), Listing.id.desc())
    found: sa.Select[*tuple[Any, ...]] = sa.select(
        Listing.id,
        Listing.code,
        Listing.vendor_id,
        Listing.kind,
        Listing.title,
        Listing.state,
        Listing.state_reason,
        Listing.price_vnd,
        Listing.version,
        since.label("since"),
        _checks().label("checks"),
        _CHANGED.exists().label("has_change"),
    ).where(*_conditions(wanted))
    rows = session.execute(found.order_by(*order).offset((page - 1) * size).limit(size + 1))
    return Page.cut([_row(row) for row in rows], page, size)


def queue_counts(session: Session) -> dict[str, int]:
    """Return how many listings wait in each list of TO_DO, and lie in the others but the shown."""
    views = [view for view in VIEWS if view != "shown"]
    counts = [
        sa.select(sa.func.count(Listing.id))
        .where(*_conditions(Wanted(view)))
        .scalar_subquery()
        .label(view)
        for view in views
    ]
    return dict(session.execute(sa.select(*counts)).one()._mapping)


def flags_of(session: Session, listing_id: str) -> tuple[Flag, ...]:
    """Return what the checks found of a listing, what nobody has cleared first."""
    other = sa.orm.aliased(Listing)
    rows = session.execute(
        sa.select(
            ListingFlag.check,
            ListingFlag.field,
            ListingFlag.words,
            ListingFlag.law,
            ListingFlag.scheme,
            ListingFlag.found_at,
            ListingFlag.cleared_at,
            ListingFlag.other_id,
            other.code.label("other_code"),
            other.title.label("other_title"),
        )
        .outerjoin(other, other.id == ListingFlag.other_id)
        .where(ListingFlag.listing_id == listing_id)
        .order_by(ListingFlag.cleared_at.is_not(None), ListingFlag.field, ListingFlag.words)
    )
    return tuple(Flag(**row._mapping) for row in rows)


def _since(view: str) -> sa.SQLColumnExpression[datetime]:
    waits = sa.func.coalesce(
        Listing.submitted_at, Listing.created_at, type_=Listing.created_at.type
    )
    if view == "changed":
        return sa.func.coalesce(Listing.recheck_since, waits, type_=Listing.created_at.type)
    if view == "flagged":
        found = sa.select(sa.func.min(ListingFlag.found_at)).where(
            ListingFlag.listing_id == Listing.id, ListingFlag.cleared_at.is_(None)
        )
        return sa.func.coalesce(
            found.correlate(Listing).scalar_subquery(), waits, type_=Listing.created_at.type
        )
    return waits


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Listing.state.in_(VIEWS[wanted.view])]
    if wanted.view == "changed":
        found.append(Listing.recheck_since.is_not(None))
    if wanted.view == "flagged":
        found.append(_FLAGGED.exists())
    if wanted.vendor.strip():
        found.append(Listing.vendor_id.in_(vendor_ids_named(wanted.vendor)))
    if wanted.reason == CHANGE:
        found.append(_CHANGED.exists())
    elif wanted.reason:
        found.append(_FLAGGED.where(ListingFlag.check == Check(wanted.reason)).exists())
    return found


def _checks() -> sa.ScalarSelect[str]:
    return (
        sa.select(joined(sa.cast(ListingFlag.check, sa.String)))
        .where(ListingFlag.listing_id == Listing.id, ListingFlag.cleared_at.is_(None))
        .correlate(Listing)
        .scalar_subquery()
    )


def _row(row: sa.Row[*tuple[Any, ...]]) -> QueueRow:
    values = dict(row._mapping)
    found = set((values.pop("checks") or "").split(",")) - {""}
    checks = tuple(check for check in Check if check.value in found)
    return QueueRow(**values, checks=checks)
