"""``python -m bench``: every page, on both databases, small and big, beside a baseline.

``python -m bench queue`` measures the office's queue instead, ``search`` the search engines,
``epcis`` the event repository, ``recall`` traces and recalls, ``proof`` the log of events.
"""

import json
import os
import platform
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from bench import epcis, load, proof, queue, recall, search
from bench.serving import BUILD, databases, prepare, serving, surroundings

PORT = 8731
# Five were too few: the slowest of a hundred answers jumps from round to round.
ROUNDS = 9
BIG = 50_000
SIZES = {"sample": 0, f"{BIG:,}": BIG}
WITHOUT_LOAD = {"search": search.main, "recall": recall.main, "proof": proof.main}
# The same small pages through the market's own door, which says what a page of ours costs, and
# without it, which says what the door costs.
BASELINES = (("bench.baseline:gate", PORT, ""), ("bench.baseline:app", PORT + 9, ", WSGI"))
PAGES = ("home", "category", "listing", "search", "lot")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    ``of_row`` is its rate beside that of the page with one row, ``growth`` its p99 beside that of
    the sample: each the middle of what was found round by round, since a machine that is slow
    for a while is slow for both.
    """

    database: str
    listings: str
    page: str
    rate: float
    p50_ms: float
    p99_ms: float
    of_row: float
    growth: float


def main() -> int:
    """Measure and write ``build/bench.json``."""
    if sys.argv[1:2] and sys.argv[1] in WITHOUT_LOAD:
        return WITHOUT_LOAD[sys.argv[1]](sys.argv[2:])
    if not load.available():
        sys.exit("wrk is needed to put load on the pages: apt-get install wrk")
    if sys.argv[1:] == ["queue"]:
        return queue.main()
    if sys.argv[1:2] == ["epcis"]:
        return epcis.main(sys.argv[2:])
    rows: list[Row] = []
    with ExitStack() as stack:
        for database, urls in databases(stack, SIZES.values()):
            rows += _measure(database, urls)
    _report(rows)
    return 0


def _measure(database: str, urls: dict[int, str]) -> list[Row]:
    """Ask small market, big market and baseline in turn: what slows the machine slows all three."""
    rounds: dict[tuple[str, str], list[load.Figures]] = {}
    with ExitStack() as stack:
        asked: list[tuple[str, str, str, list[str]]] = []
        for port, (size, more) in enumerate(SIZES.items(), PORT + 1):
            environ = surroundings(database, urls[more], more, port)
            paths = prepare("bench.fill", more, environ)
            stack.enter_context(serving("wsgi:gate", port, environ))
            asked += [(size, page, f"http://127.0.0.1:{port}", paths[page]) for page in PAGES]
        for app, port, suffix in BASELINES:
            stack.enter_context(serving(app, port, environ | {"PORT": str(port)}))
            for page, path in (("hello", "/hello"), ("one row", "/row")):
                asked.append(("-", page + suffix, f"http://127.0.0.1:{port}", [path]))
        asked.sort(key=lambda row: row[1])
        for number in range(ROUNDS + 1):
            for size, page, address, some in asked:
                figures = load.put(address, some)
                # The first round fills caches and is not counted.
                if number:
                    rounds.setdefault((size, page), []).append(figures)
    return _rows(database, rounds)


def _rows(database: str, rounds: dict[tuple[str, str], list[load.Figures]]) -> list[Row]:
    order = ["hello", "one row", "hello, WSGI", "one row, WSGI", *PAGES]
    by_size = sorted(rounds.items(), key=lambda item: (len(item[0][0]), order.index(item[0][1])))
    rows = []
    for (size, page), all_ in by_size:
        found = load.middle(all_)
        of_row = _beside(all_, rounds["-", "one row"], lambda f: f.rate)
        growth = _beside(all_, rounds.get(("sample", page), all_), lambda f: f.p99_ms)
        rows.append(
            Row(database, size, page, found.rate, found.p50_ms, found.p99_ms, of_row, growth)
        )
    return rows


def _beside(
    these: list[load.Figures], those: list[load.Figures], what: Callable[[load.Figures], float]
) -> float:
    return statistics.median(what(a) / what(b) for a, b in zip(these, those, strict=True))


def _report(rows: list[Row]) -> None:
    out = {
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "load": {"tool": "wrk", "connections": load.CONNECTIONS, "seconds": load.SECONDS},
        "rounds": ROUNDS,
        "rows": [asdict(row) for row in rows],
    }
    (BUILD / "bench.json").write_text(json.dumps(out, indent=1))
    head = f"{'database':<11}{'listings':<10}{'page':<14}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'of row':>8}{'growth':>8}"
    lines = [
        f"{r.database:<11}{r.listings:<10}{r.page:<14}{r.rate:>9.0f}{r.p50_ms:>9.2f}"
        f"{r.p99_ms:>9.2f}{r.of_row:>8.0%}{r.growth:>8.2f}"
        for r in rows
    ]
    sys.stdout.write("\n".join([head, *lines, ""]))


if __name__ == "__main__":
    sys.exit(main())
