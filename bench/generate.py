"""Makes a big market out of the sample: the same goods, many times over, of many vendors."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from catalog.models import Listing, Variant
from kernel.claims import Bucket
from kernel.db import Base, transaction
from kernel.ids import new_id
from vendors.models import Vendor

BATCH = 1000


def grow(maker: sessionmaker[Session], listings: int) -> None:
    """Add copies of the published sample listings until there are so many more."""
    with maker() as session:
        samples = _rows(session, sa.select(Listing).where(Listing.state == "published"))
        variants = _by_listing(_rows(session, sa.select(Variant)))
        vendors = _rows(session, sa.select(Vendor).where(Vendor.state == "approved"))
        buckets = {row["id"]: row for row in _rows(session, sa.select(Bucket))}
    copies = _vendors(vendors, listings // 50)
    _insert(maker, Vendor, copies)
    made = [(samples[n % len(samples)], copies[n % len(copies)], n) for n in range(listings)]
    for start in range(0, listings, BATCH):
        _insert_listings(maker, made[start : start + BATCH], variants, buckets)


def _rows(session: Session, query: sa.Select[Any]) -> list[dict[str, Any]]:
    table = query.get_final_froms()[0]
    chosen = sa.select(*table.columns).where(*query._where_criteria)
    return [dict(row) for row in session.execute(chosen).mappings()]


def _by_listing(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["listing_id"], []).append(row)
    return found


def _vendors(samples: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return [
        samples[n % len(samples)]
        | {
            "id": new_id(),
            "code": f"G{n}",
            "slug": f"{samples[n % len(samples)]['slug'][:70]}-{n}",
            "name": f"{samples[n % len(samples)]['name'][:100]} {n}",
        }
        for n in range(count)
    ]


def _insert_listings(
    maker: sessionmaker[Session],
    made: list[tuple[dict[str, Any], dict[str, Any], int]],
    variants: dict[str, list[dict[str, Any]]],
    buckets: dict[str, dict[str, Any]],
) -> None:
    rows: dict[type[Base], list[dict[str, Any]]] = {Bucket: [], Listing: [], Variant: []}
    for sample, vendor, number in made:
        for kind, row in _copy(sample, vendor, number, variants, buckets):
            rows[kind].append(row)
    for kind, new in rows.items():
        _insert(maker, kind, new)


def _copy(
    sample: dict[str, Any],
    vendor: dict[str, Any],
    number: int,
    variants: dict[str, list[dict[str, Any]]],
    buckets: dict[str, dict[str, Any]],
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    listing_id, bucket_id = new_id(), None
    if sample["bucket_id"]:
        bucket_id = new_id()
        fresh = {"id": bucket_id, "on_hand": 500_000, "allocated": 0}
        yield Bucket, buckets[sample["bucket_id"]] | fresh
    yield (
        Listing,
        sample
        | {
            "id": listing_id,
            "code": f"G{number:07d}",
            "vendor_id": vendor["id"],
            "commune": vendor["commune"],
            "bucket_id": bucket_id,
            "title": {lang: f"{text} {number}" for lang, text in sample["title"].items()},
        },
    )
    for variant in variants.get(sample["id"], []):
        yield Variant, variant | {"id": new_id(), "listing_id": listing_id}


def _insert(maker: sessionmaker[Session], kind: type[Base], rows: list[dict[str, Any]]) -> None:
    with maker() as session, transaction(session):
        for start in range(0, len(rows), BATCH):
            session.execute(sa.insert(kind.__table__), rows[start : start + BATCH])  # type: ignore[arg-type]
