"""The page behind a QR code: what is in the bag, where it grew, whether it is all right."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, make_response, request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.queries import Nearby
from catalog.rules import ListingKind
from kernel import clock, places, sketch
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.messages import msg
from kernel.settings import Settings
from kernel.sketch import Sketch, Spot
from kernel.web.answers import Answer, go
from kernel.web.cache import cached_page
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.raw import sent
from kernel.web.session import db, part
from shop.lot_facts import LotFacts, lot_facts
from shop.lot_story import harvested_by, is_made, law_lines, stages, steps, way, worst_of
from shop.lot_strip import milestones
from shop.resolver.answering import METHODS
from shop.resolver.knowing import JUDGED
from shop.resolver.views import resolved
from shop.scanning import device_key, note_of, note_scan
from traceability.errors import BadCode
from traceability.gs1 import lot_address
from traceability.gs1.ids import place_id
from traceability.queries import LotStory, lot_story
from traceability.rules import is_trace_code
from traceability.rules.labels import is_serial
from traceability.services.scans import place_scan
from vendors.queries import VendorCard, vendor_cards

blueprint = Blueprint("lot", __name__)

UNKNOWN = msg("We know no lot with this code. Please scan the label again or ask the seller.")
# The national portal of tracing (Circular 02/2024/TT-BKHCN).
REGISTER = "checkvn.mae.gov.vn"
HERE = "geolocation=(self), microphone=(), camera=(self), payment=()"


@blueprint.route("/t/<code>", methods=METHODS)
@guards.public
@resolved("t")
def show_traced(code: str) -> Answer:
    """Show the lot of one of our own codes."""
    return _traced(code)


@blueprint.route("/t/<code>/<serial>", methods=METHODS)
@guards.public
@resolved("t")
def show_unit(code: str, serial: str) -> Answer:
    """Show the lot of one of our own codes, and what is known of one unit of it."""
    return _traced(code, serial)


# Codes are printed in capitals where that makes them smaller.
@blueprint.route("/T/<code>", defaults={"serial": ""}, methods=METHODS)
@blueprint.route("/T/<code>/<serial>", methods=METHODS)
@guards.public
@resolved("t")
def show_printed(code: str, serial: str) -> Answer:
    """Show what a code in capitals names."""
    return _traced(code, serial)


@blueprint.get("/t/<code>/here")
@guards.public
def ask_place(code: str) -> Answer:
    """Ask roughly where a code was scanned: nobody has to say."""
    story = _known(lot_story(db(), trace_code=code))
    return _place_page(story)


@blueprint.post("/t/<code>/here")
@limiter.limit("20 per minute")
@guards.public
def tell_place(code: str) -> Answer:
    """Note roughly where a code was scanned."""
    story = _known(lot_story(db(), trace_code=code))
    serial, now = _serial_asked(), clock.now()
    try:
        lat, lon = _place_told()
        with transaction(db()) as session:
            note = note_of(story.lot.id, serial, now=now)
            place_scan(session, note, lat=lat, lon=lon, now=now)
    except (DomainError, ValueError):
        return _place_page(story, _("Choose a place, or let the telephone tell it."))
    flash(_("Thank you. Only the rough place is kept, and nothing of you."), "good")
    if serial:
        return go(url_for("lot.show_unit", code=code, serial=serial))
    return go(url_for("lot.show_traced", code=code))


def scanned(story: LotStory | None, serial: str = "") -> Response:
    """Answer a scan with the page of a lot, and note it.

    :raises NotFound: when there is no such lot, or nobody ever judged its vendor.
    """
    story = _known(story)
    vendor = vendor_cards(db(), [story.lot.vendor_id])[story.lot.vendor_id]
    if vendor.state not in JUDGED:
        raise NotFound(UNKNOWN)
    number = serial.upper() if is_serial(serial.upper()) else serial[:20]
    now = clock.now()
    facts = lot_facts(
        db(),
        story,
        vendor,
        serial=number,
        device=device_key(now) if number else "",
        on=clock.local_date(now),
    )
    response = make_response(cached_page(lambda: facts.mark, lambda: _page(facts)))
    # A recall must show at once: no copy is used without asking.
    response.headers["Cache-Control"] = "private, no-cache"
    note_scan(story.lot, number)
    return response


def _traced(code: str, serial: str = "") -> Answer:
    wanted, number = code.upper(), serial.upper()
    if not is_trace_code(wanted) or (serial and not is_serial(number)):
        raise BadCode
    if (wanted, number) != (code, serial):
        asked = sent(request.environ).query
        return go(f"/t/{'/'.join(filter(None, (wanted, number)))}{'?' if asked else ''}{asked}")
    return scanned(lot_story(db(), trace_code=wanted), number)


def _known(story: LotStory | None) -> LotStory:
    if story is None:
        raise NotFound(UNKNOWN)
    return story


def _page(facts: LotFacts) -> str:
    story, root = facts.story, part(Settings).public_url
    return page(
        "shop/lot.html",
        story=story,
        lot=story.lot,
        origin=story.origin,
        vendor=facts.vendor,
        sources=facts.sources,
        worst=worst_of(facts.sources),
        certificates=facts.certificates,
        tests=facts.tests,
        unit=facts.unit,
        map=_map(story, facts.vendor),
        register=REGISTER,
        serial=facts.serial,
        today=facts.on,
        recall=facts.recall,
        **_walk(facts, root),
        **_offers(facts.around, story.lot.id),
    )


def _walk(facts: LotFacts, root: str) -> dict[str, Any]:
    story, lot, origin = facts.story, facts.story.lot, facts.story.origin
    codes_at = part(Settings).codes_url
    address = lot_address(codes_at, trace_code=lot.trace_code, gtin=lot.gtin, code=lot.code)
    place = ""
    if origin is not None:
        place = place_id(root, gln=origin.gln, extension=origin.extension, code=origin.place_code)
    made = is_made(facts)
    field, trade = stages(story.entries), steps(facts, from_diary=bool(story.entries))
    return {
        "address": address,
        "stages": field,
        "steps": trade,
        "strip": milestones(lot, field, trade, grown=not made),
        "harvested_by": harvested_by(facts),
        "law": law_lines(story.entries, way(facts), product=address, place=place, made=made),
    }


def _map(story: LotStory, vendor: VendorCard) -> Sketch | None:
    """Return where it grew: the farm's place if it is recorded, else its commune."""
    farm = story.origin.farm if story.origin else None
    if farm and farm.lat is not None and farm.lon is not None:
        return sketch.draw([Spot(farm.name, farm.lat, farm.lon)])
    commune = farm.commune if farm else vendor.commune
    return sketch.sketch_of(commune) if commune else None


def _offers(around: Sequence[Nearby], lot_id_: str) -> dict[str, Any]:
    sold = [item for item in around if item.sellable]
    return {
        # The listing whose picture shows what is in the bag.
        "picture": next((item for item in around if item.lot_id == lot_id_), None),
        "goods": [item for item in sold if item.kind is not ListingKind.EXPERIENCE][:4],
        "visits": [item for item in sold if item.kind is ListingKind.EXPERIENCE][:4],
    }


def _place_page(story: LotStory, problem: str = "") -> Response:
    html = page(
        "shop/lot_here.html",
        lot=story.lot,
        serial=_serial_asked(),
        communes=places.communes(),
        problem=problem,
    )
    response = Response(html, status=422 if problem else 200, mimetype="text/html")
    response.headers["Permissions-Policy"] = HERE
    return response


def _serial_asked() -> str:
    asked = request.values.get("serial", "").upper()
    return asked if is_serial(asked) else ""


def _place_told() -> tuple[float, float]:
    """Return the place of a form: what the telephone said, or the middle of a commune.

    :raises ValueError: when neither is one.
    """
    lat, lon = request.form.get("lat", ""), request.form.get("lon", "")
    if lat and lon:
        return float(lat), float(lon)
    here = places.commune(request.form.get("commune", ""))
    return here.lat, here.lon
