"""Secret codes of labels: handed out once, as labels or as a table for a printing house."""

from typing import TYPE_CHECKING

from flask import Response
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.sheets import as_xlsx
from kernel.web.answers import Answer
from kernel.web.attempts import attempt
from kernel.web.session import db
from traceability.forms.labels import ClaimsForm
from traceability.labels import pdf_of
from traceability.queries.labels import BatchCard, sheet_of
from traceability.rules.claims import shown_claim
from traceability.services.claims import hand_out_claims
from traceability.views.blueprint import blueprint, everybody
from traceability.views.labels import batch_page, file_answer, name_of_file, need_batch

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.post("/labels/<batch_id>/claims")
@everybody
def hand_out_codes(vendor_id: str, batch_id: str) -> Answer:
    """Hand out a batch with its secret codes: this file is made once and kept nowhere."""
    batch, form = need_batch(vendor_id, batch_id), ClaimsForm()

    def act(session: "Session") -> Response:
        # Within the transaction: what cannot be set is not handed out either.
        codes = hand_out_claims(session, batch_id, actor=guards.current_actor(), now=clock.now())
        return _pdf(batch, codes) if form.kind.data == "pdf" else _table(batch, codes)

    return attempt(
        form,
        act,
        again=lambda: batch_page(vendor_id, batch_id, form),
        then=lambda file: file,
    )


def _pdf(batch: BatchCard, codes: dict[str, str]) -> Response:
    file = pdf_of(sheet_of(db(), batch, claims=codes))
    return file_answer(file, "application/pdf", f"{name_of_file(batch)}.pdf")


def _table(batch: BatchCard, codes: dict[str, str]) -> Response:
    """Return numbers, secret codes and what the QR codes hold, for a printing house."""
    sheet = sheet_of(db(), batch, claims=codes)
    texts = dict(zip(sheet.serials, sheet.texts, strict=True))
    rows = [(serial, shown_claim(code), texts[serial]) for serial, code in codes.items()]
    heads = (_("Serial number"), _("Secret code"), _("QR code"))
    return file_answer(as_xlsx(batch.lot_code, heads, rows), XLSX, f"{name_of_file(batch)}.xlsx")
