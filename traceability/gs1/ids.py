"""What things are called in events and codes: GS1 Digital Links, or addresses of the house.

Who has numbers of GS1 is called by them under ``https://id.gs1.org``, wherever the code leads;
who has none, by an opaque code under the house's own address (``root``, without a path).
"""

from collections.abc import Collection, Sequence
from urllib.parse import quote

GS1 = "https://id.gs1.org"
# What our own codes are of: a lot or a unit of it, a place, a load; they may be told in capitals.
_CODED = frozenset("tpu")
# Vendors and papers go by words as they are written.
_WORDED = frozenset("vd")


def lot_id(root: str, *, gtin: str | None, code: str, trace_code: str) -> str:
    """Return the name of a lot: a class of goods."""
    if gtin is None:
        return _own(root, "t", trace_code)
    return f"{GS1}/01/{gtin}/10/{_piece(code)}"


def lot_ids(
    roots: Sequence[str], *, gtin: str | None, code: str, trace_code: str
) -> tuple[str, ...]:
    """Return all names of a lot, that of the house's own events first.

    ``roots`` are all addresses of the house. Before it got a number of GS1 it had another name.
    """
    first = lot_id(roots[0], gtin=gtin, code=code, trace_code=trace_code)
    return tuple(dict.fromkeys((first, *own_forms(("t", trace_code), roots))))


def unit_ids(
    roots: Sequence[str], *, gtin: str | None, trace_code: str, serial: str
) -> tuple[str, ...]:
    """Return all names of one unit of a lot, that of the house's own events first."""
    first = unit_id(roots[0], gtin=gtin, trace_code=trace_code, serial=serial)
    return tuple(dict.fromkeys((first, *own_forms(("t", trace_code, serial), roots))))


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


def place_ids(
    roots: Sequence[str], *, gln: str | None, extension: str | None, code: str
) -> tuple[str, ...]:
    """Return all names of a place, that of the house's own events first."""
    first = place_id(roots[0], gln=gln, extension=extension, code=code)
    return tuple(dict.fromkeys((first, *own_forms(("p", code), roots))))


def own_path(text: str, roots: Collection[str]) -> tuple[str, ...]:
    """Return the pieces behind an address of ours, such as ``("t", code)``; nothing: it is none.

    Labels print addresses in capitals where that makes them smaller; what is asked of a page
    (a query, a fragment) is no part of its name.
    """
    bare = text.partition("#")[0].partition("?")[0]
    for root in roots:
        start = f"{root.rstrip('/')}/"
        if bare[: len(start)].lower() != start.lower():
            continue
        kind, *rest = bare[len(start) :].removesuffix("/").split("/")
        if rest and kind.lower() in _CODED:
            return (kind.lower(), *(piece.upper() for piece in rest))
        if rest and kind in _WORDED:
            return (kind, *rest)
    return ()


def own_forms(pieces: Collection[str], roots: Collection[str]) -> tuple[str, ...]:
    """Return in which forms events may tell an address of ours: at each host, and in capitals."""
    path = "/".join(("", *pieces))
    forms = [root.rstrip("/") + path for root in roots]
    if path[1:2] in _CODED:
        forms += [form.upper() for form in forms] + [
            root.rstrip("/") + path.upper() for root in roots
        ]
    return tuple(dict.fromkeys(forms))


def _own(root: str, *pieces: str) -> str:
    return "/".join((root.rstrip("/"), *map(_piece, pieces)))


def _piece(text: str) -> str:
    return quote(text, safe="")
