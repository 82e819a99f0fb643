"""Builds the application out of settings: every part is handed in here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_compress import Compress
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from kernel import clock, jobs, storage
from kernel.sealing import Sealer, open_sealer
from kernel.settings import Settings
from kernel.web import cache, errors, language, limits, observe, pages, security
from kernel.web import session as web_session
from shop import cli, wiring
from shop.sessions import open_sessions

ROOT = Path(__file__).parent.parent
WORKER_LATE_SECONDS = 180


def create_app(settings: Settings) -> Flask:
    """Return the whole market as one WSGI application."""
    app = _Market(__name__, static_folder=None)
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["TRANSLATIONS"] = str(ROOT / "translations")
    app.config["TESTING"] = settings.testing
    maker = open_sessions(settings)
    web_session.install(app, maker)
    web_session.provide(app, Settings, settings)
    web_session.provide(app, storage.Storage, storage.open_storage(settings))
    web_session.provide(app, Sealer, open_sealer(settings))
    # Without its search engine the market answers from the database: it stays ready.
    observe.install(app, checks=_checks(maker), beside={"search": wiring.search_health})
    security.install(app, settings)
    limits.install(app, settings, maker)
    wiring.install(app, settings)
    language.install(app, wiring.account_lang)
    pages.install(app, root=ROOT, settings=settings)
    cache.install(app)
    errors.install(app)
    cli.install(app)
    _serve_files(app)
    return app


def _serve_files(app: Flask) -> None:
    """Serve the built files, compressed beforehand; compress pages as they are made."""
    app.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    # Pages are made anew for each reader: the lowest level costs a third and is a tenth larger.
    app.config["COMPRESS_BR_LEVEL"] = 1
    app.config["COMPRESS_LEVEL"] = 1
    app.config["COMPRESS_MIN_SIZE"] = 1000
    Compress(app)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(ROOT / "build" / "static"),
        prefix="static/",
        autorefresh=app.config["TESTING"],
        # Every built file has the hash of its content in its name.
        immutable_file_test=lambda path, _url: "manifest" not in path,
        max_age=60,
    )


class _Route(Rule):
    """A route that learns to write its address when it is asked for the first time.

    Werkzeug compiles two functions for each route at once: nine tenths of the start.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        made: list[Callable[..., tuple[str, str]]] = []

        def build(route: Rule, /, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(super(_Route, self)._compile_builder(append_unknown))
            return made[0](route, **values)

        return build


class _Market(Flask):
    """Flask without asynchronous views: it need not ask each function what it is."""

    url_rule_class = _Route

    def ensure_sync(self, func: Any) -> Any:
        """Return a view as it is."""
        return func


def _checks(maker: sessionmaker[Session]) -> dict[str, observe.Check]:
    def database() -> str:
        try:
            with maker() as session:
                session.execute(sa.select(1))
        except sa.exc.SQLAlchemyError as error:
            return type(error).__name__
        return ""

    def worker() -> str:
        try:
            with maker() as session:
                behind = jobs.lag(session, now=clock.now()).oldest.total_seconds()
        except sa.exc.SQLAlchemyError as error:
            return type(error).__name__
        return f"{behind:.0f} s behind" if behind > WORKER_LATE_SECONDS else ""

    return {"database": database, "worker": worker}
