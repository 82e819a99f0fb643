"""``python -m bench queue``: the office's queue among a hundred thousand dossiers, one user."""

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from bench import load
from bench.serving import BUILD, databases, prepare, serving, surroundings

DOSSIERS = 100_000
PORT = 8741
BASELINE = 8740
ROUNDS = 3
SECONDS = 4
MOST_P99_MS = 100.0


@dataclass(frozen=True)
class Row:
    """One line of the table; ``dossier`` is a dossier's page with the queue beside it."""

    database: str
    view: str
    rate: float
    p50_ms: float
    p99_ms: float


def main() -> int:
    """Measure, write ``build/bench-queue.json``, and fail when a view is too slow."""
    rows: list[Row] = []
    with ExitStack() as stack:
        for database, urls in databases(stack, [DOSSIERS]):
            rows += _measure(database, urls[DOSSIERS])
    out = {"dossiers": DOSSIERS, "connections": 1, "rows": [asdict(row) for row in rows]}
    (BUILD / "bench-queue.json").write_text(json.dumps(out, indent=1))
    head = f"{'database':<11}{'view':<16}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}"
    lines = [
        f"{r.database:<11}{r.view:<16}{r.rate:>9.0f}{r.p50_ms:>9.2f}{r.p99_ms:>9.2f}" for r in rows
    ]
    sys.stdout.write("\n".join([head, *lines, ""]))
    return int(any(row.p99_ms >= MOST_P99_MS for row in rows))


def _measure(database: str, url: str) -> list[Row]:
    """Ask for each view in turn, several times; the first round fills caches."""
    environ = surroundings(database, url, DOSSIERS, PORT)
    noted = prepare("bench.fill_queue", DOSSIERS, environ)
    rounds: dict[str, list[load.Figures]] = {}
    # How long a page takes that does nothing tells how busy the machine is otherwise.
    asked = [("hello", BASELINE, ["/hello"])]
    asked += [(view, PORT, paths) for view, paths in noted["views"].items()]
    with (
        serving("bench.baseline:gate", BASELINE, environ | {"PORT": str(BASELINE)}),
        serving("wsgi:gate", PORT, environ),
    ):
        for number in range(ROUNDS + 1):
            for view, port, paths in asked:
                figures = load.put(
                    f"http://127.0.0.1:{port}",
                    paths,
                    connections=1,
                    seconds=SECONDS if number else 1,
                    cookie=noted["cookie"],
                )
                if number:
                    rounds.setdefault(view, []).append(figures)
    found = {view: load.middle(figures) for view, figures in rounds.items()}
    return [Row(database, view, f.rate, f.p50_ms, f.p99_ms) for view, f in found.items()]
