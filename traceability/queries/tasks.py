"""Reads of the tasks that a diary offers."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import DiaryTask
from traceability.rules import Activity


@dataclass(frozen=True)
class TaskRow:
    """A task; ``vendor_id`` is None for the office's, ``instead_of`` the one it stands for."""

    id: str
    vendor_id: str | None
    instead_of: str | None
    crops: tuple[str, ...]
    activity: Activity
    title: dict[str, str]
    note: dict[str, str]
    input_name: str
    dose: str
    is_active: bool
    version: int


def tasks_of(session: Session, *, vendor_id: str) -> list[TaskRow]:
    """Return what is offered to a vendor: the office's tasks, but for those it says otherwise."""
    rows = all_tasks(session, vendor_id=vendor_id)
    replaced = {row.instead_of for row in rows if row.vendor_id}
    return [row for row in rows if row.is_active and row.id not in replaced]


def all_tasks(session: Session, *, vendor_id: str | None) -> list[TaskRow]:
    """Return the office's tasks and, of a vendor, its own, those switched off among them."""
    whose: sa.ColumnElement[bool] = DiaryTask.vendor_id.is_(None)
    if vendor_id is not None:
        whose = sa.or_(whose, DiaryTask.vendor_id == vendor_id)
    rows = session.execute(
        sa.select(
            DiaryTask.id,
            DiaryTask.vendor_id,
            DiaryTask.instead_of,
            DiaryTask.crops,
            DiaryTask.activity,
            DiaryTask.title,
            DiaryTask.note,
            DiaryTask.input_name,
            DiaryTask.dose,
            DiaryTask.is_active,
            DiaryTask.version,
        )
        .where(whose)
        .order_by(DiaryTask.vendor_id.is_(None), DiaryTask.position, DiaryTask.id)
    )
    return [TaskRow(**(dict(row._mapping) | {"crops": tuple(row.crops)})) for row in rows]


def task_of(session: Session, task_id: str, *, vendor_id: str | None) -> TaskRow | None:
    """Return one task that its owner, a vendor or the office, may look at."""
    return next((row for row in all_tasks(session, vendor_id=vendor_id) if row.id == task_id), None)
