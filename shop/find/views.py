"""The search page and the list under its box."""

from functools import lru_cache, partial

from flask import Blueprint, get_template_attribute, make_response, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from accounts import guards
from catalog.search.engine import Sort
from kernel import clock, places
from kernel.web.forms import clean
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.paging import page_number
from shop.browse import next_starts
from shop.find.asking import PER_PAGE, Answer, find
from shop.find.choices import chips, groups, sellers
from shop.find.helping import Help, help_on
from shop.find.meaning import understood
from shop.find.suggesting import options
from shop.find.telling import tell
from shop.find.wish import NAMES, WITHIN_KM, Wish, read_wish
from shop.shelves import shelves
from shop.tally import note_search

blueprint = Blueprint("find", __name__)

COOKIE, KEPT_SECONDS = "commune", 180 * 86_400
HERE = "geolocation=(self), microphone=(), camera=(self), payment=()"
"""A visitor may let this page ask where he is; no other page of the storefront does."""

FRESH_SECONDS = 10
"""How long a browser may show the same suggestions again without asking."""


@blueprint.get("/search")
@guards.public
def search() -> Response:
    """Show what matches; every filter is a plain form field."""
    wish = _read()
    if "keep" in request.args:
        return _keep(wish)
    answer = find(wish)
    if answer.total or (answer.total == 0 and not wish.narrowed_by):
        note_search(wish.words, found=answer.total > 0)
    shown = make_response(_show(wish, answer))
    shown.headers["Permissions-Policy"] = HERE
    return shown


def _show(wish: Wish, answer: Answer) -> str:
    results = answer.results
    starts, cards = next_starts(answer.found.items)
    said = understood(wish.words, results.meant) if results else ""
    meant = results.meant if results else ()
    facets = results.facets if results else None
    names = sellers(wish, facets or {})
    return page(
        "shop/search.html",
        wish=wish,
        words=wish.words,
        said=said,
        answer=answer,
        total=answer.total,
        pages=_pages(answer),
        found=answer.found,
        cards=cards,
        starts=starts,
        told=tell(cards, wish, said=said or wish.words, meant=meant),
        groups=groups(wish, facets, names),
        chips=chips(wish, names),
        troubles=[(_(NAMES[name]), told) for name, told in wish.problems.items()],
        help=_help(wish, answer),
        **_lists(wish),
    )


def _lists(wish: Wish) -> dict[str, object]:
    """Return what the fields let choose from, whatever was found."""
    return {
        "sorts": [sort for sort in Sort if sort is not Sort.NEAREST or wish.near],
        "commune_options": partial(_commune_options, current_language()),
        "distances": WITHIN_KM,
        "today": clock.local_date(clock.now()),
        "ideas": shelves(),
    }


@lru_cache(maxsize=512)
def _commune_options(lang: str, chosen: str) -> Markup:
    """Return the communes as options in the language of this request, one of them chosen or none.

    A page has them twice, and there are no more ways than communes and languages.
    """
    del lang
    options = get_template_attribute("shop/macros/sieve.html", "commune_options")
    return Markup(options(places.communes(), chosen))  # noqa: S704 - made by a template


def _pages(answer: Answer) -> int:
    return -(-(answer.total or 0) // PER_PAGE)


def _help(wish: Wish, answer: Answer) -> Help | None:
    """Return help where there is nothing; a page past the last one only leads back."""
    return None if answer.found.items or answer.total else help_on(wish)


@blueprint.get("/search/suggest")
@guards.public
def suggest() -> Response:
    """Give the ways on from what was typed so far, as options of a listbox."""
    words = str(clean(request.args.get("q", "")[:200]))
    answer = make_response(page("shop/suggest.html", options=options(words)))
    answer.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    answer.headers["Vary"] = "Cookie, Accept-Language"
    return answer


def _read() -> Wish:
    return read_wish(
        request.args,
        today=clock.local_date(clock.now()),
        remembered=request.cookies.get(COOKIE, ""),
        page=page_number(),
    )


def _keep(wish: Wish) -> Response:
    """Remember the commune in this browser, or forget it, and go on to the results.

    Only who presses on our own page is heard: other sites make nobody remember.
    """
    from_here = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    keep, forget = (from_here and request.args["keep"] == wanted for wanted in "10")
    kept = keep and wish.to
    answer = redirect(wish.address(to="" if kept else wish.typed.get("to", "")), 303)
    if kept:
        answer.set_cookie(
            COOKIE,
            wish.to,
            max_age=KEPT_SECONDS,
            samesite="Lax",
            secure=request.is_secure,
            httponly=True,
        )
    elif forget:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer
