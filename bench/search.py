"""``python -m bench search [N]``: the search engines among N listings (100,000), each beside the other."""

import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote_plus

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from bench.search_words import FILTERS, PREFIXES, QUERIES
from bench.serving import BUILD, prepare, surroundings
from catalog.queries.sources import all_sources
from catalog.search.documents import Document, channel, document
from catalog.search.engine import SearchEngine
from kernel import clock
from kernel.settings import Settings, load_settings
from kernel.web.observe import set_up_logs
from shop.factory import create_app
from shop.sessions import open_sessions
from shop.wiring import open_search
from tests import meilisearch

LISTINGS = 100_000
ROUNDS, UPDATES, PAGES = 20, 10, 200
MOST = {"search_p50_ms": 10, "search_p99_ms": 30, "suggest_p99_ms": 15, "page_p50_ms": 40}
MOST_VISIBLE_S = 2.0


@dataclass(frozen=True)
class Row:
    """What one engine did; milliseconds of calls, megabytes (None: not ours to look at)."""

    engine: str
    build_s: float
    listings_per_s: float
    disk_mb: float | None
    memory_mb: float | None
    search_p50_ms: float
    search_p95_ms: float
    search_p99_ms: float
    slowest_kind: str
    suggest_p50_ms: float
    suggest_p99_ms: float
    visible_p50_s: float
    visible_most_s: float
    page_p50_ms: float


@dataclass(frozen=True)
class Place:
    """An engine by its settings, where it lies, and whose memory it needs."""

    name: str
    settings: Settings
    folder: Path | None
    pid: int | None


def main(arguments: Sequence[str]) -> int:
    """Measure, write ``build/bench-search.json``, and fail when the engine inside is too slow."""
    count = int(arguments[0]) if arguments else LISTINGS
    set_up_logs("ERROR")
    folder = BUILD / "bench" / "search"
    folder.mkdir(parents=True, exist_ok=True)
    environ = surroundings("sqlite", f"sqlite:///{folder / f'{count}.db'}", count, 8751)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = environ["PROMETHEUS_MULTIPROC_DIR"]
    prepare("bench.fill", count, environ)
    settings = load_settings(environ)
    read_s, total = _reading(open_sessions(settings))
    with _places(settings) as places:
        rows = [_measure(place, total) for place in places]
    row_ms = _baseline(environ["DATABASE_URL"])
    out = {
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "listings": total,
        "read_s": round(read_s, 1),
        "baseline_row_p50_ms": row_ms,
        "rows": [asdict(row) for row in rows],
    }
    (BUILD / "bench-search.json").write_text(json.dumps(out, indent=1))
    _say(total, read_s, row_ms, rows)
    return int(total < 2 * LISTINGS and _is_too_slow(rows[0]))


@contextmanager
def _places(settings: Settings) -> Iterator[list[Place]]:
    inside = Place("embedded", settings, settings.instance_path / "search", os.getpid())
    found = meilisearch.program()
    if found is None:
        sys.stdout.write("Meilisearch is not here (MEILISEARCH_BIN): its half is not measured\n")
        yield [inside]
        return
    with meilisearch.server(found) as server:
        there = replace(settings, meilisearch_url=server.url)
        pid = server.process.pid if server.process else None
        yield [inside, Place("meilisearch", there, server.folder / "data", pid)]


def _documents(maker: sessionmaker[Session]) -> Iterator[Document]:
    with maker() as session:
        yield from map(document, all_sources(session, on=clock.local_date(clock.now())))


def _reading(maker: sessionmaker[Session]) -> tuple[float, int]:
    """Return how long it takes to make the documents alone, and how many they are."""
    began = time.perf_counter()
    total = sum(1 for _ in _documents(maker))
    return time.perf_counter() - began, total


def _measure(place: Place, total: int) -> Row:
    maker, engine = open_sessions(place.settings), open_search(place.settings)
    began = time.perf_counter()
    engine.rebuild(_documents(maker))
    build_s = time.perf_counter() - began
    searches = _searches(engine)
    every = sorted(ms for times in searches.values() for ms in times)
    ways = sorted(_timed(lambda word=word: engine.suggest(word)) for word in PREFIXES * ROUNDS)
    visible = sorted(_updates(engine, place.settings, next(_documents(maker))))
    pages = sorted(_pages(create_app(place.settings)))
    return Row(
        engine=place.name,
        build_s=round(build_s, 1),
        listings_per_s=round(total / build_s),
        disk_mb=_disk_mb(place.folder) if place.folder else None,
        memory_mb=_memory_mb(place.pid) if place.pid else None,
        search_p50_ms=_at(every, 0.5),
        search_p95_ms=_at(every, 0.95),
        search_p99_ms=_at(every, 0.99),
        slowest_kind=max(searches, key=lambda kind: statistics.median(searches[kind])),
        suggest_p50_ms=_at(ways, 0.5),
        suggest_p99_ms=_at(ways, 0.99),
        visible_p50_s=round(statistics.median(visible), 3),
        visible_most_s=round(visible[-1], 3),
        page_p50_ms=_at(pages, 0.5),
    )


def _searches(engine: SearchEngine) -> dict[str, list[float]]:
    """Ask everything in a new order each time; the first round fills caches and is not counted."""
    chance = random.Random(4)  # noqa: S311 - the same mix each time
    asked = [(kind, query) for kind, queries in QUERIES.items() for query in queries]
    found: dict[str, list[float]] = {kind: [] for kind in QUERIES}
    for number in range(ROUNDS + 1):
        chance.shuffle(asked)
        for kind, query in asked:
            filters = chance.choice(FILTERS)
            page = chance.choice((1, 1, 1, 1, 2, 5))
            took = _timed(lambda q=query, f=filters, p=page: engine.search(q, filters=f, page=p))
            if number:
                found[kind].append(took)
    return found


def _updates(engine: SearchEngine, settings: Settings, like: Document) -> Iterator[float]:
    """Change one listing again and again until another process would see it."""
    reader = open_search(settings)
    for number in range(UPDATES):
        word = f"tuoimoi{chr(97 + number)}"
        began = time.perf_counter()
        engine.index([replace(like, name=channel(f"Vải {word}"))])
        while like.code not in reader.search(word).codes:
            time.sleep(0.01)
        yield time.perf_counter() - began
    engine.index([like])


def _pages(app: Flask) -> Iterator[float]:
    client = app.test_client()
    words = [query for queries in QUERIES.values() for query in queries]
    for number in range(PAGES + len(words)):
        path = "/search?q=" + quote_plus(words[number % len(words)])
        took = _timed(lambda path=path: client.get(path))
        if number >= len(words):
            yield took


def _baseline(database_url: str) -> float:
    """Return what the smallest page with one row takes, in the same process."""
    os.environ["DATABASE_URL"] = database_url
    from bench.baseline import app  # noqa: PLC0415 - opens the database

    client = app.test_client()
    return _at(sorted(_timed(lambda: client.get("/row")) for _ in range(PAGES)), 0.5)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _at(times: Sequence[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))], 2)


def _disk_mb(folder: Path) -> float:
    current = folder / "current"
    place = folder / current.read_text().strip() if current.exists() else folder
    return round(sum(f.stat().st_blocks * 512 for f in place.rglob("*") if f.is_file()) / 1e6, 1)


def _memory_mb(pid: int) -> float:
    """Return what a process holds in memory, pages of its files among it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1e3)


def _is_too_slow(row: Row) -> bool:
    figures = asdict(row)
    return row.visible_most_s > MOST_VISIBLE_S or any(
        figures[name] > most for name, most in MOST.items()
    )


def _say(total: int, read_s: float, row_ms: float, rows: Sequence[Row]) -> None:
    lines = [f"{total:,} listings; read from the database in {read_s:.1f} s"]
    lines.append(f"{'':<17}" + "".join(f"{row.engine:>14}" for row in rows))
    lines += [
        f"{name:<17}" + "".join(f"{getattr(row, name)!s:>14}" for row in rows)
        for name in list(Row.__dataclass_fields__)[1:]
    ]
    lines.append(f"{'one row p50 ms':<17}{row_ms:>14}")
    sys.stdout.write("\n".join([*lines, ""]))
