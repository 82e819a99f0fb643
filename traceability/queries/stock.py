"""What a lot holds, what went into it and came of it, and whether it adds up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import LogisticUnit, Lot, LotEdge, LotHold, LotMove, UnitContent
from traceability.queries.lots import LotCard, lot_cards, select_cards
from traceability.rules import Balance, LotState, MoveKind

MOST = 100


@dataclass(frozen=True)
class Flow:
    """So much that went between a lot and another, in the unit of the one it came from."""

    lot: LotCard
    quantity: int
    at: datetime


@dataclass(frozen=True)
class MoveRow:
    """One change of what a lot holds, in its base unit."""

    kind: MoveKind
    quantity: int
    reason: str
    actor_name: str
    at: datetime


@dataclass(frozen=True)
class InUnit:
    """So much of a lot in a crate or on a pallet."""

    unit_id: str
    code: str
    name: str
    quantity: int


@dataclass(frozen=True)
class LotPage:
    """What went into a lot, what came of it, where it is; the latest first, at most a hundred each."""

    into: tuple[Flow, ...]
    out: tuple[Flow, ...]
    moves: tuple[MoveRow, ...]
    units: tuple[InUnit, ...]
    balance: Balance
    # The lots for whose sake it is held, itself not among them.
    held_by: tuple[LotCard, ...]


@dataclass(frozen=True)
class Unbalanced:
    """A lot of which more is missing than a tolerance allows."""

    lot: LotCard
    balance: Balance


def lot_page(session: Session, lot: LotCard) -> LotPage:
    """Return the story of what a lot holds (five statements, six for a lot with a long one)."""
    into, out = _edges(session, lot.id)
    causes = session.scalars(
        sa.select(LotHold.cause_id).where(
            LotHold.lot_id == lot.id, LotHold.cause_id != lot.id, LotHold.until.is_(None)
        )
    ).all()
    cards = lot_cards(session, {row[0] for row in (*into, *out)} | set(causes))
    moves = _moves(session, lot.id)
    return LotPage(
        into=tuple(Flow(cards[key], quantity, at) for key, quantity, at in into),
        out=tuple(Flow(cards[key], quantity, at) for key, quantity, at in out),
        moves=moves,
        units=_units(session, lot.id),
        balance=_balance(session, lot, moves),
        held_by=tuple(cards[key] for key in dict.fromkeys(causes)),
    )


def usable_lots(session: Session, *, vendor_id: str, on: date, limit: int = 60) -> list[LotCard]:
    """Return a vendor's lots of which something can be packed or shipped, first to expire first.

    What is past its day on ``on`` is not among them: of that, only waste can be made.
    """
    good = sa.or_(Lot.best_before.is_(None), Lot.best_before >= on)
    rows = session.execute(
        select_cards()
        .where(Lot.vendor_id == vendor_id, Lot.state == LotState.OPEN, Lot.rest > 0, good)
        .order_by(Lot.best_before.is_(None), Lot.best_before, Lot.harvested_on, Lot.id)
        .limit(limit)
    )
    return [LotCard(**row._mapping) for row in rows]


def balances(session: Session, lots: Collection[LotCard]) -> dict[str, Balance]:
    """Return where the goods of lots are (one statement)."""
    wanted = {lot.id: lot for lot in lots}
    sums: dict[str, dict[MoveKind, int]] = {key: {} for key in wanted}
    rows = session.execute(
        sa.select(LotMove.lot_id, LotMove.kind, sa.func.sum(LotMove.quantity))
        .where(LotMove.lot_id.in_(wanted))
        .group_by(LotMove.lot_id, LotMove.kind)
    )
    for lot_id, kind, total in rows:
        sums[lot_id][kind] = int(total)
    return {key: Balance.of(lot.quantity, lot.rest, sums[key]) for key, lot in wanted.items()}


def season_balance(session: Session, season_id: str) -> Balance:
    """Return where the harvests of a season are (three statements).

    What was packed from one lot of the season into another of it is counted once. Lots that are
    counted otherwise than most are left out: kilograms and pieces have no sum.
    """
    of_season = sa.select(Lot).where(Lot.season_id == season_id)
    main = session.execute(
        of_season.with_only_columns(Lot.unit)
        .group_by(Lot.unit)
        .order_by(sa.func.count().desc())
        .limit(1)
    ).scalar()
    ids = of_season.with_only_columns(Lot.id).where(Lot.unit == main)
    made, rest = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(Lot.quantity), 0),
            sa.func.coalesce(sa.func.sum(Lot.rest), 0),
        ).where(Lot.id.in_(ids))
    ).one()
    inside = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(LotEdge.quantity), 0)).where(
            LotEdge.src_id.in_(ids), LotEdge.dst_id.in_(ids)
        )
    )
    sums = _sums(session, ids)
    again = int(inside or 0)
    # Within the season it is neither made anew nor gone.
    sums[MoveKind.PACKED] = sums.get(MoveKind.PACKED, 0) + again
    sums[MoveKind.MADE] = sums.get(MoveKind.MADE, 0) - again
    return Balance.of(int(made) - again, int(rest), sums)


def unbalanced_lots(
    session: Session,
    *,
    tolerance_percent: int,
    vendor_id: str | None = None,
    limit: int = 50,
) -> list[Unbalanced]:
    """Return lots of which more is missing than a tolerance, the newest first (three statements).

    Something is missing only after a count: other lots are not even looked at.
    """

    def total(*kinds: MoveKind) -> sa.ColumnElement[int]:
        chosen = sa.case((LotMove.kind.in_(kinds), LotMove.quantity), else_=0)
        return sa.func.coalesce(sa.func.sum(chosen), 0)

    counted = sa.select(LotMove.lot_id).where(LotMove.kind == MoveKind.COUNTED)
    missing = Lot.quantity - total(MoveKind.MADE, MoveKind.COUNTED)
    statement = (
        sa.select(Lot.id)
        .join(LotMove, LotMove.lot_id == Lot.id)
        .where(Lot.id.in_(counted))
        .group_by(Lot.id, Lot.quantity)
        .having(missing * 100 > Lot.quantity * tolerance_percent)
        .order_by(Lot.id.desc())
        .limit(limit)
    )
    if vendor_id is not None:
        statement = statement.where(Lot.vendor_id == vendor_id)
    ids = session.scalars(statement).all()
    cards = lot_cards(session, ids)
    found = balances(session, cards.values())
    return [Unbalanced(cards[key], found[key]) for key in ids]


def _sums(session: Session, ids: sa.Select[str]) -> dict[MoveKind, int]:
    rows = session.execute(
        sa.select(LotMove.kind, sa.func.sum(LotMove.quantity))
        .where(LotMove.lot_id.in_(ids))
        .group_by(LotMove.kind)
    )
    return {kind: int(total) for kind, total in rows}


_Edge = tuple[str, int, datetime]


def _edges(session: Session, lot_id: str) -> tuple[list[_Edge], list[_Edge]]:
    """Return what went into a lot and what came of it, the latest first."""
    sides = [
        sa.select(
            sa.literal(side).label("side"), other.label("lot_id"), LotEdge.quantity, LotEdge.at
        )
        .where(mine == lot_id)
        .order_by(LotEdge.id.desc())
        .limit(MOST)
        .subquery()
        for side, mine, other in (
            ("into", LotEdge.dst_id, LotEdge.src_id),
            ("out", LotEdge.src_id, LotEdge.dst_id),
        )
    ]
    found: dict[str, list[_Edge]] = {"into": [], "out": []}
    for side, key, quantity, at in session.execute(sa.union_all(*map(sa.select, sides))):
        found[side].append((key, int(quantity), at))
    return found["into"], found["out"]


def _balance(session: Session, lot: LotCard, moves: Collection[MoveRow]) -> Balance:
    """Return where a lot's goods are; its moves say so by themselves unless there are more."""
    if len(moves) == MOST:
        return balances(session, [lot])[lot.id]
    sums: dict[MoveKind, int] = {}
    for move in moves:
        sums[move.kind] = sums.get(move.kind, 0) + move.quantity
    return Balance.of(lot.quantity, lot.rest, sums)


def _moves(session: Session, lot_id: str) -> tuple[MoveRow, ...]:
    rows = session.execute(
        sa.select(LotMove.kind, LotMove.quantity, LotMove.reason, LotMove.actor_name, LotMove.at)
        .where(LotMove.lot_id == lot_id)
        .order_by(LotMove.at.desc(), LotMove.id.desc())
        .limit(MOST)
    )
    return tuple(MoveRow(**row._mapping) for row in rows)


def _units(session: Session, lot_id: str) -> tuple[InUnit, ...]:
    rows = session.execute(
        sa.select(LogisticUnit.id, LogisticUnit.code, LogisticUnit.name, UnitContent.quantity)
        .join(LogisticUnit, LogisticUnit.id == UnitContent.unit_id)
        .where(UnitContent.lot_id == lot_id, UnitContent.until.is_(None))
        .order_by(UnitContent.id)
        .limit(MOST)
    )
    return tuple(InUnit(*row) for row in rows)
