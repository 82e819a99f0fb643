"""Digital Link paths of goods, as far as the house uses them (URI Syntax 1.7)."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from traceability.errors import BadCode
from traceability.gs1.keys import is_gtin14

# CSET 82: what a lot or serial number may hold.
_CSET_82 = re.compile(r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}""")
_PATH = re.compile(r"[A-Za-z0-9\-._~:@!$&'()*+,;=%/]*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Qualifiers of a GTIN in their order: variant, lot, serial.
_QUALIFIERS = ("22", "10", "21")


@dataclass(frozen=True)
class Link:
    """What the path of a Digital Link names."""

    gtin: str
    lot: str | None = None
    serial: str | None = None
    variant: str | None = None


def lot_path(gtin: str, lot: str) -> str:
    """Return the Digital Link path of a lot, percent-encoded."""
    return f"/01/{gtin}/10/{quote(lot, safe='')}"


def lot_address(public_url: str, *, trace_code: str, gtin: str | None, code: str) -> str:
    """Return what the QR code of a lot holds: a Digital Link, or our own short address."""
    path = lot_path(gtin, code) if gtin else f"/t/{trace_code}"
    return public_url.rstrip("/") + path


def read_path(raw: str) -> Link:
    """Read a path as it was sent, not decoded: ``/01/{GTIN}[/22/..][/10/..][/21/..]``.

    One trailing slash is allowed.

    :raises BadCode: for anything that is no valid Digital Link of a GTIN.
    """
    if not _PATH.fullmatch(raw) or _BROKEN_ESCAPE.search(raw):
        raise BadCode
    parts = raw.removesuffix("/").split("/")[1:]
    pairs = [(parts[i], _value(parts[i + 1])) for i in range(0, len(parts) - 1, 2)]
    names = [name for name, _ in pairs]
    if len(parts) % 2 or not pairs or names[0] != "01":
        raise BadCode
    # A subsequence of the qualifiers, in order, none twice.
    if names[1:] != [name for name in _QUALIFIERS if name in names[1:]]:
        raise BadCode
    values = dict(pairs)
    if not is_gtin14(values["01"]) or not all(map(_CSET_82.fullmatch, values.values())):
        raise BadCode
    return Link(values["01"], values.get("10"), values.get("21"), values.get("22"))


def _value(part: str) -> str:
    return unquote_to_bytes(part).decode("latin-1")
