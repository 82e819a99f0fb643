"""What leans on a vendor's certificates: goods on the shelves, and what would become of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing
from catalog.rules import (
    Goods,
    ListingState,
    has_badge,
    is_required,
    withheld_for,
)
from vendors.queries.foresight import Consequence
from vendors.queries.proofs import demands, proofs_of
from vendors.rules.proofs import Demand, Held, Proofs

ON_SHELVES = (ListingState.PUBLISHED, ListingState.WITHHELD)
"""States between which a listing moves with what its vendor has to show."""


@dataclass(frozen=True)
class Leaning:
    """A listing that leans on a certificate.

    ``required``: the certificate speaks of what must be proved to sell it. ``falls`` and
    ``lapses``: it would leave the shelves were the certificate withdrawn today, and it will
    after its last day. ``dims`` and ``fades``: the same of the badge. ``returns``: it is
    withheld and comes back if the certificate is verified today.
    """

    id: str
    code: str
    title: dict[str, str]
    state: ListingState
    required: bool
    falls: bool
    lapses: bool
    dims: bool
    fades: bool
    returns: bool


@dataclass(frozen=True)
class Weight:
    """What hangs on one certificate."""

    certificate_id: str
    valid_to: date
    listings: Sequence[Leaning]

    @property
    def falling(self) -> list[Leaning]:
        """Listings that a withdrawal would take off the shelves."""
        return [one for one in self.listings if one.falls]

    @property
    def lapsing(self) -> list[Leaning]:
        """Listings that leave the shelves after the last day."""
        return [one for one in self.listings if one.lapses]

    @property
    def dimming(self) -> list[Leaning]:
        """Listings that stay and lose their badge by a withdrawal."""
        return [one for one in self.listings if one.dims and not one.falls]

    @property
    def fading(self) -> list[Leaning]:
        """Listings that stay and lose their badge after the last day."""
        return [one for one in self.listings if one.fades and not one.lapses]

    @property
    def returning(self) -> list[Leaning]:
        """Listings that come back once the certificate is verified."""
        return [one for one in self.listings if one.returns]


def goods_of(row: Any, shelf: str) -> Goods:
    """Return what a listing (or a row of it) is and claims."""
    return Goods(kind=row.kind, schemes=frozenset(row.schemes), shelf=shelf)


def weights(session: Session, vendor_id: str, *, on: date) -> dict[str, Weight]:
    """Return what hangs on each certificate of a vendor, by its id (five statements)."""
    proofs = proofs_of(session, [vendor_id])[vendor_id]
    if not proofs.certificates:
        return {}
    asked = demands(session, on=on)
    rows = _shelved(session, [vendor_id])
    return {one.id: _weight(one, rows, proofs, asked, on) for one in proofs.certificates}


def consequences(session: Session, vendor_id: str, on: date) -> dict[str, Consequence]:
    """Return what each certificate of a vendor means for its goods, in its own words."""
    return {key: _consequence(one, on) for key, one in weights(session, vendor_id, on=on).items()}


def _consequence(weight: Weight, on: date) -> Consequence:
    over = weight.valid_to <= on
    missing = [one for one in weight.listings if one.required and _is_withheld(one)]
    return Consequence(
        leaving=() if over else _titles(weight.lapsing),
        fading=() if over else _titles(weight.fading),
        missing=_titles(missing) if over else (),
        returning=() if over else _titles(weight.returning),
    )


def _titles(listings: Iterable[Leaning]) -> list[Mapping[str, str]]:
    return [one.title for one in listings]


def drifted(session: Session, vendor_ids: Collection[str], *, on: date) -> list[str]:
    """Return which vendors have goods on the shelves that should not be, or the other way."""
    if not vendor_ids:
        return []
    held, asked = proofs_of(session, vendor_ids), demands(session, on=on)
    found = set()
    for row in _shelved(session, vendor_ids):
        why = withheld_for(goods_of(row, row.shelf), held[row.vendor_id], asked, on=on)
        if list(why) != list(row.withheld_for) or bool(why) is not _is_withheld(row):
            found.add(row.vendor_id)
    return sorted(found)


def selling_vendors(session: Session, *, after: str, limit: int) -> Sequence[str]:
    """Return ids of vendors with goods on the shelves or withheld, in order, a batch at a time."""
    return session.scalars(
        sa.select(Listing.vendor_id)
        .where(Listing.vendor_id > after, Listing.state.in_(ON_SHELVES))
        .distinct()
        .order_by(Listing.vendor_id)
        .limit(limit)
    ).all()


def _is_withheld(row: Any) -> bool:
    return bool(row.state is ListingState.WITHHELD)


def _shelved(session: Session, vendor_ids: Collection[str]) -> Sequence[Any]:
    return session.execute(
        sa.select(
            Listing.id,
            Listing.code,
            Listing.vendor_id,
            Listing.title,
            Listing.state,
            Listing.kind,
            Listing.schemes,
            Listing.withheld_for,
            Category.key.label("shelf"),
        )
        .join(Category, Category.id == Listing.category_id)
        .where(Listing.vendor_id.in_(set(vendor_ids)), Listing.state.in_(ON_SHELVES))
        .order_by(Listing.ranked_at.desc(), Listing.id.desc())
    ).all()


def _weight(
    certificate: Held, rows: Sequence[Any], proofs: Proofs, asked: Sequence[Demand], on: date
) -> Weight:
    leaning = [_leaning(row, certificate, proofs, asked, on) for row in rows]
    return Weight(certificate.id, certificate.valid_to, [one for one in leaning if one])


def _leaning(
    row: Any, certificate: Held, proofs: Proofs, asked: Sequence[Demand], on: date
) -> Leaning | None:
    goods = goods_of(row, row.shelf)
    required = is_required(goods, proofs, asked, certificate)
    if not required and certificate.scheme.value not in goods.schemes:
        return None
    gone, end = proofs.without(certificate.id), max(certificate.valid_to, on)
    stays = not withheld_for(goods, proofs, asked, on=on)
    shown = has_badge(goods, proofs, certificate.scheme, on=on)
    return Leaning(
        id=row.id,
        code=row.code,
        title=row.title,
        state=row.state,
        required=required,
        falls=stays and bool(withheld_for(goods, gone, asked, on=on)),
        lapses=stays and bool(withheld_for(goods, proofs, asked, on=end)),
        dims=shown and not has_badge(goods, gone, certificate.scheme, on=on),
        fades=shown and not has_badge(goods, proofs, certificate.scheme, on=end),
        returns=not stays and not withheld_for(goods, proofs.behind(certificate.id), asked, on=on),
    )
