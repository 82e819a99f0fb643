"""Who is let in where, and what it costs."""

import pytest
import sqlalchemy as sa
from flask import Blueprint

from accounts import guards, queries
from accounts.services import people, second_factor
from accounts.services.second_factor import Authenticator
from kernel.actor import GUEST, ROLES
from kernel.db import transaction
from kernel.settings import Settings
from kernel.web.security import csrf
from kernel.web.session import part
from shop.factory import create_app
from tests.conftest import DATA_KEY, post
from tests.people import PASSWORD, session_of

VENDOR = "01J0000000000000000000VEND"
probe = Blueprint("probe", __name__)
seen = []


@probe.get("/probe/public")
@guards.public
def public_page():
    seen.append(guards.current_actor())
    return "in"


@probe.route("/probe/own", methods=["GET", "POST"])
@guards.signed_in
def own_page():
    seen.append(guards.current_actor())
    guards.account_lang()
    return "in"


@probe.get("/probe/office")
@guards.needs("reviewer", "approver")
def office_page():
    return "in"


@probe.get("/probe/<vendor_id>/sell")
@guards.member("seller")
def seller_page(vendor_id):
    return "in"


@probe.get("/probe/<vendor_id>/any")
@guards.member()
def member_page(vendor_id):
    return "in"


@pytest.fixture
def app(app, monkeypatch):
    seen.clear()
    app.register_blueprint(probe)
    csrf.exempt(probe)
    guards.set_membership_loader(lambda _session, user_id: memberships.get(user_id, {}))
    memberships.clear()
    return app


memberships = {}


def test_a_guard_names_itself_on_the_view():
    views = [public_page, own_page, office_page, seller_page, member_page]
    assert [view.guard for view in views] == [
        "public",
        "signed_in",
        "needs:reviewer,approver",
        "member:seller",
        "member:",
    ]


def statements(app, client, path):
    """Return the answer's status and how many SQL statements it took."""
    counted = []
    engine = app.extensions["sessionmaker"].kw["bind"]

    def count(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        status = client.get(path).status_code
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
    return status, [each for each in counted if not each.startswith("BEGIN")]


def test_a_guest_costs_no_statement(app, client):
    assert statements(app, client, "/probe/public") == (200, [])
    client.get("/sign-in")
    assert client.get_cookie("cp_session")
    assert statements(app, client, "/probe/public") == (200, [])
    assert seen == [GUEST, GUEST]


def test_somebody_signed_in_costs_one_statement_and_that_of_the_memberships(app, client, sign_in):
    sign_in(roles=["reviewer", "finance"])
    status, ran = statements(app, client, "/probe/own")
    assert (status, len(ran)) == (200, 1)


def test_the_actor_has_name_roles_and_memberships(app, client, sign_in):
    memberships_of = {VENDOR: frozenset({"seller"})}
    user_id = sign_in(roles=["reviewer", "finance"], name="Minh")
    memberships[user_id] = memberships_of
    client.get("/probe/own")
    (actor,) = seen
    assert (actor.user_id, actor.name, actor.roles, actor.memberships) == (
        user_id,
        "Minh",
        {"reviewer", "finance"},
        memberships_of,
    )


@pytest.mark.parametrize(
    "path", ["/probe/own", "/probe/office", f"/probe/{VENDOR}/sell", f"/probe/{VENDOR}/any"]
)
def test_who_is_not_signed_in_is_led_to_sign_in_and_back(app, client, path):
    answer = client.get(path + "?page=2")
    assert (answer.status_code, answer.location) == (303, f"/sign-in?next={path}?page%3D2")


@pytest.mark.parametrize(
    ("came_from", "wanted"),
    [
        ("http://localhost/l/V41?x=1", "/sign-in?next=/l/V41?x%3D1"),
        ("http://evil.test/l/V41", "/sign-in"),
        (None, "/sign-in"),
    ],
)
def test_a_form_sent_signed_out_leads_back_to_the_page_it_stood_on(app, client, came_from, wanted):
    headers = {"Referer": came_from} if came_from else {}
    answer = client.post("/probe/own", headers=headers)
    assert (answer.status_code, answer.location) == (303, wanted)


def test_a_partial_update_sends_the_whole_page_to_sign_in(app, client):
    headers = {"HX-Request": "true", "Referer": "http://localhost/basket"}
    answer = client.get("/probe/own", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in?next=/basket")


@pytest.mark.parametrize("role", sorted(ROLES))
def test_office_pages_open_to_their_roles(app, client, sign_in, role):
    sign_in(roles=[role])
    expected = 200 if role in {"reviewer", "approver"} else 403
    assert client.get("/probe/office").status_code == expected


def test_a_buyer_is_refused_at_the_office(app, client, sign_in):
    sign_in()
    assert client.get("/probe/office").status_code == 403


@pytest.mark.parametrize("role", sorted(ROLES))
def test_without_a_second_factor_no_role_acts(app, client, sign_in, role):
    sign_in(roles=[role], strong=False)
    client.get("/probe/own")
    assert seen[0].roles == frozenset()


def test_without_a_second_factor_the_office_leads_to_enrolment(app, client, sign_in):
    sign_in(roles=["reviewer"], strong=False)
    answer = client.get("/probe/office")
    assert (answer.status_code, answer.location) == (
        303,
        "/me/second-factor?next=/probe/office",
    )
    text = client.get(answer.location + "&lang=en").get_data(as_text=True)
    assert "Your role needs a second step." in text
    assert 'href="/me/second-factor/app?next=/probe/office"' in text


def test_after_enrolment_the_office_opens(app, client, sign_in, now):
    sign_in(roles=["reviewer"], strong=False)
    client.get("/me/second-factor/app")
    with app.app_context():
        codes = part(Authenticator)
    with client.session_transaction() as session:
        secret = session["new_totp"]
    # The form is fetched from another page, since this one makes a new secret each time.
    answer = post(
        client,
        "/me/second-factor/app?next=/probe/office",
        {"code": codes.code(secret, now), "current": PASSWORD},
        form="/me/password",
    )
    assert 'href="/probe/office"' in answer.get_data(as_text=True)
    assert client.get("/probe/office").status_code == 200
    assert client.get("/me/second-factor?next=/probe/office").location == "/probe/office"


def test_a_role_taken_away_is_gone_on_the_next_request(app, client, sign_in, now):
    user_id = sign_in(roles=["reviewer"])
    assert client.get("/probe/office").status_code == 200
    with session_of(app) as opened, transaction(opened) as session:
        people.revoke_role(session, user_id, role="reviewer", actor=people.HOUSE, now=now)
    assert client.get("/probe/office").status_code == 403


@pytest.mark.parametrize(
    ("roles", "sell", "anyone"),
    [(None, 404, 404), ({"recorder"}, 403, 200), ({"seller"}, 200, 200), ({"owner"}, 200, 200)],
)
def test_a_vendors_pages_open_to_its_members(app, client, sign_in, roles, sell, anyone):
    user_id = sign_in()
    if roles:
        memberships[user_id] = {VENDOR: frozenset(roles)}
    assert client.get(f"/probe/{VENDOR}/sell").status_code == sell
    assert client.get(f"/probe/{VENDOR}/any").status_code == anyone
    assert client.get("/probe/01J00000000000000000OTHER/any").status_code == 404


def test_a_forged_or_foreign_session_is_a_guest(app, client, sign_in):
    sign_in()
    with client.session_transaction() as session:
        session["stamp"] = "not the person's"
    assert client.get("/probe/own").status_code == 303
    with client.session_transaction() as session:
        session["sign_in"] = "none"
    assert client.get("/probe/own").status_code == 303
    client.set_cookie("cp_session", "forged.cookie.value")
    assert client.get("/probe/own").status_code == 303


def test_without_a_membership_loader_nobody_is_a_member(app, client, sign_in, monkeypatch):
    monkeypatch.setattr(guards, "_loaders", [])
    sign_in()
    assert client.get(f"/probe/{VENDOR}/any").status_code == 404


@pytest.fixture
def production(sqlite_url, tmp_path, now):
    settings = Settings(
        market_env="production",
        instance_path=tmp_path,
        secret_key="a secret of the tests, long enough",
        data_keys=(DATA_KEY,),
        fingerprint_key="fingerprints of the tests, long enough",
        database_url=sqlite_url,
        public_url="https://localhost",
        allowed_hosts=("localhost",),
        testing=True,
    )
    app = create_app(settings)
    app.config["PREFERRED_URL_SCHEME"] = "https"  # The test client's, so that cookies come back.
    return app


def test_production_neither_shows_nor_takes_the_code_of_a_demo_account(production, now):
    demo = Authenticator("a secret of the tests, long enough", "Chợ Phiên", demo=True)
    with session_of(production) as opened, transaction(opened) as session:
        user_id = people.create_user(
            session,
            name="Office",
            contact="office@example.com",
            password=PASSWORD,
            lang="en",
            now=now,
            roles=["operator"],
        )
        second_factor.enrol_demo(session, user_id, authenticator=demo, now=now)
        code = demo.code(queries.totp_secret(session, user_id), now)
    client = production.test_client()
    post(client, "/sign-in", {"contact": "office@example.com", "password": PASSWORD})
    text = client.get("/sign-in/second-step?lang=en").get_data(as_text=True)
    assert "Your password was right." in text
    assert "demo" not in text.lower()
    assert code not in text
    assert post(client, "/sign-in/second-step", {"code": code}).status_code == 422
    assert client.get("/me").status_code == 303
