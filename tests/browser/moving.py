"""A market in this process: its clock can be moved, and its worker works when it is told to."""

import gc
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from werkzeug.serving import make_server

from kernel import clock
from kernel.db import transaction
from kernel.settings import Settings, load_settings
from shop import prepare, wiring, worker
from shop.factory import create_app
from shop.sessions import open_sessions


@dataclass
class MovingMarket:
    """The whole market; days pass only when a test says so."""

    settings: Settings

    def __post_init__(self) -> None:
        self._maker = open_sessions(self.settings)
        self._look = worker.looking(self._maker, self.settings)

    def work(self) -> None:
        """Run the worker once: what is due by the clock, what happened, what is to be sent."""
        self._look()
        for job in wiring.JOBS:
            with self._maker() as session, transaction(session):
                job.run(session, clock.now())
        self._look()

    def pass_days(self, days: int) -> None:
        """Move the clock forward from today; nothing happens by itself."""
        clock.set_shift(timedelta(days=days))


@contextmanager
def moving_market() -> Iterator[MovingMarket]:
    """Serve the sample province by the settings of the environment, in threads."""
    settings = load_settings()
    prepare.prepare(settings)
    server = make_server(settings.host, settings.port, create_app(settings), threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield MovingMarket(settings)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
        with warnings.catch_warnings():
            # Files of answers that the browser did not wait for: no matter of the tests to come.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        clock.set_shift(timedelta(0))
