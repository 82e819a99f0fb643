"""QR codes of lots: error level M, quiet zone of four modules, never boosted in secret."""

import io

import segno

QUIET_ZONE = 4
# Whole dots of a 203 dpi printer (six, four), within what GS1 allows; the larger one that fits.
MODULES_MM = (0.75, 0.5)
# The height of a stamp without its margins.
MOST_MM = 34
MODULE_PX = 16


def qr_svg(address: str, *, inline: bool = False) -> str:
    """Return a QR code as SVG with its size in millimetres; ``inline`` to stand in a page."""
    file, code = io.BytesIO(), _code(address)
    modules = code.symbol_size(border=QUIET_ZONE)[0]
    code.save(
        file,
        kind="svg",
        border=QUIET_ZONE,
        scale=next((mm for mm in MODULES_MM if modules * mm <= MOST_MM), MODULES_MM[-1]),
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
    _code(address).save(file, kind="png", border=QUIET_ZONE, scale=MODULE_PX)
    return file.getvalue()


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m", boost_error=False)
