"""Forgotten passwords and proof of a contact: pages behind links in messages."""

from flask import Response, url_for
from flask_babel import gettext as _

from accounts import guards, queries
from accounts.errors import LinkUsed
from accounts.forms import ForgotForm, PressForm, ResetForm
from accounts.models import LinkPurpose
from accounts.services import links
from accounts.views import steps
from accounts.views.blueprint import blueprint
from accounts.views.entrance import Answer
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.settings import Settings
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db, part


@blueprint.get("/forgot")
@guards.public
def show_forgot() -> Answer:
    """Ask where to send a link for a new password."""
    return page("accounts/forgot.html", form=ForgotForm())


@blueprint.post("/forgot")
@limiter.limit("20 per hour")
@guards.public
def forgot() -> Answer:
    """Send a link if there is such an account; say the same if there is none."""
    form = ForgotForm()
    if not form.validate():
        return steps.refuse("accounts/forgot.html", form)
    link = f"{part(Settings).public_url}/reset/"
    try:
        with transaction(db()) as work:
            links.ask_reset(work, form.contact.data, link=link, now=clock.now())
    except DomainError as refusal:
        return steps.refuse("accounts/forgot.html", form, refusal)
    text = _(
        "If %(contact)s belongs to an account, a link is on its way. "
        "It works once and for one hour.",
        contact=form.contact.data,
    )
    return page("accounts/sent.html", text=text)


@blueprint.get("/reset/<token>")
@guards.public
def show_reset(token: str) -> Answer:
    """Ask for a new password."""
    _need_open(token, LinkPurpose.RESET)
    return page("accounts/reset.html", form=ResetForm(), token=token)


@blueprint.post("/reset/<token>")
@limiter.limit("30 per hour")
@guards.public
def reset(token: str) -> Answer:
    """Set a new password; every sign-in of the account ends."""
    form = ResetForm()
    if not form.validate():
        return steps.refuse("accounts/reset.html", form, token=token)
    try:
        with transaction(db()) as work:
            links.reset_password(work, token, password=form.password.data, now=clock.now())
    except LinkUsed:
        raise
    except DomainError as refusal:
        return steps.refuse("accounts/reset.html", form, refusal, token=token)
    guards.forget()
    return page("accounts/done.html", text=_("Your new password holds."), onward=_sign_in())


@blueprint.get("/contact/<token>")
@guards.public
def show_contact(token: str) -> Answer:
    """Ask to confirm a number or address."""
    _need_open(token, LinkPurpose.CONTACT)
    return page("accounts/contact.html", form=PressForm(), token=token)


@blueprint.post("/contact/<token>")
@limiter.limit("30 per hour")
@guards.public
def confirm_contact(token: str) -> Answer:
    """Take over the contact to which the link was sent."""
    with transaction(db()) as work:
        links.confirm_contact(work, token, now=clock.now())
    return page(
        "accounts/done.html", text=_("Thank you. This contact is yours."), onward=steps.HOME
    )


def _need_open(token: str, purpose: LinkPurpose) -> None:
    if not queries.link_is_open(db(), token, purpose=purpose, now=clock.now()):
        raise LinkUsed


def _sign_in() -> str:
    return url_for("accounts.show_sign_in")


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Keep account pages out of caches, and links with tokens out of other sites' logs."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
