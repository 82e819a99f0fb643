"""The checkout: who, where, how to pay; then everything once more before ordering."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import lazy_gettext as _l

from accounts import guards
from accounts.queries import user_card
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.settings import Settings
from kernel.web.forms import form_error
from kernel.web.language import current_language
from kernel.web.limits import limiter
from kernel.web.pages import page, translate_label
from kernel.web.session import db, part
from orders import rules
from orders.queries.baskets import Basket, Terms, quote, read_terms
from orders.queries.groups import collection_points
from orders.rules import DeliveryMethod
from orders.services.checkout import PlacedOrder, Purchase, place_order
from orders.services.conditions import need_delivered
from payments.rules import Method
from payments.services.card import offered_methods
from shop.cart import COUNT, bearer, minutes_held, open_basket, remember_cookies
from shop.checkout_forms import CheckoutForm, PlaceForm

blueprint = Blueprint("checkout", __name__)

METHOD_HINTS = {
    "cod": _l("You pay the carrier or at the collection point."),
    "vietqr": _l("You scan a code with your bank's app. What you order is held meanwhile."),
    "card": _l("You pay on the page of the card company."),
}


@blueprint.get("/checkout")
@guards.public
def show() -> Any:
    """Ask for name, address and way to pay."""
    basket = open_basket()
    if basket is None or not basket.is_ready:
        return redirect(url_for("cart.show"), 303)
    return _ask(CheckoutForm(data=_known()), basket)


@blueprint.post("/checkout")
@guards.public
def review() -> Any:
    """Show everything once more: who sells what, for how much, with delivery, in all."""
    basket = open_basket()
    if basket is None or not basket.is_ready:
        return redirect(url_for("cart.show"), 303)
    form = CheckoutForm()
    if "edit" in request.form:
        return _ask(form, basket)
    _offer(form, basket, read_terms(db(), now=clock.now()))
    if not form.validate():
        return _ask(form, basket), 422
    try:
        if form.delivery.data == DeliveryMethod.DELIVERY.value:
            need_delivered(basket, form.commune.data or "")
    except DomainError as refusal:
        form_error(form, refusal)
        return _ask(form, basket), refusal.status
    return _review(PlaceForm(), basket)


@blueprint.post("/checkout/place")
@limiter.limit("20 per minute")
@guards.public
def place() -> Any:
    """Place the order; the same button pressed twice leads to the same order."""
    form = _accept_all(PlaceForm())
    if not form.validate():
        return _again(form, 422)
    try:
        with transaction(db()) as session:
            placed = place_order(
                session,
                bearer(),
                purchase=_purchase(form),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _again(form, refusal.status)
    remember_cookies({COUNT: "0"})
    return _go_on(placed)


def _go_on(placed: PlacedOrder) -> Any:
    """Lead to the order, or hand the press on to the card company's page."""
    order_page = url_for("orders.show", code=placed.code, key=placed.key or None)
    if placed.method == Method.CARD.value and placed.payment_id:
        to_card = url_for("payments.card", payment_id=placed.payment_id, next=order_page)
        return redirect(to_card, 307)
    return redirect(order_page, 303)


def _known() -> dict[str, str]:
    """Return what we know of who is signed in."""
    signed = guards.current_signed()
    card = user_card(db(), signed.user_id) if signed else None
    if card is None:
        return {}
    return {
        "contact_name": card.name,
        "contact_phone": card.phone or "",
        "contact_email": card.email or "",
    }


def _offer(form: CheckoutForm, basket: Basket, terms: Terms) -> None:
    """Let the form offer what this basket can have."""
    points = collection_points(db()) if basket.has_goods else ()
    ways = rules.delivery_choices(has_goods=basket.has_goods, has_points=bool(points))
    form.offer_delivery([(way.value, translate_label(way)) for way in ways])
    form.offer_points(points, current_language())
    methods = rules.methods_offered(
        [method.value for method in offered_methods(part(Settings))],
        total_vnd=quote(basket, ways[-1], terms).total_vnd,
        has_seats=basket.has_seats,
        cod_most_vnd=terms.cod_most_vnd,
    )
    form.offer_methods([(method, translate_label(Method(method))) for method in methods])


def _accept_all(form: PlaceForm) -> PlaceForm:
    """Let the form take any way: whether it can be had is judged when the order is placed."""
    form.offer_delivery([(way.value, "") for way in DeliveryMethod])
    form.offer_points(collection_points(db()), current_language())
    form.offer_methods([(method.value, "") for method in Method])
    return form


def _ask(form: CheckoutForm, basket: Basket) -> str:
    terms = read_terms(db(), now=clock.now())
    _offer(form, basket, terms)
    return page(
        "shop/checkout.html",
        form=form,
        basket=basket,
        minutes=minutes_held(basket),
        terms=terms,
        method_hints=METHOD_HINTS,
        signed_in=guards.current_signed() is not None,
    )


def _review(form: PlaceForm, basket: Basket) -> str:
    terms: Terms = read_terms(db(), now=clock.now())
    costs = quote(basket, DeliveryMethod(form.delivery.data), terms)
    points = {point.id: point for point in collection_points(db())}
    return page(
        "shop/checkout_review.html",
        form=form,
        basket=basket,
        costs=costs,
        minutes=minutes_held(basket),
        point=points.get(form.collection_point.data or ""),
        method=Method(form.method.data),
        delivery=DeliveryMethod(form.delivery.data),
    )


def _again(form: PlaceForm, status: int) -> Any:
    """Show the last step again with what was wrong, or go back to the first it concerns."""
    basket = open_basket()
    if basket is None or not basket.lines:
        return redirect(url_for("cart.show"), 303)
    if set(form.errors) - {"terms"}:
        first = CheckoutForm()
        for name, errors in form.errors.items():
            if name in first:
                first[name].errors = errors
        return _ask(first, basket), status
    return _review(form, basket), status


def _purchase(form: PlaceForm) -> Purchase:
    return Purchase(
        checkout=form.checkout.data or 0,
        shown_total_vnd=form.shown_total.data or 0,
        contact_name=form.contact_name.data or "",
        contact_phone=form.contact_phone.data or "",
        contact_email=form.contact_email.data or None,
        delivery=DeliveryMethod(form.delivery.data),
        commune=form.commune.data or None,
        address=form.address.data or "",
        collection_point_id=form.collection_point.data or None,
        note=form.note.data or "",
        method=form.method.data or "",
        lang=current_language(),
        agreed=("terms",),
    )
