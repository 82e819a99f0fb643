"""Requests about personal data: filed by anybody, answered by the office in time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.models import DataRequest, User
from accounts.rules import (
    REQUEST_DAYS,
    WAITING_REQUESTS,
    RequestKind,
    RequestState,
    read_contact,
    request_after,
)
from kernel import audit
from kernel.actor import Actor
from kernel.clock import local_date
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.mail import Address, notify
from kernel.messages import msg
from kernel.rules_table import rule, rules_of
from kernel.workdays import add_working_days, work_calendar

OFFICERS = ("operator", "approver")


@dataclass(frozen=True)
class NewRequest:
    """What is asked; ``name`` and ``contact`` are of a guest, who has no account."""

    kind: RequestKind
    text: str
    lang: str
    name: str = ""
    contact: str = ""


def file_request(session: Session, new: NewRequest, *, actor: Actor, now: datetime) -> str:
    """Enter a request in the register, start its clocks, and tell its author; return its id.

    :raises Invalid: for a contact that cannot be reached.
    """
    name, email, phone = _author(session, new, actor)
    today = local_date(now)
    keys = ("privacy.ack_working_days", REQUEST_DAYS[new.kind])
    rules = rules_of(session, keys, on=today)
    row = DataRequest(
        kind=new.kind,
        user_id=actor.user_id,
        name=name,
        email=email,
        phone=phone,
        lang=new.lang,
        text=new.text,
        received_at=now,
        ack_due=add_working_days(today, int(rules[keys[0]].value), work_calendar(session)),
        done_due=today + timedelta(days=int(rules[keys[1]].value)),
    )
    session.add(row)
    session.flush()
    _record(session, row, "receive", None, actor, now)
    _tell(session, row, "received", now)
    return row.id


def act_on_request(
    session: Session, request_id: str, *, action: str, answer: str, actor: Actor, now: datetime
) -> None:
    """Take a request one arrow further, and tell who asked.

    :raises NotFound: when there is none.
    :raises Conflict: when its state has no such arrow.
    :raises Invalid: when an end is not explained.
    """
    actor.need(*OFFICERS)
    row = lock(session, DataRequest, request_id)
    if row is None:
        raise NotFound
    before, text = row.state, answer.strip()
    row.state = request_after(row.state, action, extended=row.extended)
    if action in {"finish", "refuse", "extend"} and len(text) < 10:
        raise Invalid(
            msg("Write in a sentence what was done, or why not: the person will read it."),
            field="answer",
        )
    if action == "extend":
        days = int(rule(session, "privacy.extension_days", on=local_date(now)).value)
        row.done_due, row.extended = row.done_due + timedelta(days=days), True
    if row.state in {RequestState.DONE, RequestState.REFUSED}:
        row.closed_at = now
    row.answer = text or row.answer
    session.flush()
    _record(session, row, action, before, actor, now)
    _tell(session, row, action, now)


def remind_of_requests(session: Session, *, office: str, now: datetime) -> int:
    """Write to the office of requests that are due soon or late, once a day; return of how many."""
    today = local_date(now)
    rows = session.scalars(
        sa.select(DataRequest)
        .where(DataRequest.state.in_(WAITING_REQUESTS), _not_reminded(today))
        .order_by(DataRequest.done_due, DataRequest.id)
        .limit(200)
    ).all()
    if not rows:
        return 0
    ahead = int(rule(session, "privacy.remind_days", on=today).value)
    due = [
        row
        for row in rows
        if (next_due(row.state, row.ack_due, row.done_due) - today).days <= ahead
    ]
    for row in due:
        row.reminded_on = today
        until = next_due(row.state, row.ack_due, row.done_due)
        notify(
            session,
            "accounts/request_late" if until < today else "accounts/request_due",
            to=Address(email=office),
            now=now,
            request_id=row.id,
            due=until.strftime("%d/%m/%Y"),
        )
    session.flush()
    return len(due)


def next_due(state: RequestState, ack_due: date, done_due: date) -> date:
    """Return the next day on which the office owes something."""
    return ack_due if state is RequestState.RECEIVED else done_due


def _not_reminded(today: date) -> sa.ColumnElement[bool]:
    return DataRequest.reminded_on.is_(None) | (DataRequest.reminded_on < today)


def _author(session: Session, new: NewRequest, actor: Actor) -> tuple[str, str | None, str | None]:
    if actor.user_id is None:
        reach = read_contact(new.contact)
        return new.name, reach.email, reach.phone
    user = session.get_one(User, actor.user_id)
    return user.full_name, user.email, user.phone


def _record(
    session: Session,
    row: DataRequest,
    action: str,
    before: RequestState | None,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        f"data_request.{action}",
        actor=actor,
        subject=("data_request", row.id),
        now=now,
        before={"state": before.value} if before else None,
        after={"state": row.state.value, "answer": row.answer},
        kind=row.kind.value,
        state=row.state.value,
    )


def _tell(session: Session, row: DataRequest, step: str, now: datetime) -> None:
    notify(
        session,
        f"accounts/request_{step}",
        to=Address(email=row.email, phone=row.phone, lang=row.lang),
        now=now,
        request_id=row.id,
        ack_due=row.ack_due.strftime("%d/%m/%Y"),
        done_due=row.done_due.strftime("%d/%m/%Y"),
        answer=row.answer,
    )
