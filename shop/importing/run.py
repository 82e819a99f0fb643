"""From a path to the market: read, check, save in one transaction, or say what is wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.messages import msg
from shop.importing.checking import Checked, Ready, check
from shop.importing.columns import Reading, near
from shop.importing.problems import BadFile, Findings, Place, Problem
from shop.importing.readers import Table, read_tables
from shop.importing.sheets import SHEETS, Sheet

ENDINGS = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}

Step = Callable[[int], object]


@dataclass
class Report:
    """What came of an import: rows by sheet, saved or (dry run) ready to be, or problems."""

    findings: Findings = field(default_factory=Findings)
    counts: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    saved: bool = False

    @property
    def total(self) -> int:
        """Rows of all sheets."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Plan:
    """Tables that were checked, and what was found: the first half of an import."""

    checked: Checked
    report: Report


class _GiveUp(Exception):
    """Ends the transaction without saving."""


def plan(path: Path, reading: Reading) -> Plan:
    """Read and check a file or every table of a folder; the database is not touched."""
    report = Report()
    tables = list(_tables(path, report.findings))
    checked = check(tables, reading, report.findings)
    report.counts = {s.name: len(checked.ready[s.name]) for s in SHEETS if checked.ready[s.name]}
    report.skipped = checked.skipped
    if not report.total and not report.findings:
        report.findings.add(Problem(Place(path.name), msg("There is no table here.")))
    return Plan(checked, report)


def carry_out(
    session: Session, plan: Plan, *, dry_run: bool, step: Step, actor: Actor, now: datetime
) -> Report:
    """Save what was planned, all or nothing; a dry run does the same and then gives it up."""
    report = plan.report
    if report.findings:
        return report
    try:
        with transaction(session):
            _save_all(session, plan, step=step, actor=actor, now=now)
            if dry_run or report.findings:
                raise _GiveUp  # noqa: TRY301 - the way out of a transaction is an exception
    except _GiveUp:
        return report
    report.saved = True
    return report


def _tables(path: Path, findings: Findings) -> Iterator[Table]:
    inside = (
        sorted(p for p in path.iterdir() if p.suffix.lower() in ENDINGS)
        if path.is_dir()
        else [path]
    )
    for file in inside:
        if file.name.startswith("~$"):
            continue
        try:
            yield from read_tables(file.name, file.read_bytes())
        except BadFile as refusal:
            findings.add(Problem.of(Place(file.name), refusal))


def _save_all(session: Session, plan: Plan, *, step: Step, actor: Actor, now: datetime) -> None:
    """Save sheet after sheet; a sheet with problems is the last, or its codes would be missed."""
    for sheet in SHEETS:
        ready = plan.checked.ready[sheet.name]
        saved: set[object] = set()
        for rows in _groups(sheet, ready):
            problem = _save(session, sheet, rows, saved, actor=actor, now=now)
            if problem:
                plan.report.findings.add(_with_hint(problem, sheet, rows[0], plan.checked))
            step(len(rows))
        if plan.report.findings:
            return
        if len(saved) != sum(1 for _ in _groups(sheet, ready)):
            raise AssertionError(f"{sheet.name}: {len(saved)} saved, {len(ready)} announced")


def _groups(sheet: Sheet, ready: Sequence[Ready]) -> Iterator[list[Ready]]:
    if not sheet.group:
        yield from ([each] for each in ready)
        return

    def key(each: Ready) -> tuple[object, ...]:
        return tuple(each.line.values[name] for name in sheet.group)

    for _key, rows in groupby(sorted(ready, key=key), key):
        yield list(rows)


def _save(
    session: Session,
    sheet: Sheet,
    rows: Sequence[Ready],
    saved: set[object],
    *,
    actor: Actor,
    now: datetime,
) -> Problem | None:
    line = rows[0].line
    what = [each.row for each in rows] if sheet.group else rows[0].row
    try:
        with session.begin_nested():
            saved.add(sheet.save(session, what, actor=actor, now=now))
    except DomainError as refusal:
        return Problem.of(
            line.at(refusal.field), refusal, line.written.get(refusal.field or "", "")
        )
    except IntegrityError:
        return Problem(line.place, msg("This clashes with something that is there already."))
    return None


def _with_hint(problem: Problem, sheet: Sheet, ready: Ready, checked: Checked) -> Problem:
    """Add codes of the same tables that look like the one that was not found."""
    column = next(
        (name for name, header in ready.line.headers.items() if header == problem.place.column), ""
    )
    target = sheet.points.get(column)
    if target is None:
        return problem
    known = checked.codes(target, column if target != "vendors" else "code")
    close = near(problem.value, known)
    if not close or problem.value in known:
        return problem
    return Problem(
        problem.place, problem.message, problem.values, f"{problem.value} (~ {', '.join(close)})"
    )
