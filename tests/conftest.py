"""A database of each kind, a stopped clock, and people who sign in."""

import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from argon2 import PasswordHasher
from coverage import Coverage
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as fuzzing
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.util import LRUCache
from werkzeug.test import TestResponse

from accounts.services import hashing
from kernel import clock, db
from kernel.sealing import Sealer
from kernel.settings import Settings
from kernel.web.observe import set_up_logs
from tests.postgres import programs, server

# The log of a request is noise here, and its tracebacks would print local variables.
set_up_logs("ERROR")

ROOT = Path(__file__).parent.parent
DATA_KEY = "c2VhbHMgcGVyc29uYWwgZGF0YSBvZiB0aGUgdGVzdHM="
FINGERPRINT_KEY = "fingerprints of the tests, long enough"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def pytest_configure() -> None:
    """Search for garbage rarely: it took 40 % of the time. A slow machine is no failed test."""
    gc.set_threshold(100_000, 50, 50)
    patient = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    fuzzing.register_profile("patient", deadline=None, suppress_health_check=patient)
    fuzzing.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share something costly of their file on one worker: it is made once."""
    for item in items:
        file = item.nodeid.split("::")[0]
        known = getattr(item, "_fixtureinfo", None)
        if known is None or item.get_closest_marker("xdist_group"):
            continue
        if any(
            made[-1].scope == "module" and made[-1].baseid == file
            for made in known.name2fixturedefs.values()
        ):
            item.add_marker(pytest.mark.xdist_group(file))


def pytest_collection_finish() -> None:
    """What was loaded for good need not be searched again and again, as in the product."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let all engines of a kind share the statements they compiled.

    A market compiles a statement once in its life; here every test opens an engine of its own,
    and would compile all of them anew.
    """
    with pytest.MonkeyPatch.context() as patch:
        for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(kind, "engine_created", _Sharing())
        yield


class _Sharing:
    """Gives each new engine the dialect, and what it compiled, of the first that connected."""

    def __init__(self) -> None:
        self.dialect: Dialect | None = None
        self.compiled: LRUCache[object, object] = LRUCache(2000)

    def __call__(self, engine: Engine) -> None:
        own = engine.dialect
        if getattr(own, "_on_connect_isolation_level", None) is not None:
            return
        if getattr(self.dialect, "server_version_info", None) is None:
            self.dialect = own
            return
        own.initialize = lambda _connection: None  # type: ignore[method-assign]
        engine.dialect = engine.pool._dialect = self.dialect
        engine._compiled_cache = self.compiled


@pytest.fixture(scope="session")
def full_hasher() -> PasswordHasher:
    """The hasher of the product, at its full strength."""
    return hashing._hasher


@pytest.fixture(scope="session", autouse=True)
def light_hasher(full_hasher: PasswordHasher) -> Iterator[None]:
    """Hash with the least work: nearly every test makes people, and each costs 21 ms otherwise.

    For the whole process, so that people of a module's world are not outdated in its tests.
    The tests of accounts hash at full strength.
    """
    with pytest.MonkeyPatch.context() as patch:
        light = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=full_hasher.type)
        patch.setattr(hashing, "_hasher", light)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server of our own and remove it afterwards; give its URL."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: its half of the tests cannot run")
    with server(folder) as url:
        yield url


def build(url: str) -> None:
    """Build an empty database by the migrations."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "market.db"
    build(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str, postgres_admin: Connection) -> str:
    """An empty PostgreSQL database, copied for each test: its name, and how to copy it."""
    name = f"template_{os.getpid()}"
    postgres_admin.exec_driver_sql(f"CREATE DATABASE {name}")
    url = postgres.replace("/postgres?", f"/{name}?")
    build(url)
    return f"{name} {_quick_copy(url)}"


def _quick_copy(url: str) -> str:
    """Return how to copy a database in half the time: PostgreSQL 15 and newer know a choice."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        version = connection.dialect.server_version_info or (0,)
    engine.dispose()
    return "STRATEGY FILE_COPY" if version >= (15,) else ""


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "market.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_admin(postgres: str) -> Iterator[Connection]:
    """Make and drop databases over one connection."""
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def postgres_url(
    postgres: str, postgres_admin: Connection, postgres_template: str, unmeasured: None
) -> Iterator[str]:
    del unmeasured
    name = f"t{os.getpid()}_{os.urandom(4).hex()}"
    postgres_admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres.replace("/postgres?", f"/{name}?")
    postgres_admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def unmeasured() -> Iterator[None]:
    """Don't measure coverage: it is half of a test's time, and the same code runs on SQLite."""
    measuring = Coverage.current()
    if measuring is None:
        yield
        return
    measuring.stop()
    yield
    measuring.start()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def maker(database_url: str) -> Iterator[sessionmaker[Session]]:
    """A maker of sessions: for tests with several threads."""
    engine = db.open_engine(database_url)
    made = db.session_factory(engine)
    made.configure(info={"sealer": Sealer([DATA_KEY], FINGERPRINT_KEY)})
    yield made
    engine.dispose()


@pytest.fixture
def session(maker: sessionmaker[Session]) -> Iterator[Session]:
    """One session on an empty database."""
    with maker() as opened:
        yield opened


@pytest.fixture
def now() -> Iterator[datetime]:
    """Stop the clock on 23 November 2026, ten o'clock in Ha Noi."""
    with clock.fixed(NOW):
        yield NOW


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """Settings of a demo on an empty SQLite database."""
    return Settings(
        market_env="demo",
        instance_path=tmp_path,
        secret_key="a secret of the tests, long enough",
        data_keys=(DATA_KEY,),
        fingerprint_key=FINGERPRINT_KEY,
        database_url=sqlite_url,
        public_url="http://localhost",
        testing=True,
    )


@pytest.fixture
def app(settings: Settings, now: datetime) -> Flask:
    """The whole market on an empty database."""
    from shop.factory import create_app

    return create_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def app_session(app: Flask) -> Iterator[Session]:
    """A session on the database of `app`."""
    with app.extensions["sessionmaker"]() as opened:
        yield opened


TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def post(
    client: FlaskClient, url: str, data: dict[str, object] | None = None, *, form: str | None = None
) -> TestResponse:
    """Send a form as a browser does: fetch the page (`form`, else `url`) for its token first."""
    token = TOKEN.search(client.get(form or url).get_data(as_text=True))
    assert token, f"{form or url} shows no form"
    return client.post(url, data={"csrf_token": token[1], **(data or {})})


SignIn = Callable[..., str]


@pytest.fixture
def sign_in(app: Flask, client: FlaskClient, now: datetime) -> SignIn:
    """Return a function that signs somebody in: `sign_in(roles=[...], vendor=id, vendor_roles=[...])`."""
    from tests.people import sign_in_as

    def _sign_in(**wishes: object) -> str:
        return sign_in_as(app, client, now=now, **wishes)

    return _sign_in
