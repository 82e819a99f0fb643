"""Ways on from what was typed so far: names, shelves, vendors and places that begin so."""

from collections.abc import Sequence

from tantivy import Query

from catalog.search.asking import Asker
from catalog.search.engine import Suggestion
from catalog.search.words import Reading
from kernel.text import fold

MOST_MEANT = 3
_MOST_LABELS = 400


def titles(asker: Asker, meant: Sequence[Reading], lang: str, limit: int) -> list[Suggestion]:
    """Return names of listings in which the words typed so far occur, each name once."""
    names: dict[str, Suggestion] = {}
    hits = [
        hit
        for reading in meant[:MOST_MEANT]
        for hit in asker.searcher.search(
            asker.names(reading.words), limit=limit * 4, count=False
        ).hits
    ]
    for _, address in hits:
        found = asker.searcher.doc(address)
        name = str((lang == "en" and found.get_first("title_en")) or found.get_first("title_vi"))
        names.setdefault(fold(name), Suggestion("listing", name, name))
    return list(names.values())[:limit]


def matching_labels(asker: Asker, prefix: str, lang: str) -> list[Suggestion]:
    """Return shelves and places a word of whose name begins with what was typed."""
    typed = fold(prefix)
    if len(typed) < 2:
        return []
    counted = asker.searcher.aggregate(
        Query.all_query(), {"labels": {"terms": {"field": "labels", "size": _MOST_LABELS}}}
    )
    found = []
    for bucket in counted["labels"]["buckets"]:
        kind, key, *names = bucket["key"].split("|")
        if any(f" {typed}" in f" {fold(name)}" for name in names):
            text = (lang == "en" and names[-1]) or names[0]
            found.append(Suggestion(kind, text, key))
    return found
