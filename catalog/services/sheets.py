"""A vendor's catalogue as one table for spreadsheets: read whole, written row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing, ListingChange, SheetUpload, Variant
from catalog.rules import EDITABLE, ListingKind, ListingState, need_editable
from catalog.rules.changes import ChangeState
from catalog.services.listings import ListingDraft, create_listing, edit_listing
from catalog.services.photos import MOST_PHOTOS, Handed, set_photos
from catalog.services.promising import lock_backing
from catalog.services.revisions import values_of
from catalog.services.steps import own_listing
from catalog.services.stock import adjust_stock
from kernel import audit
from kernel.actor import Actor
from kernel.claims import Bucket
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.queries import farms_of, lot_cards
from traceability.queries.selling import lot_of_code

KEPT = timedelta(days=1)
"""How long a file waits to be taken in."""


@dataclass(frozen=True)
class Names:
    """What ids are called in tables: shelves by slug, farms and lots by code; both ways."""

    shelves: Mapping[str, str]
    farms: Mapping[str, str]
    lots: Mapping[str, str]

    def id_of(self, kind: str, name: str) -> str | None:
        """Return the id that a name stands for, None for an unknown one."""
        known: Mapping[str, str] = getattr(self, kind)
        return next((key for key, value in known.items() if value == name), None)


@dataclass(frozen=True)
class Entry:
    """A listing as its vendor wrote it last: values by field, packs and pictures among them."""

    code: str
    kind: ListingKind
    unit: Unit | None
    state: ListingState
    version: int
    values: Mapping[str, Any]
    on_hand: int | None

    @property
    def is_editable(self) -> bool:
        """Tell whether it can be changed now."""
        return self.state in EDITABLE


@dataclass(frozen=True)
class Book:
    """The whole catalogue of a vendor."""

    entries: tuple[Entry, ...]
    names: Names


@dataclass(frozen=True)
class EntryDraft:
    """What a row of a table changes: None, and a stock change of 0, leave things as they are."""

    code: str
    # None: it is new.
    seen_version: int | None
    draft: ListingDraft | None = None
    photos: list[dict[str, Any]] | None = None
    stock_change: int = 0


def read_book(session: Session, vendor_id: str, *, actor: Actor, codes: Sequence[str] = ()) -> Book:
    """Return everything a vendor wrote about its listings (at most six statements).

    ``codes`` are lots that a table names besides those which are linked.

    :raises NotFound: for a stranger.
    """
    actor.need_at(vendor_id, "seller")
    rows = session.execute(
        sa.select(Listing, Bucket.on_hand, _ahead.on_hand.label("cap"), ListingChange.after)
        .outerjoin(Bucket, Bucket.id == Listing.bucket_id)
        .outerjoin(_ahead, _ahead.id == Listing.preorder_bucket_id)
        .outerjoin(
            ListingChange,
            sa.and_(
                ListingChange.listing_id == Listing.id,
                ListingChange.state == ChangeState.WAITING,
            ),
        )
        .where(Listing.vendor_id == vendor_id)
        .order_by(Listing.created_at, Listing.code)
        .execution_options(populate_existing=True)
    ).all()
    packs = _packs(session, vendor_id)
    entries = tuple(_entry(row, packs.get(row.Listing.id, [])) for row in rows)
    return Book(entries, _names(session, vendor_id, entries, codes))


def lock_listings(session: Session, vendor_id: str, codes: Sequence[str]) -> None:
    """Lock some listings of a vendor in the order of their ids, then the lots of its stocks."""
    session.scalars(
        sa.select(Listing.id)
        .where(Listing.vendor_id == vendor_id, Listing.code.in_(codes))
        .order_by(Listing.id)
        .with_for_update()
    ).all()
    lock_backing(session, vendor_id)


def write_entry(
    session: Session, vendor_id: str, *, entry: EntryDraft, actor: Actor, now: datetime
) -> None:
    """Write what one row of a table changes, by the same rules as on the pages.

    A new listing is a draft; protected fields of an approved one wait for the office.

    :raises DomainError: as creating, editing, pictures and stock do; ``field`` names the column.
    """
    actor.need_at(vendor_id, "seller")
    if entry.seen_version is None:
        _create(session, vendor_id, entry, actor, now)
    elif entry.draft is not None:
        edit_listing(
            session,
            vendor_id,
            code=entry.code,
            draft=entry.draft,
            seen_version=entry.seen_version,
            actor=actor,
            now=now,
            way="import",
        )
    if entry.photos is not None:
        _set_photos(session, vendor_id, entry, actor, now)
    if entry.stock_change:
        adjust_stock(
            session,
            vendor_id,
            code=entry.code,
            change=entry.stock_change,
            reason="counted",
            actor=actor,
            now=now,
        )


def _create(
    session: Session, vendor_id: str, entry: EntryDraft, actor: Actor, now: datetime
) -> None:
    taken = session.scalar(sa.select(Listing.id).where(Listing.code == entry.code))
    if taken is not None:
        raise Invalid(msg("This code is another vendor's listing."), field="listing_code")
    if entry.draft is None:
        raise NotFound
    create_listing(
        session, vendor_id, draft=entry.draft, actor=actor, now=now, code=entry.code, way="import"
    )


def _set_photos(
    session: Session, vendor_id: str, entry: EntryDraft, actor: Actor, now: datetime
) -> None:
    photos = entry.photos or []
    if len(photos) > MOST_PHOTOS:
        raise Invalid(msg("At most %(most)s pictures."), field="digest", most=MOST_PHOTOS)
    if any(not photo["alt"].get("vi") for photo in photos):
        raise Invalid(
            msg("Say what the picture shows, for people who do not see it."), field="alt_vi"
        )
    listing = own_listing(session, vendor_id, entry.code)
    need_editable(listing.state)
    set_photos(session, listing, photos, Handed(actor, now, way="import"))


def keep_upload(
    session: Session,
    vendor_id: str,
    *,
    name: str,
    data: bytes,
    plan_digest: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Keep a file that was looked through until it is taken in, for a day; return its id."""
    actor.need_at(vendor_id, "seller")
    upload = SheetUpload(
        vendor_id=vendor_id,
        name=name[:120],
        data=data,
        digest=sha256(data).hexdigest(),
        plan_digest=plan_digest,
        actor_id=actor.user_id,
        at=now,
    )
    session.add(upload)
    session.flush()
    return upload.id


@dataclass(frozen=True)
class Upload:
    """A file that waits: its bytes and what it was to change when it was looked through."""

    name: str
    data: bytes
    digest: str
    plan_digest: str


def take_upload(
    session: Session, vendor_id: str, *, upload_id: str, actor: Actor, now: datetime
) -> Upload:
    """Return a file that waits and keep it no longer: it is taken in once.

    :raises NotFound: for a stranger.
    :raises Conflict: when it was taken in, is too old, or another vendor's.
    """
    actor.need_at(vendor_id, "seller")
    row = session.scalar(
        sa.select(SheetUpload)
        .where(
            SheetUpload.id == upload_id,
            SheetUpload.vendor_id == vendor_id,
            SheetUpload.at > now - KEPT,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Conflict(msg("This file was taken in already, or is too old. Send it again."))
    session.delete(row)
    session.flush()
    return Upload(row.name, row.data, row.digest, row.plan_digest)


def note_import(
    session: Session,
    vendor_id: str,
    *,
    upload: Upload,
    counts: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> None:
    """Note that a table was taken in."""
    actor.need_at(vendor_id, "seller")
    audit.record(
        session,
        "listing.sheet_imported",
        actor=actor,
        subject=("vendor", vendor_id),
        now=now,
        name=upload.name,
        digest=upload.digest,
        counts=dict(counts),
    )


def purge_uploads(session: Session, now: datetime) -> int:
    """Drop files that nobody took in; return how many."""
    old = session.scalars(sa.select(SheetUpload.id).where(SheetUpload.at <= now - KEPT)).all()
    session.execute(sa.delete(SheetUpload).where(SheetUpload.id.in_(old)))
    return len(old)


_ahead = sa.orm.aliased(Bucket)


def _packs(session: Session, vendor_id: str) -> dict[str, list[Variant]]:
    rows = session.scalars(
        sa.select(Variant)
        .join(Listing, Listing.id == Variant.listing_id)
        .where(Listing.vendor_id == vendor_id, Variant.active)
        .order_by(Variant.listing_id, Variant.position, Variant.id)
        .execution_options(populate_existing=True)
    )
    found: dict[str, list[Variant]] = {}
    for row in rows:
        found.setdefault(row.listing_id, []).append(row)
    return found


def _entry(row: Any, packs: Sequence[Variant]) -> Entry:
    listing: Listing = row.Listing
    return Entry(
        code=listing.code,
        kind=listing.kind,
        unit=listing.unit,
        state=listing.state,
        version=listing.version,
        values=values_of(listing, packs, row.after or {}, preorder_cap=row.cap),
        on_hand=row.on_hand,
    )


def _names(
    session: Session, vendor_id: str, entries: Sequence[Entry], codes: Sequence[str]
) -> Names:
    shelves = session.execute(sa.select(Category.id, Category.slug))
    linked = {entry.values["lot_id"] for entry in entries} - {None}
    lots = {lot.id: lot.code for lot in lot_cards(session, linked).values()} if linked else {}
    for code in sorted(set(codes) - set(lots.values())):
        lot = lot_of_code(session, code, vendor_id=vendor_id)
        lots |= {lot.id: lot.code} if lot else {}
    return Names(
        shelves={row.id: row.slug for row in shelves},
        farms={farm.id: farm.code for farm in farms_of(session, vendor_id=vendor_id)},
        lots=lots,
    )
