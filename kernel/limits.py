"""How often something was asked for lately: counted in the database, so all processes share it."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from limits.storage import Storage
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from kernel import clock
from kernel.db import Base, UtcDateTime, transaction


class RateWindow(Base):
    """How often one visitor used one route in the running window."""

    __tablename__ = "rate_window"
    __table_args__ = (sa.Index("ix_rate_window_expires_at", "expires_at"),)

    key: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime]


class SqlStorage(Storage):
    """Fixed windows of the ``limits`` library in our own database."""

    STORAGE_SCHEME = ["market-db"]

    def __init__(
        self, uri: str | None = None, *, maker: sessionmaker[Session], wrap_exceptions: bool = False
    ) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self.maker = maker

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what a broken database raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more in the window of a key, opened anew for ``expiry`` s when over."""
        now = clock.now()
        until = now + timedelta(seconds=expiry)
        with self.maker() as session, transaction(session):
            insert = (
                postgresql.insert
                if session.get_bind().dialect.name == "postgresql"
                else sqlite.insert
            )(RateWindow).values(key=key, hits=amount, expires_at=until)
            over = RateWindow.expires_at <= now
            counted = insert.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "hits": sa.case((over, amount), else_=RateWindow.hits + amount),
                    "expires_at": sa.case(
                        (over, sa.literal(until, UtcDateTime)), else_=RateWindow.expires_at
                    ),
                },
            ).returning(RateWindow.hits)
            return session.scalars(counted).one()

    def get(self, key: str) -> int:
        """Return how much was counted in the running window of a key."""
        window = self._window(key)
        return window.hits if window else 0

    def get_expiry(self, key: str) -> float:
        """Return when the running window of a key ends, in seconds since 1970."""
        window = self._window(key)
        return (window.expires_at if window else clock.now()).timestamp()

    def check(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self.maker() as session:
                session.execute(sa.select(1))
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget every window."""
        with self.maker() as session, transaction(session):
            session.execute(sa.delete(RateWindow))
        return None

    def clear(self, key: str) -> None:
        """Forget the window of one key."""
        with self.maker() as session, transaction(session):
            session.execute(sa.delete(RateWindow).where(RateWindow.key == key))

    def _window(self, key: str) -> RateWindow | None:
        with self.maker() as session:
            return session.scalar(
                sa.select(RateWindow).where(
                    RateWindow.key == key, RateWindow.expires_at > clock.now()
                )
            )


def forget_windows(session: Session, now: datetime) -> None:
    """Delete the windows that are over (a job of the worker)."""
    session.execute(sa.delete(RateWindow).where(RateWindow.expires_at <= now))
