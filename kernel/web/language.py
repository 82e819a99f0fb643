"""Which language a page speaks: by URL, cookie, account, then the browser's wish."""

from collections.abc import Callable
from functools import lru_cache

from babel.core import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from kernel.i18n import DEFAULT, LANGUAGES
from kernel.web.session import remember, remembered

COOKIE = "lang"


def current_language() -> str:
    """Return ``vi`` or ``en`` for this request."""
    if not has_request_context():
        return DEFAULT
    return str(remembered("lang") or remember("lang", _choose()))


def _choose() -> str:
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    account_lang = remembered("account_lang")
    wish = account_lang() if callable(account_lang) else None
    return wish or _best_of(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=1024)
def _best_of(header: str) -> str:
    """Return the language a browser likes best; browsers send a few headers again and again."""
    return parse_accept_header(header, LanguageAccept).best_match(LANGUAGES) or DEFAULT


def install(app: Flask, account_lang: Callable[[], str | None]) -> None:
    """Set up translations; ``account_lang`` tells the language of who is signed in."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = app.config["TRANSLATIONS"]
    Babel(app, locale_selector=current_language, default_timezone="Asia/Ho_Chi_Minh")
    _teach_templates(app)

    @app.before_request
    def _offer_account_language() -> None:
        remember("account_lang", account_lang)

    @app.after_request
    def _keep_choice(response: Response) -> Response:
        wish = request.args.get("lang")
        if wish in LANGUAGES and request.cookies.get(COOKIE) != wish:
            response.set_cookie(
                COOKIE, str(wish), max_age=31_536_000, samesite="Lax", secure=request.is_secure
            )
        return response


def _teach_templates(app: Flask) -> None:
    """Let templates translate from catalogues read once: they ask dozens of times a page."""
    found = {lang: catalogue(app.config["TRANSLATIONS"], lang) for lang in LANGUAGES}

    def one(message: str) -> str:
        return str(found[current_language()].gettext(message))

    def many(singular: str, plural: str, number: int) -> str:
        return str(found[current_language()].ngettext(singular, plural, number))

    app.jinja_env.install_gettext_callables(one, many, newstyle=True)  # type: ignore[attr-defined]


@lru_cache(maxsize=8)
def catalogue(folder: str, lang: str) -> NullTranslations:
    """Return the words of a language; a process reads a catalogue once."""
    return Translations.load(folder, [lang])


def locale() -> Locale:
    """Return the Babel locale of this request."""
    return Locale.parse(current_language())
