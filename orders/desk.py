"""The office's list of money that has to go back to buyers."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from orders.forms import RefundForm
from orders.queries.groups import refunds_due
from orders.services.paying import mark_refunded

blueprint = Blueprint("refunds", __name__, url_prefix="/office/refunds")


@blueprint.get("")
@guards.needs("finance")
def due() -> str:
    """List what has to be paid back, the longest wait first."""
    return _list(RefundForm())


@blueprint.post("/<group_id>")
@guards.needs("finance")
def refunded(group_id: str) -> Any:
    """Note that a buyer has the money back."""
    form = RefundForm()
    if not form.validate():
        return _list(form), 422
    try:
        with transaction(db()) as session:
            mark_refunded(
                session,
                group_id,
                note=form.note.data or "",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        form_error(form, refusal)
        return _list(form), refusal.status
    flash(_("Noted: the money is back with the buyer."))
    return redirect(url_for("refunds.due"), 303)


def _list(form: RefundForm) -> str:
    wanted = request.args.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted) else 1
    return page("orders/refunds.html", rows=refunds_due(db(), page=number), form=form)
