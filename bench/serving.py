"""Databases and servers of a measurement: made for it, gone after it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests import postgres

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"


def databases(stack: ExitStack, sizes: Iterable[int]) -> Iterator[tuple[str, dict[int, str]]]:
    """Give each kind of database with the address of an empty one for each size."""
    wanted = list(sizes)
    place = BUILD / "bench"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    yield "sqlite", {size: f"sqlite:///{place / f'{size}.db'}" for size in wanted}
    programs = postgres.programs()
    if programs is None:
        sys.stdout.write("PostgreSQL is not installed: its half is not measured\n")
        return
    server = stack.enter_context(postgres.server(programs, durable=True))
    yield "postgresql", {size: _created(server, f"market_{size}") for size in wanted}


def settle(url: str) -> None:
    """Tell the planner how big the tables are, and PostgreSQL which pages of them are settled.

    It does so by itself, but not while a measurement that has just filled them runs.
    """
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        words = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
        connection.execute(sa.text(words))
    engine.dispose()


def _created(server: str, name: str) -> str:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def surroundings(database: str, url: str, size: int, port: int) -> dict[str, str]:
    """Return the environment of a market on a database, with a folder of its own."""
    instance = BUILD / "bench" / f"instance-{database}-{size}"
    (instance / "metrics").mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "DATABASE_URL": url,
        "INSTANCE_PATH": str(instance),
        "LOG_LEVEL": "WARNING",
        "PROMETHEUS_MULTIPROC_DIR": str(instance / "metrics"),
        "PORT": str(port),
    }


def prepare(module: str, size: int, environ: dict[str, str]) -> Any:
    """Fill a market; return what the filling noted, such as the addresses to ask for."""
    command = [sys.executable, "-m", module, str(size)]
    subprocess.run(command, check=True, env=environ, cwd=ROOT)
    return json.loads((Path(environ["INSTANCE_PATH"]) / "paths.json").read_text())


@contextmanager
def serving(app: str, port: int, environ: dict[str, str]) -> Iterator[None]:
    """Serve an application with two processes: through the market's door, or by WSGI."""
    kind = ("asginl",) if app.endswith(":gate") else ("wsgi", "--blocking-threads", "1")
    command = [
        *(sys.executable, "-m", "granian", "--no-ws", "--port", str(port), "--workers", "2"),
        *("--log-level", "warning", "--interface", *kind, app),
    ]
    process = subprocess.Popen(command, env=environ, cwd=ROOT)
    try:
        _wait(f"http://127.0.0.1:{port}/{'hello' if 'baseline' in app else 'healthz'}")
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(address: str) -> None:
    # A machine that is busy starts slowly.
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5)  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)
