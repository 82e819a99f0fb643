"""Turns words and filters into searches of Meilisearch."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from catalog.queries.sources import EVERYWHERE
from catalog.search.engine import FACETS, Filters, Near, Sort
from catalog.search.meilisearch.layout import SHORT, TEXTS, TONED
from catalog.search.words import Reading, Word

Question = dict[str, Any]

OTHER = 0.9
TONE, MISSING = 1.2, 0.5
"""Weights beside a plain question: for marks as they were typed, and for a word left out."""

MANY_WORDS, MOST_LEFT_OUT = 4, 6

_ORDERS = {
    Sort.PRICE_UP: ["price:asc", "ranked_at:desc"],
    Sort.PRICE_DOWN: ["price:desc", "ranked_at:desc"],
    Sort.NEWEST: ["ranked_at:desc"],
    Sort.UNIT_PRICE_UP: ["unit_price:asc", "ranked_at:desc"],
    Sort.RATING: ["rating:desc", "rating_count:desc", "ranked_at:desc"],
}
_CLEAN = re.compile(r"[\w:.-]{1,200}")


def questions(meant: Sequence[Reading], knows: Callable[[str], bool]) -> list[Question]:
    """Return what is searched for: every meaning, as typed and with its marks; all if there is none."""
    asked = [
        question
        for reading in meant
        for question in _of_reading(reading, guessing=_is_unsure(reading, knows))
    ]
    return asked or [{"q": ""}]


def _is_unsure(reading: Reading, knows: Callable[[str], bool]) -> bool:
    return not reading.is_other and any(
        not word.is_code and not knows(word.folded) for word in reading.words
    )


def _of_reading(reading: Reading, *, guessing: bool) -> Iterator[Question]:
    weight = OTHER if reading.is_other else 1.0
    yield _question(reading.words, weight, guessing=guessing)
    if any(word.is_marked for word in reading.words):
        yield _marked_question(reading.words, weight * TONE)
    count = len(reading.words)
    if count >= MANY_WORDS and not reading.is_other:
        # Of four words or more, one may be missing.
        for left_out in range(min(count, MOST_LEFT_OUT)):
            rest = reading.words[:left_out] + reading.words[left_out + 1 :]
            yield _question(rest, weight * MISSING, guessing=guessing)


def _question(words: Sequence[Word], weight: float, *, guessing: bool) -> Question:
    """Ask for the folded words; with marks not in long texts, which have each word without them."""
    marked = any(word.is_marked for word in words)
    return _weighed(
        " ".join(word.folded for word in words),
        weight,
        [*(SHORT if marked else TEXTS), *(("joined", "loose") if guessing else ())],
    )


def _marked_question(words: Sequence[Word], weight: float) -> Question:
    return _weighed(" ".join(word.toned for word in words), weight, [*TONED, *TEXTS])


def _weighed(text: str, weight: float, texts: Collection[str]) -> Question:
    # A space behind it: a single letter begins too many words.
    end = " " if len(text) == 1 else ""
    return {
        "q": text + end,
        "attributesToSearchOn": list(texts),
        "matchingStrategy": "all",
        "federationOptions": {"weight": weight},
    }


def names(reading: Reading, limit: int) -> list[Question]:
    """Return the questions for names that hold what was typed so far, marks first."""
    shown = {"matchingStrategy": "all", "limit": limit, "attributesToRetrieve": ["titles"]}
    folded = " ".join(word.folded for word in reading.words)
    asked = [{"q": folded, "attributesToSearchOn": ["name", "english"], **shown}]
    if any(word.is_marked for word in reading.words):
        toned = " ".join(word.toned for word in reading.words)
        texts = ["name_t", "english_t", "name", "english"]
        asked.insert(0, {"q": toned, "attributesToSearchOn": texts, **shown})
    return asked


def holding(word: str) -> Question:
    """Return the question whether any listing holds exactly this folded word."""
    return {"q": f'"{word}"', "attributesToSearchOn": list(TEXTS), "limit": 0}


def order(sort: Sort, near: Near | None, *, has_words: bool) -> list[str]:
    """Return by what hits are sorted; nothing: by how well they match."""
    if sort is Sort.NEAREST and near is not None:
        return [f"_geoPoint({_at(near)}):asc", "ranked_at:desc"]
    if sort in _ORDERS:
        return _ORDERS[sort]
    return [] if has_words else _ORDERS[Sort.NEWEST]


def narrowed(filters: Filters, *, without: str = "") -> list[str]:
    """Return what hits must be, leaving one kind of filter out (for its facet)."""
    chosen: dict[str, Collection[str]] = {
        name: getattr(filters, name) for name in FACETS if name != without
    }
    parts = [_any(name, values) for name, values in chosen.items() if values]
    if filters.codes is not None:
        parts.append(_any("code", filters.codes))
    if filters.delivered_to:
        parts.append(_any("delivered_to", (filters.delivered_to, EVERYWHERE)))
    if filters.month is not None:
        parts.append(f"months = {filters.month}")
    if filters.near is not None:
        parts.append(f"_geoRadius({_at(filters.near)}, {filters.near.metres})")
    return [*parts, *_ranges(filters)]


def _ranges(filters: Filters) -> Iterator[str]:
    lowest = None if filters.rating_from is None else 10 * filters.rating_from
    bounds: Mapping[str, int | None] = {
        "price >=": filters.price_from,
        "price <=": filters.price_to,
        "unit_price >=": filters.unit_price_from,
        "unit_price <=": filters.unit_price_to,
        "rating >=": lowest,
    }
    yield from (f"{bound} {value}" for bound, value in bounds.items() if value is not None)


def _any(name: str, values: Collection[str]) -> str:
    """Return the filter for any of some values; what is no key or slug is the value of nothing."""
    clean = ", ".join(f'"{value}"' for value in values if _CLEAN.fullmatch(value))
    return f"{name} IN [{clean}]"


def _at(near: Near) -> str:
    lat, lon = max(-90.0, min(90.0, near.lat)), max(-180.0, min(180.0, near.lon))
    return f"{lat:.6f}, {lon:.6f}"
