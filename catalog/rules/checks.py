"""What may not be offered and what wants a look: words and pictures, by lists that are rules.

Words are compared syllable by syllable, never inside one: "pháo" is not found in "pháox", nor is
a word found where an innocent compound holds it (the list names those). What is typed without
accents is compared without them, more carefully: "sung" may be a fig.
"""

import enum
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.messages import LABELS, msg
from kernel.text import fold, is_marked, nfc, tone_code

Texts = Sequence[tuple[str, str]]
"""Texts with the fields of the form they stand in: ("title_vi", "Ổi Thanh Hà")."""

INNOCENT = "-"
"""Begins the words of a list that are innocent compounds of the others."""

_STOP = re.compile(r"[.,;:!?()]\s|[()\n]")
_SYLLABLE = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
HASH_BITS, BANDS = 64, 4
_BAND_BITS = HASH_BITS // BANDS


class Check(enum.Enum):
    """What a look found; all but BANNED only ask for an officer's eyes."""

    BANNED = "banned"
    # A banned word typed without its accents: it may be another word.
    UNSURE = "unsure"
    CLAIM = "claim"
    ORIGIN = "origin"
    HEALTH = "health"
    SMALL = "small"
    TWIN = "twin"


WORD_LISTS: dict[str, Check] = {
    "listing.words.banned": Check.BANNED,
    "listing.words.claims": Check.CLAIM,
    "listing.words.origin_unknown": Check.ORIGIN,
    "listing.words.health": Check.HEALTH,
}
"""The rule that holds the words of each check."""

PICTURE_RULES = ("listing.picture_pixels", "listing.picture_likeness")


@dataclass(frozen=True)
class Syllable:
    """One syllable of a text: its tone code, its letters without marks, where it stands.

    ``opens`` tells that a stop parts it from the one before: no phrase goes across.
    """

    code: str
    plain: str
    start: int
    end: int
    opens: bool


@dataclass(frozen=True)
class Phrase:
    """Words that are looked for, as tone codes and without marks."""

    codes: tuple[str, ...]
    plains: tuple[str, ...]

    @property
    def has_marks(self) -> bool:
        """Tell whether it is written with Vietnamese marks."""
        return self.codes != self.plains


@dataclass(frozen=True)
class Entry:
    """Some words of a list with what they fall under; ``unless`` are innocent compounds."""

    check: Check
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    law: str
    scheme: str | None


@dataclass(frozen=True)
class Hit:
    """Listed words in a text, at [start, end); not ``sure`` when accents are missing."""

    start: int
    end: int
    phrase: Phrase
    sure: bool


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that a check found in a field; ``words`` as they were typed."""

    check: str
    field: str
    words: str
    law: str = ""
    scheme: str = ""
    other_id: str = ""


def read_entries(rules: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the entries of the word lists, by rule key (see ``WORD_LISTS``)."""
    return tuple(
        Entry(
            check=check,
            phrases=tuple(_phrase(words) for words in entry["words"] if words[:1] != INNOCENT),
            unless=tuple(_phrase(words) for words in entry["words"] if words[:1] == INNOCENT),
            law=entry.get("law", ""),
            scheme=entry.get("scheme"),
        )
        for key, check in WORD_LISTS.items()
        for entry in rules[key]
    )


def syllables(text: str) -> list[Syllable]:
    """Return the syllables of a composed text with their places."""
    found, end = [], 0
    for match in _SYLLABLE.finditer(text):
        word, start = match.group(), match.start()
        opens = _STOP.search(text, end, start) is not None
        end = match.end()
        found.append(Syllable(tone_code(word), fold(word), start, end, opens))
    return found


def find_hits(text: str, entry: Entry, *, lang: str) -> list[Hit]:
    """Return where a composed text holds the words of an entry, outside of innocent compounds."""
    spoken, marked = syllables(text), is_marked(text)
    fine = [
        hit for phrase in entry.unless for hit in _hits(spoken, phrase, marked=marked, lang=lang)
    ]
    return [
        hit
        for phrase in entry.phrases
        for hit in _hits(spoken, phrase, marked=marked, lang=lang)
        if not any(good.start < hit.end and hit.start < good.end for good in fine)
    ]


def find_in_texts(
    texts: Texts, entries: Iterable[Entry], *, proved: Collection[str] = ()
) -> list[Finding]:
    """Return what the word lists find in texts, most serious first.

    ``proved`` are the schemes of verified certificates: their words are no finding.
    """
    found = {
        finding: None
        for entry in entries
        if entry.check is not Check.CLAIM or entry.scheme not in proved
        for field, text in texts
        for finding in _findings(field, nfc(text), entry)
    }
    order = [check.value for check in Check]
    banned = {(one.field, one.words) for one in found if one.check == Check.BANNED.value}
    # The same words may stand in a list with accents and without.
    sure = (
        one
        for one in found
        if one.check != Check.UNSURE.value or (one.field, one.words) not in banned
    )
    return sorted(sure, key=lambda one: (order.index(one.check), one))


def watched(texts: Texts, entries: Iterable[Entry]) -> set[tuple[str, ...]]:
    """Return which listed words texts hold: what is new of them waits for the office."""
    return {
        (entry.check.value, *hit.phrase.codes)
        for entry in entries
        for field, text in texts
        for hit in find_hits(nfc(text), entry, lang=field[-2:])
    }


def marked_parts(text: str, words: Collection[str]) -> list[tuple[str, bool]]:
    """Return a text in parts, with those told apart that are among the words found in it."""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return [(text, False)] if text else []
    split = re.split("(" + "|".join(map(re.escape, wanted)) + ")", nfc(text))
    return [(part, place % 2 == 1) for place, part in enumerate(split) if part]


def is_small(width: int, height: int, least_side: int) -> bool:
    """Tell whether the longer side of a picture has fewer pixels than the rule asks."""
    return max(width, height) < least_side


def bands(likeness: int) -> tuple[int, ...]:
    """Return the four parts of a likeness: of two that differ in at most three bits, one is equal."""
    bits = likeness % (1 << HASH_BITS)
    return tuple(bits >> (_BAND_BITS * band) & (1 << _BAND_BITS) - 1 for band in range(BANDS))


def distance(one: int, other: int) -> int:
    """Return in how many of 64 bits two likenesses differ."""
    return ((one ^ other) % (1 << HASH_BITS)).bit_count()


def _phrase(words: str) -> Phrase:
    spoken = syllables(nfc(words))
    return Phrase(tuple(one.code for one in spoken), tuple(one.plain for one in spoken))


def _findings(field: str, text: str, entry: Entry) -> Iterator[Finding]:
    for hit in find_hits(text, entry, lang=field[-2:]):
        check = entry.check
        if check is Check.BANNED and not hit.sure:
            check = Check.UNSURE
        words = text[hit.start : hit.end]
        yield Finding(check.value, field, words, entry.law, entry.scheme or "")


def _hits(spoken: Sequence[Syllable], phrase: Phrase, *, marked: bool, lang: str) -> Iterator[Hit]:
    size = len(phrase.codes)
    for place in range(len(spoken) - size + 1):
        said = spoken[place : place + size]
        if not size or said[0].plain != phrase.plains[0] or any(one.opens for one in said[1:]):
            continue
        sure = _is_said(said, phrase, marked=marked, lang=lang)
        if sure is not None:
            yield Hit(said[0].start, said[-1].end, phrase, sure)


def _is_said(said: Sequence[Syllable], phrase: Phrase, *, marked: bool, lang: str) -> bool | None:
    """Tell whether syllables are a phrase: surely, perhaps (False), or not at all (None)."""
    if all(one.code == code for one, code in zip(said, phrase.codes, strict=True)):
        return True
    bare = all(
        one.code in {code, plain} and one.plain == plain
        for one, code, plain in zip(said, phrase.codes, phrase.plains, strict=True)
    )
    if not bare or (len(said) == 1 and (marked or lang != "vi")):
        return None
    # A whole text without accents is how many people type: three syllables say enough there.
    return len(said) > 2 and not marked and lang == "vi"


LABELS.update(
    {
        Check.BANNED: msg("Banned goods"),
        Check.UNSURE: msg("Perhaps banned goods"),
        Check.CLAIM: msg("Claim without a certificate"),
        Check.ORIGIN: msg("Unknown origin"),
        Check.HEALTH: msg("Health claim"),
        Check.SMALL: msg("Small picture"),
        Check.TWIN: msg("Picture of another vendor"),
    }
)
