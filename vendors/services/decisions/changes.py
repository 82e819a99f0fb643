"""What a signed PDF changed of the PDF that was issued: it may add signatures and nothing else."""

import io
from collections.abc import Iterable
from typing import Any, cast

from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject, Reference
from pyhanko.pdf_utils.reader import PdfFileReader

_CATALOG_MAY = frozenset({"/AcroForm", "/Extensions", "/Version", "/Metadata", "/DSS"})
_PAGE_MAY = frozenset({"/Annots"})


def only_signatures(data: bytes) -> bool:
    """Tell whether the revisions after the first touch only what a signature must touch.

    An update in between could replace the words of a page and be signed as well:
    that the file begins with ours proves nothing about what a reader shows.
    """
    reader = PdfFileReader(io.BytesIO(data))
    xrefs = reader.xrefs
    later = range(1, xrefs.total_revisions)
    if not later or any(xrefs.refs_freed_in_revision(number) for number in later):
        return False
    written = {ref for number in later for ref in xrefs.explicit_refs_in_revision(number)}
    replaced = [ref for ref in written if xrefs.get_introducing_revision(ref) == 0]
    return all(_may_replace(reader, ref) for ref in replaced) and _only_signature_fields(reader)


def _may_replace(reader: PdfFileReader, ref: Reference) -> bool:
    first = reader.get_historical_resolver(0)
    old, new = first.get_object(ref), reader.get_object(ref)  # type: ignore[no-untyped-call]
    if not isinstance(old, DictionaryObject) or not isinstance(new, DictionaryObject):
        return False
    if ref == reader.root_ref:
        return _same(old, new, _CATALOG_MAY)
    if _at(old, "/Type") == "/Page":
        return _same(old, new, _PAGE_MAY) and _only_stamps(old, new)
    # Descriptions of the file, which no reader shows on a page.
    return _at(old, "/Type") == "/Metadata" or _is_description(reader, ref)


def _is_description(reader: PdfFileReader, ref: Reference) -> bool:
    try:
        return _ref_of(reader.trailer.raw_get("/Info")) == (ref.idnum, ref.generation)
    except KeyError:
        return False


def _only_stamps(old: DictionaryObject, new: DictionaryObject) -> bool:
    """Tell whether every note added to a page is the place of a signature."""
    known = {_written(note) for note in _raw(old)}
    added = [note for note in _raw(new) if _written(note) not in known]
    return all(_is_signature(_pointed_at(note)) for note in added)


def _pointed_at(note: Any) -> PdfObject:
    return cast(PdfObject, note.get_object())


def _raw(page: DictionaryObject) -> Iterable[PdfObject]:
    notes = _at(page, "/Annots")
    if notes is None:
        return []
    return [notes.raw_get(number) for number in range(len(notes))]


def _is_signature(field: PdfObject) -> bool:
    if not isinstance(field, DictionaryObject):
        return False
    kind = _at(field, "/FT") or _at(_at(field, "/Parent"), "/FT")
    return bool(kind == "/Sig" and _at(field, "/Subtype") == "/Widget")


def _only_signature_fields(reader: PdfFileReader) -> bool:
    fields = _at(_at(reader.root, "/AcroForm"), "/Fields") or ()
    return all(_at(fields[number], "/FT") == "/Sig" for number in range(len(fields)))


def _at(thing: Any, key: str) -> Any:
    """Return what a dictionary points at under a key; ``get`` would give the pointer."""
    return thing[key] if isinstance(thing, DictionaryObject) and key in thing else None


def _same(old: DictionaryObject, new: DictionaryObject, but: frozenset[str]) -> bool:
    return _entries(old, but) == _entries(new, but)


def _entries(thing: DictionaryObject, but: frozenset[str]) -> dict[str, bytes]:
    return {str(key): _written(thing.raw_get(key)) for key in thing if key not in but}


def _written(value: PdfObject) -> bytes:
    out = io.BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()


def _ref_of(value: PdfObject) -> tuple[int, int] | None:
    ref = getattr(value, "reference", None)
    return None if ref is None else (ref.idnum, ref.generation)
