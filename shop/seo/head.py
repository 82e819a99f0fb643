"""The head of a page: its title, its one address, those in other languages, its picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from flask import Flask, Response, request
from markupsafe import Markup

from kernel.i18n import LANGUAGES
from kernel.settings import Settings
from kernel.web.session import part

TITLE_MOST, DESCRIPTION_MOST = 70, 160
"""Letters that search engines show of a title and a description."""

INDEXED = frozenset(
    {
        "home.show", "browse.category", "browse.listing", "browse.vendor", "browse.scan",
        "about.show", "about.ranking", "lot.show_traced", "resolver.show_goods", "resolver.show_place",
        "vendors.show_welcome", "public_recalls.show_all", "public_recalls.show",
    }
)  # fmt: skip
"""Pages that search engines may keep: each exists in every language at its own address."""

NEUTRAL = "x-default"
MOST_PAGES = 9999


@dataclass(frozen=True)
class Head:
    """What is told of a page; ``paths`` are its paths by language, ``things`` its JSON-LD."""

    title: str
    description: str
    paths: Mapping[str, str]
    picture: str = ""
    kind: str = "website"
    things: Sequence[Markup] = ()
    feeds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Addresses:
    """The one address of a page as it was asked for, and all by language."""

    canonical: str
    alternates: Mapping[str, str]


def both(path: str) -> dict[str, str]:
    """Return the paths of a page that has the same one in every language."""
    return dict.fromkeys(LANGUAGES, path)


def addresses(head: Head | None = None, status: int = 200) -> Addresses | None:
    """Return where this page is; None for one that search engines need not know.

    Of what was asked only the language and the number of a page of a list belong to the
    address: filters and marks of campaigns do not.
    """
    if status != 200 or request.endpoint not in INDEXED:
        return None
    paths = head.paths if head else both(quote(request.path))
    by_lang = {lang: _address(paths[lang], lang) for lang in LANGUAGES}
    by_lang[NEUTRAL] = _address(paths[LANGUAGES[0]], None)
    return Addresses(by_lang.get(request.args.get("lang", ""), by_lang[NEUTRAL]), by_lang)


def every_address(paths: Mapping[str, str]) -> dict[str, str]:
    """Return the whole addresses of a page by language; the neutral one leaves the choice."""
    found = {lang: absolute(f"{path}?lang={lang}") for lang, path in paths.items()}
    return found | {NEUTRAL: absolute(paths[LANGUAGES[0]])}


def absolute(path: str) -> str:
    """Return the whole address of a path."""
    return part(Settings).public_url.rstrip("/") + path


def bounded(text: str, most: int) -> str:
    """Return words in one line of so many letters at most, cut between two words."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return (text[:most].rpartition(" ")[0] or text[: most - 1]).rstrip(" ,;:.-") + "…"


def install(app: Flask, _settings: Settings) -> None:
    """Let every page say where it is, and tell search engines which ones are not for them."""
    app.jinja_env.globals["page_addresses"] = addresses

    @app.after_request
    def _keep_out(response: Response) -> Response:
        is_page = response.mimetype == "text/html" and response.status_code == 200
        if is_page and request.endpoint not in INDEXED:
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response


def _address(path: str, lang: str | None) -> str:
    number = request.args.get("page", "")
    asked = [("page", number)] if _is_later(number) else []
    asked += [("lang", lang)] if lang else []
    return absolute(f"{path}?{urlencode(asked)}" if asked else path)


def _is_later(number: str) -> bool:
    is_number = number.isascii() and number.isdecimal() and len(number) < 5
    return is_number and 1 < int(number) <= MOST_PAGES
