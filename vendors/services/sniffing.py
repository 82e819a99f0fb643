"""What a file really is, whatever its name says: read from its first bytes, never opened."""

import io
import re
import zipfile

from kernel.messages import msg

_ASK = msg("Please choose a PDF or a photo (JPEG, PNG, WebP or HEIC) that opens.")
_WORD = msg("This is a Word document. Please send it as a PDF, or a photo of the printed paper.")
_OFFICE = msg("This is an Office document. Please send a PDF, or a photo of the printed paper.")
_ARCHIVE = msg("This is a packed archive. Please send the papers in it one by one: PDF or photo.")
_PROGRAM = msg("This is a program, not a paper. Please send a PDF or a photo.")
_PAGE = msg("This is a web page, not a paper. Please send a PDF or a photo.")
_VIDEO = msg("This is a video. Please take a photo of the paper.")
_PICTURE = msg("Pictures of this kind cannot be used. Please send JPEG, PNG, WebP or HEIC.")
_LATE_PDF = msg("This file is two files in one. Please send a plain photo or PDF of the paper.")

_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", _OFFICE),
    (b"{\\rtf", _WORD),
    *((head, _ARCHIVE) for head in (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh")),
    *((head, _PROGRAM) for head in (b"MZ", b"\x7fELF", b"#!")),
    *((head, _PICTURE) for head in (b"GIF8", b"BM", b"II*\x00", b"MM\x00*")),
    *((head, _VIDEO) for head in (b"\x1aE\xdf\xa3", b"OggS")),
)
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|svg|script|\?xml)", re.IGNORECASE)
_MARKUP_IN_PDF = re.compile(rb"<\s*(?:!doctype\s+html|html|script|svg|iframe)\b", re.IGNORECASE)
_JPEG_MARK = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
MOST_MARKS = 20_000
_TAIL = re.compile(rb"%PDF-|<\s*(?:!doctype|html|svg|script)\b", re.IGNORECASE)
_PNG_END = b"IEND\xaeB`\x82"
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


def is_picture(data: bytes) -> bool:
    """Tell whether the first bytes are those of a picture that is taken."""
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    heif = data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS
    return webp or heif or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def refusal_of(data: bytes) -> str:
    """Return the message that says what a file is that is not taken."""
    head = data[:1024]
    if data.startswith(b"PK"):
        return _of_zip(data)
    for start, message in _HEADS:
        if data.startswith(start):
            return message
    if b"%PDF-" in head:
        return _LATE_PDF
    if _MARKUP.search(head):
        return _PAGE
    return _VIDEO if data[4:8] == b"ftyp" else _ASK


def hides_another(data: bytes) -> bool:
    """Tell whether something else begins where the file ends, or a packed archive lies on it.

    What telephones put behind a photo (a short film, their own notes) is no file of its own.
    """
    tail = data[end_of(data) :]
    if data.startswith(b"%PDF-"):
        return bool(tail.strip(b"\0\t\n\f\r ")) or _has_markup(data) or _is_zip(data)
    return bool(_TAIL.search(tail)) or _is_zip(data)


def end_of(data: bytes) -> int:
    """Return where the file ends by its own marks; the length if it has none."""
    if data.startswith(b"%PDF-"):
        last = data.rfind(b"%%EOF")
        return len(data) if last < 0 else last + 5
    if data.startswith(b"\xff\xd8"):
        return _end_of_jpeg(data)
    if data.startswith(b"\x89PNG"):
        last = data.find(_PNG_END)
        return len(data) if last < 0 else last + len(_PNG_END)
    if data.startswith(b"RIFF"):
        return min(8 + int.from_bytes(data[4:8], "little"), len(data))
    return len(data)


def _end_of_jpeg(data: bytes) -> int:
    """Walk from mark to mark: pictures inside of a mark, such as thumbnails, are passed over."""
    at = 2
    for _ in range(MOST_MARKS):
        found = _JPEG_MARK.search(data, at)
        if found is None:
            break
        at = found.end()
        if found[0] == b"\xff\xd9":
            return at
        at += int.from_bytes(data[at : at + 2], "big")
    return len(data)


def _has_markup(data: bytes) -> bool:
    """Tell whether a PDF holds a web page outside of its streams, such as in a comment at its head.

    Inside of streams lie compressed bytes: a short word comes about there by chance.
    """
    at = 0
    while (begin := data.find(b"stream", at)) >= 0:
        if _MARKUP_IN_PDF.search(data, at, begin):
            return True
        at = data.find(b"endstream", begin)
        if at < 0:
            return False
        at += len(b"endstream")
    return bool(_MARKUP_IN_PDF.search(data, at))


def _of_zip(data: bytes) -> str:
    if b"word/" in data:
        return _WORD
    return _OFFICE if b"xl/" in data or b"ppt/" in data else _ARCHIVE


def _is_zip(data: bytes) -> bool:
    """Tell whether a packed archive ends here that has something in it; nothing is unpacked."""
    if b"PK\x05\x06" not in data[-66_000:]:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return False
