"""The security floor: headers, hosts, cookies, CSRF, body limits, safe redirects."""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request, session
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel.settings import Settings
from kernel.web.session import ShortSigner, part, provide, remember, remembered

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
        token = remember("csrf_token", part(ShortSigner).dumps(secret))
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
    signer = ShortSigner(settings.secret_key, salt="wtf-csrf-token")
    provide(app, ShortSigner, signer)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    hosts = frozenset(host.lower() for host in settings.allowed_hosts)
    if hosts and settings.resolver_host:
        hosts |= {settings.resolver_host}

    @app.before_request
    def _known_host() -> None:
        if hosts and request.host.lower().partition(":")[0] not in hosts:
            abort(400)

    @app.after_request
    def _own_policy(response: Response) -> Response:
        nonce = remembered("csp_nonce")
        if nonce:
            scripts = f"'self' 'nonce-{nonce}'"
            response.headers.setdefault("Content-Security-Policy", _policy(scripts))
        return response

    app.wsgi_app = _with_floor(app.wsgi_app, settings)  # type: ignore[method-assign, assignment]


def _with_floor(inner: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """Put the headers under every answer that chose none of its own, whoever made it.

    They are the same for all, so they are added as they are, not one by one by the framework.
    """
    floor = {
        "Content-Security-Policy": _policy("'self'"),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(), microphone=(), camera=(self), payment=()",
    }
    if settings.is_production:
        floor["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    by_name = {name.lower(): (name, value) for name, value in floor.items()}

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            given = {name.lower() for name, _ in headers}
            missing = [pair for name, pair in by_name.items() if name not in given]
            return start_response(status, headers + missing, *error)

        return inner(environ, start)

    return answer


def framed_policy() -> str:
    """Return the policy of a page that is only looked at, in a frame of this site."""
    acting, forms = "frame-ancestors 'none'", "form-action 'self' https://checkout.stripe.com"
    policy = _policy("'self'").replace(acting, "frame-ancestors 'self'")
    return policy.replace(forms, "form-action 'none'")


def _policy(scripts: str) -> str:
    return (
        "default-src 'none'; "
        f"script-src {scripts}; "
        "style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self' https://checkout.stripe.com; "
        "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
