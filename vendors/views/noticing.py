"""Notices as their vendor reads and answers them."""

from collections.abc import Sequence

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from vendors.forms.noticing import AnswerForm
from vendors.forms.resuming import keeps_typed, typed_before
from vendors.queries import Dossier
from vendors.queries.noticing import NoticeCard, notices_of
from vendors.rules import ARROWS
from vendors.rules.noticing import NEEDS_NOTICE
from vendors.services import noticing
from vendors.views.blueprint import blueprint
from vendors.views.dossiers import dossier_of


def notices_to(dossier: Dossier) -> Sequence[NoticeCard]:
    """Return the notices to a vendor that count now."""
    if not any((dossier.state, action) in ARROWS for action in NEEDS_NOTICE):
        return []
    return [card for card in notices_of(db(), dossier.id) if card.is_open]


@blueprint.get("/apply/<vendor_id>/notices/<notice_id>")
@guards.member()
def show_notice(vendor_id: str, notice_id: str) -> Answer:
    """Show what the office means to do, and what the vendor said to it."""
    return _notice_page(vendor_id, notice_id, AnswerForm(typed_before()))


@blueprint.post("/apply/<vendor_id>/notices/<notice_id>")
@keeps_typed
@guards.member("owner")
def answer_notice(vendor_id: str, notice_id: str) -> Answer:
    """Tell the office something about its notice."""
    form = AnswerForm()
    try:
        if not form.validate():
            return _notice_page(vendor_id, notice_id, form), 422
        with transaction(db()) as work:
            noticing.answer_notice(
                work,
                vendor_id,
                notice_id=notice_id,
                text=form.answer.data,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _notice_page(vendor_id, notice_id, form), refusal.status
    flash(_("Your answer is with the trade office."))
    return go(url_for("vendors.show_notice", vendor_id=vendor_id, notice_id=notice_id))


def _notice_page(vendor_id: str, notice_id: str, form: AnswerForm) -> str:
    notice = next((one for one in notices_of(db(), vendor_id) if one.id == notice_id), None)
    if notice is None:
        raise NotFound
    return page("vendors/notices/own.html", dossier=dossier_of(vendor_id), notice=notice, form=form)
