"""Pages of orders: for the buyer, with or without an account, and for each vendor."""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask_babel import gettext as _

from accounts import guards
from accounts.guards import ME_LINKS, MeLink
from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.messages import msg
from kernel.settings import Settings
from kernel.web.forms import Form, form_error, refusal_text
from kernel.web.language import current_language
from kernel.web.limits import limiter
from kernel.web.pages import page
from kernel.web.session import db, part
from orders import rules
from orders.forms import ActionForm, ReviewForm, read_amount
from orders.queries import groups
from orders.queries.groups import Access, GroupView
from orders.services.allocating import Choice, needs_of
from orders.services.fulfil import act_on_order, cancel_order
from orders.services.paying import retry_payment
from orders.services.reviews import Opinion, write_review
from orders.services.steps import group_owner
from payments.queries import payment_of
from payments.services.card import offered_methods
from traceability.queries import lot_cards

blueprint = Blueprint("orders", __name__)

LIST_WORDS = {
    "": msg("All"),
    "new": msg("New"),
    "preparing": msg("To prepare"),
    "on_the_way": msg("On the way"),
    "done": msg("Done"),
    "off": msg("Called off"),
}

STEP_WORDS = {
    "place": msg("Placed"),
    "confirm": msg("Confirmed"),
    "pack": msg("Order packed"),
    "ship": msg("Handed to the carrier"),
    "make_ready": msg("Ready to collect"),
    "deliver": msg("Delivered"),
    "attend": msg("Visited"),
    "cancel": msg("Cancelled"),
    "expire": msg("Expired"),
    "revive": msg("Paid late, taken up again"),
    "lot_held": msg("A lot in it was held"),
    "lot_recalled": msg("A lot in it was recalled"),
    "goods_missing": msg("Goods for it are missing"),
}


def install(app: Flask, settings: Settings) -> None:  # noqa: ARG001 - one signature for all rooms
    """Put the buyer's orders on the account page and the words of steps into templates."""
    if _me_links not in ME_LINKS:
        ME_LINKS.append(_me_links)
    app.jinja_env.globals.update(order_step_words=STEP_WORDS, order_action_words=rules.ACTION_WORDS)


@blueprint.get("/me/orders")
@guards.signed_in
def mine() -> str:
    """List the orders of who is signed in."""
    user_id = guards.current_actor().user_id or ""
    return page(
        "orders/mine.html", orders=groups.orders_of_buyer(db(), user_id, page=_page_number())
    )


@blueprint.get("/o/<code>")
@limiter.limit("120 per minute")
@guards.public
def show(code: str) -> str:
    """Show an order to who has its key or its account."""
    return _order_page(code)


@blueprint.get("/o/<code>/contract")
@guards.public
def contract(code: str) -> str:
    """Show the order as a contract to print or to keep."""
    group = groups.group_view(db(), _access(code))
    return page("orders/contract.html", group=group)


@blueprint.post("/o/<code>/cancel/<order_code>")
@guards.public
def cancel(code: str, order_code: str) -> Any:
    """Cancel one vendor's part while that is possible."""
    try:
        with transaction(db()) as session:
            cancel_order(
                session,
                _access(code),
                order_code=order_code,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        return _refused(code, refusal)
    flash(_("Cancelled. What you had ordered is free for others again."))
    return _back(code)


@blueprint.post("/o/<code>/pay/<any(vietqr, card):method>")
@limiter.limit("20 per minute")
@guards.public
def pay(code: str, method: str) -> Any:
    """Try to pay once more, or in another way."""
    try:
        with transaction(db()) as session:
            payment_id = retry_payment(
                session,
                groups.group_id_of(session, _access(code)),
                method=method,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        return _refused(code, refusal)
    if method == "card":
        to_card = url_for("payments.card", payment_id=payment_id, next=_address(code))
        return redirect(to_card, 307)
    return _back(code)


@blueprint.post("/o/<code>/review/<line_id>")
@limiter.limit("20 per minute")
@guards.public
def review(code: str, line_id: str) -> Any:
    """Take a buyer's review of something received."""
    form = ReviewForm()
    if not form.validate():
        return _order_page(code, problem=_("Please choose a rating.")), 422
    try:
        with transaction(db()) as session:
            write_review(
                session,
                _access(code),
                line_id=line_id,
                opinion=Opinion(form.rating.data, form.body.data or "", current_language()),
                now=clock.now(),
            )
    except DomainError as refusal:
        return _refused(code, refusal)
    flash(_("Thank you for your review."))
    return _back(code)


@blueprint.get("/work/<vendor_id>/orders")
@guards.member("owner", "seller")
def of_vendor(vendor_id: str) -> str:
    """List a vendor's own orders."""
    which = request.args.get("which", "")
    return page(
        "orders/vendor_list.html",
        orders=groups.orders_of_vendor(db(), vendor_id, which=which, page=_page_number()),
        which=which,
        lists=LIST_WORDS,
        vendor_id=vendor_id,
    )


@blueprint.get("/work/<vendor_id>/orders/<order_id>")
@guards.member("owner", "seller")
def vendor_order(vendor_id: str, order_id: str) -> str:
    """Show one of a vendor's own orders and what comes next."""
    return _vendor_page(vendor_id, order_id, ActionForm())


@blueprint.post(
    f"/work/<vendor_id>/orders/<order_id>/<any({', '.join(rules.VENDOR_ACTIONS)}):action>"
)
@guards.member("owner", "seller")
def act(vendor_id: str, order_id: str, action: str) -> Any:
    """Do the next thing with an order."""
    form = ActionForm()
    if not form.validate():
        return _vendor_page(vendor_id, order_id, form), 422
    try:
        with transaction(db()) as session:
            groups.vendor_order(session, order_id, vendor_id=vendor_id)
            act_on_order(
                session,
                order_id,
                action=action,
                reason=form.reason.data or "",
                chosen=_chosen() if action == "pack" else None,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        form_error(form, refusal)
        return _vendor_page(vendor_id, order_id, form), refusal.status
    address = url_for("orders.vendor_order", vendor_id=vendor_id, order_id=order_id)
    return redirect(address, 303)


def _access(code: str) -> Access:
    key = request.args.get("key", "")[:100]
    return Access(code.upper(), key, guards.current_actor().user_id)


def _address(code: str) -> str:
    return url_for("orders.show", code=code, key=request.args.get("key") or None)


def _back(code: str) -> Any:
    return redirect(_address(code), 303)


def _refused(code: str, refusal: DomainError) -> Any:
    if refusal.status == 404:
        raise refusal
    return _order_page(code, problem=refusal_text(refusal)), refusal.status


def _order_page(code: str, problem: str = "") -> str:
    group = groups.group_view(db(), _access(code))
    return page(
        "orders/show.html",
        group=group,
        key=request.args.get("key") or None,
        payment=_payment(group),
        minutes=_minutes_left(group),
        methods=[method for method in offered_methods(part(Settings)) if method.value != "cod"],
        reviewed=groups.lines_with_review(db(), group),
        review_form=ReviewForm(),
        form=Form(),
        problem=problem,
        address=_address(code),
    )


def _payment(group: GroupView) -> Any:
    return payment_of(db(), group_owner(group.row.id)) if group.prepaid else None


def _minutes_left(group: GroupView) -> int:
    until = group.row.pay_until
    return 0 if until is None else max(0, -(-int((until - clock.now()).total_seconds()) // 60))


def _vendor_page(vendor_id: str, order_id: str, form: ActionForm) -> str:
    group = groups.vendor_order(db(), order_id, vendor_id=vendor_id)
    order = group.orders[0]
    rows = [line.row for line in order.lines]
    on = clock.local_date(clock.now())
    needs = needs_of(db(), rows, on=on) if "pack" in order.actions else ()
    return page(
        "orders/vendor_order.html",
        group=group,
        order=order,
        form=form,
        needs=needs,
        typed=request.form,
    )


def _chosen() -> list[Choice] | None:
    """Return which lots the page says the lines get; None: it was left to the house."""
    found = [
        (key.split("-"), text.strip()[:30])
        for key, text in request.form.items()
        if key.startswith("lot-") and key.count("-") == 2
    ]
    units = lot_cards(db(), {lot_id for (_lot, _line, lot_id), _ in found})
    return [
        Choice(line_id, lot_id, read_amount(text, units[lot_id].unit))
        for (_lot, line_id, lot_id), text in found
        if text and text != "0" and lot_id in units
    ] or None


def _page_number() -> int:
    wanted = request.args.get("page", "1")
    return min(int(wanted), 500) if wanted.isascii() and wanted.isdigit() and int(wanted) else 1


def _me_links(actor: Actor) -> list[MeLink]:  # noqa: ARG001 - who has no orders sees an empty list
    return [MeLink("bag-check", msg("My orders"), "/me/orders")]
