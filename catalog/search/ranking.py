"""In which order hits stand: one list of named signals, the same for every engine.

An engine finds candidates by its own means; this puts them in order. What it
looks at is published (see ``SIGNALS``); nobody can buy a place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.search.documents import Document
from catalog.search.engine import SignalValue
from catalog.search.likeness import Grade, Grades, grades
from catalog.search.words import Reading, Word
from kernel.messages import msg

WINDOW = 100
"""Candidates that are put in order; pages beyond follow the order of the engine."""


@dataclass(frozen=True)
class Signal:
    """Something that moves a hit up or down: so many points at the most."""

    key: str
    words: str
    weight: float


SIGNALS = (
    Signal("name", msg("The words stand in the name"), 100.0),
    Signal("elsewhere", msg("The words stand in category, vendor, place or text"), 45.0),
    Signal("marks", msg("Accents and tone marks are as they were typed"), 60.0),
    Signal("together", msg("The words stand together, in the order typed"), 30.0),
    Signal("start", msg("The name begins with the words"), 20.0),
    Signal("whole", msg("The name says little else"), 10.0),
    Signal("other", msg("It is the same thing in other words"), -6.0),
    Signal("spelling", msg("Letters were guessed or left out"), -40.0),
    Signal("season", msg("It is in season now"), 1.0),
    Signal("rating", msg("Buyers rated it well"), 1.0),
    Signal("fresh", msg("It was published or renewed lately"), 0.5),
)
"""All that counts, the strongest first; the last three only part hits that are alike."""

_WEIGHTS = tuple(signal.weight for signal in SIGNALS)
_NONE = (0.0,) * len(SIGNALS)
# How much a word counts that stands only there.
_ELSEWHERE = {"shelf": 1.0, "place": 0.8, "seller": 0.8, "about": 0.4}
_TRUST = 5
_OLD_SECONDS = 90 * 24 * 3600


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
    """How words stand in a text: a grade and a place for each."""

    grades: tuple[Grade | None, ...]
    places: tuple[int, ...]
    size: int


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


MOST_ABOUT = 600
"""Letters of the long text that are looked at."""


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
    tokens = _tokens(candidates)
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
        tokens = _tokens(candidates)
        self._tables: dict[tuple[Word, bool], Grades] = {
            asked: grades(asked[0], tokens, is_last=asked[1]) for asked in _asked(readings)
        }
        self._readings = [
            (reading, [self._tables[word] for word in _asked([reading])]) for reading in readings
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
        values = (*best[:8], *self._beside(hit))
        return Ranked(hit.code, _points(values), values)

    def _values(self, number: int, hit: Candidate) -> tuple[float, ...]:
        reading = self._readings[number][0]
        names = (self._found(number, hit.name), self._found(number, hit.english))
        elsewhere = [(share, self._found(number, text)) for share, text in self._other_texts(hit)]
        options = [
            (_in_name(name, elsewhere, reading), share)
            for name, share in zip(names, (1.0, self._english), strict=True)
        ]
        return max(
            (tuple(share * value for value in values) for values, share in options), key=_points
        )

    def _other_texts(self, hit: Candidate) -> Iterator[tuple[float, str]]:
        for field, share in _ELSEWHERE.items():
            yield share, getattr(hit, field)

    def _found(self, number: int, text: str) -> _Found:
        key = number, text
        if key not in self._seen:
            self._seen[key] = _find(self._readings[number][1], text.split())
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


def _in_name(
    name: _Found, elsewhere: Sequence[tuple[float, _Found]], reading: Reading
) -> tuple[float, ...]:
    count = len(reading.words)
    in_name = outside = marks = guessed = 0.0
    for number in range(count):
        grade, share = name.grades[number], 1.0
        if grade is None:
            options = [(each.grades[number], share) for share, each in elsewhere]
            grade, share = max(
                ((grade, share) for grade, share in options if grade is not None),
                key=lambda option: option[0].nearness * option[1],
                default=(None, 0.0),
            )
            outside += share * grade.nearness if grade else 0.0
        else:
            in_name += grade.nearness
        marks += grade.marks if grade else 0.0
        guessed += grade.guessed if grade else 1.0
    return (
        in_name / count,
        outside / count,
        marks / count,
        _together(name),
        _start(name),
        _whole(name),
        float(reading.is_other),
        guessed / count,
    )


def _together(found: _Found) -> float:
    """Return how many neighbours of the query are neighbours in the text, of all."""
    pairs = list(zip(found.places, found.places[1:], strict=False))
    if not pairs:
        return float(found.places[0] >= 0)
    near = [
        0.0 if a < 0 or b < 0 else 1.0 if b - a == 1 else 0.5 if 0 < b - a < 4 else 0.1
        for a, b in pairs
    ]
    return sum(near) / len(pairs)


def _start(found: _Found) -> float:
    places = [place for place in found.places if place >= 0]
    return 1 / (1 + min(places)) if places else 0.0


def _whole(found: _Found) -> float:
    return len({place for place in found.places if place >= 0}) / found.size if found.size else 0.0


def _find(tables: Sequence[Grades], tokens: Sequence[str]) -> _Found:
    found: list[Grade | None] = []
    places: list[int] = []
    before = -1
    for table in tables:
        options = [(table[token], at) for at, token in enumerate(tokens) if token in table]
        if not options:
            found.append(None)
            places.append(-1)
            continue
        grade, at = max(
            options, key=lambda option: (option[0].worth, option[1] == before + 1, -option[1])
        )
        found.append(grade)
        places.append(at)
        before = at
    return _Found(tuple(found), tuple(places), len(tokens))


def _asked(readings: Iterable[Reading]) -> list[tuple[Word, bool]]:
    """Return the words of readings, and of each whether it is the last."""
    return [
        (word, number == len(reading.words) - 1)
        for reading in readings
        for number, word in enumerate(reading.words)
    ]


def _tokens(candidates: Iterable[Candidate]) -> frozenset[str]:
    texts = {text for each in candidates for text in each[1:7]}
    return frozenset(token for text in texts for token in text.split())


def _points(values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=False))
