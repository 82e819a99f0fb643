"""The page behind a QR code: what is in the bag, where it grew, whether it is all right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, url_for

from accounts import guards
from catalog.queries import Nearby, nearby
from catalog.rules import ListingKind
from kernel.errors import NotFound
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.answers import Answer, go
from kernel.web.pages import page
from kernel.web.session import db, part
from shop.resolver.answering import METHODS
from shop.resolver.knowing import JUDGED
from shop.resolver.views import resolved
from traceability.errors import BadCode
from traceability.gs1 import lot_address
from traceability.queries import DiaryLine, LotStory, lot_story
from traceability.rules import Activity, is_trace_code
from vendors.queries import Badge, VendorCard, badges, vendor_cards
from vendors.rules import Scheme

blueprint = Blueprint("lot", __name__)

OF_VISITS = frozenset({Scheme.TRAVEL_LICENCE, Scheme.HOMESTAY_SECURITY})
UNKNOWN = msg("We know no lot with this code. Please scan the label again or ask the seller.")


@dataclass(frozen=True)
class Stage:
    """Entries of one kind that follow each other in the diary, told as one step of the walk."""

    activity: Activity
    first: date
    last: date
    times: int
    lines: tuple[DiaryLine, ...]


def stages(entries: Iterable[DiaryLine]) -> list[Stage]:
    """Tell a diary as a walk: what was repeated is one step, with how often and what last."""
    runs: list[list[DiaryLine]] = []
    for line in entries:
        if runs and runs[-1][0].activity is line.activity:
            runs[-1].append(line)
        else:
            runs.append([line])
    return [
        Stage(run[0].activity, run[0].done_on, run[-1].done_on, len(run), tuple(run))
        for run in runs
    ]


@blueprint.route("/t/<code>", methods=METHODS)
@guards.public
@resolved("t")
def show_traced(code: str) -> Answer:
    """Show the lot of one of our own codes."""
    wanted = code.upper()
    if not is_trace_code(wanted):
        raise BadCode
    if wanted != code:
        return go(url_for("lot.show_traced", code=wanted))
    return _answer(lot_story(db(), trace_code=wanted))


def _answer(story: LotStory | None) -> Response:
    if story is None:
        raise NotFound(UNKNOWN)
    lot = story.lot
    vendor = vendor_cards(db(), [lot.vendor_id])[lot.vendor_id]
    if vendor.state not in JUDGED:
        raise NotFound(UNKNOWN)
    held = badges(db(), [vendor.id], on=lot.harvested_on)[vendor.id]
    around = nearby(db(), lot_id=lot.id, farm_id=lot.farm_id)
    response = Response(_page(story, vendor, held, around), mimetype="text/html")
    # A recall must show at once: no copy is used without asking.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _page(
    story: LotStory, vendor: VendorCard, held: Sequence[Badge], around: Sequence[Nearby]
) -> str:
    lot = story.lot
    address = lot_address(
        part(Settings).public_url, trace_code=lot.trace_code, gtin=lot.gtin, code=lot.code
    )
    sold = [item for item in around if item.sellable]
    return page(
        "shop/lot.html",
        story=story,
        lot=lot,
        origin=story.origin,
        vendor=vendor,
        certificates=[badge for badge in held if badge.scheme not in OF_VISITS],
        stages=stages(story.entries),
        picture=_picture(around, lot.id),
        goods=[item for item in sold if item.kind is not ListingKind.EXPERIENCE][:4],
        visits=[item for item in sold if item.kind is ListingKind.EXPERIENCE][:4],
        address=address,
    )


def _picture(around: Sequence[Nearby], lot_id: str) -> Nearby | None:
    """Return the listing whose picture shows what is in the bag."""
    return next((item for item in around if item.lot_id == lot_id), None)
