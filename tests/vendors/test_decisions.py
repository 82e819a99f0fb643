"""The office's documents: numbers without a gap, words of the decree, from draft to signature."""

import io
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pypdfium2
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import sessionmaker

from kernel.audit import AuditEntry
from kernel.db import transaction
from kernel.errors import Conflict, NotAllowed
from tests.conftest import TOKEN
from tests.together import at_once
from tests.vendors.conftest import APPROVER, REVIEWER, House
from tests.vendors.signatures import FACTS, HEAD, Authority
from vendors.models import DecisionCounter, DecisionNumber
from vendors.rules.decisions import DecisionKind, padded, read_symbol
from vendors.rules.sheets import ended, grounds, spoken_day
from vendors.services.decisions import drafting, numbering
from vendors.services.decisions.signing import typeset

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TEXT = drafting.Text(subject="Về việc công nhận", grounds=["Luật"], articles=["Công nhận."])


def draft(maker, vendor_id, kind=DecisionKind.RECOGNITION):
    with maker() as session, transaction(session) as work:
        return drafting.draft_decision(
            work, vendor_id, kind=kind, text=TEXT, actor=REVIEWER, now=NOW
        )


def issue(maker, vendor_id, document_id, actor=APPROVER):
    with maker() as session, transaction(session) as work:
        drafting.issue_decision(
            work,
            document_id,
            vendor_id=vendor_id,
            head=HEAD,
            seen_version=None,
            actor=actor,
            now=NOW,
        )


def numbers(maker):
    with maker() as session:
        return list(session.scalars(sa.select(DecisionNumber.number).order_by("number")))


@pytest.fixture
def vendor_id(maker):
    with maker() as session:
        return House(session).submitted()


def race(maker, vendor_id, threads, each):
    drafts = [[draft(maker, vendor_id) for _ in range(each)] for _ in range(threads)]

    def work(number):
        for document_id in drafts[number]:
            issue(maker, vendor_id, document_id)

    return at_once(work, threads)


def test_twenty_officers_issue_at_once_without_a_gap_or_a_double(maker, vendor_id):
    assert race(maker, vendor_id, 20, 25) == [None] * 20
    assert numbers(maker) == list(range(1, 501))


@pytest.mark.postgres
def test_without_the_lock_officers_get_the_same_number(postgres_url, monkeypatch):
    """The negative control: the race above proves something only because this one is lost."""
    from kernel import db

    engine = db.open_engine(postgres_url)
    maker = db.session_factory(engine)
    with maker() as session:
        vendor_id = House(session).submitted()
    issue(maker, vendor_id, draft(maker, vendor_id))

    def unlocked(session, year, type_code):
        return session.get(DecisionCounter, (year, type_code))

    monkeypatch.setattr(numbering, "_locked_counter", unlocked)
    results = race(maker, vendor_id, 12, 4)
    assert any(isinstance(result, Exception) for result in results)
    engine.dispose()


def test_a_refused_issue_gives_its_number_back(maker, vendor_id):
    first, second = draft(maker, vendor_id), draft(maker, vendor_id)
    with pytest.raises(RuntimeError), maker() as session, transaction(session) as work:
        drafting.issue_decision(
            work, first, vendor_id=vendor_id, head=HEAD, seen_version=None, actor=APPROVER, now=NOW
        )
        raise RuntimeError
    issue(maker, vendor_id, second)
    assert numbers(maker) == [1]


def test_each_type_and_year_counts_by_itself(maker, vendor_id):
    issue(maker, vendor_id, draft(maker, vendor_id))
    issue(maker, vendor_id, draft(maker, vendor_id, DecisionKind.INFORMATION_REQUEST))
    issue(maker, vendor_id, draft(maker, vendor_id, DecisionKind.INSPECTION))
    assert numbers(maker) == [1, 1, 1]


def test_a_document_is_numbered_once_and_by_an_approver(maker, vendor_id):
    document_id = draft(maker, vendor_id)
    with pytest.raises(NotAllowed):
        issue(maker, vendor_id, document_id, actor=REVIEWER)
    assert numbers(maker) == []
    issue(maker, vendor_id, document_id)
    with pytest.raises(Conflict):
        issue(maker, vendor_id, document_id)
    assert numbers(maker) == [1]


def test_a_withdrawn_number_stays_in_the_register_with_its_reason(maker, vendor_id):
    document_id = draft(maker, vendor_id)
    issue(maker, vendor_id, document_id)
    with maker() as session, transaction(session) as work:
        drafting.withdraw_decision(
            work,
            document_id,
            vendor_id=vendor_id,
            reason="Ghi sai tên gian hàng.",
            actor=APPROVER,
            now=NOW,
        )
    issue(maker, vendor_id, draft(maker, vendor_id))
    with maker() as session:
        lines = session.scalars(sa.select(DecisionNumber).order_by(DecisionNumber.number)).all()
    assert [(line.number, line.withdrawn_reason) for line in lines] == [
        (1, "Ghi sai tên gian hàng."),
        (2, ""),
    ]


@given(st.dates())
def test_days_are_padded_as_the_decree_says(day):
    written = spoken_day(day)
    month = {1: "01", 2: "02"}.get(day.month, str(day.month))
    assert written == f"ngày {day.day:02d} tháng {month} năm {day.year}"


@given(st.lists(st.text(max_size=40), max_size=6))
def test_grounds_end_with_semicolons_and_the_last_with_a_full_stop(lines):
    written = grounds(lines)
    assert all(line.endswith(";") for line in written[:-1])
    assert written[-1].endswith(".")
    assert all("\n" not in line for line in written)


@given(st.text(max_size=60))
def test_the_text_ends_with_the_closing_sign_once(text):
    written = ended(text)
    assert written.endswith("./.")
    assert not written[:-3].endswith((".", "/"))


@given(st.integers(1, 999_999), st.sampled_from(["QĐ", "TB", "BB"]))
def test_a_number_is_read_as_it_is_written(number, type_code):
    assert read_symbol(f"Số: {padded(number)}/{type_code}-SCT") == (number, type_code)


def test_the_pdf_is_a4_in_vietnamese_with_its_letters_in_it():
    pdf, word = typeset(
        FACTS, HEAD, code="7K3M9QXW2B", address="http://localhost/verify/7K3M9QXW2B"
    )
    with pypdfium2.PdfDocument(pdf) as document:
        width, height = document[0].get_size()
        text = document[0].get_textpage().get_text_range()
        fonts = set(re.findall(rb"/FontFile[23]", pdf))
    assert (round(width), round(height)) == (595, 842)
    assert unicodedata.is_normalized("NFC", text)
    assert fonts
    for line in (
        "UBND THÀNH PHỐ HẢI PHÒNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: 05/QĐ-SCT",
        "Hải Phòng, ngày 05 tháng 02 năm 2026",
        "Căn cứ Luật Thương mại điện tử 122/2025/QH15;",
        "Căn cứ Hồ sơ đăng ký gian hàng.",
        "Điều 2. Quyết định có hiệu lực từ ngày ký./.",
        "- Lưu: VT.",
        "7K3M9QXW2B",
    ):
        assert line in text
    paragraphs = [p.text for p in docx.Document(io.BytesIO(word)).paragraphs]
    assert "Điều 2. Quyết định có hiệu lực từ ngày ký./." in paragraphs


SENTENCE = "Đình chỉ hoạt động của gian hàng kể từ ngày ký, do bán sản phẩm không rõ nguồn gốc. "


@pytest.mark.parametrize("length", [1, 9, 12, 14, 16, 18, 20, 24, 40, 60])
def test_a_page_never_holds_a_signature_alone(length):
    """It could be put behind any text: the last words of the decision go with it."""
    articles = [SENTENCE * length, "Quyết định có hiệu lực từ ngày ký."]
    pdf, _ = typeset(replace(FACTS, articles=articles), HEAD, code="C", address="http://localhost")
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    assert FACTS.signer_name in pages[-1]
    assert "có hiệu lực từ ngày ký./." in pages[-1]
    assert [text.split()[0] for text in pages[1:]] == [str(n + 2) for n in range(len(pages) - 1)]


def test_the_docx_numbers_its_pages_and_keeps_the_signature_with_the_last_words():
    _, word = typeset(FACTS, HEAD, code="C", address="http://localhost")
    document = docx.Document(io.BytesIO(word))
    section = document.sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    kept = [p.text for p in document.paragraphs if p.paragraph_format.keep_with_next]
    assert kept == ["Điều 2. Quyết định có hiệu lực từ ngày ký./."]
    assert "w:cantSplit" in document.tables[-1]._tbl.xml


def test_the_same_words_give_the_same_bytes():
    once, again = (typeset(FACTS, HEAD, code="C", address="http://localhost") for _ in range(2))
    assert once[0] == again[0]


def test_a_document_goes_from_draft_to_the_public_page(app, client, sign_in, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        vendor_id = House(session).submitted()
    sign_in(name="Hùng", roles=["reviewer", "approver"])
    base = f"/office/vendors/{vendor_id}/decisions"
    token = TOKEN.search(client.get(f"{base}/new/recognition").get_data(as_text=True))[1]

    def send(url, **data):
        answer = client.post(url, data={"csrf_token": token, **data})
        answer.request.environ["wsgi.input"].close()
        return answer

    made = send(f"{base}/new/recognition", subject="Về việc công nhận", articles="Công nhận.")
    assert made.status_code == 303
    one = made.location
    assert client.get(base).status_code == 200
    assert send(f"{one}/issue").status_code == 303
    issued = client.get(f"{one}/pdf").data
    assert issued.startswith(b"%PDF-")
    refused = send(f"{one}/signed", file=(io.BytesIO(issued), "a.pdf"))
    assert refused.status_code == 422
    assert client.get("/office/decisions").status_code == 200
    assert "01/QĐ-SCT" in client.get("/office/decisions.csv").get_data(as_text=True)
    assert client.get("/office/decisions.xlsx").data.startswith(b"PK")
    signed = Authority().sign(issued)
    assert send(f"{one}/signed", file=(io.BytesIO(signed), "a.pdf")).status_code == 303
    assert client.get(f"{one}/signed").data == signed
    shown = client.get("/verify?q=01/QĐ-SCT")
    assert shown.status_code == 303
    page = client.get(shown.location).get_data(as_text=True)
    assert "HTX Đức Chính" in page
    assert "0800001115" not in page
    same = send(shown.location, file=(io.BytesIO(signed), "a.pdf")).get_data(as_text=True)
    other = send(shown.location, file=(io.BytesIO(b"x"), "a.pdf")).get_data(as_text=True)
    assert same != other
    assert send(f"{one}/withdraw", reason="Ghi sai tên gian hàng.").status_code == 303
    assert client.get(one).status_code == 200
    with app.extensions[sessionmaker.__qualname__]() as session:
        notes = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "decision.sign")
        ).one()
    import hashlib

    assert notes.detail["signed_sha256"] == hashlib.sha256(signed).hexdigest()
