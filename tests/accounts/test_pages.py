"""Accounts through the HTTP door."""

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts import guards, queries
from accounts.models import SignIn, User
from accounts.services import people, second_factor, signing
from accounts.services.second_factor import Authenticator
from kernel import clock
from kernel.db import transaction
from kernel.mail import Notice
from kernel.web.session import part
from tests.accounts.soft_key import SoftKey
from tests.conftest import TOKEN, post
from tests.people import PASSWORD, session_of

FRESH = "another horse battery"


@pytest.fixture
def lan(app, now):
    return make(app, now)


def make(app, now, contact="0912345678", roles=()):
    with session_of(app) as opened, transaction(opened) as session:
        return people.create_user(
            session, name="Lan", contact=contact, password=PASSWORD, lang="en", now=now, roles=roles
        )


def enter(client, contact="0912 345 678", password=PASSWORD, where="/sign-in"):
    return post(client, where, {"contact": contact, "password": password})


def codes_of(app):
    with app.app_context():
        return part(Authenticator)


def give_app(app, user_id, now):
    """Give somebody an authenticator app; return its secret."""
    codes = codes_of(app)
    secret = codes.generate_totp_secret()
    with session_of(app) as opened, transaction(opened) as session:
        session.get(User, user_id).tf_totp_secret = secret
    return secret


def devices(app):
    with session_of(app) as session:
        return session.scalars(sa.select(SignIn).order_by(SignIn.id)).all()


def last_link(app):
    with session_of(app) as session:
        notice = session.scalars(sa.select(Notice).order_by(Notice.id.desc())).first()
    return notice.values["link"].removeprefix("http://localhost")


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/forgot"])
def test_pages_for_everybody_open(client, path):
    assert client.get(path).status_code == 200


OWN = [
    "/me",
    "/me/profile",
    "/me/password",
    "/me/devices",
    "/me/second-factor",
    "/me/second-factor/app",
    "/me/second-factor/app/remove",
    "/me/second-factor/passkey",
    "/me/second-factor/passkey/x/remove",
    "/me/second-factor/codes",
]


@pytest.mark.parametrize("path", OWN)
def test_pages_of_the_account_open_to_their_owner_only(client, sign_in, path):
    refused = client.get(path)
    assert (refused.status_code, refused.location) == (303, f"/sign-in?next={path}")
    sign_in()
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_signing_in_leads_to_the_page_that_was_wanted(client, lan):
    answer = enter(client, where="/sign-in?next=/me/devices?x=1")
    assert (answer.status_code, answer.location) == (303, "/me/devices?x=1")
    assert client.get("/me").status_code == 200
    assert client.get("/sign-in?next=/me/devices").location == "/me/devices"


@pytest.mark.parametrize(
    "target",
    ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "\t//evil"],
)
def test_signing_in_leads_to_no_other_site(client, lan, target):
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={
            "csrf_token": token(client, "/sign-in"),
            "contact": "0912345678",
            "password": PASSWORD,
        },
    )
    assert (answer.status_code, answer.location) == (303, "/me")


def token(client, path):
    return TOKEN.search(client.get(path).get_data(as_text=True))[1]


def test_a_wrong_password_is_refused_in_the_readers_language_and_not_sent_back(client, app, lan):
    answer = enter(client, password="wrong horse", where="/sign-in?lang=en")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "The number, e-mail or password is not right." in text
    assert 'value="0912 345 678"' in text
    assert "wrong horse" not in text
    assert devices(app) == []


def test_an_empty_form_is_refused(client):
    assert enter(client, "", "").status_code == 422


def test_repeated_failures_lock_out_with_status_429(client, lan):
    statuses = [enter(client, password="wrong horse").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_form_without_its_token_is_refused(client, app, lan):
    answer = client.post("/sign-in", data={"contact": "0912345678", "password": PASSWORD})
    assert answer.status_code == 400
    assert devices(app) == []


def test_signing_in_starts_a_session_of_its_own(client, app, lan):
    client.get("/sign-in")
    with client.session_transaction() as planted:
        planted["planted"] = "by a stranger"
        before = planted["csrf_token"]
    enter(client)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != before
        assert after["sign_in"] == devices(app)[0].id
        assert after.permanent


def test_what_is_kept_on_purpose_survives_sign_in(client, lan, monkeypatch):
    monkeypatch.setattr(guards, "KEPT_ON_SIGN_IN", {"kept"})
    client.get("/sign-in")
    with client.session_transaction() as before:
        before["kept"] = "yes"
    enter(client)
    with client.session_transaction() as after:
        assert after["kept"] == "yes"


def test_others_hear_of_a_sign_in_in_its_transaction(client, app, lan, monkeypatch):
    heard = []
    monkeypatch.setattr(guards, "ON_SIGN_IN", [lambda _session, user_id: heard.append(user_id)])
    enter(client)
    assert heard == [lan]


def test_signing_in_again_ends_the_sign_in_before(client, app, lan, sign_in):
    make(app, clock.now(), "0988888888")
    sign_in(user_id=lan)
    sent = {"csrf_token": token(client, "/me"), "contact": "0988888888", "password": PASSWORD}
    assert client.post("/sign-in", data=sent).status_code == 303
    assert [row.ended_at is not None for row in devices(app)] == [True, False]


def test_a_new_account_is_signed_in_and_asked_to_prove_its_contact(client, app):
    data = {"name": "Nguyễn Thị Lan", "contact": "0912.345.678", "password": PASSWORD}
    answer = post(client, "/sign-up?lang=vi", data)
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "Nguyễn Thị Lan" in client.get("/me").get_data(as_text=True)
    link = last_link(app)
    assert link.startswith("/contact/")
    assert client.get(link).status_code == 200
    assert post(client, link).status_code == 200
    with session_of(app) as session:
        user = session.scalars(sa.select(User)).one()
        assert (user.phone, user.lang, user.phone_proved_at) == ("+84912345678", "vi", clock.now())
    assert client.get(link).status_code == 410
    assert client.get("/sign-up").location == "/me"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"password": "12345678"}, 422), ({"contact": "12"}, 422), ({"name": ""}, 422)],
)
def test_a_refused_sign_up_makes_no_account(client, app, wrong, status):
    data = {"name": "Lan", "contact": "0912345678", "password": PASSWORD, **wrong}
    assert post(client, "/sign-up", data).status_code == status
    with session_of(app) as session:
        assert session.scalars(sa.select(User)).all() == []


def test_a_taken_contact_leads_to_sign_in_or_reset(client, lan):
    data = {"name": "Minh", "contact": "0912345678", "password": PASSWORD}
    answer = post(client, "/sign-up", data)
    assert answer.status_code == 409
    assert 'href="/forgot"' in answer.get_data(as_text=True)


def test_signing_out_ends_the_sign_in_and_empties_the_session(client, app, sign_in):
    sign_in()
    client.get("/me")
    cookie = client.get_cookie("cp_session").value
    answer = post(client, "/sign-out", form="/me")
    assert (answer.status_code, answer.location) == (303, "/")
    assert devices(app)[0].ended_at == clock.now()
    client.set_cookie("cp_session", cookie)
    assert client.get("/me").status_code == 303


def test_signing_out_needs_no_sign_in(client):
    assert post(client, "/sign-out", form="/sign-in").status_code == 303


def test_an_ended_device_is_refused_on_its_next_request(client, app, sign_in):
    user_id = sign_in()
    other = app.test_client()
    with session_of(app) as opened, transaction(opened) as session:
        second = signing.open_sign_in(
            session, user_id, stamp=None, device="Safari · iPhone", strong=False, now=clock.now()
        )
    with other.session_transaction() as browser:
        browser.update(guards.session_values(second))
    assert other.get("/me").status_code == 200
    assert "Safari · iPhone" in client.get("/me/devices").get_data(as_text=True)
    ended = post(client, f"/me/devices/{second.sign_in_id}/end", form="/me/devices")
    assert ended.status_code == 303
    assert other.get("/me").status_code == 303
    assert client.get("/me").status_code == 200


def test_nobody_ends_the_device_of_another(client, app, lan, sign_in):
    with session_of(app) as opened, transaction(opened) as session:
        theirs = signing.open_sign_in(
            session, lan, stamp=None, device="", strong=False, now=clock.now()
        )
    sign_in()
    answer = post(client, f"/me/devices/{theirs.sign_in_id}/end", form="/me/devices")
    assert answer.status_code == 404
    with session_of(app) as session:
        assert session.get(SignIn, theirs.sign_in_id).ended_at is None


def test_signing_out_everywhere_ends_this_device_too(client, app, sign_in):
    sign_in()
    answer = post(client, "/me/devices/end", form="/me/devices")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert client.get("/me").status_code == 303
    assert devices(app)[0].ended_at == clock.now()


def test_a_forgotten_password_is_replaced_by_a_link(client, app, lan):
    assert post(client, "/forgot", {"contact": "+84 912 345 678"}).status_code == 200
    link = last_link(app)
    page = client.get(link)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert post(client, link, {"password": "short"}).status_code == 422
    assert post(client, link, {"password": FRESH}).status_code == 200
    assert enter(client).status_code == 422
    assert enter(client, password=FRESH).status_code == 303


def test_a_used_reset_link_says_so(client, app, lan):
    post(client, "/forgot", {"contact": "0912345678"})
    link = last_link(app)
    form = token(client, link)
    for status in (200, 410):
        answer = client.post(link, data={"csrf_token": form, "password": FRESH})
        assert answer.status_code == status
        form = token(client, "/sign-in")
    assert client.get(link).status_code == 410


def test_the_answer_to_forgot_is_the_same_for_anybody(client, lan):
    answers = [
        post(client, "/forgot", {"contact": contact}).get_data(as_text=True)
        for contact in ("0912345678", "0912345670")
    ]
    assert answers[0].replace("0912345678", "") == answers[1].replace("0912345670", "")
    assert post(client, "/forgot", {"contact": "nonsense"}).status_code == 422
    assert post(client, "/forgot", {"contact": ""}).status_code == 422


def test_a_password_is_changed_by_the_old_one(client, app, sign_in):
    sign_in()
    wrong = post(client, "/me/password", {"current": "wrong horse", "password": FRESH})
    assert wrong.status_code == 422
    easy = post(client, "/me/password", {"current": PASSWORD, "password": "12345678"})
    assert easy.status_code == 422
    assert post(client, "/me/password", {"current": "", "password": FRESH}).status_code == 422
    right = post(client, "/me/password", {"current": PASSWORD, "password": FRESH})
    assert (right.status_code, right.location) == (303, "/me")
    assert client.get("/me").status_code == 200


def test_guessing_the_password_of_an_open_browser_locks_out(client, sign_in):
    sign_in()
    statuses = [
        post(client, "/me/password", {"current": "wrong", "password": FRESH}).status_code
        for _ in range(6)
    ]
    assert statuses == [422] * 5 + [429]


def test_name_and_language_are_changed(client, app, sign_in):
    user_id = sign_in(lang="vi")
    assert 'lang="vi"' in client.get("/me").get_data(as_text=True)
    answer = post(client, "/me/profile", {"name": "  Trần Minh ", "lang": "en"})
    assert answer.status_code == 303
    with session_of(app) as session:
        card = queries.user_card(session, user_id)
    assert (card.name, card.lang) == ("Trần Minh", "en")
    assert '<html lang="en"' in client.get("/me").get_data(as_text=True)
    assert post(client, "/me/profile", {"name": "", "lang": "xx"}).status_code == 422


def test_another_contact_needs_the_password_and_its_link(client, app, sign_in):
    user_id = sign_in()
    data = {"contact": "0977 777 777", "current": "wrong horse"}
    for status, wrong in [(422, {}), (422, {"contact": ""}), (422, {"contact": "12"})]:
        form = {**data, **wrong, **({"current": PASSWORD} if wrong else {})}
        assert post(client, "/me/contact", form, form="/me/profile").status_code == status
    answer = post(client, "/me/contact", {**data, "current": PASSWORD}, form="/me/profile")
    assert answer.status_code == 200
    post(client, last_link(app))
    with session_of(app) as session:
        assert people.find_user(session, "0977777777") == user_id


def test_a_device_in_use_is_seen_now_and_then(client, app, sign_in):
    sign_in()
    for minutes, seen in [(10, 0), (16, 16), (30, 16), (32, 32)]:
        later = clock.now() + timedelta(minutes=minutes)
        with clock.fixed(later):
            client.get("/me")
        assert devices(app)[0].seen_at == clock.now() + timedelta(minutes=seen)


@pytest.mark.parametrize(
    ("roles", "away"), [([], timedelta(days=31)), (["finance"], timedelta(hours=13))]
)
def test_a_browser_long_away_is_signed_out(client, sign_in, roles, away):
    sign_in(roles=roles)
    with clock.fixed(clock.now() + away):
        assert client.get("/me").status_code == 303


def test_a_closed_account_is_out_at_once(client, app, sign_in):
    user_id = sign_in()
    assert client.get("/me").status_code == 200
    with session_of(app) as opened, transaction(opened) as session:
        session.get(User, user_id).active = False
    assert client.get("/me").status_code == 303


def second_step(client, code, where="/sign-in/second-step"):
    return post(client, where, {"code": code})


def test_whoever_has_a_second_factor_is_asked_for_it(client, app, lan, now):
    secret = give_app(app, lan, now)
    answer = enter(client, where="/sign-in?next=/me/devices")
    assert (answer.status_code, answer.location) == (303, "/sign-in/second-step?next=/me/devices")
    assert client.get("/me").status_code == 303
    assert second_step(client, "000000").status_code == 422
    assert second_step(client, "").status_code == 422
    assert devices(app) == []
    code = codes_of(app).code(secret, now)
    done = second_step(client, code, "/sign-in/second-step?next=/me/devices")
    assert (done.status_code, done.location) == (303, "/me/devices")
    assert devices(app)[0].strong_at == now


def test_the_second_step_cannot_come_first_or_too_late(client, app, lan, now):
    secret = give_app(app, lan, now)
    assert client.get("/sign-in/second-step").location == "/sign-in"
    form = token(client, "/sign-in")
    for path in ("/sign-in/second-step", "/sign-in/passkey"):
        answer = client.post(path, data={"csrf_token": form, "code": "123456"})
        assert answer.location == "/sign-in"
    enter(client)
    with clock.fixed(now + timedelta(minutes=11)):
        answer = client.get("/sign-in/second-step")
        assert answer.location == "/sign-in"
    assert secret
    assert devices(app) == []


def test_a_half_sign_in_is_void_after_a_new_password(client, app, lan, now):
    secret = give_app(app, lan, now)
    enter(client)
    form = token(client, "/sign-in/second-step")
    with session_of(app) as opened, transaction(opened) as session:
        signing.end_every_sign_in(session, lan, actor=guards.GUEST, now=now)
    code = codes_of(app).code(secret, now)
    answer = client.post("/sign-in/second-step", data={"csrf_token": form, "code": code})
    assert answer.status_code == 422
    assert devices(app) == []


def test_the_demo_shows_the_code_of_its_accounts_and_of_no_other(client, app, lan, now):
    give_app(app, lan, now)
    enter(client)
    assert "demo" not in client.get("/sign-in/second-step?lang=en").get_data(as_text=True)
    office = make(app, now, "office@example.com", ["reviewer"])
    codes = codes_of(app)
    with session_of(app) as opened, transaction(opened) as session:
        second_factor.enrol_demo(session, office, authenticator=codes, now=now)
    enter(client, "office@example.com")
    text = client.get("/sign-in/second-step").get_data(as_text=True)
    shown = re.search(r"Only in this demo: the code of the demo account is (\d{6})\.", text)
    assert second_step(client, shown[1]).status_code == 303
    assert client.get("/me").status_code == 200


def enrol_app(client, app, now, where="/me/second-factor/app"):
    client.get(where)
    with client.session_transaction() as session:
        secret = session["new_totp"]
    text = client.get(where).get_data(as_text=True)
    with client.session_transaction() as session:
        secret = session["new_totp"]
    form = TOKEN.search(text)[1]
    code = codes_of(app).code(secret, now)
    return client.post(where, data={"csrf_token": form, "code": code, "current": PASSWORD})


def test_an_app_is_added_and_its_recovery_codes_are_shown_once(client, app, sign_in, now):
    user_id = sign_in(strong=False)
    answer = enrol_app(client, app, now)
    codes = re.findall(r"<samp>([0-9A-Z-]{19})</samp>", answer.get_data(as_text=True))
    assert (answer.status_code, len(codes)) == (200, 10)
    assert devices(app)[0].strong_at == now
    post(client, "/sign-out", form="/me")
    with session_of(app) as session:
        email = queries.user_card(session, user_id).email
    enter(client, email)
    assert second_step(client, codes[0]).status_code == 303


def test_an_app_is_not_added_without_password_or_code(client, app, sign_in, now):
    user_id = sign_in()
    where = "/me/second-factor/app"
    form = token(client, where)
    sent = [
        {"code": "000000", "current": PASSWORD},
        {"code": "000000", "current": "wrong horse"},
        {"code": "", "current": PASSWORD},
    ]
    for data in sent:
        assert client.post(where, data={"csrf_token": form, **data}).status_code == 422
    with client.session_transaction() as session:
        del session["new_totp"]
    answer = client.post(where, data={"csrf_token": form, **sent[0]})
    assert answer.location == where
    with session_of(app) as session:
        assert not queries.has_second_factor(session, user_id)


def test_an_app_is_removed_by_the_password(client, app, sign_in, now):
    user_id = sign_in()
    enrol_app(client, app, now)
    where = "/me/second-factor/app/remove"
    assert post(client, where, {"current": "wrong horse"}).status_code == 422
    assert post(client, where, {"current": ""}).status_code == 422
    assert post(client, where, {"current": PASSWORD}).status_code == 303
    with session_of(app) as session:
        assert not queries.has_second_factor(session, user_id)


def test_new_recovery_codes_are_shown(client, app, sign_in, now):
    sign_in()
    enrol_app(client, app, now)
    answer = post(client, "/me/second-factor/codes", {"current": PASSWORD})
    assert len(re.findall(r"<samp>[0-9A-Z-]{19}</samp>", answer.get_data(as_text=True))) == 10


def test_an_old_sign_in_cannot_change_factors_before_it_shows_one(client, app, sign_in, now):
    user_id = sign_in(strong=False)
    secret = give_app(app, user_id, now)
    answer = client.get("/me/second-factor/app")
    assert answer.location == "/sign-in/second-step?next=/me/second-factor/app"
    done = second_step(client, codes_of(app).code(secret, now), answer.location)
    assert done.location == "/me/second-factor/app"
    assert client.get("/me/second-factor/app").status_code == 200
    assert [row.ended_at is not None for row in devices(app)] == [True, False]


def options_in(text):
    found = re.search(r'data-options="([^"]+)"', text)[1]
    return json.loads(found.replace("&#34;", '"'))


def enrol_passkey(client, key):
    where = "/me/second-factor/passkey"
    text = client.get(where).get_data(as_text=True)
    return client.post(
        where,
        data={
            "csrf_token": TOKEN.search(text)[1],
            "name": "my phone",
            "current": PASSWORD,
            "credential": key.create(options_in(text)),
        },
    )


def test_a_passkey_is_added_used_and_removed(client, app, sign_in, now):
    user_id, key = sign_in(), SoftKey("http://localhost", "localhost")
    assert enrol_passkey(client, key).status_code == 200
    post(client, "/sign-out", form="/me")
    with session_of(app) as session:
        email = queries.user_card(session, user_id).email
        (card,) = queries.second_factors(session, user_id).passkeys
    enter(client, email)
    text = client.get("/sign-in/second-step").get_data(as_text=True)
    sent = {"csrf_token": TOKEN.search(text)[1], "credential": key.get(options_in(text))}
    assert client.post("/sign-in/passkey", data=sent).status_code == 303
    assert client.get("/me").status_code == 200
    assert "my phone" in client.get("/me/second-factor").get_data(as_text=True)
    where = f"/me/second-factor/passkey/{card.id}/remove"
    assert post(client, where, {"current": PASSWORD}).status_code == 303
    with session_of(app) as session:
        assert not queries.has_second_factor(session, user_id)


def test_an_answer_of_a_passkey_is_taken_once(client, app, sign_in, now):
    user_id, key = sign_in(), SoftKey("http://localhost", "localhost")
    enrol_passkey(client, key)
    with session_of(app) as session:
        email = queries.user_card(session, user_id).email
    post(client, "/sign-out", form="/me")
    enter(client, email)
    text = client.get("/sign-in/second-step").get_data(as_text=True)
    answer = key.get(options_in(text))
    sent = {"csrf_token": TOKEN.search(text)[1], "credential": answer}
    with clock.fixed(now + timedelta(minutes=11)):
        assert client.post("/sign-in/passkey", data=sent).location == "/sign-in"
    assert client.post("/sign-in/passkey", data={**sent, "credential": ""}).status_code == 422
    # The challenge went with the refused answer; the page asks a new one.
    assert client.post("/sign-in/passkey", data=sent).status_code == 422


def test_a_passkey_without_an_answer_is_not_added(client, app, sign_in):
    user_id = sign_in()
    where = "/me/second-factor/passkey"
    for data in ({"name": "", "current": PASSWORD}, {"name": "x", "current": PASSWORD}):
        assert post(client, where, data).status_code == 422
    with session_of(app) as session:
        assert not queries.has_second_factor(session, user_id)


def test_a_challenge_is_forgotten_after_ten_minutes(client, app, sign_in, now):
    sign_in()
    key = SoftKey("http://localhost", "localhost")
    text = client.get("/me/second-factor/passkey").get_data(as_text=True)
    sent = {
        "csrf_token": TOKEN.search(text)[1],
        "name": "x",
        "current": PASSWORD,
        "credential": key.create(options_in(text)),
    }
    with clock.fixed(now + timedelta(minutes=11)):
        assert client.post("/me/second-factor/passkey", data=sent).status_code == 422


def test_after_thirty_tries_a_minute_the_address_waits(client, app, now):
    form = token(client, "/sign-in")
    statuses = [
        client.post(
            "/sign-in",
            data={"csrf_token": form, "contact": f"09123456{number:02d}", "password": "x"},
        ).status_code
        for number in range(31)
    ]
    assert statuses == [422] * 30 + [429]
    elsewhere = client.post(
        "/sign-in",
        data={"csrf_token": form, "contact": "0912345699", "password": "x"},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert elsewhere.status_code == 422
    with clock.fixed(now + timedelta(seconds=61)):
        again = {"csrf_token": form, "contact": "0912345699", "password": "x"}
        assert client.post("/sign-in", data=again).status_code == 422


def test_the_account_page_shows_what_other_trades_offer(client, sign_in, monkeypatch):
    offer = lambda _actor: [guards.MeLink("basket", "My orders", "/me/orders")]  # noqa: E731
    monkeypatch.setattr(guards, "ME_LINKS", [offer])
    sign_in()
    assert 'href="/me/orders"' in client.get("/me").get_data(as_text=True)


def test_every_page_of_accounts_names_its_guard(app):
    views = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("acc")}
    named = {getattr(app.view_functions[endpoint], "guard", None) for endpoint in views}
    assert named == {"public", "signed_in", "needs:operator,approver"}
