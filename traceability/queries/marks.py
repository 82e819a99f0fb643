"""What a lot looks like at this moment, for the queries of other trades."""

import sqlalchemy as sa

from traceability.models import Lot


def lot_mark(lot_id: sa.ColumnExpressionArgument[str | None]) -> sa.ScalarSelect[str]:
    """Return a text that changes whenever a lot does: each change moves its version."""
    return sa.select(sa.cast(Lot.version, sa.String)).where(Lot.id == lot_id).scalar_subquery()
