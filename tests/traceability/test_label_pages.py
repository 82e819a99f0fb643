"""Labels and scans in a vendor's workspace and on the office's desk, through the HTTP door."""

import re

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp

from tests.conftest import post
from tests.traceability.land import NOW, count
from traceability.models import LabelBatch, ScanAlert, SerialUnit
from traceability.rules.copies import AlertState, ScanNote
from traceability.rules.labels import BatchState
from traceability.services import lots, scans

STICKERS = {"template": "sticker", "count": "3", "dpi": "300", "serials": "y", "net": "500 g"}


@pytest.fixture
def farmer(app_land, sign_in):
    sign_in(vendor=app_land.vendor_id, vendor_roles=["owner"])
    return f"/work/{app_land.vendor_id}/farm"


@pytest.fixture
def lot_id(app_land):
    return app_land.harvest()


@pytest.fixture
def batch(client, farmer, lot_id):
    """The address of three stickers with numbers."""
    made = post(client, f"{farmer}/lots/{lot_id}/labels", STICKERS)
    assert made.status_code == 303
    return made.location


def serials(land):
    land.session.rollback()
    return list(land.session.scalars(sa.select(SerialUnit.serial).order_by(SerialUnit.position)))


def test_a_vendor_chooses_labels_looks_at_them_and_prints(app_land, client, farmer, lot_id, batch):
    shown = client.get(batch).text
    assert f"{batch}/labels.pdf" in shown
    pdf = client.get(f"{batch}/labels.pdf")
    assert (pdf.mimetype, pdf.headers["Cache-Control"]) == ("application/pdf", "private, no-store")
    document = pypdfium2.PdfDocument(pdf.data)
    texts = []
    for page in document:
        read = zxingcpp.read_barcodes(page.render(scale=300 / 72, grayscale=True).to_pil())
        texts += [one.text for one in read]
    assert [text.rpartition("/")[2] for text in texts] == serials(app_land)
    look = client.get(f"{batch}/labels.svg?look=1")
    assert (look.mimetype, look.headers.get("Content-Disposition")) == ("image/svg+xml", None)
    third = client.get(f"{batch}/labels.svg?page=3")
    assert "L2611-001-sticker-3.svg" in third.headers["Content-Disposition"]
    for address in (f"{farmer}/labels", f"{farmer}/lots/{lot_id}/labels"):
        assert batch in client.get(address).text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"count": "0"}, "Between 1 and 2000 labels."),
        ({"count": "x"}, "Not a valid integer value."),
        ({"template": "poster"}, "Not a valid choice."),
        ({"template": "pallet"}, "Serial numbers go on stickers only."),
        ({"sscc": "123"}, "An SSCC has 18 digits, and the last one must fit."),
        ({"dpi": "72"}, "Not a valid choice."),
    ],
)
def test_what_cannot_be_printed_is_said_at_its_field(
    app_land, client, farmer, lot_id, changes, told
):
    answer = post(client, f"{farmer}/lots/{lot_id}/labels?lang=en", STICKERS | changes)
    assert answer.status_code == 422
    assert told in answer.text
    assert count(app_land.session, LabelBatch) == 0


def test_a_held_lot_prints_nothing_not_even_what_was_ordered(app_land, client, farmer, batch):
    lot = app_land.session.scalar(sa.select(LabelBatch.lot_id))
    app_land.run(lots.hold_lot, lot, reason="Chờ kiểm tra", actor=app_land.owner)
    for path in ("labels.pdf", "labels.svg", "labels.svg?look=1"):
        assert client.get(f"{batch}/{path}").status_code == 409
    assert client.get(batch).status_code == 200


def test_labels_are_put_on_goods_spoiled_sold_reprinted_and_voided(app_land, client, batch):
    first, second, _third = serials(app_land)

    def press(action, **values):
        return post(client, f"{batch}/{action}", values, form=batch)

    assert press("spoil", serials=f" {first.lower()}\n").status_code == 303
    assert press("spoil", serials="ABC").status_code == 422
    assert press("spoil", serials="0" * 12).status_code == 422
    assert press("spoil").status_code == 422
    assert press("apply").status_code == 303
    assert press("apply").status_code == 409
    assert press("sold", serials=second).status_code == 303
    assert press("sold").status_code == 422
    again = press("reprint", count="1")
    assert again.status_code == 303
    assert again.location != batch
    assert press("reprint", count="0").status_code == 422
    assert press("void", reason="x").status_code == 422
    assert press("void", reason="In nhầm lô").status_code == 303
    app_land.session.rollback()
    states = app_land.session.scalars(sa.select(LabelBatch.state).order_by(LabelBatch.id)).all()
    assert states == [BatchState.VOIDED, BatchState.PRINTED]
    assert "In nhầm lô" in client.get(batch).text


def suspect(land, lot_id, serial="000000000000"):
    land.run(scans.record_scans, [ScanNote(lot_id, serial, NOW, "0" * 16)])
    return land.session.scalar(sa.select(ScanAlert.id).where(ScanAlert.lot_id == lot_id))


def test_a_vendor_looks_at_signs_of_copies(app_land, client, farmer, lot_id):
    alert = suspect(app_land, lot_id)
    address = f"{farmer}/scans"
    assert "000000000000" in client.get(address).text
    wrong = post(client, f"{address}/{alert}", {"note": "x"}, form=address)
    assert wrong.status_code == 422
    good = {"note": "Em bé gõ chơi", "is_copy": "no"}
    assert post(client, f"{address}/{alert}", good, form=address).status_code == 303
    assert "000000000000" not in client.get(address).text
    assert "Em bé gõ chơi" in client.get(f"{address}?seen=1").text
    app_land.session.rollback()
    assert app_land.session.scalar(sa.select(ScanAlert.state)) is AlertState.HARMLESS


def test_the_office_sees_signs_of_copies_of_all_vendors(app_land, client, sign_in, lot_id):
    alert = suspect(app_land, lot_id)
    sign_in(roles=["reviewer"])
    shown = client.get("/office/lots/copies?lang=en").text
    assert "HTX V01" in shown
    assert re.search("A number that was never issued", shown)
    address = f"/office/lots/copies/{alert}"
    answer = post(
        client, address, {"note": "Tem giả", "is_copy": "yes"}, form="/office/lots/copies"
    )
    assert answer.status_code == 303
    app_land.session.rollback()
    assert app_land.session.scalar(sa.select(ScanAlert.state)) is AlertState.COPY
