"""An earlier version of a listing, or another listing, written anew through the same rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.models import ListingRevision
from catalog.rules import ListingKind
from catalog.rules.fields import fields_of
from catalog.rules.pricing import Weight
from catalog.rules.selling import Limits
from catalog.services.listings import ListingDraft, create_listing, edit_listing
from catalog.services.packs import PackDraft
from catalog.services.photos import Handed, set_photos
from catalog.services.revisions import written_values
from catalog.services.steps import own_listing
from catalog.services.terms import SaleTerms
from kernel.actor import Actor
from kernel.errors import NotFound
from kernel.quantity import Unit


def restore_revision(
    session: Session,
    vendor_id: str,
    *,
    code: str,
    revision_id: str,
    seen_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Write an earlier version of a listing anew: an edit like any other.

    Protected fields of an approved listing wait for the office, banned words are refused.

    :raises NotFound: for a stranger, or a revision of another listing.
    :raises EditedMeanwhile: when somebody else saved after the version was looked at.
    :raises Conflict: when the listing cannot be changed now.
    :raises Invalid: when a value cannot be used any more, such as a lot that is gone.
    """
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    revision = session.get(ListingRevision, revision_id)
    if revision is None or revision.listing_id != listing.id:
        raise NotFound
    edit_listing(
        session,
        vendor_id,
        code=code,
        draft=draft_of(listing.kind, listing.unit, revision.values),
        seen_version=seen_version,
        actor=actor,
        now=now,
        way="restore",
    )
    photos = list(revision.values["photos"])
    if photos != listing.photos:
        set_photos(session, listing, photos, Handed(actor, now, way="restore"))


def duplicate_listing(
    session: Session, vendor_id: str, *, code: str, actor: Actor, now: datetime
) -> str:
    """Copy a listing into a new draft and return its code.

    Words, packs, settings and pictures go along; stock, lot, reviews, code and approval do not.

    :raises NotFound: for a stranger.
    :raises Invalid: when it says what may not be said any more.
    """
    actor.need_at(vendor_id, "seller")
    listing = own_listing(session, vendor_id, code)
    values, _waiting = written_values(session, listing)
    # Lot and what is ordered ahead are goods that were counted: the copy gets its own.
    ahead = {"preorder_from": None, "preorder_until": None, "preorder_cap": None}
    ahead |= {"deliver_from": None, "deliver_until": None}
    fresh = (
        values
        | ahead
        | {"lot_id": None, "packs": [pack | {"id": None} for pack in values["packs"]]}
    )
    new_code = create_listing(
        session,
        vendor_id,
        draft=draft_of(listing.kind, listing.unit, fresh),
        actor=actor,
        now=now,
        way="copy",
    )
    copy = own_listing(session, vendor_id, new_code)
    if values["photos"]:
        set_photos(session, copy, list(values["photos"]), Handed(actor, now, way="copy"))
    return new_code


def draft_of(kind: ListingKind, unit: Unit | None, values: Mapping[str, Any]) -> ListingDraft:
    """Return as a draft what a revision holds; a field that is younger than it is left out."""
    given: dict[str, Any] = {}
    terms: dict[str, Any] = {}
    for field in fields_of(is_visit=kind is ListingKind.EXPERIENCE):
        if field.name in values:
            (terms if field.of_terms else given)[field.name] = field.give(values[field.name])
    packs = tuple(_pack(pack) for pack in values["packs"])
    return ListingDraft(kind=kind, unit=unit, packs=packs, terms=_terms(terms), **given)


def _terms(given: dict[str, Any]) -> SaleTerms:
    limits = Limits(*(given.pop(name, None) for name in ("order_most", "buyer_most", "buyer_days")))
    return SaleTerms(limits=limits, **given)


def _pack(values: Mapping[str, Any]) -> PackDraft:
    weight = None
    if values.get("kilo_vnd") is not None:
        weight = Weight(*(values[name] for name in ("least_g", "nominal_g", "most_g", "kilo_vnd")))
    return PackDraft(
        values["size"], values["price_vnd"] or 0, values["label"], values["id"], weight=weight
    )
