"""What a typed query may mean: its words, and the same thing in other words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from catalog.search.typing import decode
from kernel.text import fold, tone_codes

MOST_WORDS = 12
MOST_READINGS = 6
MOST_LETTERS = 200

Known = Callable[[str], bool]
"""Tells whether any listing holds a folded word."""

_REGIONAL = (
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

_ONE_WAY = {
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
    """One meaning of a query and how much it counts beside the others."""

    words: tuple[Word, ...]
    weight: float


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text in both channels."""
    spelled = re.sub(r"(\d)\s*\*", r"\1 sao ", text)
    pairs = zip(fold(spelled).split(), tone_codes(spelled), strict=True)
    return tuple(Word(folded, toned) for folded, toned in pairs)[:MOST_WORDS]


def readings(text: str, known: Known) -> list[Reading]:
    """Return what a query may mean, the likeliest first; none for a query without words."""
    typed = words_of(text[:MOST_LETTERS])
    if not typed:
        return []
    meant = _decoded(typed, known)
    found = [Reading(meant, 1.0)]
    for other in _rewritten(meant, known):
        if all(other != reading.words for reading in found):
            found.append(Reading(other, 0.9))
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


def _rewritten(words: tuple[Word, ...], known: Known) -> Iterator[tuple[Word, ...]]:
    """Yield a query with one of its expressions said in another way."""
    for start in range(len(words)):
        for length in (3, 2, 1):
            part = words[start : start + length]
            if len(part) < length:
                continue
            for other in _others(part, known):
                yield words[:start] + other + words[start + length :]


def _others(part: tuple[Word, ...], known: Known) -> tuple[tuple[Word, ...], ...]:
    toned = " ".join(word.toned for word in part)
    if toned in _BY_TONE:
        return _BY_TONE[toned]
    # Without marks "dua" is many things: only what nothing else is called is said anew.
    folded = " ".join(word.folded for word in part)
    if any(word.is_marked for word in part) or (len(part) == 1 and known(folded)):
        return ()
    return _BY_FOLD.get(folded, ())


def _tables() -> tuple[dict[str, tuple[tuple[Word, ...], ...]], ...]:
    ways: dict[str, list[str]] = {word: list(others) for word, others in _ONE_WAY.items()}
    for group in _REGIONAL:
        for word in group:
            ways.setdefault(word, []).extend(other for other in group if other != word)
    by_tone, by_fold = {}, {}
    for word, others in ways.items():
        said = words_of(word)
        meant = tuple(words_of(other) for other in others)
        by_tone[" ".join(part.toned for part in said)] = meant
        by_fold[" ".join(part.folded for part in said)] = meant
    return by_tone, by_fold


_BY_TONE, _BY_FOLD = _tables()
