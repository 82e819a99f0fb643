"""By what two dossiers of the same vendor are known, however each is written."""

import enum
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from kernel.messages import LABELS, msg
from kernel.text import fold

MOST_MARKS = 12
ALIKE_ENOUGH = 0.5
"""From this share of common marks on two names are similar."""


class Alike(enum.Enum):
    """What two dossiers have in common, the strongest first."""

    PERSON = "person"
    NUMBER = "number"
    ACCOUNT = "account"
    PHONE = "phone"
    NAME = "name"
    PLACE = "place"


_ORDER = list(Alike)


def name_marks(name: str, common: Collection[str]) -> list[str]:
    """Return the marks of a name: neighbouring syllables without what many names hold.

    ``common`` are folded words such as "hop tac xa". The two syllables of a mark stand in
    alphabetical order, so that "Đức Chính" and "Chính Đức" are one. A single syllable is a
    mark by itself, and of a name of common words only all words count.
    """
    words = f" {fold(name)} "
    for phrase in sorted(common, key=len, reverse=True):
        words = words.replace(f" {phrase} ", " ")
    syllables = words.split() or fold(name).split()
    pairs = [" ".join(sorted(pair)) for pair in pairwise(syllables)]
    return list(dict.fromkeys(mark[:60] for mark in pairs or syllables))[:MOST_MARKS]


def place_mark(commune: str, address: str) -> str:
    """Return by what the same address in the same commune is known; empty without an address."""
    words = fold(address)
    return f"{commune} {words}"[:240] if commune and words else ""


def is_similar(one: Collection[str], other: Collection[str]) -> bool:
    """Tell whether two names share enough marks (Dice's coefficient)."""
    if not one or not other:
        return False
    shared = len(set(one) & set(other))
    return 2 * shared / (len(one) + len(other)) >= ALIKE_ENOUGH


def in_order(reasons: Iterable[Alike]) -> Sequence[Alike]:
    """Return reasons, each once, the strongest first."""
    return sorted(set(reasons), key=_ORDER.index)


def weight(reasons: Collection[Alike]) -> tuple[int, int]:
    """Return by what likenesses are sorted: the strongest reason first, then how many there are."""
    return min(map(_ORDER.index, reasons)), -len(reasons)


LABELS.update(
    {
        Alike.PERSON: msg("same person"),
        Alike.NUMBER: msg("same tax code or personal number"),
        Alike.ACCOUNT: msg("same bank account"),
        Alike.PHONE: msg("same phone number"),
        Alike.NAME: msg("similar name"),
        Alike.PLACE: msg("same address"),
    }
)
