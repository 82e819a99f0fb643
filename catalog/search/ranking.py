"""In which order hits stand: one list of named signals, the same for every engine.

An engine finds candidates by its own means; this puts them in order. What it
looks at is published (see ``SIGNALS``); nobody can buy a place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import mul
from typing import NamedTuple

from catalog.search.documents import Document
from catalog.search.engine import SignalValue
from catalog.search.likeness import CONFLICT, Grade, Grades, grades
from catalog.search.words import Reading, Word
from kernel.messages import msg

WINDOW = 60
"""Candidates that are put in order; pages beyond follow the order of the engine."""


@dataclass(frozen=True)
class Signal:
    """Something that moves a hit up or down: so many points at the most."""

    key: str
    words: str
    weight: float


SIGNALS = (
    Signal("name", msg("The words stand in the name"), 100.0),
    Signal("elsewhere", msg("The words stand in category, vendor, place or text"), 100.0),
    Signal("complete", msg("No word is missing"), 90.0),
    Signal("marks", msg("Accents and tone marks are as they were typed"), 60.0),
    Signal("together", msg("The words stand together, in the order typed"), 60.0),
    Signal("head", msg("The name begins with the words, or ends with them in English"), 30.0),
    Signal("whole", msg("The name says little else"), 8.0),
    Signal("typed", msg("It says the words typed, not others for the same thing"), 12.0),
    Signal("spelling", msg("Letters were guessed or are still to be typed"), -40.0),
    Signal("season", msg("It is in season now"), 1.0),
    Signal("rating", msg("Buyers rated it well"), 1.0),
    Signal("fresh", msg("It was published or renewed lately"), 0.5),
)
"""All that counts; the last three only part hits that are alike."""

SHARES = {"shelf": 0.8, "seller": 0.7, "place": 0.6, "about": 0.3}
"""How much a word counts that stands only there, beside one in the name."""

_WEIGHTS = tuple(signal.weight for signal in SIGNALS)
_GAPS = ((1, 1.0), (2, 0.7), (3, 0.3), (-1, 0.3))
_FAR_APART = 0.3
# What is left of a word that stands in a name without its neighbours.
_ALONE = 0.7
_NONE = (0.0,) * (len(SIGNALS) - 3)
_GUESSED, _LONG = 0.5, 5
_MOST_TYPED, _TRUST = 0.9, 5
_OLD_SECONDS = 90 * 24 * 3600
MOST_ABOUT = 600
"""Letters of the long text that are looked at."""


class Candidate(NamedTuple):
    """What is looked at of a hit: its texts in the channel with marks, the rest as in `Document`."""

    code: str
    name: str
    english: str
    shelf: str
    seller: str
    place: str
    about: str
    months: tuple[int, ...]
    rating_tenths: int
    rating_count: int
    ranked_at: int


class Ranked(NamedTuple):
    """A hit in its place: points and what each of `SIGNALS` gave."""

    code: str
    points: float
    values: tuple[float, ...]


class _Found(NamedTuple):
    """How words stand in a text: grades and places of each, pairs of neighbours, its size."""

    grades: tuple[Grade | None, ...]
    places: tuple[int, ...]
    pairs: tuple[float, ...]
    size: int


class _Stand(NamedTuple):
    """Where a word of the query stands: how like it is, how much its text counts."""

    grade: Grade
    share: float
    in_name: bool

    @property
    def points(self) -> float:
        return self.share * self.grade.nearness


_NOWHERE = _Stand(Grade(0.0, 0.0, 0.0), 0.0, in_name=True)
_NAMES = 2


def candidate(document: Document) -> Candidate:
    """Return what is looked at of a document."""
    return Candidate(
        code=document.code,
        name=document.name.toned,
        english=document.english.toned,
        shelf=document.shelf.toned,
        seller=document.seller.toned,
        place=document.place.toned,
        about=document.about.toned[:MOST_ABOUT],
        months=document.months,
        rating_tenths=document.rating_tenths,
        rating_count=document.rating_count,
        ranked_at=document.ranked_at,
    )


def rank(
    readings: Sequence[Reading],
    candidates: Sequence[Candidate],
    *,
    month: int | None = None,
    lang: str = "vi",
) -> list[Ranked]:
    """Return hits in order, best first; those alike stay in the order given."""
    judge = _Judge(readings, candidates, month, lang)
    return sorted(map(judge.ranked, candidates), key=lambda hit: -hit.points)


def is_convincing(readings: Sequence[Reading], candidates: Sequence[Candidate]) -> bool:
    """Tell whether any hit says what was meant, instead of holding some letters of it here and there.

    One word is always believed. Of several, each must stand in a short text with its marks, or
    beside its neighbour; without marks they must say something together, or head a name.
    """
    if any(len(reading.words) == 1 for reading in readings):
        return True
    judge = _Judge(readings, candidates, None, "vi")
    return any(map(judge.is_convincing, candidates))


def explain(hit: Ranked) -> list[SignalValue]:
    """Return what gave a hit its points, leaving out what gave none."""
    return [
        SignalValue(signal.key, round(signal.weight * value, 2))
        for signal, value in zip(SIGNALS, hit.values, strict=True)
        if value
    ]


def words_meant(readings: Iterable[Reading], candidates: Sequence[Candidate]) -> list[str]:
    """Return the folded words looked for and those found in their stead, to be marked."""
    meant: dict[str, None] = {}
    tokens = _tokens(text for each in candidates for text in each[1:6])
    for word, is_last in _asked(readings):
        meant[word.folded] = None
        found = grades(word, tokens, is_last=is_last)
        meant |= dict.fromkeys(token.partition("_")[0] for token in found)
    return list(meant)


class _Judge:
    """Weighs hits of one query; texts and words that come again are looked at once."""

    def __init__(
        self,
        readings: Sequence[Reading],
        candidates: Sequence[Candidate],
        month: int | None,
        lang: str,
    ) -> None:
        tokens = _tokens(text for each in candidates for text in each[1:6])
        long = _tokens(each.about for each in candidates)
        # Without a single mark typed, other wording has no right to be praised for its own.
        self._praise = among_marked = any(
            word.is_marked for reading in readings[:1] for word in reading.words
        )
        self._tables: dict[tuple[Word, bool], Grades] = {
            (word, is_last): grades(
                word, tokens, is_last=is_last, also=long, among_marked=among_marked
            )
            for word, is_last in dict.fromkeys(_asked(readings))
        }
        self._readings = [
            (reading, [self._tables[word] for word in _asked([reading])]) for reading in readings
        ]
        self._like = [
            frozenset(token for table in tables for token in table) for _, tables in self._readings
        ]
        self._without = [
            _Found((None,) * len(tables), (-1,) * len(tables), (0.0,) * (len(tables) - 1), 1)
            for _, tables in self._readings
        ]
        self._seen: dict[tuple[int, str], _Found] = {}
        self._month = month
        self._english = 1.0 if lang == "en" else 0.97
        self._newest = max((each.ranked_at for each in candidates), default=0)

    def ranked(self, hit: Candidate) -> Ranked:
        best = max(
            (self._values(number, hit) for number in range(len(self._readings))),
            key=_points,
            default=_NONE,
        )
        values = (*best, *self._beside(hit))
        return Ranked(hit.code, _points(values), values)

    def _values(self, number: int, hit: Candidate) -> tuple[float, ...]:
        reading = self._readings[number][0]
        name, english = self._found(number, hit.name), self._found(number, hit.english)
        texts = [(1.0, name), (self._english, english)]
        if not (_says_all(name) or _says_all(english)):
            texts += self._beside_names(number, hit)
        count = len(reading.words)
        stand = [_best(texts, at) for at in range(count)]
        pairs = [
            max(share * found.pairs[at] for share, found in texts) for at in range(count - 1)
        ] or [stand[0].share * stand[0].grade.nearness]
        return (
            sum(each.points for each in stand if each.in_name) / count,
            sum(each.points for each in stand if not each.in_name) / count,
            min(each.points for each in stand),
            sum(each.share * each.grade.marks for each in stand) / count
            if self._praise or not reading.is_other
            else 0.0,
            sum(pairs) / len(pairs),
            max(_head(name), self._english * _head(english, is_last=True)),
            max(_whole(name), self._english * _whole(english)),
            self._typed(hit) if reading.is_other else 1.0,
            sum(each.grade.guessed for each in stand) / count
            + (0.5 if reading.is_guessed else 0.0),
        )

    def is_convincing(self, hit: Candidate) -> bool:
        return any(self._convinces(number, hit) for number in range(len(self._readings)))

    def _convinces(self, number: int, hit: Candidate) -> bool:
        reading = self._readings[number][0]
        words = reading.words
        texts = [self._found(number, getattr(hit, at)) for at in ("name", "english", *SHARES)]
        beside = [max(found.pairs[at] for found in texts) for at in range(len(words) - 1)]
        if reading.is_joined and 2 * sum(pair >= CONFLICT for pair in beside) < len(beside):
            return False
        for at, word in enumerate(words):
            if max([*beside[max(0, at - 1) : at], *beside[at : at + 1]]) >= CONFLICT:
                continue
            if not any(_is_plain(word, found.grades[at]) for found in texts[:-1]):
                return False
        heads = any(0 in found.places for found in texts[:1]) or any(
            found.size - 1 in found.places for found in texts[1:2]
        )
        return self._praise or heads or max(beside) >= CONFLICT

    def _typed(self, hit: Candidate) -> float:
        """Return how many of the words typed a name says that says others in their stead."""
        found = self._found(0, hit.name).grades
        return _MOST_TYPED * sum(grade is not None for grade in found) / len(found)

    def _beside_names(self, number: int, hit: Candidate) -> list[tuple[float, _Found]]:
        """Look at the other texts, the long one only for words that stand nowhere else."""
        texts = [
            (share, self._found(number, getattr(hit, at)))
            for at, share in SHARES.items()
            if at != "about"
        ]
        short = [self._found(number, hit.name), self._found(number, hit.english)]
        short += [found for _, found in texts]
        if any(
            all(grade is None or grade.nearness <= CONFLICT for grade in each)
            for each in zip(*(found.grades for found in short), strict=True)
        ):
            texts.append((SHARES["about"], self._found(number, hit.about)))
        return texts

    def _found(self, number: int, text: str) -> _Found:
        key = number, text
        if key not in self._seen:
            tokens = text.split()
            self._seen[key] = (
                self._without[number]
                if self._like[number].isdisjoint(tokens)
                else _find(self._readings[number][1], tokens)
            )
        return self._seen[key]

    def _beside(self, hit: Candidate) -> tuple[float, float, float]:
        """Return what parts hits alike: season, rating, freshness."""
        in_season = not hit.months or self._month in hit.months
        mean = (hit.rating_tenths * hit.rating_count + 30 * _TRUST) / (hit.rating_count + _TRUST)
        age = self._newest - hit.ranked_at
        return (
            float(in_season and self._month is not None),
            max(0.0, (mean - 30) / 20),
            max(0.0, 1 - age / _OLD_SECONDS),
        )


def _best(texts: Sequence[tuple[float, _Found]], at: int) -> _Stand:
    """Return where a word of the query stands best; the first two texts are names."""
    best = _NOWHERE
    worth = 0.0
    for number, (share, found) in enumerate(texts):
        grade = found.grades[at]
        if grade is None:
            continue
        alone = number < _NAMES and not _in_company(found, at)
        left = share * _ALONE if alone else share
        if left * grade.worth > worth:
            worth, best = left * grade.worth, _Stand(grade, left, number < _NAMES)
    return best


def _in_company(found: _Found, at: int) -> bool:
    """Tell whether a word stands by one of its neighbours in the query, if it has any."""
    pairs = found.pairs
    beside = [*pairs[max(0, at - 1) : at], *pairs[at : at + 1]]
    return not pairs or max(beside) > _FAR_APART


def _says_all(found: _Found) -> bool:
    return all(grade is not None and grade.nearness > CONFLICT for grade in found.grades)


def _is_plain(word: Word, grade: Grade | None) -> bool:
    """Tell whether a word is found as it was typed, or is long enough to be guessed alone."""
    if grade is None or grade.nearness <= CONFLICT:
        return False
    return grade.guessed < _GUESSED or len(word.folded) >= _LONG


def _head(found: _Found, *, is_last: bool = False) -> float:
    """Return how near the words lie to the first word of a name, or to the last."""
    places = [
        place
        for place, grade in zip(found.places, found.grades, strict=True)
        if grade is not None and grade.nearness > CONFLICT
    ]
    if not places:
        return 0.0
    away = found.size - 1 - max(places) if is_last else min(places)
    return len(places) / len(found.places) / (1 + away)


def _whole(found: _Found) -> float:
    return len({place for place in found.places if place >= 0}) / found.size if found.size else 0.0


def _find(tables: Sequence[Grades], tokens: Sequence[str]) -> _Found:
    grades_found: list[Grade | None] = []
    places: list[int] = []
    spots = [
        {at: table[token] for at, token in enumerate(tokens) if token in table} for table in tables
    ]
    for each in spots:
        before = places[-1] if places else -1
        at = max(each, key=lambda spot: (each[spot].worth, spot == before + 1, -spot), default=-1)
        grades_found.append(each.get(at))
        places.append(at)
    pairs = tuple(_pair(a, b) for a, b in pairwise(spots))
    return _Found(tuple(grades_found), tuple(places), pairs, len(tokens))


def _pair(first: Mapping[int, Grade], second: Mapping[int, Grade]) -> float:
    """Return how well two words of a query stand side by side in a text."""
    best = 0.0
    for at, grade in first.items():
        for gap, worth in _GAPS:
            other = second.get(at + gap)
            if other is not None:
                best = max(best, worth * min(grade.nearness, other.nearness))
    return best


def _asked(readings: Iterable[Reading]) -> list[tuple[Word, bool]]:
    """Return the words of readings, and of each whether it is the last."""
    return [
        (word, number == len(reading.words) - 1)
        for reading in readings
        for number, word in enumerate(reading.words)
    ]


def _tokens(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(set(texts)).split())


def _points(values: Sequence[float]) -> float:
    return float(sum(map(mul, _WEIGHTS, values)))
