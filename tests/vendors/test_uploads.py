"""Bad files at the door: a message that names field and file, nothing lost, nothing run, no crash."""

import io
import re
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy.orm import sessionmaker

from kernel import pdf
from kernel.storage import Storage
from tests.conftest import post
from tests.vendors.conftest import House
from tests.vendors.test_papers import (
    HEIC,
    MOST,
    PDF,
    archive,
    document,
    packed,
    picture,
    with_attachment,
    with_launch,
    with_password,
    with_script,
)
from vendors import queries
from vendors.errors import PaperRefused
from vendors.rules import DocumentKind
from vendors.services import sniffing
from vendors.services.papers import read_upload

TOO_MUCH = str(200 * 1024**2)
NAME = "giấy tờ (2).pdf"


@pytest.fixture
def house(app, now):
    with app.extensions[sessionmaker.__qualname__]() as session:
        yield House(session)


@pytest.fixture
def mine(client, sign_in, house):
    vendor_id = house.draft()
    sign_in(vendor=vendor_id)
    return vendor_id


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def upload(client, vendor_id, *files, kind="other", requirement=""):
    answer = post(
        client,
        f"/apply/{vendor_id}/papers",
        {
            "kind": kind,
            "requirement": requirement,
            "file": [(io.BytesIO(data), name) for name, data in files],
        },
    )
    # The test client keeps a large body in a temporary file.
    answer.request.environ["wsgi.input"].close()
    return answer


def stored(app):
    root = app.extensions[Storage.__qualname__].inner.root
    return [path for path in root.rglob("*") if path.is_file()]


def enlarged(kind):
    """Return a picture that says it is 40,000 by 40,000 pixels large."""
    data = bytearray(picture(kind, size=(8, 8)))
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = (40_000).to_bytes(2) * 2
    else:
        data[16:24] = (40_000).to_bytes(4) * 2
        data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4)
    return bytes(data)


def bomb():
    """Return a Word document of some kilobytes that unpacks to half a gigabyte."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("word/document.xml", "w") as part,
    ):
        for _ in range(512):
            part.write(b"\0" * 1024**2)
    return out.getvalue()


BAD = {
    "empty": (b"", 422),
    "sixteen megabytes": (b"%PDF-1.7" + b" " * 16 * 1024**2, 413),
    "pdf and zip": (PDF + archive("a.txt"), 422),
    "pdf and page": (PDF + b"<html><script>alert(1)</script>", 422),
    "page in a pdf": (PDF.replace(b"\n", b"\n%<html><script>alert(1)</script>\n", 1), 422),
    "picture and zip": (picture() + archive("a.txt"), 422),
    "picture and script": (picture("PNG") + b"<script>alert(1)</script>", 422),
    "picture and pdf": (picture() + PDF, 422),
    "locked pdf": (document(with_password), 422),
    "pdf with a script": (document(with_script), 422),
    "pdf with a packed script": (packed(with_script), 422),
    "pdf that launches": (document(with_launch), 422),
    "pdf with a file": (document(with_attachment), 422),
    "half a pdf": (PDF[: len(PDF) // 2], 422),
    "half a picture": (picture()[:300], 422),
    "program": (b"MZ\x90\0 a program", 422),
    "huge jpeg": (enlarged("JPEG"), 413),
    "huge png": (enlarged("PNG"), 413),
    "word bomb": (archive("word/document.xml"), 422),
    "page": (b"<!doctype html><script>alert(1)</script>", 422),
    "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 422),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_named_and_nothing_is_lost(client, mine, house, app, bad):
    before = queries.dossier(house.fresh(), mine)
    data, status = BAD[bad]
    answer = upload(client, mine, (NAME, data), kind="certificate")
    assert answer.status_code == status
    (error,) = re.findall(r'<p class="field-error"[^>]*>.*?</p>', text(answer))
    assert NAME in error
    assert 'id="other-file-error"' in error
    # The choice that was made stands.
    assert re.search(r'<option selected value="certificate"', text(answer))
    assert queries.dossier(house.fresh(), mine) == before
    assert stored(app) == []


def test_good_files_among_bad_ones_are_kept(client, mine, house, app):
    answer = upload(
        client, mine, ("tốt.jpg", picture()), ("hỏng.pdf", b""), ("lạ.docx", b"PK\x03\x04")
    )
    assert answer.status_code == 422
    page = text(answer)
    assert "hỏng.pdf" in page
    assert "lạ.docx" in page
    assert [paper.file_name for paper in queries.papers(house.fresh(), mine)] == ["tốt.jpg"]
    assert len(stored(app)) == 1


def test_what_the_name_says_does_not_matter(client, mine, house):
    upload(client, mine, ("ảnh.pdf", picture()), ("giấy.jpg", PDF))
    found = {paper.file_name: paper.media_type for paper in queries.papers(house.fresh(), mine)}
    assert found == {"ảnh.jpg": "image/jpeg", "giấy.pdf": "application/pdf"}


def test_a_name_full_of_markup_is_shown_as_text(client, mine):
    answer = upload(client, mine, ("<img src=x onerror=alert(1)>.pdf", b""))
    assert "<img src=x" not in text(answer)
    assert "&lt;img src=x onerror=alert(1)&gt;" in text(answer)


def test_a_file_sent_twice_is_kept_once_for_one_purpose(client, mine, house, app):
    for name in ("một.jpg", "hai.jpg"):
        assert upload(client, mine, (name, picture())).status_code == 303
    upload(client, mine, ("ba.jpg", picture()), ("bốn.jpg", picture()))
    assert [paper.file_name for paper in queries.papers(house.fresh(), mine)] == ["một.jpg"]
    upload(client, mine, ("năm.jpg", picture()), kind="certificate")
    assert len(queries.papers(house.fresh(), mine)) == 2
    assert len(stored(app)) == 2


def test_a_body_above_the_limit_is_answered_without_being_read(client, mine, house):
    read = []

    class Endless(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, into):
            read.append(len(into))
            return len(into)

    answer = client.post(
        f"/apply/{mine}/papers",
        content_type="multipart/form-data; boundary=x",
        headers={"Referer": f"http://localhost/apply/{mine}/papers"},
        environ_overrides={"CONTENT_LENGTH": TOO_MUCH, "wsgi.input": Endless()},
    )
    assert answer.status_code == 413
    assert read == []
    assert f'href="/apply/{mine}/papers"' in text(answer)
    assert "64 MB" in text(answer)


def test_a_strange_referrer_leads_nowhere(client, mine):
    answer = client.post(
        f"/apply/{mine}/papers",
        content_type="multipart/form-data; boundary=x",
        headers={"Referer": "http://evil.example/apply"},
        environ_overrides={"CONTENT_LENGTH": TOO_MUCH},
    )
    assert answer.status_code == 413
    assert "evil.example" not in text(answer)


def test_a_word_bomb_is_never_unpacked(monkeypatch):
    def unpacked(*_args, **_values):
        pytest.fail("unpacked")

    data = bomb()
    assert len(data) < 1024**2
    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    monkeypatch.setattr(zipfile.ZipFile, "read", unpacked)
    with pytest.raises(PaperRefused, match="Word document"):
        read_upload(data, most_bytes=MOST)
    with pytest.raises(PaperRefused, match="two files"):
        read_upload(picture() + data, most_bytes=MOST)


def judged(data):
    """Return what becomes of a file: kept as what it is, or refused with a reason."""
    try:
        content = read_upload(data, most_bytes=MOST)
    except PaperRefused as refusal:
        return f"refused: {refusal.field}"
    if content.media_type == "image/jpeg":
        Image.open(io.BytesIO(content.data), formats=["JPEG"]).load()
    return content.media_type


SEEDS = [picture(), picture("PNG"), picture("WEBP"), picture("AVIF"), archive("word/a.xml")]
SLOW = [PDF, packed(lambda writer: None), HEIC]


@st.composite
def spoiled(draw, seeds):
    """Give a file that was cut, changed in places, or glued to another one."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 8))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    end = draw(st.integers(0, len(data)))
    tail = draw(st.one_of(st.just(b""), st.sampled_from(seeds), st.binary(max_size=64)))
    return bytes(data[:end]) + tail


@fuzzing(deadline=None, max_examples=200)
@given(spoiled(SEEDS) | st.binary(max_size=2000))
def test_whatever_is_sent_is_kept_harmless_or_refused(data):
    assert judged(data) in {"application/pdf", "image/jpeg", "refused: file"}


@fuzzing(deadline=None, max_examples=20)
@given(spoiled(SLOW))
def test_whatever_calls_itself_a_pdf_or_heic_is_kept_harmless_or_refused(data):
    assert judged(data) in {"application/pdf", "image/jpeg", "refused: file"}


@fuzzing(deadline=None, max_examples=500)
@given(
    st.sampled_from([b"", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"PK\x05\x06"]),
    st.binary(max_size=500),
)
def test_sniffing_never_fails_and_stays_inside_the_file(head, rest):
    data = head + rest
    assert 0 <= sniffing.end_of(data) <= len(data)
    assert isinstance(sniffing.hides_another(data), bool)
    assert isinstance(sniffing.refusal_of(data), str)


@pytest.mark.parametrize(
    "unit", [b"\xff", b"\xff\xd8", b"\xff\xe0\0\2", b"stream", b"<", b"< ", b"%PDF-"]
)
def test_sniffing_takes_no_longer_for_a_malicious_file(unit):
    for head in (b"\xff\xd8\xff", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"):
        data = head + unit * (8 * 1024**2 // len(unit))
        began = time.process_time()
        sniffing.hides_another(data)
        assert time.process_time() - began < 3


def test_what_crashes_the_reader_of_pdfs_is_only_a_damaged_file():
    deep = b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\n%%EOF\n"
    with pytest.raises(PaperRefused, match="damaged"):
        read_upload(deep, most_bytes=MOST)
    with pytest.raises(pdf.PdfBroken):
        pdf.draw_page(deep, 1, width=100)


def test_a_pdf_with_a_thousand_pages_is_refused():
    def many(writer):
        for _ in range(220):
            writer.add_blank_page(10, 10)

    with pytest.raises(PaperRefused, match="200"):
        read_upload(document(many), most_bytes=MOST)


def test_an_identity_card_sent_for_its_line_is_sealed(client, mine, house, app):
    upload(client, mine, ("thẻ.jpg", picture()), kind="identity", requirement="identity")
    (paper,) = queries.papers(house.fresh(), mine)
    assert (paper.kind, paper.requirement) == (DocumentKind.IDENTITY, "identity")
    (path,) = stored(app)
    assert "sealed" in path.parts
    assert b"JFIF" not in path.read_bytes()
