"""Listings and their packs from the office's tables: made new, or brought up to date.

Every row names what it belongs to by code. A refusal's ``field`` is the column.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.events import ListingChanged, ListingPublished, ListingWithdrawn
from catalog.models import Category, Listing, Variant
from catalog.queries.offers import weight_of
from catalog.rules import ListingKind, ListingState, need_months
from catalog.rules.pricing import Weight
from catalog.rules.selling import Preorder, need_preorder
from catalog.services.addresses import keep_texts
from catalog.services.listings import cleaned, open_stock, place_in_category
from catalog.services.packs import PackDraft, check_packs, set_packs
from catalog.services.revisions import begin_history, has_history, keep_revision
from catalog.services.steps import note_step
from kernel import audit, places
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.events import emit
from kernel.messages import msg
from kernel.quantity import Unit
from kernel.text import slug
from traceability.queries import farms_of
from traceability.queries.selling import lot_of_code
from vendors.queries import open_vendor_ids, vendor_ids_by_code
from vendors.rules import Scheme


@dataclass(frozen=True)
class ListingRow:
    """One listing of a table; ``code`` is the key, vendor, category, farm and lot by their codes.

    ``stock`` (in ``unit``) and ``state`` count for new listings only: afterwards
    stock moves by sales and counts, the listing by decisions. ``price_vnd`` is
    for experiences: the price of one seat on the card.
    """

    code: str
    vendor_code: str
    category: str
    kind: ListingKind
    title: dict[str, str]
    commune: str
    summary: dict[str, str] = field(default_factory=dict)
    description: dict[str, str] = field(default_factory=dict)
    unit: Unit | None = None
    by_weight: bool = False
    piece_name: dict[str, str] = field(default_factory=dict)
    stock: int = 0
    price_vnd: int = 0
    season_months: tuple[int, ...] = ()
    preorder_from: date | None = None
    preorder_until: date | None = None
    schemes: tuple[Scheme, ...] = ()
    farm_code: str = ""
    lot_code: str = ""
    art: str = ""
    tint: str = ""
    state: ListingState = ListingState.PUBLISHED
    since: datetime | None = None


@dataclass(frozen=True)
class VariantRow:
    """One pack size; listing and size are the key. ``size`` is in the listing's unit.

    With a ``weight`` it is weighed once it is packed.
    """

    listing_code: str
    size: int
    price_vnd: int
    label: dict[str, str] = field(default_factory=dict)
    weight: Weight | None = None


def import_listing(session: Session, row: ListingRow, *, actor: Actor, now: datetime) -> str:
    """Make a listing, or bring the one of this code up to date; return its id.

    :raises Invalid: when a value cannot be used; ``field`` names the column.
    """
    listing = session.scalar(sa.select(Listing).where(Listing.code == row.code))
    is_new = listing is None
    if listing is None:
        listing = _new_listing(row, now)
    vendor_id = _vendor_id(session, row, listing, is_new=is_new)
    if not is_new:
        begin_history(session, listing, now=now)
    _write(session, listing, row, vendor_id)
    session.add(listing)
    session.flush()
    open_stock(session, listing, on_hand=row.stock, now=now)
    keep_texts(session, listing, by_person=False, now=now)
    if is_new:
        note_step(session, listing, action="import", actor=actor, now=listing.created_at)
    else:
        keep_revision(session, listing, action="import", actor=actor, now=now)
    _tell(session, listing, is_new=is_new, now=now)
    audit.record(
        session,
        "listing.imported",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=row.code,
        new=is_new,
        state=listing.state.value,
    )
    return listing.id


def import_variants(
    session: Session, code: str, *, rows: list[VariantRow], actor: Actor, now: datetime
) -> None:
    """Make the packs of a listing those of the table.

    :raises Invalid: for an unknown listing, or packs that cannot be.
    """
    listing = session.scalar(sa.select(Listing).where(Listing.code == code))
    if listing is None:
        raise Invalid(msg("There is no listing %(code)s."), field="listing_code", code=code)
    kept = {
        variant.size: variant.id
        for variant in session.scalars(sa.select(Variant).where(Variant.listing_id == listing.id))
    }
    packs = tuple(
        PackDraft(row.size, row.price_vnd, cleaned(row.label), kept.get(row.size), row.weight)
        for row in rows
    )
    check_packs(packs, listing.unit, by_weight=listing.by_weight)
    set_packs(session, listing, packs)
    if has_history(session, listing.id):
        keep_revision(session, listing, action="import", actor=actor, now=now)
    emit(session, ListingChanged(listing.id, listing.code), now=now)
    audit.record(
        session,
        "listing.packs_imported",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=code,
        packs=[[pack.size, pack.price_vnd] for pack in packs],
    )


def import_variant(session: Session, row: VariantRow, *, actor: Actor, now: datetime) -> None:
    """Add one pack to those of its listing, or bring the one of this size up to date.

    :raises Invalid: for an unknown listing, or packs that cannot be.
    """
    present = session.scalars(
        sa.select(Variant)
        .join(Listing, Listing.id == Variant.listing_id)
        .where(Listing.code == row.listing_code, Variant.active, Variant.size != row.size)
        .order_by(Variant.position)
    )
    others = [
        VariantRow(row.listing_code, pack.size, pack.price_vnd, pack.label, weight_of(pack))
        for pack in present
    ]
    rows = sorted([*others, row], key=lambda pack: pack.size)
    import_variants(session, row.listing_code, rows=rows, actor=actor, now=now)


def _new_listing(row: ListingRow, now: datetime) -> Listing:
    since = row.since or now
    shown = row.state is ListingState.PUBLISHED
    return Listing(
        code=row.code,
        kind=row.kind,
        unit=_unit(row),
        by_weight=row.by_weight,
        state=row.state,
        created_at=since,
        ranked_at=since,
        submitted_at=since if row.state is not ListingState.DRAFT else None,
        published_at=since if shown else None,
    )


def _unit(row: ListingRow) -> Unit | None:
    if (row.kind is ListingKind.EXPERIENCE) is not (row.unit is None):
        raise Invalid(msg("Goods have a unit of sale, experiences have none."), field="unit")
    if row.by_weight and row.unit is not Unit.PIECE:
        raise Invalid(msg("What is weighed later is counted by the piece."), field="unit")
    return row.unit


def _vendor_id(session: Session, row: ListingRow, listing: Listing, *, is_new: bool) -> str:
    vendor_id = vendor_ids_by_code(session, [row.vendor_code]).get(row.vendor_code)
    if vendor_id is None:
        raise Invalid(
            msg("There is no vendor %(code)s."), field="vendor_code", code=row.vendor_code
        )
    if not is_new and listing.vendor_id != vendor_id:
        raise Invalid(msg("This code is another vendor's listing."), field="code")
    if is_new and row.state is ListingState.PUBLISHED and not open_vendor_ids(session, [vendor_id]):
        raise Invalid(msg("The vendor may not sell now."), field="vendor_code")
    return vendor_id


def _write(session: Session, listing: Listing, row: ListingRow, vendor_id: str) -> None:
    title = cleaned(row.title)
    if not title.get("vi"):
        raise Invalid(msg("Give it a name in Vietnamese."), field="title_vi")
    if (listing.kind, listing.unit, listing.by_weight) != (row.kind, row.unit, row.by_weight):
        raise Invalid(msg("Kind and unit of a listing stay as they were."), field="unit")
    places.commune(row.commune)
    category = place_in_category(session, listing, _category_id(session, row.category))
    listing.vendor_id, listing.commune = vendor_id, row.commune
    listing.title, listing.slug = title, slug(title["vi"])
    listing.summary, listing.description = cleaned(row.summary), cleaned(row.description)
    listing.piece_name = cleaned(row.piece_name)
    listing.season_months = need_months(row.season_months)
    ahead = need_preorder(Preorder(row.preorder_from, row.preorder_until))
    listing.preorder_from, listing.preorder_until = ahead.opens, ahead.until
    listing.schemes = sorted(scheme.value for scheme in row.schemes)
    listing.art, listing.tint = row.art or category.art, row.tint or category.tint
    if listing.kind is ListingKind.EXPERIENCE:
        listing.price_vnd = row.price_vnd
    _link(session, listing, row)


def _category_id(session: Session, category: str) -> str:
    called = sa.or_(Category.slug == category, Category.key == category)
    found = session.scalar(sa.select(Category.id).where(called).order_by(Category.key != category))
    if found is None:
        raise Invalid(msg("There is no category %(slug)s."), field="category", slug=category)
    return found


def _link(session: Session, listing: Listing, row: ListingRow) -> None:
    listing.farm_id, listing.lot_id = None, None
    if row.farm_code:
        farms = {farm.code: farm.id for farm in farms_of(session, vendor_id=listing.vendor_id)}
        if row.farm_code not in farms:
            raise Invalid(msg("There is no farm %(code)s."), field="farm_code", code=row.farm_code)
        listing.farm_id = farms[row.farm_code]
    if row.lot_code:
        lot = lot_of_code(session, row.lot_code, vendor_id=listing.vendor_id)
        if lot is None:
            raise Invalid(msg("There is no lot %(code)s."), field="lot_code", code=row.lot_code)
        listing.lot_id, listing.farm_id = lot.id, lot.farm_id or listing.farm_id


def _tell(session: Session, listing: Listing, *, is_new: bool, now: datetime) -> None:
    if listing.state is ListingState.PUBLISHED:
        fact = ListingPublished if is_new else ListingChanged
        emit(session, fact(listing.id, listing.code), now=now)
    elif not is_new:
        emit(session, ListingWithdrawn(listing.id, listing.code), now=now)
