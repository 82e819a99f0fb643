"""JSON-LD contexts as far as events use them: prefixes. Nothing is ever fetched."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

EPCIS = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
# Prefixes that the context of EPCIS declares by itself.
BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "epcis": "https://ref.gs1.org/epcis/",
        "cbv": "https://ref.gs1.org/cbv/",
        "cbvmda": "urn:epcglobal:cbv:mda:",
        "gs1": "https://gs1.org/voc/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dcterms": "http://purl.org/dc/terms/",
    }
)


def declared(context: Any) -> dict[str, str]:
    """Return the prefixes that a context written out declares, by name."""
    found: dict[str, str] = {}
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, dict):
            found.update((k, v) for k, v in part.items() if isinstance(v, str) and v)
    return found


def expanded_name(name: str, prefixes: Mapping[str, str]) -> str:
    """Return the name of a field with its whole namespace in braces; a plain one as it is."""
    prefix, colon, local = name.partition(":")
    return f"{{{prefixes[prefix]}}}{local}" if colon and prefix in prefixes else name


def expanded_value(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a value whose prefix is declared as the whole address."""
    prefix, colon, local = text.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else text


def used(value: Any, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those prefixes that occur in an event, so that it can stand by itself."""
    found: dict[str, str] = {}
    _use(value, prefixes, found)
    return dict(sorted(found.items()))


def _use(value: Any, prefixes: Mapping[str, str], found: dict[str, str]) -> None:
    if isinstance(value, str):
        prefix, colon, _ = value.partition(":")
        if colon and prefix in prefixes:
            found[prefix] = prefixes[prefix]
    elif isinstance(value, list):
        for each in value:
            _use(each, prefixes, found)
    elif isinstance(value, dict):
        for name, each in value.items():
            _use(name, prefixes, found)
            _use(each, prefixes, found)
