"""The host's workspace: what the experience is, when it starts, who comes."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from accounts import guards
from bookings import queries
from bookings.forms import (
    CancelForm,
    DepartureForm,
    ExperienceForm,
    GateForm,
    WeeklyForm,
    duration_words,
)
from bookings.services.departures import cancel_departure, open_departure, open_departures
from bookings.services.experiences import set_experience
from bookings.services.visits import miss, redeem
from catalog.queries.offers import ListingHead, listing_heads, listing_of
from catalog.rules import ListingKind
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.settings import Settings
from kernel.web.forms import form_error, refusal_text
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db

blueprint = Blueprint("bookings", __name__, url_prefix="/work/<vendor_id>")

Answer = str | Response | tuple[str, int]


def install(app: Flask, settings: Settings) -> None:
    """Teach templates to write a length of time."""
    del settings
    app.jinja_env.filters["duration"] = duration_words


@blueprint.get("/listings/<code>/experience")
@guards.member("owner", "seller")
def experience(vendor_id: str, code: str) -> str:
    """Show what the experience is."""
    listing = _listing(vendor_id, code)
    form = ExperienceForm.of(queries.experience(db(), listing.id))
    return page("bookings/experience.html", listing=listing, form=form)


@blueprint.post("/listings/<code>/experience")
@guards.member("owner", "seller")
def describe(vendor_id: str, code: str) -> Answer:
    """Take what the host says of the experience."""
    listing, form = _listing(vendor_id, code), ExperienceForm()
    if not form.validate():
        return page("bookings/experience.html", listing=listing, form=form), 422
    draft = form.draft(queries.experience(db(), listing.id))
    try:
        with transaction(db()) as session:
            set_experience(
                session,
                listing_id=listing.id,
                draft=draft,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return page("bookings/experience.html", listing=listing, form=form), refusal.status
    flash(_("Saved."))
    return redirect(_departures_url(vendor_id, code), code=303)


@blueprint.get("/listings/<code>/departures")
@guards.member("owner", "seller")
def departures(vendor_id: str, code: str) -> str:
    """Show the coming departures with the seats sold, and how to open more."""
    return _departures(_listing(vendor_id, code))


@blueprint.post("/listings/<code>/departures")
@guards.member("owner", "seller")
def add_departure(vendor_id: str, code: str) -> Answer:
    """Open one departure."""
    listing, form = _listing(vendor_id, code), DepartureForm()
    if not form.validate():
        return _departures(listing, one=form), 422
    try:
        with transaction(db()) as session:
            open_departure(
                session,
                listing_id=listing.id,
                starts_at=form.starts_at(),
                seats=form.seats(),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _departures(listing, one=form), refusal.status
    flash(_("The departure is open for booking."))
    return redirect(_departures_url(vendor_id, code), code=303)


@blueprint.post("/listings/<code>/departures/weekly")
@guards.member("owner", "seller")
def add_weekly(vendor_id: str, code: str) -> Answer:
    """Open the same departures every week."""
    listing, form = _listing(vendor_id, code), WeeklyForm()
    if not form.validate():
        return _departures(listing, weekly=form), 422
    try:
        with transaction(db()) as session:
            opened = open_departures(
                session,
                listing_id=listing.id,
                pattern=form.pattern(),
                seats=form.seats(),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _departures(listing, weekly=form), refusal.status
    flash(ngettext("%(num)d departure opened.", "%(num)d departures opened.", opened))
    return redirect(_departures_url(vendor_id, code), code=303)


@blueprint.post("/listings/<code>/departures/<departure_id>/cancel")
@guards.member("owner", "seller")
def call_off(vendor_id: str, code: str, departure_id: str) -> Answer:
    """Call one departure off."""
    listing, form = _listing(vendor_id, code), CancelForm()
    if not form.validate():
        return _departures(listing), 422
    try:
        with transaction(db()) as session:
            cancel_departure(
                session,
                departure_id,
                reason=form.reason.data,
                actor=guards.current_actor(),
                now=clock.now(),
            )
        flash(_("The departure is called off."))
    except DomainError as refusal:
        if isinstance(refusal, NotFound):
            raise
        flash(refusal_text(refusal), "bad")
    return redirect(_departures_url(vendor_id, code), code=303)


@blueprint.get("/bookings")
@guards.member("owner", "seller", "recorder")
def visits(vendor_id: str) -> str:
    """Show the coming visits by day, with their guests."""
    return _visits(vendor_id, GateForm())


@blueprint.post("/bookings/check-in")
@guards.member("owner", "seller", "recorder")
def check_in(vendor_id: str) -> Answer:
    """Let guests in by their code."""
    return _at_gate(vendor_id, redeem, _("Welcome: the guests are checked in."))


@blueprint.post("/bookings/missed")
@guards.member("owner", "seller", "recorder")
def missed(vendor_id: str) -> Answer:
    """Note that guests did not come."""
    return _at_gate(vendor_id, miss, _("Noted."))


def _at_gate(vendor_id: str, service: Any, done: str) -> Answer:
    form = GateForm()
    if not form.validate():
        return _visits(vendor_id, form), 422
    try:
        with transaction(db()) as session:
            service(
                session,
                vendor_id=vendor_id,
                code=form.code.data or "",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _visits(vendor_id, form), refusal.status
    flash(done)
    return redirect(url_for("bookings.visits", vendor_id=vendor_id), code=303)


def _visits(vendor_id: str, form: GateForm) -> str:
    now = clock.now()
    found = queries.coming_visits(db(), vendor_id=vendor_id, now=now, page=_page())
    listings = listing_heads(db(), {visit.listing_id for visit in found.items})
    return page(
        "bookings/visits.html",
        visits=found,
        listings=listings,
        today=clock.local_date(now),
        form=form,
        vendor_id=vendor_id,
        now=now,
    )


def _departures(
    listing: ListingHead, *, one: DepartureForm | None = None, weekly: WeeklyForm | None = None
) -> str:
    now = clock.now()
    detail = queries.experience(db(), listing.id)
    rows = queries.departure_rows(
        db(), listing_id=listing.id, since=now - timedelta(days=1), page=_page()
    )
    last = rows.items[-1] if rows.items else None
    usual: dict[str, Any] = {
        "capacity": last.capacity if last else detail.max_guests if detail else None,
        "price_vnd": last.price_vnd if last else None,
    }
    return page(
        "bookings/departures.html",
        listing=listing,
        detail=detail,
        rows=rows,
        one=one or DepartureForm(formdata=None, **usual),
        weekly=weekly or WeeklyForm(formdata=None, **usual),
        cancel_form=CancelForm(formdata=None),
        now=now,
    )


def _listing(vendor_id: str, code: str) -> ListingHead:
    """Return one of this vendor's experiences.

    :raises NotFound: for another vendor's listing, and for what is no experience.
    """
    found = listing_of(db(), vendor_id=vendor_id, code=code)
    if found is None or found.kind is not ListingKind.EXPERIENCE:
        raise NotFound
    return found


def _departures_url(vendor_id: str, code: str) -> str:
    return url_for("bookings.departures", vendor_id=vendor_id, code=code)


def _page() -> int:
    return page_number()
