"""The finance desk: transfers to confirm, balances and the journal."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.forms import clean, form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from payments import queries
from payments.forms import ConfirmTransferForm
from payments.queries import PaymentView
from payments.rules import Method
from payments.services.settle import confirm_transfer

blueprint = Blueprint("finance", __name__, url_prefix="/office/finance")


@blueprint.get("")
@guards.needs("finance")
def transfers() -> str:
    """Show the bank transfers that are waited for."""
    return _desk()


@blueprint.get("/transfers/<payment_id>")
@guards.needs("finance")
def transfer(payment_id: str) -> str:
    """Show one transfer and the form that confirms it."""
    return _dossier(payment_id, ConfirmTransferForm())


@blueprint.post("/transfers/<payment_id>")
@guards.needs("finance")
def confirm(payment_id: str) -> Response | tuple[str, int]:
    """Confirm that a transfer is on the account."""
    form = ConfirmTransferForm()
    if not form.validate():
        return _dossier(payment_id, form), 422
    try:
        with transaction(db()) as session:
            new = confirm_transfer(
                session,
                payment_id,
                bank_ref=form.bank_ref.data or "",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _dossier(payment_id, form), refusal.status
    flash(_("The transfer is booked.") if new else _("This transfer was booked before."))
    return redirect(url_for("finance.transfers"), code=303)


@blueprint.get("/ledger")
@guards.needs("finance")
def ledger() -> str:
    """Show what lies on each account, and the journal."""
    account = request.args.get("account", "")[:80]
    return page(
        "payments/ledger.html",
        account=account,
        balances=queries.balances(db()),
        journal=queries.journal(db(), account=account, page=_page()),
    )


def _dossier(payment_id: str, form: ConfirmTransferForm) -> str:
    found = queries.payment(db(), payment_id)
    if found is None or found.method is not Method.VIETQR:
        raise NotFound
    return _desk(found, form)


def _desk(chosen: PaymentView | None = None, form: ConfirmTransferForm | None = None) -> str:
    search = str(clean(request.args.get("q", "")))[:200]
    return page(
        "payments/transfers.html",
        search=search,
        waiting=queries.waiting_transfers(db(), search=search, page=_page()),
        notes=queries.to_look_at(db()),
        payment=chosen,
        form=form,
    )


def _page() -> int:
    return page_number()
