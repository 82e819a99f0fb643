"""Doors of the resolver: codes of GS1, the file that describes it, pages of goods and places."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from werkzeug.routing import BaseConverter, RequestRedirect

from accounts import guards
from catalog.queries import nearby
from catalog.rules import ListingKind
from kernel.errors import DomainError, NotFound
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.pages import page
from kernel.web.raw import sent
from kernel.web.session import db, part
from shop.resolver.answering import (
    METHODS,
    adorn,
    answer,
    lead_on,
    note_anchor,
    refuse,
    tell_methods,
    wish_of_request,
)
from shop.resolver.hosts import is_for_codes, keep_to_codes, market, root
from shop.resolver.knowing import JUDGED, levels_of
from traceability.errors import BadCode
from traceability.gs1 import is_gtin14, read_request
from traceability.gs1.digital_link import Pair
from traceability.gs1.linksets import description
from traceability.gs1.resolving import Asked, Target, arrange, find
from traceability.queries import PlotCard, holdings
from traceability.queries.codes import lots_of_gtin, place_of_code, recalled_lots_of_gtin
from traceability.queries.loads import load_of_code
from traceability.rules import is_trace_code
from traceability.rules.labels import is_serial
from vendors.queries import VendorCard, vendor_cards

blueprint = Blueprint("resolver", __name__)

# Endpoints whose every answer, refusals too, has the headers of a resolver.
ADORNED = frozenset(
    {
        "resolver.resolve",
        "resolver.describe",
        "resolver.show_load",
        "resolver.show_place",
        "lot.show_traced",
        "lot.show_unit",
        "lot.show_printed",
    }
)
LONGEST = 2000


class _Digits(BaseConverter):
    """A first step of digits alone: the resolver's, whatever it is."""

    regex = r"[0-9]+"
    part_isolating = True


class _Packed(BaseConverter):
    """A binary Digital Link (EPC Binary Compression): none are issued here."""

    regex = r"[eE][hHxX][0-9A-Za-z_=-]{4,}"
    part_isolating = True


@blueprint.record_once
def _teach_routes(state: Any) -> None:
    state.app.url_map.converters |= {"digits": _Digits, "packed": _Packed}


@blueprint.app_context_processor
def _where_the_market_is() -> dict[str, str]:
    """Let pages on the codes' host lead to the market; within it, addresses begin at its root."""
    return {"market_url": market() if is_for_codes() else ""}


@blueprint.before_app_request
def _keep_hosts_apart() -> Response | None:
    return keep_to_codes() if is_for_codes() and request.endpoint not in ADORNED else None


@blueprint.before_app_request
def _no_merged_slashes() -> Response | None:
    """Refuse what the router would repair: two slashes in a code are none of ours."""
    if not isinstance(request.routing_exception, RequestRedirect):
        return None
    path = sent(request.environ).path
    if "//" in path and path.lstrip("/").partition("/")[0].isdigit():
        return adorn(refuse(BadCode()))
    return None


@blueprint.after_app_request
def _with_headers(response: Response) -> Response:
    return adorn(response) if request.endpoint in ADORNED else response


@blueprint.route("/<digits:key>", methods=METHODS, strict_slashes=False)
@blueprint.route("/<digits:key>/<path:rest>", methods=METHODS)
@blueprint.route("/<packed:key>", methods=METHODS)
@guards.public
def resolve(key: str, rest: str = "") -> Response:
    """Lead on from a Digital Link, or show its links."""
    del key, rest  # Read as they were sent.
    raw = sent(request.environ)
    try:
        if len(raw.path) > LONGEST:
            raise BadCode
        link = read_request(raw.path, raw.query)
        return _resolve(Asked.read(raw.path, root()), link.path)
    except DomainError as refusal:
        return refuse(refusal)


def _resolve(asked: Asked, pairs: tuple[Pair, ...]) -> Response:
    note_anchor(asked.anchor)
    if request.method == "OPTIONS":
        return tell_methods()
    return answer(arrange(asked, levels_of(db(), pairs, root=market())), wish_of_request())


def resolved(kind: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Let the resolver decide on one of our own codes first; its page is where it leads itself.

    One unit of a lot has the links of the lot: none are kept for a serial alone.
    """

    def around(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(view)
        def answered(code: str, **rest: str) -> Answer:
            wanted, serial = code.upper(), rest.get("serial", "").upper()
            if is_trace_code(wanted) and (not serial or is_serial(serial)):
                made = _decide(kind, wanted, serial)
            else:
                made = refuse(BadCode()) if is_for_codes() else None
            return view(code, **rest) if made is None else made

        return answered

    return around


def _decide(kind: str, code: str, serial: str) -> Response | None:
    """Answer for one of our own codes; None: by its page."""
    asked = Asked(((kind, code),), root())
    note_anchor(asked.anchor)
    if request.method == "OPTIONS":
        return tell_methods()
    wish = wish_of_request()
    if not wish.is_linkset and wish.link_type is None and not is_for_codes():
        return None
    try:
        entries = arrange(asked, levels_of(db(), asked.pairs, root=market()))
        found = () if wish.is_linkset else find(entries, wish).targets
        page_at = f"{market()}/{kind}/{code}"
        if len(found) == 1 and found[0].href.partition("#")[0] == page_at:
            return _to_page(found[0], page_at, serial)
        return answer(entries, wish)
    except DomainError as refusal:
        return refuse(refusal)


def _to_page(target: Target, page_at: str, serial: str) -> Response | None:
    """Lead to the page of a code, of the unit if one is named; None: the reader is there."""
    if not is_for_codes():
        return None
    unit = f"{page_at}/{serial}" if serial else page_at
    return lead_on(replace(target, href=target.href.replace(page_at, unit, 1)))


@blueprint.route("/.well-known/gs1resolver", methods=METHODS)
@guards.public
def describe() -> Response:
    """Tell which codes are resolved here."""
    if request.method == "OPTIONS":
        return tell_methods()
    settings = part(Settings)
    told = description(settings.codes_url, name=settings.market_name, contact=settings.market_name)
    return jsonify(told)


@blueprint.get("/g/<gtin>")
@guards.public
def show_goods(gtin: str) -> Response:
    """Show goods by their GTIN: which pack is it, what was recalled, who sells it."""
    if not is_gtin14(gtin):
        raise BadCode
    lots = lots_of_gtin(db(), gtin)
    if not lots:
        raise NotFound
    vendor = _judged(lots[0].vendor_id)
    around = nearby(db(), lot_id=lots[0].id, farm_id=lots[0].farm_id)
    sold = [item for item in around if item.sellable]
    return _fresh(
        page(
            "shop/pack.html",
            gtin=gtin,
            lots=lots,
            recalled=recalled_lots_of_gtin(db(), gtin),
            vendor=vendor,
            goods=[item for item in sold if item.kind is not ListingKind.EXPERIENCE][:4],
            visits=[item for item in sold if item.kind is ListingKind.EXPERIENCE][:4],
        )
    )


@blueprint.route("/u/<code>", methods=METHODS)
@guards.public
@resolved("u")
def show_load(code: str) -> Response:
    """Show what is in a crate or on a pallet."""
    if not is_trace_code(code.upper()):
        raise BadCode
    load = load_of_code(db(), code.upper())
    if load is None:
        raise NotFound
    return _fresh(page("shop/load.html", load=load, vendor=_judged(load.vendor_id)))


@blueprint.route("/p/<code>", methods=METHODS)
@guards.public
@resolved("p")
def show_place(code: str) -> Response:
    """Show the place of one of our own codes: a farm, or a plot of it."""
    if not is_trace_code(code.upper()):
        raise BadCode
    place = place_of_code(db(), code.upper())
    if place is None:
        raise NotFound
    vendor = _judged(place.vendor_id)
    around = [item for item in nearby(db(), lot_id="", farm_id=place.farm_id) if item.sellable]
    return _fresh(
        page(
            "shop/place.html",
            place=place,
            plots=_plots(place.vendor_id, place.farm_id, place.plot_id),
            vendor=vendor,
            goods=[item for item in around if item.kind is not ListingKind.EXPERIENCE][:8],
            visits=[item for item in around if item.kind is ListingKind.EXPERIENCE][:4],
        )
    )


def _plots(vendor_id: str, farm_id: str, plot_id: str | None) -> list[PlotCard]:
    """Return the plots of a place: all of a farm, or the one."""
    here = [held for held in holdings(db(), vendor_id=vendor_id) if held.farm.id == farm_id]
    return [plot for held in here for plot in held.plots if plot_id in {None, plot.id}]


def _judged(vendor_id: str) -> VendorCard:
    vendor = vendor_cards(db(), [vendor_id])[vendor_id]
    if vendor.state not in JUDGED:
        raise NotFound
    return vendor


def _fresh(text: str) -> Response:
    """Return a page that is never shown again without asking: a recall must show at once."""
    made = make_response(text)
    made.headers["Cache-Control"] = "private, no-cache"
    return made
