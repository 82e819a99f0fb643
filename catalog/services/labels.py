"""Whether a listing says what the law wants said of its kind of goods."""

from datetime import datetime

from sqlalchemy.orm import Session

from catalog.models import Listing
from catalog.queries.labels import label_rule
from catalog.rules import ListingKind
from catalog.rules.label import LabelField, missing_fields
from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.messages import msg

_MISSING = {
    LabelField.ORIGIN: msg("Say where it comes from: choose its farm, or write the origin"
                           " (%(law)s)."),
    LabelField.RESPONSIBLE: msg("Say who is responsible for the goods, with an address (%(law)s)."),
    LabelField.NET_QUANTITY: msg("Say the net quantity of a pack (%(law)s)."),
    LabelField.INGREDIENTS: msg("Say the ingredients, most first (%(law)s)."),
    LabelField.MATERIAL: msg("Say what it is made of (%(law)s)."),
    LabelField.PRODUCED: msg("Say how the day of production is written on it (%(law)s)."),
    LabelField.EXPIRY: msg("Say how long it keeps (%(law)s)."),
    LabelField.STORAGE: msg("Say how it is stored (%(law)s)."),
    LabelField.USAGE: msg("Say how it is used (%(law)s)."),
    LabelField.WARNINGS: msg("Write the warnings, or that there are none (%(law)s)."),
    LabelField.DECLARATION: msg(
        "Write the number of the self-declaration or registration (%(law)s)."
    ),
}  # fmt: skip


def need_labelled(session: Session, listing: Listing, now: datetime) -> None:
    """Refuse to show the office goods that lack what the law wants said of their kind.

    The commune of produce, a farm or a lot says the origin; the days of a lot stand on the lot.

    :raises Invalid: naming the first field that is missing, and the law.
    """
    found = label_rule(session, listing.kind, on=local_date(now))
    if found is None:
        return
    required = set(found.value) - _known(listing)
    for field in missing_fields(listing.label, required):
        raise Invalid(_MISSING[field], field=f"label_{field.value}_vi", law=found.legal_ref)


def _known(listing: Listing) -> set[str]:
    """Return what need not be written: it is known from elsewhere."""
    known = set()
    # The page of produce states the commune in which it grew.
    if listing.farm_id or listing.lot_id or listing.kind is ListingKind.PRODUCE:
        known.add(LabelField.ORIGIN.value)
    if listing.lot_id:
        known |= {LabelField.PRODUCED.value, LabelField.EXPIRY.value}
    return known
