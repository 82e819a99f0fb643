"""Walking along the shelves: a category, a listing, a vendor, a code that was scanned."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlsplit

from flask import Blueprint, abort, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from accounts import guards
from bookings.queries import DepartureCard, departures, experience
from catalog.queries import (
    Card,
    CategoryNode,
    ListingPage,
    ReviewCard,
    listing_page,
    reviews,
    shelf,
    vendor_reviews,
    with_seats,
)
from catalog.queries.addresses import code_of, moved, moved_listing
from catalog.queries.categories import standing_shelf
from catalog.queries.freshness import goods_mark
from catalog.rules import ListingKind, ListingState
from catalog.rules.addresses import AddressKind, chosen_slug, slugs_of
from kernel import clock
from kernel.web.cache import cached_page
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from shop.seo.writing import goods_head, listing_paths, shelf_head, vendor_head, visit_head
from shop.shelves import facts_of, shelf_by_id, shelf_by_slug, shelves, slugs_of_shelf
from traceability.gs1.registering import leads_on
from traceability.queries import farms_of
from vendors.queries import public_vendor, vendor_cards

blueprint = Blueprint("browse", __name__)

REVIEWS, DEPARTURES = 5, 12
Answer = str | BaseResponse | tuple[str, int]


@blueprint.get("/c/<slug>")
@guards.public
def category(slug: str) -> Answer:
    """Show one shelf; ``season=1`` leaves what is in season."""
    node = shelf_by_slug(slug)
    if node is None:
        return _former_shelf(slug)
    now = clock.now()
    in_season = request.args.get("season") == "1"
    found = shelf(
        db(),
        now=now,
        category=node.slug,
        in_season_month=clock.local_date(now).month if in_season else None,
        page=page_number(),
    )
    starts, cards = next_starts(found.items)
    top = _top_of(node)
    return page(
        "shop/category.html",
        head=shelf_head(node, top, found.number),
        node=node,
        top=top,
        found=found,
        cards=cards,
        starts=starts,
        in_season=in_season,
        categories=shelves(),
    )


def _former_shelf(slug: str) -> Answer:
    """Lead on from the address that a shelf had once."""
    was = moved(db(), AddressKind.CATEGORY, slug)
    node = shelf_by_id(standing_shelf(db(), was.subject_id)) if was else None
    if was is None or node is None:
        abort(404)
    slugs = slugs_of_shelf(node.id)
    return canonical(f"/c/{quote(chosen_slug(slugs, slug, request.args.get('lang'), was.lang))}")


@blueprint.get("/l/<code>", defaults={"slug": ""})
@blueprint.get("/l/<code>/<slug>")
@guards.public
def listing(code: str, slug: str) -> Answer:
    """Show one listing at its one address in each language."""
    now = clock.now()
    return cached_page(lambda: goods_mark(db(), code, now=now), lambda: _listing(code, slug, now))


def _listing(code: str, slug: str, now: datetime) -> Answer:
    found = listing_page(db(), code, now=now)
    if found is None and not slug:
        return _short_address(code)
    if found is None or not (found.is_shown or found.is_gone or found.state is ListingState.PAUSED):
        abort(404)
    if found.is_gone:
        return _gone(found)
    shown = _slug_of(found, slug)
    if slug != shown:
        return canonical(listing_paths(found.code, {"": shown})[""])
    return offer_page(found, now)


def offer_page(found: ListingPage, now: datetime) -> str:
    """Return the page of an offer as buyers see it."""
    if found.kind is ListingKind.EXPERIENCE:
        return _visit(found)
    said, today = _reviews(found), clock.local_date(now)
    return page(
        "shop/goods.html",
        head=goods_head(found, said, today),
        listing=found,
        said=said,
        specs=facts_of(found),
        month=today.month,
        today=today,
        chosen=next((pack.id for pack in found.packs if pack.sellable), None),
    )


def _slug_of(found: ListingPage, asked: str) -> str:
    """Return the slug to show a listing under; where it had the one asked for, in its language."""
    slugs, wish = slugs_of(found.slug, found.title), request.args.get("lang")
    known = not asked or asked in slugs.values() or wish in slugs
    was = None if known else moved_listing(db(), found.id, asked)
    return chosen_slug(slugs, asked, wish, was)


def _short_address(slug: str) -> Answer:
    """Lead on from a slug without a code: to whoever has it, or had it last."""
    was = moved(db(), AddressKind.LISTING, slug)
    code = code_of(db(), was.subject_id) if was else None
    if code is None:
        abort(404)
    return canonical(f"/l/{quote(code)}/{quote(slug)}")


def _gone(found: ListingPage) -> Answer:
    """Say that an offer is no longer shown: neither what it was nor why, and where to go on."""
    answer = make_response(page("shop/gone.html", shelf=found.category_slug, status=410), 410)
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _visit(found: ListingPage) -> str:
    dates = departures(db(), listing_ids=[found.id], now=clock.now(), limit=DEPARTURES)
    coming: Sequence[DepartureCard] = dates.get(found.id, [])
    free = [card for card in coming if card.seats_left]
    wanted = request.args.get("date", "")
    chosen = next((card.id for card in free if card.id == wanted), free[0].id if free else None)
    detail, today = experience(db(), found.id), clock.local_date(clock.now())
    return page(
        "shop/visit.html",
        head=visit_head(found, detail, coming, today),
        listing=found,
        detail=detail,
        today=today,
        dates=coming,
        chosen=chosen,
        said=_reviews(found),
        specs=facts_of(found),
    )


@blueprint.get("/v/<slug>")
@guards.public
def vendor(slug: str) -> Answer:
    """Show a vendor: who sells, with which papers, and what."""
    found = public_vendor(db(), slug)
    if found is None:
        return _former_vendor(slug)
    now = clock.now()
    today = clock.local_date(now)
    offers = shelf(db(), now=now, vendor_id=found.id, page=page_number())
    starts, cards = next_starts(offers.items)
    valid = [paper for paper in found.certificates if paper.holds(today)]
    said = vendor_reviews(db(), found.id, limit=REVIEWS)
    return page(
        "shop/vendor.html",
        head=vendor_head(found, valid, said),
        vendor=found,
        valid=valid,
        away=found.away if found.away and found.away.holds(today) else None,
        farms=farms_of(db(), vendor_id=found.id),
        months={month for card in cards for month in card.season_months},
        month=today.month,
        said=said,
        found=offers,
        cards=cards,
        starts=starts,
    )


def _former_vendor(slug: str) -> Answer:
    """Lead on from the address that a vendor had under another name, while it may sell."""
    was = moved(db(), AddressKind.VENDOR, slug)
    card = vendor_cards(db(), [was.subject_id]).get(was.subject_id) if was else None
    if card is None or not card.is_open or card.slug == slug:
        abort(404)
    return canonical(f"/v/{quote(card.slug)}")


@blueprint.get("/scan")
@guards.public
def scan() -> Answer:
    """Help to read a code; a code that was read or typed leads to its lot."""
    code = request.args.get("code", "").strip()
    target = lot_address(code) if code else None
    if target:
        return redirect(target, 303)
    answer = page("shop/scan.html", code=code)
    return (answer, 422) if code else answer


def lot_address(code: str) -> str | None:
    """Return the path of the lot page that a scanned or typed code means, or None.

    A whole address counts by its path alone: codes of other sites are not followed.
    """
    path = urlsplit(code).path if "/" in code else f"/t/{code.replace('-', '').upper()}"
    if not leads_on(path) or not path.isascii() or "//" in path:
        return None
    # What is escaped already stays so.
    return quote(path, safe="/%")


def canonical(path: str) -> BaseResponse:
    """Lead to the one address of a thing, keeping what was asked."""
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{path}?{query}" if query else path, 301)


def next_starts(found: Sequence[Card]) -> tuple[dict[str, object], list[Card]]:
    """Return the next start of each visit on a shelf, and the cards with its seats."""
    visits = [card.id for card in found if card.kind is ListingKind.EXPERIENCE]
    if not visits:
        return {}, list(found)
    soon = departures(db(), listing_ids=visits, now=clock.now(), limit=1)
    seats = {key: cards[0].seats_left for key, cards in soon.items()}
    return {key: cards[0].starts_at for key, cards in soon.items()}, with_seats(found, seats)


def _top_of(node: CategoryNode) -> CategoryNode:
    return next((top for top in shelves() if top.id == node.parent_id), node)


def _reviews(found: ListingPage) -> Sequence[ReviewCard]:
    return reviews(db(), found.id, limit=REVIEWS).items if found.rating_count else ()
