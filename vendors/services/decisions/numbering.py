"""Numbers without a gap: one counter a year and type, locked while a number is taken."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vendors.models import DecisionCounter, DecisionDocument, DecisionNumber


def take_number(session: Session, document: DecisionDocument, *, now: datetime) -> int:
    """Return the next number of the document's year and type, and enter it in the register.

    It is taken in the transaction that issues the document: a rollback gives it back.
    """
    key = (document.year, document.type_code)
    counter = _locked_counter(session, *key)
    number = counter.last + 1
    counter.last = number
    session.add(
        DecisionNumber(
            year=document.year,
            type_code=document.type_code,
            number=number,
            document_id=document.id,
            taken_at=now,
        )
    )
    session.flush()
    return number


def _locked_counter(session: Session, year: int | None, type_code: str) -> DecisionCounter:
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = kind.insert(DecisionCounter).values(year=year, type_code=type_code, last=0)
    session.execute(row.on_conflict_do_nothing())
    return session.scalars(
        sa.select(DecisionCounter)
        .where(DecisionCounter.year == year, DecisionCounter.type_code == type_code)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
