"""From the basket to the order's page, through the HTTP door."""

import re

import pytest
import sqlalchemy as sa

from kernel import clock
from kernel.db import transaction
from kernel.jobs import drain
from orders.models import Order, OrderGroup
from payments.services.settle import settle_payment
from shop.cart import COOKIE, COUNT
from tests.conftest import post
from tests.orders.market import (
    FEE,
    KILO,
    REACTIONS,
    THANH_HA,
    open_market,
)
from tests.people import PASSWORD, sign_in_as

SHELF = "/l/VAI-01/vai-01"
FORM = {
    "contact_name": "Phạm Văn An",
    "contact_phone": "0987 654 321",
    "contact_email": "",
    "delivery": "delivery",
    "commune": THANH_HA,
    "address": "Số 5, thôn 2",
    "note": "Gọi trước",
    "method": "vietqr",
}


@pytest.fixture
def maker(app):
    return app.extensions["sessionmaker"]


@pytest.fixture
def market(maker, now):
    return open_market(maker, now)


def put(client, key, quantity=1, kind="variant_id"):
    data = {kind: key, "quantity": str(quantity)}
    return post(client, "/basket/add", data, form=SHELF)


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def hidden(html):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def walk(client, **changed):
    """Fill in the checkout, tick the consent and order."""
    review = post(client, "/checkout", FORM | changed, form="/checkout")
    assert review.status_code == 200, review.get_data(as_text=True)
    values = hidden(review.get_data(as_text=True)) | {"terms": "y"}
    values.pop("edit", None)
    return client.post("/checkout/place", data=values)


def test_a_guest_without_a_basket_costs_no_statement_and_gets_no_cookie(client, market, maker):
    asked = []
    sa.event.listen(maker.kw["bind"], "before_cursor_execute", lambda *args: asked.append(args[2]))
    answer = client.get("/basket")
    assert (answer.status_code, asked) == (200, [])
    assert client.get_cookie(COOKIE) is None


def test_putting_something_in_leads_to_the_basket_and_sets_a_cookie_no_script_reads(client, market):
    answer = put(client, market.kilo, 2)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/basket")
    cookie = client.get_cookie(COOKIE)
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert client.get_cookie(COUNT).value == "1"
    html = page(client, "/basket")
    assert "Good VAI-01" in html or "Hàng VAI-01" in html
    assert "90.000\u00a0₫" in html


def test_too_many_are_refused_with_what_is_left(client, market):
    put(client, market.honey, 2)
    answer = put(client, market.honey, 9)
    assert answer.status_code == 409
    assert "5" in answer.get_data(as_text=True)
    assert client.get_cookie(COUNT).value == "1"


@pytest.mark.parametrize("quantity", ["0", "-3", "many", "1000"])
def test_a_quantity_that_is_none_is_refused(client, market, quantity):
    assert put(client, market.kilo, quantity).status_code == 422
    assert client.get_cookie(COOKIE) is None


def test_unknown_things_and_foreign_lines_are_not_found(client, market):
    assert put(client, "01NOTHING").status_code == 404
    put(client, market.kilo)
    answer = post(client, "/basket/01NOTHING/remove", form="/basket")
    assert answer.status_code == 404


def test_lines_are_changed_and_taken_out(client, market):
    put(client, market.kilo, 2)
    change, remove = re.findall(
        r'action="(/basket/\w+/(?:quantity|remove))"', page(client, "/basket")
    )
    assert post(client, change, {"quantity": "3"}, form="/basket").status_code == 303
    assert "135.000\u00a0₫" in page(client, "/basket")
    too_many = post(client, change, {"quantity": "11"}, form="/basket")
    assert too_many.status_code == 409
    assert post(client, change, {"quantity": "x"}, form="/basket").status_code == 422
    assert post(client, remove, form="/basket").status_code == 303
    assert client.get_cookie(COUNT).value == "0"


def test_htmx_is_shown_a_refusal_in_place(client, market):
    put(client, market.honey)
    token = hidden(page(client, "/basket"))["csrf_token"]
    change = re.search(r'action="(/basket/\w+/quantity)"', page(client, "/basket"))[1]
    answer = client.post(
        change, data={"csrf_token": token, "quantity": "9"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert 'id="basket"' in answer.get_data(as_text=True)


def test_the_checkout_shows_fees_sellers_and_totals_before_anything_is_ordered(
    client, market, app_session
):
    put(client, market.kilo, 2)
    put(client, market.honey)
    assert post(client, "/basket/checkout", form="/basket").headers["Location"] == "/checkout"
    review = post(client, "/checkout", FORM, form="/checkout").get_data(as_text=True)
    for words in ("HTX grower", "HTX keeper", "270.000", "50.000", "320.000", "Gọi trước"):
        assert words in review
    (consent,) = re.findall(r'<input[^>]*name="terms"[^>]*>', review)
    assert 'type="checkbox"' in consent
    assert "checked" not in consent
    assert app_session.scalar(sa.select(sa.func.count()).select_from(OrderGroup)) == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"contact_name": ""}, "contact_name"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"commune": "vn-2025:1"}, "commune"),
        ({"address": " "}, "address"),
        ({"delivery": "collection"}, "collection_point"),
        ({"method": "gold"}, "method"),
        ({"delivery": "none"}, "delivery"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(client, market, changed, field):
    put(client, market.kilo)
    answer = post(client, "/checkout", FORM | changed, form="/checkout")
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "field-error" in html
    assert f'name="{field}"' in html


def test_what_was_typed_can_be_changed_again(client, market):
    put(client, market.kilo)
    answer = post(client, "/checkout", FORM | {"edit": "1"}, form="/checkout")
    assert answer.status_code == 200
    assert 'value="Phạm Văn An"' in answer.get_data(as_text=True)


def test_a_guest_orders_and_opens_the_order_by_its_key_alone(client, app, market, app_session):
    put(client, market.kilo, 2)
    placed = walk(client)
    assert placed.status_code == 303
    address = placed.headers["Location"]
    assert re.fullmatch(r"/o/[0-9A-Z]{8}\?key=[0-9a-f]{64}", address)
    html = page(client, address)
    assert "115.000" in html
    assert "/pay/" in html
    assert client.get_cookie(COUNT).value == "0"
    stranger = app.test_client()
    assert stranger.get(address).status_code == 200
    assert stranger.get(address.partition("?")[0]).status_code == 404
    assert stranger.get(address[:-1] + "x").status_code == 404
    assert page(stranger, address.replace("?", "/contract?"))
    group = app_session.scalars(sa.select(OrderGroup)).one()
    assert (group.contact_phone, group.total_vnd) == ("+84987654321", 2 * KILO + FEE)


def test_a_second_press_leads_to_the_same_order(client, market, app_session):
    put(client, market.kilo)
    review = post(client, "/checkout", FORM, form="/checkout")
    values = hidden(review.get_data(as_text=True)) | {"terms": "y"}
    first = client.post("/checkout/place", data=values)
    again = client.post("/checkout/place", data=values)
    assert first.headers["Location"] == again.headers["Location"]
    assert app_session.scalar(sa.select(sa.func.count()).select_from(OrderGroup)) == 1


def test_without_consent_nothing_is_ordered(client, market, app_session):
    put(client, market.kilo)
    values = hidden(post(client, "/checkout", FORM, form="/checkout").get_data(as_text=True))
    answer = client.post("/checkout/place", data=values)
    assert answer.status_code == 422
    assert 'name="shown_total"' in answer.get_data(as_text=True)
    assert app_session.scalar(sa.select(sa.func.count()).select_from(OrderGroup)) == 0


def test_a_price_that_changed_between_the_pages_is_shown_first(client, market, maker):
    put(client, market.kilo)
    values = hidden(post(client, "/checkout", FORM, form="/checkout").get_data(as_text=True))
    with maker() as session, transaction(session):
        session.execute(sa.text("UPDATE variant SET price_vnd = 50000 WHERE size = 1000"))
    answer = client.post("/checkout/place", data=values | {"terms": "y"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "50.000" in html
    assert "75.000" in html
    assert hidden(html)["shown_total"] == "75000"


def test_an_address_that_was_tampered_with_goes_back_to_the_form(client, market):
    put(client, market.kilo)
    values = hidden(post(client, "/checkout", FORM, form="/checkout").get_data(as_text=True))
    answer = client.post("/checkout/place", data=values | {"terms": "y", "address": ""})
    assert answer.status_code == 422
    assert "field-error" in answer.get_data(as_text=True)


def test_an_empty_basket_is_led_back(client, market):
    for answer in (
        client.get("/checkout"),
        post(client, "/checkout", FORM, form=SHELF),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/basket")
    assert post(client, "/basket/checkout", form=SHELF).status_code == 409


def test_a_visit_needs_no_address_and_no_cash(client, market):
    put(client, market.departure, 2, kind="departure_id")
    html = page(client, "/checkout")
    assert 'value="cod"' not in html
    placed = walk(client, delivery="none", commune="", address="")
    html = page(client, placed.headers["Location"])
    assert "300.000" in html


def test_a_card_is_handed_on_to_the_card_companys_page(client, market, app_session):
    put(client, market.kilo)
    placed = walk(client, method="card")
    assert placed.status_code == 307
    target = placed.headers["Location"]
    assert re.match(r"/pay/\w+/card\?next=/o/", target)
    review = {"csrf_token": hidden(page(client, SHELF))["csrf_token"]}
    handed_on = client.post(target, data=review)
    assert handed_on.status_code == 303
    assert "/demo/card/" in handed_on.headers["Location"]


def test_the_whole_way_of_a_transfer_on_the_pages(
    client, app, market, maker, app_session, sign_in, now
):
    put(client, market.kilo)
    address = walk(client).headers["Location"]
    group = app_session.scalars(sa.select(OrderGroup)).one()
    order = app_session.scalars(sa.select(Order)).one()
    with maker() as session, transaction(session):
        payment = session.execute(sa.text("SELECT id FROM payment")).scalar_one()
        settle_payment(session, payment, source="desk", now=now)
    drain(maker, REACTIONS, now=now)
    vendor = app.test_client()
    sign_in_as(app, vendor, now=now, vendor=market.grower, vendor_roles=["seller"])
    base = f"/work/{market.grower}/orders"
    assert order.code in page(vendor, base)
    assert order.code in page(vendor, f"{base}?which=new")
    for action in ("confirm", "pack", "ship", "deliver"):
        answer = post(vendor, f"{base}/{order.id}/{action}", form=f"{base}/{order.id}")
        assert answer.status_code == 303, action
    again = post(vendor, f"{base}/{order.id}/deliver", form=SHELF)
    assert again.status_code == 409
    html = page(client, address)
    line = re.search(r'action="(/o/\w+/review/\w+\?key=\w+)"', html)[1]
    assert post(client, line, {"body": "Ngon"}, form=address).status_code == 422
    assert post(client, line, {"rating": "5", "body": "Ngon"}, form=address).status_code == 303
    assert "/review/" not in page(client, address)
    assert group.code


def test_a_vendor_neither_sees_nor_moves_the_orders_of_another(
    client, app, market, app_session, now
):
    put(client, market.kilo)
    walk(client, method="cod")
    order = app_session.scalars(sa.select(Order)).one()
    rival = app.test_client()
    sign_in_as(app, rival, now=now, vendor=market.keeper, vendor_roles=["owner"])
    own = f"/work/{market.keeper}/orders"
    assert order.code not in page(rival, own)
    assert rival.get(f"{own}/{order.id}").status_code == 404
    assert rival.get(f"/work/{market.grower}/orders").status_code == 404
    app_session.expire_all()
    assert app_session.get(Order, order.id).state.value == "placed"


def test_a_buyer_cancels_and_pays_in_another_way(client, market, app_session):
    put(client, market.kilo)
    address = walk(client).headers["Location"]
    html = page(client, address)
    other = re.search(r'action="(/o/\w+/pay/card\?key=\w+)"', html)[1]
    handed_on = post(client, other, form=address)
    assert (handed_on.status_code, "/card?next=" in handed_on.headers["Location"]) == (307, True)
    back = post(client, other.replace("card", "vietqr"), form=address)
    assert back.status_code == 303
    cancel = re.search(r'action="(/o/\w+/cancel/[\w-]+\?key=\w+)"', page(client, address))[1]
    assert post(client, cancel, form=address).status_code == 303
    assert post(client, cancel, form=SHELF).status_code == 409
    assert post(client, other, form=SHELF).status_code == 409


def test_a_signed_in_buyer_finds_orders_in_the_account(client, app, market, sign_in, now):
    lan = sign_in(name="Lan")
    put(client, market.kilo)
    code = re.match(r"/o/(\w+)", walk(client, method="cod").headers["Location"])[1]
    assert code in page(client, "/me/orders")
    assert page(client, f"/o/{code}")
    other = app.test_client()
    assert sign_in_as(app, other, now=now) != lan
    assert other.get(f"/o/{code}").status_code == 404
    assert code not in page(other, "/me/orders")


def test_signing_in_takes_the_basket_along_and_signing_out_leaves_it(client, app, market, now):
    put(client, market.kilo)
    elsewhere = app.test_client()
    user_id = sign_in_as(app, elsewhere, now=now)
    put(elsewhere, market.honey)
    with app.extensions["sessionmaker"]() as session:
        email = session.execute(
            sa.text('SELECT email FROM "user" WHERE id = :id'), {"id": user_id}
        ).scalar_one()
    answer = post(client, "/sign-in", {"contact": email, "password": PASSWORD})
    assert answer.status_code == 303
    assert client.get_cookie(COUNT).value == "2"
    html = page(client, "/basket")
    assert "VAI-01" in html
    assert "MAT-01" in html
    assert "VAI-01" in page(elsewhere, "/basket")
    post(client, "/sign-out", form="/basket")
    assert client.get_cookie(COUNT).value == "0"
    assert "VAI-01" not in page(client, "/basket")


def test_finance_pays_back_what_is_owed(client, app, market, maker, sign_in, now):
    put(client, market.honey, 5)
    walk(client)
    later = now.replace(hour=now.hour + 1)
    with clock.fixed(later):
        with maker() as session, transaction(session):
            session.execute(sa.text("UPDATE bucket SET on_hand = 4 WHERE unit = 'piece'"))
            payment = session.execute(sa.text("SELECT id FROM payment")).scalar_one()
            settle_payment(session, payment, source="desk", now=later)
        drain(maker, REACTIONS, now=later)
    sign_in(roles=["finance"])
    assert "925.000" in page(client, "/office/refunds")
    form = re.search(r'action="(/office/refunds/\w+)"', page(client, "/office/refunds"))[1]
    assert post(client, form, {"note": ""}, form="/office/refunds").status_code == 422
    assert post(client, form, {"note": "FT1"}, form="/office/refunds").status_code == 303
    assert "925.000" not in page(client, "/office/refunds")


@pytest.mark.parametrize(
    "url", ["/basket", "/checkout", "order", "/me/orders", "vendor", "vendor one"]
)
def test_no_page_asks_more_than_twelve_times(
    client, app, market, maker, app_session, now, sign_in, url
):
    sign_in(vendor=market.grower, vendor_roles=["owner"])
    put(client, market.kilo)
    put(client, market.honey)
    put(client, market.departure, kind="departure_id")
    if url not in {"/basket", "/checkout"}:
        address = walk(client).headers["Location"]
        order = app_session.scalars(sa.select(Order).where(Order.vendor_id == market.grower)).one()
        base = f"/work/{market.grower}/orders"
        url = {"order": address, "vendor": base, "vendor one": f"{base}/{order.id}"}.get(url, url)
    asked = []

    def note(_conn, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    engine = maker.kw["bind"]
    sa.event.listen(engine, "before_cursor_execute", note)
    page(client, url)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len(asked) <= 12, "\n".join(statement[:120] for statement in asked)
