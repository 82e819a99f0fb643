"""Queries made by rule out of the names of listings: what nobody fitted the search to."""

import random
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.quality.keys import bare, other_tone_place, slip, telex, vni
from bench.quality.scoring import Judged
from catalog.search.documents import Document
from catalog.search.words import singular
from kernel.text import fold, is_marked, tone_codes

MOST = 40
SEED = 20_261_128

Way = Callable[[str, random.Random], str]


def _each(change: Callable[[str], str]) -> Way:
    return lambda text, _chance: " ".join(map(change, text.split()))


WAYS: Mapping[str, Way] = {
    "as written": lambda text, _: text,
    "no marks": lambda text, _: bare(text),
    "capitals": lambda text, _: text.upper(),
    "spread (NFD)": lambda text, _: unicodedata.normalize("NFD", text),
    "tone placed anew": lambda text, _: other_tone_place(text),
    "Telex, tone last": _each(lambda word: telex(word, at_end=True)),
    "Telex, tone inside": _each(lambda word: telex(word, at_end=False)),
    "Telex, w alone": _each(lambda word: telex(word, at_end=True, lone_w=True)),
    "Telex, capitals": _each(lambda word: telex(word, at_end=True).upper()),
    "VNI, tone last": _each(lambda word: vni(word, at_end=True)),
    "VNI, tone inside": _each(lambda word: vni(word, at_end=False)),
    "partly marked": lambda text, _: " ".join(
        [*text.split()[:1], bare(text[len(text.split()[0]) :]).strip()]
    ),
    "joined": lambda text, _: bare(text).replace(" ", ""),
    "one slip, no marks": lambda text, chance: slip(bare(text), chance),
    "one slip, marked": slip,
    "two slips": lambda text, chance: slip(slip(bare(text), chance), chance),
}


def made_queries(documents: Sequence[Document]) -> list[Judged]:
    """Return several hundred queries, always the same for the same listings."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    found = list(_phrases(documents, "vi"))
    queries: list[Judged] = []
    for category, way in WAYS.items():
        chosen = chance.sample(found, min(MOST, len(found)))
        for phrase in chosen:
            typed = way(phrase, chance)
            if typed != phrase or category == "as written":
                queries.append(_judged(category, typed, phrase, documents))
    queries += _begun(found, documents, chance)
    queries += _alike(documents, chance)
    queries += _english(documents, chance)
    return queries


def _phrases(documents: Sequence[Document], lang: str) -> Iterator[str]:
    """Yield the first words of names, up to a number; each phrase once."""
    seen = set()
    for number, document in enumerate(documents):
        words: list[str] = []
        for word in document.title.get(lang, "").replace(",", " , ").split():
            if not word.isalpha() or len(words) == 2 + number % 3:
                break
            words.append(word.lower())
        phrase = " ".join(words)
        if len(words) > 1 and phrase not in seen:
            seen.add(phrase)
            yield phrase


def _judged(category: str, typed: str, phrase: str, documents: Sequence[Document]) -> Judged:
    """Grade by the phrase meant: 3 where a name begins with it, 2 where it stands inside."""
    meant = " ".join(map(singular, tone_codes(phrase)))
    return Judged(f"{category}: {typed}", category, typed, _grades(meant, documents))


def _grades(meant: str, documents: Sequence[Document], end: str = " ") -> dict[str, int]:
    found = {}
    for document in documents:
        for name in (document.name.toned, document.english.toned):
            if f"{name} ".startswith(meant + end):
                found[document.code] = 3
            elif f" {meant}{end}" in f" {name} ":
                found[document.code] = max(2, found.get(document.code, 0))
    return found


def _begun(
    phrases: Sequence[str], documents: Sequence[Document], chance: random.Random
) -> Iterator[Judged]:
    """Yield beginnings: two letters and more, and one letter behind a word."""
    for phrase in chance.sample(phrases, min(MOST, len(phrases))):
        plain = bare(phrase)
        size = chance.randint(2, max(2, len(plain) - 1))
        yield _beginning("begun, no marks", plain[:size].strip(), documents)
        first, _, rest = phrase.partition(" ")
        yield _beginning("begun, one letter", f"{bare(first)} {bare(rest)[0]}", documents)


def _beginning(category: str, typed: str, documents: Sequence[Document]) -> Judged:
    grades = {}
    for document in documents:
        for name in (document.name.folded, document.english.folded):
            if name.startswith(typed):
                grades[document.code] = 3
            elif f" {typed}" in f" {name}":
                grades[document.code] = max(2, grades.get(document.code, 0))
    return Judged(f"{category}: {typed}", category, typed, grades)


def _alike(documents: Sequence[Document], chance: random.Random) -> Iterator[Judged]:
    """Yield marked syllables that only their marks part from others in names."""
    spelled = {
        code: word.lower()
        for document in documents
        for word in document.title.get("vi", "").split()
        if word.isalpha()
        for code in tone_codes(word)
    }
    bases: dict[str, list[str]] = {}
    for code, word in spelled.items():
        bases.setdefault(fold(word), []).append(code)
    alike = sorted(code for codes in bases.values() if len(codes) > 1 for code in codes)
    for code in chance.sample(alike, min(2 * MOST, len(alike))):
        if is_marked(spelled[code]):
            yield _judged("tones alike", spelled[code], spelled[code], documents)


def _english(documents: Sequence[Document], chance: random.Random) -> Iterator[Judged]:
    phrases = [phrase for phrase in _phrases(documents, "en") if phrase.isascii()]
    for phrase in chance.sample(phrases, min(MOST, len(phrases))):
        yield _judged("English", phrase, phrase, documents)
        yield _judged("English, one slip", slip(phrase, chance), phrase, documents)
        yield _judged("English, joined", phrase.replace(" ", ""), phrase, documents)
