"""The database session of a request: the only reader of ``flask.g``."""

from typing import cast

from flask import Flask, g
from sqlalchemy.orm import Session, sessionmaker


def db() -> Session:
    """Return the session of this request, opened on first use, closed with the request."""
    if "db_session" not in g:
        g.db_session = g.session_maker()
    return cast(Session, g.db_session)


def install(app: Flask, maker: sessionmaker[Session]) -> None:
    """Give every application context a session of its own."""

    @app.before_request
    def _offer_session() -> None:
        g.session_maker = maker

    @app.teardown_appcontext
    def _close_session(_error: BaseException | None) -> None:
        session = g.pop("db_session", None)
        if session is not None:
            session.close()
