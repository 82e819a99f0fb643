"""What was meant by a query in which keys were missed, told by the names there are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.search.likeness import TWO_SLIPS, distance, edits, is_other
from catalog.search.words import Known, Word, words_of
from kernel.text import fold, nfc, tone_code

MOST_MEANT = 3
_MOST_PART, _LONG, _SHORT = 5, 8, 4


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
        spelling for title in titles for spelling in _parts(title, joined)
    )
    slips = {spelling: distance(joined, joined_words(spelling.words)) for spelling in found}
    near = [
        spelling
        for spelling in found
        if slips[spelling] <= _allowed(joined, typed, spelling.words)
        and _goes_with(typed, spelling.words)
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


def _allowed(joined: str, typed: Sequence[Word], words: Sequence[Word]) -> int:
    """Return how many slips are forgiven; spaces gone astray are one already."""
    allowed = slips_allowed(joined)
    return allowed if len(typed) == len(words) or len(joined) >= _LONG else min(allowed, 1)


def _goes_with(typed: Sequence[Word], words: Sequence[Word]) -> bool:
    """Tell whether word for word each has few slips, and none is another word by its marks."""
    if len(typed) != len(words):
        return len(typed) == 1 or abs(len(typed) - len(words)) == 1
    pairs = list(zip(typed, words, strict=True))
    slipped = [pair for pair in pairs if pair[0].folded != pair[1].folded]
    is_most = len(slipped) > 1 and len(typed) < 2 * len(slipped)
    if is_most and any(_is_exchanged(word, other) for word, other in slipped):
        return False
    return all(_may_be(word, other) for word, other in pairs)


def _is_exchanged(typed: Word, word: Word) -> bool:
    """Tell whether one letter of a short word is another: it may well be another word."""
    one, other = typed.folded, word.folded
    return len(one) < _SHORT and len(one) == len(other) and sorted(one) != sorted(other)


def _may_be(typed: Word, word: Word) -> bool:
    if typed.is_marked and is_other(typed, word.toned):
        return False
    if typed.folded == word.folded or len(typed.folded) >= TWO_SLIPS:
        return True
    if typed.is_marked and _is_exchanged(typed, word):
        return False
    return _is_shuffled(typed.folded, word.folded)


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
    names = [pair for title in titles for pair in _words(title)]
    said = [_spelled(word, names, is_known=known(word.folded)) for word in typed]
    spelled = " ".join(said)
    is_new = [word.folded for word in words_of(spelled)] != [word.folded for word in typed]
    return spelled if all(said) and is_new else ""


def _spelled(typed: Word, names: Sequence[tuple[Word, str]], *, is_known: bool) -> str:
    """Return a word as a name has it: the same, the nearest, or nothing when none is near."""
    same = [written for word, written in names if word.toned == typed.toned]
    if not typed.is_marked:
        same = [written for word, written in names if word.folded == typed.folded]
    if same or is_known or any(word.folded.startswith(typed.folded) for word, _ in names):
        return next(iter(same), typed.folded)
    near = [(edits(typed.folded, word.folded), written) for word, written in names]
    return min((each for each in near if each[0]), key=lambda each: each[0], default=(0, ""))[1]


def _parts(title: str, like: str) -> Iterator[Spelling]:
    """Yield the runs of a few words of a name that may be meant by letters without spaces."""
    words, allowed = _words(title), slips_allowed(like)
    for start, (first, _) in enumerate(words):
        if first.folded[:1] not in like[:2]:
            continue
        size = 0
        for end in range(start, min(start + _MOST_PART, len(words))):
            size += len(words[end][0].folded)
            if abs(size - len(like)) <= allowed:
                run = words[start : end + 1]
                yield Spelling(tuple(word for word, _ in run), " ".join(w for _, w in run))


@lru_cache(maxsize=5000)
def _words(title: str) -> tuple[tuple[Word, str], ...]:
    """Return the words of a name, and how each is written."""
    written = re.findall(r"[^\W_]+", nfc(title).lower())
    return tuple((Word(fold(each), tone_code(each)), each) for each in written)
