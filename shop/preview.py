"""An offer as buyers will see it, before they do: for its vendor's people and the office."""

from flask import Blueprint, Response, make_response, url_for

from accounts import guards
from catalog.queries import ListingPage
from catalog.queries.preview import code_of, preview_page
from catalog.rules import OFFICE_ROLES
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.security import framed_policy
from kernel.web.session import db, remember
from shop.browse import offer_page

blueprint = Blueprint("preview", __name__)


@blueprint.get("/work/<vendor_id>/preview/<code>")
@guards.member("owner", "seller")
def show(vendor_id: str, code: str) -> Answer:
    """Show an offer of one's own in both languages, as wide as a phone."""
    found = _found(code, vendor_id)
    back = url_for("catalog.show_listing", vendor_id=vendor_id, code=code)
    inner = {
        lang: url_for("preview.show_page", vendor_id=vendor_id, code=code, wish=lang)
        for lang in ("vi", "en")
    }
    return _kept_by_nobody(page("shop/preview.html", listing=found, back=back, inner=inner))


@blueprint.get("/work/<vendor_id>/preview/<code>/<any(vi, en):wish>")
@guards.member("owner", "seller")
def show_page(vendor_id: str, code: str, wish: str) -> Answer:
    """Show the page itself in one language."""
    return _inner(_found(code, vendor_id), wish)


@blueprint.get("/office/preview/<listing_id>")
@guards.needs(*OFFICE_ROLES)
def show_to_office(listing_id: str) -> Answer:
    """Show an offer that is judged as buyers would see it."""
    found = _found(code_of(db(), listing_id), None)
    back = url_for("catalog_desk.show_listing", listing_id=listing_id)
    inner = {
        lang: url_for("preview.show_page_to_office", listing_id=listing_id, wish=lang)
        for lang in ("vi", "en")
    }
    return _kept_by_nobody(page("shop/preview.html", listing=found, back=back, inner=inner))


@blueprint.get("/office/preview/<listing_id>/<any(vi, en):wish>")
@guards.needs(*OFFICE_ROLES)
def show_page_to_office(listing_id: str, wish: str) -> Answer:
    """Show the page itself in one language."""
    return _inner(_found(code_of(db(), listing_id), None), wish)


def _found(code: str | None, vendor_id: str | None) -> ListingPage:
    found = preview_page(db(), code, now=clock.now(), vendor_id=vendor_id) if code else None
    if found is None:
        raise NotFound
    return found


def _inner(found: ListingPage, wish: str) -> Response:
    # Only for this answer: the reader's own pages keep their language.
    remember("lang", wish)
    answer = _kept_by_nobody(offer_page(found, clock.now()))
    # It is shown in a frame of ours, and nothing can be bought in it.
    answer.headers["Content-Security-Policy"] = framed_policy()
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _kept_by_nobody(shown: str) -> Response:
    answer = make_response(shown)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
