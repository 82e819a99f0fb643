"""The trade office's desk: listings that wait for a word."""

from collections.abc import Iterable
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts import guards
from catalog.desk.blueprint import blueprint
from catalog.forms.steps import ApprovalForm, DecisionForm
from catalog.queries.comparing import comparison
from catalog.queries.moderation import (
    CHANGE,
    VIEWS,
    Flag,
    QueueRow,
    Wanted,
    flags_of,
    office_queue,
    queue_counts,
)
from catalog.queries.workbench import work_by_id
from catalog.rules import OFFICE_ACTIONS, OFFICE_ROLES, actions
from catalog.rules.checks import Check, marked_parts
from catalog.services.changes import decide_change
from catalog.services.steps import approve_listings, moderate_listing
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.pages import Page
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from vendors.queries import badges, vendor_cards
from vendors.rules import Scheme

officers = guards.needs(*OFFICE_ROLES)
REASONS = (*(check for check in Check if check is not Check.BANNED),)
ON_CHANGE = {"accept_change": "accept", "decline_change": "decline"}


@blueprint.get("/listings")
@officers
def show_queue() -> Answer:
    """List what waits, the longest waiting first."""
    return _queue_page(ApprovalForm())


@blueprint.post("/listings/approve")
@officers
def approve_several() -> Answer:
    """Approve the chosen listings, all or none: those in which the checks found nothing."""
    form = ApprovalForm()
    if not form.validate():
        return _queue_page(form), 422
    try:
        with transaction(db()) as session:
            count = approve_listings(
                session, form.chosen(), actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _queue_page(form), refusal.status
    flash(ngettext("%(num)d listing is approved.", "%(num)d listings are approved.", count))
    return go(url_for("catalog_desk.show_queue", **_filters(_wanted())))


@blueprint.get("/listings/<listing_id>")
@officers
def show_listing(listing_id: str) -> Answer:
    """Show everything about one listing."""
    return _dossier(listing_id, DecisionForm())


@blueprint.post("/listings/<listing_id>")
@officers
def decide(listing_id: str) -> Answer:
    """Approve, decline, confirm, take down or restore; accept or decline a change that waits."""
    form = DecisionForm()
    if not form.validate():
        return _dossier(listing_id, form), 422
    after = _next_of(listing_id)
    try:
        _act(listing_id, form)
    except DomainError as refusal:
        if refusal.status == NotFound.status:
            raise
        form_error(form, refusal)
        return _dossier(listing_id, form), refusal.status
    flash(_("Done."))
    filters = _filters(_wanted())
    if after:
        return go(url_for("catalog_desk.show_listing", listing_id=after, **filters))
    return go(url_for("catalog_desk.show_queue", **filters))


def _act(listing_id: str, form: DecisionForm) -> None:
    action, actor, now = form.action.data or "", guards.current_actor(), clock.now()
    reason = form.reason.data or ""
    with transaction(db()) as session:
        if action in ON_CHANGE:
            decide_change(
                session,
                listing_id,
                change_id=form.change.data or "",
                action=ON_CHANGE[action],
                reason=reason,
                actor=actor,
                now=now,
            )
        else:
            moderate_listing(
                session,
                listing_id,
                action=action,
                reason=reason,
                seen_version=form.seen(),
                actor=actor,
                now=now,
            )


def _wanted() -> Wanted:
    view, reason = request.args.get("view", "waiting"), request.args.get("reason", "")
    known = {CHANGE, *(check.value for check in REASONS)}
    return Wanted(
        view=view if view in VIEWS else "waiting",
        vendor=request.args.get("vendor", "")[:80],
        reason=reason if reason in known else "",
    )


def _filters(wanted: Wanted) -> dict[str, Any]:
    """Return what leads back to the same list."""
    return {"view": wanted.view, "vendor": wanted.vendor or None, "reason": wanted.reason or None}


def _queue(wanted: Wanted) -> Page[QueueRow]:
    return office_queue(db(), wanted, page=page_number())


def _next_of(listing_id: str) -> str | None:
    """Return what stands below a listing in the list it was opened from, else the first of it."""
    ids = [row.id for row in _queue(_wanted()).items]
    place = ids.index(listing_id) if listing_id in ids else -1
    return next((key for key in ids[place + 1 :] + ids[:place] if key != listing_id), None)


def _vendors(ids: Iterable[str]) -> dict[str, str]:
    return {key: card.name for key, card in vendor_cards(db(), set(ids)).items()}


def _queue_page(form: ApprovalForm) -> str:
    wanted = _wanted()
    rows = _queue(wanted)
    return page(
        "catalog/queue.html",
        form=form,
        rows=rows,
        wanted=wanted,
        filters=_filters(wanted),
        counts=queue_counts(db()),
        reasons=REASONS,
        vendors=_vendors(row.vendor_id for row in rows.items),
    )


def _dossier(listing_id: str, form: DecisionForm) -> str:
    now, wanted = clock.now(), _wanted()
    work = work_by_id(db(), listing_id, now=now)
    if work is None:
        raise NotFound
    listing, rows = work.listing, _queue(wanted)
    cards = vendor_cards(db(), {listing.vendor_id, *(row.vendor_id for row in rows.items)})
    held = badges(db(), [listing.vendor_id], on=clock.local_date(now))[listing.vendor_id]
    flags = flags_of(db(), listing_id)
    return page(
        "catalog/moderate.html",
        work=work,
        listing=listing,
        vendor=cards[listing.vendor_id],
        vendors={key: card.name for key, card in cards.items()},
        proved={badge.scheme.value for badge in held},
        schemes={scheme.value: scheme for scheme in Scheme},
        actions=actions(listing.state, OFFICE_ACTIONS),
        form=form,
        rows=rows,
        wanted=wanted,
        filters=_filters(wanted),
        flags=flags,
        marked=lambda text, field: marked_parts(text, _words(flags, field)),
        compared=comparison(db(), work),
    )


def _words(flags: Iterable[Flag], field: str) -> set[str]:
    return {flag.words for flag in flags if flag.field == field and flag.cleared_at is None}
