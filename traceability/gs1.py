"""GS1 keys and Digital Link paths, as far as the house uses them (URI Syntax 1.7)."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from kernel.errors import Invalid
from kernel.messages import msg
from traceability.errors import BadCode

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


def check_digit(digits: str) -> str:
    """Return the check digit that belongs behind these digits (weights 3, 1 from the right)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def is_gtin14(text: str) -> bool:
    """Tell whether a text is a GTIN of fourteen digits with a right check digit."""
    if not re.fullmatch(r"\d{14}", text, re.ASCII):
        return False
    return check_digit(text[:-1]) == text[-1]


def read_gtin(text: str) -> str:
    """Read a GTIN as printed under a barcode (8, 12, 13 or 14 digits) as fourteen digits.

    :raises Invalid: when it is none; a missing or wrong digit is never made up.
    """
    digits = re.sub(r"[\s-]", "", text)
    whole = digits.zfill(14)
    if len(digits) not in {8, 12, 13, 14} or not is_gtin14(whole) or not int(whole):
        raise Invalid(
            msg("This is no GTIN: it has 8, 12, 13 or 14 digits, and the last one must fit."),
            field="gtin",
        )
    return whole


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
