"""What a vendor does about its own data: download it, read what was changed, close the account."""

from types import SimpleNamespace

from flask import Blueprint, Response, flash, redirect, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField
from wtforms.validators import InputRequired

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.messages import msg
from kernel.rules_table import rules_of
from kernel.storage import Storage
from kernel.web.forms import Form, form_error
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part
from orders.queries.exporting import open_orders
from shop.exporting import export_vendor, vendor_trail
from vendors.queries import members
from vendors.services.leaving import close_vendor
from vendors.services.viewing import note_download

blueprint = Blueprint("leaving", __name__, url_prefix="/work/<vendor_id>")

OTHER = msg("changed")
CHANGES = {
    "vendor.submit": msg("handed in"),
    "vendor.cancel": msg("application withdrawn"),
    "vendor.take": msg("taken for review"),
    "vendor.request_information": msg("more information requested"),
    "vendor.approve": msg("approved"),
    "vendor.reject": msg("rejected"),
    "vendor.appeal": msg("appealed"),
    "vendor.suspend": msg("suspended"),
    "vendor.reinstate": msg("reinstated"),
    "vendor.terminate": msg("terminated"),
    "vendor.renew": msg("renewed"),
    "vendor.lapse": msg("recognition lapsed"),
    "vendor.close": msg("account closed"),
    "vendor.away": msg("days away set"),
    "vendor.back": msg("days away ended"),
    "vendor.identity_saved": msg("identity saved"),
    "vendor.identity_emptied": msg("identity papers and numbers deleted"),
    "vendor.identity_seen": msg("identity looked at"),
    "vendor.downloaded": msg("everything downloaded"),
    "visit.schedule": msg("site visit scheduled"),
    "visit.move": msg("site visit moved"),
    "visit.call_off": msg("site visit called off"),
    "visit.object": msg("date of a site visit objected to"),
    "visit.record": msg("minutes of a site visit closed"),
    "visit.correct": msg("minutes of a site visit corrected"),
    "consent.given": msg("consent given"),
    "consent.withdrawn": msg("consent withdrawn"),
    "certificate.added": msg("certificate entered"),
    "certificate.verified": msg("certificate verified"),
    "certificate.withdrawn": msg("certificate revoked"),
    "requirement.expired": msg("requirement expired with its certificate"),
    "requirement.accepted": msg("requirement met again"),
    "listing.submit": msg("handed in"),
    "listing.approve": msg("approved"),
    "listing.decline": msg("declined"),
    "listing.pause": msg("paused"),
    "listing.resume": msg("offered again"),
    "listing.take_down": msg("taken down by the office"),
    "listing.withhold": msg("taken off the shelves"),
    "listing.release": msg("put back on the shelves"),
    "lot.created": msg("created"),
    "lot.hold": msg("put on hold"),
    "lot.release": msg("released"),
    "lot.recall": msg("recalled"),
    "order.confirm": msg("confirmed"),
    "order.pack": msg("packed"),
    "order.ship": msg("handed to the carrier"),
    "order.deliver": msg("delivered"),
    "order.complete": msg("completed"),
    "order.cancel": msg("cancelled"),
}
"""What an entry of the log says, as its message id."""

Answer = str | AnyResponse | tuple[str, int]


class CloseForm(Form):
    """The one question before an account is closed."""

    sure = BooleanField(
        _l("Yes, close the account for good."), [InputRequired(_l("Please confirm this."))]
    )


@blueprint.get("/data")
@limiter.limit("20 per hour")
@guards.member("owner")
def download(vendor_id: str) -> Response:
    """Hand the owner everything that is held about the vendor."""
    now = clock.now()
    with transaction(db()) as work:
        note_download(work, vendor_id, actor=guards.current_actor(), now=now)
    name = f"cho-phien-{clock.local_date(now).isoformat()}.zip"
    response = send_file(
        export_vendor(db(), part(Storage), vendor_id),
        mimetype="application/zip",
        as_attachment=True,
        download_name=name,
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/changes")
@guards.member("owner")
def changes(vendor_id: str) -> str:
    """Show what was changed about the vendor and its things, the newest first."""
    return page(
        "shop/changes.html",
        found=vendor_trail(db(), vendor_id, page=page_number()),
        mine={one.user_id for one in members(db(), vendor_id)},
        change_words=lambda action: _(CHANGES.get(action, OTHER)),
    )


@blueprint.get("/close")
@guards.member("owner")
def show_close(vendor_id: str) -> Answer:
    """Say what closing means and what stands in its way."""
    return _close_page(CloseForm(), vendor_id)


@blueprint.post("/close")
@guards.member("owner")
def close(vendor_id: str) -> Answer:
    """Close the vendor's account."""
    form = CloseForm()
    try:
        if not form.validate():
            return _close_page(form, vendor_id), 422
        with transaction(db()) as work:
            close_vendor(
                work,
                vendor_id,
                still_open=open_orders,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _close_page(form, vendor_id), refusal.status
    flash(_("The account is closed."))
    return redirect(url_for("vendors.show_status", vendor_id=vendor_id), 303)


def _close_page(form: CloseForm, vendor_id: str) -> str:
    keys = ("retention.listing_years", "retention.order_years")
    rules = rules_of(db(), keys, on=clock.local_date(clock.now()))
    return page(
        "shop/leaving.html",
        form=form,
        waiting=open_orders(db(), vendor_id),
        years=SimpleNamespace(papers=rules[keys[0]].value, orders=rules[keys[1]].value),
    )
