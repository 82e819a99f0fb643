"""Settings are checked at start; what is wrong is named."""

import dataclasses
import re

import pytest

from kernel.settings import BadSetting, Settings, load_settings

LIVE = {
    "MARKET_ENV": "production",
    "SECRET_KEY": "x" * 40,
    "DATA_KEYS": "A" * 43 + "=",
    "FINGERPRINT_KEY": "y" * 40,
    "ALLOWED_HOSTS": "cho.example.vn, www.cho.example.vn",
    "PUBLIC_URL": "https://cho.example.vn/",
    "VIETQR_ACCOUNT": "0071001234567",
}


def read(tmp_path, **given):
    return load_settings({"INSTANCE_PATH": str(tmp_path / "instance"), **given})


def test_the_demo_needs_no_setting_and_keeps_its_secret(tmp_path):
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 40
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert first.database_url == f"sqlite:///{tmp_path / 'instance' / 'market.db'}"
    assert (first.host, first.port, first.public_url) == (
        "127.0.0.1",
        8000,
        "http://127.0.0.1:8000",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "٨٠"),
        ("MARKET_ENV", "live"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("MEILISEARCH_URL", "localhost:7700"),
        ("MEILISEARCH_INDEX", "listings/2"),
        ("SMTP_PORT", "70000"),
        ("SMTP_TLS", "maybe"),
        ("WEB_WORKERS", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "cho.example.vn"),
    ],
)
def test_a_wrong_value_is_refused_by_name(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name):
        read(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("DATA_KEYS", ""),
        ("DATA_KEYS", "short"),
        ("FINGERPRINT_KEY", ""),
        ("FINGERPRINT_KEY", "short"),
        ("ALLOWED_HOSTS", ""),
        ("PUBLIC_URL", "http://cho.example.vn"),
        ("VIETQR_ACCOUNT", ""),
    ],
)
def test_production_refuses_what_only_a_demo_may_have(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name):
        read(tmp_path, **{**LIVE, name: value})


def test_production_refuses_the_secret_of_the_demo(tmp_path):
    demo = read(tmp_path)
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        read(tmp_path, **{**LIVE, "SECRET_KEY": demo.secret_key})
    with pytest.raises(BadSetting, match="DATA_KEYS"):
        read(tmp_path, **{**LIVE, "DATA_KEYS": demo.data_keys[0]})


def test_production_refuses_stripe_without_its_webhook_secret(tmp_path):
    with pytest.raises(BadSetting, match="STRIPE_WEBHOOK_SECRET"):
        read(tmp_path, **LIVE, STRIPE_SECRET_KEY="sk_live_1")


def test_production_with_all_it_needs_starts(tmp_path):
    settings = read(tmp_path, **LIVE)
    assert settings.is_production
    assert settings.allowed_hosts == ("cho.example.vn", "www.cho.example.vn")
    assert settings.public_url == "https://cho.example.vn"


def test_codes_are_resolved_by_the_market_or_by_a_host_of_their_own(tmp_path):
    plain = read(tmp_path)
    assert (plain.resolver_url, plain.resolver_host) == ("", "")
    assert plain.codes_url == plain.public_url
    own = read(tmp_path, RESOLVER_URL="https://ID.example.vn:8443/")
    assert (own.codes_url, own.resolver_host) == ("https://ID.example.vn:8443", "id.example.vn")


@pytest.mark.parametrize(
    "given",
    [
        "id.example.vn",
        "ftp://id.example.vn",
        "https://id.example.vn/codes",
        "https://id.example.vn?x=1",
        "https://me@id.example.vn",
        "https://[id.example.vn",
        "https://id.example.vn:99999",
        "https://:8443",
        "http://cho.example.vn:9000",
    ],
)
def test_a_host_of_codes_that_cannot_be_one_stops_the_start(tmp_path, given):
    with pytest.raises(BadSetting, match="RESOLVER_URL"):
        read(tmp_path, PUBLIC_URL="https://cho.example.vn", RESOLVER_URL=given)


def test_production_resolves_by_https_only(tmp_path):
    with pytest.raises(BadSetting, match="RESOLVER_URL"):
        read(tmp_path, **LIVE, RESOLVER_URL="http://id.example.vn")
    assert read(tmp_path, **LIVE, RESOLVER_URL="https://id.example.vn").resolver_host


def test_postgres_addresses_are_read_in_every_common_spelling(tmp_path):
    for prefix in ("postgres", "postgresql", "postgresql+psycopg"):
        settings = read(tmp_path, DATABASE_URL=f"{prefix}://u@h/d")
        assert settings.database_url == "postgresql+psycopg://u@h/d"


SECRETS = {
    "SECRET_KEY": "hidden-" + "x" * 40,
    "DATA_KEYS": "hidden-" + "A" * 36 + "=",
    "FINGERPRINT_KEY": "hidden-" + "y" * 40,
    "DATABASE_URL": "postgresql://market:hidden-db@host/market",
    "REDIS_URL": "redis://:hidden-redis@host:6379/0",
    "MEILISEARCH_KEY": "hidden-meili",
    "MEILISEARCH_SEARCH_KEY": "hidden-meili-search",
    "S3_SECRET_KEY": "hidden-s3",
    "SMTP_PASSWORD": "hidden-smtp",
    "STRIPE_SECRET_KEY": "hidden-stripe",
    "STRIPE_WEBHOOK_SECRET": "hidden-hook",
}


def test_secrets_are_read_but_never_shown(tmp_path):
    found = read(tmp_path, **SECRETS)
    assert "hidden" in found.database_url
    assert (found.smtp_password, found.stripe_secret_key) == ("hidden-smtp", "hidden-stripe")
    assert "hidden" not in repr(found)
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    ("named", "given"),
    [
        ("SIGNING_P12", {"SIGNING_P12": "no-such.p12"}),
        ("SIGNING_PKCS11_MODULE", {"SIGNING_PKCS11_MODULE": "no-such.so"}),
        ("SIGNING_PKCS11_TOKEN", {"SIGNING_PKCS11_LABEL": "so"}),
        ("SIGNING_PKCS11_LABEL", {"SIGNING_PKCS11_TOKEN": "office"}),
        ("SIGNING_PKCS11_MODULE", {"SIGNING_P12": __file__}),
    ],
)
def test_a_key_that_cannot_sign_stops_the_start(tmp_path, named, given):
    module = {} if named in given else {"SIGNING_PKCS11_MODULE": __file__}
    labels = {"SIGNING_PKCS11_TOKEN": "t", "SIGNING_PKCS11_LABEL": "l"}
    usual = {name: value for name, value in labels.items() if name != named}
    with pytest.raises(BadSetting, match=named):
        read(tmp_path, **(module | usual | given))


def test_a_device_is_read_with_its_labels_and_its_pin_is_kept_from_view(tmp_path):
    found = read(
        tmp_path,
        SIGNING_PKCS11_MODULE=__file__,
        SIGNING_PKCS11_TOKEN="So Cong Thuong",
        SIGNING_PKCS11_LABEL="ky so",
        SIGNING_PKCS11_PIN="hidden-pin",
    )
    assert (found.signing_pkcs11_token, found.signing_pkcs11_label) == ("So Cong Thuong", "ky so")
    assert found.signing_pkcs11_pin == "hidden-pin"
    assert "hidden" not in repr(found)


def test_whatever_is_named_like_a_secret_is_kept_from_view():
    for field in dataclasses.fields(Settings):
        if re.search("secret|password|_pin$|_key$", field.name) and field.name != "s3_access_key":
            assert not field.repr, field.name
