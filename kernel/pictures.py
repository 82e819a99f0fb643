"""Photos that people hand in: checked by decoding, freed of place and camera, made small.

Decoding and encoding take a second or so: store pictures before a transaction begins.
"""

import base64
import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageCms, ImageFilter, ImageOps

from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.storage import Storage

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
# WebP holds no longer side.
LONGEST_SIDE = 16_383
WIDTHS = (320, 480, 960, 1440)
FORMATS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
HEIC = "image/heic"
_HEIC_PROCESS = Path(__file__).with_name("heic.py")
_HEIC_TOO_LARGE = 3
_HEIC_SECONDS = 30
# Less contrast, or fewer steps up or down than this, tell no picture from another.
_PLAIN_GREYS, _PLAIN_STEPS = 16, 6
_ENCODERS: dict[str, tuple[str, str, dict[str, int | bool]]] = {
    "avif": ("AVIF", "image/avif", {"quality": 55, "speed": 8}),
    "webp": ("WEBP", "image/webp", {"quality": 78, "method": 4}),
    "jpg": ("JPEG", "image/jpeg", {"quality": 80, "optimize": True, "progressive": True}),
}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class PictureTooLarge(DomainError):
    """A file, or what it unpacks to, is larger than we handle."""

    code, status = "picture_too_large", 413
    message = msg("This picture is too large: at most 15 MB and 50 million pixels.")


@dataclass(frozen=True)
class Picture:
    """A stored picture; its files are ``public/pictures/{digest}-{width}.{ending}``.

    There is a file of every width in ``WIDTHS`` and of every ending (avif, webp,
    jpg); a picture narrower than a width is kept as wide as it is.
    ``placeholder`` is a tiny blurred picture as a data: URI; ``likeness`` see
    ``likeness_of``.
    """

    digest: str
    width: int
    height: int
    placeholder: str
    likeness: int | None = None


def store_picture(storage: Storage, data: bytes) -> Picture:
    """Check a photo and store it: the original privately, small ones without its metadata.

    :raises PictureTooLarge: for too many bytes or pixels.
    :raises Invalid: for what is no picture, or one that is cut off.
    """
    if len(data) > MOST_BYTES:
        raise PictureTooLarge
    image, media_type = _read(data)
    digest = hashlib.sha256(data).hexdigest()
    original = original_key(digest)
    # The original is written last: where it is, everything is.
    if not storage.exists(original):
        _store_small(storage, image, digest)
        storage.put(original, data, media_type)
    return Picture(digest, image.width, image.height, _placeholder(image), likeness_of(image))


def stored_likeness(storage: Storage, digest: str) -> int | None:
    """Return the likeness of a picture that was stored; None for one whose files are gone."""
    key = f"public/pictures/{digest}-{WIDTHS[0]}.webp"
    if not storage.exists(key):
        return None
    with Image.open(io.BytesIO(storage.get(key)), formats=["WEBP"]) as small:
        return likeness_of(small)


def likeness_of(image: Image.Image) -> int | None:
    """Return 64 bits (signed) that stay nearly the same when a picture is made smaller or paler.

    Each bit says whether it grows brighter from one of 9 x 8 patches to the next.
    None for a picture so plain that it would be like every other plain one.
    """
    small = image.convert("L").resize((9, 8), Image.Resampling.BOX)
    grey = small.tobytes()
    if max(grey) - min(grey) < _PLAIN_GREYS:
        return None
    rows = [grey[start : start + 9] for start in range(0, 72, 9)]
    steps = [right > left for row in rows for left, right in pairwise(row)]
    if not _PLAIN_STEPS <= sum(steps) <= len(steps) - _PLAIN_STEPS:
        return None
    bits = sum(1 << place for place, is_brighter in enumerate(steps) if is_brighter)
    return bits - (1 << 64) if bits >> 63 else bits


def original_key(digest: str) -> str:
    """Return where the photo lies as it was sent."""
    return f"private/originals/{digest}"


def files_of(digest: str) -> Iterator[str]:
    """Give the keys of everything that was stored of a photo; the original last."""
    for width in WIDTHS:
        for ending in _ENCODERS:
            yield f"public/pictures/{digest}-{width}.{ending}"
    yield original_key(digest)


def sniffed_ending(data: bytes) -> str:
    """Return the ending that fits a photo which was taken in, by its first bytes."""
    signs = {b"\xff\xd8": ".jpg", b"\x89PNG": ".png", b"RIFF": ".webp"}
    return next((ending for sign, ending in signs.items() if data.startswith(sign)), ".heic")


def widths_of(width: int) -> tuple[int, ...]:
    """Return which of the stored widths differ for a picture: what ``srcset`` offers."""
    return tuple(w for w in WIDTHS if w < width) + tuple(w for w in WIDTHS if w >= width)[:1]


def _read(data: bytes) -> tuple[Image.Image, str]:
    """Decode a photo upright in sRGB, without alpha and metadata."""
    try:
        is_heic = is_heic_photo(data)
        if is_heic:
            data = decode_heic(data)
        with Image.open(io.BytesIO(data), formats=[f for f in FORMATS if f != "MPO"]) as opened:
            _need_sane_size(*opened.size)
            opened.load()
            image = _in_srgb(ImageOps.exif_transpose(opened))
            return _bare(image), HEIC if is_heic else FORMATS[opened.format or ""]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge from None
    except DomainError:
        raise
    except Exception:  # noqa: BLE001 - decoders fed by strangers fail in every way there is
        raise Invalid(
            msg("This file is no picture we can read. Please send a JPEG, PNG, WebP or HEIC photo.")
        ) from None


def is_heic_photo(data: bytes) -> bool:
    """Tell whether a file is of the HEIF family, but not AVIF, by the brands at its head."""
    return data[4:8] == b"ftyp" and not {b"avif", b"avis"} & {
        data[i : i + 4] for i in range(8, 64, 4)
    }


def decode_heic(data: bytes) -> bytes:
    """Return a HEIC photo as PNG, decoded by a process of its own: see ``kernel.heic``.

    :raises PictureTooLarge: for too many pixels.
    :raises ValueError: when it cannot be decoded.
    """
    done = subprocess.run(  # noqa: S603 - our own file, nothing of the stranger's in the command
        [sys.executable, "-I", str(_HEIC_PROCESS), str(MOST_PIXELS)],
        input=data,
        capture_output=True,
        timeout=_HEIC_SECONDS,
        check=False,
    )
    if done.returncode == _HEIC_TOO_LARGE:
        raise PictureTooLarge
    if done.returncode:
        raise ValueError("not decoded")
    return done.stdout


def _need_sane_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise PictureTooLarge


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the picture as RGB on white, its colours as its profile means them."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        profile = image.info.get("icc_profile")
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
        image.info["icc_profile"] = profile
    return _by_profile(image) or image.convert("RGB")


def _by_profile(image: Image.Image) -> Image.Image | None:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK"}:
        return None
    try:
        return ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile spoils no picture.
        return None


def _bare(image: Image.Image) -> Image.Image:
    """Return the pixels alone: encoders write out what they find in ``info``."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    return bare


def _store_small(storage: Storage, image: Image.Image, digest: str) -> None:
    """Encode every width in every format; one that would be upscaled is kept as it is."""
    made: dict[tuple[int, str], bytes] = {}
    for width in sorted(WIDTHS, reverse=True):
        image = _fit(image, width)
        for ending, (kind, media_type, options) in _ENCODERS.items():
            key = (image.width, ending)
            if key not in made:
                file = io.BytesIO()
                image.save(file, kind, **options)
                made[key] = file.getvalue()
            storage.put(f"public/pictures/{digest}-{width}.{ending}", made[key], media_type)


def _fit(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _placeholder(image: Image.Image) -> str:
    tiny = _fit(image, 20)
    # A very tall picture is cut: it stays a placeholder.
    tiny = tiny.crop((0, 0, tiny.width, min(tiny.height, 40)))
    file = io.BytesIO()
    tiny.filter(ImageFilter.GaussianBlur(1)).save(file, "WEBP", quality=30)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
