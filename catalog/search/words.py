"""What a typed query may mean: its words, and the same thing in other words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from catalog.search.typing import decode, is_syllable
from kernel.text import fold, tone_codes

MOST_WORDS = 12
MOST_READINGS = 8
MOST_LETTERS = 200
_LEAST_PLURAL = 4
_LEAST_JOINED, _MOST_JOINED, _LONGEST_PART, _MOST_PARTS, _MOST_SPLITS = 4, 30, 12, 5, 4

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")

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
    ("bí đỏ", "bí rợ", "bí ngô"),
    ("đậu phụ", "đậu hũ", "tàu hũ"),
    ("đậu tương", "đậu nành"),
    ("đậu cô ve", "đậu que"),
    ("giò lụa", "chả lụa"),
    ("cá quả", "cá lóc", "cá chuối"),
    ("cá rô phi", "cá phi"),
    ("bánh đa nem", "bánh tráng"),
    ("miến", "bún tàu"),
    ("xì dầu", "nước tương"),
    ("húng quế", "rau quế"),
    ("mùi tàu", "ngò gai"),
    ("hành hoa", "hành lá"),
    ("cải cúc", "tần ô"),
    ("rau ngót", "bồ ngót"),
    ("súp lơ", "bông cải"),
    ("củ dền", "củ cải đỏ"),
    ("đu đủ", "thu đủ"),
    ("mãng cầu xiêm", "na xiêm"),
    ("bát", "chén"),
    ("cốc", "ly"),
    ("thìa", "muỗng"),
    ("homestay", "nhà dân"),
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
    "bông": ("hoa",),
    "bđx": ("bánh đậu xanh",),
    "bdx": ("bánh đậu xanh",),
    "htx": ("hợp tác xã",),
    "hợp tác xã": ("htx",),
    "tphd": ("hải dương",),
    "tp hd": ("hải dương",),
    "hd": ("hải dương",),
    "hđ": ("hải dương",),
    "hp": ("hải phòng",),
    "tp": ("thành phố",),
    "tx": ("thị xã",),
    "tt": ("thị trấn",),
    "cty": ("công ty",),
    "tnhh": ("công ty",),
    "dl": ("du lịch",),
    "attp": ("an toàn thực phẩm",),
    "vsattp": ("an toàn thực phẩm",),
}

_FILLERS = (
    "h",
    "x",
    "p",
    "tp",
    "tx",
    "tt",
    "sp",
    "mua",
    "bán",
    "ở",
    "tại",
    "của",
    "cho",
    "buy",
    "the",
    "of",
    "in",
    "from",
    "for",
)
_FILLING = ("sản phẩm", "san pham", "mặt hàng", "mat hang")
"""What says nothing of the thing wanted: it may be missing."""


@dataclass(frozen=True)
class Word:
    """A word of a query in both channels."""

    folded: str
    toned: str
    # It is spelled with all its marks, even if it has none.
    is_sure: bool = False

    @property
    def is_marked(self) -> bool:
        """Tell whether its marks are known."""
        return self.is_sure or "_" in self.toned

    @property
    def is_code(self) -> bool:
        """Tell whether it is a number or a code: no typo is looked for in those."""
        return any(letter.isdigit() for letter in self.folded)


@dataclass(frozen=True)
class Reading:
    """One meaning of a query.

    ``is_other``: not as typed, but the same thing in other words; ``is_guessed``: spelled
    another way; ``is_joined``: some of its words were typed as one.
    """

    words: tuple[Word, ...]
    is_other: bool = False
    is_guessed: bool = False
    is_joined: bool = False

    @property
    def runs(self) -> list[tuple[Word, ...]]:
        """Return the parts that still say something alone: neighbours, half of the words."""
        size = (len(self.words) + 1) // 2
        if len(self.words) < 2:
            return []
        return [self.words[at : at + size] for at in range(len(self.words) - size + 1)]


Meanings = Mapping[str, tuple[tuple[Word, ...], ...]]


@dataclass(frozen=True)
class Ways:
    """Other words for the same thing, by what is typed: with its marks, or without any."""

    by_tone: Meanings = field(default_factory=dict)
    by_fold: Meanings = field(default_factory=dict)


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text in both channels."""
    spelled = re.sub(r"(\d)\s*\*", r"\1 sao ", _UNSEEN.sub("", text))
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
        meant = tuple(filter(None, map(_sure, dict.fromkeys(others))))
        for found, key in ((by_tone, _toned(words)), (by_fold, _folded(words))):
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *meant)))
    return Ways(by_tone, by_fold)


def _sure(text: str) -> tuple[Word, ...]:
    return tuple(replace(word, is_sure=True) for word in words_of(text))


def readings(
    text: str, known: Known, ways: Ways, begins: Known = lambda _word: False
) -> list[Reading]:
    """Return what a query may mean, the likeliest first; none for a query without words.

    ``begins`` tells whether some word of the listings begins so: the last may be half typed.
    """
    typed = words_of(text[:MOST_LETTERS])
    if not typed:
        return []
    spoken = _spoken(typed, known, begins)
    meant = spoken[0]
    found = [Reading(words, is_joined=len(words) > len(typed)) for words in spoken]
    if (short := _without_fillers(meant)) and not found[0].is_joined:
        found.append(Reading(short))
    for other in _rewritten(meant, known, ways):
        if all(other != reading.words for reading in found):
            found.append(Reading(other, is_other=True))
    return found[:MOST_READINGS]


def _without_fillers(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return a query without words that name no thing; nothing if there are none, or only such."""
    left = tuple(word for word in words if word.toned not in _FILLER_WORDS)
    joined = _toned(left)
    for filler in _FILLER_PHRASES:
        joined = f" {joined} ".replace(f" {filler} ", " ").strip()
    kept = tuple(word_of(code) for code in joined.split())
    return kept if kept != words else ()


def word_of(code: str) -> Word:
    """Return the word of a tone code."""
    return Word(code.partition("_")[0], code)


def _spoken(typed: tuple[Word, ...], known: Known, begins: Known) -> list[tuple[Word, ...]]:
    """Turn raw keystrokes into syllables, and words written as one into several.

    Only what no listing holds as it was typed is read anew; maybe there are several ways.
    """
    found: list[tuple[Word, ...]] = [()]
    for number, word in enumerate(typed):
        is_half = number == len(typed) - 1 and begins(word.folded)
        ways = [(word,)] if is_half or known(word.folded) else _anew(word, known)
        found = [(*before, *way) for before in found for way in ways][:_MOST_SPLITS]
    return [words[:MOST_WORDS] for words in found]


def singular(word: str) -> str:
    """Return an English word without the ending of the plural; a tone code stays as it is."""
    if len(word) < _LEAST_PLURAL or "_" in word or not word.endswith("s"):
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("rries"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "oes")) else word[:-1]


def _anew(word: Word, known: Known) -> list[tuple[Word, ...]]:
    syllable = _syllable(word, known)
    if syllable is not word:
        return [(syllable,)]
    one = singular(word.folded)
    if one != word.folded and known(one):
        return [(Word(one, one),)]
    parts = split(word.folded, known)
    return [tuple(Word(part, part) for part in each) for each in parts] or [(word,)]


def split(word: str, known: Known) -> list[tuple[str, ...]]:
    """Return the known words that were written as one, as few as can be, in every way there is.

    What may be a syllable is none of those: it is a word that nobody offers.
    """
    size = len(word)
    is_long = _LEAST_JOINED <= size <= _MOST_JOINED
    if not is_long or not word.isalpha() or is_syllable(word):
        return []
    best: list[list[tuple[str, ...]]] = [[()], *([] for _ in range(size))]
    for end in range(2, size + 1):
        for start in range(max(0, end - _LONGEST_PART), end - 1):
            part = word[start:end]
            if not best[start] or (len(part) < 3 and not is_syllable(part)) or not known(part):
                continue
            best[end] += [(*before, part) for before in best[start]]
        fewest = min(map(len, best[end]), default=0)
        best[end] = [each for each in best[end] if len(each) <= fewest + 1][:_MOST_SPLITS]
    return sorted((each for each in best[size] if 1 < len(each) <= _MOST_PARTS), key=len)


def _syllable(word: Word, known: Known) -> Word:
    if word.is_marked:
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


_FILLER_WORDS = frozenset(word.toned for text in _FILLERS for word in words_of(text))
_FILLER_PHRASES = tuple(_toned(words_of(text)) for text in _FILLING)

DEFAULT_WAYS = make_ways(REGIONAL, ONE_WAY)
