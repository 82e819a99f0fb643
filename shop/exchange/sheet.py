"""A season's diary as a table that is filled in elsewhere and taken in here, all or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.quantity import Unit
from kernel.sheets import as_book
from shop.importing import columns as c
from shop.importing.checking import Ready, check
from shop.importing.columns import Column, Reading
from shop.importing.problems import BadFile, Findings, Place, Problem
from shop.importing.readers import Table, read_tables
from shop.importing.sheets.base import Sheet, Values, measured, plain, texts
from shop.importing.sheets.farms import ACTIVITIES, DIARY
from traceability.rules import Activity
from traceability.services.diary import EntryFacts, find_sent, write_entry
from traceability.services.lots import HarvestFacts, record_harvest

_OWN = (
    "key", "done_on", "activity", "note_vi", "note_en", "input_name", "active_ingredient", "dose",
    "phi_days", "worker",
)  # fmt: skip
_SAME = ("activity", "done_on", "worker", "input_name", "active_ingredient", "dose", "phi_days")


@dataclass(frozen=True)
class SheetRow:
    """One row: an entry or a harvest; ``key`` is its number in the table, unique in the season."""

    key: str
    facts: EntryFacts
    harvested: tuple[int, Unit] | None = None


@dataclass
class Taken:
    """What came of a table: new entries, entries that came before, and what is wrong."""

    findings: Findings = field(default_factory=Findings)
    new: int = 0
    known: int = 0


class _GiveUp(Exception):
    """Ends the transaction without saving."""


def _build(values: Values) -> SheetRow:
    activity = values["activity"]
    words = values.get("quantity") or ""
    if activity is Activity.HARVEST and not words:
        raise Invalid(msg("Write how much was harvested, such as 120 kg."), field="quantity")
    if activity is not Activity.HARVEST and words:
        raise Invalid(msg("Only a harvest has a quantity."), field="quantity")
    facts = EntryFacts(client_key="", **plain(values, *_SAME), note=texts(values, "note"))
    return SheetRow(values["key"], facts, measured(words, "quantity") if words else None)


SHEET = Sheet(
    DIARY.name,
    DIARY.header,
    also=DIARY.also,
    key=("key",),
    columns=(
        *(column for column in DIARY.columns if column.name in _OWN),
        Column("quantity", "Số lượng thu hoạch", c.text(40), also=("số lượng", "quantity")),
    ),
    build=_build,
    save=None,
)


def empty_table() -> bytes:
    """Return the table to be filled in, and the words its second column knows, as a workbook."""
    heads = [column.header for column in SHEET.columns]
    words = [[word] for word in ACTIVITIES if not word.isascii()]
    return as_book([(SHEET.header, heads, []), ("Công việc", ["Công việc"], words)])


def take_table(
    session: Session,
    season_id: str,
    *,
    name: str,
    data: bytes,
    keep: bool,
    actor: Actor,
    now: datetime,
) -> Taken:
    """Look through a filled table and, to be kept, write all its rows into a diary, or none.

    A row whose number came before is left as it was written then. ``name`` is that of the file.

    :raises BadFile: when it is no table at all.
    """
    taken = Taken()
    checked = check(_named(read_tables(name, data)), Reading(now), taken.findings, [SHEET])
    rows = checked.ready[SHEET.name]
    if not rows and not taken.findings:
        taken.findings.add(Problem(Place(name), msg("There is no table here.")))
    if taken.findings:
        return taken
    try:
        with transaction(session):
            _write(session, season_id, rows, taken, actor=actor, now=now)
            if taken.findings or not keep:
                raise _GiveUp  # noqa: TRY301 - the way out of a transaction is an exception
    except _GiveUp:
        pass
    return taken


def _named(tables: Sequence[Table]) -> list[Table]:
    """Call the first table a diary, whatever its file or sheet is called; others may be notes."""
    if not tables:
        raise BadFile
    return [replace(tables[0], sheet=SHEET.header)]


def _write(
    session: Session,
    season_id: str,
    rows: Sequence[Ready],
    taken: Taken,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    for ready in rows:
        row = ready.row
        if not isinstance(row, SheetRow):
            continue
        key = _client_key(season_id, row.key)
        if find_sent(session, season_id, key) is not None:
            taken.known += 1
            continue
        try:
            with session.begin_nested():
                _tell(session, season_id, row, key, actor=actor, now=now)
            taken.new += 1
        except DomainError as refusal:
            if refusal.status in {403, 404}:
                raise
            column = {"harvested_on": "done_on"}.get(refusal.field or "", refusal.field)
            shown = ready.line.written.get(column or "", "")
            taken.findings.add(Problem.of(ready.line.at(column), refusal, shown))


def _tell(
    session: Session, season_id: str, row: SheetRow, key: str, *, actor: Actor, now: datetime
) -> None:
    if row.harvested is None:
        facts = replace(row.facts, client_key=key)
        write_entry(session, season_id, facts=facts, actor=actor, now=now)
        return
    quantity, unit = row.harvested
    harvest = HarvestFacts(
        client_key=key,
        harvested_on=row.facts.done_on,
        quantity=quantity,
        unit=unit,
        note=row.facts.note,
        worker=row.facts.worker,
    )
    record_harvest(session, season_id, facts=harvest, actor=actor, now=now)


def _client_key(season_id: str, key: str) -> str:
    return hashlib.sha256(f"sheet\n{season_id}\n{key}".encode()).hexdigest()[:40]
