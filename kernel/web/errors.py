"""Friendly pages for what went wrong; JSON problem details (RFC 9457) on API paths."""

from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, jsonify, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from kernel.errors import Busy, Conflict, DomainError
from kernel.messages import msg
from kernel.web.forms import refusal_text
from kernel.web.pages import page
from kernel.web.security import safe_next
from kernel.web.session import remembered

API_PATHS = ("/api/", "/hooks/", "/epcis/", "/octo/", "/trace/", "/.well-known/")

PROBLEM_TYPES: dict[str, Callable[[int, str], str]] = {}
"""How a standard names problems: by the start of the path, of status and code of the refusal."""

WORDS = {
    400: msg("This request could not be understood."),
    403: msg("You may not open this page."),
    404: msg("We could not find this page."),
    405: msg("This address cannot be used in this way."),
    409: msg("This was changed meanwhile. Please look again."),
    410: msg("This offer is no longer shown."),
    413: msg("This file is too large."),
    422: msg("Some of what you entered cannot be used."),
    429: msg("Too many attempts. Please wait a little and try again."),
    500: msg("Something went wrong on our side. Nothing you saved is lost."),
    503: msg("We are very busy right now. Please try again in a moment."),
}

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Answer every error in the reader's language."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(StatementError, _unstorable)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crash)


def asks_json() -> bool:
    """Tell whether a program asks: it takes JSON and nothing else, which no browser's page does."""
    return request.headers.get("Accept", "") == "application/json"


def _refused(refusal: DomainError) -> Response:
    return answer(refusal.status, refusal_text(refusal), refusal.code)


def _stale(_error: StaleDataError) -> Response:
    return answer(409, gettext(Conflict.message), Conflict.code)


def _database(error: OperationalError) -> Response:
    log.error("database", error=str(error.orig))
    return answer(503, gettext(Busy.message), Busy.code)


def _unstorable(error: StatementError) -> Response:
    # Text no database can hold, such as a lone surrogate or a NUL.
    if isinstance(error.orig, ValueError | UnicodeError):
        return answer(400, gettext(WORDS[400]), "bad_request")
    return _crash(error)


def _expired_form(_error: CSRFError) -> Response:
    text = gettext("This form has been open for too long. Please go back and send it again.")
    return answer(400, text, "form_expired")


def _too_large(_error: RequestEntityTooLarge) -> Response:
    """Answer at once, without the body being read, and lead back to the form it came from."""
    limit, length = request.max_content_length, request.content_length
    if not limit or (length is not None and length <= limit):
        # Too many fields, or too much text in them.
        return answer(413, gettext(WORDS[413]), "too_large")
    text = gettext(
        "What you sent is larger than %(most)s MB and was not taken. "
        "Everything you saved before is still there.",
        most=limit // 1024**2,
    )
    return answer(413, text, "too_large", back=_came_from())


def _came_from() -> str:
    """Return the page of ours whose form was sent; empty when it is not known."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return safe_next(parts.path + (f"?{parts.query}" if parts.query else ""), "")


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if error.response is not None or code < 400:
        return error.get_response()  # type: ignore[return-value]
    made = answer(code, gettext(WORDS.get(code, WORDS[400 if code < 500 else 500])), "")
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            made.headers[name] = value
    return made


def _crash(error: Exception) -> Response:
    log.error("crash", exc_info=error)
    return answer(500, gettext(WORDS[500]), "crash")


def _problem_type(status: int, code: str) -> str:
    for start, name in PROBLEM_TYPES.items():
        if request.path.startswith(start):
            return name(status, code)
    return "about:blank"


def answer(status: int, text: str, code: str, *, back: str = "") -> Response:
    """Return an error as a page, or as problem details where a program asks.

    ``back`` is the page of ours that the reader goes back to.
    """
    if request.path.startswith(API_PATHS) or asks_json():
        made = jsonify(
            type=_problem_type(status, code),
            title=text,
            status=status,
            code=code,
            instance=request.path,
            request_id=remembered("request_id"),
        )
        made.content_type = "application/problem+json"
    else:
        made = Response(
            page(
                "shop/error.html",
                status=status,
                text=text,
                back=back,
                request_id=remembered("request_id"),
            ),
            mimetype="text/html",
        )
    made.status_code = status
    return made
