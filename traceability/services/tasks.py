"""Tasks that a diary offers: kept by the office for everybody, by a vendor for itself."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Conflict, Invalid, NotFound
from kernel.messages import msg
from traceability.models import DiaryTask
from traceability.rules.tasks import MOST_TASKS, TASKS, Task, need_task

OFFICE = ("reviewer", "approver")


def add_task(
    session: Session, *, vendor_id: str | None, task: Task, actor: Actor, now: datetime
) -> str:
    """Offer a task from now on, last of all; return its id.

    :raises Invalid: naming the field that is wrong.
    """
    _need_keeper(actor, vendor_id)
    need_task(task)
    return _insert(session, vendor_id, task, actor=actor, now=now)


def change_task(
    session: Session,
    task_id: str,
    *,
    vendor_id: str | None,
    task: Task,
    seen: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a task; a vendor that changes one of the office's says it for itself alone.

    :raises Conflict: when somebody changed it since it was looked at in version ``seen``.
    """
    row = _need(session, task_id, vendor_id, actor)
    need_task(task)
    if row.vendor_id != vendor_id:
        _insert(session, vendor_id, task, actor=actor, now=now, instead_of=row)
        return
    if row.version != seen:
        raise Conflict
    before = _shown(row)
    _fill(row, task, now)
    session.flush()
    _note(session, "task.changed", row, before, actor, now)


def switch_task(
    session: Session,
    task_id: str,
    *,
    vendor_id: str | None,
    on: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Offer a task no more, or again; of the office's a vendor decides for itself alone."""
    row = _need(session, task_id, vendor_id, actor)
    if row.vendor_id != vendor_id:
        own = _insert(session, vendor_id, _task(row), actor=actor, now=now, instead_of=row)
        row = session.get_one(DiaryTask, own)
    before = _shown(row)
    row.is_active, row.changed_at = on, now
    session.flush()
    _note(session, "task.switched", row, before, actor, now)


def seed_tasks(session: Session, *, actor: Actor, now: datetime) -> None:
    """Put down the first tasks of the office, unless it has some."""
    if session.scalar(sa.select(DiaryTask.id).where(DiaryTask.vendor_id.is_(None)).limit(1)):
        return
    for position, task in enumerate(TASKS):
        row = DiaryTask(vendor_id=None, position=position)
        _fill(row, task, now)
        session.add(row)
    session.flush()
    audit.record(
        session, "task.seeded", actor=actor, subject=("task", "office"), now=now, count=len(TASKS)
    )


def _insert(
    session: Session,
    vendor_id: str | None,
    task: Task,
    *,
    actor: Actor,
    now: datetime,
    instead_of: DiaryTask | None = None,
) -> str:
    whose = DiaryTask.vendor_id.is_(None) if vendor_id is None else DiaryTask.vendor_id == vendor_id
    count, last = session.execute(
        sa.select(sa.func.count(), sa.func.max(DiaryTask.position)).where(whose)
    ).one()
    if count >= MOST_TASKS:
        raise Invalid(msg("There are too many tasks: change one of them."), field="title")
    row = DiaryTask(
        vendor_id=vendor_id,
        position=instead_of.position if instead_of else (last or 0) + 1,
        instead_of=instead_of.id if instead_of else None,
    )
    _fill(row, task, now)
    session.add(row)
    session.flush()
    _note(session, "task.added", row, None, actor, now)
    return row.id


def _need_keeper(actor: Actor, vendor_id: str | None) -> None:
    if vendor_id is None:
        actor.need(*OFFICE)
    else:
        actor.need_at(vendor_id, "recorder")


def _need(session: Session, task_id: str, vendor_id: str | None, actor: Actor) -> DiaryTask:
    """Return a task that its keeper may change, locked: a vendor's own, or the office's.

    :raises NotFound: for that of somebody else.
    """
    _need_keeper(actor, vendor_id)
    row = lock(session, DiaryTask, task_id)
    if row is None or row.vendor_id not in (None, vendor_id):
        raise NotFound
    if row.vendor_id is None and vendor_id is not None:
        own = session.scalar(
            sa.select(DiaryTask.id).where(
                DiaryTask.vendor_id == vendor_id, DiaryTask.instead_of == row.id
            )
        )
        if own is not None:
            row = lock(session, DiaryTask, own) or row
    return row


def _fill(row: DiaryTask, task: Task, now: datetime) -> None:
    for name, value in asdict(task).items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.changed_at = now


def _task(row: DiaryTask) -> Task:
    return Task(row.activity, row.title, tuple(row.crops), row.note, row.input_name, row.dose)


def _shown(row: DiaryTask) -> dict[str, Any]:
    return {
        "title": dict(row.title),
        "crops": list(row.crops),
        "activity": row.activity.value,
        "is_active": row.is_active,
    }


def _note(
    session: Session,
    action: str,
    row: DiaryTask,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        subject=("task", row.id),
        now=now,
        before=before,
        after=_shown(row),
        vendor_id=row.vendor_id,
    )
