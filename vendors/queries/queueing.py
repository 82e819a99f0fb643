"""The office's queue: what waits, for whom, for how long; fast among a hundred thousand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kernel.pages import Page
from kernel.text import fold
from kernel.workdays import USUAL, WorkCalendar, WorkDay, work_calendar, working_days_until
from vendors.models import SavedView, Vendor
from vendors.queries.numbers import has_number
from vendors.rules import OFFER_BITS, WAITING, LegalForm, Offer, VendorState, urgency
from vendors.rules.queueing import MOST_VIEWS, Keeper, Pressure, QueueOrder

PER_PAGE = 40
MOST_PAGES = 250
"""Nobody leafs through ten thousand dossiers: filters lead there."""

MOST_ALIKE = 200
"""Dossiers with one number that are shown."""

Condition = sa.ColumnElement[bool]

_One = aliased(Vendor, name="one")
_ORDERS: dict[QueueOrder, tuple[Any, Any]] = {
    QueueOrder.WAITING: (_One.submitted_at, sa.asc),
    QueueOrder.DUE: (_One.due_on, lambda column: sa.asc(column).nulls_last()),
    QueueOrder.NEWEST: (_One.submitted_at, sa.desc),
}
# What lies between two days off, Tết included.
_LONGEST_BREAK = timedelta(days=30)


@dataclass(frozen=True)
class QueueFilter:
    """What an officer wants to see of the queue; ``user_id`` is who "me" is."""

    states: tuple[VendorState, ...] = WAITING
    text: str = ""
    commune: str = ""
    legal_form: LegalForm | None = None
    offer: Offer | None = None
    keeper: Keeper | None = None
    user_id: str | None = None
    pressure: Pressure | None = None
    order: QueueOrder = QueueOrder.WAITING
    page: int = 1


@dataclass(frozen=True)
class QueueRow:
    """A dossier in the queue; ``days_left`` are working days until the answer is due."""

    id: str
    name: str
    legal_form: LegalForm
    commune: str
    state: VendorState
    submitted_at: datetime | None
    reviewer_name: str
    due: date | None
    days_left: int | None

    @property
    def urgency(self) -> str:
        """How pressing it is: late, soon, calm or none."""
        return urgency(self.days_left)


@dataclass(frozen=True)
class ViewCard:
    """A view that an officer kept: its name, and the filters of the address."""

    id: str
    name: str
    filters: dict[str, str] = field(default_factory=dict)


def queue(session: Session, wanted: QueueFilter, *, on: date) -> Page[QueueRow]:
    """Return one page of dossiers, in the order that is wanted.

    Each state is read by itself, in order, from an index that holds all that is filtered by;
    only the dossiers of the page are looked up.
    """
    skipped = (wanted.page - 1) * PER_PAGE
    conditions = _conditions(session, wanted, on)
    key, direction = _ORDERS[wanted.order]
    arms = [
        sa.select(_One.id, key.label("key"))
        .where(_One.state == state, _One.submitted_at.is_not(None), *conditions)
        .order_by(direction(key), sa.desc(_One.id) if direction is sa.desc else _One.id)
        .limit(skipped + PER_PAGE + 1)
        .subquery()
        for state in wanted.states
    ]
    found = sa.union_all(*(sa.select(arm.c.id, arm.c.key) for arm in arms)).subquery()
    order = (direction(found.c.key), sa.desc(found.c.id) if direction is sa.desc else found.c.id)
    chosen = (
        sa.select(found.c.id, found.c.key).order_by(*order).limit(PER_PAGE + 1).offset(skipped)
    ).subquery("chosen")
    rows = session.execute(
        sa.select(*_COLUMNS, _decreed(on).label("decreed"))
        .join(chosen, chosen.c.id == Vendor.id)
        .order_by(
            direction(chosen.c.key), sa.desc(Vendor.id) if direction is sa.desc else Vendor.id
        )
    ).all()
    page = Page.cut(_rows(rows, on), wanted.page, PER_PAGE)
    return page if wanted.page < MOST_PAGES else replace(page, has_next=False)


def saved_views(session: Session, user_id: str) -> Sequence[ViewCard]:
    """Return the views that an officer kept, by name."""
    rows = session.execute(
        sa.select(SavedView.id, SavedView.name, SavedView.filters)
        .where(SavedView.user_id == user_id)
        .order_by(SavedView.name, SavedView.id)
        .limit(MOST_VIEWS)
    )
    return [ViewCard(*row) for row in rows]


_COLUMNS = (
    Vendor.id,
    Vendor.name,
    Vendor.legal_form,
    Vendor.commune,
    Vendor.state,
    Vendor.submitted_at,
    Vendor.reviewer_name,
    Vendor.due_on.label("due"),
)


def _decreed(on: date) -> sa.ScalarSelect[int]:
    """Return how many days more, or fewer, are worked until a dossier is due than usual.

    What is decreed always differs from the law's own calendar, so it need only be counted;
    read with the rows, it costs the pages beside the queue no statement of its own.
    """
    between = sa.or_(
        sa.and_(WorkDay.day > on, WorkDay.day <= Vendor.due_on),
        sa.and_(WorkDay.day > Vendor.due_on, WorkDay.day <= on),
    )
    more = sa.func.sum(sa.case((WorkDay.works, 1), else_=-1))
    return sa.select(sa.func.coalesce(more, 0)).where(between).scalar_subquery()


def _rows(rows: Sequence[Any], on: date) -> list[QueueRow]:
    # Dossiers of one day are due on one day: it is counted once.
    days = {row.due: row.decreed for row in rows if row.due}
    left = {
        due: working_days_until(on, due, USUAL) + (more if due >= on else -more)
        for due, more in days.items()
    }
    return [QueueRow(**_shown(row), days_left=left.get(row.due)) for row in rows]


def _shown(row: Any) -> dict[str, Any]:
    return {key: value for key, value in row._mapping.items() if key != "decreed"}


def _conditions(session: Session, wanted: QueueFilter, on: date) -> list[Condition]:
    found = _matching(session, wanted.text)
    if wanted.commune:
        found.append(_One.commune == wanted.commune)
    if wanted.legal_form:
        found.append(_One.legal_form == wanted.legal_form)
    if wanted.offer:
        found.append(_One.offer_bits.bitwise_and(OFFER_BITS[wanted.offer.value]) != 0)
    if wanted.keeper:
        found.append(_kept(wanted.keeper, wanted.user_id))
    if wanted.pressure:
        found.append(_pressing(wanted.pressure, on, work_calendar(session)))
    return found


def _kept(keeper: Keeper, user_id: str | None) -> Condition:
    if keeper is Keeper.NOBODY:
        return _One.reviewer_id.is_(None)
    return _One.reviewer_id == user_id if keeper is Keeper.ME else _One.reviewer_id != user_id


def _pressing(pressure: Pressure, on: date, calendar: WorkCalendar) -> Condition:
    """Return which days an answer may be due on; the same bounds as `urgency` has."""
    today, calm = _first_day(on, 0, calendar), _first_day(on, 3, calendar)
    if pressure is Pressure.LATE:
        return _One.due_on < today
    if pressure is Pressure.SOON:
        return sa.and_(_One.due_on >= today, _One.due_on < calm)
    return _One.due_on >= calm


def _first_day(on: date, left: int, calendar: WorkCalendar) -> date:
    """Return the first day to which so many working days are left."""
    day = on - _LONGEST_BREAK
    while working_days_until(on, day, calendar) < left:
        day += timedelta(days=1)
    return day


def _matching(session: Session, text: str) -> list[Condition]:
    """Return the conditions that every word, or the number or the code, must meet."""
    digits = "".join(letter for letter in text if letter.isdigit())
    if len(digits) >= 6 and digits == "".join(text.split()).removeprefix("+"):
        return [_One.id.in_(_numbered(session, digits))]
    # The longest word first: what most names hold, such as "htx", settles nothing.
    words = sorted(set(fold(text).split()), key=lambda word: (-len(word), word))
    named = [_One.name_folded.contains(word, autoescape=True) for word in words]
    if len(text.split()) != 1:
        return list(named)
    coded = _first(session, Vendor.code.in_((text.strip(), text.strip().upper())))
    return [sa.and_(*named) | _One.id.in_(coded)] if coded else list(named)


def _numbered(session: Session, digits: str) -> set[str]:
    """Return the ids of the dossiers with a number, a telephone or a code.

    Each is looked up by itself: databases read the whole table for "one or another".
    """
    ending = digits.removeprefix("84").lstrip("0")
    phones = Vendor.phone.in_((f"+84{ending}", f"+{digits}"))
    number = (has_number(session, digits), phones, Vendor.code == digits)
    return {one for condition in number for one in _first(session, condition)}


def _first(session: Session, condition: Condition) -> Sequence[str]:
    return session.scalars(sa.select(Vendor.id).where(condition).limit(MOST_ALIKE)).all()
