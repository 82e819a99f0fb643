"""Notices before a vendor is suspended or ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import NotFound
from kernel.rules_table import rule
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.desk.blueprint import approvers, blueprint
from vendors.forms.noticing import NoticeForm
from vendors.queries import Dossier
from vendors.queries.noticing import NoticeCard, notices_of
from vendors.rules.noticing import NEEDS_NOTICE, NOTICE_DAYS, earliest_day
from vendors.services import noticing
from vendors.services.steps import Arrow


@dataclass(frozen=True)
class NoticePart:
    """The notices of a dossier: those that count, earlier ones, and what may be announced now."""

    open: Sequence[NoticeCard]
    earlier: Sequence[NoticeCard]
    may_announce: Sequence[str]
    may_withdraw: bool
    today: date


def notice_part(dossier: Dossier, actions: Collection[str]) -> NoticePart:
    """Return what a dossier's page shows of notices, by what its reader may do."""
    cards = notices_of(db(), dossier.id)
    current = [card for card in cards if card.is_open]
    announced = {card.action for card in current}
    mine = [action for action in actions if action in NEEDS_NOTICE]
    return NoticePart(
        open=current,
        earlier=[card for card in cards if not card.is_open],
        may_announce=[action for action in mine if action not in announced],
        may_withdraw=bool(mine),
        today=local_date(clock.now()),
    )


@blueprint.get("/office/vendors/<vendor_id>/notices/new")
@approvers
def new_notice(vendor_id: str) -> Answer:
    """Show the form of a notice."""
    form = NoticeForm(formdata=None)
    action = request.args.get("action", "suspend")
    form.action.data = action if action in NEEDS_NOTICE else "suspend"
    return _form_page(vendor_id, form)


@blueprint.post("/office/vendors/<vendor_id>/notices")
@approvers
def give_notice(vendor_id: str) -> Answer:
    """Tell the vendor what is to come."""
    form = NoticeForm()
    return attempt(
        form,
        lambda work: noticing.give_notice(
            work,
            vendor_id,
            announced=Arrow(form.action.data or "", form.reason.data or "", form.ground.data or ""),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _form_page(vendor_id, form),
        then=lead_on(
            url_for("vendors_desk.show_dossier", vendor_id=vendor_id),
            _("Done. The vendor is told."),
        ),
    )


@blueprint.post("/office/vendors/<vendor_id>/notices/<notice_id>/withdraw")
@approvers
def withdraw_notice(vendor_id: str, notice_id: str) -> Answer:
    """Take a notice back."""
    with transaction(db()) as work:
        noticing.withdraw_notice(
            work,
            vendor_id,
            notice_id=notice_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    flash(_("Done. The vendor is told."))
    return go(url_for("vendors_desk.show_dossier", vendor_id=vendor_id))


def _form_page(vendor_id: str, form: NoticeForm) -> str:
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None or dossier.submitted_at is None:
        raise NotFound
    today = local_date(clock.now())
    held = rule(db(), NOTICE_DAYS, on=today)
    return page(
        "vendors/notices/give.html",
        dossier=dossier,
        form=form,
        held=held,
        earliest=earliest_day(today, int(held.value)),
    )
