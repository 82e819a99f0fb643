"""Each reminder is sent once: its row is written with it, under a key that only one can take."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vendors.models import ClockReminder


def first_time(session: Session, subject_id: str, *, kind: str, due: str, now: datetime) -> bool:
    """Note a reminder of one due time; tell whether it was not noted before.

    Of two workers at once the second waits for the first to end, and then is told no.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(ClockReminder).values(
        subject_id=subject_id, kind=kind, due=due, sent_at=now
    )
    noted = session.execute(
        row.on_conflict_do_nothing().returning(ClockReminder.subject_id)
    ).one_or_none()
    return noted is not None
