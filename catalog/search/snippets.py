"""What was looked for, marked in what is shown: pieces of text, never markup.

Words are compared folded, so that "vai thieu" marks "vải thiều" however its marks
are written; the pieces hold the text as it came, letter by letter.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kernel.text import fold, tone_code, tone_codes

MOST_LETTERS = 140
BEFORE = 40
"""Letters of a window, and how many of them at most stand before the first hit."""

ELLIPSIS = "\u2026"
# A combining mark belongs to the letter before it.
_A_WORD = re.compile("[^\\W_][^\\W_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\\W_]*)*")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; ``hit``: it was looked for."""

    text: str
    hit: bool = False


@dataclass(frozen=True)
class _Word:
    start: int
    end: int


class Marker:
    """Knows what was looked for.

    ``meant`` are folded words (`Results.meant`), ``typed`` is what was typed: what it
    says with marks is not marked where other marks stand ("bơ" is no "bò").
    """

    def __init__(self, meant: Iterable[str], typed: str) -> None:
        self.meant = frozenset(word for text in meant for word in text.split())
        self.toned: dict[str, set[str]] = {}
        self._others: set[str] = set()
        for code in tone_codes(typed):
            if "_" in code:
                self.toned.setdefault(code.partition("_")[0], set()).add(code)

    def mark(self, text: str) -> tuple[Piece, ...]:
        """Return a text in pieces; joined again they are the text."""
        return tuple(_pieces(text, self._hits(text)))

    def hits_in(self, text: str) -> set[str]:
        """Return the folded words of a text that were looked for: some of those meant."""
        # Most words of a text come again in the next: those that are not meant are passed by.
        words = set(_A_WORD.findall(text)) - self._others
        hits = {word for word in words if self._is_meant(word)}
        self._others |= words - hits
        return {_codes(word)[0] for word in hits}

    def window(self, texts: Sequence[str], *, most: int = MOST_LETTERS) -> tuple[Piece, ...]:
        """Return the stretch around the first hit in the first text that has one, or nothing."""
        for text in texts:
            flat = " ".join(text.split())
            found = self._hits(flat)
            if found:
                return _cut(flat, found, most)
        return ()

    def _hits(self, text: str) -> list[_Word]:
        found = _A_WORD.finditer(text)
        return [_Word(*word.span()) for word in found if self._is_meant(word[0])]

    def _is_meant(self, word: str) -> bool:
        folded, code = _codes(word)
        if folded not in self.meant:
            return False
        codes = self.toned.get(folded)
        return codes is None or "_" not in code or code in codes


@lru_cache(maxsize=16_384)
def _codes(word: str) -> tuple[str, str]:
    """Return a word in both channels: texts of a market say the same syllables again and again."""
    return fold(word), tone_code(word)


def _pieces(text: str, hits: Sequence[_Word]) -> Iterator[Piece]:
    done = 0
    for hit in _joined(text, hits):
        if hit.start > done:
            yield Piece(text[done : hit.start])
        yield Piece(text[hit.start : hit.end], hit=True)
        done = hit.end
    if done < len(text):
        yield Piece(text[done:])


def _joined(text: str, hits: Sequence[_Word]) -> Iterator[_Word]:
    """Yield neighbours as one: two marked syllables are one marked word."""
    last: _Word | None = None
    for hit in hits:
        if last is not None and text[last.end : hit.start] == " ":
            last = _Word(last.start, hit.end)
            continue
        if last is not None:
            yield last
        last = hit
    if last is not None:
        yield last


def _cut(text: str, hits: Sequence[_Word], most: int) -> tuple[Piece, ...]:
    start = _begin(text, max(0, hits[0].start - BEFORE)) if len(text) > most else 0
    end = max(_end(text, start + most), hits[0].end)
    inside = [
        _Word(hit.start - start, hit.end - start)
        for hit in hits
        if hit.start >= start and hit.end <= end
    ]
    pieces = list(_pieces(text[start:end], inside))
    if start:
        pieces.insert(0, Piece(ELLIPSIS))
    if end < len(text):
        pieces.append(Piece(ELLIPSIS))
    return tuple(pieces)


def _begin(text: str, at: int) -> int:
    """Return where the word begins that stands at a place, not further back than it must."""
    if at == 0 or text[at - 1] == " ":
        return at
    space = text.find(" ", at)
    return space + 1 if space >= 0 else at


def _end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", 0, at + 1)
    return space if space > 0 else at
