"""Reminders of the office's clocks: before to who is in charge, after to those above."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from accounts.queries import UserCard, people_with_roles, user_cards
from kernel.clock import local_date
from kernel.i18n import format_day, format_moment
from kernel.mail import Address, notify
from kernel.rules_table import rule
from kernel.workdays import add_working_days, work_calendar
from vendors.models import AuthorityOrder, Vendor
from vendors.rules import WAITING
from vendors.rules.clocks import order_reminder
from vendors.rules.orders import UNFINISHED
from vendors.services.once import first_time

NAMED = 20
"""So many are named in one letter; of the rest it tells the number."""


@dataclass(frozen=True)
class Line:
    """One thing in a letter: what it is called, until when, and its page."""

    name: str
    due: str
    path: str


def remind_of_answers(session: Session, *, office: str, now: datetime) -> int:
    """Write of dossiers whose answer is due soon or late, of each once; return of how many.

    Due within ``vendor.remind_working_days``: to the officer in charge, or to the office.
    Late: to the office and every approver.
    """
    if not _any_waits(session):
        return 0
    today = local_date(now)
    days = int(rule(session, "vendor.remind_working_days", on=today).value)
    soon: dict[str, list[Line]] = defaultdict(list)
    late: list[Line] = []
    for row in _waiting(session, add_working_days(today, days, work_calendar(session))):
        kind = "answer_late" if row.due_on < today else "answer_due"
        if not first_time(session, row.id, kind=kind, due=row.due_on.isoformat(), now=now):
            continue
        line = Line(row.name, format_day(row.due_on), f"/office/vendors/{row.id}")
        late.append(line) if kind == "answer_late" else soon[row.reviewer_id or ""].append(line)
    _write_soon(session, soon, office, now)
    _write(session, "vendors/answers_late", _above(session, office, late), late, now)
    return len(late) + sum(map(len, soon.values()))


def remind_of_orders(session: Session, *, office: str, now: datetime) -> int:
    """Write of authorities' orders at half of their time and when they are late; return how many.

    At half time: to who entered the order, and the office. Late: to every approver as well.
    """
    rows = session.scalars(
        sa.select(AuthorityOrder)
        .where(AuthorityOrder.state.in_(UNFINISHED))
        .order_by(AuthorityOrder.due_at, AuthorityOrder.id)
    ).all()
    sent = 0
    for order in rows:
        kind = order_reminder(order.received_at, order.due_at, now)
        due = order.due_at.isoformat()
        if not kind or not first_time(session, order.id, kind=kind, due=due, now=now):
            continue
        name = f"{order.number}/{order.year}, {order.document_no}"
        line = Line(name, format_moment(order.due_at), f"/office/authority/{order.id}")
        to = [Address(email=office), *_people(user_cards(session, _ids(order.entered_by)).values())]
        if kind == "order_late":
            to = [*to, *_above(session, "", [line])]
        _write(session, f"vendors/{kind}", to, [line], now)
        sent += 1
    return sent


@dataclass(frozen=True)
class _Waiting:
    id: str
    name: str
    due_on: date
    reviewer_id: str | None


def _any_waits(session: Session) -> bool:
    """Tell whether anybody waits for an answer: without, no rule is needed."""
    waits = sa.select(Vendor.id).where(Vendor.state.in_(WAITING), Vendor.due_on.is_not(None))
    return session.scalar(waits.limit(1)) is not None


def _waiting(session: Session, until: date) -> Sequence[_Waiting]:
    rows = session.execute(
        sa.select(Vendor.id, Vendor.name, Vendor.due_on, Vendor.reviewer_id)
        .where(Vendor.state.in_(WAITING), Vendor.due_on <= until)
        .order_by(Vendor.due_on, Vendor.id)
    )
    return [
        _Waiting(row.id, row.name, row.due_on, row.reviewer_id)
        for row in rows
        if row.due_on is not None
    ]


def _write_soon(
    session: Session, soon: Mapping[str, Sequence[Line]], office: str, now: datetime
) -> None:
    cards = user_cards(session, [one for one in soon if one])
    for user_id, lines in soon.items():
        to = _people([cards[user_id]]) if user_id in cards else [Address(email=office)]
        _write(session, "vendors/answers_due", to, lines, now)


def _above(session: Session, office: str, lines: Sequence[Line]) -> list[Address]:
    """Return the office and every approver, when there is anything to tell."""
    if not lines:
        return []
    there = [Address(email=office)] if office else []
    return [*there, *_people(people_with_roles(session, ("approver",)))]


def _write(
    session: Session, template: str, to: Iterable[Address], lines: Sequence[Line], now: datetime
) -> None:
    """Write one letter of all lines to each address, once."""
    told: set[tuple[str | None, str | None]] = set()
    for address in to if lines else ():
        if (address.email, address.phone) in told:
            continue
        told.add((address.email, address.phone))
        notify(
            session,
            template,
            to=address,
            now=now,
            lines=[vars(line) for line in lines[:NAMED]],
            count=len(lines),
        )


def _people(cards: Iterable[UserCard]) -> list[Address]:
    return [Address(email=card.email, phone=card.phone, lang=card.lang or "vi") for card in cards]


def _ids(user_id: str | None) -> list[str]:
    return [user_id] if user_id else []
