"""Pictures of a listing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.services.photos import add_photo, put_photo_first, remove_photo
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.pictures import store_picture
from kernel.storage import Storage
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db, part

if TYPE_CHECKING:
    pass
from catalog.forms.photos import PhotoForm, alt_data
from catalog.queries.alts import suggestion
from catalog.views.attempt import need_work
from catalog.views.blueprint import blueprint, sellers


@blueprint.get("/<code>/photos")
@sellers
def show_photos(vendor_id: str, code: str) -> Answer:
    """Show the pictures of a listing."""
    work = need_work(vendor_id, code)
    number = len(work.photos) + 1
    words = suggestion(db(), work.listing, number, number)
    return page("catalog/photos.html", work=work, form=PhotoForm(data=alt_data(words)))


@blueprint.post("/<code>/photos")
@sellers
def send_photo(vendor_id: str, code: str) -> Answer:
    """Add a picture."""
    work, form = need_work(vendor_id, code), PhotoForm()
    try:
        if not form.validate():
            return page("catalog/photos.html", work=work, form=form), 422
        # Files are named by content: one that stays without a row does no harm.
        picture = store_picture(part(Storage), form.file.data.read())
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
    except DomainError as refusal:
        form_error(form, refusal)
        return page("catalog/photos.html", work=work, form=form), refusal.status
    flash(_("The picture is added."))
    return go(url_for("catalog.show_photos", vendor_id=vendor_id, code=code))


@blueprint.post("/<code>/photos/<digest>/first")
@sellers
def lead_photo(vendor_id: str, code: str, digest: str) -> Answer:
    """Show a picture on the card."""
    return _change_photo(put_photo_first, vendor_id, code, digest)


@blueprint.post("/<code>/photos/<digest>/remove")
@sellers
def drop_photo(vendor_id: str, code: str, digest: str) -> Answer:
    """Take a picture away."""
    return _change_photo(remove_photo, vendor_id, code, digest)


def _change_photo(change: Callable[..., None], vendor_id: str, code: str, digest: str) -> Answer:
    with transaction(db()) as session:
        change(
            session,
            vendor_id,
            code=code,
            digest=digest,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return go(url_for("catalog.show_photos", vendor_id=vendor_id, code=code))
