"""What a buyer was told of: the goods, orders and lots of the message that brought the link."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.mail import Notice
from traceability.models import RecallNotice


@dataclass(frozen=True)
class GoodsTold:
    """Goods by their titles, and the codes of the orders and lots they were in."""

    goods: tuple[dict[str, str], ...]
    orders: tuple[str, ...]
    lots: tuple[str, ...]


def goods_told(session: Session, notice_id: str) -> GoodsTold | None:
    """Return what the message of a notice says; None when there was none, or it is forgotten."""
    said = session.scalar(
        sa.select(Notice.values)
        .join(RecallNotice, RecallNotice.mail_id == Notice.id)
        .where(RecallNotice.id == notice_id)
    )
    if said is None:
        return None
    return GoodsTold(*(tuple(said.get(name, ())) for name in ("goods", "orders", "lots")))
