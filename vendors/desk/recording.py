"""The minutes of a visit, written in a field: each press keeps everything, without JavaScript too."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from flask import flash, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage, MultiDict

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.rules_table import rule
from kernel.storage import Storage
from kernel.web.answers import Answer, go, private_file
from kernel.web.forms import form_error, refusal_text
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db, part
from vendors.desk.blueprint import blueprint, officers
from vendors.desk.visits import seen_dossier, seen_visit, visit_address
from vendors.forms import PressForm
from vendors.forms.resuming import keeps_typed, typed_before
from vendors.forms.visits import MinutesForm, minutes_form
from vendors.queries import visits as reads
from vendors.queries.visits import MinutesCard, VisitCard
from vendors.rules.visits import VisitResult, VisitState, after_visit, line_titles, need_spot
from vendors.services import recording
from vendors.services.recording import Minutes, Photo

# The house lets no page ask where somebody is; this one asks for the minutes.
HERE = "geolocation=(self), microphone=(), camera=(self), payment=()"


@blueprint.get("/office/vendors/<vendor_id>/visits/<visit_id>/record")
@officers
def show_record(vendor_id: str, visit_id: str) -> Answer:
    """Show the minutes to be written, or closed ones to be corrected."""
    visit = seen_visit(vendor_id, visit_id)
    after_visit(visit.state, _action(visit))
    typed = typed_before()
    if typed is not None:
        return _record_page(visit, _form(visit, typed))
    if visit.minutes is not None:
        return _record_page(visit, _form(visit, **_written(visit.minutes)))
    draft = MultiDict(visit.draft) if visit.draft else None
    return _record_page(visit, _form(visit, draft))


@blueprint.post("/office/vendors/<vendor_id>/visits/<visit_id>/record")
@keeps_typed
@officers
def record_visit(vendor_id: str, visit_id: str) -> Answer:
    """Keep what was typed, take photos in, or close the minutes: what the button says."""
    visit = seen_visit(vendor_id, visit_id)
    form = _form(visit, request.form)
    form.photos.data = [file for file in request.files.getlist("photos") if file.filename]
    try:
        sent = _take_photos(visit, form)
        if request.form.get("do") != "close":
            return _kept(visit, form, sent)
        if form.photos.errors or not form.validate():
            return _record_page(visit, form, 422)
        _close(visit, form)
    except DomainError as refusal:
        form_error(form, refusal)
        return _record_page(seen_visit(vendor_id, visit_id), form, refusal.status)
    flash(_("The minutes are closed. The vendor is told."))
    return go(visit_address(vendor_id, visit_id))


@blueprint.post("/office/vendors/<vendor_id>/visits/<visit_id>/photos/<photo_id>/remove")
@officers
def remove_visit_photo(vendor_id: str, visit_id: str, photo_id: str) -> Answer:
    """Take a photo away that no closed minutes hold."""
    with transaction(db()) as work:
        recording.remove_photo(
            work,
            photo_id,
            visit_id=visit_id,
            vendor_id=vendor_id,
            forget=part(Storage).delete,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return _to_record(vendor_id, visit_id)


@blueprint.get("/office/vendors/<vendor_id>/visits/<visit_id>/photos/<photo_id>")
@officers
def show_visit_photo(vendor_id: str, visit_id: str, photo_id: str) -> Answer:
    """Hand out a photo of a visit."""
    photo = reads.photo(db(), photo_id, visit_id=visit_id, vendor_id=vendor_id)
    if photo is None:
        raise NotFound
    return private_file(photo.storage_key, media_type="image/jpeg", name=f"{photo.id}.jpg")


def _form(visit: VisitCard, formdata: Any = None, **written: Any) -> MinutesForm:
    lines = line_titles(rule(db(), "visit.lines", on=visit.day).value)
    form = minutes_form(lines, current_language(), formdata, **written)
    if formdata is None or not form.seen_revision.raw_data:
        form.seen_revision.data = str(visit.minutes.revision if visit.minutes else 0)
    return form


def _written(minutes: MinutesCard) -> dict[str, Any]:
    """Return the values of closed minutes as the form that corrects them begins."""
    spot = minutes.spot
    found: dict[str, Any] = {
        "result": minutes.result.value,
        "findings": minutes.findings,
        "present": minutes.present,
        "vendor_words": minutes.vendor_words,
        "signed_by": minutes.signed_by,
        "lat": spot.lat if spot else None,
        "lon": spot.lon if spot else None,
        "accuracy_m": spot.accuracy_m if spot else None,
    }
    for card in minutes.lines:
        found[f"finding_{card.line.key}"] = card.line.finding.value
        found[f"remark_{card.line.key}"] = card.line.remark
    return found


def _action(visit: VisitCard) -> str:
    return "correct" if visit.state is VisitState.HELD else "record"


def _take_photos(visit: VisitCard, form: MinutesForm) -> int:
    """Store what photos can be stored; say on the form which could not. Return how many."""
    if not form.photos.data:
        return 0
    storage, kept = part(Storage), list[Photo]()
    try:
        kept += _judged(visit, form, storage)
        with transaction(db()) as work:
            known = recording.add_photos(
                work,
                visit.id,
                vendor_id=visit.vendor_id,
                photos=kept,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError:
        _forget(storage, kept)
        raise
    _forget(storage, known)
    return len(kept) - len(known)


def _judged(visit: VisitCard, form: MinutesForm, storage: Storage) -> list[Photo]:
    most_bytes = int(rule(db(), "upload.max_mb", on=clock.local_date(clock.now())).value) * 1024**2
    kept, wrong = list[Photo](), list[str]()
    for file in form.photos.data:
        try:
            data = _read(file, most_bytes)
            kept.append(recording.keep_photo(storage, visit.vendor_id, data, most_bytes=most_bytes))
        except DomainError as refusal:
            name = "".join(letter for letter in file.filename or "" if letter.isprintable())[:80]
            wrong.append(f"{name}: {refusal_text(refusal)}")
    form.photos.errors = wrong
    return kept


def _read(file: FileStorage, most_bytes: int) -> bytes:
    with closing(file):
        # One byte more than allowed is enough to know.
        return bytes(file.read(most_bytes + 1))


def _forget(storage: Storage, photos: Iterable[Photo]) -> None:
    for photo in photos:
        storage.delete(photo.storage_key)


def _kept(visit: VisitCard, form: MinutesForm, photos: int) -> Answer:
    """Keep the draft of what is typed; corrections stay on the page alone."""
    if visit.state is VisitState.HELD:
        return _record_page(visit, form, 422 if form.photos.errors else 200)
    with transaction(db()) as work:
        recording.keep_draft(
            work,
            visit.id,
            vendor_id=visit.vendor_id,
            typed=form.typed(),
            actor=guards.current_actor(),
        )
    if form.photos.errors:
        return _record_page(visit, form, 422)
    if photos:
        flash(ngettext("%(num)d photo is saved.", "%(num)d photos are saved.", photos))
    else:
        flash(_("Saved. Nobody else is told before you close the minutes."))
    return _to_record(visit.vendor_id, visit.id)


def _close(visit: VisitCard, form: MinutesForm) -> None:
    seen = form.seen_revision.data or "0"
    minutes = Minutes(
        result=VisitResult(form.result.data),
        findings=form.findings.data or "",
        present=form.present.data or "",
        signed_by=form.signed_by.data or "",
        lines=form.line_findings(),
        vendor_words=form.vendor_words.data or "",
        spot=need_spot(form.lat.data, form.lon.data, form.accuracy_m.data),
        reason=form.reason.data or "",
        seen_revision=int(seen) if seen.isdecimal() else 0,
    )
    close = recording.record_visit if _action(visit) == "record" else recording.correct_minutes
    with transaction(db()) as work:
        close(
            work,
            visit.id,
            vendor_id=visit.vendor_id,
            minutes=minutes,
            actor=guards.current_actor(),
            now=clock.now(),
        )


def _record_page(visit: VisitCard, form: MinutesForm, status: int = 200) -> Answer:
    last = visit.minutes.revision if visit.minutes else 0
    form.reason.flags.required = visit.state is VisitState.HELD
    response = make_response(
        page(
            "vendors/visits/record.html",
            dossier=seen_dossier(visit.vendor_id),
            visit=visit,
            form=form,
            press=PressForm(),
            photos=[one for one in reads.photos_of(db(), visit.id) if one.revision > last],
        ),
        status,
    )
    response.headers["Permissions-Policy"] = HERE
    return response


def _to_record(vendor_id: str, visit_id: str) -> Answer:
    return go(url_for("vendors_desk.show_record", vendor_id=vendor_id, visit_id=visit_id))
