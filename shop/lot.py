"""The page behind a QR code: what is in the bag, where it grew, whether it is all right."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.queries import Nearby, nearby
from catalog.rules import ListingKind
from kernel import clock, places, sketch
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.messages import msg
from kernel.settings import Settings
from kernel.sketch import Sketch, Spot
from kernel.web.answers import Answer, go
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.raw import sent
from kernel.web.session import db, part
from shop.lot_story import is_made, law_lines, stages, steps, worst_of
from shop.resolver.answering import METHODS
from shop.resolver.knowing import JUDGED
from shop.resolver.views import resolved
from shop.scanning import device_key, note_of, note_scan
from traceability.errors import BadCode
from traceability.gs1 import lot_address
from traceability.gs1.ids import lot_id, place_id, unit_id
from traceability.queries import LotCard, LotStory, lot_story
from traceability.queries.journey import Stop, journey
from traceability.queries.recalls.cases import recall_of_lots
from traceability.queries.scans import SerialStory, serial_story
from traceability.queries.sources import Source, lab_tests, sources_of
from traceability.rules import LotState, is_trace_code
from traceability.rules.labels import is_serial
from traceability.services.scans import place_scan
from vendors.queries import VendorCard, vendor_cards
from vendors.queries.held import HeldCertificate, certificates_held
from vendors.rules import Scheme

blueprint = Blueprint("lot", __name__)

OF_VISITS = frozenset({Scheme.TRAVEL_LICENCE, Scheme.HOMESTAY_SECURITY})
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
    response = Response(_page(story, vendor, number), mimetype="text/html")
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


def _page(story: LotStory, vendor: VendorCard, serial: str) -> str:
    lot, root = story.lot, part(Settings).public_url
    sources = () if story.is_harvest else sources_of(db(), lot.id)
    codes = _names_of(story, sources, root)
    stops = journey(db(), [*codes, *_units_of(story, serial, root)], root=root)
    around = nearby(db(), lot_id=lot.id, farm_id=lot.farm_id)
    return page(
        "shop/lot.html",
        story=story,
        lot=lot,
        origin=story.origin,
        vendor=vendor,
        sources=sources,
        worst=worst_of(sources),
        certificates=_certificates(story, sources),
        tests=lab_tests(db(), [lot.id, *(source.id for source in sources)]),
        unit=_unit(story, serial) if serial else None,
        map=_map(story, vendor),
        register=REGISTER,
        serial=serial,
        recall=recall_of_lots(db(), [lot.id]).get(lot.id) if _is_recalled(lot) else None,
        **_walk(story, stops, codes, root),
        **_offers(around, lot.id),
    )


def _is_recalled(lot: LotCard) -> bool:
    return lot.state is LotState.RECALLED


def _names_of(story: LotStory, sources: Sequence[Source], root: str) -> dict[str, str]:
    """Return the codes of a lot and the harvests it came from, by how events name them."""
    names = [(one.gtin, one.code, one.trace_code) for one in sources]
    names.append((story.lot.gtin, story.lot.code, story.lot.trace_code))
    return {
        lot_id(root, gtin=gtin, code=code, trace_code=trace_code): code
        for gtin, code, trace_code in names
    }


def _units_of(story: LotStory, serial: str, root: str) -> list[str]:
    lot = story.lot
    if not serial:
        return []
    return [unit_id(root, gtin=lot.gtin, trace_code=lot.trace_code, serial=serial)]


def _walk(
    story: LotStory, stops: Sequence[Stop], codes: dict[str, str], root: str
) -> dict[str, Any]:
    lot, origin = story.lot, story.origin
    codes_at = part(Settings).codes_url
    address = lot_address(codes_at, trace_code=lot.trace_code, gtin=lot.gtin, code=lot.code)
    place = ""
    if origin is not None:
        place = place_id(root, gln=origin.gln, extension=origin.extension, code=origin.place_code)
    return {
        "address": address,
        "stages": stages(story.entries),
        "steps": steps(stops, lot, codes, from_diary=bool(story.entries)),
        "law": law_lines(
            story.entries, stops, product=address, place=place, made=is_made(lot, codes)
        ),
    }


def _certificates(story: LotStory, sources: Sequence[Source]) -> list[HeldCertificate]:
    """Return what was held when it was harvested, whatever is held today."""
    days = {(source.vendor_id, source.harvested_on) for source in sources}
    held = certificates_held(db(), days or {(story.lot.vendor_id, story.lot.harvested_on)})
    return [one for one in held if one.scheme not in OF_VISITS]


def _unit(story: LotStory, serial: str) -> SerialStory:
    return serial_story(db(), lot_id=story.lot.id, serial=serial, device=device_key(clock.now()))


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
