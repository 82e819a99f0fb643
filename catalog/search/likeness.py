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


CONFLICT = 0.4
"""What is left of a word that is another word by its marks."""

ONE_SLIP, TWO_SLIPS = 3, 6
"""Letters a word must have to be taken for another one or two slips away."""


def grades(
    word: Word,
    tokens: Collection[str],
    *,
    is_last: bool,
    also: Collection[str] = (),
    among_marked: bool = False,
) -> Grades:
    """Return which words are like a typed one: the same, begun by it (the last), misspelt.

    In ``also``, words of long texts, only the same is looked for. ``among_marked``: other words
    of the query have marks, so that one without is likely to be meant so.
    """
    found: Grades = {
        token: _same(word, token, among_marked=among_marked)
        for token in also
        if token.startswith(word.folded) and token.partition("_")[0] == word.folded
    }
    typed, marks = word.folded, set(word.toned.partition("_")[2])
    is_known = bool(found)
    for token in tokens:
        if not token.startswith(typed):
            continue
        base, _, theirs = token.partition("_")
        if base == typed:
            found[token] = _same(word, token, among_marked=among_marked)
            is_known = True
        elif is_last:
            found[token] = _begun(len(typed) / len(base), marks, set(theirs))
    if is_known or word.is_code:
        return found
    for token in tokens:
        base, _, theirs = token.partition("_")
        if token not in found and (slips := edits(typed, base)):
            fits = marks <= set(theirs)
            nearness = (0.8 - 0.15 * slips) * (1.0 if fits else CONFLICT)
            found[token] = Grade(nearness, 0.5 if marks and fits else 0.0, 0.5 * slips)
    return found


def _same(word: Word, token: str, *, among_marked: bool) -> Grade:
    typed, theirs = set(word.toned.partition("_")[2]), set(token.partition("_")[2])
    if word.toned == token:
        return Grade(1.0, 1.0 if word.is_marked or among_marked else 0.25, 0.0)
    if not word.is_marked:
        return Grade(1.0, 0.0, 0.0)
    if not theirs:
        return Grade(0.8, 0.3, 0.0)
    if typed and typed < theirs:
        return Grade(0.95, 0.7, 0.0)
    return Grade(CONFLICT, 0.0, 0.0)


def _begun(share: float, typed: set[str], theirs: set[str]) -> Grade:
    nearness = 0.7 + 0.2 * share
    if not typed:
        return Grade(nearness, 0.0, 0.1)
    if not typed <= theirs:
        return Grade(nearness * CONFLICT, 0.0, 0.1)
    return Grade(nearness, 0.9 if typed == theirs else 0.5, 0.1)


def is_other(word: Word, token: str) -> bool:
    """Tell whether a token of the same letters is another word by its marks."""
    typed, theirs = set(word.toned.partition("_")[2]), set(token.partition("_")[2])
    return bool(typed and theirs) and not typed <= theirs and not theirs <= typed


def edits(typed: str, word: str) -> int:
    """Return how many slips of the finger lie between two words; 0 when more than allowed.

    Short words have none, those of six letters and more have two; then the first letter is
    right.
    """
    size = len(typed)
    allowed = 0 if size < ONE_SLIP else 1 if size < TWO_SLIPS else 2
    if not allowed or abs(size - len(word)) > allowed:
        return 0
    if typed[0] != word[:1]:
        # The first letter is seldom wrong, but for a swap.
        if typed[0] not in word[:2]:
            return 0
        allowed = 1
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
