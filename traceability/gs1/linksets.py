"""Linksets (RFC 9264) in the form of GS1, and the file that describes a resolver."""

from collections.abc import Sequence
from typing import Any

from traceability.gs1.resolving import DEFAULT, Entry, Target, several_defaults
from traceability.gs1.resolving import DEFAULT_MULTI as MULTI

VOCABULARY = "https://ref.gs1.org/voc/"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
KEYS = ("01", "00", "253", "414", "417", "8003", "8004", "8006")
"""Primary keys that codes of the market may begin with."""

# As RFC 9264 gives it in its appendix A, with the vocabulary of GS1.
_CONTEXT = {
    "@version": 1.1,
    "@vocab": VOCABULARY,
    "anchor": "@id",
    "href": "@id",
    "linkset": {"@id": "@graph", "@container": "@set"},
    "itemDescription": {"@id": "https://schema.org/description"},
    "title": {"@id": "http://purl.org/dc/terms/title"},
    "type": {"@id": "http://purl.org/dc/terms/format"},
    "hreflang": {"@id": "http://purl.org/dc/terms/language", "@container": "@set"},
    "context": {"@id": "https://ref.gs1.org/voc/context", "@container": "@set"},
}


def linkset(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return a linkset as JSON: each anchor with its links by type."""
    return {"linkset": [_entry(entry) for entry in entries]}


def choices(entry: Entry, targets: Sequence[Target]) -> dict[str, Any]:
    """Return the links that a reader has to choose among, as a linkset."""
    some = Entry(entry.anchor, entry.description, tuple(targets))
    return {"linkset": [_described(some) | _by_type(targets)]}


def json_ld(said: dict[str, Any]) -> dict[str, Any]:
    """Return a linkset as linked data, its context inside."""
    return {"@context": _CONTEXT} | said


def _entry(entry: Entry) -> dict[str, Any]:
    multi = several_defaults(entry)
    shown = [target for target in entry.targets if target.link_type != MULTI or target in multi]
    made = _described(entry) | _by_type(shown)
    if entry.default is not None:
        plain = {"href": entry.default.href, "title": entry.default.title}
        made[VOCABULARY + DEFAULT] = [plain]
    return made


def _described(entry: Entry) -> dict[str, Any]:
    return {"anchor": entry.anchor, "itemDescription": entry.description}


def _by_type(targets: Sequence[Target]) -> dict[str, Any]:
    made: dict[str, list[dict[str, Any]]] = {}
    for target in targets:
        made.setdefault(VOCABULARY + target.link_type, []).append(_link(target))
    return made


def _link(target: Target) -> dict[str, Any]:
    said = {
        "href": target.href,
        "title": target.title,
        "type": target.media_type,
        "hreflang": list(target.hreflang),
        "context": list(target.context),
    }
    return {name: value for name, value in said.items() if value}


def description(root: str, *, name: str, contact: str) -> dict[str, Any]:
    """Return what is told at ``/.well-known/gs1resolver``."""
    return {
        "name": name,
        "resolverRoot": root.rstrip("/"),
        "supportedPrimaryKeys": list(KEYS),
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "contact": {"fn": contact},
    }
