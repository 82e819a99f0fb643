"""What the diary on a phone pulls and sends: JSON, each entry in a transaction of its own."""

import enum
import hashlib
import json
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Response, jsonify, request

from accounts import guards
from kernel import clock
from kernel.db import IN_THE_WAY, end_reading, transaction
from kernel.errors import DomainError, NotAllowed
from kernel.messages import msg
from kernel.pictures import store_picture
from kernel.storage import Storage
from kernel.web.answers import Answer
from kernel.web.forms import refusal_text
from kernel.web.language import current_language
from kernel.web.security import form_token
from kernel.web.session import db, part
from traceability.queries.photos import missing_photos
from traceability.queries.recorder import figure, reference, unit_key
from traceability.rules.merging import Undecided
from traceability.services.correcting import take_correction
from traceability.services.lots import Amount
from traceability.services.photos import (
    drop_pieces,
    joined,
    need_named,
    note_photo,
    take_piece,
)
from traceability.services.recorder import Taken, take_entry
from traceability.views.recorder import blueprint, recorders
from traceability.views.recorder_entries import (
    Body,
    read_base,
    read_digests,
    read_entries,
    read_json,
    read_piece,
    read_reason,
    read_sent,
)


class CutOff(DomainError):
    """A picture did not come whole: the phone sends it again."""

    code, status = "cut_off", 400
    message = msg("This picture did not come whole.")


class SomebodyElse(DomainError):
    """Another person signed in since the phone asked who is: it asks again before it sends."""

    code, status = "somebody_else", 409
    message = msg("Somebody else is signed in now.")


@blueprint.get("/session")
@recorders
def show_session(vendor_id: str) -> Answer:
    """Tell who is signed in, the time here, and the token that changes must carry."""
    del vendor_id
    actor = guards.current_actor()
    now = clock.now().isoformat(timespec="milliseconds")
    user = {"id": actor.user_id, "name": actor.name}
    return _private(jsonify(user=user, now=now, token=form_token()))


@blueprint.get("/reference")
@recorders
def show_reference(vendor_id: str) -> Answer:
    """Hand out what a phone needs for days without network; nothing, when it has that."""
    found = reference(db(), vendor_id=vendor_id, today=clock.local_date(clock.now()))
    told = asdict(found)
    body = json.dumps(told, default=_plain, ensure_ascii=False, sort_keys=True)
    made = _private(Response(body, mimetype="application/json"))
    made.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32], weak=True)
    return made.make_conditional(request)


@blueprint.post("/sync")
@recorders
def take_entries(vendor_id: str) -> Answer:
    """Take entries in their order; each is answered for itself.

    What cannot be decided now (a lock, a busy database) ends the list: the rest comes again.

    :raises SomebodyElse: for entries that the phone would send for another account.
    """
    body = read_json()
    entries, device = read_entries(body), body.get("device")
    actor = guards.current_actor()
    if body.get("user", actor.user_id) != actor.user_id:
        raise SomebodyElse
    answers: list[dict[str, object]] = []
    for entry in entries:
        answers.append({"key": entry["key"], **_take(vendor_id, entry, device)})
        if answers[-1]["status"] == "later":
            break
    return _private(jsonify(answers=answers, now=clock.now().isoformat()))


@blueprint.post("/photos/missing")
@recorders
def show_missing(vendor_id: str) -> Answer:
    """Tell which of some pictures have not come yet, and how many bytes of each are here."""
    digests = read_digests(read_json())
    return _private(jsonify(missing=missing_photos(db(), vendor_id=vendor_id, digests=digests)))


@blueprint.post("/photos/<digest>")
@recorders
def take_photo(vendor_id: str, digest: str) -> Answer:
    """Take the next bytes of one picture by its digest; sent again, nothing changes."""
    actor = guards.current_actor()
    if need_named(db(), vendor_id, digest, actor=actor):
        return _private(jsonify(digest=digest, done=True))
    end_reading(db())
    piece = read_piece()
    with transaction(db()) as session:
        here = take_piece(session, vendor_id, digest, piece=piece, actor=actor, now=clock.now())
    done = here >= piece.total
    if done:
        _store(vendor_id, digest)
    return _private(jsonify(digest=digest, done=done, here=here))


def _store(vendor_id: str, digest: str) -> None:
    """Store a picture that came whole.

    :raises CutOff: when its bytes are others than the digest says: it begins anew.
    """
    actor = guards.current_actor()
    data = joined(db(), vendor_id, digest, actor=actor)
    end_reading(db())
    try:
        if hashlib.sha256(data).hexdigest() != digest:
            raise CutOff
        # Files are named by content: one that stays without a row does no harm.
        picture = store_picture(part(Storage), data)
    except DomainError:
        with transaction(db()) as session:
            drop_pieces(session, vendor_id, digest, actor=actor)
        raise
    with transaction(db()) as session:
        note_photo(session, vendor_id, picture=picture, actor=actor, now=clock.now())


def _take(vendor_id: str, entry: Body, device: object) -> dict[str, object]:
    """Store one entry and say how that went.

    :raises NotAllowed: for somebody who may not write here: that concerns all of them.
    """
    try:
        sent = read_sent(entry, lang=current_language(), device=device)
        base_id, reason = read_base(entry), read_reason(entry)
        with transaction(db()) as session:
            actor, now = guards.current_actor(), clock.now()
            if not base_id:
                return _stored(take_entry(session, vendor_id, sent=sent, actor=actor, now=now))
            return _corrected(
                take_correction(
                    session,
                    vendor_id,
                    base_id,
                    sent=sent,
                    reason=reason,
                    actor=actor,
                    now=now,
                )
            )
    except NotAllowed:
        raise
    except DomainError as refusal:
        if refusal.status == 503:
            return {"status": "later"}
        return {"status": "refused", "message": refusal_text(refusal), "field": refusal.field}
    except IN_THE_WAY:
        return {"status": "later"}


def _stored(taken: Taken) -> dict[str, object]:
    made: dict[str, object] = {"status": "stored", "id": taken.id}
    if taken.lot:
        made["lot"] = {"code": taken.lot.code, "held": taken.lot.is_held}
    return made


def _corrected(taken: Taken | Undecided) -> dict[str, object]:
    if isinstance(taken, Taken):
        return _stored(taken)
    fields = [
        {"name": one.name, "mine": _said(one.mine), "theirs": _said(one.theirs)}
        for one in taken.fields
    ]
    merged = {name: _said(value) for name, value in taken.merged.items()}
    return {"status": "conflict", "id": taken.id, "fields": fields, "merged": merged}


def _said(value: Any) -> object:
    if isinstance(value, Amount):
        return {"quantity_text": figure(value.quantity, value.unit), "unit": unit_key(value.unit)}
    return value.isoformat() if isinstance(value, date) else value


def _private(made: Response) -> Response:
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _plain(value: Any) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    raise TypeError(type(value))
