"""From a path to the market: read, check, save in one transaction, or say what is wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
from shop.importing.sheets import SHEETS, Line, Sheet

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
            _Saving(session, plan, actor, now).run(step)
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


@dataclass(frozen=True)
class _Saving:
    """Saves checked rows in an open transaction and notes what is refused."""

    session: Session
    plan: Plan
    actor: Actor
    now: datetime

    def run(self, step: Step) -> None:
        """Save sheet after sheet; one with problems is the last, or its codes would be missed."""
        for sheet in SHEETS:
            self._save_sheet(sheet, step)
            if self.plan.report.findings:
                return

    def _save_sheet(self, sheet: Sheet, step: Step) -> None:
        ready = self.plan.checked.ready[sheet.name]
        if sheet.save is None:
            step(len(ready))
            return
        groups = list(_groups(sheet, ready))
        saved: set[object] = set()
        for rows in groups:
            what = [each.row for each in rows] if sheet.group else rows[0].row
            try:
                with self.session.begin_nested():
                    saved.add(sheet.save(self.session, what, actor=self.actor, now=self.now))
            except DomainError as refusal:
                self._refused(sheet, rows[0].line, refusal)
            except IntegrityError:
                clash = msg("This clashes with something that is there already.")
                self.plan.report.findings.add(Problem(rows[0].line.place, clash))
            step(len(rows))
        if not self.plan.report.findings and len(saved) != len(groups):
            raise AssertionError(f"{sheet.name}: {len(groups)} announced, {len(saved)} saved")

    def _refused(self, sheet: Sheet, line: Line, refusal: DomainError) -> None:
        column = refusal.field or ""
        shown = line.written.get(column, "")
        target = sheet.points.get(column)
        if target and shown:
            known = self.plan.checked.codes(target, "code" if target == "vendors" else column)
            close = near(shown, known)
            shown += f" (~ {', '.join(close)})" if close and shown not in known else ""
        self.plan.report.findings.add(Problem.of(line.at(column), refusal, shown))


def _groups(sheet: Sheet, ready: Sequence[Ready]) -> Iterator[list[Ready]]:
    if not sheet.group:
        yield from ([each] for each in ready)
        return
    grouped: dict[tuple[object, ...], list[Ready]] = {}
    for each in ready:
        key = tuple(each.line.values[name] for name in sheet.group)
        grouped.setdefault(key, []).append(each)
    yield from grouped.values()
