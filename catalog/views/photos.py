"""Pictures of a listing."""

from collections.abc import Callable

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from accounts import guards
from catalog.forms.photos import PhotoForm, alt_data
from catalog.queries.alts import suggestion
from catalog.queries.workbench import Work
from catalog.services.photos import (
    MOST_PHOTOS,
    add_photo,
    move_photo,
    order_photos,
    put_photo_back,
    put_photo_first,
    remove_photo,
)
from catalog.views.blueprint import blueprint, sellers
from catalog.views.needs import need_work
from kernel import clock
from kernel.db import end_reading, transaction
from kernel.errors import DomainError, Invalid
from kernel.pictures import store_picture
from kernel.storage import Storage
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt
from kernel.web.forms import Form, form_error
from kernel.web.pages import page
from kernel.web.session import db, part

BY_SCRIPT = "X-By-Script"
"""A header of our own scripts: they show what is wrong themselves, and load no page for it."""


@blueprint.get("/<code>/photos")
@sellers
def show_photos(vendor_id: str, code: str) -> Answer:
    """Show the pictures of a listing; ``removed`` is one that can be put back."""
    work = need_work(vendor_id, code)
    number = len(work.photos) + 1
    words = suggestion(db(), work.listing, number, number)
    return _photos_page(work, PhotoForm(formdata=None, data=alt_data(words)))


@blueprint.post("/<code>/photos")
@sellers
def send_photo(vendor_id: str, code: str) -> Answer:
    """Add pictures; of several those before a bad one are kept."""
    work, form, added = need_work(vendor_id, code), PhotoForm(), 0
    end_reading(db())
    try:
        if not form.validate():
            return _refused(work, form, 422)
        for each in form.files(MOST_PHOTOS):
            form.problem = each.filename or ""
            _add(vendor_id, code, form, each)
            added += 1
    except DomainError as refusal:
        if added:
            flash(ngettext("%(num)d picture is added.", "%(num)d pictures are added.", added))
        form_error(form, refusal)
        return _refused(need_work(vendor_id, code), form, refusal.status)
    if request.headers.get(BY_SCRIPT):
        return "", 204
    flash(ngettext("%(num)d picture is added.", "%(num)d pictures are added.", added))
    return go(url_for("catalog.show_photos", vendor_id=vendor_id, code=code))


@blueprint.post("/<code>/photos/order")
@sellers
def sort_photos(vendor_id: str, code: str) -> Answer:
    """Put pictures in the order in which their digests were sent."""
    return _change(order_photos, vendor_id, code, digests=request.form.getlist("digest"))


@blueprint.post("/<code>/photos/<digest>/first")
@sellers
def lead_photo(vendor_id: str, code: str, digest: str) -> Answer:
    """Show a picture on the card."""
    return _change(put_photo_first, vendor_id, code, digest=digest)


@blueprint.post("/<code>/photos/<digest>/<any(earlier, later):way>")
@sellers
def shift_photo(vendor_id: str, code: str, digest: str, way: str) -> Answer:
    """Move a picture by one place."""
    return _change(move_photo, vendor_id, code, digest=digest, by=-1 if way == "earlier" else 1)


@blueprint.post("/<code>/photos/<digest>/remove")
@sellers
def drop_photo(vendor_id: str, code: str, digest: str) -> Answer:
    """Take a picture away, with the way back offered."""
    return _change(remove_photo, vendor_id, code, removed=digest, digest=digest)


@blueprint.post("/<code>/photos/<digest>/back")
@sellers
def return_photo(vendor_id: str, code: str, digest: str) -> Answer:
    """Put a picture back that was taken away."""
    return _change(put_photo_back, vendor_id, code, digest=digest)


def _add(vendor_id: str, code: str, form: PhotoForm, sent: FileStorage) -> None:
    """Store one picture and add it, in a transaction of its own.

    :raises DomainError: on ``file``, naming the file.
    """
    try:
        # Files are named by content: one that stays without a row does no harm.
        picture = store_picture(part(Storage), sent.read())
        with transaction(db()) as session:
            add_photo(
                session,
                vendor_id,
                code=code,
                picture=picture,
                alt=form.alt(),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except Invalid as refusal:
        refusal.field = refusal.field or "file"
        raise


def _change(
    change: Callable[..., None], vendor_id: str, code: str, *, removed: str = "", **what: object
) -> Answer:
    """Change the pictures in one transaction; a script is told in a word whether it was done."""
    form, by_script = Form(), request.headers.get(BY_SCRIPT)
    address = url_for(
        "catalog.show_photos", vendor_id=vendor_id, code=code, removed=removed or None
    )

    def again() -> str:
        if by_script:
            return form.problem
        other = PhotoForm(formdata=None)
        other.problem = form.problem
        return _photos_page(need_work(vendor_id, code), other)

    return attempt(
        form,
        lambda session: change(
            session, vendor_id, code=code, actor=guards.current_actor(), now=clock.now(), **what
        ),
        again=again,
        then=lambda _none: ("", 204) if by_script else go(address),
    )


def _refused(work: Work, form: PhotoForm, status: int) -> Answer:
    if request.headers.get(BY_SCRIPT):
        found = [str(error) for errors in form.errors.values() for error in errors]
        return " ".join([form.problem, *found]).strip() or _("Please check this field."), status
    return _photos_page(work, form), status


def _photos_page(work: Work, form: PhotoForm) -> str:
    removed = request.args.get("removed", "")
    shown = {photo.digest for photo in work.photos}
    return page(
        "catalog/photos.html",
        work=work,
        form=form,
        most=MOST_PHOTOS,
        removed=removed if removed.isalnum() and removed not in shown else "",
    )
