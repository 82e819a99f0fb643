"""Everything the market holds about a vendor, in one ZIP: each trade adds its part."""

import io
import zipfile
from collections.abc import Iterator

from sqlalchemy.orm import Session

from catalog.queries.exporting import listing_sheets, photo_digests, vendor_listing_ids
from catalog.queries.judged import judged_sheets
from kernel.audit import Trail, trail
from kernel.export import Sheet
from kernel.pages import Page
from kernel.storage import Storage
from orders.queries.exporting import order_ids, order_sheets
from traceability.queries.exporting import farm_sheets, lot_ids
from vendors.queries.exporting import paper_files, vendor_sheets

PHOTO = "public/pictures/{}-1080.webp"
MOST_ENTRIES = 100_000


def export_vendor(session: Session, storage: Storage, vendor_id: str) -> bytes:
    """Return a ZIP of tables (CSV and JSON), papers and pictures of one vendor."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in _sheets(session, vendor_id):
            archive.writestr(f"{sheet.name}.csv", sheet.csv())
            archive.writestr(f"{sheet.name}.json", sheet.json())
        for paper in paper_files(session, vendor_id):
            _add(archive, storage, paper.storage_key, f"papers/{paper.id}-{paper.file_name}")
        for digest in photo_digests(session, vendor_id):
            _add(archive, storage, PHOTO.format(digest), f"pictures/{digest}.webp")
    return out.getvalue()


def vendor_trail(session: Session, vendor_id: str, *, page: int, size: int = 50) -> Page[Trail]:
    """Return a page of what was changed about a vendor and its things, the newest first."""
    subjects = {
        "vendor": [vendor_id],
        "listing": vendor_listing_ids(session, vendor_id),
        "lot": lot_ids(session, vendor_id),
        "order": order_ids(session, vendor_id),
    }
    return trail(session, subjects, page=page, size=size)


def _sheets(session: Session, vendor_id: str) -> Iterator[Sheet]:
    yield from vendor_sheets(session, vendor_id)
    yield from farm_sheets(session, vendor_id)
    yield from judged_sheets(session, vendor_id)
    yield from listing_sheets(session, vendor_id)
    yield from order_sheets(session, vendor_id)
    found = vendor_trail(session, vendor_id, page=1, size=MOST_ENTRIES)
    rows = [(one.at, one.action, one.subject_type, one.subject_id) for one in found.items]
    yield Sheet("changes", ["at", "action", "subject_type", "subject_id"], rows)


def _add(archive: zipfile.ZipFile, storage: Storage, key: str, name: str) -> None:
    """Add a stored file; one that was deleted meanwhile is left out."""
    try:
        archive.writestr(name, storage.get(key))
    except KeyError:
        return
