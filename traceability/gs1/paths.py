"""Digital Link paths of goods: what QR codes of lots hold."""

import re
from dataclasses import dataclass

from traceability.errors import BadCode
from traceability.gs1.digital_link import DigitalLink, parse_sent, path_of

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Link:
    """What the path of a Digital Link of goods names."""

    gtin: str
    lot: str | None = None
    serial: str | None = None
    variant: str | None = None


def lot_path(gtin: str, lot: str) -> str:
    """Return the Digital Link path of a lot, percent-encoded."""
    return path_of([("01", gtin), ("10", lot)])


def lot_address(public_url: str, *, trace_code: str, gtin: str | None, code: str) -> str:
    """Return what the QR code of a lot holds: a Digital Link, or our own short address."""
    path = lot_path(gtin, code) if gtin else f"/t/{trace_code}"
    return public_url.rstrip("/") + path


def read_request(path: str, query: str = "") -> DigitalLink:
    """Read a request as it was sent, not decoded: the key comes first, without a stem.

    One trailing slash is allowed.

    :raises BadCode: when it is no Digital Link of ours.
    """
    if _BROKEN_ESCAPE.search(path):
        raise BadCode
    bare = path.removesuffix("/")
    link = parse_sent(bare, query)
    if bare.count("/") != 2 * len(link.path):
        raise BadCode
    return link


def read_path(raw: str) -> Link:
    """Read the path of a Digital Link of goods: ``/01/{GTIN}[/22/..][/10/..][/21/..]``.

    :raises BadCode: for anything else.
    """
    said = dict(read_request(raw).path)
    if "01" not in said:
        raise BadCode
    return Link(said["01"], said.get("10"), said.get("21"), said.get("22"))
