"""What a file really is, made harmless before it is kept."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kernel.storage import LocalStorage
from vendors.errors import PaperRefused, PaperTooLarge
from vendors.rules import DocumentKind
from vendors.services import papers
from vendors.services.papers import Content, keep_paper, read_upload, shown_name

MOST = 15 * 1024**2
PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


def picture(kind="JPEG", size=(40, 30), mode="RGB", color="red", **options):
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def read(data):
    return read_upload(data, most_bytes=MOST)


def test_a_pdf_is_kept_as_it_is():
    assert read(PDF) == Content("application/pdf", PDF)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
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


def test_what_hides_behind_a_picture_is_gone():
    data = picture() + PDF + b"<script>alert(1)</script>"
    assert b"%PDF" not in read(data).data
    assert b"script" not in read(data).data


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
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4)
    monkeypatch.setattr(papers.Image.Image, "load", decoded)
    with pytest.raises(PaperTooLarge):
        read(bytes(data))


def test_a_paper_is_stored_private_under_a_name_nobody_can_guess(tmp_path):
    storage = LocalStorage(tmp_path)
    content = read(picture())
    first, second = (
        keep_paper(
            storage, "01ABC", kind=DocumentKind.IDENTITY, file_name="thẻ.png", content=content
        )
        for _ in range(2)
    )
    assert first.storage_key != second.storage_key
    assert first.storage_key.startswith("private/vendors/01ABC/")
    assert storage.get(first.storage_key) == content.data
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
