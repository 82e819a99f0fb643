"""The languages of the market, and which wording of a text a reader gets."""

from collections.abc import Mapping

LANGUAGES = ("vi", "en")
DEFAULT = "vi"


def pick(text: Mapping[str, str] | None, lang: str) -> str:
    """Return the wording in a language, else in Vietnamese, else in any."""
    if not text:
        return ""
    return text.get(lang) or text.get(DEFAULT) or next(iter(text.values()), "")


def spoken(text: Mapping[str, str] | None, lang: str) -> str:
    """Return the language of the wording that `pick` finds; empty when there is none."""
    if not text:
        return ""
    wishes = (lang, DEFAULT, next(iter(text), ""))
    return next((wish for wish in wishes if text.get(wish)), "")
