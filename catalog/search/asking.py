"""Turns words into a query of the embedded engine: what must match, and what ranks higher.

All weights stand in one place. They only find the candidates: see `catalog.search.ranking`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import Document, Occur, Query, Schema, Searcher

from catalog.search.likeness import TWO_SLIPS, edits
from catalog.search.ranking import Candidate
from catalog.search.storing import read_candidate
from catalog.search.words import Reading, Word

WEIGHTS = {"name": 4.0, "english": 3.0, "shelf": 2.0, "place": 1.5, "seller": 2.0, "about": 0.6}
"""How much a word counts in each text of a listing."""

TONED = 6.0
"""How much a word of the name counts whose marks are those typed."""

OTHER = 0.9
BEGINNING = 3.0
PHRASE, NEAR, START = 6.0, 2.0, 3.0
TIE = 0.15
MOST_TERMS = 1000
MOST_NAMES = 40

Parts = list[tuple[Occur, Query]]


@dataclass(frozen=True)
class Asked:
    """One query twice: with what ranks hits, and only with what they must hold (for counting)."""

    ranking: Query
    holding: Query


@dataclass(frozen=True)
class Asker:
    """Asks one searcher; knows which words its listings hold."""

    schema: Schema
    searcher: Searcher

    def knows(self, folded: str) -> bool:
        """Tell whether any listing holds a word."""
        return any(self.searcher.doc_freq(field, folded) for field in ("short", "about"))

    def begins(self, folded: str) -> bool:
        """Tell whether a word of a name, a shelf, a vendor or a place begins so."""
        return bool(self.searcher.terms_with_prefix("short", folded, limit=1))

    def words(self, meant: Sequence[Reading]) -> Asked | None:
        """Return the query for what was meant, or None when that has no words."""
        if not meant:
            return None
        holding = [self._holding(reading.words) for reading in meant]
        ranking = [
            Query.boost_query(
                Query.boolean_query([(Occur.Must, held), *self._order(reading.words)]),
                OTHER if reading.is_other else 1.0,
            )
            for reading, held in zip(meant, holding, strict=True)
        ]
        return Asked(Query.disjunction_max_query(ranking, TIE), any_of(holding))

    def names(self, words: Sequence[Word]) -> Query:
        """Return the query for names of listings that hold what was typed so far."""
        parts: Parts = [(Occur.Must, self._in_names(word)) for word in words[:-1]]
        parts.append((Occur.Must, self._in_names(words[-1], prefix=True)))
        folded, toned = [word.folded for word in words], [word.toned for word in words]
        start = self._phrase("name", ["^", *folded[:-1]] if len(words) > 1 else folded)
        better = [start, self._phrase("name_t", toned)]
        return Query.boolean_query([*parts, *((Occur.Should, part) for part in better)])

    def count(self, wanted: Query) -> int:
        """Return how many listings a query finds."""
        found: Any = self.searcher.search(wanted, limit=1, count=True)
        return int(found.count)

    def titles_near(self, joined: str, slips: int) -> list[str]:
        """Return names with words that come near to a query written without spaces."""
        near = Query.fuzzy_term_query(self.schema, "joined", joined, distance=slips)
        return self.titles(near, MOST_NAMES)

    def titles(self, wanted: Query, most: int = 5) -> list[str]:
        """Return the names of the first few hits."""
        return [title for pair in self.pairs(wanted, most) for title in pair]

    def pairs(self, wanted: Query, most: int) -> list[tuple[str, str]]:
        """Return the Vietnamese and English names of the first hits."""
        hits = self.searcher.search(wanted, limit=most, count=False).hits
        return [_titles(self.searcher.doc(address)) for _, address in hits]

    def candidates(self, wanted: Query, most: int) -> list[Candidate]:
        """Return what is looked at of the first hits."""
        hits = self.searcher.search(wanted, limit=most, count=False).hits
        return [read_candidate(self.searcher.doc(address)) for _, address in hits]

    def related(self, meant: Sequence[Reading]) -> Query | None:
        """Return the query for names that say a part of what was meant, or begin as it does."""
        runs = self.runs(meant)
        if runs is None:
            return None
        begun = [
            self._run_at_start(reading.words[0]) for reading in meant if len(reading.words) > 1
        ]
        return any_of([runs, *begun])

    def runs(self, meant: Sequence[Reading]) -> Query | None:
        """Return the query for names that say a part of what was meant."""
        parts = [
            self._run(run, field)
            for reading in meant
            for run in reading.runs
            for field in ("name", "english")
        ]
        return any_of(parts) if parts else None

    def _run_at_start(self, word: Word) -> Query:
        field, said = ("name_t", word.toned) if word.is_marked else ("name", word.folded)
        return Query.phrase_query(self.schema, field, ["^", said])

    def _run(self, words: Sequence[Word], field: str) -> Query:
        if all(word.is_marked for word in words):
            return self._phrase(f"{field}_t", [word.toned for word in words])
        return self._phrase(field, [word.folded for word in words])

    def _phrase(self, field: str, said: Sequence[str], slop: int = 0) -> Query:
        if len(said) == 1:
            return self._term(field, said[0])
        return Query.phrase_query(self.schema, field, [*said], slop=slop)

    def _holding(self, words: Sequence[Word]) -> Query:
        """Return the query for listings that hold all words somewhere."""
        last = len(words) - 1
        held: Parts = [
            (Occur.Must, any_of(self._places(word, is_last=at == last, is_alone=not last)))
            for at, word in enumerate(words)
        ]
        return Query.boolean_query(held)

    def _places(self, word: Word, *, is_last: bool, is_alone: bool) -> list[Query]:
        # In long texts some word without its marks is always there.
        about = ("about_t", word.toned) if word.is_marked else ("about", word.folded)
        if word.is_sure and word.toned == word.folded:
            # Whoever says "na" in another's stead means no other word of these letters.
            exact = ("name_t", "english_t", "about_t", "shelf")
            return [self._term(field, word.toned) for field in exact]
        ways = [self._term("short", word.folded), self._term(*about)]
        if is_last and len(word.folded) > 1:
            ways.append(self._near("short", word.folded, prefix=True))
        elif is_last and not is_alone:
            # One letter begins much: only in names, or all is found.
            ways.append(self._near("name", word.folded, prefix=True))
            ways.append(self._near("english", word.folded, prefix=True))
        if not self.knows(word.folded):
            ways += self._guesses(word, is_alone=is_alone)
        return ways

    def _guesses(self, word: Word, *, is_alone: bool) -> list[Query]:
        """Look for a word that nobody wrote: one or two slips of the finger away."""
        size = len(word.folded)
        if word.is_code or size < (4 if is_alone else 3):
            return []
        far = self._far(word.folded)
        near = self._near("short", word.folded, distance=1)
        return [near, Query.term_set_query(self.schema, "short", far)] if far else [near]

    def _far(self, typed: str) -> list[str]:
        """Return words two slips away; the first letter is seldom wrong."""
        if len(typed) < TWO_SLIPS:
            return []
        return [
            term
            for term, _ in self.searcher.terms_with_prefix("short", typed[0], limit=MOST_TERMS)
            if edits(typed, term) == 2
        ]

    def _order(self, words: Sequence[Word]) -> Parts:
        """Rank those higher that say it in these words, in this order, from the start."""
        folded, toned = [word.folded for word in words], [word.toned for word in words]
        scored = [
            (self._term(field, word.folded), weight)
            for word in words
            for field, weight in WEIGHTS.items()
        ]
        scored += [(self._term("name_t", word.toned), TONED) for word in words if word.is_marked]
        fixed = [(self._phrase("name", ["^", *folded]), START)]
        if len(words[-1].folded) > 1:
            fixed.append((self._near("name", words[-1].folded, prefix=True), BEGINNING))
        if len(words) > 1:
            fixed += [
                (self._phrase("name", folded), PHRASE),
                (self._phrase("name", folded, slop=3), NEAR),
                (self._phrase("english", folded), PHRASE),
                *((self._phrase(field, folded), NEAR) for field in ("shelf", "seller", "place")),
            ]
        if any(word.is_marked for word in words):
            fixed.append((self._phrase("name_t", ["^", *toned]), START))
            fixed.append((self._phrase("name_t", toned), PHRASE))
        return [
            *((Occur.Should, Query.boost_query(part, weight)) for part, weight in scored),
            *((Occur.Should, Query.const_score_query(part, score)) for part, score in fixed),
        ]

    def _in_names(self, word: Word, *, prefix: bool = False) -> Query:
        return any_of(
            [self._near(field, word.folded, prefix=prefix) for field in ("name", "english")]
        )

    def _near(self, field: str, text: str, *, distance: int = 0, prefix: bool = False) -> Query:
        return Query.fuzzy_term_query(self.schema, field, text, distance=distance, prefix=prefix)

    def _term(self, field: str, text: str) -> Query:
        return Query.term_query(self.schema, field, text)


def any_of(parts: Iterable[Query]) -> Query:
    """Return the query for what any of several finds, all alike in rank."""
    return Query.const_score_query(
        Query.boolean_query([(Occur.Should, part) for part in parts]), 0.0
    )


def _titles(found: Document) -> tuple[str, str]:
    return str(found.get_first("title_vi") or ""), str(found.get_first("title_en") or "")
