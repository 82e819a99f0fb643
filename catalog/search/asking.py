"""Turns words into a query of the embedded engine: what must match, and what ranks higher.

All weights stand in one place, so that the order of hits can be explained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import Document, Occur, Query, Schema, Searcher

from catalog.search.likeness import TWO_SLIPS, edits
from catalog.search.words import Reading, Word

FIELDS = {"name": 4.0, "english": 3.0, "shelf": 2.0, "place": 2.0, "seller": 2.0, "about": 0.6}
"""How much a word counts in each text of a listing."""

TONED = 1.5
"""How much more a word counts whose marks are those typed (times the field's weight)."""

SHORT_FIELDS = ("name", "english", "shelf", "place", "seller")
"""Texts in which beginnings and misspelt words are looked for."""

OTHER = 0.9
BEGINNING, MISSPELT, FAR = 3.0, 2.0, 0.3
PHRASE, NEAR, START = 6.0, 2.0, 3.0
TIE = 0.15
MOST_TERMS = 1000
MOST_NAMES = 100

Parts = list[tuple[Occur, Query]]


@dataclass(frozen=True)
class Asker:
    """Asks one searcher; knows which words its listings hold."""

    schema: Schema
    searcher: Searcher

    def knows(self, folded: str) -> bool:
        """Tell whether any listing holds a word."""
        return any(self.searcher.doc_freq(field, folded) for field in FIELDS)

    def begins(self, folded: str) -> bool:
        """Tell whether a word of a name begins so."""
        return any(
            self.searcher.terms_with_prefix(field, folded, limit=1) for field in ("name", "english")
        )

    def words(self, meant: Sequence[Reading]) -> Query | None:
        """Return the query for what was meant, or None when that has no words."""
        found = [
            Query.boost_query(self._reading(reading), OTHER if reading.is_other else 1.0)
            for reading in meant
        ]
        return Query.disjunction_max_query(found, TIE) if found else None

    def names(self, words: Sequence[Word]) -> Query:
        """Return the query for names of listings that hold what was typed so far."""
        parts: Parts = [(Occur.Must, self._in_names(word)) for word in words[:-1]]
        parts.append((Occur.Must, self._in_names(words[-1], prefix=True)))
        return Query.boolean_query([*parts, *self._order(words)])

    def count(self, wanted: Query) -> int:
        """Return how many listings a query finds."""
        found: Any = self.searcher.search(wanted, limit=1, count=True)
        return int(found.count)

    def titles_near(self, joined: str, slips: int) -> list[str]:
        """Return names with words that come near to a query written without spaces."""
        near = Query.fuzzy_term_query(self.schema, "joined", joined, distance=slips)
        return [title for found in self._documents(near, MOST_NAMES) for title in _titles(found)]

    def titles(self, wanted: Query) -> list[str]:
        """Return the names of the first few hits."""
        return [title for found in self._documents(wanted, 5) for title in _titles(found)]

    def _documents(self, wanted: Query, most: int) -> list[Document]:
        hits = self.searcher.search(wanted, limit=most, count=False).hits
        return [self.searcher.doc(address) for _, address in hits]

    def related(self, meant: Sequence[Reading]) -> Query | None:
        """Return the query for names that say a part of what was meant, or begin as it does."""
        runs = self.runs(meant)
        if runs is None:
            return None
        begun: Parts = [
            (Occur.Should, self._run_at_start(reading.words[0]))
            for reading in meant
            if len(reading.words) > 1
        ]
        return Query.boolean_query([(Occur.Should, runs), *begun])

    def _run_at_start(self, word: Word) -> Query:
        field, said = ("name_t", word.toned) if word.is_marked else ("name", word.folded)
        return Query.const_score_query(Query.phrase_query(self.schema, field, ["^", said]), 1.0)

    def runs(self, meant: Sequence[Reading]) -> Query | None:
        """Return the query for names that say a part of what was meant."""
        parts: Parts = [
            (Occur.Should, self._run(run, field))
            for reading in meant
            for run in reading.runs
            for field in ("name", "english")
        ]
        return Query.boolean_query(parts) if parts else None

    def _run(self, words: Sequence[Word], field: str) -> Query:
        if all(word.is_marked for word in words):
            field, said = f"{field}_t", [word.toned for word in words]
        else:
            said = [word.folded for word in words]
        if len(said) == 1:
            return Query.const_score_query(self._term(field, said[0]), 1.0)
        run: list[str | tuple[int, str]] = [*said]
        return Query.const_score_query(Query.phrase_query(self.schema, field, run), 1.0)

    def _reading(self, reading: Reading) -> Query:
        words, last = reading.words, len(reading.words) - 1
        musts: Parts = [
            (Occur.Must, self._word(word, is_last=number == last, is_alone=not last))
            for number, word in enumerate(words)
        ]
        return Query.boolean_query([*musts, *self._order(words)])

    def _word(self, word: Word, *, is_last: bool, is_alone: bool) -> Query:
        ways = [self._exact(word)]
        known = self.knows(word.folded)
        if is_last and (len(word.folded) > 1 or not is_alone):
            ways.append(self._beginning(word))
        if not known:
            ways += self._guesses(word, is_alone=is_alone)
        return Query.disjunction_max_query(ways, TIE)

    def _exact(self, word: Word) -> Query:
        ways = []
        for field, weight in FIELDS.items():
            toned = Query.boost_query(self._term(f"{field}_t", word.toned), weight * TONED)
            if word.is_marked and field == "about":
                # In long texts some word without its marks is always there.
                ways.append(Query.boost_query(self._term("about_t", word.toned), weight))
                continue
            folded = Query.boost_query(self._term(field, word.folded), weight)
            ways.append(Query.boolean_query([(Occur.Must, folded), (Occur.Should, toned)]))
        return Query.disjunction_max_query(ways, TIE)

    def _beginning(self, word: Word) -> Query:
        found = self._in_short(word.folded, 0, BEGINNING, prefix=True)
        if not word.is_marked:
            return found
        # What was typed with marks begins words with those marks: "dâ" is dâu, not dưa.
        marks = set(word.toned.partition("_")[2])
        begun = [
            term
            for term, _ in self.searcher.terms_with_prefix("name_t", word.folded, limit=MOST_TERMS)
            if marks <= set(term.partition("_")[2])
        ]
        same = Query.term_set_query(self.schema, "name_t", begun)
        more = Query.const_score_query(same, BEGINNING * TONED)
        return Query.boolean_query([(Occur.Must, found), (Occur.Should, more)])

    def _guesses(self, word: Word, *, is_alone: bool) -> list[Query]:
        """Look for a word that nobody wrote: one or two slips of the finger away."""
        size = len(word.folded)
        if word.is_code or size < (4 if is_alone else 3):
            return []
        ways = [self._in_short(word.folded, 1, MISSPELT)]
        if far := self._far(word.folded):
            ways += [
                Query.const_score_query(
                    Query.term_set_query(self.schema, field, far), FAR * FIELDS[field]
                )
                for field in SHORT_FIELDS
            ]
        return ways

    def _far(self, typed: str) -> list[str]:
        """Return words two slips away; the first letter is seldom wrong."""
        if len(typed) < TWO_SLIPS:
            return []
        return [
            term
            for field in ("name", "english")
            for term, _ in self.searcher.terms_with_prefix(field, typed[0], limit=MOST_TERMS)
            if edits(typed, term) == 2
        ]

    def _in_short(self, text: str, distance: int, score: float, *, prefix: bool = False) -> Query:
        found = [
            Query.const_score_query(
                Query.fuzzy_term_query(self.schema, field, text, distance=distance, prefix=prefix),
                score * FIELDS[field] / FIELDS["name"],
            )
            for field in SHORT_FIELDS
        ]
        return Query.disjunction_max_query(found)

    def _in_names(self, word: Word, *, prefix: bool = False) -> Query:
        found = [
            Query.fuzzy_term_query(self.schema, field, word.folded, distance=0, prefix=prefix)
            for field in ("name", "english")
        ]
        return Query.disjunction_max_query(found)

    def _order(self, words: Sequence[Word]) -> Parts:
        """Rank those higher that say it in these words, in this order, from the start."""
        folded: list[str | tuple[int, str]] = [word.folded for word in words]
        toned: list[str | tuple[int, str]] = [word.toned for word in words]
        parts = [(Query.phrase_query(self.schema, "name", ["^", *folded]), START)]
        if len(words) > 1:
            parts += [
                (Query.phrase_query(self.schema, "name", folded), PHRASE),
                (Query.phrase_query(self.schema, "name", folded, slop=3), NEAR),
                (Query.phrase_query(self.schema, "english", folded), PHRASE),
                (Query.phrase_prefix_query(self.schema, "name", folded), NEAR),
                (Query.phrase_query(self.schema, "seller", folded), NEAR),
                (Query.phrase_query(self.schema, "place", folded), NEAR),
            ]
        if any(word.is_marked for word in words):
            parts.append((Query.phrase_query(self.schema, "name_t", ["^", *toned]), START))
            if len(words) > 1:
                parts.append((Query.phrase_query(self.schema, "name_t", toned), PHRASE))
        return [(Occur.Should, Query.const_score_query(part, score)) for part, score in parts]

    def _term(self, field: str, text: str) -> Query:
        return Query.term_query(self.schema, field, text)


def _titles(found: Document) -> list[str]:
    return [str(found.get_first(f"title_{lang}") or "") for lang in ("vi", "en")]
