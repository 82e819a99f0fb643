"""A buyer claims a label by its secret code, without JavaScript, and every later one reads when."""

from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa

from tests.conftest import post
from tests.shop.test_scanned import PHONE, lot_of, read
from tests.traceability.land import OFFICE, Land
from traceability.models import LabelBatch, LabelClaim
from traceability.rules.claims import claim_digest, read_claim, shown_claim
from traceability.rules.labels import Template
from traceability.services import labels, lots
from traceability.services.claims import hand_out_claims
from traceability.services.labels import Wish


@pytest.fixture
def land(app_session):
    return Land(app_session)


@pytest.fixture
def batch_id(land):
    wish = Wish(Template.STICKER, 300, 2, serials=True, claims=True)
    lot_id = land.harvest()
    batch = land.run(labels.print_labels, lot_id, wish=wish, root="http://x", actor=land.owner)
    land.run(labels.apply_labels, batch, actor=land.owner)
    return batch


@pytest.fixture
def pack(land, batch_id):
    """The address of a pack and its secret code."""
    codes = land.run(hand_out_claims, batch_id, actor=land.owner)
    land.session.rollback()
    lot = lot_of(land, land.session.get_one(LabelBatch, batch_id).lot_id)
    serial = next(iter(codes))
    return f"/t/{lot.trace_code}/{serial}", codes[serial]


def test_the_first_buyer_reads_genuine_and_the_second_when(app, client, pack):
    path, code = pack
    assert f"{path}/claim" in read(client, path)
    form = f"{path}/claim?lang=en"
    wrong = post(client, form, {"code": "AAAA-AAAA-AAAA-AAAA"})
    assert wrong.status_code == 422
    assert "This is not the code of this label." in wrong.text
    first = post(client, form, {"code": shown_claim(code).lower()})
    assert "Genuine: claimed now, for the first time" in first.text
    assert "You claimed it yourself" in post(client, form, {"code": code}).text
    other = app.test_client()
    asked = {"code": code}
    later = other.post(form, data=asked | {"csrf_token": token(other, form)}, headers=PHONE)
    assert "The code is right, but it was claimed on 23/11/2026 10:00" in later.text
    assert "Its secret code was claimed on 23/11/2026 10:00" in read(other, path)


def token(client, form):
    from tests.conftest import TOKEN

    return TOKEN.search(client.get(form).text)[1]


def test_nothing_typed_is_asked_for_again(client, pack):
    answer = post(client, f"{pack[0]}/claim", {"code": ""})
    assert answer.status_code == 422


def test_who_tries_many_codes_is_stopped(client, pack):
    form = f"{pack[0]}/claim"
    answers = [post(client, form, {"code": "A" * 16}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_a_recall_comes_first(client, land, pack, batch_id):
    lot_id = land.session.get_one(LabelBatch, batch_id).lot_id
    land.run(lots.recall_lot, lot_id, reason="Phát hiện dư lượng", actor=OFFICE)
    text = post(client, f"{pack[0]}/claim?lang=en", {"code": pack[1]}).text
    assert text.index("Recalled: please do not eat it") < text.index("Genuine")


@pytest.mark.parametrize("end", ["/AAAAAAAAAAAA/claim", "/ẢẢ/claim"])
def test_a_number_without_a_secret_code_is_not_asked_for_one(client, pack, end):
    path = pack[0].rpartition("/")[0] + end
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_the_vendor_gets_the_file_once(client, land, batch_id, sign_in, kind):
    sign_in(vendor=land.vendor_id, vendor_roles=["seller"])
    page = f"/work/{land.vendor_id}/farm/labels/{batch_id}"
    assert client.get(f"{page}/labels.pdf").status_code == 409
    assert client.get(f"{page}/labels.svg?look=1").status_code == 200
    answer = post(client, f"{page}/claims", {"kind": kind}, form=page)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    land.session.rollback()
    kept = dict(land.session.execute(sa.select(LabelClaim.serial, LabelClaim.digest)).all())
    assert len(kept) == 2
    if kind == "xlsx":
        rows = openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True)
        told = {row[0]: row[1] for row in list(rows)[1:]}
        assert kept == {one: claim_digest(one, read_claim(code)) for one, code in told.items()}
    else:
        assert answer.data.startswith(b"%PDF")
    assert 'name="kind"' not in client.get(page).text
    again = post(client, f"{page}/claims", {"kind": kind}, form=page)
    assert again.status_code == 409
