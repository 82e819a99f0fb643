"""Papers people hand in: what a file really is, made harmless before it is kept."""

import io
import re
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from kernel.ids import new_id
from kernel.messages import msg
from kernel.storage import Storage
from vendors.errors import PaperRefused, PaperTooLarge
from vendors.rules import DocumentKind
from vendors.services.applying import Paper

MOST_PIXELS = 60_000_000
LONGEST_SIDE = 3200
JPEG_QUALITY = 88

_PICTURES = ("JPEG", "PNG", "WEBP")
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Content:
    """What is kept of an upload."""

    media_type: str
    data: bytes


def read_upload(data: bytes, *, most_bytes: int) -> Content:
    """Return a PDF as it is, a picture drawn anew: upright, without places or hidden parts.

    :raises PaperTooLarge: above ``most_bytes``, or with too many pixels.
    :raises PaperRefused: when it is no readable PDF, JPEG, PNG or WebP picture.
    """
    if len(data) > most_bytes:
        raise PaperTooLarge(
            msg("This file is larger than %(most)s MB."), most=most_bytes // 1024**2, field="file"
        )
    if not data:
        raise PaperRefused(msg("This file is empty. Please choose it again."), field="file")
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    return Content("image/jpeg", _redrawn(data))


def keep_paper(
    storage: Storage,
    vendor_id: str,
    *,
    kind: DocumentKind,
    file_name: str,
    content: Content,
    requirement: str = "",
) -> Paper:
    """Store a file under a name nobody can guess; call it outside of a transaction."""
    key = f"private/vendors/{vendor_id}/{new_id()}.{_ENDINGS[content.media_type]}"
    storage.put(key, content.data, content.media_type)
    return Paper(
        kind=kind,
        file_name=shown_name(file_name, content.media_type),
        media_type=content.media_type,
        storage_key=key,
        size_bytes=len(content.data),
        requirement=requirement,
    )


def shown_name(file_name: str, media_type: str) -> str:
    """Return the name a file came with, without folders, with the ending of what it is."""
    last = re.split(r"[\\/]", file_name)[-1]
    stem = "".join(letter for letter in last if letter.isprintable()).rpartition(".")
    name = (stem[0] or stem[2]).strip(". ")[:120] or "paper"
    return f"{name}.{_ENDINGS[media_type]}"


def _pdf(data: bytes) -> Content:
    if b"%%EOF" not in data[-2048:]:
        raise PaperRefused(msg("This PDF is damaged or not complete."), field="file")
    if b"/Encrypt" in data:
        raise PaperRefused(msg("This PDF is locked with a password."), field="file")
    if _ACTIVE.search(data):
        raise PaperRefused(msg("This PDF holds programs or attachments."), field="file")
    return Content("application/pdf", data)


def _redrawn(data: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            # We judge the size ourselves, before a single pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=_PICTURES)
        if picture.width * picture.height > MOST_PIXELS:
            raise PaperTooLarge(msg("This picture has too many pixels."), field="file")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError:
        raise PaperTooLarge(msg("This picture has too many pixels."), field="file") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise PaperRefused(
            msg("Please choose a PDF or a JPEG, PNG or WebP picture that opens."), field="file"
        ) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    _on_white(upright).save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground
