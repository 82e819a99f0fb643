"""Collects message ids, compiles the catalogues, and says what is not translated.

``python -m translations.build`` compiles what changed; ``--update`` collects the
messages of the code first; ``--check`` fails on anything missing, fuzzy or stale.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
SOURCE_LANGUAGE = "en"
LANGUAGES = ("vi", "en")
PACKAGES = (
    "kernel",
    "accounts",
    "vendors",
    "traceability",
    "catalog",
    "bookings",
    "payments",
    "orders",
    "shop",
)
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}, "**/templates/**.txt": {"trimmed": "true"}}
KEYWORDS = DEFAULT_KEYWORDS | {"msg": None, "lazy_gettext": None, "_l": None}


def catalogue_path(lang: str) -> Path:
    """Return where the catalogue of a language lies."""
    return FOLDER / lang / "LC_MESSAGES" / "messages.po"


def load(lang: str) -> Catalog:
    """Read the catalogue of a language."""
    with catalogue_path(lang).open("rb") as file:
        return read_po(file, locale=lang)


def collect() -> Catalog:
    """Return all messages that stand in code and templates."""
    template = Catalog()
    for package in PACKAGES:
        found = extract_from_dir(
            ROOT / package, METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
        )
        for _file, _line, ids, _comments, _context in found:
            template.add(ids)
    return template


def update() -> None:
    """Bring every catalogue to the messages of the code; English is its own translation."""
    template = collect()
    for lang in LANGUAGES:
        catalogue = load(lang) if catalogue_path(lang).exists() else Catalog(locale=lang)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if lang == SOURCE_LANGUAGE:
            for message in _real(catalogue):
                message.string = message.id
        catalogue_path(lang).parent.mkdir(parents=True, exist_ok=True)
        with catalogue_path(lang).open("wb") as file:
            write_po(file, catalogue, width=100, sort_output=True, omit_header=False)


def compile_changed() -> None:
    """Write the binary catalogues that are older than their source."""
    for lang in LANGUAGES:
        source = catalogue_path(lang)
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with target.open("wb") as file:
            write_mo(file, load(lang))


def problems() -> list[str]:
    """Return what is missing, fuzzy or no longer said, by language."""
    said = {message.id for message in _real(collect())}
    found = []
    for lang in LANGUAGES:
        known = {message.id: message for message in _real(load(lang))}
        found += [f"{lang}: not collected: {key!r}" for key in said - known.keys()]
        found += [f"{lang}: no longer said: {key!r}" for key in known.keys() - said]
        found += [f"{lang}: not translated: {key!r}" for key in known if _is_open(known[key])]
    return sorted(found)


def _real(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _is_open(message: Message) -> bool:
    words = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return message.fuzzy or not all(words)


def main(arguments: list[str]) -> int:
    """Run one command."""
    if "--update" in arguments:
        update()
    if "--check" in arguments:
        found = problems()
        sys.stdout.write("".join(f"{line}\n" for line in found))
        return 1 if found else 0
    compile_changed()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
