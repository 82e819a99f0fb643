"""QR codes of lots: quiet zone of four modules, never boosted in secret, in capitals where it helps."""

import io
import re
from collections.abc import Iterator

import segno

from traceability.rules.labels import QUIET_ZONE

MODULE_PX = 16
# Four dots of a printer of 203 an inch, six of 300.
MODULE_MM = 0.5
# Our own addresses begin with one small letter; all that follows is issued in capitals.
_CAPITALS = re.compile(r"(https?)://([^/?#]+)((?:/[tu])?(?:/[A-Z0-9.%-]+)+)")


def printed_form(address: str, level: str = "M") -> str:
    """Return what a code holds: the address in capitals where that makes the symbol smaller.

    Scheme and host mean the same in capitals, and what follows is capitals already, so the
    alphanumeric mode of QR codes can be used; both forms lead to the same page.
    """
    if _CAPITALS.fullmatch(address) is None:
        return address
    capitals = address.upper()
    smaller = len(symbol(capitals, level).matrix) < len(symbol(address, level).matrix)
    return capitals if smaller else address


def symbol(text: str, level: str = "M") -> segno.QRCode:
    """Return the symbol of a text at just this level of error correction."""
    return segno.make_qr(text, error=level, boost_error=False)


def runs(code: segno.QRCode) -> Iterator[tuple[int, int, int]]:
    """Return the dark bars of a symbol: column, row and length in modules, quiet zone left out."""
    for row, line in enumerate(code.matrix):
        start = None
        for column, dark in enumerate([*line, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                yield start, row, column - start
                start = None


def qr_svg(address: str, *, inline: bool = False) -> str:
    """Return a QR code as SVG, half a millimetre a module; ``inline`` to stand in a page."""
    file = io.BytesIO()
    symbol(printed_form(address)).save(
        file,
        kind="svg",
        border=QUIET_ZONE,
        scale=MODULE_MM,
        unit="mm",
        dark="#000",
        light="#fff",
        xmldecl=not inline,
        nl=not inline,
        svgclass="qr",
        lineclass=None,
    )
    return file.getvalue().decode()


def qr_png(address: str) -> bytes:
    """Return a QR code as PNG, 16 pixels a module."""
    file = io.BytesIO()
    symbol(printed_form(address)).save(file, kind="png", border=QUIET_ZONE, scale=MODULE_PX)
    return file.getvalue()
