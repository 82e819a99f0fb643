"""The account: profile, contact, password, devices."""

from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards, queries
from accounts.forms import ContactForm, PasswordForm, PressForm, ProfileForm
from accounts.services import links, people, signing
from accounts.views import steps
from accounts.views.blueprint import blueprint
from accounts.views.entrance import Answer, contact_link
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.web.forms import form_error
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db


@blueprint.get("/me")
@guards.signed_in
def show_me() -> Answer:
    """Show the account and the ways on from it."""
    actor = guards.current_actor()
    ways = [link for offer in guards.ME_LINKS for link in offer(actor)]
    return page("accounts/me.html", card=_card(), ways=ways, form=PressForm())


@blueprint.get("/me/profile")
@guards.signed_in
def show_profile() -> Answer:
    """Show name, language and contact for changing."""
    return page("accounts/profile.html", **_profile())


@blueprint.post("/me/profile")
@guards.signed_in
def change_profile() -> Answer:
    """Change name and language."""
    form = ProfileForm()
    if not form.validate():
        return page("accounts/profile.html", **(_profile() | {"form": form})), 422
    with transaction(db()) as work:
        people.change_profile(
            work,
            name=form.name.data,
            lang=form.lang.data or None,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    flash(_("Saved."))
    return steps.go(url_for("accounts.show_me"))


@blueprint.post("/me/contact")
@limiter.limit("20 per hour")
@guards.signed_in
def change_contact() -> Answer:
    """Send a link to a new number or address."""
    form = ContactForm()
    try:
        if not form.validate():
            return page("accounts/profile.html", **(_profile() | {"contact": form})), 422
        guards.prove_own(form.current.data)
        with transaction(db()) as work:
            links.ask_contact(
                work,
                form.contact.data,
                link=contact_link(),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return page("accounts/profile.html", **(_profile() | {"contact": form})), refusal.status
    text = _(
        "A link is on its way to %(contact)s. It works once and for one hour.",
        contact=form.contact.data,
    )
    return page("accounts/sent.html", text=text)


@blueprint.get("/me/password")
@guards.signed_in
def show_password() -> Answer:
    """Ask for the old password and a new one."""
    return page("accounts/password.html", form=PasswordForm())


@blueprint.post("/me/password")
@limiter.limit("30 per hour")
@guards.signed_in
def change_password() -> Answer:
    """Set a new password; all other browsers are signed out."""
    form, signed = PasswordForm(), guards.current_signed()
    if not form.validate() or signed is None:
        return steps.refuse("accounts/password.html", form)
    try:
        guards.prove_own(form.current.data)
        with transaction(db()) as work:
            stamp = links.change_password(
                work,
                signed.sign_in_id,
                password=form.password.data,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        return steps.refuse("accounts/password.html", form, refusal)
    guards.keep_stamp(stamp)
    flash(_("Your new password holds. Other devices were signed out."))
    return steps.go(url_for("accounts.show_me"))


@blueprint.get("/me/devices")
@guards.signed_in
def show_devices() -> Answer:
    """List the browsers that are signed in."""
    signed = guards.current_signed()
    return page(
        "accounts/devices.html",
        devices=queries.devices(db(), guards.current_actor().user_id or "", now=clock.now()),
        this=signed.sign_in_id if signed else "",
        form=PressForm(),
    )


@blueprint.post("/me/devices/<sign_in_id>/end")
@guards.signed_in
def end_device(sign_in_id: str) -> Answer:
    """Sign one browser out."""
    with transaction(db()) as work:
        signing.end_sign_in(work, sign_in_id, actor=guards.current_actor(), now=clock.now())
    flash(_("Signed out."))
    return steps.go(url_for("accounts.show_devices"))


@blueprint.post("/me/devices/end")
@guards.signed_in
def end_devices() -> Answer:
    """Sign out everywhere, here too."""
    actor = guards.current_actor()
    with transaction(db()) as work:
        signing.end_every_sign_in(work, actor.user_id or "", actor=actor, now=clock.now())
    guards.forget()
    return steps.go(url_for("accounts.show_sign_in"))


def _card() -> queries.UserCard | None:
    return queries.user_card(db(), guards.current_actor().user_id or "")


def _profile() -> dict[str, Any]:
    card = _card()
    held = {"name": card.name, "lang": card.lang or ""} if card else {}
    form = ProfileForm(formdata=None, data=held)
    return {"card": card, "form": form, "contact": ContactForm(formdata=None)}
