"""QR codes and labels of lots: for lots that may be sold, of vendors that may sell."""

from flask import Response, request

from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.session import db
from traceability.errors import LotNotOpen
from traceability.qr import qr_png, qr_svg
from traceability.queries import LotCard
from traceability.rules import LotState
from traceability.views.attempt import need_lot
from traceability.views.blueprint import blueprint, everybody
from traceability.views.lots import address_of
from vendors.queries import VendorCard, vendor_cards

# Three columns of eight: the common sheet of 70 x 37 mm stamps.
ON_A_SHEET = 24


@blueprint.get("/lots/<lot_id>/labels")
@everybody
def show_labels(vendor_id: str, lot_id: str) -> Answer:
    """Show a printable sheet of stamps, or one label with ``?single=1``."""
    lot, vendor = _printable(vendor_id, lot_id)
    single = request.args.get("single") == "1"
    return page(
        "traceability/labels.html",
        vendor_id=vendor_id,
        lot=lot,
        vendor=vendor,
        address=address_of(lot),
        qr=qr_svg(address_of(lot), inline=True),
        single=single,
        count=1 if single else ON_A_SHEET,
    )


@blueprint.get("/lots/<lot_id>/qr.svg")
@everybody
def download_svg(vendor_id: str, lot_id: str) -> Answer:
    """Hand out the QR code as SVG."""
    lot, _vendor = _printable(vendor_id, lot_id)
    return _file(qr_svg(address_of(lot)).encode(), "image/svg+xml", f"{lot.code}.svg")


@blueprint.get("/lots/<lot_id>/qr.png")
@everybody
def download_png(vendor_id: str, lot_id: str) -> Answer:
    """Hand out the QR code as PNG."""
    lot, _vendor = _printable(vendor_id, lot_id)
    return _file(qr_png(address_of(lot)), "image/png", f"{lot.code}.png")


def _printable(vendor_id: str, lot_id: str) -> tuple[LotCard, VendorCard]:
    lot = need_lot(vendor_id, lot_id)
    vendor = vendor_cards(db(), [vendor_id])[vendor_id]
    if lot.state is not LotState.OPEN or not vendor.is_open:
        raise LotNotOpen
    return lot, vendor


def _file(data: bytes, media_type: str, name: str) -> Response:
    return Response(
        data,
        mimetype=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
