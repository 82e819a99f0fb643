"""Documents that wait: kept in the storage, worked off by the worker, told of by their job.

With ``rollback`` a document is one transaction; with ``proceed`` it is one every ``CHUNK`` events,
and the job counts how far it is. Whoever works on it may die: the next one goes on from there, and
an event that is there already stays as it is. Nobody holds a claim: a step that somebody else has
done meanwhile is seen under the lock of the job.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import local_date
from kernel.db import lock, transaction
from kernel.ids import made_at
from kernel.mail import MOST_ATTEMPTS, back_off
from kernel.storage import SEALED, Storage
from traceability.epcis.errors import CaptureBusy, CaptureFailed, NotSignedIn
from traceability.models import CaptureJob
from traceability.queries.partners import Partner, partner_by_id
from traceability.rules.partners import CAPTURE_ARROWS, UNDONE, CaptureState
from traceability.services.capture import (
    MOST_ERRORS,
    ROLLBACK,
    Judged,
    Refused,
    Stored,
    judge,
    need_bounds,
    problems,
    store,
)

log = structlog.get_logger()

FOLDER = f"{SEALED}/captures"
CHUNK = 500
LEFT_BEHIND = timedelta(days=1)
MOST_WAITING = 50
"""Of one token."""


@dataclass(frozen=True)
class Taken:
    """A document that is worked on; ``partner`` None: its token holds no longer."""

    job_id: str
    key: str
    behaviour: str
    partner: Partner | None
    done: int


def key_of(job_id: str) -> str:
    """Return where the document of a job is kept."""
    return f"{FOLDER}/{job_id}.json"


def hand_in(
    session: Session,
    job_id: str,
    *,
    total: int,
    behaviour: str,
    partner: Partner,
    now: datetime,
) -> None:
    """Open a job for a document of so many events that is kept already.

    :raises CaptureBusy: when too many of this token wait already.
    """
    waiting = session.scalar(
        sa.select(sa.func.count())
        .select_from(CaptureJob)
        .where(CaptureJob.token_id == partner.token_id, CaptureJob.finished_at.is_(None))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise CaptureBusy
    job = CaptureJob(
        id=job_id,
        token_id=partner.token_id,
        behaviour=behaviour,
        state=CaptureState.OPEN,
        document_key=key_of(job_id),
        created_at=now,
        due_at=now,
        success=True,
        total=total,
        done=0,
        events=0,
        errors=[],
        warnings=[],
    )
    session.add(job)
    session.flush()


def work_off(
    maker: sessionmaker[Session], storage: Storage, *, clock: Callable[[], datetime]
) -> int:
    """Work off the documents that wait, the oldest first; return how many are finished."""
    with maker() as session:
        due = session.scalars(
            sa.select(CaptureJob.id)
            .where(CaptureJob.finished_at.is_(None), CaptureJob.due_at <= clock())
            .order_by(CaptureJob.due_at, CaptureJob.id)
            .limit(20)
        ).all()
    return sum(_work_off(maker, storage, each, clock) for each in due)


def _work_off(
    maker: sessionmaker[Session], storage: Storage, job_id: str, clock: Callable[[], datetime]
) -> bool:
    with maker() as session:
        try:
            with transaction(session):
                taken = take(session, job_id, now=clock())
            if taken is None:
                return False
            _store(session, taken, storage.get(taken.key), clock)
        except Exception as error:  # noqa: BLE001 - one document must not stop the others
            log.warning("capture failed", job=job_id, error=repr(error))
            with transaction(session):
                _put_off(session, job_id, now=clock())
            return False
    storage.delete(taken.key)
    return True


def take(session: Session, job_id: str, *, now: datetime) -> Taken | None:
    """Begin with a document, or go on with one that somebody left; None: it is done."""
    job = lock(session, CaptureJob, job_id)
    if job is None or job.state not in UNDONE or job.document_key is None:
        return None
    job.state = CAPTURE_ARROWS[job.state, "take"]
    partner = partner_by_id(session, job.token_id, today=local_date(now))
    is_let_in = partner is not None and partner.may_capture
    return Taken(job.id, job.document_key, job.behaviour, partner if is_let_in else None, job.done)


def _store(session: Session, taken: Taken, data: bytes, clock: Callable[[], datetime]) -> None:
    read = need_bounds(json.loads(data))
    judged, total = judge(read), len(read.events)
    size = total if taken.behaviour == ROLLBACK else CHUNK
    places = [f"{read.where}[{index}]" for index in range(total)]
    for start in range(taken.done, total, size):
        part = _part(judged, places[start : start + size])
        with transaction(session):
            step(session, taken, part, start=start, count=len(places[start:][:size]), now=clock())


def _part(judged: Judged, places: list[str]) -> Judged:
    wanted = set(places)
    return Judged(
        {where: told for where, told in judged.told.items() if where in wanted},
        [each for each in judged.refused if each.where in wanted],
        judged.ignored,
    )


def step(
    session: Session, taken: Taken, part: Judged, *, start: int, count: int, now: datetime
) -> None:
    """Store a part of a document and note how far it is; nothing, if somebody else has done so."""
    job = lock(session, CaptureJob, taken.job_id)
    if job is None or job.state not in UNDONE or job.done != start:
        return
    if taken.partner is None:
        stored = Stored(0, [Refused("document", NotSignedIn())], [])
        count = job.total - start
    else:
        behaviour, partner = taken.behaviour, taken.partner
        stored = store(session, part, behaviour=behaviour, partner=partner, now=now)
    job.done, job.events = job.done + count, job.events + stored.count
    job.errors = list(islice((*job.errors, *problems(stored.refused)), MOST_ERRORS))
    job.warnings = list(islice((*job.warnings, *stored.doubts), MOST_ERRORS))
    job.success = job.success and not stored.refused
    if job.done >= job.total:
        _close(job, "finish", now)


def _close(job: CaptureJob, how: str, now: datetime) -> None:
    job.state = CAPTURE_ARROWS[job.state, how]
    job.finished_at, job.document_key = now, None


def _put_off(session: Session, job_id: str, *, now: datetime) -> None:
    """Try a document again later, and at last not any more: the fault is the house's own."""
    job = lock(session, CaptureJob, job_id)
    if job is None or job.finished_at is not None:
        return
    job.attempts += 1
    job.due_at = now + back_off(job.attempts)
    if job.attempts >= MOST_ATTEMPTS:
        job.errors = [*job.errors, *problems([Refused("document", CaptureFailed())])]
        job.success = False
        _close(job, "give_up", now)


def sweep_documents(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete documents that no job waits for: of requests that broke off; return how many."""
    waiting = set(
        session.scalars(
            sa.select(CaptureJob.document_key).where(CaptureJob.document_key.is_not(None))
        )
    )
    left = [key for key in storage.keys(FOLDER) if key not in waiting and _is_old(key, now)]
    for key in left:
        storage.delete(key)
    return len(left)


def _is_old(key: str, now: datetime) -> bool:
    try:
        return made_at(key.rpartition("/")[2].partition(".")[0]) < now - LEFT_BEHIND
    except ValueError:
        return False
