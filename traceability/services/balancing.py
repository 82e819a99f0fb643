"""Lots whose books do not add up come on the office's watch list, and go when they do again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.clock import local_date
from kernel.rules_table import rule
from traceability.models import LotMove, WatchItem
from traceability.queries.stock import unbalanced_lots
from traceability.rules import MoveKind, WatchKind, WatchState
from traceability.services.watching import open_matter, settle_matter


def watch_balances(session: Session, now: datetime, *, limit: int = 500) -> int:
    """Put lots on the watch list of which more is missing than the rule allows; return how many."""
    counted = sa.select(LotMove.id).where(LotMove.kind == MoveKind.COUNTED).limit(1)
    if session.scalar(counted) is None:
        return 0
    tolerance = int(rule(session, "lot.balance_tolerance_percent", on=local_date(now)).value)
    found = unbalanced_lots(session, tolerance_percent=tolerance, limit=limit)
    keys = {f"balance:{one.lot.id}": one for one in found}
    for key, one in keys.items():
        open_matter(
            session,
            WatchKind.MASS_BALANCE,
            key,
            vendor_id=one.lot.vendor_id,
            detail={"lot": one.lot.code, "percent": f"{one.balance.percent:.0f}"},
            now=now,
            lot_id=one.lot.id,
            season_id=one.lot.season_id,
        )
    open_ = session.scalars(
        sa.select(WatchItem.key).where(
            WatchItem.kind == WatchKind.MASS_BALANCE, WatchItem.state == WatchState.OPEN
        )
    ).all()
    if len(found) < limit:
        for key in open_:
            if key not in keys:
                settle_matter(session, key, now=now)
    return len(found)
