"""The buyer's way to pay: QR picture, card page and back; and the demo's own card page."""

import io

import segno
from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask import session as browser
from flask_babel import gettext as _
from werkzeug import Response

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.settings import Settings
from kernel.web.forms import refusal_text
from kernel.web.language import current_language
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.security import safe_next
from kernel.web.session import db, part, provide
from payments import queries
from payments.errors import CardUnavailable
from payments.gateways.fake_stripe import FakeStripe, SignedMessage, open_demo
from payments.gateways.stripe_cards import StripeCards, connect
from payments.rules import Method
from payments.services.card import Way, offered_methods, return_from_checkout, start_checkout
from payments.services.hear import hear_provider
from payments.vietqr import Payee

blueprint = Blueprint("payments", __name__)
demo = Blueprint("demo_card", __name__)


def install(app: Flask, settings: Settings) -> None:
    """Provide the card company: Stripe where a key is set, else the stand-in of the demo."""
    app.jinja_env.globals["payee"] = payee_of(settings)
    if settings.stripe_secret_key:
        provide(
            app, StripeCards, connect(settings.stripe_secret_key, settings.stripe_webhook_secret)
        )
        return
    if settings.is_production:
        return
    cards, fake = open_demo(app.extensions["sessionmaker"], settings.secret_key)
    provide(app, StripeCards, cards)
    provide(app, FakeStripe, fake)
    app.register_blueprint(demo)


def payee_of(settings: Settings) -> Payee:
    """Return the account that bank transfers go to."""
    return Payee(settings.vietqr_bank_bin, settings.vietqr_account, settings.vietqr_account_name)


@blueprint.get("/pay/<payment_id>/qr.svg")
@guards.public
def qr(payment_id: str) -> Response:
    """Return the VietQR code of a payment that is waited for."""
    found = queries.payment(db(), payment_id, payee=payee_of(part(Settings)))
    if found is None or found.qr_text is None:
        raise NotFound
    response = Response(qr_svg(found.qr_text), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def qr_svg(text: str) -> bytes:
    """Draw a QR code with the quiet zone that phone cameras need."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=4, scale=4)
    return drawn.getvalue()


@blueprint.post("/pay/<payment_id>/card")
@limiter.limit("20 per minute")
@guards.public
def card(payment_id: str) -> Response:
    """Send the buyer to the card company's page."""
    cards = _cards()
    back = safe_next(request.values.get("next"), url_for("payments.state", payment_id=payment_id))
    browser[f"pay:{payment_id}"] = back
    way = Way(
        title=_("Order at %(market)s", market=part(Settings).market_name),
        lang=current_language(),
        success_url=url_for("payments.returned", payment_id=payment_id, _external=True)
        + "?session_id={CHECKOUT_SESSION_ID}",
        cancel_url=url_for("payments.left", payment_id=payment_id, _external=True),
    )
    try:
        url = start_checkout(db(), payment_id, cards=cards, way=way, now=clock.now())
    except CardUnavailable as refusal:
        flash(refusal_text(refusal))
        url = back
    return redirect(url, code=303)


@blueprint.get("/pay/<payment_id>/return")
@limiter.limit("30 per minute")
@guards.public
def returned(payment_id: str) -> Response:
    """Take the buyer back from the card company.

    The one page of this trade that writes on GET: the provider sends browsers
    here so. What it writes is what the provider itself answers, once.
    """
    try:
        return_from_checkout(
            db(),
            payment_id,
            cards=_cards(),
            checkout_id=request.args.get("session_id", ""),
            now=clock.now(),
        )
    except CardUnavailable:
        flash(_("We are waiting for the card company's word. This page will show it."))
    return _go_back(payment_id)


@blueprint.get("/pay/<payment_id>/left")
@guards.public
def left(payment_id: str) -> Response:
    """Take back a buyer who left the card company's page without paying."""
    flash(_("Nothing was paid. You can try again or choose another way to pay."))
    return _go_back(payment_id)


@blueprint.get("/pay/<payment_id>")
@guards.public
def state(payment_id: str) -> str:
    """Show how a payment stands: for a browser that does not know the order's address."""
    found = queries.payment(db(), payment_id, payee=payee_of(part(Settings)))
    if found is None:
        raise NotFound
    return page("payments/state.html", payment=found)


def _cards() -> StripeCards:
    """Return the card company, where there is one."""
    if Method.CARD not in offered_methods(part(Settings)):
        raise NotFound
    return part(StripeCards)


def _go_back(payment_id: str) -> Response:
    back = browser.get(f"pay:{payment_id}")
    return redirect(safe_next(back, url_for("payments.state", payment_id=payment_id)), code=303)


@demo.get("/demo/card/<checkout_id>")
@guards.public
def demo_card(checkout_id: str) -> str:
    """Show the demo's card page."""
    return page("payments/demo_card.html", card=part(FakeStripe).page(checkout_id))


@demo.post("/demo/card/<checkout_id>/<any(pay, decline, abandon):choice>")
@guards.public
def demo_choose(checkout_id: str, choice: str) -> Response:
    """Do what a visitor of the demo's card page chose."""
    fake = part(FakeStripe)
    shown = fake.page(checkout_id)
    if choice == "abandon":
        return redirect(shown.cancel_url, code=303)
    if choice == "decline":
        fake.decline(checkout_id)
        return redirect(url_for("demo_card.demo_card", checkout_id=checkout_id), code=303)
    _hear(fake.pay(checkout_id))
    return redirect(shown.success_url, code=303)


def _hear(message: SignedMessage) -> None:
    """Take a message as the webhook does: signed, verified, kept once."""
    cards, now = part(StripeCards), clock.now()
    try:
        notice = cards.read_notice(message.body, message.signature, now=now)
        with transaction(db()) as session:
            hear_provider(session, notice, live=cards.live, now=now)
    except DomainError as refusal:
        # As with the real provider: the buyer's way back does not wait for the message.
        flash(refusal_text(refusal))
