"""How a document lies in the embedded index."""

from collections.abc import Iterator
from typing import Any

import tantivy

from catalog.search.documents import Document
from catalog.search.engine import FACETS
from catalog.search.ranking import Candidate, candidate

TEXTS = ("name", "english", "shelf", "place", "seller", "about")
SHORT = TEXTS[:-1]
"""Texts in which beginnings and misspelt words are looked for."""

_TONED = ("name", "english", "about")
_JOINED = 4


NO_UNIT_PRICE = 10**15
"""Đồng: where what has no price per kg stands among those that have one, behind them."""

_NUMBERS = ("months", "price", "unit_price", "rating", "rating_order", "ranked_at", "lat", "lon")
_DEGREE = 100_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("code", stored=True, tokenizer_name="raw", index_option="basic")
    for language in ("vi", "en"):
        builder.add_text_field(
            f"title_{language}", stored=True, tokenizer_name="raw", index_option="basic"
        )
    for name in (*TEXTS, *(f"{name}_t" for name in _TONED)):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in ("short", "joined"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in (*FACETS, "labels", "delivered_to", "spot"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in _NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_bytes_field("kept", stored=True)
    return builder.build()


SCHEMA = _schema()


def stored(document: Document) -> tantivy.Document:
    """Return a document as the index keeps it."""
    made = tantivy.Document()
    made.add_text("code", document.code)
    for language in ("vi", "en"):
        made.add_text(f"title_{language}", document.title.get(language, ""))
    for name in TEXTS:
        text = getattr(document, name)
        # The mark of the beginning lets a query ask for names that start with it.
        start = "^ " if name == "name" else ""
        made.add_text(name, start + text.folded)
        if name in _TONED:
            made.add_text(f"{name}_t", start + text.toned)
    short = {word for name in SHORT for word in getattr(document, name).folded.split()}
    made.add_text("short", " ".join(sorted(short)))
    for text in (document.name, document.english):
        made.add_text("joined", " ".join(_joined(text.folded)))
    for name, value in _values(document):
        made.add_text(name, value)
    for name, number in _numbers(document):
        made.add_integer(name, number)
    made.add_bytes("kept", _kept(candidate(document)))
    return made


def read_candidate(found: tantivy.Document) -> Candidate:
    """Return what is looked at of a hit."""
    kept: Any = found.get_first("kept")
    texts = bytes(kept).decode().split("\n")
    months = tuple(map(int, texts[7].split()))
    return Candidate(*texts[:7], months, *map(int, texts[8:]))  # type: ignore[call-arg, arg-type]


def spot(lat: float, lon: float) -> str:
    """Return a place as the index keeps it: to a metre."""
    return f"{round(lat * _DEGREE)} {round(lon * _DEGREE)}"


def read_spot(text: str) -> tuple[float, float]:
    """Return the degrees of a place."""
    lat, lon = map(int, text.split())
    return lat / _DEGREE, lon / _DEGREE


def degrees(value: float) -> int:
    """Return degrees as the index keeps them."""
    return round(value * _DEGREE)


def _values(document: Document) -> Iterator[tuple[str, str]]:
    """Yield what is filtered by and counted."""
    yield "kinds", document.kind
    yield "communes", document.commune
    yield "vendors", document.vendor
    yield "spot", spot(document.lat, document.lon)
    for name in ("categories", "schemes", "districts", "delivered_to"):
        for value in getattr(document, name):
            yield name, value
    for label in document.category_labels:
        yield "labels", f"category|{label}"
    yield "labels", f"place|{document.commune_label}"
    yield "labels", f"vendor|{document.vendor_label}"


def _numbers(document: Document) -> Iterator[tuple[str, int]]:
    for month in document.months:
        yield "months", month
    price = document.unit_price_vnd
    yield "price", document.price_vnd
    yield "unit_price", NO_UNIT_PRICE if price is None else price
    yield "rating", document.rating_tenths
    yield "rating_order", document.rating_tenths * 10**6 + min(document.rating_count, 10**6 - 1)
    yield "ranked_at", document.ranked_at
    yield "lat", degrees(document.lat)
    yield "lon", degrees(document.lon)


def _kept(shown: Candidate) -> bytes:
    months = " ".join(map(str, shown.months))
    parts = (*shown[:7], months, *shown[8:])
    return "\n".join(map(str, parts)).encode()


def _joined(name: str) -> list[str]:
    """Return neighbouring words written as one: spaces are typed wrong as letters are."""
    words = name.split()
    return [
        "".join(words[start : start + length])
        for length in range(1, _JOINED + 1)
        for start in range(len(words) - length + 1)
    ]
