"""The second step of sign-in, as its owner sets it up."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import segno
from flask import flash, request, session, url_for
from flask_babel import gettext as _

from accounts import guards, queries
from accounts.errors import WrongCode
from accounts.forms import ConfirmForm, EnrolAppForm, EnrolPasskeyForm
from accounts.rules import is_staff
from accounts.services import passkeys, second_factor, signing
from accounts.services.second_factor import Authenticator
from accounts.views import ceremonies, steps
from accounts.views.blueprint import blueprint
from accounts.views.entrance import Answer
from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.security import safe_next
from kernel.web.session import db, part

Made = TypeVar("Made")
_SECRET = "new_totp"  # noqa: S105 - the name of a key
CONFIRM = "accounts/confirm.html"


def settled(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask who already has a second factor to show it before they change anything."""

    @wraps(view)
    def checked(*args: Any, **values: Any) -> Answer:
        signed = guards.current_signed()
        if signed and not signed.strong and queries.has_second_factor(db(), signed.user_id):
            steps.hold(signed.user_id, signed.stamp)
            here = request.full_path.rstrip("?") if request.method == "GET" else None
            return steps.go(url_for("accounts.show_second_step", next=here))
        return view(*args, **values)

    return checked


@blueprint.get("/me/second-factor")
@guards.signed_in
@settled
def show_second_factors() -> Answer:
    """List what the person can show beside the password."""
    signed = guards.current_signed()
    if signed and signed.strong and request.args.get("next"):
        return steps.go_on()
    return page("accounts/factors.html", **_list())


@blueprint.get("/me/second-factor/app")
@guards.signed_in
@settled
def show_app() -> Answer:
    """Show a new secret as QR code, to be read by an authenticator app."""
    session[_SECRET] = part(Authenticator).generate_totp_secret()
    return page("accounts/app.html", form=EnrolAppForm(), **_secret())


@blueprint.post("/me/second-factor/app")
@limiter.limit("30 per hour")
@guards.signed_in
@settled
def enrol_app() -> Answer:
    """Ask for codes of this app from now on."""
    form = EnrolAppForm()
    if _SECRET not in session:
        return steps.go(url_for("accounts.show_app", **_next()))
    try:
        if not form.validate():
            return steps.refuse("accounts/app.html", form, **_secret())
        guards.prove_own(form.current.data)
        with transaction(db()) as work:
            codes = second_factor.enrol_totp(
                work,
                secret=session[_SECRET],
                code=form.code.data.replace(" ", ""),
                authenticator=part(Authenticator),
                actor=guards.current_actor(),
                now=clock.now(),
            )
            _strengthen(work)
    except DomainError as refusal:
        return steps.refuse("accounts/app.html", form, refusal, **_secret())
    session.pop(_SECRET)
    return _enrolled(codes)


@blueprint.get("/me/second-factor/app/remove")
@guards.signed_in
@settled
def show_remove_app() -> Answer:
    """Ask for the password before the app is removed."""
    return page(CONFIRM, form=ConfirmForm(), **_removal())


@blueprint.post("/me/second-factor/app/remove")
@limiter.limit("30 per hour")
@guards.signed_in
@settled
def remove_app() -> Answer:
    """Ask no more for codes of the app."""
    return _remove(
        lambda work, actor: second_factor.remove_totp(work, actor=actor, now=clock.now())
    )


@blueprint.get("/me/second-factor/passkey")
@guards.signed_in
@settled
def show_passkey() -> Answer:
    """Offer to make a passkey on this device."""
    return page("accounts/passkey.html", form=EnrolPasskeyForm(), **_new_passkey())


@blueprint.post("/me/second-factor/passkey")
@limiter.limit("30 per hour")
@guards.signed_in
@settled
def enrol_passkey() -> Answer:
    """Keep a new passkey."""
    form = EnrolPasskeyForm()
    try:
        if not form.validate():
            return steps.refuse("accounts/passkey.html", form, **_new_passkey())
        ceremony = ceremonies.answered(form.credential.data)
        guards.prove_own(form.current.data)
        with transaction(db()) as work:
            codes = passkeys.enrol_passkey(
                work,
                ceremony=ceremony,
                name=form.name.data,
                actor=guards.current_actor(),
                now=clock.now(),
            )
            _strengthen(work)
    except DomainError as refusal:
        return steps.refuse("accounts/passkey.html", form, refusal, **_new_passkey())
    return _enrolled(codes)


@blueprint.get("/me/second-factor/passkey/<passkey_id>/remove")
@guards.signed_in
@settled
def show_remove_passkey(passkey_id: str) -> Answer:  # noqa: ARG001 - the form goes to its own page
    """Ask for the password before a passkey is removed."""
    return page(CONFIRM, form=ConfirmForm(), **_removal())


@blueprint.post("/me/second-factor/passkey/<passkey_id>/remove")
@limiter.limit("30 per hour")
@guards.signed_in
@settled
def remove_passkey(passkey_id: str) -> Answer:
    """Forget a passkey."""
    return _remove(
        lambda work, actor: second_factor.remove_passkey(
            work, passkey_id, actor=actor, now=clock.now()
        )
    )


@blueprint.get("/me/second-factor/codes")
@guards.signed_in
@settled
def show_renew_codes() -> Answer:
    """Ask for the password before new recovery codes are made."""
    return page(CONFIRM, form=ConfirmForm(), title=_("New codes"), tone="primary")


@blueprint.post("/me/second-factor/codes")
@limiter.limit("30 per hour")
@guards.signed_in
@settled
def renew_codes() -> Answer:
    """Make new recovery codes."""
    return _confirm(
        lambda work, actor: second_factor.renew_codes(work, actor=actor, now=clock.now()),
        _enrolled,
        title=_("New codes"),
        tone="primary",
    )


def _remove(change: Callable[[Any, Actor], None]) -> Answer:
    def removed(_nothing: None) -> Answer:
        flash(_("Removed."))
        return steps.go(url_for("accounts.show_second_factors"))

    return _confirm(change, removed, **_removal())


def _removal() -> dict[str, str]:
    return {"title": _("Remove"), "tone": "danger"}


def _confirm(
    change: Callable[[Any, Actor], Made], then: Callable[[Made], Answer], **values: Any
) -> Answer:
    """Make a change after the password was given once more."""
    form = ConfirmForm()
    try:
        if not form.validate():
            return steps.refuse(CONFIRM, form, **values)
        guards.prove_own(form.current.data)
        with transaction(db()) as work:
            made = change(work, guards.current_actor())
    except DomainError as refusal:
        return steps.refuse(CONFIRM, form, refusal, **values)
    return then(made)


def _enrolled(codes: Sequence[str]) -> Answer:
    """Show fresh recovery codes, this once; without any go on."""
    if codes:
        onward = safe_next(request.args.get("next"), url_for("accounts.show_second_factors"))
        return page("accounts/codes.html", codes=codes, onward=onward)
    return steps.go_on(url_for("accounts.show_second_factors"))


def _strengthen(work: Any) -> None:
    signed = guards.current_signed()
    if signed is None:
        raise WrongCode
    signing.strengthen_sign_in(work, signed.sign_in_id, now=clock.now())


def _list() -> dict[str, Any]:
    signed = guards.current_signed()
    return {
        "factors": queries.second_factors(db(), signed.user_id if signed else ""),
        "required": signed is not None and is_staff(signed.roles),
        **_next(),
    }


def _secret() -> dict[str, Any]:
    """Return a new secret as key and as picture."""
    codes, secret = part(Authenticator), session[_SECRET]
    card = queries.user_card(db(), guards.current_actor().user_id or "")
    uri = codes.get_totp_uri(card.contact if card else "", secret)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=2, light="#fff")
    return {"key": codes.get_totp_pretty_key(secret), "picture": picture, "uri": uri, **_next()}


def _new_passkey() -> dict[str, Any]:
    return {"options": ceremonies.ask_new(guards.current_actor().user_id or ""), **_next()}


def _next() -> dict[str, Any]:
    wanted = safe_next(request.args.get("next"), "")
    return {"next": wanted} if wanted else {}
