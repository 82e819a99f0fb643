"""Addresses and languages of what is shown: which slug, which words, who looked at them."""

import enum
import hashlib
import json
from collections.abc import Iterable, Mapping

from kernel.languages import DEFAULT, LANGUAGES, pick
from kernel.messages import LABELS, msg
from kernel.text import slug

Texts = Mapping[str, Mapping[str, str]]
"""Words by field, then by language."""

WORDS = ("title", "summary", "description")
"""What of a listing is written in each language."""


class AddressKind(enum.Enum):
    """What an address leads to."""

    LISTING = "listing"
    CATEGORY = "category"
    VENDOR = "vendor"


class LanguageState(enum.Enum):
    """How the words of one language came about."""

    MISSING = "missing"
    WRITTEN = "written"
    # Brought by an import or a copy: nobody looked at them yet.
    UNSEEN = "unseen"


def slugs_of(own: str, title: Mapping[str, str]) -> dict[str, str]:
    """Return the slug of each language; ``own`` is that of the market's own language.

    A title that has no letters for an address, or is missing, falls back to it.
    """
    return {
        lang: own if lang == DEFAULT else slug(title.get(lang, "")) or own for lang in LANGUAGES
    }


def shelf_slugs(shelves: Iterable[tuple[str, str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    """Return the slugs of shelves given as (id, own slug, name), each leading to one shelf alone.

    A translated one that another shelf has already falls back to the shelf's own.
    """
    shelves = list(shelves)
    taken = {own: key for key, own, _name in shelves}
    found: dict[str, dict[str, str]] = {}
    for key, own, name in shelves:
        wanted = slugs_of(own, name)
        found[key] = {
            lang: text if taken.setdefault(text, key) == key else own
            for lang, text in wanted.items()
        }
    return found


def chosen_slug(slugs: Mapping[str, str], asked: str, wish: str | None, was: str | None) -> str:
    """Return the slug under which a page is to be shown.

    ``asked`` stands in the address, ``wish`` is the language it names, ``was`` the
    language in which the page had the slug once. A slug of another language is left
    alone: switching languages leads nowhere else. What this returns is returned for
    itself, so no redirect leads to another.
    """
    if asked in slugs.values():
        return asked
    if wish is not None and wish in slugs:
        return slugs[wish]
    return slugs[was if was is not None and was in slugs else DEFAULT]


def digest_of(texts: Texts, lang: str) -> str:
    """Return a digest of the words of one language."""
    words = [texts.get(name, {}).get(lang, "") for name in WORDS]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def state_of(texts: Texts, lang: str, *, by_person: bool) -> LanguageState:
    """Return how the words of a language stand that were just set."""
    if not texts.get("title", {}).get(lang):
        return LanguageState.MISSING
    return LanguageState.WRITTEN if by_person else LanguageState.UNSEEN


def lacking(texts: Texts, lang: str) -> tuple[str, ...]:
    """Return the fields that are written in another language only."""
    return tuple(
        name
        for name in WORDS
        if not texts.get(name, {}).get(lang) and pick(texts.get(name, {}), lang)
    )


LABELS.update(
    {
        LanguageState.MISSING: msg("Missing"),
        LanguageState.WRITTEN: msg("Written"),
        LanguageState.UNSEEN: msg("Nobody has looked at it"),
    }
)
