"""Other words for the same thing: what an entry may hold."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kernel.errors import Conflict, Invalid
from kernel.messages import LABELS, msg
from kernel.text import fold, nfc, tone_code

MOST_WORDS = 12
"""Expressions of one entry."""

MOST_LETTERS, MOST_SYLLABLES = 60, 3
"""Of an expression that is typed: longer ones are not looked for in a query."""

MOST_MEANT = 6
"""Syllables of an expression that is looked for instead."""

MOST_ENTRIES = 2000


class SynonymKind(enum.Enum):
    """Whether each word of an entry stands for the others, or the first one for the rest."""

    TWO_WAY = "two_way"
    ONE_WAY = "one_way"


LABELS.update(
    {
        SynonymKind.TWO_WAY: msg("Both ways"),
        SynonymKind.ONE_WAY: msg("One way"),
    }
)


class KnownAlready(Conflict):
    """Two entries say the same: one of them would never be found again."""

    code, status = "synonym_known", 422
    message = msg("“%(typed)s” means “%(meant)s” already: %(words)s. Change that entry instead.")


@dataclass(frozen=True)
class Entry:
    """Words for the same thing; the first is what is typed."""

    kind: SynonymKind
    words: tuple[str, ...]

    @property
    def typed(self) -> tuple[str, ...]:
        """Return the words that stand for others."""
        return self.words if self.kind is SynonymKind.TWO_WAY else self.words[:1]


def need_entry(kind: SynonymKind, typed: str, others: Iterable[str]) -> Entry:
    """Return a checked entry: small letters, composed, each expression once.

    :raises Invalid: naming the field that is wrong.
    """
    first = _need(typed, "typed", MOST_SYLLABLES)
    longest = MOST_SYLLABLES if kind is SynonymKind.TWO_WAY else MOST_MEANT
    rest = [_need(word, "others", longest) for word in others if word.strip()]
    if not rest:
        raise Invalid(msg("Write at least one other word."), field="others")
    if len(rest) >= MOST_WORDS:
        raise Invalid(msg("At most %(most)s words."), field="others", most=MOST_WORDS - 1)
    seen = {_key(first)}
    for word in rest:
        if _key(word) in seen:
            raise Invalid(msg("“%(word)s” stands there twice."), field="others", word=word)
        seen.add(_key(word))
    return Entry(kind, (first, *rest))


def need_new(entry: Entry, others: Iterable[Entry]) -> None:
    """Refuse an entry that says what another one says.

    :raises KnownAlready: naming the words and the other entry.
    """
    said = {pair: other for other in others for pair in pairs(other)}
    for typed, meant in zip(pairs(entry), _spelled(entry), strict=True):
        if typed in said:
            raise KnownAlready(
                field="others", typed=meant[0], meant=meant[1], words=", ".join(said[typed].words)
            )


def pairs(entry: Entry) -> list[tuple[str, str]]:
    """Return what an entry says: which word stands for which, by their tone codes."""
    return [(_key(typed), _key(meant)) for typed, meant in _spelled(entry)]


def _spelled(entry: Entry) -> Iterator[tuple[str, str]]:
    for word in entry.typed:
        for other in entry.words:
            if other != word:
                yield word, other


def _need(text: str, field: str, longest: int) -> str:
    word = " ".join(nfc(text).casefold().split())
    syllables = fold(word).split()
    if not syllables:
        raise Invalid(msg("Write a word of letters or numbers."), field=field)
    if len(word) > MOST_LETTERS or len(syllables) > longest:
        raise Invalid(
            msg("“%(word)s” is too long: at most %(most)s syllables."),
            field=field,
            word=word[:MOST_LETTERS],
            most=longest,
        )
    return word


def _key(word: str) -> str:
    return tone_code(word)
