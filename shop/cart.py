"""The basket's page and the buttons that change it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.settings import Settings
from kernel.web.forms import REQUIRED, Form, refusal_text
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db, remember, remembered
from orders import rules
from orders.queries.baskets import Basket, read_basket
from orders.queries.carts import Bearer, basket_count, find_cart
from orders.services import cart as baskets

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

blueprint = Blueprint("cart", __name__)

COOKIE, COUNT = "basket", "basket_count"
COOKIE_LASTS = 90 * 24 * 3600


class AddForm(Form):
    """What the buy bar of a listing sends: a pack size or a date, and how many."""

    variant_id = HiddenField()
    departure_id = HiddenField()
    quantity = IntegerField(
        _l("Quantity"), [InputRequired(REQUIRED), NumberRange(1, rules.MOST_PIECES)], default=1
    )


class QuantityForm(Form):
    """How many of a line; none takes it out."""

    quantity = IntegerField(
        _l("Quantity"), [InputRequired(REQUIRED), NumberRange(0, rules.MOST_PIECES)]
    )


def install(app: Flask, settings: Settings) -> None:
    """Let a basket follow its owner through sign-in, and keep its cookies."""
    if merge_on_sign_in not in guards.ON_SIGN_IN:
        guards.ON_SIGN_IN.append(merge_on_sign_in)

    @app.after_request
    def _keep_cookies(response: Response) -> Response:
        kept: dict[str, str] = remembered("basket_cookies") or {}
        if request.endpoint == "accounts.sign_out":
            # A basket stays with its owner, not with the browser.
            kept = {COUNT: "0"}
        for name, value in kept.items():
            response.set_cookie(
                name,
                value,
                max_age=COOKIE_LASTS,
                httponly=True,
                samesite="Lax",
                secure=settings.is_production,
            )
        return response


def bearer() -> Bearer:
    """Return whose basket this request may open."""
    signed = guards.current_signed()
    return Bearer(request.cookies.get(COOKIE) or None, signed.user_id if signed else None)


def merge_on_sign_in(session: "Session", user_id: str) -> None:
    """Join the browser's basket to the one of the person who signs in."""
    token = request.cookies.get(COOKIE)
    baskets.merge_carts(session, Bearer(token, user_id), now=clock.now())
    note_count(session, Bearer(token, user_id))


def note_count(session: "Session", whose: Bearer, *, token: str | None = None) -> None:
    """Keep for the header how many lines there are; a new basket's token goes with it."""
    holder = Bearer(token or whose.token, whose.user_id)
    count = basket_count(session, holder)
    remember_cookies({COUNT: str(count)} | ({COOKIE: token} if token else {}))


def remember_cookies(values: dict[str, str]) -> None:
    """Have cookies set on the answer to this request."""
    remember("basket_cookies", (remembered("basket_cookies") or {}) | values)


@blueprint.get("/basket")
@guards.public
def show() -> str:
    """Show the basket with the prices of this moment."""
    return _page()


@blueprint.post("/basket/add")
@limiter.limit("60 per minute")
@guards.public
def add() -> Any:
    """Put packs or seats into the basket."""
    form = AddForm()
    if not form.validate():
        return _page(str(next(iter(form.errors.values()))[0])), _status(422)
    return _change(
        lambda session: baskets.add_line(
            session,
            bearer(),
            variant_id=form.variant_id.data or None,
            departure_id=form.departure_id.data or None,
            quantity=form.quantity.data or 1,
            now=clock.now(),
        )
    )


@blueprint.post("/basket/<line_id>/quantity")
@guards.public
def change(line_id: str) -> Any:
    """Change how many of a line are wanted."""
    form = QuantityForm()
    if not form.validate():
        return _page(str(next(iter(form.errors.values()))[0])), _status(422)
    return _change(
        lambda session: baskets.set_quantity(
            session,
            bearer(),
            line_id=line_id,
            quantity=form.quantity.data or 0,
            now=clock.now(),
        )
    )


@blueprint.post("/basket/<line_id>/remove")
@guards.public
def remove(line_id: str) -> Any:
    """Take a line out."""
    return _change(
        lambda session: baskets.remove_line(session, bearer(), line_id=line_id, now=clock.now())
    )


@blueprint.post("/basket/checkout")
@guards.public
def go_to_checkout() -> Any:
    """Hold everything anew and lead on to the address."""
    return _change(
        lambda session: baskets.refresh_hold(session, bearer(), now=clock.now()),
        go_on="checkout.show",
    )


def open_basket() -> Basket | None:
    """Return this browser's basket with the prices of this moment, if it has one."""
    found = find_cart(db(), bearer())
    return read_basket(db(), found, now=clock.now()) if found else None


def _change(act: "Callable[[Session], str | None]", go_on: str = "cart.show") -> Any:
    """Do one change and lead on; a refusal is shown on the basket's page."""
    try:
        with transaction(db()) as session:
            token = act(session)
            note_count(session, bearer(), token=token)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _page(refusal_text(refusal)), _status(refusal.status)
    return redirect(url_for(go_on), 303)


def _page(problem: str = "") -> str:
    basket = open_basket()
    if basket is not None:
        remember_cookies({COUNT: str(len(basket.lines))})
    return page(
        "shop/basket.html",
        basket=basket,
        minutes=minutes_held(basket),
        problem=problem,
        most=rules.MOST_PIECES,
    )


def minutes_held(basket: Basket | None) -> int:
    """Return for how many minutes more a basket is held, begun ones counted whole."""
    if basket is None or not basket.is_held or basket.held_until is None:
        return 0
    return -(-int((basket.held_until - clock.now()).total_seconds()) // 60)


def _status(status: int) -> int:
    """Return the status of a page with a problem; htmx shows only what was found in order."""
    return 200 if request.headers.get("HX-Request") else status
