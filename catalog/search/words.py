"""What a typed query may mean: its words, and the same thing in other words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from catalog.search.typing import decode
from kernel.text import fold, tone_codes

MOST_WORDS = 12
MOST_READINGS = 6
MOST_LETTERS = 200

Known = Callable[[str], bool]
"""Tells whether any listing holds a folded word."""

REGIONAL = (
    ("dứa", "thơm", "khóm"),
    ("ngô", "bắp"),
    ("lạc", "đậu phộng"),
    ("quả", "trái"),
    ("lợn", "heo"),
    ("na", "mãng cầu"),
    ("mướp đắng", "khổ qua"),
    ("sắn", "khoai mì"),
    ("dưa chuột", "dưa leo"),
    ("bắp cải", "cải bắp"),
    ("rau mùi", "ngò"),
    ("vừng", "mè"),
    ("đỗ", "đậu"),
    ("thì là", "thìa là"),
    ("quất", "tắc"),
    ("trà", "chè"),
    ("ruốc", "chà bông"),
    ("trứng", "hột"),
    ("mộc nhĩ", "nấm mèo"),
    ("ngan", "vịt xiêm"),
    ("củ đậu", "củ sắn"),
    ("hồng xiêm", "sapoche"),
    ("doi", "mận"),
    ("hoa quả", "trái cây"),
    ("hải sản", "thủy sản"),
    ("đồ khô", "hàng khô"),
    ("tour", "trải nghiệm"),
    ("tham quan", "trải nghiệm"),
    ("xưởng", "workshop"),
    ("mung bean", "green bean"),
)
"""What the regions call the same thing: each is searched for when another is typed."""

ONE_WAY: Mapping[str, tuple[str, ...]] = {
    # In the south a roi is called mận, which is a plum elsewhere: plums must not drown it.
    "roi": ("mận an phước",),
    "mận an phước": ("roi",),
    "bdx": ("bánh đậu xanh",),
    "sp": ("sản phẩm",),
    "htx": ("hợp tác xã",),
    "hợp tác xã": ("htx",),
    "tphd": ("hải dương",),
    "tp hd": ("hải dương",),
    "hd": ("hải dương",),
    "tnhh": ("công ty",),
}


@dataclass(frozen=True)
class Word:
    """A word of a query in both channels."""

    folded: str
    toned: str

    @property
    def is_marked(self) -> bool:
        """Tell whether it was typed with marks."""
        return "_" in self.toned

    @property
    def is_code(self) -> bool:
        """Tell whether it is a number or a code: no typo is looked for in those."""
        return any(letter.isdigit() for letter in self.folded)


@dataclass(frozen=True)
class Reading:
    """One meaning of a query; ``is_other``: not as typed, but the same thing in other words."""

    words: tuple[Word, ...]
    is_other: bool = False


Meanings = Mapping[str, tuple[tuple[Word, ...], ...]]


@dataclass(frozen=True)
class Ways:
    """Other words for the same thing, by what is typed: with its marks, or without any."""

    by_tone: Meanings = field(default_factory=dict)
    by_fold: Meanings = field(default_factory=dict)


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text in both channels."""
    spelled = re.sub(r"(\d)\s*\*", r"\1 sao ", text)
    pairs = zip(fold(spelled).split(), tone_codes(spelled), strict=True)
    return tuple(Word(folded, toned) for folded, toned in pairs)[:MOST_WORDS]


def make_ways(two_way: Iterable[tuple[str, ...]], one_way: Mapping[str, tuple[str, ...]]) -> Ways:
    """Return other words by what is typed.

    Each of a group stands for the others (``two_way``); those of ``one_way`` are only looked
    for when its key is typed.
    """
    said: dict[str, list[str]] = {word: list(others) for word, others in one_way.items()}
    for group in two_way:
        for word in group:
            said.setdefault(word, []).extend(other for other in group if other != word)
    by_tone: dict[str, tuple[tuple[Word, ...], ...]] = {}
    by_fold: dict[str, tuple[tuple[Word, ...], ...]] = {}
    for typed, others in said.items():
        words = words_of(typed)
        meant = tuple(filter(None, map(words_of, dict.fromkeys(others))))
        for found, key in ((by_tone, _toned(words)), (by_fold, _folded(words))):
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *meant)))
    return Ways(by_tone, by_fold)


def readings(text: str, known: Known, ways: Ways) -> list[Reading]:
    """Return what a query may mean, the likeliest first; none for a query without words."""
    typed = words_of(text[:MOST_LETTERS])
    if not typed:
        return []
    meant = _decoded(typed, known)
    found = [Reading(meant)]
    for other in _rewritten(meant, known, ways):
        if all(other != reading.words for reading in found):
            found.append(Reading(other, is_other=True))
    return found[:MOST_READINGS]


def _decoded(typed: tuple[Word, ...], known: Known) -> tuple[Word, ...]:
    """Turn raw keystrokes into syllables where they are no word but decode to one."""
    return tuple(_syllable(word, known) for word in typed)


def _syllable(word: Word, known: Known) -> Word:
    if word.is_marked or known(word.folded):
        return word
    code = decode(word.folded)
    base = code.partition("_")[0]
    return Word(base, code) if code and known(base) else word


def _rewritten(words: tuple[Word, ...], known: Known, ways: Ways) -> Iterator[tuple[Word, ...]]:
    """Yield a query with one of its expressions said in another way."""
    for start in range(len(words)):
        for length in (3, 2, 1):
            part = words[start : start + length]
            if len(part) < length:
                continue
            for other in _others(part, known, ways):
                yield words[:start] + other + words[start + length :]


def _others(part: tuple[Word, ...], known: Known, ways: Ways) -> tuple[tuple[Word, ...], ...]:
    toned = _toned(part)
    if toned in ways.by_tone:
        return ways.by_tone[toned]
    # Without marks "dua" is many things: only what nothing else is called is said anew.
    folded = _folded(part)
    if any(word.is_marked for word in part) or (len(part) == 1 and known(folded)):
        return ()
    return ways.by_fold.get(folded, ())


def _toned(words: tuple[Word, ...]) -> str:
    return " ".join(word.toned for word in words)


def _folded(words: tuple[Word, ...]) -> str:
    return " ".join(word.folded for word in words)


DEFAULT_WAYS = make_ways(REGIONAL, ONE_WAY)
