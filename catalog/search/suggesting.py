"""Ways on from what was typed so far: names, shelves, vendors and places that begin so."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Query, Searcher

from catalog.search.asking import Asker
from catalog.search.engine import Suggestion
from catalog.search.words import Reading
from kernel.text import fold

MOST_MEANT = 3
MOST_SHOWN = 3
_MOST_LABELS = 20_000


def titles(asker: Asker, meant: Sequence[Reading], lang: str, limit: int) -> list[Suggestion]:
    """Return names of listings in which the words typed so far occur, each name once."""
    names: dict[str, Suggestion] = {}
    for reading in meant[:MOST_MEANT]:
        for vi, en in asker.pairs(asker.names(reading.words), limit * 4):
            name = (lang == "en" and en) or vi
            names.setdefault(fold(name), Suggestion("listing", name, name))
        if len(names) >= limit:
            break
    return list(names.values())[:limit]


@dataclass(frozen=True)
class Label:
    """A shelf, a place or a vendor with something to offer; ``folded`` are its names, to look in."""

    kind: str
    key: str
    names: tuple[str, ...]
    folded: str


def labels_of(searcher: Searcher) -> list[Label]:
    """Return what listings are filed under, the most frequent first."""
    counted = searcher.aggregate(
        Query.all_query(), {"labels": {"terms": {"field": "labels", "size": _MOST_LABELS}}}
    )
    return [label_of(bucket["key"]) for bucket in counted["labels"]["buckets"]]


def matching_labels(labels: Sequence[Label], prefix: str, lang: str) -> list[Suggestion]:
    """Return shelves, places and vendors a word of whose name begins with what was typed.

    Those whose name begins so come first, then those with most to offer.
    """
    typed = fold(prefix)
    if len(typed) < 2:
        return []
    found = [label for label in labels if f" {typed}" in label.folded]
    found.sort(key=lambda label: f"|{typed}" not in label.folded.replace("| ", "|"))
    return [
        Suggestion(label.kind, (lang == "en" and label.names[-1]) or label.names[0], label.key)
        for label in found[:MOST_SHOWN]
    ]


@lru_cache(maxsize=_MOST_LABELS)
def label_of(text: str) -> Label:
    """Return the label that a text keeps: "kind|key|names"."""
    kind, key, *names = text.split("|")
    return Label(kind, key, tuple(names), "".join(f"| {fold(name)} " for name in names))
