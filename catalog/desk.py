"""The trade office's desk: listings that wait for a word."""

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from catalog.forms import DecisionForm
from catalog.queries.workbench import Row, office_queue, work_by_id
from catalog.rules import APPROVED_ONCE, OFFICE_ACTIONS, OFFICE_ROLES, ListingState, actions
from catalog.services.steps import moderate_listing
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.pages import Page
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from traceability.queries import farm_cards, lot_cards
from vendors.queries import badges, vendor_cards
from vendors.rules import Scheme

blueprint = Blueprint("catalog_desk", __name__, url_prefix="/office/listings")

officers = guards.needs(*OFFICE_ROLES)
VIEWS: dict[str, tuple[ListingState, ...]] = {
    "waiting": (ListingState.SUBMITTED,),
    "changed": tuple(APPROVED_ONCE),
    "shown": (ListingState.PUBLISHED,),
    "declined": (ListingState.DECLINED,),
    "taken_down": (ListingState.TAKEN_DOWN,),
}


@blueprint.get("")
@officers
def show_queue() -> Answer:
    """List what waits, the longest waiting first."""
    rows = _queue()
    return page(
        "catalog/queue.html", rows=rows, chosen=_chosen(), vendors=_vendors(rows), views=list(VIEWS)
    )


@blueprint.get("/<listing_id>")
@officers
def show_listing(listing_id: str) -> Answer:
    """Show everything about one listing."""
    return _dossier(listing_id, DecisionForm())


@blueprint.post("/<listing_id>")
@officers
def decide(listing_id: str) -> Answer:
    """Approve, decline, confirm, take down or restore."""
    form = DecisionForm()
    if not form.validate():
        return _dossier(listing_id, form), 422
    try:
        with transaction(db()) as session:
            moderate_listing(
                session,
                listing_id,
                action=form.action.data or "",
                reason=form.reason.data or "",
                seen_version=_seen(form),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        if refusal.status == NotFound.status:
            raise
        form_error(form, refusal)
        return _dossier(listing_id, form), refusal.status
    flash(_("Done."))
    return go(url_for("catalog_desk.show_queue", view=_chosen()))


def _chosen() -> str:
    view = request.args.get("view", "waiting")
    return view if view in VIEWS else "waiting"


def _seen(form: DecisionForm) -> int:
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdigit() else 0


def _queue() -> Page[Row]:
    chosen = _chosen()
    return office_queue(
        db(),
        states=VIEWS[chosen],
        changed=chosen == "changed",
        page=request.args.get("page", 1, type=int),
    )


def _vendors(rows: Page[Row]) -> dict[str, str]:
    cards = vendor_cards(db(), {row.vendor_id for row in rows.items})
    return {key: card.name for key, card in cards.items()}


def _dossier(listing_id: str, form: DecisionForm) -> str:
    now = clock.now()
    work = work_by_id(db(), listing_id, now=now)
    if work is None:
        raise NotFound
    listing, rows = work.listing, _queue()
    held = badges(db(), [listing.vendor_id], on=clock.local_date(now))[listing.vendor_id]
    return page(
        "catalog/moderate.html",
        work=work,
        listing=listing,
        vendor=vendor_cards(db(), [listing.vendor_id])[listing.vendor_id],
        proved={badge.scheme.value for badge in held},
        schemes={scheme.value: scheme for scheme in Scheme},
        farm=farm_cards(db(), [listing.farm_id]).get(listing.farm_id) if listing.farm_id else None,
        lot=lot_cards(db(), [listing.lot_id]).get(listing.lot_id) if listing.lot_id else None,
        actions=actions(listing.state, OFFICE_ACTIONS),
        form=form,
        rows=rows,
        chosen=_chosen(),
        vendors=_vendors(rows),
    )
