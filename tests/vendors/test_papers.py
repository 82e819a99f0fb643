"""What a file really is, made harmless before it is kept."""

import hashlib
import io
import re
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from kernel.sealing import Sealer
from kernel.storage import LocalStorage, SealedStorage
from tests.conftest import DATA_KEY
from vendors.errors import PaperRefused, PaperTooLarge
from vendors.rules import DocumentKind
from vendors.services import papers
from vendors.services.papers import Content, keep_paper, read_upload, shown_name

HEIC = (Path(__file__).parent.parent / "kernel" / "pictures" / "turned.heic").read_bytes()
MOST = 15 * 1024**2


def document(change=lambda writer: None, **options):
    """Return a PDF of one page, changed before it is written."""
    writer = PdfWriter(**options)
    writer.add_blank_page(200, 300)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


PDF = document()


def names(**entries):
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def with_script(writer):
    script = names(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"))
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(script)


def with_launch(writer):
    writer.root_object[NameObject("/OpenAction")] = names(S=NameObject("/Launch"))


def with_name_elsewhere(writer):
    kind = writer._add_object(NameObject("/JavaScript"))
    writer.root_object[NameObject("/OpenAction")] = names(S=kind)


def with_attachment(writer):
    writer.add_attachment("a.txt", b"x")


def with_password(writer):
    writer.encrypt("mat khau", algorithm="AES-256")


def packed(change):
    """Return a PDF whose objects lie compressed in an object stream: no plain word of them is left."""
    plain = document(change)
    objects = dict(re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", plain, re.DOTALL))
    inner = [(int(n), body) for n, body in objects.items() if b"stream" not in body]
    heads, bodies = [], b""
    for number, body in inner:
        heads.append(f"{number} {len(bodies)}")
        bodies += body + b" "
    head = " ".join(heads).encode() + b" "
    squeezed = zlib.compress(head + bodies)
    last = max(number for number, _ in inner) + 1
    out = b"%PDF-1.7\n"
    stream_at = len(out)
    out += (
        b"%d 0 obj\n<</Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d>>\nstream\n"
        % (
            last,
            len(inner),
            len(head),
            len(squeezed),
        )
    )
    out += squeezed + b"\nendstream\nendobj\n"
    table_at = len(out)
    where = {number: (2, last, index) for index, (number, _) in enumerate(inner)}
    where |= {last: (1, stream_at, 0), last + 1: (1, table_at, 0)}
    rows = [where.get(number, (0, 0, 0)) for number in range(last + 2)]
    table = b"".join(bytes([a]) + b.to_bytes(4) + bytes([c]) for a, b, c in rows)
    root = re.search(rb"/Root (\d+) 0 R", plain)[1]
    out += b"%d 0 obj\n<</Type /XRef /Size %d /W [1 4 1] /Root %s 0 R /Length %d>>\nstream\n" % (
        last + 1,
        last + 2,
        root,
        len(table),
    )
    return out + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % table_at


def archive(name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, b"0" * 1_000_000)
    return out.getvalue()


def picture(kind="JPEG", size=(40, 30), mode="RGB", color="red", **options):
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def read(data):
    return read_upload(data, most_bytes=MOST)


def test_a_pdf_is_kept_as_it_is():
    assert read(PDF) == Content("application/pdf", PDF)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_is_drawn_anew_as_jpeg(kind):
    content = read(picture(kind))
    assert content.media_type == "image/jpeg"
    drawn = Image.open(io.BytesIO(content.data))
    assert (drawn.format, drawn.size) == ("JPEG", (40, 30))


def test_a_picture_is_turned_upright_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of Lan"
    drawn = Image.open(io.BytesIO(read(picture(exif=exif)).data))
    assert drawn.size == (30, 40)
    assert dict(drawn.getexif()) == {}


def test_what_a_telephone_puts_behind_a_photo_is_gone():
    data = picture() + b"SEFT notes of the camera" + b"\0\0\0\x18ftypmp42 a short film"
    assert read(data) == read(picture())


@pytest.mark.parametrize(
    "data",
    [
        picture() + PDF,
        picture("PNG") + b"<script>alert(1)</script>",
        picture("WEBP") + b"<!doctype html><p>",
        picture() + archive("a.txt"),
        PDF + archive("a.txt"),
        PDF + b"<script>alert(1)</script>",
        PDF + b"more",
        b"<html>" + PDF,
    ],
    ids=[
        "jpeg+pdf",
        "png+js",
        "webp+html",
        "jpeg+zip",
        "pdf+zip",
        "pdf+js",
        "pdf+tail",
        "html+pdf",
    ],
)
def test_two_files_in_one_are_refused(data):
    with pytest.raises(PaperRefused, match="two files in one"):
        read(data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (with_script, "programs"),
        (with_launch, "programs"),
        (with_name_elsewhere, "programs"),
        (with_attachment, "programs"),
        (with_password, "password"),
    ],
)
def test_a_pdf_that_acts_carries_files_or_is_locked_is_refused(change, words):
    with pytest.raises(PaperRefused, match=words):
        read(document(change))


def test_a_script_packed_away_in_an_object_stream_is_found():
    data = packed(with_script)
    assert b"JavaScript" not in data
    with pytest.raises(PaperRefused, match="programs"):
        read(data)
    assert read(packed(lambda writer: None)).media_type == "application/pdf"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (archive("word/document.xml"), "Word document"),
        (archive("xl/workbook.xml"), "Office document"),
        (archive("a.jpg"), "packed archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Office document"),
        (b"GIF89a=1;alert(1)", "this kind"),
        (b"MZ\x90", "program"),
        (b" <!DOCTYPE html>", "web page"),
        (b"\0\0\0\x18ftypmp42", "video"),
        (b"ch\xe0o", "choose a PDF"),
    ],
)
def test_what_is_not_taken_is_called_what_it_is(data, words):
    with pytest.raises(PaperRefused, match=words):
        read(data)


def test_a_heic_photo_of_a_telephone_is_taken():
    assert Image.open(io.BytesIO(read(HEIC).data)).format == "JPEG"
    with pytest.raises(PaperRefused, match="damaged"):
        read(HEIC[: len(HEIC) // 2])


def test_see_through_parts_become_white():
    drawn = Image.open(io.BytesIO(read(picture("PNG", mode="RGBA", color=(0, 0, 0, 0))).data))
    assert drawn.getpixel((5, 5)) == (255, 255, 255)


def test_a_palette_with_a_see_through_colour_becomes_white():
    data = picture("PNG", mode="P", color=0, transparency=0)
    assert Image.open(io.BytesIO(read(data).data)).getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photo_is_made_smaller():
    drawn = Image.open(io.BytesIO(read(picture("PNG", size=(4000, 1000))).data))
    assert drawn.size == (3200, 800)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04 a document",
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00",
        picture()[:200],
        picture("PNG")[:60],
        b"%PDF-1.7 without an end",
        b"%PDF-1.7 <</Encrypt 5 0 R>> %%EOF",
        b"%PDF-1.7 <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> %%EOF",
        b"%PDF-1.7 <</S /Launch>> %%EOF",
        b"%PDF-1.7 <</EmbeddedFile 3 0 R>> %%EOF",
    ],
    ids=[
        "empty",
        "program",
        "svg",
        "zip",
        "gif",
        "half a jpeg",
        "half a png",
        "half a pdf",
        "locked pdf",
        "pdf with script",
        "pdf that launches",
        "pdf with a file inside",
    ],
)
def test_anything_else_is_refused_with_a_reason(data):
    with pytest.raises(PaperRefused) as refusal:
        read(data)
    assert refusal.value.field == "file"
    assert refusal.value.status == 422


def test_a_file_above_the_limit_is_refused():
    with pytest.raises(PaperTooLarge) as refusal:
        read_upload(PDF + b" " * 2_000_000, most_bytes=1024**2)
    assert (refusal.value.status, refusal.value.values) == (413, {"most": 1})


@pytest.mark.parametrize("size", [(40_000, 40_000), (9_000, 9_000)])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch, size):
    def decoded(*_):
        pytest.fail("decoded")

    data = bytearray(picture("PNG", size=(8, 8)))
    data[16:24] = size[0].to_bytes(4) + size[1].to_bytes(4)
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4)
    monkeypatch.setattr(papers.Image.Image, "load", decoded)
    with pytest.raises(PaperTooLarge):
        read(bytes(data))


def test_a_paper_is_stored_private_under_a_name_nobody_can_guess(tmp_path):
    shelf = LocalStorage(tmp_path)
    storage = SealedStorage(shelf, Sealer([DATA_KEY], "fingerprints"))
    content = read(picture())
    first, second = (
        keep_paper(
            storage, "01ABC", kind=DocumentKind.IDENTITY, file_name="thẻ.png", content=content
        )
        for _ in range(2)
    )
    assert first.storage_key != second.storage_key
    assert first.storage_key.startswith("private/sealed/vendors/01ABC/")
    assert storage.get(first.storage_key) == content.data
    assert content.data not in shelf.get(first.storage_key)
    assert first.sha256 == second.sha256 == hashlib.sha256(content.data).hexdigest()
    assert (first.file_name, first.size_bytes) == ("thẻ.jpg", len(content.data))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\Lan\\giấy phép.pdf", "giấy phép.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("ảnh.tối.JPEG", "ảnh.tối.pdf"),
        ("", "paper.pdf"),
        ("..", "paper.pdf"),
        ("a\nb\x00.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_file_name_is_only_a_name(name, shown):
    assert shown_name(name, "application/pdf") == shown


@given(st.binary(max_size=400))
def test_whatever_bytes_come_they_are_kept_or_refused(data):
    try:
        content = read(data)
    except PaperRefused:
        return
    assert content.media_type in {"application/pdf", "image/jpeg"}
