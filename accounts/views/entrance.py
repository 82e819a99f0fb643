"""Sign-in with its second step, sign-up, sign-out."""

from typing import Any

from flask import Response, request, url_for

from accounts import guards, queries
from accounts.errors import ContactTaken
from accounts.forms import CodeForm, PasskeyForm, SignInForm, SignUpForm
from accounts.services import links, passkeys, people, second_factor, signing
from accounts.views import ceremonies, steps
from accounts.views.blueprint import blueprint
from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.settings import Settings
from kernel.web.language import current_language
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.security import safe_next
from kernel.web.session import db, part

Answer = Response | str | tuple[str, int]


@blueprint.get("/sign-in")
@guards.public
def show_sign_in() -> Answer:
    """Ask who is there."""
    if guards.current_signed():
        return steps.go_on()
    return page("accounts/sign_in.html", form=SignInForm(), **_onward())


@blueprint.post("/sign-in")
@limiter.limit("30 per minute; 300 per hour")
@guards.public
def sign_in() -> Answer:
    """Judge contact and password; whoever has a second factor is asked for it next."""
    form = SignInForm()
    if not form.validate():
        return steps.refuse("accounts/sign_in.html", form, **_onward())
    try:
        proof = steps.prove(form.contact.data, form.password.data)
        if proof.needs_second_factor:
            guards.forget()
            steps.hold(proof.user_id, proof.stamp)
            return steps.go(url_for("accounts.show_second_step", **_onward()))
        steps.let_in(proof.user_id, stamp=proof.stamp, strong=False)
    except DomainError as refusal:
        return steps.refuse("accounts/sign_in.html", form, refusal, **_onward())
    return steps.go_on()


@blueprint.get("/sign-in/second-step")
@guards.public
def show_second_step() -> Answer:
    """Ask for a code or a passkey."""
    held = steps.held()
    if held is None:
        return steps.go(url_for("accounts.show_sign_in", **_onward()))
    return page("accounts/second_step.html", form=CodeForm(), **_second_step(held[0]))


@blueprint.post("/sign-in/second-step")
@limiter.limit("30 per minute; 300 per hour")
@guards.public
def take_second_step() -> Answer:
    """Take a one-time code or a recovery code."""
    held, form = steps.held(), CodeForm()
    if held is None:
        return steps.go(url_for("accounts.show_sign_in", **_onward()))
    user_id, stamp = held
    if not form.validate():
        return steps.refuse("accounts/second_step.html", form, **_second_step(user_id))
    try:
        with transaction(db()) as work:
            second_factor.begin_code(work, user_id, now=clock.now())
        with transaction(db()) as work:
            second_factor.use_code(
                work,
                user_id,
                code=form.code.data,
                authenticator=part(second_factor.Authenticator),
                now=clock.now(),
            )
        steps.let_in(user_id, stamp=stamp, strong=True)
    except DomainError as refusal:
        return steps.refuse("accounts/second_step.html", form, refusal, **_second_step(user_id))
    return steps.go_on()


@blueprint.post("/sign-in/passkey")
@limiter.limit("30 per minute; 300 per hour")
@guards.public
def take_passkey() -> Answer:
    """Take what a passkey answered."""
    held, form = steps.held(), PasskeyForm()
    if held is None:
        return steps.go(url_for("accounts.show_sign_in", **_onward()))
    user_id, stamp = held
    try:
        with transaction(db()) as work:
            second_factor.begin_code(work, user_id, now=clock.now())
        ceremony = ceremonies.answered(form.credential.data)
        with transaction(db()) as work:
            passkeys.use_passkey(work, user_id, ceremony=ceremony, now=clock.now())
        steps.let_in(user_id, stamp=stamp, strong=True)
    except DomainError as refusal:
        return steps.refuse(
            "accounts/second_step.html", CodeForm(), refusal, **_second_step(user_id)
        )
    return steps.go_on()


@blueprint.get("/sign-up")
@guards.public
def show_sign_up() -> Answer:
    """Offer an account."""
    if guards.current_signed():
        return steps.go_on()
    return page("accounts/sign_up.html", form=SignUpForm(), **_onward())


@blueprint.post("/sign-up")
@limiter.limit("30 per hour")
@guards.public
def sign_up() -> Answer:
    """Make an account, send a link that proves the contact, and let the browser in."""
    form, now = SignUpForm(), clock.now()
    if not form.validate():
        return steps.refuse("accounts/sign_up.html", form, **_onward())
    try:
        with transaction(db()) as work:
            user_id = people.create_user(
                work,
                name=form.name.data,
                contact=form.contact.data,
                password=form.password.data,
                lang=current_language(),
                now=now,
            )
            links.ask_contact(
                work,
                form.contact.data,
                link=contact_link(),
                actor=Actor(user_id, form.name.data),
                now=now,
            )
        steps.let_in(user_id, stamp=None, strong=False)
    except ContactTaken as refusal:
        return steps.refuse("accounts/sign_up.html", form, refusal, taken=True, **_onward())
    except DomainError as refusal:
        return steps.refuse("accounts/sign_up.html", form, refusal, **_onward())
    return steps.go_on()


@blueprint.post("/sign-out")
@guards.public
def sign_out() -> Answer:
    """End the sign-in of this browser."""
    signed = guards.current_signed()
    if signed is not None:
        with transaction(db()) as work:
            signing.end_sign_in(
                work, signed.sign_in_id, actor=guards.current_actor(), now=clock.now()
            )
    guards.forget()
    return steps.go("/")


def contact_link() -> str:
    """Return the address that the token of a contact link is put behind."""
    return f"{part(Settings).public_url}/contact/"


def _onward() -> dict[str, Any]:
    """Return the page wanted afterwards, if it is one of ours."""
    wanted = safe_next(request.args.get("next"), "")
    return {"next": wanted} if wanted else {}


def _second_step(user_id: str) -> dict[str, Any]:
    """Return what the second step shows: passkeys if there are any, the code in the demo."""
    codes = part(second_factor.Authenticator)
    secret = queries.totp_secret(db(), user_id)
    demo = codes.demo and secret is not None and codes.is_demo(secret)
    options = ceremonies.ask(user_id) if queries.credential_ids(db(), user_id) else None
    return {
        "passkey": PasskeyForm() if options else None,
        "options": options,
        "demo_code": codes.code(secret, clock.now()) if demo and secret else None,
        **_onward(),
    }
