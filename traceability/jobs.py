"""What the worker does for traceability by itself."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.jobs import Job
from kernel.settings import Settings
from kernel.storage import open_storage
from traceability.proof.notes import origin_of
from traceability.services.balancing import watch_balances
from traceability.services.capture_jobs import sweep_documents
from traceability.services.photos import purge_pieces
from traceability.services.proof.signing import mail_checkpoint, sign_when_due
from traceability.services.recalls.drilling import remind_of_drills
from traceability.services.sites import watch_sites


def jobs_with(settings: Callable[[], Settings]) -> tuple[Job, ...]:
    """Return the jobs; the settings are read when they run.

    Signing looks each minute whether it is due: how often that is, a rule says.
    """

    def sign(session: Session, now: datetime) -> object:
        known = settings()
        return sign_when_due(
            session, origin=origin_of(known.public_url), office=known.market_email, now=now
        )

    def mail(session: Session, now: datetime) -> object:
        return mail_checkpoint(session, office=settings().market_email, now=now)

    def sweep(session: Session, now: datetime) -> object:
        return sweep_documents(session, open_storage(settings()), now=now)

    def look(session: Session, now: datetime) -> object:
        known = settings()
        return watch_sites(session, roots=(known.public_url, known.codes_url), now=now)

    return (
        Job("traceability.sign_checkpoint", 1, sign),
        Job("traceability.mail_checkpoint", 60, mail),
        Job("traceability.watch_balances", 60, watch_balances),
        Job("traceability.watch_sites", 24 * 60, look),
        Job("traceability.purge_pieces", 24 * 60, purge_pieces),
        Job("traceability.sweep_documents", 24 * 60, sweep),
        Job("traceability.remind_of_drills", 24 * 60, remind_of_drills),
    )
