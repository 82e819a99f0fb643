"""From a file to the catalogue: looked through first, then taken in if nothing has changed since."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath

from sqlalchemy.orm import Session

from catalog.errors import SheetMoved
from catalog.services.sheets import (
    keep_upload,
    lock_listings,
    note_import,
    read_book,
    take_upload,
    write_entry,
)
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.messages import msg
from kernel.pictures import Picture, original_key, store_picture
from kernel.sheets import as_written
from kernel.storage import Storage
from shop.catalogue.cells import OWN_SHEETS
from shop.catalogue.planning import Plan, Planner, refused
from shop.importing.checking import Checked, check
from shop.importing.columns import Reading
from shop.importing.problems import BadFile, Findings, Place, Problem
from shop.importing.readers import Cell, Row, Table, read_tables

MOST_BYTES = 8 * 2**20
MOST_UNPACKED = 60 * 2**20
MOST_PARTS = 60
MOST_LISTINGS = 2000
MOST_NEW_PICTURES = 100


@dataclass(frozen=True)
class Looked:
    """What came of looking a file through; ``upload_id`` takes it in, if all of it can be."""

    plan: Plan
    findings: Findings
    upload_id: str | None = None


@dataclass(frozen=True)
class Sent:
    """A file as it was sent."""

    name: str
    data: bytes

    @property
    def digest(self) -> str:
        """Return the digest of its bytes."""
        return sha256(self.data).hexdigest()


class _GiveUp(Exception):
    """Ends the transaction without saving."""


def picture_finder(storage: Storage) -> Callable[[str], Picture | None]:
    """Return what finds stored pictures by their digest, each once, a bounded number of them."""
    found: dict[str, Picture | None] = {}

    def find(digest: str) -> Picture | None:
        if digest not in found:
            found[digest] = _stored(storage, digest) if len(found) < MOST_NEW_PICTURES else None
        return found[digest]

    return find


def look_through(
    session: Session,
    vendor_id: str,
    sent: Sent,
    *,
    storage: Storage,
    actor: Actor,
    now: datetime,
) -> Looked:
    """Say what a file would change: everything is tried, and given up again.

    A file of which every row can be saved is kept until it is confirmed.
    """
    findings = Findings()
    work = _Work(vendor_id, actor, now, picture_finder(storage))
    try:
        checked = work.read(sent, findings)
    except BadFile as refusal:
        findings.add(Problem.of(Place(sent.name), refusal))
        return Looked(Plan(), findings)
    plan = Plan()
    try:
        with transaction(session):
            plan = work.save(session, checked, findings)
            raise _GiveUp  # noqa: TRY301 - the way out of a transaction is an exception
    except _GiveUp:
        pass
    if findings or not any(row.draft for row in plan.rows):
        return Looked(plan, findings)
    with transaction(session):
        upload_id = keep_upload(
            session,
            vendor_id,
            name=sent.name,
            data=sent.data,
            plan_digest=plan.digest(sent.digest),
            actor=actor,
            now=now,
        )
    return Looked(plan, findings, upload_id)


def take_in(
    session: Session,
    vendor_id: str,
    upload_id: str,
    *,
    storage: Storage,
    actor: Actor,
    now: datetime,
) -> Plan:
    """Save a file that was looked through, in the caller's transaction, all of it or nothing.

    :raises NotFound: when it was taken in already, or waited too long.
    :raises SheetMoved: when it would now change anything else than what was shown.
    """
    upload = take_upload(session, vendor_id, upload_id=upload_id, actor=actor, now=now)
    sent, findings = Sent(upload.name, upload.data), Findings()
    work = _Work(vendor_id, actor, now, picture_finder(storage))
    checked = work.read(sent, findings)
    plan = work.save(session, checked, findings)
    if findings or sent.digest != upload.digest or plan.digest(sent.digest) != upload.plan_digest:
        raise SheetMoved
    note_import(session, vendor_id, upload=upload, counts=plan.counts, actor=actor, now=now)
    return plan


@dataclass(frozen=True)
class _Work:
    vendor_id: str
    actor: Actor
    now: datetime
    find_picture: Callable[[str], Picture | None]

    @property
    def reading(self) -> Reading:
        return Reading(self.now)

    def read(self, sent: Sent, findings: Findings) -> Checked:
        """Read and check a file; the database is not touched.

        :raises BadFile: when it is no table, or too much.
        """
        tables = [_as_typed(table) for table in _tables(sent)]
        checked = check(tables, self.reading, findings, OWN_SHEETS)
        codes = {code for name in _SHEETS for code in checked.codes(name, "listing_code")}
        if len(codes) > MOST_LISTINGS:
            raise BadFile(msg("At most %(most)s listings at once."), most=MOST_LISTINGS)
        if not codes and not findings:
            raise BadFile(msg("There is no table here."))
        return checked

    def save(self, session: Session, checked: Checked, findings: Findings) -> Plan:
        """Write every row, each by itself; a refusal is noted at its row and column."""
        codes = [code for name in _SHEETS for code in checked.codes(name, "listing_code")]
        lock_listings(session, self.vendor_id, codes)
        lots = checked.codes("listings", "lot_code")
        book = read_book(session, self.vendor_id, actor=self.actor, codes=lots)
        plan = Planner(book, self.reading, self.find_picture).plan(checked, findings)
        for row in plan.rows:
            if row.draft is None:
                continue
            try:
                with session.begin_nested():
                    write_entry(
                        session, self.vendor_id, entry=row.draft, actor=self.actor, now=self.now
                    )
            except DomainError as refusal:
                plan.refused.add(row.code)
                lines = {
                    name: [one.line for one in checked.ready[name]
                           if one.line.values["listing_code"] == row.code]
                    for name in _SHEETS
                }  # fmt: skip
                findings.add(refused(lines, row.line, refusal))
        return plan


_SHEETS = ("listings", "variants", "photos")


def _tables(sent: Sent) -> list[Table]:
    if len(sent.data) > MOST_BYTES:
        raise BadFile(msg("The file is larger than %(most)s MB."), most=MOST_BYTES // 2**20)
    ending = PurePath(sent.name).suffix.lower()
    if ending in {".zip", ".xlsx", ".xlsm"}:
        _need_sane_archive(sent.data)
    if ending == ".zip":
        with zipfile.ZipFile(io.BytesIO(sent.data)) as archive:
            parts = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            return [table for name in parts for table in _part(archive, name)]
    return read_tables(sent.name, sent.data)


def _part(archive: zipfile.ZipFile, name: str) -> list[Table]:
    try:
        return read_tables(PurePath(name).name, archive.read(name))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        raise BadFile(msg("This archive cannot be opened.")) from None


def _need_sane_archive(data: bytes) -> None:
    """Refuse an archive that would unpack into more than a catalogue can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise BadFile(msg("This archive cannot be opened.")) from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadFile(msg("The file is larger than %(most)s MB."), most=MOST_UNPACKED // 2**20)


def _as_typed(table: Table) -> Table:
    """Take away the apostrophe with which our exports disarm what would be a formula."""
    rows = (Row(row.number, tuple(_cell(cell) for cell in row.cells)) for row in table.rows)
    return replace(table, rows=tuple(rows))


def _cell(cell: Cell) -> Cell:
    return as_written(cell) if isinstance(cell, str) else cell


def _stored(storage: Storage, digest: str) -> Picture | None:
    if len(digest) != 64 or not digest.isalnum():
        return None
    key = original_key(digest)
    if not storage.exists(key):
        return None
    try:
        return store_picture(storage, storage.get(key))
    except DomainError:
        return None
