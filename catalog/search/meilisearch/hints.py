"""Ways on from what was typed so far, and other spellings of it, out of a Meilisearch index."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from catalog.search.engine import Suggestion
from catalog.search.meilisearch.asking import joined_like, names
from catalog.search.meilisearch.layout import LABELS
from catalog.search.meilisearch.link import Link
from catalog.search.spelling import Spelling, joined_words, respelled
from catalog.search.suggesting import MOST_MEANT, Label, label_of, matching_labels
from catalog.search.words import Reading, Word
from kernel.text import fold

MOST_TITLES = 100


def ways_on(
    link: Link, uid: str, prefix: str, meant: Sequence[Reading], lang: str, limit: int
) -> list[Suggestion]:
    """Return shelves, places and vendors called so, then names of listings."""
    typed = fold(prefix)
    named = [one for reading in meant[:MOST_MEANT] for one in names(reading, limit * 4)]
    labelled = [] if len(typed) < 2 else [_labels(kind, typed) for kind in LABELS]
    if not named:
        return []
    answers = link.ask([{"indexUid": uid, **one} for one in (*labelled, *named)])["results"]
    labels = matching_labels(_counted(answers[: len(labelled)]), prefix, lang)
    titles = _titles(answers[len(labelled) :], lang)
    return [*labels, *titles][:limit]


def _labels(kind: str, typed: str) -> dict[str, Any]:
    return {
        "q": typed,
        "attributesToSearchOn": [LABELS[kind]],
        "matchingStrategy": "all",
        "facets": [f"{kind}_labels"],
        "limit": 0,
    }


def _counted(answers: Iterable[Mapping[str, Any]]) -> list[Label]:
    """Return what the listings found are filed under, the most frequent first."""
    counts = [
        (count, label_of(f"{kind}|{label}"))
        for kind, answer in zip(LABELS, answers, strict=False)
        for label, count in answer["facetDistribution"].get(f"{kind}_labels", {}).items()
    ]
    return [label for _, label in sorted(counts, key=lambda row: -row[0])]


def _titles(answers: Iterable[Mapping[str, Any]], lang: str) -> list[Suggestion]:
    """Return each name once."""
    found: dict[str, Suggestion] = {}
    for titles in _titles_of(answers):
        name = (lang == "en" and titles.get("en")) or titles.get("vi", "")
        found.setdefault(fold(name), Suggestion("listing", name, name))
    return list(found.values())


def _titles_of(answers: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, str]]:
    for answer in answers:
        yield from (hit["titles"] for hit in answer["hits"])


def respelled_as(link: Link, uid: str, words: Sequence[Word]) -> list[Spelling]:
    """Return the parts of names that a query was meant to be, the nearest first; maybe none."""
    question = {"indexUid": uid, **joined_like(joined_words(words), MOST_TITLES)}
    titles = _titles_of(link.ask([question])["results"])
    return respelled(words, [name for one in titles for name in one.values()])
