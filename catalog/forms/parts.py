"""What several forms of the catalogue share."""

from collections.abc import Mapping
from typing import Any


def number(text: str | None) -> int:
    """Return what a hidden field says; 0 when that is no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def both(vietnamese: Any, english: Any) -> dict[str, str]:
    """Return the texts of two fields by language, without empty ones."""
    found: Mapping[str, Any] = {"vi": vietnamese.data, "en": english.data}
    return {lang: text for lang, text in found.items() if text}
