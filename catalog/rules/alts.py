"""Words for people who do not see a picture, suggested from what is known of the goods."""

from dataclasses import dataclass, field

from kernel.text import fold

Text = dict[str, str]

VARIETY = "giong"
"""Key of the attribute that names a variety."""

MOST_LETTERS = 200
_WORDS = {
    "vi": {"variety": "giống {}", "place": "ở {}", "number": "ảnh {}"},
    "en": {"variety": "variety {}", "place": "from {}", "number": "picture {}"},
}


@dataclass(frozen=True)
class Seen:
    """What is known of a picture: its goods, and that it is number so-and-so of so many."""

    title: Text
    category: Text = field(default_factory=dict)
    variety: Text = field(default_factory=dict)
    place: str = ""
    number: int = 1
    count: int = 1


def suggested_alt(seen: Seen) -> Text:
    """Return words for a picture in both languages; what the name says already is not said again.

    Where there is no English name, the Vietnamese one stands for it.
    """
    return {lang: _sentence(seen, lang) for lang in ("vi", "en")}


def _sentence(seen: Seen, lang: str) -> str:
    title, words = _pick(seen.title, lang), _WORDS[lang]
    parts = [title]
    category = _pick(seen.category, lang)
    if category and not _says(title, category):
        parts[0] = f"{title} ({category.lower()})"
    for name, what in (("variety", _pick(seen.variety, lang)), ("place", seen.place)):
        if what and not _says(" ".join(parts), what):
            parts.append(words[name].format(what))
    tail = f", {words['number'].format(seen.number)}" if seen.count > 1 else ""
    return ", ".join(parts)[: MOST_LETTERS - len(tail)].rstrip(" ,") + tail


def _pick(text: Text, lang: str) -> str:
    return (text.get(lang) or text.get("vi") or "").strip()


def _says(text: str, words: str) -> bool:
    return f" {fold(words)} " in f" {fold(text)} "
