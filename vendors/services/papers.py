"""Papers people hand in: what a file really is, made harmless before it is kept."""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from kernel import pdf
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.messages import msg
from kernel.pictures import PictureTooLarge, decode_heic, is_heic_photo
from kernel.storage import SEALED, Storage
from vendors.errors import PaperRefused, PaperTooLarge
from vendors.rules import SENSITIVE_PAPERS, DocumentKind
from vendors.services.applying import Paper
from vendors.services.sniffing import hides_another, is_picture, refusal_of

MOST_PIXELS = 60_000_000
LONGEST_SIDE = 3200
JPEG_QUALITY = 88

SEALED_PAPERS = f"{SEALED}/vendors"
"""Folder of the files of identity papers."""

_PICTURES = ("JPEG", "PNG", "WEBP", "AVIF")
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia)\b")
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}
_PDF_PROBLEMS = {
    "locked": msg("This PDF is locked with a password."),
    "active": msg("This PDF holds programs or attachments."),
    "pages": msg("This PDF has no pages, or more than 200."),
}


@dataclass(frozen=True)
class Content:
    """What is kept of an upload."""

    media_type: str
    data: bytes
    pages: int = 1


def read_upload(data: bytes, *, most_bytes: int) -> Content:
    """Return a PDF as it is, a picture drawn anew: upright, without places or hidden parts.

    :raises PaperTooLarge: above ``most_bytes``, or with too many pixels.
    :raises PaperRefused: when it is no readable PDF or picture, or two files in one.
    """
    if len(data) > most_bytes:
        raise PaperTooLarge(
            msg("This file is larger than %(most)s MB."), most=most_bytes // 1024**2, field="file"
        )
    if not data:
        raise PaperRefused(msg("This file is empty. Please choose it again."), field="file")
    is_pdf = data.startswith(b"%PDF-")
    if not is_pdf and not is_picture(data):
        raise PaperRefused(refusal_of(data), field="file")
    if hides_another(data):
        raise PaperRefused(
            msg("This file is two files in one. Please send a plain photo or PDF of the paper."),
            field="file",
        )
    return _pdf(data) if is_pdf else Content("image/jpeg", _redrawn(data))


def keep_paper(
    storage: Storage,
    vendor_id: str,
    *,
    kind: DocumentKind,
    file_name: str,
    content: Content,
    requirement: str = "",
) -> Paper:
    """Store a file under a name nobody can guess, sealed if it is sensitive.

    Call it outside of a transaction.
    """
    key = paper_key(vendor_id, kind, content.media_type)
    storage.put(key, content.data, content.media_type)
    return Paper(
        kind=kind,
        file_name=shown_name(file_name, content.media_type),
        media_type=content.media_type,
        storage_key=key,
        size_bytes=len(content.data),
        requirement=requirement,
        sha256=hashlib.sha256(content.data).hexdigest(),
        pages=content.pages,
    )


def paper_key(vendor_id: str, kind: DocumentKind, media_type: str) -> str:
    """Return a fresh key for the file of a paper: under the seal if it is sensitive."""
    folder = SEALED_PAPERS if kind in SENSITIVE_PAPERS else "private/vendors"
    return f"{folder}/{vendor_id}/{new_id()}.{_ENDINGS[media_type]}"


def shown_name(file_name: str, media_type: str) -> str:
    """Return the name a file came with, without folders, with the ending of what it is."""
    last = re.split(r"[\\/]", file_name)[-1]
    stem = "".join(letter for letter in last if letter.isprintable()).rpartition(".")
    name = (stem[0] or stem[2]).strip(". ")[:120] or "paper"
    return f"{name}.{_ENDINGS[media_type]}"


def _pdf(data: bytes) -> Content:
    damaged = PaperRefused(msg("This PDF is damaged or not complete."), field="file")
    if b"%%EOF" not in data[-2048:]:
        raise damaged
    try:
        found = pdf.inspect(data)
    except pdf.PdfBroken:
        raise damaged from None
    # Objects outside of the table of contents count, too: some readers look for them.
    problem = found.problem or ("active" if _ACTIVE.search(data) else "")
    if problem:
        raise PaperRefused(_PDF_PROBLEMS[problem], field="file")
    return Content("application/pdf", data, found.pages)


def _redrawn(data: bytes) -> bytes:
    too_large = PaperTooLarge(msg("This picture has too many pixels."), field="file")
    try:
        upright = _decoded(decode_heic(data) if is_heic_photo(data) else data)
    except (Image.DecompressionBombError, PictureTooLarge):
        raise too_large from None
    except DomainError:
        raise
    except Exception:  # noqa: BLE001 - decoders fed by strangers fail in every way there is
        raise PaperRefused(
            msg("This picture is damaged or not complete. Please take it again."), field="file"
        ) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    _on_white(upright).save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def _decoded(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # We judge the size ourselves, before a single pixel is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(data), formats=_PICTURES)
    if picture.width * picture.height > MOST_PIXELS:
        raise PaperTooLarge(msg("This picture has too many pixels."), field="file")
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    return ImageOps.exif_transpose(picture)


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the pixels alone on white: encoders write out what they find beside them."""
    ground = Image.new("RGB", picture.size, "white")
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        ground.paste(picture.convert("RGB"))
        return ground
    seen = picture.convert("RGBA")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground
