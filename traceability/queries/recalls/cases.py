"""Recalls as their vendor, the office and the public see them."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.pages import Page
from kernel.quantity import Unit
from traceability.models import (
    Lot,
    Recall,
    RecallAction,
    RecallCount,
    RecallLot,
    RecallNotice,
)
from traceability.rules.lots import LotKind, LotState
from traceability.rules.recalls import (
    Answer,
    Finding,
    Hazard,
    Measure,
    Origin,
    RecallState,
)


@dataclass(frozen=True)
class RecallCard:
    """A recall; times of t0, t1 and the stop are as measured."""

    id: str
    code: str
    vendor_id: str
    drill: bool
    origin: Origin
    origin_ref: str
    origin_name: str
    first_day: date | None
    last_day: date | None
    reason: str
    hazard: Hazard
    advice: dict[str, str]
    state: RecallState
    measure: Measure | None
    opened_by_name: str
    acted_by_name: str
    opened_at: datetime
    traced_at: datetime | None
    acted_at: datetime | None
    held_at: datetime | None
    closed_at: datetime | None
    terms: dict[str, Any]
    cause: str
    figures: dict[str, Any]
    # Buyers who were told, could be reached (by a message or by telephone), and answered.
    told: int
    reached: int
    answered: int

    @property
    def reached_percent(self) -> float:
        """Return the share of buyers who could be reached."""
        return 100.0 if not self.told else 100.0 * self.reached / self.told

    @property
    def answered_percent(self) -> float:
        """Return the share of buyers who answered."""
        return 100.0 if not self.told else 100.0 * self.answered / self.told

    @property
    def is_draft(self) -> bool:
        """Tell whether nothing has happened yet."""
        return self.state is RecallState.DRAFT

    @property
    def is_active(self) -> bool:
        """Tell whether it is under way."""
        return self.state is RecallState.ACTIVE

    @property
    def trace_ms(self) -> int | None:
        """Return how long the scope took, t0 to t1, in milliseconds of the system."""
        return _ms(self.opened_at, self.traced_at)

    @property
    def stop_ms(self) -> int | None:
        """Return how long it took from the button until every sale was stopped."""
        return _ms(self.acted_at, self.held_at)

    @property
    def until_held_s(self) -> int | None:
        """Return the seconds from t0 until every sale was stopped, people's thinking included."""
        whole = _ms(self.opened_at, self.held_at)
        return None if whole is None else whole // 1000


@dataclass(frozen=True)
class ScopeLot:
    """A lot of a scope; ``quantity`` passed into it, ``made`` and ``rest`` are what it held and holds."""

    id: str
    code: str
    trace_code: str
    product: dict[str, str]
    kind: LotKind
    unit: Unit
    made: int
    rest: int
    harvested_on: date
    best_before: date | None
    state: LotState
    vendor_id: str
    season_id: str | None
    depth: int
    quantity: int
    state_before: LotState | None
    moved: bool
    out_reason: str
    out_by_name: str

    @property
    def is_in(self) -> bool:
        """Tell whether it belongs to the recall."""
        return not self.out_reason


@dataclass(frozen=True)
class NoticeRow:
    """One buyer who was told (nobody, in a drill)."""

    id: str
    vendor_id: str
    group_id: str | None
    has_mail: bool
    sent_at: datetime
    acked_at: datetime | None
    answer: Answer | None
    noted_by_name: str


@dataclass(frozen=True)
class CountRow:
    """What somebody counted."""

    lot_id: str
    code: str
    unit: Unit
    finding: Finding
    quantity: int
    note: str
    actor_name: str
    at: datetime


@dataclass(frozen=True)
class ActionRow:
    """What is done so that it does not happen again."""

    id: str
    text: str
    who: str
    due_on: date
    done_at: datetime | None


def _noticed(counted: sa.SQLColumnExpression[Any]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(counted))
        .where(RecallNotice.recall_id == Recall.id)
        .correlate(Recall)
        .scalar_subquery()
    )


_REACHED = sa.or_(RecallNotice.mail_id.is_not(None), RecallNotice.acked_at.is_not(None))
_COUNTED = {
    "told": _noticed(RecallNotice.id),
    "reached": _noticed(sa.case((_REACHED, 1))),
    "answered": _noticed(RecallNotice.acked_at),
}
_CARD = [
    _COUNTED[field.name].label(field.name)
    if field.name in _COUNTED
    else getattr(Recall, field.name)
    for field in fields(RecallCard)
]
_LOT = (
    Lot.id,
    Lot.code,
    Lot.trace_code,
    Lot.product,
    Lot.kind,
    Lot.unit,
    Lot.quantity.label("made"),
    Lot.rest,
    Lot.harvested_on,
    Lot.best_before,
    Lot.state,
    Lot.vendor_id,
    Lot.season_id,
)


def recall_card(session: Session, recall_id: str) -> RecallCard | None:
    """Return one recall."""
    row = session.connection().execute(sa.select(*_CARD).where(Recall.id == recall_id)).first()
    return RecallCard(**row._mapping) if row else None


def recalls_of(
    session: Session, *, vendor_id: str | None = None, page: int = 1, size: int = 30
) -> Page[RecallCard]:
    """Return recalls and drills, the newest first: of one vendor, or of all."""
    wanted = sa.select(*_CARD).order_by(Recall.opened_at.desc(), Recall.id.desc())
    if vendor_id is not None:
        wanted = wanted.where(Recall.vendor_id == vendor_id)
    rows = session.execute(wanted.offset((page - 1) * size).limit(size + 1))
    return Page.cut([RecallCard(**row._mapping) for row in rows], page, size)


def public_recalls(session: Session, *, page: int = 1, size: int = 20) -> Page[RecallCard]:
    """Return what the public is told of: carried out, from buyers, and no drill."""
    wanted = sa.select(*_CARD).where(*_PUBLIC)
    rows = session.execute(
        wanted.order_by(Recall.acted_at.desc()).offset((page - 1) * size).limit(size + 1)
    )
    return Page.cut([RecallCard(**row._mapping) for row in rows], page, size)


def public_recall(session: Session, code: str) -> RecallCard | None:
    """Return a recall of which the public is told."""
    row = session.execute(sa.select(*_CARD).where(Recall.code == code, *_PUBLIC)).first()
    return RecallCard(**row._mapping) if row else None


def told_recalls(session: Session, *, limit: int) -> list[tuple[str, datetime]]:
    """Return the codes of what the public is told of, and when each changed last."""
    changed = sa.func.coalesce(Recall.closed_at, Recall.acted_at, type_=Recall.acted_at.type)
    rows = session.execute(
        sa.select(Recall.code, changed.label("at"))
        .where(*_PUBLIC)
        .order_by(Recall.acted_at.desc(), Recall.id)
        .limit(limit)
    )
    return [(row.code, row.at) for row in rows]


_PUBLIC = (
    Recall.drill.is_(False),
    Recall.measure == Measure.RECALL,
    Recall.state.in_([RecallState.ACTIVE, RecallState.CLOSED]),
)


def scope_lots(session: Session, recall_id: str) -> tuple[ScopeLot, ...]:
    """Return the lots of a scope, those it began with first, left out ones last."""
    own = (
        RecallLot.depth,
        RecallLot.quantity,
        RecallLot.state_before,
        RecallLot.moved,
        RecallLot.out_reason,
        RecallLot.out_by_name,
    )
    rows = session.connection().execute(
        sa.select(*_LOT, *own)
        .join(RecallLot, RecallLot.lot_id == Lot.id)
        .where(RecallLot.recall_id == recall_id)
        .order_by(RecallLot.out_reason != "", RecallLot.depth, Lot.code, Lot.id)
    )
    # By place, which is the order of its fields: there may be thousands.
    return tuple(ScopeLot(*values) for values in map(tuple, rows.all()))


def recall_of_lots(session: Session, lot_ids: Collection[str]) -> dict[str, str]:
    """Return the codes of the public recalls that lots belong to."""
    rows = session.execute(
        sa.select(RecallLot.lot_id, Recall.code)
        .join(Recall, Recall.id == RecallLot.recall_id)
        .where(RecallLot.lot_id.in_(set(lot_ids)), RecallLot.moved, *_PUBLIC)
        .order_by(Recall.acted_at)
    )
    return {row.lot_id: row.code for row in rows}


def notices_of(
    session: Session, recall_id: str, *, vendor_id: str | None = None, limit: int | None = None
) -> tuple[NoticeRow, ...]:
    """Return who was told: those who have not answered first."""
    wanted = (
        sa.select(
            RecallNotice.id,
            RecallNotice.vendor_id,
            RecallNotice.group_id,
            RecallNotice.mail_id.is_not(None),
            RecallNotice.sent_at,
            RecallNotice.acked_at,
            RecallNotice.answer,
            RecallNotice.noted_by_name,
        )
        .where(RecallNotice.recall_id == recall_id)
        .order_by(RecallNotice.acked_at.is_not(None), RecallNotice.id)
        .limit(limit)
    )
    if vendor_id is not None:
        wanted = wanted.where(RecallNotice.vendor_id == vendor_id)
    return tuple(NoticeRow(*row) for row in session.execute(wanted))


def counts_of(session: Session, recall_id: str) -> tuple[CountRow, ...]:
    """Return what was counted, the newest first."""
    rows = session.execute(
        sa.select(
            RecallCount.lot_id,
            Lot.code,
            Lot.unit,
            RecallCount.finding,
            RecallCount.quantity,
            RecallCount.note,
            RecallCount.actor_name,
            RecallCount.at,
        )
        .join(Lot, Lot.id == RecallCount.lot_id)
        .where(RecallCount.recall_id == recall_id)
        .order_by(RecallCount.at.desc(), RecallCount.id.desc())
    )
    return tuple(CountRow(*row) for row in rows)


def actions_of(session: Session, recall_id: str) -> tuple[ActionRow, ...]:
    """Return the planned actions, the next due first."""
    rows = session.execute(
        sa.select(
            RecallAction.id,
            RecallAction.text,
            RecallAction.who,
            RecallAction.due_on,
            RecallAction.done_at,
        )
        .where(RecallAction.recall_id == recall_id)
        .order_by(RecallAction.due_on, RecallAction.id)
    )
    return tuple(ActionRow(*row) for row in rows)


def notice_recall(session: Session, token_hash: str) -> tuple[RecallCard, NoticeRow] | None:
    """Return the recall and the notice behind the link of a buyer."""
    found = session.scalars(
        sa.select(RecallNotice).where(RecallNotice.token_hash == token_hash)
    ).one_or_none()
    card = recall_card(session, found.recall_id) if found else None
    if found is None or card is None:
        return None
    return card, NoticeRow(
        found.id,
        found.vendor_id,
        found.group_id,
        found.mail_id is not None,
        found.sent_at,
        found.acked_at,
        found.answer,
        found.noted_by_name,
    )


def _ms(since: datetime | None, until: datetime | None) -> int | None:
    if since is None or until is None:
        return None
    return max(round((until - since).total_seconds() * 1000), 0)
