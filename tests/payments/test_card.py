"""The card's way: asked for once under a key, heard from three sides, settled once."""

import json
from datetime import timedelta

import pytest
import stripe
from sqlalchemy import func, select

from kernel import clock
from kernel.db import transaction
from kernel.errors import Conflict, NotFound
from kernel.settings import Settings
from payments.errors import AlreadyPaid, BadNotice, CardUnavailable
from payments.gateways.fake_stripe import FakeStripe, read_form
from payments.gateways.stripe_cards import CheckoutOrder, StripeCards, connect
from payments.models import CallState, DemoCheckout, OutboundCall, ProviderEvent
from payments.rules import Method, PaymentState
from payments.services.card import offered_methods, return_from_checkout, start_checkout
from payments.services.collect import cancel_payment
from payments.services.hear import hear_provider
from tests.payments.money import WAY, asked, at_once, legs, provider, row, told

S = PaymentState


def start(maker, cards, payment_id, now):
    with maker() as session:
        return start_checkout(session, payment_id, cards=cards, way=WAY, now=now)


def come_back(maker, cards, payment_id, checkout_id, now):
    with maker() as session:
        return return_from_checkout(
            session, payment_id, cards=cards, checkout_id=checkout_id, now=now
        )


def hear(maker, cards, message, now):
    notice = cards.read_notice(message.body, message.signature, now=now)
    with maker() as session, transaction(session):
        return hear_provider(session, notice, live=cards.live, now=now)


@pytest.fixture
def started(maker, now):
    """A card payment whose buyer is on the provider's page."""
    cards, fake = provider(maker)
    payment_id = asked(maker, now, Method.CARD)
    url = start(maker, cards, payment_id, now)
    return cards, fake, payment_id, url.rpartition("/")[2]


def test_the_provider_is_asked_for_whole_dong_and_told_whose_they_are(started, maker):
    _, _, payment_id, checkout_id = started
    with maker() as session:
        asked_for = session.get_one(DemoCheckout, checkout_id).body["params"]
    assert asked_for["line_items"]["0"]["price_data"]["unit_amount"] == "285000"
    assert asked_for["line_items"]["0"]["price_data"]["currency"] == "vnd"
    assert asked_for["client_reference_id"] == payment_id
    assert asked_for["metadata"] == {"payment_id": payment_id}
    payment = row(maker, payment_id)
    assert (payment.state, payment.provider_id) == (S.PENDING, checkout_id)


def test_pressing_again_leads_to_the_same_page(started, maker, now):
    cards, _, payment_id, checkout_id = started
    assert start(maker, cards, payment_id, now).endswith(checkout_id)
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(OutboundCall)) == 1


def test_a_page_that_runs_out_is_replaced_under_a_new_key(started, maker, now):
    cards, _, payment_id, checkout_id = started
    later = now + timedelta(minutes=30)
    with clock.fixed(later):
        assert not start(maker, cards, payment_id, later).endswith(checkout_id)
    with maker() as session:
        keys = session.scalars(select(OutboundCall.idem_key).order_by(OutboundCall.idem_key)).all()
    assert keys == [f"checkout:{payment_id}:1", f"checkout:{payment_id}:2"]


class Broken(FakeStripe):
    """Loses answers, as networks do."""

    lose_before = lose_after = 0

    def request(self, method, url, headers, post_data=None, *, _usage=None):
        if self.lose_before:
            self.lose_before -= 1
            raise stripe.APIConnectionError("lost")
        answer = super().request(method, url, headers, post_data)
        if self.lose_after:
            self.lose_after -= 1
            raise stripe.APIConnectionError("lost")
        return answer


@pytest.fixture
def broken(maker):
    fake = Broken(maker, webhook_secret="whsec_test")
    client = stripe.StripeClient("sk_test_x", http_client=fake, max_network_retries=0)
    return StripeCards(client, secrets=["whsec_test"], live=False), fake


@pytest.mark.parametrize("lost", ["lose_before", "lose_after"])
def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(maker, now, broken, lost):
    cards, fake = broken
    payment_id = asked(maker, now, Method.CARD)
    setattr(fake, lost, 1)
    with pytest.raises(CardUnavailable):
        start(maker, cards, payment_id, now)
    with maker() as session:
        assert session.scalars(select(OutboundCall.state)).all() == [CallState.UNKNOWN]
    assert row(maker, payment_id).state is S.CREATED
    url = start(maker, cards, payment_id, now)
    with maker() as session:
        assert session.scalars(select(DemoCheckout.id)).all() == [url.rpartition("/")[2]]
        assert session.scalars(select(OutboundCall.state)).all() == [CallState.ANSWERED]


def test_a_process_that_died_before_asking_is_followed_up_under_its_key(maker, now):
    cards, _fake = provider(maker)
    payment_id = asked(maker, now, Method.CARD)

    class Killed(BaseException):
        pass

    class Dying(FakeStripe):
        def request(self, *_args, **_kwargs):
            raise Killed

    dying = StripeCards(
        stripe.StripeClient("sk_test_x", http_client=Dying(maker, webhook_secret="x")),
        secrets=["x"],
        live=False,
    )
    with pytest.raises(Killed):
        start(maker, dying, payment_id, now)
    with maker() as session:
        assert session.scalars(select(OutboundCall.state)).all() == [CallState.PLANNED]
    start(maker, cards, payment_id, now)
    with maker() as session:
        made = session.scalars(select(DemoCheckout)).one()
        assert made.idempotency_key == f"checkout:{payment_id}:1"


def test_a_refused_request_is_not_sent_again_as_it_was(maker, now):
    cards, _ = provider(maker)
    payment_id = asked(maker, now, Method.CARD)
    late = now - timedelta(hours=2)
    with pytest.raises(CardUnavailable) as refusal:
        start(maker, cards, payment_id, late)
    assert refusal.value.is_final
    start(maker, cards, payment_id, now)
    with maker() as session:
        states = session.scalars(select(OutboundCall.state).order_by(OutboundCall.idem_key)).all()
    assert states == [CallState.REFUSED, CallState.ANSWERED]


def test_a_double_press_asks_for_one_page(maker, now):
    cards, _ = provider(maker)
    payment_id = asked(maker, now, Method.CARD)
    urls = at_once(*[lambda: start(maker, cards, payment_id, now)] * 4)
    assert len(set(urls)) == 1
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(DemoCheckout)) == 1


def test_no_network_is_touched_inside_a_transaction(maker, now):
    payment_id = asked(maker, now, Method.CARD)
    seen = []

    class Watching(FakeStripe):
        def request(self, method, url, headers, post_data=None, *, _usage=None):
            seen.append(open_session.in_transaction())
            return super().request(method, url, headers, post_data)

    fake = Watching(maker, webhook_secret="x")
    cards = StripeCards(
        stripe.StripeClient("sk_test_x", http_client=fake), secrets=["x"], live=False
    )
    with maker() as open_session:
        url = start_checkout(open_session, payment_id, cards=cards, way=WAY, now=now)
        return_from_checkout(
            open_session, payment_id, cards=cards, checkout_id=url.rpartition("/")[2], now=now
        )
    assert seen == [False, False]


def test_cash_nor_what_is_paid_or_given_up_is_paid_by_card(started, maker, now):
    cards, fake, payment_id, checkout_id = started
    cash = asked(maker, now, Method.COD, reference="group:2")
    with pytest.raises(Conflict):
        start(maker, cards, cash, now)
    with pytest.raises(NotFound):
        start(maker, cards, "nobody", now)
    hear(maker, cards, fake.pay(checkout_id), now)
    with pytest.raises(AlreadyPaid):
        start(maker, cards, payment_id, now)
    gone = asked(maker, now, Method.CARD, reference="group:3")
    with maker() as session, transaction(session):
        cancel_payment(session, gone, now=now)
    with pytest.raises(Conflict):
        start(maker, cards, gone, now)
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(OutboundCall)) == 1


def test_a_payment_given_up_while_the_provider_was_asked_leads_nowhere(maker, now):
    payment_id = asked(maker, now, Method.CARD)

    class Slow(FakeStripe):
        def request(self, method, url, headers, post_data=None, *, _usage=None):
            with maker() as session, transaction(session):
                cancel_payment(session, payment_id, now=now)
            return super().request(method, url, headers, post_data)

    client = stripe.StripeClient("sk_test_x", http_client=Slow(maker, webhook_secret="x"))
    with pytest.raises(Conflict):
        start(maker, StripeCards(client, secrets=["x"], live=False), payment_id, now)
    payment = row(maker, payment_id)
    assert payment.state is S.CANCELED
    assert payment.provider_id.startswith("cs_test_demo_")


@pytest.mark.parametrize("order", ["webhook first", "return first", "webhook alone"])
def test_paid_money_is_settled_once_from_any_side(started, maker, now, order):
    cards, fake, payment_id, checkout_id = started
    message = fake.pay(checkout_id)
    if order == "return first":
        come_back(maker, cards, payment_id, checkout_id, now)
    assert hear(maker, cards, message, now) is True
    assert hear(maker, cards, message, now) is False
    if order == "webhook first":
        come_back(maker, cards, payment_id, checkout_id, now)
    assert row(maker, payment_id).state is S.CAPTURED
    assert [amount for *_, amount in legs(maker)] == [-285_000, 285_000]
    assert [kind for kind, _ in told(maker)] == ["PaymentSettled"]
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(ProviderEvent)) == 1


def test_webhook_and_return_at_once_settle_once(started, maker, now):
    cards, fake, payment_id, checkout_id = started
    message = fake.pay(checkout_id)
    again = fake.sign({**json.loads(message.body), "id": "evt_other"})
    acts = [
        lambda: hear(maker, cards, message, now),
        lambda: hear(maker, cards, message, now),
        lambda: hear(maker, cards, again, now),
        lambda: come_back(maker, cards, payment_id, checkout_id, now),
        lambda: come_back(maker, cards, payment_id, checkout_id, now),
    ]
    results = at_once(*acts)
    assert not [result for result in results if isinstance(result, Exception)]
    assert sorted(results[:2]) == [False, True]
    assert [amount for *_, amount in legs(maker)] == [-285_000, 285_000]
    assert [kind for kind, _ in told(maker)] == ["PaymentSettled"]
    assert row(maker, payment_id).state is S.CAPTURED


def test_coming_back_unpaid_changes_nothing(started, maker, now):
    cards, fake, payment_id, checkout_id = started
    fake.decline(checkout_id)
    come_back(maker, cards, payment_id, checkout_id, now)
    assert row(maker, payment_id).state is S.PENDING
    assert legs(maker) == []
    assert fake.page(checkout_id).declined
    assert fake.page(checkout_id).is_open


def test_a_checkout_of_somebody_else_proves_nothing(started, maker, now):
    cards, fake, _, checkout_id = started
    other = asked(maker, now, Method.CARD, reference="group:2")
    fake.pay(checkout_id)
    for forged in (checkout_id, "cs_test_invented", "../x"):
        with pytest.raises(NotFound):
            come_back(maker, cards, other, forged, now)
    assert row(maker, other).state is S.CREATED
    assert legs(maker) == []


def test_a_page_that_ran_out_fails_the_payment_and_late_money_is_still_taken(started, maker, now):
    cards, fake, payment_id, checkout_id = started
    assert hear(maker, cards, fake.expire(checkout_id), now) is True
    assert row(maker, payment_id).state is S.FAILED
    assert told(maker) == [
        ("PaymentFailed", {"reference": "group:1", "payment_id": payment_id}),
    ]
    paid = {**json.loads(fake.expire(checkout_id).body), "id": "evt_late"}
    paid["type"] = "checkout.session.completed"
    paid["data"]["object"] |= {"status": "complete", "payment_status": "paid"}
    hear(maker, cards, fake.sign(paid), now)
    assert row(maker, payment_id).state is S.CAPTURED


def test_an_older_page_that_ran_out_does_not_fail_the_open_one(started, maker, now):
    cards, fake, payment_id, checkout_id = started
    later = now + timedelta(minutes=30)
    with clock.fixed(later):
        start(maker, cards, payment_id, later)
        hear(maker, cards, fake.expire(checkout_id), later)
    assert row(maker, payment_id).state is S.PENDING


@pytest.mark.parametrize(
    "lie",
    [{"amount_total": 285}, {"currency": "usd"}],
)
def test_a_signed_message_with_a_wrong_amount_is_left_to_a_person(started, maker, now, lie):
    cards, fake, payment_id, checkout_id = started
    event = json.loads(fake.pay(checkout_id).body)
    event["data"]["object"] |= lie
    assert hear(maker, cards, fake.sign(event), now) is True
    payment = row(maker, payment_id)
    assert payment.state is S.PENDING
    assert checkout_id in payment.note
    assert (legs(maker), told(maker)) == ([], [])


@pytest.mark.parametrize(
    "change",
    [
        {"type": "payment_intent.created"},
        {"livemode": True},
        {"type": "charge.refunded", "data": {"object": {"object": "charge"}}},
    ],
)
def test_other_messages_are_kept_and_left_alone(started, maker, now, change):
    cards, fake, payment_id, checkout_id = started
    event = {**json.loads(fake.pay(checkout_id).body), **change}
    assert hear(maker, cards, fake.sign(event), now) is True
    assert row(maker, payment_id).state is S.PENDING
    with maker() as session:
        assert session.scalars(select(ProviderEvent.kind)).all() == [event["type"]]


def test_a_message_about_a_payment_we_do_not_have_is_kept(started, maker, now):
    cards, fake, _, checkout_id = started
    event = json.loads(fake.pay(checkout_id).body)
    event["data"]["object"] |= {"metadata": {}, "client_reference_id": "nobody"}
    assert hear(maker, cards, fake.sign(event), now) is True
    assert legs(maker) == []


@pytest.mark.parametrize(
    ("seconds", "passes"), [(0, True), (-300, True), (-301, False), (300, True), (301, False)]
)
def test_a_message_counts_for_five_minutes_before_and_after(started, now, seconds, passes):
    cards, fake, _, checkout_id = started
    with clock.fixed(now + timedelta(seconds=seconds)):
        message = fake.pay(checkout_id)
    if passes:
        assert cards.read_notice(message.body, message.signature, now=now).is_live is False
    else:
        with pytest.raises(BadNotice):
            cards.read_notice(message.body, message.signature, now=now)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, sig: (body.replace(b"285000", b"385000"), sig),
        lambda body, sig: (body + b" ", sig),
        lambda body, sig: (body, sig[:-1] + ("0" if sig[-1] != "0" else "1")),
        lambda body, sig: (body, ""),
        lambda body, sig: (body, "t=1,v1=00"),
        lambda body, sig: (body, sig.replace("t=", "t=1")),
        lambda body, sig: (b"\xff" + body, sig),
    ],
)
def test_a_tampered_message_is_refused(started, now, spoil):
    cards, fake, _, checkout_id = started
    message = fake.pay(checkout_id)
    body, signature = spoil(message.body, message.signature)
    with pytest.raises(BadNotice):
        cards.read_notice(body, signature, now=now)


@pytest.mark.parametrize("body", ["[]", "{}", "no json", '{"id": 1, "type": "x"}'])
def test_a_signed_message_that_is_no_event_is_refused(started, now, body):
    cards, fake, *_ = started
    header = stripe.WebhookSignature.generate_signature_header(
        body, fake.webhook_secret, int(now.timestamp())
    )
    with pytest.raises(BadNotice):
        cards.read_notice(body.encode(), header, now=now)


def test_two_secrets_count_while_one_is_changed_and_none_lets_nobody_in(started, now):
    cards, fake, _, checkout_id = started
    message = fake.pay(checkout_id)
    both = StripeCards(cards.client, secrets=["whsec_new", fake.webhook_secret], live=False)
    assert both.read_notice(message.body, message.signature, now=now).event_id
    for secrets in ([], ["whsec_new"]):
        with pytest.raises(BadNotice):
            StripeCards(cards.client, secrets=secrets, live=False).read_notice(
                message.body, message.signature, now=now
            )


def test_the_stand_in_refuses_what_the_provider_would(maker, now):
    cards, fake = provider(maker)

    def ask(key="k", **wishes):
        order = {
            "payment_id": "p",
            "amount_vnd": 1000,
            "title": "x",
            "lang": "en",
            "success_url": "http://localhost/s",
            "cancel_url": "http://localhost/c",
            "until": now + timedelta(hours=1),
        }
        return cards.create_checkout(CheckoutOrder(**{**order, **wishes}), key=key)

    assert ask() == ask()
    for wrong in (
        {"amount_vnd": 2000},
        {"amount_vnd": 0, "key": "a"},
        {"amount_vnd": -1, "key": "b"},
        {"until": now + timedelta(minutes=29), "key": "c"},
        {"until": now + timedelta(hours=25), "key": "d"},
        {"success_url": "", "key": "e"},
    ):
        with pytest.raises(CardUnavailable):
            ask(**wrong)
    with maker() as session:
        assert session.scalar(select(func.count()).select_from(DemoCheckout)) == 1
    with pytest.raises(stripe.InvalidRequestError):
        cards.client.v1.customers.create({"name": "x"})
    with pytest.raises(NotFound):
        fake.pay("cs_unknown")
    with pytest.raises(NotFound):
        fake.page("cs_unknown")
    fake.close()


def test_what_is_over_stays_as_it_is(started):
    _, fake, _, checkout_id = started
    fake.pay(checkout_id)
    assert json.loads(fake.expire(checkout_id).body)["data"]["object"]["payment_status"] == "paid"
    assert not fake.page(checkout_id).is_open


def test_no_answer_on_the_way_back_leaves_it_to_the_webhook(maker, now, broken):
    cards, fake = broken
    payment_id = asked(maker, now, Method.CARD)
    checkout_id = start(maker, cards, payment_id, now).rpartition("/")[2]
    message = fake.pay(checkout_id)
    fake.lose_before = 1
    with pytest.raises(CardUnavailable):
        come_back(maker, cards, payment_id, checkout_id, now)
    assert row(maker, payment_id).state is S.PENDING
    hear(maker, cards, message, now)
    assert row(maker, payment_id).state is S.CAPTURED


def test_a_nested_form_is_read():
    assert read_form("a=1&b[c]=2&b[d][0][e]=%C4%91&f[g][h]=") == {
        "a": "1",
        "b": {"c": "2", "d": {"0": {"e": "đ"}}},
        "f": {"g": {"h": ""}},
    }


def test_the_real_provider_is_live_or_not_as_its_key_says():
    assert connect("sk_test_1", "whsec_a, whsec_b").secrets == ("whsec_a", "whsec_b")
    assert [connect(f"sk_{mode}_1", "x").live for mode in ("test", "live")] == [False, True]


def test_cards_are_offered_where_somebody_takes_them(tmp_path):
    def ways(**wishes):
        return offered_methods(Settings(instance_path=tmp_path, secret_key="x", **wishes))

    assert Method.CARD in ways(market_env="demo")
    assert Method.CARD not in ways(market_env="production")
    assert Method.CARD in ways(market_env="production", stripe_secret_key="sk_live_1")
