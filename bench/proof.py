"""``python -m bench proof [LEAVES [DATABASE]]``: the log of events: appended to, proved, checked (1,000,000)."""

import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from bench.fill_events import BATCH, event
from bench.serving import BUILD, databases, surroundings
from kernel import clock
from kernel.db import open_engine, refresh_statistics, transaction
from kernel.settings import load_settings
from kernel.web.observe import set_up_logs
from shop.prepare import upgrade
from shop.sessions import open_sessions
from traceability.epcis.reading import read_event
from traceability.models import LogLeaf, TraceEvent
from traceability.proof.merkle import verify_consistency, verify_inclusion
from traceability.queries.proof.checking import check_log
from traceability.queries.proof.log import consistency_of, inclusion_of
from traceability.services.events import Whose, write_events
from traceability.services.proof import logging

LEAVES, SEALED, ASKED = 1_000_000, 50_000, 1000
MOST_PROOF_MS = 20.0
NOBODY = Whose(None)
Maker = sessionmaker[Session]
Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Row:
    """What one database did: rates, and milliseconds of proofs that were made and verified."""

    database: str
    leaves: int
    appended_per_s: float
    sealed: int
    seal_s: float
    inclusion_p50_ms: float
    inclusion_p99_ms: float
    consistency_p50_ms: float
    consistency_p99_ms: float
    check_s: float


def main(arguments: Sequence[str]) -> int:
    """Measure, write ``build/bench-proof.json``, and fail when proofs are slow or do not hold."""
    leaves = int(arguments[0]) if arguments else LEAVES
    only = arguments[1] if len(arguments) > 1 else ""
    set_up_logs("ERROR")
    rows = []
    with ExitStack() as stack:
        for database, urls in databases(stack, [leaves]):
            if only in {"", database}:
                rows.append(_measure(database, urls[leaves], leaves))
    out = {
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "asked": ASKED,
        "at_once": BATCH,
        "rows": [asdict(row) for row in rows],
    }
    (BUILD / "bench-proof.json").write_text(json.dumps(out, indent=1))
    _say(rows)
    return int(any(max(r.inclusion_p99_ms, r.consistency_p99_ms) > MOST_PROOF_MS for r in rows))


def _measure(database: str, url: str, leaves: int) -> Row:
    environ = surroundings(database, url, leaves, 8791)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = environ["PROMETHEUS_MULTIPROC_DIR"]
    settings = load_settings(environ)
    upgrade(settings.database_url)
    maker, sealed = open_sessions(settings), min(SEALED, leaves // 2)
    appended = _append(maker, leaves - sealed)
    seal_s = _seal(maker, leaves - sealed, leaves)
    with open_engine(settings.database_url).begin() as connection, Session(connection) as session:
        refresh_statistics(session)
    chance = random.Random(7)  # noqa: S311 - the same leaves each time
    with maker() as session:
        inclusions = _inclusions(session, chance, leaves)
        consistencies = _times(
            lambda old: _need(_is_consistent(session, old, leaves)),
            [chance.randrange(1, leaves) for _ in range(ASKED)],
        )
        began = time.perf_counter()
        _need(check_log(session).is_whole)
        check_s = time.perf_counter() - began
    return Row(
        database,
        leaves,
        round((leaves - sealed) / appended),
        sealed,
        round(seal_s, 2),
        _at(inclusions, 0.5),
        _at(inclusions, 0.99),
        _at(consistencies, 0.5),
        _at(consistencies, 0.99),
        round(check_s, 2),
    )


def _append(maker: Maker, count: int) -> float:
    """Write events as the house does, each batch a transaction; return the seconds of writing."""
    seconds = 0.0
    with maker() as session:
        for start in range(0, count, BATCH):
            told = [read_event(event(n)) for n in range(start, min(start + BATCH, count))]
            began = time.perf_counter()
            with transaction(session):
                write_events(session, told, whose=NOBODY, now=clock.now())
            seconds += time.perf_counter() - began
    return seconds


def _seal(maker: Maker, first: int, end: int) -> float:
    """Put many events that are there already into the log at one go; return the seconds."""
    with maker() as session:
        for start in range(first, end, BATCH):
            told = [read_event(event(n)) for n in range(start, min(start + BATCH, end))]
            with transaction(session):
                write_events(session, told, whose=NOBODY, now=clock.now())
                session.info.pop(logging.NOTE)
        began = time.perf_counter()
        with transaction(session):
            _need(logging.adopt_events(session, most=end - first) == end - first)
        return time.perf_counter() - began


def _inclusions(session: Session, chance: random.Random, leaves: int) -> list[float]:
    asked = sorted({chance.randrange(leaves) for _ in range(ASKED)})
    ids = session.scalars(
        sa.select(TraceEvent.event_id)
        .join(LogLeaf, LogLeaf.event_seq == TraceEvent.seq)
        .where(LogLeaf.seq.in_(asked))
    ).all()
    return _times(lambda event_id: _need(_is_included(session, event_id)), ids)


def _is_included(session: Session, event_id: str) -> bool:
    found = inclusion_of(session, event_id)
    return verify_inclusion(found.index, found.size, found.leaf, found.proof, found.root)


def _is_consistent(session: Session, old: int, new: int) -> bool:
    found = consistency_of(session, old, new)
    return verify_consistency(old, new, found.old_root, found.new_root, found.proof)


def _need(holds: object) -> None:
    if not holds:
        raise RuntimeError("the log does not prove what it should")


def _times(act: Callable[[Asked], None], asked: Iterable[Asked]) -> list[float]:
    found = []
    for one in asked:
        began = time.perf_counter()
        act(one)
        found.append(1000 * (time.perf_counter() - began))
    return sorted(found)


def _at(times: Sequence[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))], 2)


def _say(rows: Iterable[Row]) -> None:
    for r in rows:
        sys.stdout.write(
            f"{r.database}: {r.leaves:,} leaves, {r.appended_per_s:,.0f} events/s written;"
            f" {r.sealed:,} sealed in {r.seal_s} s; inclusion p50 {r.inclusion_p50_ms} ms"
            f" p99 {r.inclusion_p99_ms} ms; consistency p50 {r.consistency_p50_ms} ms"
            f" p99 {r.consistency_p99_ms} ms; all checked in {r.check_s} s\n"
        )
