"""The worker process: ``python -m shop.worker``."""

import threading
import time
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.orm import Session, sessionmaker

from catalog.rules.searching import Note
from catalog.search import SearchEngine
from catalog.services.search_log import Understanding, count_searches
from catalog.services.ways import KeptWays
from kernel import clock, jobs, mail
from kernel.db import transaction
from kernel.events import wake_worker
from kernel.settings import Settings, load_settings
from kernel.storage import open_storage
from kernel.web.observe import set_up_logs
from shop import wiring
from shop.scanning import SCANNED
from shop.sessions import open_sessions
from shop.tally import SEARCHED
from traceability.rules.copies import ScanNote
from traceability.services.capture_jobs import work_off
from traceability.services.delivering import deliver_due, sending
from traceability.services.scans import record_scans

log = structlog.get_logger()

KEEP_SECONDS = 10
SEND_SECONDS = 1


def main() -> None:
    """Serve the outbox and the clock until told to stop."""
    settings = load_settings()
    set_up_logs(settings.log_level)
    maker = open_sessions(settings)
    for at_work in (
        keeping(maker, settings),
        again(capturing(maker, settings)),
        again(delivering(maker, settings)),
    ):
        threading.Thread(target=at_work, daemon=True).start()
    jobs.run_worker(
        jobs.open_queue(settings),
        look=looking(maker, settings),
        jobs=[doing(maker, job) for job in wiring.JOBS],
        heard={
            SEARCHED: counting(maker, wiring.open_search(settings)),
            SCANNED: watching(maker),
        },
    )


def looking(maker: sessionmaker[Session], settings: Settings) -> Callable[[], None]:
    """Return a callable that has every waiting event heard and every waiting message sent."""
    reactions = wiring.handlers(wiring.open_search(settings))
    senders = mail.open_senders(settings)

    def look() -> None:
        now = clock.now()
        jobs.drain(maker, reactions, now=now)
        while mail.send_due(maker, senders, settings=settings, now=now):
            pass

    return look


def keeping(maker: sessionmaker[Session], settings: Settings) -> Callable[[], None]:
    """Return a callable that never ends: whenever the search index is gone, it builds it anew.

    It has a thread of its own, so that mail and money need not wait for a big index.
    """
    engine = wiring.open_search(settings)

    def keep() -> None:
        before, said = "", ""
        while True:
            problem = wiring.keep_index(maker, engine, now=clock.now())
            if problem != said:
                log.error("search engine", problem=problem or "none any more")
            elif before and not problem:
                # What waited for the engine is due by now.
                with maker() as session, transaction(session):
                    wake_worker(session)
            before, said = said, problem
            time.sleep(KEEP_SECONDS)

    return keep


def capturing(maker: sessionmaker[Session], settings: Settings) -> Callable[[], int]:
    """Return a callable that stores the events of documents which wait, and says of how many.

    It has a thread of its own: a document may hold thousands of events.
    """
    storage = open_storage(settings)
    return lambda: work_off(maker, storage, clock=clock.now)


def delivering(maker: sessionmaker[Session], settings: Settings) -> Callable[[], int]:
    """Return a callable that sends new events to who subscribed, and says how often it could.

    It has a thread of its own: servers of partners may be slow.
    """
    send = sending(nearby=settings.testing)
    return lambda: deliver_due(maker, send, clock=clock.now)


def again(step: Callable[[], int]) -> Callable[[], None]:
    """Return a callable that never ends: a step, and a rest when there was nothing to do."""

    def go_on() -> None:
        while True:
            try:
                done = step()
            except Exception as error:  # noqa: BLE001 - the database may be back in a moment
                log.warning("step failed", error=repr(error))
                done = 0
            if not done:
                time.sleep(SEND_SECONDS)

    return go_on


def counting(
    maker: sessionmaker[Session], engine: SearchEngine
) -> Callable[[Mapping[Note, int]], None]:
    """Return a callable that adds what web processes saw to the search log."""
    ways = KeptWays()

    def count(notes: Mapping[Note, int]) -> None:
        with maker() as session:
            meaning = Understanding(engine, ways.get(session))
            with transaction(session):
                count_searches(session, notes, meaning=meaning)

    return count


def watching(maker: sessionmaker[Session]) -> Callable[[Mapping[ScanNote, int]], None]:
    """Return a callable that writes down the scans that web processes saw, and judges them."""

    def watch(notes: Mapping[ScanNote, int]) -> None:
        with maker() as session, transaction(session):
            record_scans(session, notes, now=clock.now())

    return watch


def doing(maker: sessionmaker[Session], job: jobs.Job) -> Callable[[], None]:
    """Return a callable that does a job, if this is its minute."""

    def do() -> None:
        now = clock.now()
        if jobs.is_due(job, now):
            with maker() as session, transaction(session):
                job.run(session, now)

    return do


if __name__ == "__main__":
    main()
