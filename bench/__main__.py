"""``python -m bench``: every page, on both databases, small and big, beside a baseline."""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from bench import load
from tests import postgres

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
PORT = 8731
ROUNDS = 5
BIG = 50_000
SIZES = {"sample": 0, f"{BIG:,}": BIG}
PAGES = ("home", "category", "listing", "search", "lot")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    database: str
    listings: str
    page: str
    rate: float
    p50_ms: float
    p99_ms: float
    of_row: float


def main() -> int:
    """Measure and write ``build/bench.json``."""
    if not load.available():
        sys.exit("wrk is needed to put load on the pages: apt-get install wrk")
    rows: list[Row] = []
    with ExitStack() as stack:
        for database, urls in _databases(stack):
            rows += _measure(database, urls)
    _report(rows)
    return 0


def _databases(stack: ExitStack) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each kind of database with the address of an empty one for each size."""
    place = BUILD / "bench"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    yield "sqlite", {size: f"sqlite:///{place / f'{more}.db'}" for size, more in SIZES.items()}
    programs = postgres.programs()
    if programs is None:
        sys.stdout.write("PostgreSQL is not installed: its half is not measured\n")
        return
    server = stack.enter_context(postgres.server(programs, durable=True))
    yield "postgresql", {size: _created(server, f"market_{more}") for size, more in SIZES.items()}


def _created(server: str, name: str) -> str:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def _measure(database: str, urls: dict[str, str]) -> list[Row]:
    """Ask small market, big market and baseline in turn: what slows the machine slows all three."""
    rounds: dict[tuple[str, str], list[load.Figures]] = {}
    with ExitStack() as stack:
        asked: list[tuple[str, str, str, list[str]]] = []
        for port, (size, url) in enumerate(urls.items(), PORT + 1):
            environ = _environ(database, url, size, port)
            paths = _prepare(environ, SIZES[size])
            stack.enter_context(_server("wsgi:app", port, environ))
            asked += [(size, page, f"http://127.0.0.1:{port}", paths[page]) for page in PAGES]
        stack.enter_context(_server("bench.baseline:app", PORT, environ | {"PORT": str(PORT)}))
        for page, path in (("hello", "/hello"), ("one row", "/row")):
            asked.append(("-", page, f"http://127.0.0.1:{PORT}", [path]))
        asked.sort(key=lambda row: row[1])
        for number in range(ROUNDS + 1):
            for size, page, address, some in asked:
                figures = load.put(address, some)
                # The first round fills caches and is not counted.
                if number:
                    rounds.setdefault((size, page), []).append(figures)
    return _rows(database, rounds)


def _rows(database: str, rounds: dict[tuple[str, str], list[load.Figures]]) -> list[Row]:
    found = {key: load.middle(all_) for key, all_ in rounds.items()}
    row_rate = found["-", "one row"].rate
    order = ["hello", "one row", *PAGES]
    return [
        Row(database, size, page, f.rate, f.p50_ms, f.p99_ms, f.rate / row_rate)
        for (size, page), f in sorted(
            found.items(), key=lambda item: (len(item[0][0]), order.index(item[0][1]))
        )
    ]


def _environ(database: str, url: str, size: str, port: int) -> dict[str, str]:
    instance = BUILD / "bench" / f"instance-{database}-{SIZES[size]}"
    (instance / "metrics").mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "DATABASE_URL": url,
        "INSTANCE_PATH": str(instance),
        "LOG_LEVEL": "WARNING",
        "PROMETHEUS_MULTIPROC_DIR": str(instance / "metrics"),
        "PORT": str(port),
    }


def _prepare(environ: dict[str, str], more: int) -> dict[str, list[str]]:
    """Fill a market; return the addresses to ask for, by page."""
    command = [sys.executable, "-m", "bench.fill", str(more)]
    subprocess.run(command, check=True, env=environ, cwd=ROOT)
    paths: dict[str, list[str]] = json.loads(
        (Path(environ["INSTANCE_PATH"]) / "paths.json").read_text()
    )
    return paths


@contextmanager
def _server(app: str, port: int, environ: dict[str, str]) -> Iterator[None]:
    """Serve an application with two processes, as the market is served."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "1", "--log-level", "warning", app),
    ]
    process = subprocess.Popen(command, env=environ, cwd=ROOT)
    try:
        _wait(f"http://127.0.0.1:{port}/{'hello' if 'baseline' in app else 'healthz'}")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=5)  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


def _report(rows: list[Row]) -> None:
    out = {
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "load": {"tool": "wrk", "connections": load.CONNECTIONS, "seconds": load.SECONDS},
        "rounds": ROUNDS,
        "rows": [asdict(row) for row in rows],
    }
    (BUILD / "bench.json").write_text(json.dumps(out, indent=1))
    head = f"{'database':<11}{'listings':<10}{'page':<10}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'of row':>8}"
    lines = [
        f"{r.database:<11}{r.listings:<10}{r.page:<10}{r.rate:>9.0f}{r.p50_ms:>9.2f}"
        f"{r.p99_ms:>9.2f}{r.of_row:>8.0%}"
        for r in rows
    ]
    sys.stdout.write("\n".join([head, *lines, *_growth(rows), ""]))


def _growth(rows: list[Row]) -> list[str]:
    """Tell how much slower the slow answers of a page are in the big market."""
    by_key = {(r.database, r.listings, r.page): r for r in rows}
    return [
        f"p99 growth {database} {page}: {big.p99_ms / by_key[database, 'sample', page].p99_ms:.2f}"
        for (database, listings, page), big in by_key.items()
        if listings not in {"-", "sample"}
    ]


if __name__ == "__main__":
    sys.exit(main())
