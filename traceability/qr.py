"""QR codes of lots: error level M, quiet zone of four modules, never boosted in secret."""

import io

import segno

QUIET_ZONE = 4
# Four dots of a 203 dpi printer, six of a 300 dpi one: 0.5 mm a module.
MODULE_MM = 0.5
MODULE_PX = 16


def qr_svg(address: str, *, inline: bool = False) -> str:
    """Return a QR code as SVG with its size in millimetres; ``inline`` to stand in a page."""
    file = io.BytesIO()
    _code(address).save(
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
    _code(address).save(file, kind="png", border=QUIET_ZONE, scale=MODULE_PX)
    return file.getvalue()


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m", boost_error=False)
