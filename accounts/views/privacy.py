"""What people do about their own data: consents, requests, deleting the account."""

from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards, queries
from accounts.forms import ConfirmForm, GuestRequestForm, PressForm, RequestForm
from accounts.rules import RequestKind
from accounts.services import consents, leaving
from accounts.services.requests import NewRequest, file_request
from accounts.views import steps
from accounts.views.blueprint import blueprint
from accounts.views.entrance import Answer
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.web.forms import form_error
from kernel.web.language import current_language
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db


@blueprint.get("/me/privacy")
@guards.signed_in
def show_privacy() -> Answer:
    """Show consents and requests of the person, and the way to a new one."""
    return page("accounts/privacy.html", **_own(RequestForm()))


@blueprint.post("/me/privacy/consents/<purpose>/give")
@guards.signed_in
def give_consent(purpose: str) -> Answer:
    """Agree to a purpose that is up to the person alone."""
    actor = guards.current_actor()
    with transaction(db()) as work:
        consents.give_consent(
            work,
            purpose,
            subject=("user", actor.user_id or ""),
            lang=current_language(),
            channel="me",
            actor=actor,
            now=clock.now(),
        )
    flash(_("Saved. You can withdraw this at any time."))
    return steps.go(url_for("accounts.show_privacy"))


@blueprint.post("/me/privacy/consents/<purpose>/withdraw")
@guards.signed_in
def withdraw_consent(purpose: str) -> Answer:
    """End a consent."""
    with transaction(db()) as work:
        consents.withdraw_consent(work, purpose, actor=guards.current_actor(), now=clock.now())
    flash(_("Your consent is withdrawn."))
    return steps.go(url_for("accounts.show_privacy"))


@blueprint.post("/me/privacy/requests")
@limiter.limit("20 per hour")
@guards.signed_in
def ask() -> Answer:
    """File a request about one's own data."""
    form = RequestForm()
    if not form.validate():
        return page("accounts/privacy.html", **_own(form)), 422
    new = NewRequest(RequestKind(form.kind.data), form.text.data, current_language())
    with transaction(db()) as work:
        file_request(work, new, actor=guards.current_actor(), now=clock.now())
    flash(_("Your request is entered. We write to you within two working days."))
    return steps.go(url_for("accounts.show_privacy"))


@blueprint.get("/privacy/request")
@guards.public
def show_guest_request() -> Answer:
    """Let somebody without an account ask."""
    return page("accounts/privacy_request.html", form=GuestRequestForm())


@blueprint.post("/privacy/request")
@limiter.limit("5 per hour")
@guards.public
def ask_as_guest() -> Answer:
    """File a request of somebody who may have no account."""
    form = GuestRequestForm()
    try:
        if not form.validate():
            return page("accounts/privacy_request.html", form=form), 422
        new = NewRequest(
            RequestKind(form.kind.data),
            form.text.data,
            current_language(),
            name=form.name.data,
            contact=form.contact.data,
        )
        with transaction(db()) as work:
            file_request(work, new, actor=guards.current_actor(), now=clock.now())
    except DomainError as refusal:
        form_error(form, refusal)
        return page("accounts/privacy_request.html", form=form), refusal.status
    text = _("Your request is entered. We write to you within two working days.")
    return page("accounts/sent.html", text=text)


@blueprint.get("/me/privacy/delete")
@guards.signed_in
def show_delete() -> Answer:
    """Say what deleting the account means, and ask for the password."""
    return page("accounts/privacy_delete.html", form=ConfirmForm())


@blueprint.post("/me/privacy/delete")
@limiter.limit("10 per hour")
@guards.signed_in
def delete_account() -> Answer:
    """Delete the account of whoever is signed in."""
    form = ConfirmForm()
    try:
        if not form.validate():
            return page("accounts/privacy_delete.html", form=form), 422
        guards.prove_own(form.current.data)
        with transaction(db()) as work:
            leaving.delete_account(work, actor=guards.current_actor(), now=clock.now())
    except DomainError as refusal:
        form_error(form, refusal)
        return page("accounts/privacy_delete.html", form=form), refusal.status
    guards.forget()
    flash(_("Your account is deleted."))
    return steps.go("/")


def _own(form: RequestForm) -> dict[str, Any]:
    user_id, now = guards.current_actor().user_id or "", clock.now()
    given = queries.consents_of(db(), user_id)
    return {
        "form": form,
        "press": PressForm(formdata=None),
        "texts": queries.consent_texts(db(), on=clock.local_date(now)),
        "given": given,
        "active": {one.purpose for one in given if one.withdrawn_at is None},
        "asked": queries.requests_of(db(), user_id),
    }
