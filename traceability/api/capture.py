"""Documents of events: sent, and what became of them."""

import json
from typing import Any

from flask import Response, request

from kernel import clock
from kernel.db import transaction
from kernel.messages import msg
from kernel.web.session import db
from traceability import guards
from traceability.api import paging
from traceability.api.frame import blueprint, json_answer, need_text, read_body
from traceability.epcis.canonical import instant_text
from traceability.epcis.errors import BadEvent, NoSuchResource
from traceability.queries.partners import JobCard, job_of, jobs_of
from traceability.services.capture import PROCEED, ROLLBACK, capture_document


@blueprint.post("/capture")
@guards.partner("capture")
def capture() -> Response:
    """Store the events of a document; the job that is told in answer is finished at once."""
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", ROLLBACK)
    if behaviour not in {ROLLBACK, PROCEED}:
        raise BadEvent(
            msg("This must be rollback or proceed."), field="GS1-Capture-Error-Behaviour"
        )
    body = read_body()
    with transaction(db()) as session:
        job_id = capture_document(
            session,
            body,
            behaviour=behaviour,
            partner=guards.current_partner(),
            now=clock.now(),
        )
    made = Response(status=202)
    made.headers["Location"] = f"{blueprint.url_prefix}/capture/{job_id}"
    made.headers["GS1-Capture-Error-Behaviour"] = behaviour
    return made


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
    told = {
        "captureID": job.id,
        "createdAt": instant_text(job.created_at),
        "finishedAt": instant_text(job.finished_at),
        "running": False,
        "success": job.success,
        "captureErrorBehaviour": job.behaviour,
        "errors": job.errors,
    }
    # No member of the standard: it is there only where there is something to say.
    return told | {"warnings": job.warnings} if job.warnings else told
