"""One form for each identifier: a Digital Link of any host and an EPC URN mean the same thing.

The form is that of CBV 2.0, 8.9: ``https://id.gs1.org``, the finest level only, no query.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote, unquote

from traceability.gs1 import check_digit

ROOT = "https://id.gs1.org"
_X = r"(?:[!\"&'()*+,\-./0-9:;<=>?A-Z_a-z]|%[0-9A-Fa-f]{2})"

# Key -> form of its value (what a path segment holds).
_KEYS = {
    "00": re.compile(r"\d{18}", re.ASCII),
    "01": re.compile(r"\d{8}|\d{12,14}", re.ASCII),
    "253": re.compile(rf"\d{{13}}{_X}{{0,17}}", re.ASCII),
    "255": re.compile(r"\d{13,25}", re.ASCII),
    "401": re.compile(rf"\d{{4}}{_X}{{1,26}}", re.ASCII),
    "402": re.compile(r"\d{17}", re.ASCII),
    "414": re.compile(r"\d{13}", re.ASCII),
    "417": re.compile(r"\d{13}", re.ASCII),
    "8003": re.compile(rf"\d{{14}}{_X}{{0,16}}", re.ASCII),
    "8004": re.compile(rf"\d{{4}}{_X}{{1,26}}", re.ASCII),
    "8006": re.compile(r"\d{18}", re.ASCII),
    "8010": re.compile(r"\d{4}(?:[#\-/0-9A-Z]|%[0-9A-Fa-f]{2}){1,26}", re.ASCII),
    "8017": re.compile(r"\d{18}", re.ASCII),
    "8018": re.compile(r"\d{18}", re.ASCII),
}
# What Digital Links before 1.3 called their parts.
_NAMES = {
    "gtin": "01",
    "itip": "8006",
    "cpid": "8010",
    "gln": "414",
    "party": "417",
    "gsrnp": "8017",
    "gsrn": "8018",
    "gcn": "255",
    "sscc": "00",
    "gdti": "253",
    "ginc": "401",
    "gsin": "402",
    "grai": "8003",
    "giai": "8004",
    "cpv": "22",
    "lot": "10",
    "ser": "21",
}
# Key -> its qualifiers that count, the finest first; the others are left out.
_FINEST = {
    "01": ("21", "10", "235"),
    "414": ("254",),
    "8006": ("21", "10"),
    "8010": ("8011",),
}
_QUALIFIERS = {
    "01": ("22", "10", "21", "235"),
    "414": ("254", "7040"),
    "417": ("7040",),
    "8006": ("22", "10", "21"),
    "8010": ("8011",),
    "8017": ("8019",),
    "8018": ("8019",),
}
# Key -> how many of its first digits end in a check digit.
_CHECKED = {
    "00": 18,
    "01": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    "414": 13,
    "417": 13,
    "8006": 14,
    "8017": 18,
    "8018": 18,
}
# GRAI is not held to it, for events in use carry wrong ones: who tells one is warned.
_DOUBTED = {"8003": 14}
_LINK = re.compile(r"https?://[^/?#]+(/[^?#]*)", re.IGNORECASE)
_EPC = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):([^\s]+)", re.ASCII)
# Scheme -> (digits of prefix and reference together, key).
_DIGITS = {
    "sgtin": (13, "01"),
    "lgtin": (13, "01"),
    "upui": (13, "01"),
    "itip": (13, "8006"),
    "sscc": (17, "00"),
    "sgln": (12, "414"),
    "pgln": (12, "417"),
    "gdti": (12, "253"),
    "sgcn": (12, "255"),
    "grai": (12, "8003"),
    "gsrn": (17, "8018"),
    "gsrnp": (17, "8017"),
    "gsin": (16, "402"),
}
# Their first digit (indicator, extension) stands before the company prefix.
_INDICATED = {"sgtin", "lgtin", "upui", "itip", "sscc"}
# They have nothing behind prefix and reference; all others do.
_BARE = {"sscc", "pgln", "gsrn", "gsrnp", "gsin"}
_TAILS = {"sgtin": "/21/", "lgtin": "/10/", "upui": "/235/", "sgln": "/254/"}
_PIECES = 2


@lru_cache(maxsize=65536)
def canonical_id(text: str) -> str:
    """Return the one form of an identifier; what is no key of GS1 stays as it is."""
    if text.startswith("urn:epc:"):
        return _of_epc(text) or text
    pairs = _pairs(text)
    if pairs is None:
        return text
    (key, value), *qualifiers = pairs
    found = dict(qualifiers)
    path = f"{ROOT}/{key}/{value.zfill(14) if key == '01' else _coded(value)}"
    for name in _FINEST.get(key, ()):
        if name in found:
            return f"{path}/{name}/{_coded(found[name])}"
    return path


def has_wrong_digit(text: str) -> bool:
    """Tell whether an identifier is a key of GS1 whose check digit does not fit."""
    return _misfits(text, _CHECKED)


def has_doubtful_digit(text: str) -> bool:
    """Tell whether a check digit does not fit that events are not held to: it draws a warning."""
    return _misfits(text, _DOUBTED)


def _misfits(text: str, checked: Mapping[str, int]) -> bool:
    pairs = _pairs(canonical_id(text))
    if pairs is None:
        return False
    key, value = pairs[0]
    length = checked.get(key)
    if length is None:
        return False
    digits = value[:length]
    return check_digit(digits[:-1]) != digits[-1]


def _coded(value: str) -> str:
    """Return a value percent-encoded as GS1 asks, whatever was encoded before."""
    return quote(unquote(value, errors="surrogateescape"), safe="';=", errors="surrogateescape")


def _pairs(text: str) -> list[tuple[str, str]] | None:
    """Return key and qualifiers of a Digital Link on any host; None when it is none."""
    link = _LINK.match(text)
    if link is None:
        return None
    parts = link[1].removesuffix("/").split("/")
    for start in range(len(parts) - 2, 0, -2):
        key = _NAMES.get(parts[start], parts[start])
        form = _KEYS.get(key)
        if form is not None and form.fullmatch(parts[start + 1]):
            names = [key, *(_NAMES.get(name, name) for name in parts[start + 2 :: 2])]
            if set(names[1:]) <= set(_QUALIFIERS.get(key, ())):
                return list(zip(names, parts[start + 1 :: 2], strict=True))
    return None


def _of_epc(text: str) -> str | None:
    found = _EPC.fullmatch(text)
    if found is None:
        return None
    kind, scheme, rest = found.groups()
    if scheme in {"giai", "ginc", "cpi"}:
        return _unchecked(scheme, rest)
    if scheme not in _DIGITS:
        return None
    return _checked(kind, scheme, rest)


def _unchecked(scheme: str, rest: str) -> str | None:
    """Return keys without a check digit: prefix and reference, one after the other."""
    company, _, reference = rest.partition(".")
    if not company.isdecimal() or not reference:
        return None
    if scheme != "cpi":
        key = "8004" if scheme == "giai" else "401"
        return f"{ROOT}/{key}/{company}{_coded(reference)}"
    part, _, serial = reference.rpartition(".")
    tail = "" if serial == "*" else f"/8011/{serial}"
    return f"{ROOT}/8010/{company}{_coded(part)}{tail}"


def _checked(kind: str, scheme: str, rest: str) -> str | None:
    length, key = _DIGITS[scheme]
    company, reference, *more = rest.split(".", 2)
    digits = company + reference
    if scheme in _INDICATED:
        digits = reference[:1] + company + reference[1:]
    if len(digits) != length or not (digits.isascii() and digits.isdecimal()):
        return None
    if bool(more) == (scheme in _BARE):
        return None
    start = f"{ROOT}/{key}/{'0' if scheme == 'grai' else ''}"
    tail = more[0] if more else ""
    # A GRAI's check digit does not change with the nought before it.
    return _with_tail(scheme, start + digits + check_digit(digits), _class(kind, tail))


def _class(kind: str, tail: str) -> str:
    """Return what stands behind the reference; a pattern's asterisk says "any"."""
    return tail.removesuffix("*").removesuffix(".") if kind == "idpat" else tail


def _with_tail(scheme: str, path: str, tail: str) -> str | None:
    if scheme == "itip":
        piece, _, after = tail.partition(".")
        total, _, serial = after.partition(".")
        if len(piece) != _PIECES or len(total) != _PIECES:
            return None
        return f"{path}{piece}{total}" + (f"/21/{_coded(serial)}" if serial else "")
    if not tail or (scheme == "sgln" and tail == "0"):
        return path
    return path + _TAILS.get(scheme, "") + _coded(tail)
