"""Reads or draws one PDF in a process of its own: file in on stdin, answer on stdout.

A PDF of a stranger may crash, hang or blow up whatever parses it, so no web worker does.
Started by ``kernel.pdf``; what is found goes out as JSON, a page as JPEG.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

MOST_MEMORY_BYTES = 1536 * 1024**2
MOST_CPU_SECONDS = 15
MOST_PAGES = 200
MOST_OBJECTS = 200_000
LONGEST_SIDE = 3600

ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"}
)
ACTIVE_NAMES = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie"),
        *("/EmbeddedFile", "/RichMedia", "/Screen", "/3D", "/FileAttachment", "/Sound"),
    }
)
"""Values of /S, /Type and /Subtype that make a document do or carry something."""


def inspect(data: bytes) -> dict[str, Any]:
    """Return what is wrong with a PDF, if anything, and its number of pages."""
    import pypdf  # noqa: PLC0415 - drawing needs only the other library

    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        return {"problem": "locked", "pages": 0}
    if any(_is_active(thing) for thing in _objects(reader)):
        return {"problem": "active", "pages": 0}
    pages = _page_count(data)
    return {"problem": "" if 0 < pages <= MOST_PAGES else "pages", "pages": pages}


def draw(data: bytes, number: int, width: int) -> bytes:
    """Return one page (from 1) as JPEG, so many pixels wide at most."""
    import pypdfium2  # noqa: PLC0415

    page = pypdfium2.PdfDocument(data)[number - 1]
    scale = min(width / page.get_width(), LONGEST_SIDE / page.get_height())
    image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _page_count(data: bytes) -> int:
    import pypdfium2  # noqa: PLC0415

    return len(pypdfium2.PdfDocument(data))


def _objects(reader: Any) -> Iterator[Any]:
    """Give every object of a document, those packed into object streams too."""
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    numbers = {
        (number, generation) for generation, table in reader.xref.items() for number in table
    } | {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise ValueError("too many objects")
    yield reader.trailer
    for number, generation in sorted(numbers):
        # Number 0 heads the list of free objects.
        if number:
            yield IndirectObject(number, generation, reader).get_object()


def _is_active(thing: Any) -> bool:
    """Tell whether an object, or one written inside of it, does or carries something."""
    if isinstance(thing, str):
        # A name that stands alone: what it marks refers to it.
        return thing in ACTIVE_NAMES
    if isinstance(thing, list):
        return any(_is_active(part) for part in list.__iter__(thing) if not isinstance(part, str))
    if not isinstance(thing, dict):
        return False
    raw = dict(dict.items(thing))
    marked = any(str(raw.get(key)) in ACTIVE_NAMES for key in ("/S", "/Type", "/Subtype"))
    inner = (value for value in raw.values() if not isinstance(value, str))
    return marked or not ACTIVE_KEYS.isdisjoint(raw) or any(map(_is_active, inner))


def main() -> int:
    """Do what the command line says within bounds of memory and time."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    if sys.argv[1] == "inspect":
        sys.stdout.write(json.dumps(inspect(data)))
    else:
        sys.stdout.buffer.write(draw(data, int(sys.argv[2]), int(sys.argv[3])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
