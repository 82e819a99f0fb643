"""nDCG@10, mean reciprocal rank and success at the first place, by category."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DEPTH = 10


@dataclass(frozen=True)
class Judged:
    """A query and the grades (1 to 3) of what answers it; none: nothing should be found."""

    id: str
    category: str
    query: str
    grades: Mapping[str, int]


@dataclass(frozen=True)
class Score:
    """Three figures between 0 and 1."""

    ndcg: float
    mrr: float
    first: float


@dataclass(frozen=True)
class Line:
    """A row of the table: the means of a category."""

    category: str
    count: int
    mean: Score


def score(hits: Sequence[str], grades: Mapping[str, int]) -> Score:
    """Return how well hits answer; where nothing is to be found, finding nothing is perfect."""
    if not grades:
        nothing = float(not hits)
        return Score(nothing, nothing, nothing)
    best = sorted(grades.values(), reverse=True)
    found = [grades.get(code, 0) for code in hits[:DEPTH]]
    place = next((at for at, grade in enumerate(found, 1) if grade), None)
    return Score(
        ndcg=_gain(found) / _gain(best[:DEPTH]),
        mrr=1 / place if place else 0.0,
        first=float(bool(found) and found[0] == best[0]),
    )


def table(scores: Iterable[tuple[str, Score]]) -> list[Line]:
    """Return the means by category, all queries together last."""
    rows: dict[str, list[Score]] = defaultdict(list)
    for category, each in scores:
        rows[category].append(each)
    everything = [each for several in rows.values() for each in several]
    return [
        *(Line(name, len(rows[name]), _mean(rows[name])) for name in sorted(rows)),
        Line("ALL", len(everything), _mean(everything)),
    ]


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(at + 2) for at, grade in enumerate(grades))


def _mean(scores: Sequence[Score]) -> Score:
    count = max(1, len(scores))
    return Score(
        sum(each.ndcg for each in scores) / count,
        sum(each.mrr for each in scores) / count,
        sum(each.first for each in scores) / count,
    )
