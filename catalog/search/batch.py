"""Questions in files: how the search is measured from outside."""

import json
from dataclasses import dataclass

from catalog.search.engine import Filters, SearchEngine
from catalog.search.words import DEFAULT_WAYS, Ways

MOST_HITS = 10
KINDS = ("produce", "processed", "craft", "experience")
LANGUAGES = ("vi", "en")


class BadQuestion(Exception):
    """A line that is no question; the text says why."""


@dataclass(frozen=True)
class Question:
    """A query by whoever measures; ``kind`` narrows it, empty: all."""

    id: str | int
    query: str
    lang: str = "vi"
    kind: str = ""


def read_question(line: bytes) -> Question | None:
    """Read ``{"id", "q", "lang"?, "kind"?}``; None for an empty line.

    :raises BadQuestion: when it is none.
    """
    try:
        text = line.decode("utf-8-sig").strip()
        row = json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"no JSON: {error}") from None
    if row is None and not text:
        return None
    if not isinstance(row, dict):
        raise BadQuestion('write an object such as {"id": "1", "q": "vải thiều"}')
    key, query = row.get("id"), row.get("q")
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise BadQuestion("id must be a text or a number")
    if not isinstance(query, str):
        raise BadQuestion("q must be a text")
    lang, kind = row.get("lang") or "vi", row.get("kind") or ""
    if lang not in LANGUAGES:
        raise BadQuestion(f"lang must be one of {', '.join(LANGUAGES)}")
    if kind and kind not in KINDS:
        raise BadQuestion(f"kind must be one of {', '.join(KINDS)}")
    return Question(key, query, lang, kind)


def answer(engine: SearchEngine, asked: Question, ways: Ways = DEFAULT_WAYS) -> list[str]:
    """Return the codes of the best hits, best first."""
    filters = Filters(kinds=[asked.kind] if asked.kind else [])
    found = engine.search(
        asked.query, filters=filters, per_page=MOST_HITS, lang=asked.lang, ways=ways
    )
    # Whoever asks for nothing finds nothing: the newest are no answer.
    return list(found.codes) if asked.query.strip() else []
