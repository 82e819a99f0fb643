"""What things are called in events and codes: GS1 Digital Links, or addresses of the house.

Who has numbers of GS1 is called by them under ``https://id.gs1.org``, wherever the code leads;
who has none, by an opaque code under the house's own address (``root``, without a path).
"""

from urllib.parse import quote

GS1 = "https://id.gs1.org"


def lot_id(root: str, *, gtin: str | None, code: str, trace_code: str) -> str:
    """Return the name of a lot: a class of goods."""
    if gtin is None:
        return _own(root, "t", trace_code)
    return f"{GS1}/01/{gtin}/10/{_piece(code)}"


def lot_ids(root: str, *, gtin: str | None, code: str, trace_code: str) -> tuple[str, ...]:
    """Return all names of a lot, that of now first: before it got a number of GS1 it had another."""
    names = (lot_id(root, gtin=one, code=code, trace_code=trace_code) for one in (gtin, None))
    return tuple(dict.fromkeys(names))


def unit_ids(root: str, *, gtin: str | None, trace_code: str, serial: str) -> tuple[str, ...]:
    """Return all names of one unit of a lot, that of now first."""
    names = (unit_id(root, gtin=one, trace_code=trace_code, serial=serial) for one in (gtin, None))
    return tuple(dict.fromkeys(names))


def unit_id(root: str, *, gtin: str | None, trace_code: str, serial: str) -> str:
    """Return the name of one unit of a lot: an instance."""
    if gtin is None:
        return _own(root, "t", trace_code, serial)
    return f"{GS1}/01/{gtin}/21/{_piece(serial)}"


def place_id(root: str, *, gln: str | None, extension: str | None, code: str) -> str:
    """Return the name of a place: a farm, or with ``extension`` a plot of it."""
    if gln is None:
        return _own(root, "p", code)
    return f"{GS1}/414/{gln}" + (f"/254/{_piece(extension)}" if extension else "")


def party_id(root: str, *, gln: str | None, slug: str) -> str:
    """Return the name of who grows, packs or buys."""
    return _own(root, "v", slug) if gln is None else f"{GS1}/417/{gln}"


def load_id(root: str, *, sscc: str | None, code: str) -> str:
    """Return the name of a crate or pallet on its way."""
    return _own(root, "u", code) if sscc is None else f"{GS1}/00/{sscc}"


def _own(root: str, *pieces: str) -> str:
    return "/".join((root.rstrip("/"), *map(_piece, pieces)))


def _piece(text: str) -> str:
    return quote(text, safe="")
