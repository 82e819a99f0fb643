"""``python -m bench epcis [N]``: 50,000 events told by HTTP, then asked for by lot among N more.

N is 100,000; a million is what was promised to be asked for in 20 ms.
"""

import http.client
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from urllib.parse import quote

from bench import load
from bench.fill_events import event
from bench.serving import BUILD, databases, prepare, serving, surroundings

PORT = 8761
STORED = 100_000
TOLD, AT_ONCE, CLIENTS = 50_000, 100, 4
ROUNDS = 5
MOST_P99_MS = 20.0
EPCIS = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


@dataclass(frozen=True)
class Row:
    """What one database did: events told a second, and milliseconds of requests."""

    database: str
    stored: int
    told_per_s: float
    told_p50_ms: float
    told_p99_ms: float
    by_lot_rate: float
    by_lot_p50_ms: float
    by_lot_p99_ms: float
    row_p99_ms: float


def main(arguments: Sequence[str]) -> int:
    """Measure, write ``build/bench-epcis.json``, and fail when a lot is found too slowly."""
    stored = int(arguments[0]) if arguments else STORED
    rows = []
    with ExitStack() as stack:
        for database, urls in databases(stack, [stored]):
            rows.append(_measure(database, urls[stored], stored))
    out = {
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "told": {"events": TOLD, "at_once": AT_ONCE, "clients": CLIENTS},
        "rounds": ROUNDS,
        "rows": [asdict(row) for row in rows],
    }
    (BUILD / "bench-epcis.json").write_text(json.dumps(out, indent=1))
    _say(rows)
    return int(
        any(row.database == "postgresql" and row.by_lot_p99_ms > MOST_P99_MS for row in rows)
    )


def _measure(database: str, url: str, stored: int) -> Row:
    environ = surroundings(database, url, stored, PORT)
    noted = prepare("bench.fill_events", stored, environ)
    with ExitStack() as stack:
        stack.enter_context(serving("wsgi:gate", PORT, environ))
        stack.enter_context(serving("bench.baseline:gate", PORT + 1, environ))
        seconds, times = _tell(noted["token"], stored)
        asked = [
            f"/epcis/v2/events?MATCH_anyEPCClass={quote(lot, safe='')}" for lot in noted["lots"]
        ]
        bearer = f"Bearer {noted['token']}"
        by_lot, by_row = [], []
        for _ in range(ROUNDS):
            by_lot.append(
                load.put(f"http://127.0.0.1:{PORT}", asked, connections=2, authorization=bearer)
            )
            by_row.append(load.put(f"http://127.0.0.1:{PORT + 1}", ["/row"], connections=2))
    found = load.middle(by_lot)
    return Row(
        database=database,
        stored=stored,
        told_per_s=round(TOLD / seconds),
        told_p50_ms=_at(times, 0.5),
        told_p99_ms=_at(times, 0.99),
        by_lot_rate=round(found.rate),
        by_lot_p50_ms=round(found.p50_ms, 2),
        by_lot_p99_ms=round(found.p99_ms, 2),
        row_p99_ms=round(load.middle(by_row).p99_ms, 2),
    )


def _tell(token: str, first: int) -> tuple[float, list[float]]:
    """Tell events that are not there yet; return the seconds of all and those of each request."""
    bodies = [_document(start) for start in range(first + 10**7, first + 10**7 + TOLD, AT_ONCE)]
    shares = [bodies[number::CLIENTS] for number in range(CLIENTS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        told = list(pool.map(lambda share: _send(token, share), shares))
    seconds = time.perf_counter() - began
    return seconds, sorted(each for times in told for each in times)


def _send(token: str, bodies: Sequence[bytes]) -> list[float]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    times = []
    for body in bodies:
        began = time.perf_counter()
        connection.request("POST", "/epcis/v2/capture", body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 202:
            raise RuntimeError(f"a document was refused: {answer.status} {said[:300]!r}")
        times.append(time.perf_counter() - began)
    connection.close()
    return times


def _document(start: int) -> bytes:
    body = {
        "@context": [EPCIS],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-23T10:00:00Z",
        "epcisBody": {"eventList": [event(start + number) for number in range(AT_ONCE)]},
    }
    return json.dumps(body).encode()


def _at(times: Sequence[float], share: float) -> float:
    return round(times[min(int(len(times) * share), len(times) - 1)] * 1000, 2)


def _say(rows: Sequence[Row]) -> None:
    for row in rows:
        sys.stdout.write(
            f"{row.database}: told {row.told_per_s:.0f} events/s, {AT_ONCE} at once p50"
            f" {row.told_p50_ms} ms p99 {row.told_p99_ms} ms; by lot among {row.stored:,}:"
            f" {row.by_lot_rate:.0f}/s p50 {row.by_lot_p50_ms} ms p99 {row.by_lot_p99_ms} ms"
            f" (one row: p99 {row.row_p99_ms} ms)\n"
        )
