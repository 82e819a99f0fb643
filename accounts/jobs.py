"""What the worker does for accounts by itself."""

from datetime import datetime

from sqlalchemy.orm import Session

from accounts.services.links import forget_old_links
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


JOBS = (Job("accounts.sweep", 60, sweep),)
