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

from bench import load
from tests import postgres

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"
PORT = 8731
WARM_ROUNDS, ROUNDS = 2, 5
BIG = 50_000
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
        for database, url in _databases(stack):
            for size in ("sample", f"{BIG:,}"):
                rows += _measure(database, url, size)
    _report(rows)
    return 0


def _databases(stack: ExitStack) -> Iterator[tuple[str, str]]:
    place = BUILD / "bench"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    yield "sqlite", f"sqlite:///{place / 'market.db'}"
    programs = postgres.programs()
    if programs is None:
        sys.stdout.write("PostgreSQL is not installed: its half is not measured\n")
        return
    yield "postgresql", stack.enter_context(postgres.server(programs, durable=True))


def _measure(database: str, url: str, size: str) -> list[Row]:
    instance = BUILD / "bench" / f"instance-{database}"
    environ = os.environ | {
        "DATABASE_URL": url,
        "INSTANCE_PATH": str(instance),
        "LOG_LEVEL": "INFO",
        "PROMETHEUS_MULTIPROC_DIR": str(instance / "metrics"),
        "PORT": str(PORT),
    }
    (instance / "metrics").mkdir(parents=True, exist_ok=True)
    prepare = [sys.executable, "-m", "bench.fill", "0" if size == "sample" else str(BIG)]
    subprocess.run(prepare, check=True, env=environ, cwd=ROOT)
    paths = json.loads((instance / "paths.json").read_text())
    rounds: dict[str, list[load.Figures]] = {}
    with _server("wsgi:app", PORT, environ), _server("bench.baseline:app", PORT + 1, environ):
        for number in range(WARM_ROUNDS + ROUNDS):
            for page, address, asked in _asked(paths):
                figures = load.put(address, asked)
                # Both processes show every page once before it counts: one round is too short.
                if number >= WARM_ROUNDS:
                    rounds.setdefault(page, []).append(figures)
    found = {page: load.middle(all_) for page, all_ in rounds.items()}
    return [
        Row(database, size, page, f.rate, f.p50_ms, f.p99_ms, f.rate / found["one row"].rate)
        for page, f in found.items()
    ]


def _asked(paths: dict[str, list[str]]) -> Iterator[tuple[str, str, list[str]]]:
    baseline, market = f"http://127.0.0.1:{PORT + 1}", f"http://127.0.0.1:{PORT}"
    yield "hello", baseline, ["/hello"]
    yield "one row", baseline, ["/row"]
    for page in PAGES:
        yield page, market, paths[page]


@contextmanager
def _server(app: str, port: int, environ: dict[str, str]) -> Iterator[None]:
    """Serve an application with two processes, as the market is served."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "1", "--log-level", "warning", app),
    ]
    # The log is written, as in use, but not onto the table.
    with (BUILD / "bench" / f"{port}.log").open("a") as log:
        process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log)
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
        if listings != "sample" and page in PAGES
    ]


if __name__ == "__main__":
    sys.exit(main())
