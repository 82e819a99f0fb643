"""Ways on from what was typed: names, shelves and places that begin so, or a better spelling."""

from collections.abc import Sequence
from difflib import get_close_matches

from tantivy import Occur, Query

from catalog.search.asking import Asker
from catalog.search.engine import Suggestion
from catalog.search.words import Reading, words_of
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


def better_spelling(asker: Asker, query: str, lang: str) -> str:
    """Return the query with its unknown words spelled as listings spell them, or nothing."""
    words = words_of(query)
    spelled = [
        word.folded if asker.knows(word.folded) else _nearest(asker, word.folded, lang)
        for word in words
    ]
    if not all(spelled) or spelled == [word.folded for word in words]:
        return ""
    return " ".join(spelled)


def _nearest(asker: Asker, folded: str, lang: str) -> str:
    if len(folded) < 3 or any(letter.isdigit() for letter in folded):
        return ""
    fields = ("name", "english") if lang == "vi" else ("english", "name")
    for field in fields:
        near = Query.fuzzy_term_query(asker.schema, field, folded, distance=2)
        hits = asker.searcher.search(
            Query.boolean_query([(Occur.Must, near)]), limit=20, count=False
        ).hits
        language = "vi" if field == "name" else "en"
        names = [
            asker.searcher.doc(address).get_first(f"title_{language}") or "" for _, address in hits
        ]
        spelled = {fold(word): word.lower() for name in names for word in name.split()}
        close = get_close_matches(folded, list(spelled), n=1, cutoff=0.6)
        if close:
            return spelled[close[0]]
    return ""
