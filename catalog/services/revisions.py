"""Every saved edit is kept: what the vendor had written then."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing, ListingRevision, Variant
from catalog.rules import ListingKind
from catalog.rules.fields import PACK_FIELDS, fields_of
from catalog.services.packs import size_label
from catalog.services.rechecks import waiting_change
from catalog.services.terms import preorder_cap
from kernel.actor import HOUSE, Actor


def begin_history(session: Session, listing: Listing, *, now: datetime) -> None:
    """Keep what a listing says before its first edit, if nothing is kept of it yet."""
    if _last(session, listing.id) is None:
        keep_revision(session, listing, action="before", actor=HOUSE, now=now)


def keep_revision(
    session: Session, listing: Listing, *, action: str, actor: Actor, now: datetime
) -> None:
    """Keep what the vendor has written now, unless it is what was kept last.

    What waits for the office counts as written. Call it under the lock of the listing.
    """
    last = _last(session, listing.id)
    values, waiting = written_values(session, listing)
    if last is not None and last.values == values and last.waiting == waiting:
        return
    session.add(
        ListingRevision(
            listing_id=listing.id,
            number=last.number + 1 if last else 1,
            action=action,
            values=values,
            waiting=waiting,
            actor_id=actor.user_id,
            actor_name=actor.name,
            at=now,
        )
    )
    session.flush()


def has_history(session: Session, listing_id: str) -> bool:
    """Tell whether anything is kept of a listing."""
    return _last(session, listing_id) is not None


def written_values(session: Session, listing: Listing) -> tuple[dict[str, Any], list[str]]:
    """Return what the vendor wrote last, by field as JSON, and which of it waits."""
    change = waiting_change(session, listing.id)
    held = change.after if change else {}
    packs, cap = _packs(session, listing), preorder_cap(session, listing)
    values = values_of(listing, packs, held, preorder_cap=cap)
    return values, sorted(name for name in held if name in values)


def values_of(
    listing: Listing,
    packs: Iterable[Variant],
    held: Mapping[str, Any],
    *,
    preorder_cap: int | None,
) -> dict[str, Any]:
    """Return as JSON what was written of a listing; ``held`` are values that wait."""
    aside = dict(held) | {"preorder_cap": preorder_cap}
    fields = fields_of(is_visit=listing.kind is ListingKind.EXPERIENCE)
    values = {
        field.name: aside[field.name]
        if field.name in aside
        else field.keep(getattr(listing, field.name))
        for field in fields
    }
    return values | {
        "packs": [_pack(pack, listing) for pack in packs],
        "photos": list(listing.photos),
    }


def _last(session: Session, listing_id: str) -> ListingRevision | None:
    return session.scalar(
        sa.select(ListingRevision)
        .where(ListingRevision.listing_id == listing_id)
        .order_by(ListingRevision.number.desc())
        .limit(1)
    )


def _packs(session: Session, listing: Listing) -> Iterable[Variant]:
    return session.scalars(
        sa.select(Variant)
        .where(Variant.listing_id == listing.id, Variant.active)
        .order_by(Variant.position, Variant.id)
    )


def _pack(row: Variant, listing: Listing) -> dict[str, Any]:
    kept = {field.name: field.keep(getattr(row, field.name)) for field in PACK_FIELDS}
    # A name that follows from the size is none of its own.
    kept["label"] = {} if row.label == size_label(row.size, listing) else row.label
    return {"id": row.id} | kept
