"""Turns words and filters into searches of Meilisearch."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from catalog.queries.sources import EVERYWHERE
from catalog.search.engine import FACETS, Filters, Near, Sort
from catalog.search.meilisearch.layout import SHORT, TEXTS, TONED
from catalog.search.words import Known, Reading, Word

Question = dict[str, Any]

OTHER = 0.9
TONE, PART = 1.2, 0.05
"""Weights beside a plain question: for marks as they were typed, and for a part of what was."""

LEAST_ALONE = 4
"""Letters of a word that must have been typed if nothing else was, to look for slips."""

_ORDERS = {
    Sort.PRICE_UP: ["price:asc", "ranked_at:desc"],
    Sort.PRICE_DOWN: ["price:desc", "ranked_at:desc"],
    Sort.NEWEST: ["ranked_at:desc"],
    Sort.UNIT_PRICE_UP: ["unit_price:asc", "ranked_at:desc"],
    Sort.RATING: ["rating:desc", "rating_count:desc", "ranked_at:desc"],
}
_CLEAN = re.compile(r"[\w:.-]{1,200}")


def questions(meant: Sequence[Reading], knows: Known) -> list[Question]:
    """Return what is searched for: every meaning, as typed and with its marks; all if there is none."""
    asked = [question for reading in meant for question in _of_reading(reading, knows)]
    return asked or [{"q": ""}]


def _of_reading(reading: Reading, knows: Known) -> Iterator[Question]:
    weight, words = OTHER if reading.is_other else 1.0, reading.words
    marked = any(word.is_marked for word in words)
    # With marks not in long texts, which have each word without them.
    yield _question(" ".join(_folded(words)), SHORT if marked else TEXTS, weight)
    if marked:
        toned = " ".join(word.toned for word in words)
        yield _question(toned, [*TONED, *TEXTS], weight * TONE)
    if not reading.is_other and any(_is_unsure(word, words, knows) for word in words):
        # What listings hold was not misspelt: a phrase is taken as it stands.
        typed = [f'"{word.folded}"' if knows(word.folded) else word.folded for word in words]
        yield _question(" ".join(typed), [*TEXTS, "loose"], weight)


def _is_unsure(word: Word, words: Sequence[Word], knows: Known) -> bool:
    size = len(word.folded)
    return (
        not word.is_code
        and size >= (LEAST_ALONE if len(words) == 1 else 0)
        and not knows(word.folded)
    )


def _question(text: str, texts: Collection[str], weight: float) -> Question:
    # A space behind it: a single letter begins too many words.
    end = " " if len(text) == 1 else ""
    return {
        "q": text + end,
        "attributesToSearchOn": list(texts),
        "matchingStrategy": "all",
        "federationOptions": {"weight": weight},
    }


def parts(meant: Sequence[Reading]) -> list[Question]:
    """Return the questions for names that say a part of what was meant."""
    return [_run(run) for reading in meant for run in reading.runs]


def related(meant: Sequence[Reading]) -> list[Question]:
    """Return the questions for names that say a part of what was meant, or begin as it does."""
    said = parts(meant)
    begun = [_start(reading.words[0]) for reading in meant if len(reading.words) > 1]
    return [*said, *begun] if said else []


def _run(words: Sequence[Word]) -> Question:
    if all(word.is_marked for word in words):
        said = " ".join(word.toned for word in words)
        return _question(f'"{said}"', ["name_t", "english_t"], PART)
    return _question(f'"{" ".join(_folded(words))}"', ["name", "english"], PART)


def _start(word: Word) -> Question:
    said, text = (word.toned, "first_t") if word.is_marked else (word.folded, "first")
    return _question(f'"{said}"', [text], PART)


def _folded(words: Sequence[Word]) -> list[str]:
    return [word.folded for word in words]


def names(reading: Reading, limit: int) -> list[Question]:
    """Return the questions for names that hold what was typed so far, marks first."""
    shown = {"matchingStrategy": "all", "limit": limit, "attributesToRetrieve": ["titles"]}
    folded = " ".join(_folded(reading.words))
    asked = [{"q": folded, "attributesToSearchOn": ["name", "english"], **shown}]
    if any(word.is_marked for word in reading.words):
        toned = " ".join(word.toned for word in reading.words)
        texts = ["name_t", "english_t", "name", "english"]
        asked.insert(0, {"q": toned, "attributesToSearchOn": texts, **shown})
    return asked


def holding(word: str) -> Question:
    """Return the question whether any listing holds exactly this folded word."""
    return {"q": f'"{word}"', "attributesToSearchOn": list(TEXTS), "limit": 0}


def beginning(word: str) -> Question:
    """Return the question whether a word of a name begins so."""
    return {"q": word, "attributesToSearchOn": ["name", "english"], "limit": 0}


def joined_like(letters: str, most: int) -> Question:
    """Return the question for names with words that come near to a query without its spaces."""
    texts = {"attributesToSearchOn": ["joined", "loose"], "attributesToRetrieve": ["titles"]}
    return {"q": letters, "matchingStrategy": "all", "limit": most, **texts}


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
