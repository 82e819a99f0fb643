"""How listings lie in Meilisearch: the settings of an index, and a document in it."""

import re
from collections.abc import Mapping
from typing import Any

from catalog.search.documents import Document
from catalog.search.engine import FACETS
from catalog.search.likeness import ONE_SLIP, TWO_SLIPS
from catalog.search.ranking import Candidate, candidate
from catalog.search.storing import joined

LAYOUT = "m1"
"""Part of an index's name, changed whenever the fields change: others are not read."""

TEXTS = ("name", "english", "shelf", "seller", "place", "about")
"""Folded; each has a twin in the channel with marks, called the same with ``_t`` behind."""

TONED = tuple(f"{name}_t" for name in TEXTS)
SHORT = TEXTS[:-1]
LABELS = {"category": "shelf", "place": "place", "vendor": "seller"}
"""Ways on that are no listings, and the text of a listing in which they are looked for."""

MOST_HITS = 5_000
CUTOFF_MS = 150

SETTINGS: dict[str, Any] = {
    # In the order in which they count.
    "searchableAttributes": ["name_t", "name", "english_t", "english"]
    + [text for name in TEXTS[2:] for text in (f"{name}_t", name)]
    + ["loose", "joined", "first_t", "first"],
    "filterableAttributes": [
        *("code", *FACETS, *(f"{kind}_labels" for kind in LABELS)),
        *("months", "price", "unit_price", "rating", "delivered_to", "_geo"),
    ],
    "sortableAttributes": ["price", "unit_price", "rating", "rating_count", "ranked_at", "_geo"],
    # How near words stand to each other is weighed here, after: without it an index is built in
    # a third of the time, with the same hits in the same order.
    "rankingRules": ["sort", "words", "typo", "attribute", "exactness"],
    "proximityPrecision": "byAttribute",
    # A tone code such as bo_7 is one word.
    "nonSeparatorTokens": ["_"],
    # Slips of the finger are looked for in two texts only, when those are asked.
    "typoTolerance": {
        "enabled": True,
        "minWordSizeForTypos": {"oneTypo": ONE_SLIP, "twoTypos": TWO_SLIPS},
        "disableOnAttributes": [*TEXTS, *TONED, "first_t", "first"],
        "disableOnNumbers": True,
    },
    "faceting": {"maxValuesPerFacet": max(FACETS.values()), "sortFacetValuesBy": {"*": "count"}},
    "pagination": {"maxTotalHits": MOST_HITS},
    "searchCutoffMs": CUTOFF_MS,
}
_ORDERED = {"searchableAttributes", "rankingRules"}
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,100}")


def key(code: str) -> str:
    """Return what a listing is called by there: letters, digits and dashes only."""
    return code if _PLAIN.fullmatch(code) else f"_{code.encode().hex()}"


def stored(document: Document) -> dict[str, Any]:
    """Return a document as the server keeps it."""
    shown = candidate(document)
    texts = {name: getattr(document, name) for name in TEXTS}
    return {
        "key": key(document.code),
        "code": document.code,
        "titles": document.title,
        **{name: text.folded for name, text in texts.items()},
        **{f"{name}_t": text.toned for name, text in texts.items()},
        "joined": " ".join((*joined(document.name.folded), *joined(document.english.folded))),
        "first": document.name.folded.partition(" ")[0],
        "first_t": document.name.toned.partition(" ")[0],
        "loose": " ".join(texts[name].folded for name in SHORT),
        "said": shown.about,
        **_values(document),
        **_numbers(document),
    }


KEPT: tuple[str, ...] = (
    *("code", "name_t", "english_t", "shelf_t", "seller_t", "place_t", "said"),
    *("months", "rating", "rating_count", "ranked_at"),
)
"""What is read of a hit to put it in order, as `Candidate` has it."""


def read_candidate(hit: Mapping[str, Any]) -> Candidate:
    """Return what is looked at of a hit."""
    values = [hit[name] for name in KEPT]
    values[7] = tuple(values[7])
    return Candidate(*values)


def _values(document: Document) -> dict[str, list[str]]:
    """Return what is filtered by and counted."""
    return {
        "kinds": [document.kind],
        "categories": list(document.categories),
        "communes": [document.commune],
        "districts": list(document.districts),
        "schemes": list(document.schemes),
        "vendors": [document.vendor],
        "delivered_to": list(document.delivered_to),
        "category_labels": list(document.category_labels),
        "place_labels": [document.commune_label],
        "vendor_labels": [document.vendor_label],
    }


def _numbers(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {
        "months": list(document.months),
        "price": document.price_vnd,
        "rating": document.rating_tenths,
        "rating_count": document.rating_count,
        "ranked_at": document.ranked_at,
        "_geo": {"lat": document.lat, "lng": document.lon},
    }
    if document.unit_price_vnd is not None:
        found["unit_price"] = document.unit_price_vnd
    return found


def wrong_settings(found: Mapping[str, Any]) -> list[str]:
    """Return which settings of an index are not those of this layout."""
    return [name for name, wish in SETTINGS.items() if not _is(wish, found.get(name), name)]


def _is(wish: Any, found: Any, name: str = "") -> bool:
    if isinstance(wish, dict):
        return isinstance(found, Mapping) and all(
            _is(value, found.get(part)) for part, value in wish.items()
        )
    if isinstance(wish, list) and name not in _ORDERED:
        return isinstance(found, list) and sorted(wish) == sorted(found)
    return bool(wish == found)
