"""A partner's server: takes what is sent to it, or answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def results(self) -> dict[str, Any]:
        return json.loads(self.body)["epcisBody"]["queryResults"]

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.results["resultsBody"]["eventList"]


@dataclass
class Receiver:
    """What came, and what is answered: the given statuses first, then 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)

    def ids(self) -> list[str]:
        return [event["eventID"] for each in self.got for event in each.events]


@contextmanager
def receiving() -> Iterator[Receiver]:
    taken = Receiver()

    class Door(BaseHTTPRequestHandler):
        def log_message(self, *_args):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = taken.answers.pop(0) if taken.answers else 200
            if status == 200:
                taken.got.append(Got(self.path, dict(self.headers), body))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    taken.url = f"http://127.0.0.1:{server.server_port}/hook?key=abc"
    try:
        yield taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
