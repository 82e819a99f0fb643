"""How much a word of a listing is like one that was typed."""

from collections.abc import Collection
from typing import NamedTuple

from catalog.search.words import Word


class Grade(NamedTuple):
    """A likeness: of the letters, of the marks (both 0 to 1), and how much of it is guessed."""

    nearness: float
    marks: float
    guessed: float

    @property
    def worth(self) -> float:
        """Return what is compared when a word is found several times."""
        return self.nearness + self.marks - self.guessed


Grades = dict[str, Grade]
"""By words of listings in the channel with marks; what is not like the word is not in it."""


def grades(word: Word, tokens: Collection[str], *, is_last: bool) -> Grades:
    """Return which words are like a typed one: the same, begun by it (the last), misspelt."""
    found: Grades = {}
    split = [(token, *token.partition("_")[::2]) for token in tokens]
    typed_marks = set(word.toned.partition("_")[2])
    exact = {
        token: Grade(1.0, _marks(word, typed_marks, token, marks), 0.0)
        for token, base, marks in split
        if base == word.folded
    }
    found |= exact
    if is_last:
        for token, base, marks in split:
            if token not in found and base.startswith(word.folded):
                share = len(word.folded) / len(base)
                mark = 0.6 if typed_marks and typed_marks <= set(marks) else 0.0
                found[token] = Grade(0.7 + 0.2 * share, mark, 0.05)
    if not exact and not word.is_code:
        for token, base, marks in split:
            if token not in found and (slips := edits(word.folded, base)):
                mark = 0.3 if typed_marks <= set(marks) else 0.0
                found[token] = Grade(0.8 - 0.15 * slips, mark, 0.5 * slips)
    return found


def _marks(word: Word, typed: set[str], token: str, marks: str) -> float:
    if word.toned == token:
        return 1.0 if typed else 0.3
    if not typed:
        return 0.0
    if not marks:
        return 0.3
    return 0.6 if typed <= set(marks) else 0.0


def edits(typed: str, word: str, most: int = 2) -> int:
    """Return how many slips of the finger lie between two words; 0 when more than allowed.

    Words of three letters and less have none, those of five and less one.
    """
    size = len(typed)
    allowed = 0 if size < 3 else 1 if size < 6 else most
    if not allowed or abs(size - len(word)) > allowed:
        return 0
    slips = distance(typed, word)
    return slips if slips <= allowed else 0


def distance(a: str, b: str) -> int:
    """Return the fewest letters left out, put in, exchanged or swapped with a neighbour."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        last, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
