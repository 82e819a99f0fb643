"""Photos from strangers: verified, freed of place and camera, made small, or refused."""

import contextlib
import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from kernel import heic, pictures
from kernel.errors import Invalid
from kernel.pictures import WIDTHS, PictureTooLarge, store_picture, widths_of
from kernel.storage import LocalStorage

HEIC = (Path(__file__).parent / "pictures" / "turned.heic").read_bytes()
LEFT, RIGHT = (30, 120, 60), (200, 30, 60)


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path)


def photo(kind="JPEG", size=(1600, 1200), mode="RGB", **options):
    """A picture whose left half is green and whose right half is red."""
    image = Image.new("RGB", size, RIGHT)
    image.paste(LEFT, (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def gps_exif(orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (20.0, 56.0, 0.0), 3: "E", 4: (106.0, 20.0, 0.0)})
    return exif.tobytes()


def stored(storage, picture, width, ending):
    data = storage.get(f"public/pictures/{picture.digest}-{width}.{ending}")
    return Image.open(io.BytesIO(data))


def close(pixel, colour):
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


def png_of(width, height):
    """A PNG that names a size and holds next to nothing: what a bomb looks like."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_format_is_made_into_three_formats_of_four_widths(storage, kind):
    picture = store_picture(storage, photo(kind))
    assert (picture.width, picture.height, len(picture.digest)) == (1600, 1200, 64)
    assert picture.placeholder.startswith("data:image/webp;base64,")
    assert len(picture.placeholder) < 400
    for width in WIDTHS:
        for ending, name in (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")):
            small = stored(storage, picture, width, ending)
            assert (small.format, small.size) == (name, (width, width * 3 // 4))


def test_the_original_is_kept_privately_byte_for_byte(storage):
    data = photo()
    picture = store_picture(storage, data)
    assert storage.get(f"private/originals/{picture.digest}") == data


def test_the_same_picture_gets_the_same_name_and_is_not_made_again(storage):
    picture = store_picture(storage, photo())
    storage.delete(f"public/pictures/{picture.digest}-320.jpg")
    assert store_picture(storage, photo()) == picture
    assert not storage.exists(f"public/pictures/{picture.digest}-320.jpg")


def test_a_small_picture_is_never_made_larger(storage):
    picture = store_picture(storage, photo(size=(400, 300)))
    sizes = [stored(storage, picture, width, "webp").size for width in WIDTHS]
    assert sizes == [(320, 240), (400, 300), (400, 300), (400, 300)]


@pytest.mark.parametrize(
    ("width", "offered"),
    [(200, (320,)), (320, (320,)), (400, (320, 480)), (1440, WIDTHS), (4000, WIDTHS)],
)
def test_srcset_offers_only_widths_that_differ(width, offered):
    assert widths_of(width) == offered


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_place_and_camera_are_gone_from_every_small_picture(storage, kind):
    data = photo(kind, exif=gps_exif())
    assert b"PhoneMaker" in data
    picture = store_picture(storage, data)
    for width in WIDTHS:
        for ending in ("avif", "webp", "jpg"):
            small = stored(storage, picture, width, ending)
            assert not small.getexif()
            assert not {"exif", "xmp", "icc_profile", "comment"} & set(small.info)
            raw = storage.get(f"public/pictures/{picture.digest}-{width}.{ending}")
            assert b"PhoneMaker" not in raw


def test_a_picture_taken_upright_stands_upright(storage):
    # Orientation 6: the camera was turned; its left edge is the top.
    picture = store_picture(storage, photo(exif=gps_exif(6)))
    assert (picture.width, picture.height) == (1200, 1600)
    small = stored(storage, picture, 320, "jpg").convert("RGB")
    assert close(small.getpixel((160, 20)), LEFT)
    assert close(small.getpixel((160, 400)), RIGHT)


def test_a_photo_of_an_iphone_is_read_upright_and_without_its_place(storage):
    assert b"PhoneMaker" in HEIC
    picture = store_picture(storage, HEIC)
    assert (picture.width, picture.height) == (64, 96)
    small = stored(storage, picture, 320, "jpg").convert("RGB")
    assert close(small.getpixel((32, 5)), LEFT)
    assert not small.getexif()


def test_a_file_that_crashes_the_decoder_is_refused_and_the_house_stands(storage, tmp_path):
    # The length of an extent in the iloc box: libheif dies of this byte.
    deadly = bytearray(HEIC)
    deadly[176] = 128
    with pytest.raises(Invalid):
        store_picture(storage, bytes(deadly))
    assert list(tmp_path.iterdir()) == []


def test_a_heic_of_too_many_pixels_is_refused(storage, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 96 * 64 - 1)
    with pytest.raises(PictureTooLarge):
        store_picture(storage, HEIC)


def test_the_process_for_heic_writes_a_png_without_metadata():
    file = io.BytesIO()
    assert heic.convert(io.BytesIO(HEIC), file, 10_000) == 0
    image = Image.open(file)
    assert (image.format, image.size, dict(image.getexif())) == ("PNG", (64, 96), {})
    assert heic.convert(io.BytesIO(HEIC), io.BytesIO(), 100) == heic.TOO_LARGE == 3


def test_transparency_becomes_white(storage):
    file = io.BytesIO()
    Image.new("RGBA", (400, 300), (255, 0, 0, 0)).save(file, "PNG")
    picture = store_picture(storage, file.getvalue())
    assert stored(storage, picture, 320, "jpg").convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_palette_and_grey_and_sixteen_bits_and_print_colours_are_read(storage):
    grey = io.BytesIO()
    Image.new("I;16", (400, 300), 65535).save(grey, "PNG")
    white = stored(storage, store_picture(storage, grey.getvalue()), 320, "jpg").convert("RGB")
    assert white.getpixel((5, 5)) == (255, 255, 255)
    for kind, mode in (("PNG", "P"), ("JPEG", "L"), ("JPEG", "CMYK")):
        assert store_picture(storage, photo(kind, (400, 300), mode)).width == 400


def test_colours_follow_their_profile_and_a_broken_profile_spoils_nothing(storage):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for given_profile in (profile, b"no profile at all"):
        picture = store_picture(storage, photo(icc_profile=given_profile))
        small = stored(storage, picture, 480, "jpg").convert("RGB")
        assert close(small.getpixel((10, 10)), LEFT)


def test_a_very_long_picture_keeps_a_small_placeholder(storage):
    picture = store_picture(storage, photo("PNG", (40, 9000)))
    assert len(picture.placeholder) < 600


@pytest.mark.parametrize(
    ("width", "height"), [(7100, 7100), (20_000, 20_000), (60_000, 60_000), (1, 16_384)]
)
def test_a_decompression_bomb_is_refused_before_it_unpacks(storage, tmp_path, width, height):
    with pytest.raises(PictureTooLarge) as refusal:
        store_picture(storage, png_of(width, height))
    assert refusal.value.status == 413
    assert list(tmp_path.iterdir()) == []


def test_more_than_fifteen_megabytes_are_refused_unread(storage, tmp_path):
    with pytest.raises(PictureTooLarge):
        store_picture(storage, photo() + b"\0" * pictures.MOST_BYTES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIC"])
def test_a_file_cut_off_on_the_way_is_refused(storage, tmp_path, kind):
    data = HEIC if kind == "HEIC" else photo(kind)
    for kept in (len(data) // 2, len(data) * 9 // 10):
        with pytest.raises(Invalid):
            store_picture(storage, data[:kept])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        photo("GIF"),
        photo("BMP", (40, 30)),
        photo("TIFF", (40, 30)),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"<?php ?>",
    ],
    ids=["nothing", "gif head", "gif", "bmp", "tiff", "svg", "pdf", "script"],
)
def test_what_is_no_photo_is_refused(storage, tmp_path, data):
    with pytest.raises(Invalid):
        store_picture(storage, data)
    assert list(tmp_path.iterdir()) == []


HEADS = [
    b"",
    b"\xff\xd8\xff\xe0",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\x40\0\0\0WEBPVP8 ",
    photo("AVIF", (40, 30)),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_whatever_bytes_come_the_answer_is_a_picture_or_a_refusal(
    tmp_path_factory, head, tail, place, value
):
    data = bytearray(head + tail)
    if data:
        data[place % len(data)] = value
    storage = LocalStorage(tmp_path_factory.getbasetemp() / "fuzz")
    with contextlib.suppress(Invalid, PictureTooLarge):
        assert store_picture(storage, bytes(data)).width > 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, len(HEIC) - 1), st.integers(0, 255))
def test_whatever_is_wrong_in_a_heic_the_answer_is_a_picture_or_a_refusal(
    tmp_path_factory, place, value
):
    data = bytearray(HEIC)
    data[place] = value
    storage = LocalStorage(tmp_path_factory.getbasetemp() / "fuzz")
    with contextlib.suppress(Invalid, PictureTooLarge):
        assert store_picture(storage, bytes(data)).width > 0
