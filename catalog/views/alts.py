"""Words of pictures: for people who do not see them."""

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.forms.photos import AltForm, alt_data
from catalog.queries.alts import suggestion, unseen_photos
from catalog.queries.cards import Photo
from catalog.queries.workbench import Work
from catalog.services.alts import describe_photo
from catalog.views.blueprint import blueprint, sellers
from catalog.views.needs import need_work
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db


@blueprint.get("/pictures")
@sellers
def show_unseen(vendor_id: str) -> Answer:
    """List pictures whose words were suggested and not looked at since."""
    rows = unseen_photos(db(), vendor_id)
    return page("catalog/unseen.html", vendor_id=vendor_id, rows=rows)


@blueprint.get("/<code>/photos/<digest>/words")
@sellers
def show_words(vendor_id: str, code: str, digest: str) -> Answer:
    """Show the words of a picture, or what is suggested where there are none."""
    work = need_work(vendor_id, code)
    number, photo = _place(work, digest)
    words = photo.alt or suggestion(db(), work.listing, number, len(work.photos))
    return _words_page(work, photo, AltForm(data=alt_data(words)))


@blueprint.post("/<code>/photos/<digest>/words")
@sellers
def save_words(vendor_id: str, code: str, digest: str) -> Answer:
    """Say what a picture shows."""
    work, form = need_work(vendor_id, code), AltForm()
    _number, photo = _place(work, digest)
    more = any(one.photo.digest != digest for one in unseen_photos(db(), vendor_id))
    after = (
        url_for("catalog.show_unseen", vendor_id=vendor_id)
        if photo.unseen and more
        else url_for("catalog.show_photos", vendor_id=vendor_id, code=code)
    )
    return attempt(
        form,
        lambda session: describe_photo(
            session,
            vendor_id,
            code=code,
            digest=digest,
            alt=form.alt(),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _words_page(work, photo, form),
        then=lead_on(after, _("Saved.")),
    )


def _place(work: Work, digest: str) -> tuple[int, Photo]:
    for number, photo in enumerate(work.photos, 1):
        if photo.digest == digest:
            return number, photo
    raise NotFound


def _words_page(work: Work, photo: Photo, form: AltForm) -> str:
    return page("catalog/photo_words.html", work=work, photo=photo, form=form)
