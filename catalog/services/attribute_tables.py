"""What tables of the office say of goods by attribute."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.events import ListingChanged
from catalog.models import Listing
from catalog.queries.attributes import definitions, shelf_ids
from catalog.rules import ListingState
from catalog.rules.attribute_cells import value_of
from catalog.rules.attributes import Definition, applying, settled
from kernel import audit
from kernel.actor import Actor
from kernel.errors import Invalid
from kernel.events import emit
from kernel.messages import msg


@dataclass(frozen=True)
class AttributeRow:
    """What a table says of a listing: the key of an attribute, and its value in two languages."""

    listing_code: str
    key: str
    vi: str
    en: str = ""


def import_attributes(
    session: Session, code: str, *, rows: Iterable[AttributeRow], actor: Actor, now: datetime
) -> None:
    """Set what a table says of a listing; what it does not speak of stays.

    :raises Invalid: for an unknown listing or attribute, or a value that cannot be; ``field``
        names the column.
    """
    listing = session.scalar(sa.select(Listing).where(Listing.code == code).with_for_update())
    if listing is None:
        raise Invalid(msg("There is no listing %(code)s."), field="listing_code", code=code)
    above = shelf_ids(session, listing.category_id)
    asked = {one.key: one for one in applying(definitions(session), listing.kind.value, above)}
    values = dict(listing.attributes or {})
    for row in rows:
        values = _with(asked, row, values)
    if values == listing.attributes:
        return
    listing.attributes = values
    session.flush()
    audit.record(
        session,
        "listing.attributes_imported",
        actor=actor,
        subject=("listing", listing.id),
        now=now,
        code=code,
        keys=sorted(values),
    )
    if listing.state is ListingState.PUBLISHED:
        emit(session, ListingChanged(listing.id, listing.code), now=now)


def _with(
    asked: Mapping[str, Definition], row: AttributeRow, values: dict[str, Any]
) -> dict[str, Any]:
    one = asked.get(row.key)
    if one is None:
        raise Invalid(
            msg("“%(key)s” is not asked of this listing."), field="attribute", key=row.key
        )
    try:
        return settled([one], {one.key: value_of(one, row.vi, row.en)}, values)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="value_vi", **refusal.values) from None
