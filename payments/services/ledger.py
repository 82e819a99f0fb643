"""The ledger: every transaction's legs sum to zero and are written once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from payments.models import Posting
from payments.rules import Leg


def post_legs(session: Session, txn: str, *, legs: Sequence[Leg], now: datetime) -> None:
    """Write one ledger transaction; the database refuses the same one twice.

    :raises ValueError: when the legs do not sum to zero, or name an account twice.
    """
    if sum(leg.amount_vnd for leg in legs) != 0:
        raise ValueError(f"{txn}: the legs do not sum to zero")
    if len({leg.account for leg in legs}) != len(legs):
        raise ValueError(f"{txn}: an account stands there twice")
    for leg in legs:
        session.add(Posting(txn=txn, account=leg.account, amount_vnd=leg.amount_vnd, at=now))
    session.flush()
