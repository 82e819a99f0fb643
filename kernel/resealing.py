"""Seals every row anew with the newest key, so that an old key can be thrown away.

Every column whose name ends in ``_sealed`` is renewed. Each batch is a transaction of its own:
what was interrupted goes on where it stopped, because what the newest key opens is left alone.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from kernel.db import Base, transaction
from kernel.sealing import Sealer

BATCH = 500


def sealed_columns() -> list[sa.Column[str]]:
    """Return every column that holds sealed text."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed")
    ]


def renew_rows(maker: sessionmaker[Session], sealer: Sealer) -> int:
    """Seal every row anew that the newest key does not open; return how many values that were.

    :raises SealBroken: when no key opens one of them.
    """
    return sum(_renew_column(maker, sealer, column) for column in sealed_columns())


def _renew_column(maker: sessionmaker[Session], sealer: Sealer, column: sa.Column[str]) -> int:
    renewed = 0
    for batch in _batches(maker, column):
        with maker() as session, transaction(session):
            renewed += sum(_renew_value(session, sealer, column, row) for row in batch)
    return renewed


def _renew_value(
    session: Session, sealer: Sealer, column: sa.Column[str], row: tuple[str, str]
) -> int:
    """Renew one value, unless somebody wrote another one meanwhile: that one is new."""
    key, sealed = row
    if sealer.is_newest(sealed.encode()):
        return 0
    fresh = sealer.renew(sealed.encode()).decode()
    done = session.execute(
        sa.update(column.table)
        .where(_key_of(column) == key, column == sealed)
        .values({column.name: fresh})
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _batches(
    maker: sessionmaker[Session], column: sa.Column[str]
) -> Iterator[Sequence[tuple[str, str]]]:
    key, last = _key_of(column), ""
    while True:
        with maker() as session:
            rows = session.execute(
                sa.select(key, column)
                .where(key > last, column.is_not(None), column != "")
                .order_by(key)
                .limit(BATCH)
            ).all()
        if not rows:
            return
        yield [(row[0], row[1]) for row in rows]
        last = rows[-1][0]


def _key_of(column: sa.Column[str]) -> sa.Column[str]:
    (key,) = column.table.primary_key.columns
    return key
