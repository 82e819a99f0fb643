"""The security floor: headers, hosts, cookies, CSRF, body limits, safe redirects."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request, session
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel.settings import Settings
from kernel.web.session import part, provide, remember, remembered

csrf = CSRFProtect()

MAX_BODY_BYTES = 64 * 1024 * 1024


def csp_nonce() -> str:
    """Return the nonce of this response's content security policy."""
    return str(remembered("csp_nonce") or remember("csp_nonce", secrets.token_urlsafe(16)))


def form_token() -> str:
    """Return the token of this reader's forms, made as Flask-WTF makes and checks it.

    It would build what signs anew for every page.
    """
    token = remembered("csrf_token")
    if token is None:
        secret = session.setdefault("csrf_token", secrets.token_hex(20))
        token = remember("csrf_token", part(URLSafeTimedSerializer).dumps(secret))
    return str(token)


def safe_next(target: str | None, default: str) -> str:
    """Return a path on this site to go on to; anything else becomes ``default``."""
    if not target or "\\" in target or not target.startswith("/") or target.startswith("//"):
        return default
    if any(ord(letter) < 32 for letter in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def install(app: Flask, settings: Settings) -> None:
    """Put the floor under every route."""
    app.config.update(
        SESSION_COOKIE_NAME="cp_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_production,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=2_000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    signer = URLSafeTimedSerializer(settings.secret_key, salt="wtf-csrf-token")
    provide(app, URLSafeTimedSerializer, signer)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    hosts = frozenset(host.lower() for host in settings.allowed_hosts)

    @app.before_request
    def _known_host() -> None:
        if hosts and request.host.lower().partition(":")[0] not in hosts:
            abort(400)

    _add_headers(app, lasting=settings.is_production)


def _add_headers(app: Flask, *, lasting: bool) -> None:
    """Give every answer the headers of the floor; ``lasting``: https for a year."""

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy())
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault(
            "Permissions-Policy", "geolocation=(), microphone=(), camera=(self), payment=()"
        )
        if lasting:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response


def _policy() -> str:
    nonce = remembered("csp_nonce")
    scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        "default-src 'none'; "
        f"script-src {scripts}; "
        "style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self' https://checkout.stripe.com; "
        "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
