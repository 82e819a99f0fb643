"""Documents of events: sent, and what became of them."""

import json
from typing import Any

from flask import Response, request

from kernel import clock
from kernel.db import transaction
from kernel.ids import new_id
from kernel.messages import msg
from kernel.storage import Storage
from kernel.web.session import db, part
from traceability import guards
from traceability.api import paging
from traceability.api.frame import JSON, blueprint, json_answer, need_text, read_body
from traceability.epcis.canonical import instant_text
from traceability.epcis.checking import Document
from traceability.epcis.errors import BadEvent, NoSuchResource
from traceability.queries.partners import JobCard, job_of, jobs_of
from traceability.services.capture import (
    IN_REQUEST,
    PROCEED,
    ROLLBACK,
    capture_document,
    need_bounds,
)
from traceability.services.capture_jobs import hand_in, key_of


@blueprint.post("/capture")
@guards.partner("capture")
def capture() -> Response:
    """Take a document; a small one is stored at once, the worker stores others."""
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", ROLLBACK)
    if behaviour not in {ROLLBACK, PROCEED}:
        raise BadEvent(
            msg("This must be rollback or proceed."), field="GS1-Capture-Error-Behaviour"
        )
    read = need_bounds(read_body())
    take = _store if len(read.events) <= IN_REQUEST else _hand_in
    made = Response(status=202)
    made.headers["Location"] = f"{blueprint.url_prefix}/capture/{take(read, behaviour)}"
    made.headers["GS1-Capture-Error-Behaviour"] = behaviour
    return made


def _store(read: Document, behaviour: str) -> str:
    partner = guards.current_partner()
    with transaction(db()) as session:
        return capture_document(
            session, read, behaviour=behaviour, partner=partner, now=clock.now()
        )


def _hand_in(read: Document, behaviour: str) -> str:
    """Keep a document before its job is committed: a job without one could never be done."""
    job_id, partner, storage = new_id(), guards.current_partner(), part(Storage)
    storage.put(key_of(job_id), request.get_data(), JSON)
    try:
        with transaction(db()) as session:
            hand_in(
                session,
                job_id,
                total=len(read.events),
                behaviour=behaviour,
                partner=partner,
                now=clock.now(),
            )
    except Exception:
        storage.delete(key_of(job_id))
        raise
    return job_id


@blueprint.get("/capture")
@guards.partner("capture")
def list_jobs() -> Response:
    """Return the jobs of this token, the newest first."""
    found = paging.parameters()
    jobs, last = jobs_of(
        db(),
        partner=guards.current_partner(),
        size=paging.page_size(found),
        after="".join(paging.page_start(found)),
    )
    made = json_answer(json.dumps([_written(job) for job in jobs], ensure_ascii=False))
    if last is not None:
        paging.lead_on(made, found, (last,))
    return made


@blueprint.get("/capture/<job_id>")
@guards.partner("capture")
def show_job(job_id: str) -> Response:
    """Return one job of this token."""
    need_text(job_id, "captureID")
    job = job_of(db(), job_id, partner=guards.current_partner())
    if job is None:
        raise NoSuchResource(field="captureID")
    return json_answer(json.dumps(_written(job), ensure_ascii=False))


def _written(job: JobCard) -> dict[str, Any]:
    told: dict[str, Any] = {
        "captureID": job.id,
        "createdAt": instant_text(job.created_at),
        "running": job.finished_at is None,
        "success": job.success,
        "captureErrorBehaviour": job.behaviour,
        "errors": job.errors,
    }
    if job.finished_at is not None:
        told["finishedAt"] = instant_text(job.finished_at)
    # No members of the standard: they are there only where there is something to say.
    else:
        told |= {"eventsTotal": job.total, "eventsDone": job.done}
    return told | {"warnings": job.warnings} if job.warnings else told
