"""Labels of lots on a phone or a PC: choose, look, print; what was printed and what became of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Response, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.errors import Conflict, need_found
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part
from traceability.errors import LotNotOpen
from traceability.forms.labels import (
    ClaimsForm,
    LabelForm,
    ReprintForm,
    SoldForm,
    SpoilForm,
    VoidForm,
)
from traceability.labels import look_of, pdf_of, svg_of
from traceability.qr import qr_png, qr_svg
from traceability.queries import LotCard
from traceability.queries.labels import (
    BatchCard,
    batch_of,
    batches_of,
    batches_of_lot,
    serials_of,
    sheet_of,
)
from traceability.rules import LotState
from traceability.rules.labels import FORMATS, Template
from traceability.services import labels
from traceability.services.labels import Wish
from traceability.views.blueprint import blueprint, everybody
from traceability.views.lots import address_of
from traceability.views.needs import need_lot
from vendors.queries import vendor_cards

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

HANDED_OUT_ONCE = msg("These labels have secret codes: they are handed out once, on their page.")

Act = Callable[["Session"], str | None]
"""What is done with a batch; the id of the batch to show next, if it is another one."""


@blueprint.get("/labels")
@everybody
def show_batches(vendor_id: str) -> Answer:
    """List the labels a vendor printed, the latest first."""
    found = batches_of(db(), vendor_id=vendor_id, page=page_number())
    return page("traceability/label_batches.html", vendor_id=vendor_id, batches=found)


@blueprint.get("/lots/<lot_id>/labels")
@everybody
def show_labels(vendor_id: str, lot_id: str) -> Answer:
    """Ask which labels to print; show those that were."""
    lot = _printable(vendor_id, lot_id)
    return _choice_page(vendor_id, lot, LabelForm(data={"count": 65, "dpi": "600"}))


@blueprint.post("/lots/<lot_id>/labels")
@everybody
def print_labels(vendor_id: str, lot_id: str) -> Answer:
    """Print a batch."""
    lot = _printable(vendor_id, lot_id)
    form = LabelForm()
    return attempt(
        form,
        lambda session: labels.print_labels(
            session,
            lot_id,
            wish=_wish(form),
            root=part(Settings).codes_url,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _choice_page(vendor_id, lot, form),
        then=lead_on(lambda batch_id: _address_of(vendor_id, batch_id)),
    )


@blueprint.get("/labels/<batch_id>")
@everybody
def show_batch(vendor_id: str, batch_id: str) -> Answer:
    """Show a batch: how it looks, its files, what became of it."""
    return batch_page(vendor_id, batch_id)


@blueprint.get("/labels/<batch_id>/labels.pdf")
@everybody
def download_batch(vendor_id: str, batch_id: str) -> Answer:
    """Hand out a batch as PDF."""
    batch = _may_be_printed(vendor_id, batch_id)
    return file_answer(
        pdf_of(sheet_of(db(), batch)), "application/pdf", f"{name_of_file(batch)}.pdf"
    )


@blueprint.get("/labels/<batch_id>/labels.svg")
@everybody
def download_drawing(vendor_id: str, batch_id: str) -> Answer:
    """Hand out one page of a batch as SVG; with ``?look=1`` a single label, to be looked at."""
    batch = _may_be_printed(vendor_id, batch_id)
    sheet, number = sheet_of(db(), batch), page_number()
    if request.args.get("look") == "1":
        return file_answer(look_of(sheet), "image/svg+xml", "")
    return file_answer(
        svg_of(sheet, page=number), "image/svg+xml", f"{name_of_file(batch)}-{number}.svg"
    )


@blueprint.post("/labels/<batch_id>/apply")
@everybody
def apply_batch(vendor_id: str, batch_id: str) -> Answer:
    """Note that the labels are on the goods."""
    return _change(
        vendor_id,
        batch_id,
        ReprintForm(),
        lambda session: labels.apply_labels(
            session, batch_id, actor=guards.current_actor(), now=clock.now()
        ),
        _("Noted: they are on the goods."),
    )


@blueprint.post("/labels/<batch_id>/spoil")
@everybody
def spoil_labels(vendor_id: str, batch_id: str) -> Answer:
    """Note spoiled labels."""
    form = SpoilForm()
    return _change(
        vendor_id,
        batch_id,
        form,
        lambda session: labels.spoil_labels(
            session,
            batch_id,
            number=form.spoiled.data or 0,
            serials=form.numbers,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        _("Noted as spoiled."),
    )


@blueprint.post("/labels/<batch_id>/void")
@everybody
def void_batch(vendor_id: str, batch_id: str) -> Answer:
    """Take a batch out of use."""
    form = VoidForm()
    return _change(
        vendor_id,
        batch_id,
        form,
        lambda session: labels.void_labels(
            session,
            batch_id,
            reason=form.reason.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        _("These labels are out of use."),
    )


@blueprint.post("/labels/<batch_id>/sold")
@everybody
def sell_serials(vendor_id: str, batch_id: str) -> Answer:
    """Note units of a batch as sold."""
    form = SoldForm()
    batch = need_batch(vendor_id, batch_id)

    def act(session: "Session") -> None:
        labels.sell_serials(
            session,
            batch.lot_id,
            serials=form.numbers,
            actor=guards.current_actor(),
            now=clock.now(),
        )

    return _change(vendor_id, batch_id, form, act, _("Noted as sold."))


@blueprint.post("/labels/<batch_id>/reprint")
@everybody
def reprint_labels(vendor_id: str, batch_id: str) -> Answer:
    """Print some labels of a batch once more."""
    form = ReprintForm()
    return _change(
        vendor_id,
        batch_id,
        form,
        lambda session: labels.reprint_labels(
            session,
            batch_id,
            count=form.count.data or 0,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        _("Printed once more."),
    )


@blueprint.get("/lots/<lot_id>/qr.svg")
@everybody
def download_svg(vendor_id: str, lot_id: str) -> Answer:
    """Hand out the QR code alone as SVG."""
    lot = _printable(vendor_id, lot_id)
    return file_answer(qr_svg(address_of(lot)).encode(), "image/svg+xml", f"{lot.code}.svg")


@blueprint.get("/lots/<lot_id>/qr.png")
@everybody
def download_png(vendor_id: str, lot_id: str) -> Answer:
    """Hand out the QR code alone as PNG."""
    lot = _printable(vendor_id, lot_id)
    return file_answer(qr_png(address_of(lot)), "image/png", f"{lot.code}.png")


def _wish(form: LabelForm) -> Wish:
    return Wish(
        template=Template(form.template.data),
        dpi=int(form.dpi.data),
        count=form.count.data or 0,
        serials=bool(form.serials.data),
        net=form.net.data or "",
        sscc=form.sscc18,
        claims=bool(form.claims.data),
    )


def _printable(vendor_id: str, lot_id: str) -> LotCard:
    lot = need_lot(vendor_id, lot_id)
    if lot.state is not LotState.OPEN or not vendor_cards(db(), [vendor_id])[vendor_id].is_open:
        raise LotNotOpen
    return lot


def need_batch(vendor_id: str, batch_id: str) -> BatchCard:
    """Return a batch of a vendor.

    :raises NotFound: when it has no such batch.
    """
    return need_found(batch_of(db(), batch_id, vendor_id=vendor_id))


def _may_be_printed(vendor_id: str, batch_id: str) -> BatchCard:
    batch = need_batch(vendor_id, batch_id)
    if not batch.may_be_printed or not vendor_cards(db(), [vendor_id])[vendor_id].is_open:
        raise LotNotOpen
    # Without its secret codes such a label is worth nothing, and those are handed out once.
    if batch.has_claims and request.args.get("look") != "1":
        raise Conflict(HANDED_OUT_ONCE)
    return batch


def _change(vendor_id: str, batch_id: str, form: Form, act: Act, told: str) -> Answer:
    """Do something with a batch, or show its page again with what is wrong."""
    need_batch(vendor_id, batch_id)
    return attempt(
        form,
        act,
        again=lambda: batch_page(vendor_id, batch_id, form),
        then=lead_on(lambda made: _address_of(vendor_id, made or batch_id), told),
    )


def _address_of(vendor_id: str, batch_id: str) -> str:
    return url_for("traceability.show_batch", vendor_id=vendor_id, batch_id=batch_id)


def _choice_page(vendor_id: str, lot: LotCard, form: LabelForm) -> str:
    return page(
        "traceability/labels.html",
        vendor_id=vendor_id,
        lot=lot,
        form=form,
        batches=batches_of_lot(db(), lot_id=lot.id),
    )


def batch_page(vendor_id: str, batch_id: str, form: Form | None = None) -> str:
    """Return the page of a batch, with the form that was tried, if one was."""
    batch = need_batch(vendor_id, batch_id)
    return page(
        "traceability/label_batch.html",
        vendor_id=vendor_id,
        batch=batch,
        format=FORMATS[batch.template],
        serials=serials_of(db(), batch_id=batch.id) if batch.has_serials else [],
        form=form,
        claims=form if isinstance(form, ClaimsForm) else ClaimsForm(),
        spoil=form if isinstance(form, SpoilForm) else SpoilForm(),
        void=form if isinstance(form, VoidForm) else VoidForm(),
        sold=form if isinstance(form, SoldForm) else SoldForm(),
        again=form if isinstance(form, ReprintForm) else ReprintForm(data={"count": 1}),
    )


def name_of_file(batch: BatchCard) -> str:
    """Return what a file of a batch is called."""
    return f"{batch.lot_code}-{batch.template.value}"


def file_answer(data: bytes, media_type: str, name: str) -> Response:
    """Hand out a file; without a name it is shown."""
    headers = {"Cache-Control": "private, no-store"}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(data, mimetype=media_type, headers=headers)
