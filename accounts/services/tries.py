"""Lock-out: every try is counted before it is judged, so that tries at once count as well."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from accounts.errors import TooManyTries
from accounts.models import Tries
from accounts.rules import FAILURES_FORGOTTEN_AFTER, wait_after
from kernel.i18n import format_moment


def count_try(session: Session, key: str, *, now: datetime) -> None:
    """Count one more try of ``key`` as failed until `forget_tries` says that it was not.

    :raises TooManyTries: while the key is locked; such a try is neither judged nor counted.
    """
    tries = _need_tries(session, key, now)
    if tries.locked_until is not None and now < tries.locked_until:
        raise TooManyTries(until=format_moment(tries.locked_until))
    if now - tries.last_at > FAILURES_FORGOTTEN_AFTER:
        tries.failures = 0
    tries.failures += 1
    tries.last_at = now
    wait = wait_after(tries.failures)
    tries.locked_until = now + wait if wait else None


def forget_tries(session: Session, key: str) -> None:
    """Start counting anew: the person has shown who they are."""
    session.execute(sa.delete(Tries).where(Tries.key == key))


def forget_old_tries(session: Session, now: datetime) -> None:
    """Delete the counters that no longer mean anything (a job of the worker)."""
    session.execute(sa.delete(Tries).where(Tries.last_at < now - FAILURES_FORGOTTEN_AFTER))


def _need_tries(session: Session, key: str, now: datetime) -> Tries:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # The update that changes nothing locks the row, whoever made it.
    session.execute(
        insert(Tries)
        .values(key=key, failures=0, last_at=now, locked_until=None)
        .on_conflict_do_update(index_elements=["key"], set_={"key": key})
    )
    return session.get_one(Tries, key, populate_existing=True)
