"""``python -m bench.quality``: how good the search is, on judged and on made queries.

Each engine is one `SearchEngine`: the embedded one always, Meilisearch where there is a
server (``MEILISEARCH_URL``, ``MEILISEARCH_BIN`` or the path). Words behind it name categories whose misses are shown.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from bench.quality.made import made_queries
from bench.quality.scoring import DEPTH, Judged, Line, score, table
from catalog.queries.sources import all_sources
from catalog.search.documents import Document, document
from catalog.search.embedded import TantivyEngine
from catalog.search.engine import SearchEngine
from kernel import clock
from kernel.db import transaction
from kernel.settings import load_settings
from shop import prepare
from shop.corpus.filling import fill_market
from shop.corpus.reading import read_corpus
from shop.founding import found_market
from shop.importing.sample import load_sample_once
from shop.sessions import open_sessions
from tests.meilisearch import scratch

SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "eval"

Maker = sessionmaker[Session]


def main() -> int:
    """Print a table for each engine and each set of queries; 0 when the yardstick is there."""
    if not (SHARED / "corpus.json").exists():
        sys.stderr.write(f"There is no yardstick to measure with: {SHARED} is missing.\n")
        return 2
    shown = sys.argv[1:]
    corpus, sample = _documents(_fill_corpus), _documents(_fill_sample)
    with tempfile.TemporaryDirectory() as folder:
        for name, engine in _engines(Path(folder)):
            engine.rebuild(corpus)
            _report(f"{name}, judged queries", engine, _judged(), shown)
            _report(f"{name}, made of the corpus", engine, made_queries(corpus), shown)
            engine.rebuild(sample)
            _report(f"{name}, made of the sample", engine, made_queries(sample), shown)
    return 0


def _engines(folder: Path) -> Iterator[tuple[str, SearchEngine]]:
    yield "embedded", TantivyEngine(folder / "search")
    with scratch() as engine:
        if engine is not None:
            yield "Meilisearch", engine


def _documents(fill: Callable[[Maker, datetime], object]) -> list[Document]:
    """Return what a market of its own is found by."""
    now = clock.now()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            {"INSTANCE_PATH": folder, "DATABASE_URL": f"sqlite:///{folder}/market.db"}
        )
        prepare.upgrade(settings.database_url)
        maker = open_sessions(settings)
        fill(maker, now)
        with maker() as session:
            return list(map(document, all_sources(session, on=clock.local_date(now))))


def _fill_corpus(maker: Maker, now: datetime) -> None:
    fill_market(maker, read_corpus(SHARED / "corpus.json"), now=now)


def _fill_sample(maker: Maker, now: datetime) -> None:
    with maker() as session, transaction(session):
        found_market(session, now=now)
    load_sample_once(maker, now=now)


def _judged() -> list[Judged]:
    rows = json.loads((SHARED / "queries_dev.json").read_text(encoding="utf-8"))
    return [Judged(row["id"], row["cat"], row["q"], row["rel"]) for row in rows]


def _report(
    title: str, engine: SearchEngine, queries: Sequence[Judged], shown: Sequence[str]
) -> None:
    scores = []
    for each in queries:
        hits = engine.search(each.query, per_page=DEPTH).codes
        result = score(hits, each.grades)
        scores.append((each.category, result))
        if each.category in shown and result.ndcg < 0.95:
            sys.stdout.write(f"{result.ndcg:.2f} {each.query!r} {list(hits)} {dict(each.grades)}\n")
    sys.stdout.write(f"\n{title}\n{'':<22}{'n':>5}{'nDCG@10':>9}{'MRR':>7}{'succ@1':>8}\n")
    sys.stdout.write("".join(map(_line, table(scores))))


def _line(line: Line) -> str:
    mean = line.mean
    figures = f"{mean.ndcg:>9.3f}{mean.mrr:>7.3f}{mean.first:>8.3f}"
    return f"{line.category:<22}{line.count:>5}{figures}\n"


if __name__ == "__main__":
    sys.exit(main())
