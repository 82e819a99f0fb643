"""Who may open a page: every route wears exactly one of these.

The guard names itself on the view (``view.guard``), so that a test can walk the
URL map. Who uses the browser is read once per request, in at most two
statements, and not at all for a browser that never signed in.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, redirect, request, session, url_for
from sqlalchemy.orm import Session

from accounts import queries
from accounts.errors import SignInNeeded, WrongPassword, WrongSignIn
from accounts.queries import Signed
from accounts.rules import is_idle, is_staff
from accounts.services import signing
from accounts.services.signing import Opened
from kernel import clock
from kernel.actor import GUEST, Actor
from kernel.db import transaction
from kernel.errors import NotAllowed, NotFound
from kernel.web.errors import asks_json
from kernel.web.session import db, remember, remembered

View = TypeVar("View", bound=Callable[..., Any])
MembershipLoader = Callable[[Session, str], Mapping[str, frozenset[str]]]

ON_SIGN_IN: list[Callable[[Session, str], None]] = []
"""Called with (session, user id) in the transaction that lets a browser in."""

KEPT_ON_SIGN_IN: set[str] = set()
"""Keys of the browser's session that survive sign-in; everything else is dropped."""


@dataclass(frozen=True)
class MeLink:
    """A way on from the account page; ``label`` is a message id."""

    icon: str
    label: str
    href: str


ME_LINKS: list[Callable[[Actor], Iterable[MeLink]]] = []
"""What other trades put on the account page."""

_SIGN_IN, _STAMP = "sign_in", "stamp"
_loaders: list[MembershipLoader] = []


def set_membership_loader(loader: MembershipLoader) -> None:
    """Say how the roles of a person at vendors are read."""
    _loaders[:] = [loader]


def public(view: View) -> View:
    """Let everybody in."""
    return _named(view, "public")


def signed_in(view: View) -> View:
    """Let in whoever is signed in; lead others to sign-in and back."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        return view(*args, **values) if current_signed() else _to_sign_in()

    return _named(guarded, "signed_in")  # type: ignore[return-value]


def needs(*roles: str) -> Callable[[View], View]:
    """Let in who holds one of these house-wide roles and showed a second factor."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            signed = current_signed()
            if signed is None:
                return _to_sign_in()
            if signed.roles.isdisjoint(roles):
                raise NotAllowed
            return view(*args, **values) if signed.strong else _to_second_factor()

        return _named(guarded, "needs:" + ",".join(roles))  # type: ignore[return-value]

    return guard


def member(*vendor_roles: str) -> Callable[[View], View]:
    """Let in who serves the vendor ``vendor_id`` of the URL in one of these roles (none: any)."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if current_signed() is None:
                return _to_sign_in()
            vendor_id, actor = values["vendor_id"], current_actor()
            if vendor_roles:
                actor.need_at(vendor_id, *vendor_roles)
            elif vendor_id not in actor.memberships:
                raise NotFound
            return view(*args, **values)

        return _named(guarded, "member:" + ",".join(vendor_roles))  # type: ignore[return-value]

    return guard


def current_actor() -> Actor:
    """Return who acts in this request, with house-wide roles only after a second factor."""
    known = remembered("actor")
    return known if known is not None else remember("actor", _read_actor())  # type: ignore[no-any-return]


def current_signed() -> Signed | None:
    """Return the sign-in of this browser, if it still holds."""
    known = remembered("signed")
    if known is None:
        # None is remembered as False: looked for and not found.
        known = remember("signed", _read_signed() or False)
    return known or None


def account_lang() -> str | None:
    """Return the language of the account that is signed in, if it has chosen one."""
    signed = current_signed()
    return signed.lang if signed else None


def prove_own(password: str) -> None:
    """Judge the password of who is signed in, before something that must not be done lightly.

    :raises TooManyTries: while the account is locked.
    :raises WrongPassword: when it is not theirs; ``field`` is ``current``.
    """
    user_id = current_actor().user_id or ""
    with transaction(db()) as work:
        attempt = signing.begin_own_attempt(work, user_id, now=clock.now())
    try:
        judge(attempt, password)
    except WrongSignIn:
        raise WrongPassword(field="current") from None


def judge(attempt: signing.Attempt, password: str) -> signing.Proof:
    """Compare a password outside of any transaction; note that it was right.

    :raises WrongSignIn: when it was not.
    """
    proof = signing.judge_attempt(db(), attempt, password=password)
    with transaction(db()) as work:
        signing.accept_password(work, proof, password=password)
    return proof


def begin(opened: Opened) -> None:
    """Give the browser a new session for a sign-in: whatever was planted before is gone."""
    forget()
    session.update(session_values(opened))
    session.permanent = True


def session_values(opened: Opened) -> dict[str, str]:
    """Return what a browser's session holds of a sign-in."""
    return {_SIGN_IN: opened.sign_in_id, _STAMP: opened.stamp}


def keep_stamp(stamp: str) -> None:
    """Let this browser stay signed in after all others were put out."""
    session[_STAMP] = stamp


def forget() -> None:
    """Empty the browser's session, but for what is kept on purpose."""
    kept = {key: session[key] for key in KEPT_ON_SIGN_IN if key in session}
    session.clear()
    session.update(kept)
    for name in ("signed", "actor"):
        remember(name, None)


def _read_signed() -> Signed | None:
    sign_in_id = session.get(_SIGN_IN)
    if not sign_in_id:
        return None
    signed = queries.signed(db(), sign_in_id)
    if signed is None or signed.stamp != session.get(_STAMP):
        return None
    idle = is_idle(signed.seen_at, clock.now(), staff=is_staff(signed.roles))
    return None if idle else signed


def _read_actor() -> Actor:
    signed = current_signed()
    if signed is None:
        return GUEST
    loader = _loaders[0] if _loaders else None
    return Actor(
        user_id=signed.user_id,
        name=signed.name,
        roles=signed.roles if signed.strong else frozenset(),
        memberships=loader(db(), signed.user_id) if loader else {},
    )


def _to_sign_in() -> Response:
    """Lead to sign-in; a program is told in a word.

    :raises SignInNeeded: then.
    """
    if asks_json():
        raise SignInNeeded
    return _lead_to(url_for("accounts.show_sign_in", next=_wanted()))


def _to_second_factor() -> Response:
    return _lead_to(url_for("accounts.show_second_factors", next=_wanted()))


def _lead_to(address: str) -> Response:
    """Lead the browser on; a partial update of htmx would swap a page into a fragment."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)  # type: ignore[return-value]


def _wanted() -> str | None:
    """Return where to go on afterwards: this page, or the page whose form was sent."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return None
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def _named(view: View, guard: str) -> View:
    view.guard = guard  # type: ignore[attr-defined]
    return view
