"""Makes a big market out of the sample: the same goods, many times over, of many vendors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from catalog.models import Listing, Variant
from kernel.claims import Bucket
from kernel.db import Base, transaction
from kernel.ids import new_id
from kernel.places import commune, communes
from traceability.models import Lot
from vendors.models import Vendor

BATCH = 1000
Row = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """What is copied: rows of the sample province, by what they belong to."""

    listings: list[Row]
    vendors: list[Row]
    variants: dict[str, list[Row]]
    buckets: dict[str, Row]
    lots: dict[str, Row]


def grow(maker: sessionmaker[Session], listings: int) -> None:
    """Add copies of the published sample listings until there are so many more.

    Each copy is of another vendor and place, with stock and a lot of its own.
    """
    with maker() as session:
        sample = Sample(
            listings=_rows(session, sa.select(Listing).where(Listing.state == "published")),
            vendors=_rows(session, sa.select(Vendor).where(Vendor.state == "approved")),
            variants=_by_listing(_rows(session, sa.select(Variant))),
            buckets={row["id"]: row for row in _rows(session, sa.select(Bucket))},
            lots={row["id"]: row for row in _rows(session, sa.select(Lot))},
        )
    vendors = _vendors(sample.vendors, listings // 50)
    _insert(maker, Vendor, vendors)
    for start in range(0, listings, BATCH):
        rows: dict[type[Base], list[Row]] = {Bucket: [], Lot: [], Listing: [], Variant: []}
        for number in range(start, min(start + BATCH, listings)):
            for kind, row in _copy(sample, vendors[number % len(vendors)], number):
                rows[kind].append(row)
        for kind, new in rows.items():
            _insert(maker, kind, new)


def _rows(session: Session, query: sa.Select[Any]) -> list[Row]:
    table = query.get_final_froms()[0]
    chosen = sa.select(*table.columns).where(*query._where_criteria)
    return [dict(row) for row in session.execute(chosen).mappings()]


def _by_listing(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["listing_id"], []).append(row)
    return found


def _vendors(samples: list[Row], count: int) -> list[Row]:
    places = communes(former_hai_duong_only=True)
    return [
        (like := samples[n % len(samples)])
        | {
            "id": new_id(),
            "code": f"G{n}",
            "slug": f"{like['slug'][:70]}-{n}",
            "name": f"{like['name'][:100]} {n}",
            "commune": places[n % len(places)].key,
        }
        for n in range(count)
    ]


def _copy(sample: Sample, vendor: Row, number: int) -> Iterator[tuple[type[Base], Row]]:
    like = sample.listings[number % len(sample.listings)]
    fresh: Row = {"id": new_id(), "bucket_id": None, "lot_id": None, "farm_id": None}
    if like["bucket_id"]:
        fresh["bucket_id"] = new_id()
        full = {"id": fresh["bucket_id"], "on_hand": 500_000, "allocated": 0}
        yield Bucket, sample.buckets[like["bucket_id"]] | full
    if like["lot_id"]:
        fresh["lot_id"] = new_id()
        own = {"id": fresh["lot_id"], "vendor_id": vendor["id"], "code": f"G{number}"}
        codes = {"gtin": None, "trace_code": f"G{number:011d}"}
        yield Lot, sample.lots[like["lot_id"]] | own | codes
    place = commune(vendor["commune"]).short
    shown = {
        "code": f"G{number:07d}",
        "vendor_id": vendor["id"],
        "commune": vendor["commune"],
        "title": {lang: f"{text} {place}" for lang, text in like["title"].items()},
    }
    yield Listing, like | shown | fresh
    for variant in sample.variants.get(like["id"], []):
        yield Variant, variant | {"id": new_id(), "listing_id": fresh["id"]}


def _insert(maker: sessionmaker[Session], kind: type[Base], rows: list[Row]) -> None:
    with maker() as session, transaction(session):
        for start in range(0, len(rows), BATCH):
            session.execute(sa.insert(kind.__table__), rows[start : start + BATCH])  # type: ignore[arg-type]
