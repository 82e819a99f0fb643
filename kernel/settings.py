"""Settings from the environment: typed, frozen, refused at start when wrong."""

import base64
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

DEMO, PRODUCTION = "demo", "production"
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_DATA_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations.

    What is secret stays out of ``repr``: tracebacks may print local variables.
    """

    market_env: str
    instance_path: Path
    secret_key: str = field(repr=False)
    # Keys for personal data at rest, the first seals; and the key of their fingerprints.
    data_keys: tuple[str, ...] = field(default=(), repr=False)
    fingerprint_key: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str = field(default="", repr=False)
    meilisearch_url: str = ""
    meilisearch_key: str = field(default="", repr=False)
    # May only search; enough for processes that answer pages.
    meilisearch_search_key: str = field(default="", repr=False)
    # Begins the names of indexes: several markets may share a server.
    meilisearch_index: str = "listings"
    redis_url: str = field(default="", repr=False)
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = field(default="", repr=False)
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: bool = True
    mail_from: str = "cho-phien@example.vn"
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    vietqr_bank_bin: str = "970436"
    vietqr_account: str = "0123456789"
    vietqr_account_name: str = "CHO PHIEN DEMO"
    public_url: str = ""
    # A host of its own for codes; empty: the market's host resolves them.
    resolver_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    web_workers: int = 2
    log_level: str = "INFO"
    market_name: str = "Chợ Phiên"
    market_province: str = "Hải Dương"
    market_office: str = "Sở Công Thương thành phố Hải Phòng"
    # Its letterhead on official documents (NĐ 30/2020).
    market_office_short: str = "Sở Công Thương"
    market_office_governing: str = "UBND thành phố Hải Phòng"
    market_office_code: str = "SCT"
    market_office_place: str = "Hải Phòng"
    market_office_head: str = "Giám đốc"
    market_hotline: str = "1900 0000"
    market_email: str = "hotro@example.vn"
    # Folder of PEM files: whom the chain of a signature must lead to. Empty: not checked.
    signing_roots: str = ""
    signing_revocation: bool = False
    signing_p12: str = ""
    signing_p12_password: str = field(default="", repr=False)
    # Instead of a file, a device: its library, the labels of token and key, and the PIN.
    signing_pkcs11_module: str = ""
    signing_pkcs11_token: str = ""
    signing_pkcs11_label: str = ""
    signing_pkcs11_pin: str = field(default="", repr=False)
    trusted_proxies: int = 0
    testing: bool = field(default=False, repr=False)

    @property
    def is_production(self) -> bool:
        """Tell whether demo conveniences are refused."""
        return self.market_env == PRODUCTION

    @property
    def codes_url(self) -> str:
        """The address under which codes are printed and resolved."""
        return self.resolver_url or self.public_url

    @property
    def resolver_host(self) -> str:
        """The name of the host that codes have to themselves; empty: they have none."""
        return urlsplit(self.resolver_url).hostname or ""


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    In the demo a secret key is made on first use and kept under the instance
    path; in production it must be given.

    :raises BadSetting: naming the first variable that cannot be used.
    """
    env = _Reader(os.environ if environ is None else environ)
    market_env = env.choice("MARKET_ENV", DEMO, (DEMO, PRODUCTION))
    instance = Path(env.text("INSTANCE_PATH", "instance")).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    host, port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, 1, 65535)
    public_url = env.url("PUBLIC_URL", f"http://{host}:{port}", ("http", "https"))
    settings = Settings(
        market_env=market_env,
        instance_path=instance,
        secret_key=_secret_key(env, market_env, instance),
        data_keys=_data_keys(env, market_env, instance),
        fingerprint_key=_fingerprint_key(env, market_env, instance),
        host=host,
        port=port,
        database_url=_database_url(env, instance),
        public_url=public_url,
        resolver_url=_resolver_url(env, public_url),
        allowed_hosts=env.words("ALLOWED_HOSTS"),
        web_workers=env.number("WEB_WORKERS", 2, 1, 64),
        trusted_proxies=env.number("TRUSTED_PROXIES", 0, 0, 5),
        log_level=env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        **_services(env),
        **_names(env),
    )
    if settings.is_production:
        _refuse_demo(settings)
    return settings


class _Reader:
    """Reads one variable at a time and says what is wrong with it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name).split(",") if word.strip())

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise BadSetting(f"{name}={value!r}: must be one of {', '.join(allowed)}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise BadSetting(f"{name}={value!r}: must be a whole number from {low} to {high}")
        return int(value)

    def name(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not _NAME.fullmatch(value):
            raise BadSetting(f"{name}={value!r}: must be letters, digits, dashes (at most 60)")
        return value

    def flag(self, name: str, default: str) -> bool:
        return self.choice(name, default, ("yes", "no")) == "yes"

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        scheme, found, rest = value.partition("://")
        if value and (not found or not rest or scheme not in schemes):
            raise BadSetting(f"{name}={value!r}: must be a URL starting with {schemes[0]}://")
        return value.rstrip("/")


def _services(env: _Reader) -> dict[str, Any]:
    return {
        "meilisearch_url": env.url("MEILISEARCH_URL", "", ("http", "https")),
        "meilisearch_key": env.text("MEILISEARCH_KEY"),
        "meilisearch_search_key": env.text("MEILISEARCH_SEARCH_KEY"),
        "meilisearch_index": env.name("MEILISEARCH_INDEX", Settings.meilisearch_index),
        "redis_url": env.url("REDIS_URL", "", ("redis", "rediss")),
        "s3_bucket": env.text("S3_BUCKET"),
        "s3_endpoint": env.url("S3_ENDPOINT", "", ("https", "http")),
        "s3_region": env.text("S3_REGION"),
        "s3_access_key": env.text("S3_ACCESS_KEY"),
        "s3_secret_key": env.text("S3_SECRET_KEY"),
        "smtp_host": env.text("SMTP_HOST"),
        "smtp_port": env.number("SMTP_PORT", 587, 1, 65535),
        "smtp_user": env.text("SMTP_USER"),
        "smtp_password": env.text("SMTP_PASSWORD"),
        "smtp_tls": env.flag("SMTP_TLS", "yes"),
        "mail_from": env.text("MAIL_FROM", Settings.mail_from),
        "signing_roots": _folder("SIGNING_ROOTS", env.text("SIGNING_ROOTS")),
        "signing_revocation": env.flag("SIGNING_REVOCATION", "no"),
        **_signing(env),
        "stripe_secret_key": env.text("STRIPE_SECRET_KEY"),
        "stripe_webhook_secret": env.text("STRIPE_WEBHOOK_SECRET"),
        "vietqr_bank_bin": env.text("VIETQR_BANK_BIN", Settings.vietqr_bank_bin),
        "vietqr_account": env.text("VIETQR_ACCOUNT", Settings.vietqr_account),
        "vietqr_account_name": env.text("VIETQR_ACCOUNT_NAME", Settings.vietqr_account_name),
    }


def _signing(env: _Reader) -> dict[str, str]:
    """Read with which key the office signs here: a file, a device, or none."""
    file, module = env.text("SIGNING_P12"), env.text("SIGNING_PKCS11_MODULE")
    token, label = env.text("SIGNING_PKCS11_TOKEN"), env.text("SIGNING_PKCS11_LABEL")
    if file and module:
        raise BadSetting("SIGNING_PKCS11_MODULE: only one of it and SIGNING_P12 may be set")
    if module and not token:
        raise BadSetting("SIGNING_PKCS11_TOKEN: is needed with SIGNING_PKCS11_MODULE")
    if module and not label:
        raise BadSetting("SIGNING_PKCS11_LABEL: is needed with SIGNING_PKCS11_MODULE")
    return {
        "signing_p12": _file("SIGNING_P12", file),
        "signing_p12_password": env.text("SIGNING_P12_PASSWORD"),
        "signing_pkcs11_module": _file("SIGNING_PKCS11_MODULE", module),
        "signing_pkcs11_token": token,
        "signing_pkcs11_label": label,
        "signing_pkcs11_pin": env.text("SIGNING_PKCS11_PIN"),
    }


def _resolver_url(env: _Reader, public_url: str) -> str:
    """Read on which host codes are resolved; each of them begins right behind its name."""
    value = env.url("RESOLVER_URL", "", ("https", "http"))
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise BadSetting(f"RESOLVER_URL={value!r}: names no host") from None
    if not host or "@" in value or value != f"{parts.scheme}://{parts.netloc}":
        raise BadSetting(f"RESOLVER_URL={value!r}: must be a host without a path")
    if host == urlsplit(public_url).hostname:
        raise BadSetting(f"RESOLVER_URL={value!r}: must name another host than PUBLIC_URL")
    return value


_NAMES = frozenset(
    {
        "market_name",
        "market_province",
        "market_office",
        "market_office_short",
        "market_office_governing",
        "market_office_code",
        "market_office_place",
        "market_office_head",
        "market_hotline",
        "market_email",
    }
)


def _folder(name: str, value: str) -> str:
    if value and not Path(value).is_dir():
        raise BadSetting(f"{name}={value!r}: must be a folder")
    return value


def _file(name: str, value: str) -> str:
    if value and not Path(value).is_file():
        raise BadSetting(f"{name}={value!r}: must be a file")
    return value


def _names(env: _Reader) -> dict[str, Any]:
    return {name: env.text(name.upper(), getattr(Settings, name)) for name in sorted(_NAMES)}


def _database_url(env: _Reader, instance: Path) -> str:
    value = env.text("DATABASE_URL")
    if not value:
        return f"sqlite:///{instance / 'market.db'}"
    if value.startswith("sqlite:///"):
        return value
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if value.startswith(prefix):
            return "postgresql+psycopg://" + value.removeprefix(prefix)
    raise BadSetting("DATABASE_URL: must start with sqlite:/// or postgresql://")


def _secret_key(env: _Reader, market_env: str, instance: Path) -> str:
    value = env.text("SECRET_KEY")
    if market_env == PRODUCTION:
        if len(value) < 32:
            raise BadSetting("SECRET_KEY: production needs a secret of at least 32 characters")
        return value
    return value or _kept_secret(instance / "secret_key")


def _data_keys(env: _Reader, market_env: str, instance: Path) -> tuple[str, ...]:
    keys = env.words("DATA_KEYS")
    if not keys and market_env == PRODUCTION:
        raise BadSetting("DATA_KEYS: production needs keys for personal data, the newest first")
    for key in keys:
        if not _DATA_KEY.fullmatch(key):
            raise BadSetting("DATA_KEYS: each is 32 bytes in URL-safe base64 (44 characters)")
    return keys or (_kept_secret(instance / "data_key", _new_data_key),)


def _new_data_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _fingerprint_key(env: _Reader, market_env: str, instance: Path) -> str:
    value = env.text("FINGERPRINT_KEY")
    if market_env == PRODUCTION and len(value) < 32:
        raise BadSetting("FINGERPRINT_KEY: production needs a secret of at least 32 characters")
    return value or _kept_secret(instance / "fingerprint_key")


def _kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(make())
    except FileExistsError:
        pass
    return path.read_text()


def _refuse_demo(settings: Settings) -> None:
    """Refuse in production what only a demo may have."""
    if (settings.instance_path / "secret_key").exists() and (
        settings.secret_key == (settings.instance_path / "secret_key").read_text()
    ):
        raise BadSetting("SECRET_KEY: production refuses the secret made for the demo")
    kept = settings.instance_path / "data_key"
    if kept.exists() and kept.read_text() in settings.data_keys:
        raise BadSetting("DATA_KEYS: production refuses the key made for the demo")
    if not settings.allowed_hosts:
        raise BadSetting("ALLOWED_HOSTS: production needs the host names it answers to")
    if not settings.public_url.startswith("https://"):
        raise BadSetting("PUBLIC_URL: production needs an https:// address")
    if settings.resolver_url and not settings.resolver_url.startswith("https://"):
        raise BadSetting("RESOLVER_URL: production needs an https:// address")
    if settings.stripe_secret_key and not settings.stripe_webhook_secret:
        raise BadSetting("STRIPE_WEBHOOK_SECRET: is needed with STRIPE_SECRET_KEY")
    if settings.vietqr_account == Settings.vietqr_account:
        raise BadSetting("VIETQR_ACCOUNT: production refuses the account of the demo")
