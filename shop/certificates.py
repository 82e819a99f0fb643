"""The office's certificates: found, weighed by what leans on them, verified and withdrawn."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Length

from accounts import guards
from catalog.queries.leaning import Weight, weights
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form, TextAreaField, form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from vendors.queries.certified import (
    CertificateFilter,
    CertificateRow,
    Standing,
    certificate_of,
    certificates_found,
)
from vendors.rules import Scheme
from vendors.services import certifying

blueprint = Blueprint("certificates", __name__, url_prefix="/office/certificates")

officers = guards.needs("reviewer", "approver")
MOST_DAYS = 366


class WithdrawalForm(Form):
    """Why the office stands no longer behind a certificate."""

    reason = TextAreaField(_l("Reason"), [Length(max=2000)])


@blueprint.get("")
@officers
def show_all() -> Answer:
    """List certificates of a standing, those that end first first."""
    today = clock.local_date(clock.now())
    wanted = _wanted()
    return page(
        "shop/certificates/list.html",
        rows=certificates_found(db(), wanted, on=today),
        wanted=wanted,
        standings=list(Standing),
        schemes=list(Scheme),
        today=today,
    )


@blueprint.get("/<certificate_id>")
@officers
def show(certificate_id: str) -> Answer:
    """Show one certificate with everything that leans on it."""
    return _one(certificate_id, WithdrawalForm(formdata=None))


@blueprint.post("/<certificate_id>/verify")
@officers
def verify(certificate_id: str) -> Answer:
    """Stand behind a certificate."""
    form = WithdrawalForm(formdata=None)
    try:
        with transaction(db()) as work:
            certifying.verify_certificate(
                work, certificate_id, actor=guards.current_actor(), now=clock.now()
            )
    except DomainError as refusal:
        return _refused(certificate_id, form, refusal)
    flash(_("Verified. The vendor is told, and its goods follow within a minute."))
    return go(url_for("certificates.show", certificate_id=certificate_id))


@blueprint.post("/<certificate_id>/withdraw")
@officers
def withdraw(certificate_id: str) -> Answer:
    """Stand no longer behind a certificate."""
    form = WithdrawalForm()
    return attempt(
        form,
        lambda work: certifying.withdraw_certificate(
            work,
            certificate_id,
            reason=form.reason.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _one(certificate_id, form),
        then=lead_on(
            url_for("certificates.show", certificate_id=certificate_id),
            _("Revoked. The vendor is told, and its goods follow within a minute."),
        ),
    )


def _refused(certificate_id: str, form: WithdrawalForm, refusal: DomainError) -> Answer:
    if refusal.status == NotFound.status:
        raise refusal
    form_error(form, refusal)
    return _one(certificate_id, form), refusal.status


def _wanted() -> CertificateFilter:
    asked = request.args
    within = asked.get("within", 30, type=int)
    return CertificateFilter(
        standing=_chosen(Standing, asked.get("standing", "")) or Standing.UNVERIFIED,
        scheme=_chosen(Scheme, asked.get("scheme", "")),
        within=min(max(within, 0), MOST_DAYS),
        text=asked.get("q", "")[:80],
        page=page_number(),
    )


def _chosen(kind: Any, value: str) -> Any:
    return next((member for member in kind if member.value == value), None)


def _one(certificate_id: str, form: WithdrawalForm) -> str:
    today = clock.local_date(clock.now())
    row = certificate_of(db(), certificate_id)
    if row is None:
        raise NotFound
    weight = weights(db(), row.vendor_id, on=today)[certificate_id]
    return page(
        "shop/certificates/one.html",
        row=row,
        certificate=row.card,
        weight=weight,
        form=form,
        today=today,
        days_left=(row.card.last_day - today) // timedelta(days=1),
        **_may(row, weight),
    )


def _may(row: CertificateRow, weight: Weight) -> dict[str, bool]:
    """Tell what may be pressed: nobody judges certificates of a vendor he works for."""
    mine = row.vendor_id in guards.current_actor().memberships
    stands = row.card.verified_at is not None and row.card.withdrawn_at is None
    return {
        "is_mine": mine,
        "may_verify": not mine and not stands,
        "may_withdraw": not mine and row.card.withdrawn_at is None,
        "stands": stands,
        "weighs": bool(weight.listings),
    }
