"""Every word people read can be translated, and is."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from translations import build

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path for name in build.PACKAGES for path in (ROOT / name).glob("templates/**/*.html")
)
# Whole pages written once in each language, side by side.
PAGES = [path for path in PAGES if not re.search(r"\.(vi|en)\.html$", path.name)]
READ_ALOUD = {"alt", "title", "placeholder", "aria-label", "aria-description"}
WORD = re.compile(r"[^\W\d_]{2,}")
# Names and units that are the same in every language.
SAME = {"QR", "VietQR", "OCOP", "VietGAP", "GTIN", "GLN", "PDF", "SVG", "PNG", "Zalo", "kg", "TOTP"}


class _Words(HTMLParser):
    """Collects words that stand in a template outside of any expression."""

    def __init__(self):
        super().__init__()
        self.inside = []
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag not in {"img", "input", "link", "meta", "br", "hr", "source", "use", "path"}:
            self.inside.append(tag)
        for name, value in attrs:
            if name in READ_ALOUD and value:
                self.note(value)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self.inside):
            self.note(data)

    def note(self, text):
        self.found += [word for word in WORD.findall(text) if word not in SAME]


def literal_words(source):
    """Return the words of a template that are not in an expression, statement or comment."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)
    words = _Words()
    words.feed(bare)
    return words.found


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_has_no_words_of_its_own(path):
    assert literal_words(path.read_text()) == []


def test_the_search_for_words_finds_them():
    assert literal_words('<p title="Buy now">{{ _("x") }} Hello</p>') == ["Buy", "now", "Hello"]
    assert literal_words("<p>{% if x %}{{ name }}{% endif %} 5 ₫</p>") == []


def test_every_message_is_translated():
    assert build.problems() == []


def test_placeholders_are_kept():
    named = re.compile(r"%\((\w+)\)")
    for message in build._real(build.load("vi")):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        allowed = {name for text in ids for name in named.findall(text)}
        for text in words:
            assert set(named.findall(text)) <= allowed, message.id
            if not isinstance(message.id, tuple):
                assert set(named.findall(text)) == allowed, message.id
