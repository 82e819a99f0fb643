"""The bank account of a vendor."""

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.i18n import format_moment
from kernel.sealing import Sealer
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db, part
from vendors import queries
from vendors.forms import PressForm
from vendors.forms.banking import BankForm
from vendors.queries.banking import account_in_use, coming_account
from vendors.services import banking
from vendors.views.blueprint import blueprint


@blueprint.get("/work/<vendor_id>/bank")
@guards.member("owner", "finance")
def show_bank(vendor_id: str) -> Answer:
    """Show where payouts go."""
    return _bank_page(BankForm(), vendor_id)


@blueprint.post("/work/<vendor_id>/bank")
@limiter.limit("20 per hour")
@guards.member("owner")
def change_bank(vendor_id: str) -> Answer:
    """Enter another account, after the password was shown once more."""
    form = BankForm()
    try:
        if not form.validate():
            return _bank_page(form, vendor_id), 422
        guards.prove_own(form.current.data or "")
        with transaction(db()) as work:
            holds_from = banking.change_account(
                work,
                vendor_id,
                account=_account(form),
                sealer=part(Sealer),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _bank_page(form, vendor_id), refusal.status
    flash(_("Saved. Payouts go to this account from %(day)s.", day=format_moment(holds_from)))
    return go(url_for("vendors.show_bank", vendor_id=vendor_id))


@blueprint.post("/work/<vendor_id>/bank/stop")
@guards.member("owner")
def stop_bank_change(vendor_id: str) -> Answer:
    """Stop a change during its cooling-off period."""
    with transaction(db()) as work:
        banking.cancel_change(work, vendor_id, actor=guards.current_actor(), now=clock.now())
    flash(_("The change is stopped. Payouts go on as before."))
    return go(url_for("vendors.show_bank", vendor_id=vendor_id))


def _account(form: BankForm) -> banking.Account:
    return banking.Account(
        bank_bin=form.bank_bin.data or "",
        number=form.account_number.data or "",
        holder=form.holder.data or "",
    )


def _bank_page(form: BankForm, vendor_id: str) -> str:
    now = clock.now()
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None:
        raise NotFound
    return page(
        "vendors/bank.html",
        form=form,
        press=PressForm(),
        dossier=dossier,
        account=account_in_use(db(), vendor_id, now=now),
        coming=coming_account(db(), vendor_id, now=now),
        is_owner=guards.current_actor().serves(vendor_id, "owner"),
    )
