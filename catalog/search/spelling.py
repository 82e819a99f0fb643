"""What was meant by a query in which keys were missed, told by the names there are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog.search.likeness import TWO_SLIPS, distance, edits, is_other
from catalog.search.words import Known, Word, words_of
from kernel.text import fold, nfc, tone_code

MOST_MEANT = 3
_MOST_PART = 5


@dataclass(frozen=True)
class Spelling:
    """Words of a name that what was typed comes near to, and how they are written there."""

    words: tuple[Word, ...]
    written: str


def respelled(typed: Sequence[Word], titles: Iterable[str]) -> list[Spelling]:
    """Return the parts of names that a query was meant to be, the nearest first; maybe none.

    Letters are compared without the spaces between words: those go astray as well.
    """
    joined = joined_words(typed)
    marks = {word.toned for word in typed}
    found: Counter[Spelling] = Counter(
        spelling for title in titles for spelling in _parts(title) if _may_be(joined, spelling)
    )
    slips = {spelling: distance(joined, joined_words(spelling.words)) for spelling in found}
    near = [
        spelling
        for spelling in found
        if slips[spelling] <= slips_allowed(joined) and _goes_with(typed, spelling.words)
    ]
    near.sort(
        key=lambda each: (
            slips[each],
            -sum(word.toned in marks for word in each.words),
            -found[each],
            each.written,
        )
    )
    return [each for each in near if slips[each] == slips[near[0]]][:MOST_MEANT]


def _goes_with(typed: Sequence[Word], words: Sequence[Word]) -> bool:
    """Tell whether word for word each has few slips, and none is another word by its marks."""
    if len(typed) != len(words):
        return True
    for word, other in zip(typed, words, strict=True):
        if word.folded == other.folded and word.is_marked and is_other(word, other.toned):
            return False
        if len(word.folded) < TWO_SLIPS and not _is_shuffled(word.folded, other.folded):
            return False
    return True


def _is_shuffled(typed: str, word: str) -> bool:
    """Tell whether one letter at most is another: two slips in a short word only move letters."""
    missing, more = Counter(word) - Counter(typed), Counter(typed) - Counter(word)
    return max(missing.total(), more.total()) <= 1


def joined_words(words: Iterable[Word]) -> str:
    """Return the letters of words without spaces."""
    return "".join(word.folded for word in words)


def slips_allowed(joined: str) -> int:
    """Return how many slips are forgiven in a whole query: none in very short ones."""
    if any(letter.isdigit() for letter in joined):
        return 0
    return 0 if len(joined) < 4 else 1 if len(joined) < TWO_SLIPS else 2


def better_spelling(typed: Sequence[Word], known: Known, titles: Sequence[str]) -> str:
    """Return a query as names of its hits spell it, where letters of it were guessed."""
    names = [spelling for title in titles for spelling in _parts(title, most=1)]
    said: list[str] = []
    for word in typed:
        if known(word.folded) or any(
            each.words[0].folded.startswith(word.folded) for each in names
        ):
            said.append(
                next((n.written for n in names if n.words[0].toned == word.toned), word.folded)
            )
            continue
        near = [(edits(word.folded, each.words[0].folded), each.written) for each in names]
        slips = [option for option in near if option[0]]
        if not slips:
            return ""
        said.append(min(slips, key=lambda option: option[0])[1])
    spelled = " ".join(said)
    return "" if [*map(word_key, words_of(spelled))] == [*map(word_key, typed)] else spelled


def word_key(word: Word) -> str:
    """Return what makes two words the same to whoever typed them."""
    return word.folded


def _parts(title: str, most: int = _MOST_PART) -> Iterator[Spelling]:
    """Yield every run of a few words of a name."""
    written = re.findall(r"[^\W_]+", nfc(title).lower())
    words = [Word(fold(each), tone_code(each)) for each in written]
    for start in range(len(words)):
        for end in range(start + 1, min(start + most, len(words)) + 1):
            yield Spelling(tuple(words[start:end]), " ".join(written[start:end]))


def _may_be(joined: str, spelling: Spelling) -> bool:
    size = sum(len(word.folded) for word in spelling.words)
    first = spelling.words[0].folded[:1]
    return abs(size - len(joined)) <= slips_allowed(joined) and first in joined[:2]
