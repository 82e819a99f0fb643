"""Tables, sessions and the one place where a transaction ends."""

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from kernel.ids import new_id


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: every instant carries its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


COLON = sa.literal_column("':'", sa.String)
COMMA = sa.literal_column("','", sa.String)
"""Written into a statement as they are: a parameter would be bound anew at each run."""


def joined(text: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return the texts of all rows with commas between them."""
    return sa.func.aggregate_strings(text, COMMA)  # type: ignore[arg-type]


class Base(DeclarativeBase):
    """Parent of every table: constraint names, column types."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        int: sa.BigInteger,
        datetime: UtcDateTime,
        dict[str, Any]: sa.JSON,
        dict[str, str]: sa.JSON,
        list[str]: sa.JSON,
        list[int]: sa.JSON,
        enum.Enum: sa.Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


Id = Annotated[str, mapped_column(sa.String(26))]
PrimaryId = Annotated[str, mapped_column(sa.String(26), primary_key=True, default=new_id)]
Sequence = Annotated[
    int,
    mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    ),
]


def open_engine(url: str) -> Engine:
    """Open the database; SQLite gets WAL, foreign keys and a busy time-out of 15 s."""
    engine = sa.create_engine(url, **_pool_options(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _pool_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        # A connection reads the planner's statistics once: it must not live for ever.
        return {
            "connect_args": {"timeout": 15, "check_same_thread": False},
            "pool_recycle": 3600,
        }
    return {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` chooses how.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "synchronous=FULL",
        "cache_size=-20000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A write transaction takes the write lock at once: upgrading a reader fails at random.
    options = connection.get_execution_options()
    if options.get("alone"):
        return
    immediate = options.get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Return a maker of sessions whose objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)


_ALONE: dict[str, dict[str, Any]] = {
    "sqlite": {"alone": True},
    "postgresql": {"isolation_level": "AUTOCOMMIT"},
}


def read_alone(
    session: Session, statement: sa.Select[*tuple[Any, ...]], values: dict[str, Any]
) -> sa.Row[*tuple[Any, ...]] | None:
    """Return the one row of a statement without a transaction around it.

    To begin and to end one are two more journeys to PostgreSQL, and its driver drops
    prepared statements at each rollback. When one is open, the row is read within it.
    """
    if session.in_transaction():
        return session.connection().execute(statement, values).one_or_none()
    engine = session.get_bind().engine
    with engine.connect() as connection:
        connection.execution_options(**_ALONE[engine.dialect.name])
        return connection.execute(statement, values).one_or_none()


IN_THE_WAY = (sa.exc.OperationalError, StaleDataError)
"""What is raised when somebody else was in the way: tried again, it may go."""

BEFORE_COMMIT: list[Callable[[Session], None]] = []
"""What must be written last in every transaction, such as the sealed audit rows."""

NOTES: set[str] = {"audit", "after_commit"}
"""Names under which ``session.info`` holds what belongs to one transaction."""


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Run one unit of work: commit at the end, roll back on any error.

    This is the only place of the house where a transaction ends. A read
    transaction that is still open is ended first, so that a decision is
    taken on the newest data and SQLite gets its write lock at once.
    What was noted in ``session.info`` under ``NOTES`` (audit entries, calls for
    after the commit) belongs to this transaction and goes with it.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes made outside of a transaction")
    if session.in_transaction():
        session.commit()
    session.connection(execution_options={"immediate": True})
    try:
        yield session
        session.flush()
        for seal in BEFORE_COMMIT:
            seal(session)
        session.commit()
    except BaseException:
        session.rollback()
        for note in NOTES:
            session.info.pop(note, None)
        raise
    for call in session.info.pop("after_commit", []):
        call()


def end_reading(session: Session) -> None:
    """End the read transaction of a request before something slow: network, a key in a device.

    :raises RuntimeError: when something was changed outside of a transaction.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes made outside of a transaction")
    if session.in_transaction():
        session.commit()


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have a callable run once the transaction is committed."""
    calls = session.info.setdefault("after_commit", [])
    if call not in calls:
        calls.append(call)


def refresh_statistics(session: Session) -> None:
    """Tell the planner how big the tables are: without it SQLite reads whole shelves."""
    session.execute(sa.text("ANALYZE"))


Row = TypeVar("Row", bound=Base)


def lock(session: Session, kind: type[Row], row_id: str | int) -> Row | None:
    """Return one row, locked and read anew (a row already loaded keeps stale values).

    Rows that refer to it can be written meanwhile (PostgreSQL: FOR NO KEY UPDATE):
    two who wrote such rows first would wait for each other for ever.
    """
    return session.get(kind, row_id, with_for_update={"key_share": True}, populate_existing=True)
