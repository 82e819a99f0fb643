"""The bundle of a lot as its vendor may have it: with the names that events keep as digests."""

from kernel.errors import NotFound
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.session import db, part
from traceability.queries.proof.lots import lot_proof
from traceability.views.blueprint import blueprint, everybody
from traceability.views.needs import need_lot
from traceability.views.proof import NO_CHECKPOINT, bundle_file


@blueprint.get("/lots/<lot_id>/proof.json")
@everybody
def download_bundle(vendor_id: str, lot_id: str) -> Answer:
    """Hand out the bundle with all personal words opened."""
    lot = need_lot(vendor_id, lot_id)
    root = part(Settings).public_url
    proof = lot_proof(db(), trace_code=lot.trace_code, root=root, open_all=True)
    if proof is None or proof.checkpoint is None:
        raise NotFound(NO_CHECKPOINT)
    answer = bundle_file(proof)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
