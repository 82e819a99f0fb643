"""Draws a page of a paper as a picture, whatever the paper is."""

import io

from PIL import Image

from kernel import pdf
from kernel.errors import NotFound
from vendors.errors import PaperRefused

WIDE, SHARP = 1400, 2600
"""Widths of a drawn page in pixels: to read, and to look closely."""

_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def draw_page(
    data: bytes, media_type: str, number: int, *, turn: int = 0, sharp: bool = False
) -> bytes:
    """Return a page (from 1) as JPEG, turned clockwise by 90, 180 or 270 degrees.

    :raises NotFound: when a picture is asked for another page than its only one.
    :raises PaperRefused: when the page of a PDF cannot be drawn.
    """
    if media_type == "application/pdf":
        try:
            data = pdf.draw_page(data, number, width=SHARP if sharp else WIDE)
        except pdf.PdfBroken:
            raise PaperRefused from None
    elif number != 1:
        raise NotFound
    return _turned(data, turn) if turn in _TURNS else data


def _turned(data: bytes, turn: int) -> bytes:
    # Both kinds were drawn by ourselves: nothing of a stranger's is decoded here.
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
        out = io.BytesIO()
        picture.transpose(_TURNS[turn]).save(out, "JPEG", quality=88)
        return out.getvalue()
