"""How a document lies in the embedded index."""

import tantivy

from catalog.search.documents import Document
from catalog.search.engine import FACETS

TEXTS = ("name", "english", "shelf", "place", "seller", "about")
_JOINED = 4


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("code", stored=True, tokenizer_name="raw", index_option="basic")
    for language in ("vi", "en"):
        builder.add_text_field(
            f"title_{language}", stored=True, tokenizer_name="raw", index_option="basic"
        )
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace")
        builder.add_text_field(f"{name}_t", tokenizer_name="whitespace")
    builder.add_text_field("joined", tokenizer_name="whitespace", index_option="basic")
    for name in (*FACETS, "labels"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("months", "price", "ranked_at"):
        builder.add_integer_field(name, indexed=True, fast=True)
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
        made.add_text(f"{name}_t", start + text.toned)
    made.add_text("joined", " ".join(_joined(document.name.folded)))
    made.add_text("kinds", document.kind)
    made.add_text("communes", document.commune)
    made.add_text("vendors", document.vendor)
    for name in ("categories", "schemes", "districts"):
        for value in getattr(document, name):
            made.add_text(name, value)
    for label in (*document.category_labels, document.commune_label):
        made.add_text("labels", label)
    for month in document.months:
        made.add_integer("months", month)
    made.add_integer("price", document.price_vnd)
    made.add_integer("ranked_at", document.ranked_at)
    return made


def _joined(name: str) -> list[str]:
    """Return neighbouring words written as one, as people type them."""
    words = name.split()
    return [
        "".join(words[start : start + length])
        for length in range(2, _JOINED + 1)
        for start in range(len(words) - length + 1)
    ]
