"""Conditions of sale from the office's tables; a refusal's ``field`` is the column."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.services.listings import tell_change
from catalog.services.terms import SaleTerms, set_preorder_cap, set_tiers, write_terms
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import Unit


@dataclass(frozen=True)
class TermsRow:
    """The conditions of one listing; ``units`` are those in which its amounts were written."""

    listing_code: str
    terms: SaleTerms
    units: frozenset[Unit] = frozenset()


def import_terms(session: Session, row: TermsRow, *, actor: Actor, now: datetime) -> str:
    """Make the conditions of a listing those of the table; return its id.

    :raises Invalid: for an unknown listing, or a value that cannot be used.
    """
    listing = session.scalar(sa.select(Listing).where(Listing.code == row.listing_code))
    if listing is None:
        raise Invalid(
            msg("There is no listing %(code)s."), field="listing_code", code=row.listing_code
        )
    if not row.units <= {listing.unit or Unit.PIECE}:
        raise Invalid(msg("The listing is counted in another unit than this."), field="order_most")
    write_terms(listing, row.terms, listing.preorder_from, listing.preorder_until)
    set_tiers(listing, row.terms.tiers)
    set_preorder_cap(session, listing, row.terms.preorder_cap, now)
    session.flush()
    audit.record(
        session,
        "listing.terms_imported",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
    )
    tell_change(session, listing, now)
    return listing.id
