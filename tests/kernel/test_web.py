"""The floor under every page: headers, hosts, languages, errors, health."""

import dataclasses
import re

import pytest
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf, validate_csrf
from sqlalchemy import text
from wtforms import ValidationError

from kernel.db import transaction
from kernel.events import OutboxMessage
from kernel.web.security import form_token, safe_next
from shop.factory import create_app


@pytest.mark.parametrize("path", ["/", "/basket", "/sign-in", "/no-such-page"])
def test_every_page_forbids_foreign_and_inline_code(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers


def test_production_keeps_browsers_on_https_and_cookies_secure(settings):
    live = dataclasses.replace(
        settings, market_env="production", allowed_hosts=("localhost",), vietqr_account="1"
    )
    answer = create_app(live).test_client().get("/sign-in", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("cp_session"))
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_only_known_hosts_are_answered(settings):
    app = create_app(dataclasses.replace(settings, allowed_hosts=("cho.example.vn",)))
    assert app.test_client().get("/", base_url="http://cho.example.vn").status_code == 200
    assert app.test_client().get("/", base_url="http://evil.example").status_code == 400


@pytest.mark.parametrize(
    "target",
    [
        "",
        None,
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "evil",
        "/a\nb",
        "javascript:alert(1)",
    ],
)
def test_the_way_back_never_leaves_the_site(target):
    assert safe_next(target, "/home") == "/home"


def test_the_way_back_keeps_a_path_of_ours():
    assert safe_next("/checkout?a=1", "/") == "/checkout?a=1"


def test_a_form_without_its_token_is_refused(client):
    answer = client.post("/sign-in", data={"contact": "a@example.vn", "password": "x"})
    assert answer.status_code == 400
    assert "mở quá lâu" in answer.get_data(as_text=True)


def language(answer):
    return re.search(r'<html lang="(\w+)"', answer.get_data(as_text=True))[1]


def test_the_language_is_taken_from_url_then_cookie_then_browser(client):
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert language(client.get("/")) == "vi"
    assert language(client.get("/", headers=english)) == "en"
    assert language(client.get("/?lang=vi", headers=english)) == "vi"
    assert language(client.get("/", headers=english)) == "vi"
    assert language(client.get("/?lang=en")) == "en"
    assert language(client.get("/")) == "en"
    assert language(client.get("/?lang=xx")) == "en"


@pytest.mark.parametrize(("lang", "words"), [("vi", "Không tìm thấy"), ("en", "could not find")])
def test_errors_speak_the_readers_language(client, lang, words):
    answer = client.get(f"/no-such-page?lang={lang}")
    assert answer.status_code == 404
    assert words in answer.get_data(as_text=True)


def test_programs_get_problem_details(client):
    answer = client.post("/hooks/stripe", data=b"{}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 400
    assert answer.get_json()["request_id"] == answer.headers["X-Request-Id"]


def test_a_wrong_method_says_which_are_right(client):
    answer = client.post("/healthz")
    assert answer.status_code in {400, 405}


def test_health_and_readiness(client, app_session, now):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()["checks"]
    assert (ready["database"], ready["worker"]) == ("ok", "ok")
    with transaction(app_session):
        app_session.add(
            OutboxMessage(
                kind="X", payload={}, created_at=now, due_at=now.replace(hour=now.hour - 1)
            )
        )
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["worker"] == "3600 s behind"


def test_a_market_without_its_search_engine_is_ready_and_says_so(client, now):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")
    assert answer.get_json()["checks"]["search"] == "there is no index yet"


def test_a_lost_database_is_told_and_does_not_crash_health(client, app_session):
    with transaction(app_session):
        app_session.execute(text("ALTER TABLE outbox_message RENAME TO gone"))
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_metrics_count_routes_not_addresses(client):
    client.get("/t/NOSUCHCODE")
    text_ = client.get("/metrics").get_data(as_text=True)
    assert 'route="/t/<code>"' in text_
    assert "NOSUCHCODE" not in text_


def test_every_address_survives_strange_text(client):
    for strange in (
        "%00",
        "%ff",
        "\ud800".encode("utf-8", "surrogatepass").hex(),
        "%F0%9F%98%80",
        "a" * 3000,
    ):
        for path in ("/t/", "/v/", "/l/", "/c/", "/media/", "/01/1/10/", "/about/"):
            assert client.get(path + strange).status_code < 500


def test_what_signs_sessions_and_forms_is_built_once(app):
    signers = {id(app.session_interface.get_signing_serializer(app)) for _ in range(3)}
    assert len(signers) == 1


@pytest.mark.parametrize("values", [{"a": "vải"}, {"long": ["xyz"] * 500}])
def test_sessions_are_read_by_what_flask_signs_with_and_the_other_way_round(app, values):
    ours = app.session_interface.get_signing_serializer(app)
    flasks = SecureCookieSessionInterface().get_signing_serializer(app)
    assert flasks.loads(ours.dumps(values)) == values == ours.loads(flasks.dumps(values))
    assert len(ours.dumps(values)) < 600


def test_the_token_of_forms_is_one_that_flask_wtf_accepts(app):
    with app.test_request_context():
        token = form_token()
        assert form_token() == token == generate_csrf()
        validate_csrf(token)
    with app.test_request_context(), pytest.raises(ValidationError):
        validate_csrf(token)
