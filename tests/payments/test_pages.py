"""The pages of payments, through the HTTP door."""

import json
import re
from dataclasses import replace

import pytest
import stripe
import zxingcpp
from PIL import Image

from kernel.db import transaction
from kernel.rules_table import seed_rules
from payments.gateways.fake_stripe import FakeStripe
from payments.models import Payment
from payments.rules import Method, PaymentState
from payments.services.collect import cancel_payment
from payments.services.settle import note_mismatch, settle_payment
from payments.vietqr import decode
from payments.views import qr_svg
from tests.conftest import post
from tests.payments.money import asked, legs, row

S = PaymentState


@pytest.fixture
def maker(app):
    """The pages' own database."""
    return app.extensions["sessionmaker"]


@pytest.fixture
def fake(app):
    return app.extensions["FakeStripe"]


def to_card(client, payment_id, back="/o/ABC?key=k"):
    """Press "pay by card" on a page that shows the payment."""
    answer = post(
        client, f"/pay/{payment_id}/card", {"next": back}, form=f"/pay/{payment_id}?lang=en"
    )
    assert answer.status_code == 303
    return answer.location.removeprefix("http://localhost")


def test_a_buyer_pays_by_card_and_comes_back_to_the_order(client, maker, now):
    payment_id = asked(maker, now, Method.CARD)
    checkout = to_card(client, payment_id)
    assert re.fullmatch(r"/demo/card/cs_test_demo_[\w-]{43}", checkout)
    shown = client.get(checkout).get_data(as_text=True)
    assert "285.000\u00a0₫" in shown
    answer = post(client, f"{checkout}/pay", form=checkout)
    assert row(maker, payment_id).state is S.CAPTURED
    answer = client.get(answer.location.removeprefix("http://localhost"))
    assert (answer.status_code, answer.location) == (303, "/o/ABC?key=k")
    assert [amount for *_, amount in legs(maker)] == [-285_000, 285_000]
    assert "Paid on 23/11/2026 10:00" in client.get(f"/pay/{payment_id}").get_data(as_text=True)


def test_a_declined_card_takes_nothing_and_may_be_tried_again(client, maker, now):
    payment_id = asked(maker, now, Method.CARD)
    checkout = to_card(client, payment_id)
    assert post(client, f"{checkout}/decline", form=checkout).status_code == 303
    assert "declined" in client.get(checkout).get_data(as_text=True)
    assert row(maker, payment_id).state is S.PENDING
    post(client, f"{checkout}/pay", form=checkout)
    assert row(maker, payment_id).state is S.CAPTURED


def test_who_leaves_the_card_page_has_paid_nothing(client, maker, now):
    payment_id = asked(maker, now, Method.CARD)
    checkout = to_card(client, payment_id)
    answer = post(client, f"{checkout}/abandon", form=checkout)
    answer = client.get(answer.location.removeprefix("http://localhost"))
    assert (answer.status_code, answer.location) == (303, "/o/ABC?key=k")
    assert row(maker, payment_id).state is S.PENDING
    assert legs(maker) == []


def test_a_card_page_that_is_over_only_leads_back(client, maker, now, fake):
    checkout = to_card(client, asked(maker, now, Method.CARD))
    fake.pay(checkout.rpartition("/")[2])
    shown = client.get(checkout).get_data(as_text=True)
    assert "Back to the market" in shown
    assert "<form" not in shown.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "\\evil", ""])
def test_the_way_back_stays_on_this_site(client, maker, now, back):
    payment_id = asked(maker, now, Method.CARD)
    to_card(client, payment_id, back)
    assert client.get(f"/pay/{payment_id}/left").location == f"/pay/{payment_id}"


def test_an_address_made_up_in_the_browser_settles_nothing(client, maker, now):
    payment_id = asked(maker, now, Method.CARD)
    checkout_id = to_card(client, payment_id).rpartition("/")[2]
    other = asked(maker, now, Method.CARD, reference="group:2")
    for url in (
        f"/pay/{other}/return?session_id={checkout_id}",
        f"/pay/{other}/return",
        "/pay/nobody",
        "/pay/nobody/qr.svg",
        f"/pay/{other}/qr.svg",
        "/demo/card/cs_test_invented",
    ):
        assert client.get(url).status_code == 404
    assert client.get(f"/pay/{payment_id}/return?session_id={checkout_id}").status_code == 303
    assert row(maker, payment_id).state is S.PENDING
    assert legs(maker) == []


def test_a_provider_that_does_not_answer_is_told_of_and_loses_nothing(
    client, maker, now, fake, monkeypatch
):
    payment_id = asked(maker, now, Method.CARD)
    checkout_id = to_card(client, payment_id).rpartition("/")[2]

    def lost(*_args, **_kwargs):
        raise stripe.APIConnectionError("lost")

    with monkeypatch.context() as patch:
        patch.setattr(fake, "request", lost)
        answer = client.get(f"/pay/{payment_id}/return?session_id={checkout_id}")
        assert answer.location == "/o/ABC?key=k"
        other = asked(maker, now, Method.CARD, reference="group:2")
        assert to_card(client, other) == "/o/ABC?key=k"
    assert "does not answer" in client.get(f"/pay/{other}").get_data(as_text=True)
    assert to_card(client, other).startswith("/demo/card/")


def test_paying_by_card_what_is_no_card_payment_is_refused(client, maker, now):
    payment_id = asked(maker, now, Method.CARD)
    page = f"/pay/{payment_id}"
    cash = asked(maker, now, Method.COD, reference="group:2")
    assert post(client, f"/pay/{cash}/card", form=page).status_code == 409
    assert client.post(f"/pay/{payment_id}/card").status_code == 400  # without the form's token
    assert row(maker, payment_id).state is S.CREATED


def test_the_picture_of_the_code_is_read_by_a_phone(client, maker, now, settings):
    payment_id = asked(maker, now)
    memo = row(maker, payment_id).memo
    page = client.get(f"/pay/{payment_id}").get_data(as_text=True)
    assert memo in page
    assert f"/pay/{payment_id}/qr.svg" in page
    assert settings.vietqr_account in page
    answer = client.get(f"/pay/{payment_id}/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert b"style=" not in answer.data
    read = decode(read_picture(answer.get_data(as_text=True)))
    assert (read.amount_vnd, read.memo, read.account) == (285_000, memo, settings.vietqr_account)


def read_picture(svg):
    """Draw the modules of an SVG code and read them as a camera does."""
    size = int(re.search(r'width="(\d+)"', svg)[1]) // 4
    drawn = Image.new("L", (size, size), 255)
    x = y = 0.0
    for step, numbers in re.findall(r"([Mmh])([\d. -]+)", re.search(r' d="([^"]+)"', svg)[1]):
        values = [float(n) for n in re.findall(r"-?[\d.]+", numbers)]
        if step == "h":
            for n in range(int(values[0])):
                drawn.putpixel((int(x) + n, int(y)), 0)
            x += values[0]
        else:
            x, y = (values[0], values[1]) if step == "M" else (x + values[0], y + values[1])
    (found,) = zxingcpp.read_barcodes(drawn.resize((size * 4, size * 4), Image.Resampling.NEAREST))
    return found.text


def test_a_code_keeps_its_quiet_zone():
    assert read_picture(qr_svg("hello").decode()) == "hello"


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("cancel", "Nothing was paid in this way."),
        ("refund", "The money was sent back to you."),
        (None, "in cash when you receive"),
    ],
)
def test_a_buyer_reads_how_the_payment_stands(client, maker, now, end, words):
    payment_id = asked(maker, now, Method.COD)
    with maker() as session, transaction(session):
        if end == "cancel":
            cancel_payment(session, payment_id, now=now)
        if end == "refund":
            settle_payment(session, payment_id, source="cod", now=now)
            session.get_one(Payment, payment_id).state = S.REFUNDED
    assert words in client.get(f"/pay/{payment_id}?lang=en").get_data(as_text=True)


def hook(client, message, **headers):
    return client.post(
        "/hooks/stripe",
        data=message.body,
        headers={"Stripe-Signature": message.signature, **headers},
        content_type="application/json",
    )


def test_a_message_is_taken_once_and_answered_every_time(client, maker, now, fake):
    payment_id = asked(maker, now, Method.CARD)
    checkout_id = to_card(client, payment_id).rpartition("/")[2]
    message = fake.pay(checkout_id)
    assert [hook(client, message).status_code for _ in range(5)] == [200] * 5
    assert row(maker, payment_id).state is S.CAPTURED
    assert len(legs(maker)) == 2


def test_a_message_that_proves_nothing_is_refused(client, maker, now, fake):
    payment_id = asked(maker, now, Method.CARD)
    message = fake.pay(to_card(client, payment_id).rpartition("/")[2])
    tampered = replace(message, body=message.body.replace(b"285000", b"285001"))
    unsigned = replace(message, signature="")
    for bad in (tampered, unsigned):
        answer = hook(client, bad)
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["code"] == "bad_notice"
    huge = replace(message, body=b" " * (64 * 1024 + 1))
    assert hook(client, huge).status_code == 413
    assert row(maker, payment_id).state is S.PENDING


def test_an_unknown_kind_of_message_is_answered_and_left_alone(client, maker, now, fake):
    payment_id = asked(maker, now, Method.CARD)
    event = json.loads(fake.pay(to_card(client, payment_id).rpartition("/")[2]).body)
    assert hook(client, fake.sign({**event, "type": "invoice.paid"})).status_code == 200
    assert row(maker, payment_id).state is S.PENDING


def test_the_finance_desk_is_for_finance(client, maker, now, sign_in):
    payment_id = asked(maker, now)
    urls = ["/office/finance", "/office/finance/ledger", f"/office/finance/transfers/{payment_id}"]
    assert {client.get(url).status_code for url in urls} == {303}
    sign_in(roles=["reviewer"])
    assert {client.get(url).status_code for url in urls} == {403}
    assert row(maker, payment_id).state is S.PENDING


def test_finance_finds_a_transfer_and_confirms_it_once(client, maker, now, sign_in):
    payment_id = asked(maker, now)
    memo = row(maker, payment_id).memo
    sign_in(roles=["finance"])
    shown = client.get(f"/office/finance?q=MBVCB.1.{memo.lower()}.CT&lang=en").get_data(
        as_text=True
    )
    assert f"/office/finance/transfers/{payment_id}" in shown
    dossier = f"/office/finance/transfers/{payment_id}"
    assert post(client, dossier, {"bank_ref": ""}).status_code == 422
    assert post(client, dossier, {"bank_ref": "FT26327001"}).status_code == 303
    assert row(maker, payment_id).state is S.CAPTURED
    shown = client.get("/office/finance").get_data(as_text=True)
    assert "The transfer is booked." in shown
    assert "No transfer is waited for." in shown
    assert "<form" not in client.get(dossier).get_data(as_text=True).partition("panel stack")[2]


def test_a_refusal_is_shown_beside_what_was_typed(client, maker, now, sign_in):
    first, second = asked(maker, now), asked(maker, now, reference="group:2")
    sign_in(roles=["finance"])
    post(client, f"/office/finance/transfers/{first}", {"bank_ref": "FT26327001"})
    answer = post(client, f"/office/finance/transfers/{second}", {"bank_ref": "ft26327001"})
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert 'value="ft26327001"' in shown
    assert row(maker, second).state is S.PENDING


def test_only_transfers_are_confirmed_here(client, maker, now, sign_in):
    cash = asked(maker, now, Method.COD)
    sign_in(roles=["finance"])
    for unknown in (cash, "nobody"):
        assert client.get(f"/office/finance/transfers/{unknown}").status_code == 404


def test_the_ledger_shows_balances_journal_and_what_to_look_into(client, maker, now, sign_in):
    with maker() as session, transaction(session):
        seed_rules(session, now=now)
    sign_in(roles=["finance"])
    assert "No money has come yet." in client.get("/office/finance/ledger?lang=en").get_data(
        as_text=True
    )
    payment_id = asked(maker, now)
    odd = asked(maker, now, Method.CARD, reference="group:2")
    with maker() as session, transaction(session):
        settle_payment(session, payment_id, source="desk", now=now)
        note_mismatch(session, odd, problem="cs_9: 1 usd", now=now)
    assert "cs_9: 1 usd" in client.get("/office/finance").get_data(as_text=True)
    shown = client.get("/office/finance/ledger?account=bank:vietqr").get_data(as_text=True)
    assert f"settle:{payment_id}" in shown
    assert "285.000\u00a0₫" in shown


def test_the_demos_card_page_is_absent_where_a_real_provider_is_set(settings, now):
    from shop.factory import create_app

    app = create_app(replace(settings, stripe_secret_key="sk_test_1", stripe_webhook_secret="w"))
    assert FakeStripe.__qualname__ not in app.extensions
    assert app.test_client().get("/demo/card/x").status_code == 404


def test_production_without_a_provider_takes_no_cards(settings, now, maker):
    from shop.factory import create_app

    app = create_app(replace(settings, market_env="production"))
    assert "StripeCards" not in app.extensions
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    payment_id = asked(app.extensions["sessionmaker"], now, Method.CARD)
    assert client.post(f"/pay/{payment_id}/card").status_code == 404
    assert client.get(f"/pay/{payment_id}/return?session_id=cs_1").status_code == 404
    assert client.post("/hooks/stripe", data=b"{}").status_code == 404
