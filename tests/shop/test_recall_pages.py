"""Recalls through the HTTP door: at the office, in the workspace, and for everybody."""

import io

import openpyxl
import pypdfium2
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from kernel.audit import AuditEntry
from kernel.db import transaction
from tests.conftest import post
from tests.orders import market
from tests.shop.recalled import WHY, Case, open_case
from traceability.models import Complaint, LogisticUnit, Lot, Recall, RecallAction, RecallNotice
from traceability.queries.recalls import choices
from traceability.rules import LotState, UnitKind
from traceability.rules.recalls import Measure


@pytest.fixture
def case(app, now) -> Case:
    return open_case(app.extensions[sessionmaker.__qualname__], now)


@pytest.fixture
def officer(case, sign_in):
    """An approver of the office, signed in."""
    return sign_in(roles=["approver"])


def one(case, kind):
    with case.maker() as session:
        return session.scalars(sa.select(kind)).one()


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_a_complaint_from_a_bag_leads_to_a_drill_and_its_report(case, client, sign_in):
    case.order(2, sent="deliver")
    address = "/complaints/new?lot=AB12CD34&serial=ABC123"
    told = post(
        client,
        address,
        {
            "lot_id": case.market.lot,
            "kind": "residue",
            "text": "Vải có mùi thuốc rất nồng.",
            "phone": "0912 345 678",
        },
    )
    complaint = one(case, Complaint)
    assert told.location == f"/complaints/thanks/{complaint.code}"
    assert (complaint.serial, complaint.phone) == ("ABC123", "+84912345678")
    sign_in(roles=["approver"])
    page = client.get(f"/office/recalls/complaints/{complaint.id}").get_data(as_text=True)
    assert "Vải có mùi thuốc" in page
    form = f"/office/recalls/new?origin=complaint&vendor={complaint.vendor_id}&ref={complaint.id}"
    opened = post(
        client,
        "/office/recalls",
        {
            "origin": "complaint",
            "vendor": complaint.vendor_id,
            "ref": complaint.id,
            "reason": WHY,
            "hazard": "possible",
            "drill": "y",
        },
        form=form,
    )
    assert opened.status_code == 303
    shown = client.get(opened.location).get_data(as_text=True)
    assert "L2611-023" in shown
    assert "Phạm Văn An" not in shown
    acted = post(client, f"{opened.location}/act", {"measure": "recall"}, form=opened.location)
    assert acted.location == opened.location
    told = f"{opened.location}/told"
    assert client.get(told).status_code == 200
    notice = f"{opened.location}/notices/{one(case, RecallNotice).id}"
    assert post(client, notice, {"answer": "kept"}, form=told).location == told
    assert client.get(f"{opened.location}/closing").status_code == 200
    assert case.mails() == []
    report = client.get(f"{opened.location}/report.pdf")
    assert report.mimetype == "application/pdf"
    words = text_of(report.data)
    assert "DRILL" in words
    assert complaint.code in words
    assert "Phạm Văn An" not in words
    assert client.get(f"/recalls/{one(case, Recall).code}").status_code == 404


@pytest.mark.parametrize("written", ["(00) 3 8912345 1000000017", "003891234510000000 17", "K7F3"])
def test_a_load_is_found_by_its_sscc_as_printed_or_its_code(case, client, officer, written):
    with case.maker() as session, transaction(session):
        unit = LogisticUnit(
            vendor_id=case.market.grower,
            kind=UnitKind.PALLET,
            code="K7F3",
            sscc="389123451000000017",
            made_at=case.now,
        )
        session.add(unit)
        session.flush()
        assert choices.loads_named(session, written, vendor_id=None) == [
            (unit.id, case.market.grower)
        ]
        assert choices.loads_named(session, written, vendor_id=case.market.keeper) == []
    form = "/office/recalls/new?origin=load"
    filled = {"origin": "load", "ref": written, "reason": WHY, "hazard": "possible"}
    empty = post(client, "/office/recalls", filled, form=form)
    assert empty.status_code == 422
    assert "Không tìm thấy" in empty.get_data(as_text=True)


def test_the_public_page_appears_with_the_recall_and_says_what_to_do(case, client):
    case.order(2, sent="deliver")
    recall_id = case.open()
    code = case.card(recall_id).code
    assert client.get(f"/recalls/{code}").status_code == 404
    case.act(recall_id, Measure.HOLD)
    assert client.get(f"/recalls/{code}").status_code == 404
    case.act(recall_id, Measure.RECALL)
    page = client.get(f"/recalls/{code}").get_data(as_text=True)
    assert WHY in page
    assert "L2611-023" in page
    assert f"/recalls/{code}" in client.get("/recalls").get_data(as_text=True)
    yes = client.get(f"/recalls/{code}?code=ab12cd34").get_data(as_text=True)
    no = client.get(f"/recalls/{code}?code=L2611-999").get_data(as_text=True)
    assert ('role="alert"' in yes, 'role="alert"' in no) == (True, False)
    answer = client.get(f"/recalls/{code}.json")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.json["status"] == "active"
    assert answer.json["lots"] == [
        {
            "lot": "L2611-023",
            "vendor": "HTX grower",
            "code": "AB12CD34",
            "link": "http://localhost/t/AB12CD34",
        }
    ]


def test_search_engines_find_a_recall_in_every_language_and_no_drill(case, client):
    case.act(case.open(drill=True))
    recall_id = case.open()
    case.act(recall_id)
    code = case.card(recall_id).code
    root = f"http://localhost/recalls/{code}"
    page = client.get(f"/recalls/{code}?lang=en&code=AB12CD34")
    assert "noindex" not in page.headers.get("X-Robots-Tag", "")
    text = page.get_data(as_text=True)
    assert f'<link rel="canonical" href="{root}?lang=en">' in text
    for lang, address in (
        ("vi", f"{root}?lang=vi"),
        ("en", f"{root}?lang=en"),
        ("x-default", root),
    ):
        assert f'hreflang="{lang}" href="{address}"' in text
    assert f'<meta name="description" content="{WHY}">' in text
    low = client.get(f"/recalls/{code.lower()}")
    assert (low.status_code, low.location) == (301, f"/recalls/{code}")
    assert "/sitemap/recalls.xml" in client.get("/sitemap.xml").get_data(as_text=True)
    listed = client.get("/sitemap/recalls.xml").get_data(as_text=True)
    assert (listed.count("<loc>"), f"<loc>{root}</loc>" in listed) == (6, True)


def test_a_buyer_answers_his_notice(case, client):
    case.order(2, sent="deliver")
    case.act(case.open())
    address = f"/r/{case.mails()[0].values['token']}"
    assert client.get(address).status_code == 200
    assert post(client, address, {"answer": "discarded"}).location == address
    assert one(case, RecallNotice).answer.value == "discarded"
    assert client.get("/r/guessed").status_code == 404
    text = client.get(f"{address}?lang=en").get_data(as_text=True)
    for words in ("Your goods", *case.mails()[0].values["orders"], *case.mails()[0].values["lots"]):
        assert words in text


def test_contacts_are_shown_for_the_recall_alone_and_noted(case, client, officer):
    case.order(2, sent="deliver")
    recall_id = case.open()
    here = f"/office/recalls/{recall_id}"
    assert "+84987654321" not in client.get(here).get_data(as_text=True)
    assert client.get(f"{here}/buyers").status_code == 405
    seen = post(client, f"{here}/buyers", form=here)
    assert "+84987654321" in seen.get_data(as_text=True)
    table = post(client, f"{here}/scope.xlsx", form=here)
    cells = {
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(table.data))
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    assert {"L2611-023", "an@example.vn"} <= cells
    with case.maker() as session:
        noted = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "recall.contacts_seen")
        ).all()
    assert [entry.detail["how"] for entry in noted] == ["page", "table"]


def test_the_workbook_of_a_drill_has_nobodys_contacts(case, client, officer):
    case.order(2, sent="deliver")
    here = f"/office/recalls/{case.open(drill=True)}"
    table = post(client, f"{here}/scope.xlsx", form=here)
    book = openpyxl.load_workbook(io.BytesIO(table.data))
    words = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert "DIỄN TẬP / DRILL" in words
    assert not {"an@example.vn", "+84987654321", "'+84987654321", "Phạm Văn An"} & words
    assert post(client, f"{here}/buyers", form=here).status_code == 409


def test_the_whole_walk_of_an_owner(case, client, sign_in):
    """Scope, one lot out and in again, the action, a count, an action planned, the end."""
    case.order(2, sent="deliver")
    sign_in(vendor=case.market.grower, vendor_roles=["owner"])
    base = f"/work/{case.market.grower}/recalls"
    opened = post(
        client,
        base,
        {"origin": "lot", "ref": "l2611-023", "reason": WHY, "hazard": "serious"},
        form=f"{base}/new?origin=lot",
    )
    here = opened.location
    lot = {"lot_id": case.market.lot}
    assert post(client, f"{here}/out", lot, form=here).status_code == 422
    post(client, f"{here}/out", lot | {"reason": "Khác vườn"}, form=here)
    assert "Khác vườn" in client.get(here).get_data(as_text=True)
    post(client, f"{here}/in", lot, form=here)
    post(client, f"{here}/act", {"measure": "recall"}, form=here)
    with case.maker() as session:
        assert session.get_one(Lot, case.market.lot).state is LotState.RECALLED
    closing = f"{here}/closing"
    count = lot | {"finding": "stock", "quantity": "8"}
    assert post(client, f"{here}/count", count, form=closing).location == closing
    empty = lot | {"finding": "transit", "quantity": "0"}
    assert post(client, f"{here}/count", empty, form=closing).location == closing
    assert post(client, f"{here}/count", count | {"quantity": "x"}, form=closing).status_code == 422
    assert post(client, f"{here}/close", {"cause": WHY}, form=closing).status_code == 422
    plan = {"text": "Treo bảng cách ly", "who": "Hòa", "due_on": "2026-12-01"}
    post(client, f"{here}/plan", plan, form=closing)
    with case.maker() as session:
        planned = session.scalars(sa.select(RecallAction.id)).one()
    assert post(client, f"{here}/actions/{planned}/done", form=closing).location == closing
    assert post(client, f"{here}/close", {"cause": WHY}, form=closing).status_code == 303
    assert one(case, Recall).figures["percent"] == 100.0
    assert client.get(closing).status_code == 200


def test_a_lot_shows_where_it_comes_from_and_who_has_it(case, client, officer):
    case.order(2, sent="deliver")
    with case.maker() as session, transaction(session):
        session.get_one(Lot, case.market.lot).state_reason = "Vượt 20% mức cho phép"
    page = client.get("/office/recalls/trace/AB12CD34").get_data(as_text=True)
    assert "Vượt 20% mức cho phép" in page
    assert "VAI-01" in page
    assert "Phạm Văn An" in page
    assert client.get("/office/recalls/trace/NOSUCH").status_code == 404


@pytest.mark.parametrize("origin", ["plot", "input", "certificate", "worker"])
def test_each_beginning_has_its_form_and_says_what_is_missing(case, client, officer, origin):
    form = f"/office/recalls/new?origin={origin}&vendor={case.market.grower}"
    refused = post(
        client,
        "/office/recalls",
        {"origin": origin, "vendor": case.market.grower, "ref": "none", "reason": WHY},
        form=form,
    )
    assert refused.status_code == 422


def test_a_complaint_is_told_from_an_order_by_who_has_its_key(case, client):
    group_id = case.order(2, sent="deliver")
    (order,) = market.orders(case.maker, group_id)
    shown = client.get(f"/o/{case.placed.code}?key={case.placed.key}").get_data(as_text=True)
    address = f"/complaints/new?order={order.code}&group={case.placed.code}&key={case.placed.key}"
    assert address.replace("&", "&amp;") in shown
    assert client.get(address.replace(case.placed.key, "guessed")).status_code == 404
    complaint = {"lot_id": case.market.lot, "kind": "spoiled", "phone": "0912345678"}
    post(client, address, complaint | {"text": "Vải bị chua và chảy nước."})
    assert one(case, Complaint).order_id == order.id


def test_a_complaint_of_an_order_needs_its_key(case, client):
    assert client.get("/complaints/new?order=X&group=Y&key=Z").status_code == 404
    assert client.get("/complaints/new").status_code == 404
    assert client.get("/complaints/new?lot=NOSUCH").status_code == 404
