"""Where the pictures of shared links are."""

import re
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from accounts import guards
from catalog.queries import listing_page
from kernel import clock
from kernel.i18n import LANGUAGES
from kernel.web.session import db
from shop.seasons import season_of
from shop.seo.drawing import Busy, drawn_picture, kept_picture
from shop.seo.poster import Poster, can_draw
from shop.seo.posters import of_home, of_listing, of_shelf, of_vendor
from shop.shelves import shelf_by_id
from vendors.queries import public_vendor

blueprint = Blueprint("sharing", __name__)

_NAME = re.compile(r"(?P<lang>[a-z]{2})-(?P<digest>[0-9a-f]{24})\.jpg")


@blueprint.get("/share/<kind>/<key>/<name>")
@guards.public
def picture(kind: str, key: str, name: str) -> Response | BaseResponse:
    """Send the picture of a page; one that shows what is no longer so leads to the one of now."""
    asked = _NAME.fullmatch(name)
    if asked is None or asked["lang"] not in LANGUAGES or kind not in _KINDS:
        abort(404)
    # The name holds the digest of the content: who has it has it right.
    if request.if_none_match:
        return Response(status=304)
    found = kept_picture(asked["digest"])
    if found is not None:
        return _sent(found, name)
    poster = _KINDS[kind](key, asked["lang"])
    if poster is None or not can_draw():
        abort(404)
    if poster.digest != asked["digest"]:
        return redirect(f"{asked['lang']}-{poster.digest}.jpg", 302)
    try:
        return _sent(drawn_picture(poster), name)
    except Busy:
        return Response(status=503, headers={"Retry-After": "5"})


def _sent(data: bytes, name: str) -> Response:
    response = Response(data, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.set_etag(name)
    return response


def _listing(code: str, lang: str) -> Poster | None:
    found = listing_page(db(), code, now=clock.now())
    return of_listing(found, lang) if found and found.is_shown else None


def _shelf(key: str, lang: str) -> Poster | None:
    node = shelf_by_id(key)
    return of_shelf(node, lang) if node else None


def _vendor(slug: str, lang: str) -> Poster | None:
    found = public_vendor(db(), slug)
    return of_vendor(found, lang) if found else None


def _home(key: str, lang: str) -> Poster | None:
    today = clock.local_date(clock.now())
    return of_home(season_of(today), lang) if key == "market" else None


_KINDS: Mapping[str, Callable[[str, str], Poster | None]] = {
    "listing": _listing,
    "category": _shelf,
    "vendor": _vendor,
    "home": _home,
}
