"""Steps that several pages take: prove a password, hold a half sign-in, let a browser in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Response, redirect, request, session
from flask_wtf import FlaskForm

from accounts import guards
from accounts.rules import PENDING_MINUTES, SEEN_EVERY, device_name
from accounts.services import signing
from accounts.views.blueprint import blueprint
from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.security import safe_next
from kernel.web.session import db, remembered

HOME = "/me"
_HELD = "second_factor"


def prove(contact: str, password: str) -> signing.Proof:
    """Judge a password: counted first, then compared outside of any transaction.

    :raises TooManyTries: while the account is locked.
    :raises WrongSignIn: when they do not belong together.
    """
    with transaction(db()) as work:
        attempt = signing.begin_attempt(work, contact, now=clock.now())
    return guards.judge(attempt, password)


def let_in(user_id: str, *, stamp: str | None, strong: bool) -> None:
    """Open a sign-in for this browser, in a session of its own; the one before it ends."""
    device, before = device_name(request.user_agent.string), guards.current_signed()
    with transaction(db()) as work:
        if before is not None:
            old = Actor(before.user_id, before.name)
            signing.end_sign_in(work, before.sign_in_id, actor=old, now=clock.now())
        opened = signing.open_sign_in(
            work, user_id, stamp=stamp, device=device, strong=strong, now=clock.now()
        )
        for hook in guards.ON_SIGN_IN:
            hook(work, user_id)
    guards.begin(opened)


def hold(user_id: str, stamp: str) -> None:
    """Remember for some minutes who has shown the password and owes a second factor."""
    session[_HELD] = {"user": user_id, "stamp": stamp, "at": clock.now().isoformat()}


def held() -> tuple[str, str] | None:
    """Return id and stamp of who owes a second factor in this browser."""
    held = session.get(_HELD)
    if not isinstance(held, Mapping):
        return None
    since = datetime.fromisoformat(held["at"])
    late = clock.now() - since > timedelta(minutes=PENDING_MINUTES)
    return None if late else (held["user"], held["stamp"])


def release() -> None:
    """Forget who owed a second factor."""
    session.pop(_HELD, None)


def go_on(default: str = HOME) -> Response:
    """Lead to the page somebody wanted before signing in."""
    return go(safe_next(request.args.get("next"), default))


def go(address: str) -> Response:
    """Lead to a page after a form was sent."""
    return redirect(address, 303)  # type: ignore[return-value]


def refuse(
    template: str, form: FlaskForm, refusal: DomainError | None = None, **values: Any
) -> tuple[str, int]:
    """Show a form again with what was wrong; passwords are not sent back."""
    if refusal is not None:
        form_error(form, refusal)
    return page(template, form=form, **values), refusal.status if refusal else 422


@blueprint.after_app_request
def note_seen(response: Response) -> Response:
    """Note now and then that a browser is in use."""
    signed = remembered("signed")
    if signed and response.status_code < 400 and clock.now() - signed.seen_at > SEEN_EVERY:
        with transaction(db()) as work:
            signing.note_seen(work, signed.sign_in_id, now=clock.now())
    return response
