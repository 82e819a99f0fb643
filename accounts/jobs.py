"""What the worker does for accounts by itself."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from accounts.services.links import forget_old_links
from accounts.services.requests import remind_of_requests
from accounts.services.signing import forget_old_sign_ins
from accounts.services.tries import forget_old_tries
from kernel.jobs import Job
from kernel.limits import forget_windows


def sweep(session: Session, now: datetime) -> None:
    """Delete what no longer means anything: old sign-ins, links, counters."""
    forget_old_sign_ins(session, now)
    forget_old_links(session, now)
    forget_old_tries(session, now)
    forget_windows(session, now)


def remind_of_requests_at(office: Callable[[], str]) -> Callable[[Session, datetime], int]:
    """Return the job that writes to the office, at an address read when it runs."""
    return lambda session, now: remind_of_requests(session, office=office(), now=now)


JOBS = (Job("accounts.sweep", 60, sweep),)
