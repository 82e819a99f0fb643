"""The proof of lots and the log behind it, for everybody: pages, files, endpoints of witnesses."""

import base64
import json
from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import Invalid, NotFound, need_found
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.security import csrf
from kernel.web.session import db, part
from traceability.errors import BadCode
from traceability.proof.bundle import REASONS
from traceability.proof.notes import MOST_BYTES, origin_of
from traceability.queries.proof import log
from traceability.queries.proof.lots import LotProof, lot_proof
from traceability.rules import is_trace_code
from traceability.rules.business_steps import FIELD_WORDS, STEP_WORDS
from traceability.services.proof.witnessing import TwoHistories, receive_cosignatures
from vendors.queries import vendor_cards
from vendors.rules import VendorState

blueprint = Blueprint("proof", __name__)

# Whoever was judged once: its bags are out in the world, whatever became of it.
JUDGED = frozenset({VendorState.APPROVED, VendorState.SUSPENDED, VendorState.TERMINATED})
NO_LOT = msg("We know no lot with this code. Please scan the label again or ask the seller.")
NO_CHECKPOINT = msg("Nothing was signed yet. Please come back in a quarter of an hour.")
NO_SUCH = msg(
    "We signed no checkpoint of so many events. Please show the paper to the trade office."
)
NOT_A_NUMBER = msg("%(name)s must be a whole number.")


@blueprint.get("/.well-known/trace-checkpoint")
@guards.public
def show_checkpoint() -> Answer:
    """Hand out the newest checkpoint, or that of ``?size=``, as a signed note."""
    point = need_found(log.checkpoint_of(db(), size=_number("size")), NO_CHECKPOINT)
    return _open(Response(point.note, mimetype="text/plain"))


@blueprint.get("/trace/log/keys")
@guards.public
def list_keys() -> Answer:
    """List every key of the log with the days it signed on."""
    keys = [key.told for key in log.published_keys(db())]
    return _open(jsonify(origin=_origin(), keys=keys))


@blueprint.get("/trace/log/checkpoints")
@guards.public
def list_checkpoints() -> Answer:
    """List the last checkpoints, the newest first."""
    points = [
        {
            "size": str(point.size),
            "root": _base64(point.root),
            "signed_at": point.signed_at.isoformat(),
            "note": point.note,
        }
        for point in log.checkpoints(db())
    ]
    return _open(jsonify(origin=_origin(), checkpoints=points))


@blueprint.get("/trace/log/consistency")
@limiter.limit("240 per minute")
@guards.public
def prove_consistency() -> Answer:
    """Prove that the log of size ``?to=`` begins with what it was at size ``?from=``."""
    old, new = _number("from"), _number("to")
    found = log.consistency_of(db(), old or 0, new or 0)
    return _open(
        jsonify(
            {
                "from": str(found.old),
                "to": str(found.new),
                "from_root": _base64(found.old_root),
                "to_root": _base64(found.new_root),
                "proof": _hashes(found.proof),
            }
        )
    )


@blueprint.get("/trace/log/inclusion")
@limiter.limit("240 per minute")
@guards.public
def prove_inclusion() -> Answer:
    """Prove that the log holds the event ``?event=`` (its id), at ``?size=`` if given."""
    found = log.inclusion_of(db(), request.args.get("event", "")[:300], size=_number("size"))
    return _open(
        jsonify(
            index=str(found.index),
            size=str(found.size),
            leaf=_base64(found.leaf),
            root=_base64(found.root),
            proof=_hashes(found.proof),
        )
    )


@blueprint.get("/trace/log/leaves")
@limiter.limit("240 per minute")
@guards.public
def list_leaves() -> Answer:
    """List the hashes of at most a thousand events from number ``?start=`` on."""
    start, most = _number("start") or 0, _number("count")
    leaves = log.leaves_from(db(), start, most=log.MOST_LEAVES if most is None else most)
    return _open(jsonify(start=str(start), leaves=_hashes(leaves)))


@blueprint.post("/trace/log/witness")
@limiter.limit("60 per minute")
@guards.public
def take_cosignature() -> Answer:
    """Take a checkpoint with the cosignature of a witness: signatures prove who sends it."""
    text = request.get_data(cache=False)[: MOST_BYTES + 1].decode(errors="replace")
    with transaction(db()) as session:
        received = receive_cosignatures(session, text, now=clock.now())
    if received.is_alarm:
        raise TwoHistories(size=received.size)
    answer = jsonify(size=str(received.size), new=received.new)
    answer.status_code = 201 if received.new else 200
    return _open(answer)


# There is no browser and no form.
csrf.exempt(take_cosignature)


@blueprint.get("/t/<code>/proof")
@guards.public
def show_lot(code: str) -> Answer:
    """Tell in plain words what is proved of a lot, and what is not."""
    return page(
        "traceability/proof_lot.html", proof=_lot(code), steps=_steps(), field_words=_fields()
    )


@blueprint.get("/t/<code>/proof.json")
@limiter.limit("120 per minute")
@guards.public
def download_lot(code: str) -> Answer:
    """Hand out the bundle that proves a lot; ``?since=`` joins it to a checkpoint kept earlier."""
    proof = _lot(code, since=_number("since"))
    if proof.checkpoint is None:
        raise NotFound(NO_CHECKPOINT)
    return _open(bundle_file(proof))


@blueprint.get("/proof")
@guards.public
def show_log() -> Answer:
    """Tell how the log proves what it holds: the newest checkpoint, keys, witnesses.

    Papers name the checkpoint of their day by its size.
    """
    size = _number("size")
    point = log.checkpoint_of(db(), size=size)
    if point is None and size is not None:
        raise NotFound(NO_SUCH)
    return page(
        "traceability/proof_log.html",
        point=point,
        asked=size,
        keys=log.published_keys(db()),
        witnesses=log.witness_names(db()),
        origin=_origin(),
    )


@blueprint.get("/verify-trace")
@guards.public
def show_verifier() -> Answer:
    """Verify bundles in the browser: files never leave it, and no network is needed."""
    code = request.args.get("lot", "").upper()
    if code and not is_trace_code(code):
        raise BadCode
    return page(
        "traceability/verify.html",
        code=code,
        origin=_origin(),
        keys=json.dumps([key.told for key in log.published_keys(db())]),
        steps=json.dumps(_steps()),
        fields=json.dumps(_fields()),
        reasons=json.dumps({code: gettext(words) for code, words in REASONS.items()}),
    )


def bundle_file(proof: LotProof) -> Response:
    """Return a bundle as a file to keep."""
    text = json.dumps(proof.told, ensure_ascii=False, indent=1)
    name = f"proof-{proof.trace_code}.json"
    return Response(
        text,
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lot(code: str, *, since: int | None = None) -> LotProof:
    wanted = code.upper()
    if not is_trace_code(wanted):
        raise BadCode
    root = part(Settings).public_url
    proof = need_found(lot_proof(db(), trace_code=wanted, root=root, since=since), NO_LOT)
    if vendor_cards(db(), [proof.vendor_id])[proof.vendor_id].state not in JUDGED:
        raise NotFound(NO_LOT)
    return proof


def _steps() -> dict[str, str]:
    return {step: str(gettext(words)) for step, words in STEP_WORDS.items()}


def _fields() -> dict[str, str]:
    return {field: gettext(words) for field, words in FIELD_WORDS.items()}


def _origin() -> str:
    return origin_of(part(Settings).public_url)


def _number(name: str) -> int | None:
    """Return a number of the address; None when it is not there.

    :raises Invalid: when it is none.
    """
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid(NOT_A_NUMBER, field=name, name=name)
    return int(text)


def _open(answer: Response) -> Response:
    """Let pages of others read it: whoever keeps an eye on the log is welcome."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _hashes(hashes: Sequence[bytes]) -> list[str]:
    return [_base64(one) for one in hashes]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
