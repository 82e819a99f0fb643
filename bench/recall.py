"""``python -m bench recall [INPUTS [DATABASE]]``: traces and whole recalls over 362,000 lots (2,000 inputs)."""

import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from bench.fill_recall import fill
from bench.serving import BUILD, databases, settle, surroundings
from kernel import clock
from kernel.actor import Actor
from kernel.db import transaction
from kernel.settings import load_settings
from kernel.web.observe import set_up_logs
from shop.factory import create_app
from shop.prepare import upgrade
from shop.recalling.acting import carry_out
from shop.recalling.report import Head, report_pdf
from shop.recalling.scope import scope_of
from shop.sessions import open_sessions
from traceability.models import LotEdge
from traceability.queries import lot_cards
from traceability.queries.graph import backward, forward
from traceability.queries.recalls.cases import recall_card
from traceability.queries.recalls.starts import Beginning
from traceability.rules.recalls import Measure, Origin
from traceability.services import recalls
from traceability.services.recalls import RecallFacts

INPUTS = 2000
TRACES, RECALLS = 200, 10
MOST_TRACE_MS, MOST_RECALL_MS = 10.0, 1000.0
OFFICER = Actor("01OFFICER", "Trần Thị Lan", frozenset({"approver"}))
HEAD = Head("UBND thành phố", "Sở Công Thương", "Hải Phòng", "Cán bộ", "Trần Thị Lan")
Maker = sessionmaker[Session]


@dataclass(frozen=True)
class Trace:
    """How long a trace takes beside asking hop by hop, in milliseconds, and how far it goes."""

    database: str
    way: str
    lots: int
    p50_ms: float
    p95_ms: float
    hop_by_hop_p50_ms: float


@dataclass(frozen=True)
class Whole:
    """How long a recall takes from the named lot to the report, step by step (medians)."""

    database: str
    lots: int
    buyers: int
    scope_ms: float
    stop_ms: float
    report_ms: float
    whole_p50_ms: float
    whole_most_ms: float


def main(arguments: Sequence[str]) -> int:
    """Measure, write ``build/bench-recall.json``, and fail when something is too slow."""
    inputs = int(arguments[0]) if arguments else INPUTS
    only = arguments[1] if len(arguments) > 1 else ""
    set_up_logs("ERROR")
    traces: list[Trace] = []
    wholes: list[Whole] = []
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        for database, urls in databases(stack, [inputs]):
            if only not in {"", database}:
                continue
            environ = surroundings(database, urls[inputs], inputs, 8761)
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = environ["PROMETHEUS_MULTIPROC_DIR"]
            settings = load_settings(environ)
            upgrade(settings.database_url)
            maker = open_sessions(settings)
            ids = fill(maker, inputs, clock.now())
            settle(settings.database_url)
            counts = _counts(maker, ids)
            traces += _traces(database, maker, ids)
            with create_app(settings).test_request_context():
                wholes.append(_recalls(database, maker, ids["input"]))
    out = {
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        **counts,
        "traces": [asdict(row) for row in traces],
        "recalls": [asdict(row) for row in wholes],
    }
    name = f"bench-recall{f'-{only}' if only else ''}.json"
    (BUILD / name).write_text(json.dumps(out, indent=1))
    _say(counts, traces, wholes)
    return int(
        any(row.p95_ms > MOST_TRACE_MS for row in traces)
        or any(row.whole_most_ms > MOST_RECALL_MS for row in wholes)
    )


def _counts(maker: Maker, ids: dict[str, list[str]]) -> dict[str, int]:
    with maker() as session:
        edges = session.scalar(sa.select(sa.func.count()).select_from(LotEdge)) or 0
    return {"lots": sum(map(len, ids.values())), "edges": edges}


def _traces(database: str, maker: Maker, ids: dict[str, list[str]]) -> list[Trace]:
    chance = random.Random(7)  # noqa: S311 - the same lots each time
    found = []
    for way, kind, walk, near, far in (
        ("forward from a harvest", "harvest", forward, LotEdge.src_id, LotEdge.dst_id),
        ("backward from a receipt", "receipt", backward, LotEdge.dst_id, LotEdge.src_id),
        ("forward from an input", "input", forward, LotEdge.src_id, LotEdge.dst_id),
    ):
        chosen = chance.choices(ids[kind], k=TRACES)
        with maker() as session:
            for lot_id in chosen[:10]:
                walk(session, [lot_id])
            sizes = [len(walk(session, [lot_id])) for lot_id in chosen[:20]]
            times = _times(lambda one, w=walk, s=session: w(s, [one]), chosen)
            hops = _times(lambda one, s=session, n=near, f=far: _hops(s, one, n, f), chosen[:10])
        found.append(
            Trace(
                database,
                way,
                round(statistics.median(sizes)),
                _at(times, 0.5),
                _at(times, 0.95),
                _at(hops, 0.5),
            )
        )
    return found


def _hops(
    session: Session,
    lot_id: str,
    near: sa.SQLColumnExpression[str],
    far: sa.SQLColumnExpression[str],
) -> set[str]:
    """Trace as through an EPCIS repository: one question for each lot that is reached."""
    known, waiting = {lot_id}, [lot_id]
    while waiting:
        one = waiting.pop()
        for other in session.connection().execute(sa.select(far).where(near == one)).scalars():
            if other not in known:
                known.add(other)
                waiting.append(other)
    return known


def _recalls(database: str, maker: Maker, inputs: list[str]) -> Whole:
    """Recall goods of inputs that lie apart; the first one fills caches and is not counted."""
    step = max(len(inputs) // (RECALLS + 1), 1)
    runs = [_whole(maker, lot_id) for lot_id in inputs[::step][: RECALLS + 1]][1:]
    whole = sorted(scope + stop + paper for scope, stop, paper, _lots, _buyers in runs)
    return Whole(
        database,
        round(statistics.median(run[3] for run in runs)),
        round(statistics.median(run[4] for run in runs)),
        round(statistics.median(run[0] for run in runs), 1),
        round(statistics.median(run[1] for run in runs), 1),
        round(statistics.median(run[2] for run in runs), 1),
        _at(whole, 0.5),
        round(whole[-1], 1),
    )


def _whole(maker: Maker, lot_id: str) -> tuple[float, float, float, int, int]:
    """Return milliseconds of scope, stop with notices, and report; lots and buyers."""
    began = time.perf_counter()
    with maker() as session, transaction(session):
        recall_id = _open(session, lot_id)
    known = time.perf_counter()
    with maker() as session, transaction(session):
        outcome = carry_out(
            session, recall_id, measure=Measure.RECALL, actor=OFFICER, now=clock.now()
        )
    stopped = time.perf_counter()
    with maker() as session:
        card = recall_card(session, recall_id)
        if card is None:
            raise LookupError(recall_id)
        report_pdf(card, scope_of(session, card, actor=OFFICER), (), HEAD, lang="vi")
    done = time.perf_counter()
    times = [
        1000 * (after - before)
        for before, after in ((began, known), (known, stopped), (stopped, done))
    ]
    return times[0], times[1], times[2], len(outcome.acted.lot_ids), outcome.told.notices


def _open(session: Session, lot_id: str) -> str:
    """Open a recall and read its whole scope, contacts included."""
    vendor_id = lot_cards(session, [lot_id])[lot_id].vendor_id
    facts = RecallFacts(Beginning(Origin.LOT, vendor_id, lot_id), "Dư lượng vượt mức")
    recall_id = recalls.open_recall(session, facts=facts, actor=OFFICER, now=clock.now())
    card = recall_card(session, recall_id)
    if card is None:
        raise LookupError(recall_id)
    scope_of(session, card, actor=OFFICER)
    return recall_id


def _times(act: Callable[[str], object], asked: Iterable[str]) -> list[float]:
    found = []
    for one in asked:
        began = time.perf_counter()
        act(one)
        found.append(1000 * (time.perf_counter() - began))
    return sorted(found)


def _at(times: Sequence[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))], 2)


def _say(counts: dict[str, int], traces: Iterable[Trace], wholes: Iterable[Whole]) -> None:
    lines = [f"{counts.get('lots', 0):,} lots, {counts.get('edges', 0):,} edges"]
    lines.append(
        f"{'database':<12}{'trace':<26}{'lots':>6}{'p50 ms':>9}{'p95 ms':>9}{'hop by hop':>12}"
    )
    lines += [
        f"{r.database:<12}{r.way:<26}{r.lots:>6}{r.p50_ms:>9.2f}{r.p95_ms:>9.2f}{r.hop_by_hop_p50_ms:>12.2f}"
        for r in traces
    ]
    lines.append(
        f"{'database':<12}{'lots':>6}{'buyers':>8}{'scope':>9}{'stop':>9}{'report':>9}{'whole p50':>11}{'most':>9}"
    )
    lines += [
        f"{r.database:<12}{r.lots:>6}{r.buyers:>8}{r.scope_ms:>9.0f}{r.stop_ms:>9.0f}{r.report_ms:>9.0f}"
        f"{r.whole_p50_ms:>11.0f}{r.whole_most_ms:>9.0f}"
        for r in wholes
    ]
    sys.stdout.write("\n".join([*lines, ""]))
