"""What a vendor writes about its goods."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.events import ListingChanged
from catalog.models import Category, Listing
from catalog.rules import (
    ListingKind,
    ListingState,
    art_for,
    need_editable,
    need_months,
)
from catalog.services.addresses import keep_texts
from catalog.services.attributes import write_attributes
from catalog.services.categories import shelf_for
from catalog.services.changes import Written, check_edit, shown_values
from catalog.services.checking import desk_rules, refuse_banned, texts_of
from catalog.services.packs import PackDraft, check_packs, set_packs
from catalog.services.promising import need_backed
from catalog.services.rechecks import remember_seen, touch
from catalog.services.revisions import begin_history, keep_revision
from catalog.services.steps import need_version, note_step, own_listing
from catalog.services.terms import PLAIN_TERMS, SaleTerms, set_preorder_cap, set_tiers, write_terms
from kernel import audit, claims
from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.events import emit
from kernel.ids import short_code
from kernel.messages import msg
from kernel.quantity import Unit
from kernel.text import nfc, slug
from traceability.queries import farm_of, lot_of
from vendors.queries import vendor_cards
from vendors.rules import Scheme

Texts = dict[str, str]


@dataclass(frozen=True)
class ListingDraft:
    """What a vendor says of a listing; texts are {"vi": ..., "en": ...}.

    ``unit`` and ``by_weight`` are chosen once: the stock is counted so. ``lot_id``
    brings its farm along.
    """

    kind: ListingKind
    category_id: str
    title: Texts
    summary: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    unit: Unit | None = None
    by_weight: bool = False
    piece_name: Texts = field(default_factory=dict)
    packs: tuple[PackDraft, ...] = ()
    price_vnd: int = 0
    season_months: tuple[int, ...] = ()
    preorder_from: date | None = None
    preorder_until: date | None = None
    schemes: tuple[Scheme, ...] = ()
    lot_id: str | None = None
    farm_id: str | None = None
    terms: SaleTerms = PLAIN_TERMS
    # Values by key of the attribute; None leaves them as they are.
    attributes: dict[str, Any] | None = None


UNLOOKED = frozenset({"copy", "import"})
"""Ways by which words come that nobody wrote for this listing."""


def create_listing(
    session: Session,
    vendor_id: str,
    *,
    draft: ListingDraft,
    actor: Actor,
    now: datetime,
    code: str = "",
    way: str = "create",
) -> str:
    """Write down a new listing as a draft, and return its code (``code``, or one that is drawn).

    ``way`` is how its history calls it: see ``catalog.queries.revisions.ACTIONS``.

    :raises NotFound: for a stranger to the vendor.
    :raises Invalid: when a value cannot be used; ``field`` names it.
    """
    actor.need_at(vendor_id, "seller")
    listing = _new_listing(session, vendor_id, draft, code or "L" + short_code(7), now)
    _write(session, listing, draft)
    session.add(listing)
    session.flush()
    open_stock(session, listing, on_hand=0, now=now)
    _set_prices(session, listing, draft, now)
    keep_texts(session, listing, by_person=way not in UNLOOKED, now=now)
    note_step(session, listing, action="create", actor=actor, now=now)
    refuse_banned(desk_rules(session, now=now), texts_of(session, listing))
    keep_revision(session, listing, action=way, actor=actor, now=now)
    _record(session, listing, "listing.created", {}, actor, now)
    return listing.code


def _new_listing(
    session: Session, vendor_id: str, draft: ListingDraft, code: str, now: datetime
) -> Listing:
    card = vendor_cards(session, [vendor_id]).get(vendor_id)
    if card is None:
        raise NotFound
    return Listing(
        code=code,
        vendor_id=vendor_id,
        kind=draft.kind,
        unit=_unit_of(draft),
        by_weight=draft.by_weight,
        commune=card.commune,
        created_at=now,
        ranked_at=now,
    )


def edit_listing(
    session: Session,
    vendor_id: str,
    *,
    code: str,
    draft: ListingDraft,
    seen_version: int,
    actor: Actor,
    now: datetime,
    way: str = "edit",
) -> None:
    """Change a listing; of one that was approved, protected fields wait for the office.

    Those are named by the rule ``listing.protected_fields``. Other words are live at
    once and looked at again.

    :raises NotFound: for a stranger to the vendor.
    :raises EditedMeanwhile: when somebody else saved after this form was opened.
    :raises Conflict: when it is with the office or ended.
    :raises Invalid: when a value cannot be used or names banned goods; ``field`` names it.
    """
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    need_version(listing, seen_version)
    need_editable(listing.state)
    begin_history(session, listing, now=now)
    before, worded, shown = _values(listing), wording(listing), shown_values(listing)
    _write(session, listing, draft)
    _set_prices(session, listing, draft, now)
    check_edit(session, listing, Written(shown, actor, now))
    need_backed(session, listing, was=shown["lot_id"], now=now)
    keep_texts(session, listing, by_person=way not in UNLOOKED, now=now)
    if worded != wording(listing):
        remember_seen(session, listing, values=worded, now=now)
    # Packs are rows of their own: the version of the listing moves with them all the same.
    touch(listing)
    session.flush()
    keep_revision(session, listing, action=way, actor=actor, now=now)
    _record(session, listing, "listing.edited", before, actor, now)
    tell_change(session, listing, now)


def open_stock(session: Session, listing: Listing, *, on_hand: int, now: datetime) -> None:
    """Give a listing that is counted its bucket."""
    if listing.unit is not None and listing.bucket_id is None:
        listing.bucket_id = claims.open_bucket(
            session, kind="stock", unit=listing.unit, on_hand=on_hand, now=now
        ).id
        session.flush()


def _set_prices(session: Session, listing: Listing, draft: ListingDraft, now: datetime) -> None:
    """Set what hangs on one another: packs, steps of their price, what may be ordered ahead."""
    set_packs(session, listing, draft.packs)
    set_tiers(listing, draft.terms.tiers)
    set_preorder_cap(session, listing, draft.terms.preorder_cap, now)


def tell_change(session: Session, listing: Listing, now: datetime) -> None:
    """Let the house know that the public sees something else now."""
    if listing.state is ListingState.PUBLISHED:
        emit(session, ListingChanged(listing.id, listing.code), now=now)


def place_in_category(session: Session, listing: Listing, category_id: str) -> Category:
    """Put a listing on its shelf and remember the level above.

    :raises Invalid: when there is no such shelf.
    """
    category = shelf_for(session, category_id)
    listing.category_id = category.id
    listing.top_category_id = category.parent_id or category.id
    return category


def _write(session: Session, listing: Listing, draft: ListingDraft) -> None:
    title = cleaned(draft.title)
    if not title.get("vi"):
        raise Invalid(msg("Give it a name in Vietnamese."), field="title_vi")
    check_packs(draft.packs, listing.unit, by_weight=listing.by_weight)
    category = place_in_category(session, listing, draft.category_id)
    listing.title, listing.slug = title, slug(title["vi"])
    listing.summary = cleaned(draft.summary)
    listing.description = cleaned(draft.description)
    listing.piece_name = cleaned(draft.piece_name)
    listing.season_months = need_months(draft.season_months)
    write_terms(listing, draft.terms, draft.preorder_from, draft.preorder_until)
    listing.schemes = sorted(scheme.value for scheme in draft.schemes)
    if not listing.art:
        listing.art, listing.tint = art_for(title["vi"]) or (category.art, category.tint)
    if listing.kind is ListingKind.EXPERIENCE:
        listing.price_vnd = draft.price_vnd
    write_attributes(session, listing, draft.attributes)
    _link(session, listing, draft)


def _link(session: Session, listing: Listing, draft: ListingDraft) -> None:
    """Link lot and farm, both of this vendor; the lot knows its farm."""
    listing.lot_id, listing.farm_id = None, None
    if draft.lot_id:
        lot = lot_of(session, draft.lot_id, vendor_id=listing.vendor_id)
        # What is weighed later is counted by the piece, its lot perhaps by weight.
        if lot is None or (lot.unit is not listing.unit and not listing.by_weight):
            raise Invalid(msg("Choose one of your lots, counted in the same unit."), field="lot_id")
        listing.lot_id, listing.farm_id = lot.id, lot.farm_id
    if draft.farm_id and listing.farm_id is None:
        farm = farm_of(session, draft.farm_id, vendor_id=listing.vendor_id)
        if farm is None:
            raise Invalid(msg("Choose one of your farms."), field="farm_id")
        listing.farm_id, listing.commune = farm.id, farm.commune


def _unit_of(draft: ListingDraft) -> Unit | None:
    if draft.kind is ListingKind.EXPERIENCE:
        return None
    if draft.unit not in {Unit.GRAM, Unit.MILLILITRE, Unit.PIECE}:
        raise Invalid(msg("Choose how it is sold."), field="unit")
    if draft.by_weight and draft.unit is not Unit.PIECE:
        # Counted one by one, they cannot be oversold whatever each will weigh.
        raise Invalid(msg("What is weighed later is counted by the piece."), field="unit")
    return draft.unit


def cleaned(text: Texts) -> Texts:
    """Return texts composed, without spaces around them and without empty ones."""
    return {lang: nfc(words).strip() for lang, words in text.items() if words and words.strip()}


_WORDING = ("title", "summary", "description", "category_id", "schemes", "photos", "attributes")
_ALL = (
    *_WORDING, "unit", "piece_name", "price_vnd", "price_per", "pack_size", "season_months",
    "preorder_from", "preorder_until", "lot_id", "farm_id", "by_weight", "kilo_vnd", "tiers",
    "order_most", "buyer_most", "buyer_days", "preorder_bucket_id", "deliver_from",
    "deliver_until", "area", "area_communes", "label", "allergens", "safety",
)  # fmt: skip


def wording(listing: Listing) -> dict[str, Any]:
    """Return what the office looks at again when it changes live."""
    return {name: getattr(listing, name) for name in _WORDING}


def _values(listing: Listing) -> dict[str, object]:
    return {name: getattr(listing, name) for name in _ALL}


def _record(
    session: Session,
    listing: Listing,
    action: str,
    before: dict[str, object],
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        before=before,
        after=_values(listing),
        code=listing.code,
        price_vnd=listing.price_vnd,
        changed=sorted(name for name in before if before[name] != getattr(listing, name)),
    )
