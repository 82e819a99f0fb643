"""Everything the market holds about a vendor, in one ZIP: each trade adds its part."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from sqlalchemy.orm import Session

from accounts.queries import consent_sheet
from bookings.queries import visit_sheets
from catalog.queries.exporting import listing_sheets, photo_digests, vendor_listing_ids
from catalog.queries.judged import judged_sheets
from kernel.audit import Trail, trail
from kernel.export import Sheet
from kernel.pages import Page
from kernel.pictures import original_key, sniffed_ending
from kernel.sealing import SealBroken
from kernel.storage import Storage
from orders.queries.exporting import order_ids, order_sheets
from traceability.queries.exporting import farm_sheets, lot_ids
from vendors.queries.exporting import decision_files, paper_files, vendor_sheets

MOST_ENTRIES = 100_000
IN_MEMORY = 16 * 1024**2
"""A larger archive is written to the disk meanwhile, in bytes."""


class _Spool(tempfile.SpooledTemporaryFile[bytes]):
    """Closes itself when a reader goes away before the end."""

    def __del__(self) -> None:
        self.close()


def export_vendor(session: Session, storage: Storage, vendor_id: str) -> IO[bytes]:
    """Return a ZIP of tables (CSV and JSON), papers, decisions and pictures of one vendor."""
    out = _Spool(max_size=IN_MEMORY)
    lost: list[tuple[str]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in _sheets(session, vendor_id):
            _add_sheet(archive, sheet)
        for name, key in _files(session, vendor_id):
            try:
                data = storage.get(key)
            except (KeyError, SealBroken):
                lost.append((name,))
                continue
            # Papers and pictures are packed already.
            archive.writestr(_full(name, data), data, zipfile.ZIP_STORED)
        _add_sheet(archive, Sheet("files_not_found", ["file"], lost))
    out.seek(0)
    return out


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
    yield consent_sheet(session, ("vendor", vendor_id))
    yield from farm_sheets(session, vendor_id)
    yield from judged_sheets(session, vendor_id)
    yield from listing_sheets(session, vendor_id)
    yield from visit_sheets(session, vendor_id)
    yield from order_sheets(session, vendor_id)
    found = vendor_trail(session, vendor_id, page=1, size=MOST_ENTRIES)
    rows = [(one.at, one.action, one.subject_type, one.subject_id) for one in found.items]
    yield Sheet("changes", ["at", "action", "subject_type", "subject_id"], rows)


def _files(session: Session, vendor_id: str) -> Iterator[tuple[str, str]]:
    """Give name and key of every file; a name without an ending gets that of its content."""
    for paper in paper_files(session, vendor_id):
        yield f"papers/{paper.id}-{paper.file_name}", paper.storage_key
    for name, key in decision_files(session, vendor_id):
        yield f"decisions/{name}", key
    for digest in photo_digests(session, vendor_id):
        yield f"pictures/{digest}", original_key(digest)


def _full(name: str, data: bytes) -> str:
    return name + sniffed_ending(data) if name.startswith("pictures/") else name


def _add_sheet(archive: zipfile.ZipFile, sheet: Sheet) -> None:
    archive.writestr(f"{sheet.name}.csv", sheet.csv())
    archive.writestr(f"{sheet.name}.json", sheet.json())
