"""Pages on which a vendor takes its catalogue out as a table, and in again."""

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from accounts import guards
from catalog.services.sheets import read_book
from kernel import clock
from kernel.db import end_reading, transaction
from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.sheets import XLSX
from kernel.storage import Storage
from kernel.web.answers import Answer, go, private_bytes
from kernel.web.forms import Form, form_error
from kernel.web.pages import page
from kernel.web.session import db, part
from shop.catalogue.taking import Looked, Sent, look_through, take_in
from shop.catalogue.writing import as_csv_files, as_workbook
from shop.importing.cli import describe

blueprint = Blueprint("catalogue", __name__, url_prefix="/work/<vendor_id>/sheet")

sellers = guards.member("owner", "seller")


class SheetForm(Form):
    """A table of the catalogue."""

    file = FileField(_l("Table"), render_kw={"accept": ".xlsx,.xlsm,.csv,.zip"})

    def sent(self) -> Sent:
        """Return the file that was sent.

        :raises Invalid: when there is none.
        """
        chosen = self.file.data
        if not chosen or not chosen.filename:
            raise Invalid(msg("Choose a file."), field="file")
        return Sent(chosen.filename, chosen.read())


class ConfirmForm(Form):
    """A button that takes in what was looked through."""

    upload = HiddenField()


@blueprint.get("")
@sellers
def show(vendor_id: str) -> Answer:
    """Offer the catalogue as a file, and take one."""
    return _page(vendor_id, SheetForm(formdata=None))


@blueprint.get("/catalogue.<any(xlsx, zip):ending>")
@sellers
def download(vendor_id: str, ending: str) -> Response:
    """Hand out the catalogue."""
    book = read_book(db(), vendor_id, actor=guards.current_actor())
    end_reading(db())
    day = clock.local_date(clock.now())
    name = f"{_('catalogue')}-{day:%Y-%m-%d}.{ending}"
    if ending == "xlsx":
        return private_bytes(as_workbook(book), media_type=XLSX, name=name)
    return private_bytes(as_csv_files(book), media_type="application/zip", name=name)


@blueprint.post("")
@sellers
def look(vendor_id: str) -> Answer:
    """Show what a file would change; nothing is saved."""
    form = SheetForm()
    if not form.validate():
        return _page(vendor_id, form), 422
    end_reading(db())
    try:
        sent = form.sent()
        looked = look_through(
            db(),
            vendor_id,
            sent,
            storage=part(Storage),
            actor=guards.current_actor(),
            now=clock.now(),
        )
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        form_error(form, refusal)
        return _page(vendor_id, form), refusal.status
    answer = _page(vendor_id, SheetForm(formdata=None), looked, sent.name)
    return answer, 422 if looked.findings else 200


@blueprint.post("/confirm")
@sellers
def confirm(vendor_id: str) -> Answer:
    """Take in a file that was looked through."""
    form = ConfirmForm()
    try:
        with transaction(db()) as session:
            plan = take_in(
                session,
                vendor_id,
                form.upload.data or "",
                storage=part(Storage),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        again = SheetForm(formdata=None)
        form_error(again, refusal)
        return _page(vendor_id, again), refusal.status
    counts = plan.counts
    flash(
        _(
            "Taken in: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.",
            new=counts["new"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
        )
    )
    return go(url_for("catalog.show_listings", vendor_id=vendor_id))


def _page(vendor_id: str, form: SheetForm, looked: Looked | None = None, name: str = "") -> str:
    return page(
        "shop/catalogue.html",
        vendor_id=vendor_id,
        form=form,
        looked=looked,
        name=name,
        problems=[describe(one) for one in looked.findings.shown] if looked else [],
    )
